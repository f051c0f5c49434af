"""Forced thinking, adaptive voting and revision chains, on a fake caller."""

from __future__ import annotations

import asyncio
import itertools
import random

import pytest
from scipy.stats import beta

from harness.budgets import Budget, resolve
from harness.budgets.proposers.adaptive import replay
from harness.budgets.proposers.revise import REQUEST
from harness.budgets.stops import Beta, settled, votes_needed
from harness.core import Message, Prompt, UsageError


async def chains_of(proposer, caller):
    return [chain async for chain in proposer.propose(caller, proposer.size)]


def propose(caller, text):
    proposer = resolve(Budget.parse(text)).proposer
    return asyncio.run(chains_of(proposer, caller))


# Adaptive voting


@pytest.mark.parametrize(
    ("dissenting", "votes"), [(0, 4), (1, 6), (2, 8), (3, 9), (4, 11), (5, 12)]
)
def test_the_vote_is_settled_where_the_paper_says(dissenting, votes):
    assert settled(votes, dissenting) > 0.95
    assert settled(votes - 1, dissenting) <= 0.95


@pytest.mark.parametrize(("a", "b"), [(0, 0), (4, 0), (7, 7), (40, 31)])
def test_settled_is_the_beta_tail(a, b):
    assert settled(a, b) == pytest.approx(beta.sf(0.5, a + 1, b + 1), abs=1e-12)


def test_replay_stops_a_whole_pool_where_one_by_one_drawing_stops() -> None:
    def one_by_one(keys, p):
        votes = {}
        for done, key in enumerate(keys):
            ranked = [*sorted(votes.values(), reverse=True), 0, 0]
            if ranked[0] and settled(ranked[0], ranked[1]) > p:
                return done
            if key is not None:
                votes[key] = votes.get(key, 0) + 1
        return len(keys)

    rng = random.Random(3)
    for _ in range(200):
        keys = rng.choices(["a", "b", "c", None], weights=[5, 3, 1, 1], k=24)
        assert replay(keys, Beta(0.95)) == one_by_one(keys, 0.95)
    assert replay(["a"] * 24) == 4
    assert replay([None] * 5) == 5
    assert replay([]) == 0


def test_votes_needed_is_the_fewest():
    for a, b in itertools.combinations_with_replacement(range(8), 2):
        more = votes_needed(b, a, 0.9)
        assert settled(b + more, a) > 0.9
        assert more == 1 or settled(b + more - 1, a) <= 0.9


def answers(*said):
    """Each sample index says its own answer."""
    script = iter(said)
    return lambda _prefix, _rng: f"Answer: {next(script)}"


@pytest.mark.parametrize(
    ("said", "drawn"),
    [
        ("1111", 4),
        ("2111111", 7),
        ("12121111111", 10),
        ("123412341234", 12),  # n is reached
    ],
)
def test_adaptive_draws_what_the_one_by_one_rule_draws(fake, said, drawn):
    caller = fake.FakeCaller(say=answers(*said))
    chains = propose(caller, "adaptive@12:p=0.95")
    assert len(chains) == drawn
    votes = [said[:i].count(c) for i in (drawn, drawn - 1) for c in "12"]
    if drawn < 12:
        assert settled(max(votes[:2]), min(votes[:2])) > 0.95
        assert settled(max(votes[2:]), min(votes[2:])) <= 0.95
    assert [i for a in caller.asked for i in a.indices] == list(range(drawn))


def test_random_votes_stop_where_one_by_one_stops(fake):
    for seed in range(40):
        said = random.Random(seed).choices("12223", k=40)
        chains = propose(fake.FakeCaller(say=answers(*said)), "adaptive@40:p=0.95")
        stop = 40
        for i in range(1, 40):
            counts = sorted((said[:i].count(c) for c in "123"), reverse=True)
            if settled(counts[0], counts[1]) > 0.95:
                stop = i
                break
        assert len(chains) == stop


def test_samples_without_an_answer_do_not_vote(fake):
    say = answers("", "1", "", "1", "1", "1")
    assert len(propose(fake.FakeCaller(say=say), "adaptive@40")) == 6


# Forced thinking


def thinker(*lengths):
    """Thinks for so many characters, then again …; then answers."""
    script = iter(lengths)

    def say(prefix, _rng):
        if fake_end in prefix:
            return "Answer: 1"
        return "x" * next(script) + fake_end + "Answer: 0"

    return say


fake_end = "</t>"


def test_a_thought_that_ends_early_is_made_to_go_on(fake):
    caller = fake.FakeCaller(say=thinker(10, 20, 100))
    [chain] = propose(caller, "think@200:min=50")
    prefixes = [draw.prefix for draw in chain]
    first, second = "<t>" + "x" * 10 + "Wait", "x" * 20 + "Wait"
    assert prefixes == ["<t>", first, first + second, first + second + "x" * 100 + "</t>"]
    # 10 and 20 tokens and their end marks (4) are not yet 50
    assert [a.sampling.max_tokens for a in caller.asked] == [200, 186, 162, 400]


def test_waits_are_counted_and_worded(fake):
    caller = fake.FakeCaller(say=thinker(5, 5, 5, 5))
    [chain] = propose(caller, r"think@200:waits=2,wait=\nHmm\c\sso")
    assert chain[-1].prefix == "<t>xxxxx" + "\nHmm, soxxxxx" * 2 + "</t>"


def test_a_prompts_beginning_and_ends_are_the_answers_and_not_the_thoughts(fake):
    prompt = Prompt((Message("user", "?"),), begin="So: ", stop=("\n\n",))
    caller = fake.FakeCaller(say=thinker(10), prompt=prompt)
    [chain] = propose(caller, "think@200")
    assert chain[-1].prefix == "<t>" + "x" * 10 + "</t>So: "
    assert [a.sampling.stop for a in caller.asked] == [("</t>",), ("\n\n",)]


def test_the_maximum_bounds_all_parts_together(fake):
    caller = fake.FakeCaller(say=thinker(30, 30, 100))
    [chain] = propose(caller, "think@100:min=90")
    assert sum(draw.output_tokens for draw in chain[:-1]) == 100
    assert chain[-1].prefix.endswith("x</t>")


def test_a_model_that_says_nothing_more_is_let_go(fake):
    caller = fake.FakeCaller(say=thinker(*[0] * 99))
    [chain] = propose(caller, "think@2000:min=1000")
    assert len(chain) == 18


def test_votes_think_for_their_minimum_each(fake):
    caller = fake.FakeCaller(
        say=lambda prefix, rng: (
            "Answer: 1" if fake_end in prefix else "x" * rng.randint(1, 40) + fake_end
        )
    )
    chains = propose(caller, "vote@9:think=100,min=60")
    assert len(chains) == 9
    for chain in chains:
        assert 60 <= sum(draw.output_tokens for draw in chain[:-1]) <= 100


# Revisions


def test_a_revision_sees_the_last_four_answers(fake):
    caller = fake.FakeCaller(say=answers(*range(8)))
    chains = propose(caller, "revise@8")
    assert len(chains) == 8
    shown = [
        [m.content for m in asked.prompt.messages if m.role == "assistant"]
        for asked in caller.asked
    ]
    whole = [f"Answer: {i}" for i in range(8)]
    assert shown == [whole[max(0, i - 4) : i] for i in range(8)]
    turns = caller.asked[3].prompt.messages
    assert [m.role for m in turns] == ["user", *["assistant", "user"] * 3]
    assert {m.content for m in turns[2::2]} == {REQUEST}


def test_parallel_chains_do_not_see_each_other_and_share_no_draw(fake):
    caller = fake.FakeCaller(say=lambda _prefix, _rng: "Answer: 1")
    chains = propose(caller, "revise@4x3")
    assert len(chains) == 12
    assert len({chain[-1].id for chain in chains}) == 12
    assert {len(a.prompt.messages) for a in caller.asked} == {1, 3, 5}


def test_thoughts_are_not_shown_again(fake):
    caller = fake.FakeCaller(
        say=lambda prefix, _rng: "Answer: 1" if fake_end in prefix else "hm" + fake_end
    )
    propose(caller, "revise@2:think=50")
    said = [m.content for m in caller.asked[-1].prompt.messages if m.role == "assistant"]
    assert said == ["Answer: 1"]


def test_old_answers_are_left_out_where_there_is_no_room(fake):
    caller = fake.FakeCaller(say=lambda _p, _r: "Answer: " + "1" * 50, context=600)
    propose(caller, "revise@6:max=60")
    for asked in caller.asked[1:]:
        assert caller.room(prompt=asked.prompt) >= 60 or len(asked.prompt.messages) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("adaptive@0", "adaptive@40"),
        ("adaptive@8:p=1", "below 1"),
        ("adaptive@8:p=0.2", "from 0.5"),
        ("adaptive@8:temperature=0", "the same"),
        ("revise", "revise@8"),
        ("revise@4x0", "revise@8"),
        ("revise@4x2:temperature=0", "the same"),
        ("revise@4:select=best", "needs a reward"),
        ("revise@4:reward=steps", "uses no reward"),
        ("revise@4:select=bets", "best"),
        ("think@100:min=200", "more than 100"),
        ("vote@4:min=200", "need a thinking limit"),
        ("think@100:wait=Hm", "min= or waits="),
        ("best@4", r"needs a reward: write reward=NAME \(.*\bsteps\b.*\)"),
        ("best@0:reward=steps", "at least one"),
        ("best@4:reward=stps", "did you mean 'steps'"),
        ("best@4:reward=steps:x", "no argument"),
        ("best@4:reward=judge:x", "judge:3"),
        ("best@4:reward=hf", "hf:FOLDER"),
        ("best@4:reward=hf:/no/such", "no such folder"),
        ("best@4:reward=steps,agg=max", "agg="),
        ("vote@4:agg=min", "agg"),
        ("beam@4x2", "needs a reward"),
        ("mcts@4:reward=steps,select=first", "did you mean|known"),
    ],
)
def test_budgets_that_make_no_sense_say_why(text, message):
    with pytest.raises(UsageError, match=message):
        resolve(Budget.parse(text))
