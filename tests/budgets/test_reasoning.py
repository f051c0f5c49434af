"""Effort levels, thinking budgets of the provider, and wishes: what is asked, and of whom."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from harness.budgets import Budget, expand, fit, resolve, wording
from harness.budgets.asking import WISH
from harness.core import (
    EFFORTS,
    Capabilities,
    Message,
    ModelInfo,
    Prompt,
    Sampling,
    ThinkMarks,
    UnknownNameError,
    UsageError,
)
from harness.core.reasoning import ThinkingControl

from .fake import Asked, FakeCaller


def model(
    *ways: ThinkingControl, efforts: tuple[str, ...] = (), marks: bool = False, **can: Any
) -> ModelInfo:
    return ModelInfo(
        spec="x:m",
        name="m",
        fingerprint="f",
        think=ThinkMarks() if marks else None,
        can=Capabilities(thinking=ways, efforts=efforts, advice="try ask@n", **can),
    )


def asked(text: str, marks: ThinkMarks | None = None) -> list[Asked]:
    """What a budget asks a model for, one problem."""
    caller = FakeCaller(marks=marks)
    proposer = resolve(Budget.parse(text)).proposer

    async def go() -> None:
        async for _ in proposer.propose(caller, proposer.size):
            pass

    asyncio.run(go())
    return caller.asked


@pytest.mark.parametrize(
    "text", ["effort@low", "effort@xhigh:max=500", "vote@8:effort=low", "ask@2048"]
)
def test_the_new_words_go_round(text: str) -> None:
    assert str(Budget.parse(text)) == text


def test_levels_expand_to_a_sweep() -> None:
    assert [str(b) for b in expand("effort@{low,medium,high}")] == [
        "effort@low",
        "effort@medium",
        "effort@high",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("effort@3", "such as effort@low"),
        ("effort", "needs a level"),
        ("effort@low:effort=high", "write effort@n or vote"),
        ("ask", "needs a size"),
        ("ask@0", "at least one token"),
        ("ask@9:ask=3", "write ask@n or vote"),
        ("vote@2:by=native", "needs a thinking limit"),
        ("think@9:by=native,min=3", "itself limits"),
        ("think@9:by=magic", "native"),
        ("beam@4x2:reward=steps,effort=low", "unknown option"),
    ],
)
def test_nonsense_is_refused(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        resolve(Budget.parse(text))


def test_an_unknown_level_gets_a_suggestion() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'medium'"):
        fit(Budget.parse("effort@medum"), model(efforts=EFFORTS))


def test_a_level_that_the_model_lacks_names_those_that_it_has() -> None:
    with pytest.raises(UsageError, match="no effort level 'max'; it has low, high"):
        fit(Budget.parse("vote@4:effort=max"), model(efforts=("low", "high")))
    with pytest.raises(UsageError, match="takes no effort levels: try ask@n"):
        fit(Budget.parse("effort@low"), model("forced"))


@pytest.mark.parametrize(
    ("ways", "marks", "given", "fitted"),
    [
        (("forced",), True, "think@64", "think@64"),
        (("forced",), True, "think@64:by=forced", "think@64"),
        (("forced", "native"), True, "think@64", "think@64"),
        (("forced", "native"), True, "think@64:by=native", "think@64:by=native"),
        (("forced", "native"), False, "think@64", "think@64:by=native"),
        (("native", "hint"), False, "think@64", "think@64:by=native"),
        (("native", "hint"), False, "vote@4:think=64", "vote@4:by=native,think=64"),
        (("native", "hint"), False, "think@64:by=hint", "think@64:by=hint"),
        (("native", "forced"), True, "think@64:by=forced", "think@64:by=forced"),
        ((), False, "greedy", "greedy"),
    ],
)
def test_the_way_of_a_thinking_budget_is_written_out_where_it_is_not_forced(
    ways: tuple[ThinkingControl, ...], marks: bool, given: str, fitted: str
) -> None:
    info = model(*ways, marks=marks)
    assert str(fit(Budget.parse(given), info)) == fitted
    assert str(fit(Budget.parse(fitted), info)) == fitted


@pytest.mark.parametrize(
    ("ways", "given", "says"),
    [
        (("forced",), "think@64", "no thinking marks"),
        ((), "think@64", "no way is known.*try ask@n"),
        (("native",), "think@64:by=hint", "takes by=native, not by=hint"),
        (("native",), "think@64", "is 100 tokens"),
        (("native",), "think@100:effort=low", "not both"),
    ],
)
def test_a_budget_that_cannot_be_held_is_refused_before_it_costs(
    ways: tuple[ThinkingControl, ...], given: str, says: str
) -> None:
    info = model(*ways, efforts=("low",), least_thinking=100, effort_and_thinking=False)
    with pytest.raises(UsageError, match=says):
        fit(Budget.parse(given), info)


def test_a_native_thought_and_its_answer_are_one_call_in_which_both_fit() -> None:
    (one,) = asked("think@64:by=native,max=50")
    sampling = one.sampling
    assert (sampling.thinking, sampling.control, sampling.max_tokens) == (64, "native", 114)
    assert (one.prefix, sampling.stop, sampling.provider_sampling) == ("", (), True)
    (hint,) = asked("think@64:by=hint")
    assert hint.sampling.control == "hint"
    thought, answer = asked("think@64", ThinkMarks("<t>", "</t>"))
    assert (thought.sampling.thinking, answer.sampling.thinking) == (None, None)


def test_a_level_comes_with_the_providers_own_sampling() -> None:
    (one,) = asked("effort@low")
    assert (one.sampling.effort, one.sampling.provider_sampling) == ("low", True)
    (several,) = asked("vote@3:effort=low,temperature=0.5")
    assert several.indices == (0, 1, 2)
    assert (several.sampling.provider_sampling, several.sampling.temperature) == (False, 0.5)


def test_a_wish_stands_behind_the_question() -> None:
    (one,) = asked("ask@300")
    assert one.prompt.messages[-1].content == "How many?\n\n" + WISH.format(tokens=300)
    (several,) = asked("vote@2:ask=300")
    assert several.prompt == one.prompt
    plain = Prompt((Message("user", "2+2="),), plain=True)
    caller = FakeCaller(prompt=plain)
    proposer = resolve(Budget.parse("ask@300")).proposer

    async def go() -> None:
        async for _ in proposer.propose(caller, 1):
            pass

    with pytest.raises(UsageError, match="text to continue"):
        asyncio.run(go())


def test_the_wording_of_a_wish_names_a_run_and_nothing_else_does() -> None:
    assert wording(Budget.parse("ask@9")) == wording(Budget.parse("vote@4:ask=9")) != {}
    assert wording(Budget.parse("vote@4")) == {}


def test_what_is_not_asked_for_leaves_a_samples_name_as_it_was() -> None:
    """The five names that every sample has had so far, and no other."""
    assert Sampling(max_tokens=9, temperature=0.7, stop=("x",)).to_json() == {
        "temperature": 0.7,
        "top_p": 1.0,
        "top_k": 0,
        "min_tokens": 0,
        "stop": ["x"],
    }


def test_each_way_of_asking_is_another_sample() -> None:
    base: dict[str, Any] = {"max_tokens": 9}
    ways = [
        {},
        {"provider_sampling": True},
        {"effort": "low"},
        {"effort": "high"},
        {"thinking": 64},
        {"thinking": 64, "control": "hint"},
        {"thinking": 65},
    ]
    named = [str(Sampling(**base, **way).to_json()) for way in ways]
    assert len(set(named)) == len(ways)


def test_families_keep_apart_what_draws_other_samples() -> None:
    texts = [
        "vote@4", "vote@4:effort=low", "vote@4:effort=high", "vote@4:think=9",
        "vote@4:think=9,by=native", "vote@4:think=9,by=hint", "vote@4:ask=9", "vote@4:ask=8",
    ]  # fmt: skip
    families = {resolve(Budget.parse(text)).proposer.family for text in texts}
    assert len(families) == len(texts)
