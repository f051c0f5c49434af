"""The budget grammar: one text for one budget, and plain errors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.budgets import Budget, expand, resolve
from harness.core import UnknownNameError, UsageError

words = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
numbers = st.decimals(min_value=0, max_value=10_000, places=3).map(str)
sizes = st.one_of(
    st.just(""),
    st.integers(0, 999).map(lambda n: f"@{n}"),
    st.tuples(st.integers(0, 99), st.integers(0, 99)).map(lambda t: f"@{t[0]}x{t[1]}"),
    st.tuples(*[st.integers(0, 99)] * 3).map(lambda t: f"@{t[0]}x{t[1]}+{t[2]}"),
)


@given(
    words,
    sizes,
    st.dictionaries(words, words | numbers, max_size=4),
    st.none() | st.integers(1, 10**9),
    st.none() | st.decimals(min_value="0.001", max_value=99, places=3),
)
def test_text_and_budget_go_round(name, size, options, tokens, usd):
    text = name + size
    if options:
        text += ":" + ",".join(f"{k}={v}" for k, v in options.items())
    text += f" tokens<={tokens}" if tokens else ""
    text += f" usd<={usd}" if usd else ""
    budget = Budget.parse(text)
    assert Budget.parse(str(budget)) == budget
    assert str(Budget.parse(str(budget))) == str(budget)


def test_one_spelling_for_one_budget():
    assert str(Budget.parse("vote@4:top_p=0.90,temperature=.7")) == str(
        Budget.parse("vote@4:temperature=0.70,top_p=.9")
    )
    assert str(Budget.parse("beam@16x4+3:reward=prm tokens<=4000 usd<=0.020")) == (
        "beam@16x4+3:reward=prm tokens<=4000 usd<=0.02"
    )


def test_braces_expand_in_order_and_once():
    assert [str(b) for b in expand("vote@{1,2}:think={8,16}")] == [
        "vote@1:think=8",
        "vote@1:think=16",
        "vote@2:think=8",
        "vote@2:think=16",
    ]
    assert [str(b) for b in expand(["vote@{1,2}", "vote@2", "greedy"])] == [
        "vote@1",
        "vote@2",
        "greedy",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("vote@", "after '@'"),
        ("vote@x", "after '@'"),
        ("vote@4:think", "key=value"),
        ("vote@4:think=1,think=2", "twice"),
        ("vote@4 seconds<=0", "positive"),
        ("vote@4 seconds<=1 seconds<=2", "twice"),
        ("vote@4 tokens<4", "ceiling"),
        ("vote@4 tokens<=-4", "positive"),
        ("vote@4 usd<=nan", "positive"),
        ("vote@4 tokens<=0.5", "positive"),
        ("vote@4 tokens<=1e999999999", "positive"),
        ("vote@4 tokens<=5 tokens<=6", "given twice"),
        ("vote@٣", "after '@'"),
        ("vote@99999999999999999999", "more than 1000000 samples"),
        ("revise@10000x10000", "more than 1000000 samples"),
        ("vote@{1,2", "braces"),
        ("Vote@4", "expected name"),
    ],
)
def test_unreadable_budgets_say_why(text, message):
    with pytest.raises(UsageError, match=message):
        expand(text)


def test_a_runaway_sweep_is_refused():
    many = ",".join(str(i) for i in range(40))
    with pytest.raises(UsageError, match="1600 budgets"):
        expand(f"vote@{{{many}}}:think={{{many}}}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("vote@0", "at least one sample"),
        ("vote", "needs a size"),
        ("sample", "needs a size"),
        ("think", "needs a size"),
        ("greedy@3", "one sample"),
        ("greedy:temperature=1", "one sample"),
        ("vote@4:temperature=0", "the same"),
        ("vote@4x2", "takes one size"),
        ("vote@4:top_p=2", "from 0 to 1"),
        ("vote@4:top_p=0", "no token to draw"),
        ("vote@4:temperature=1e-999999999", "the same"),
        ("vote@4:think=²", "whole number"),
        ("vote@4:max=99999999999999999999", "at most 1000000000"),
        ("best@4:reward=judge:²", "judge:3"),
        ("vote@4:think=-1", "whole number"),
        ("vote@4:max=0", "whole number"),
        ("think@8:think=4", "think@n"),
    ],
)
def test_budgets_that_make_no_sense_say_why(text, message):
    with pytest.raises(UsageError, match=message):
        resolve(Budget.parse(text))


@pytest.mark.parametrize(
    ("text", "near"),
    [("vot@4", "vote"), ("thnik@4", "think"), ("vote@4:temprature=1", "temperature")],
)
def test_unknown_words_get_a_suggestion(text, near):
    with pytest.raises(UnknownNameError, match=f"did you mean '{near}'"):
        resolve(Budget.parse(text))


def test_families_share_what_draws_the_same_samples():
    def family(text):
        return resolve(Budget.parse(text)).proposer.family

    assert family("vote@4") == family("sample@64")
    assert family("vote@4:think=8") == family("vote@16:think=8")
    assert family("vote@4") != family("vote@4:temperature=1")
    assert family("vote@4") != family("vote@4:think=8")
    assert family("greedy") != family("think@8")
