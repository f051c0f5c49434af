"""Short contexts, cuts inside marks, engines that tell little: through the whole product.

Nothing that was paid for is lost, and no problem drops out of an accuracy.
"""

from __future__ import annotations

import pytest

from harness.core import Status
from harness.store import open_store
from harness.store.verify import verify
from harness.testing import ScriptedCaller, ScriptedEngine, attempt

from ..grids import every_second, in_turn  # noqa: TID252

PROMPT = 41  # characters of the task's prompt as the engine renders it: the least of any problem


@pytest.fixture(autouse=True)
def _registry(monkeypatch):
    from harness.budgets.recipes import build_reward
    from harness.core import registry

    for kind in ("tasks", "rewards"):
        monkeypatch.setitem(registry._registered, kind, dict(registry._registered[kind]))
    build_reward.cache_clear()


def rambler(prompt, prefix, luck):
    """Thinks for 5 to 200 letters, then answers in a line."""
    if prefix.rfind("<think>") > prefix.rfind("</think>"):
        return "x" * luck.randint(5, 200) + "</think>Answer: 1"
    return "" if "Answer" in prefix else "Answer: 1"


OVERFLOWING = (
    "think@100",
    "vote@3:think=100",
    "vote@3:think=100,min=50",
    "think@100:waits=3",
    "revise@2x3",
    "revise@2x2:think=40",
    "adaptive@5:think=100",
    "beam@4x2:reward=scripted",
    "mcts@4:reward=scripted",
    "rmaxts@4:select=vote",
    "best@3:reward=scripted,think=100",
    "vote@3:think=100 tokens<=80",
)


@pytest.mark.parametrize("hidden", [True, pytest.param(False, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "contexts",
    [(30, PROMPT + 2, 75), pytest.param((60, 120), marks=pytest.mark.nightly)],
    ids=["", "more"],
)
@pytest.mark.parametrize("budget", every_second(OVERFLOWING))
def test_a_context_that_is_too_short_costs_no_problem(budget, contexts, hidden):
    for context in contexts:
        engine = ScriptedEngine(say=rambler, context=context, hides_context=hidden)
        result = attempt(budget, engine, problems=4)
        report = result.report
        assert result.evaluation.ok, result.evaluation.errors
        assert (report.problems, report.failed) == (4, 0)
        assert sum(report.verdicts.values()) == pytest.approx(4)
        assert report.charged.output_tokens == engine.output_tokens
        if context == 30:  # the prompt alone is longer
            assert report.verdicts == {Status.TRUNCATED: 4}
            assert engine.output_tokens == 0


def test_room_for_the_answer_is_kept():
    """Thoughts of 5 to 200 tokens, a context of 100: all of them answer."""
    engine = ScriptedEngine(say=rambler, context=120)
    report = attempt("vote@3:think=500", engine, problems=8).report
    assert report.truncated == 0
    assert set(report.verdicts) <= {Status.CORRECT, Status.WRONG}


def test_a_long_thought_costs_its_own_sample_alone():
    def say(prompt, prefix, luck):
        if prefix.rfind("<think>") > prefix.rfind("</think>"):
            return "x" * luck.choice([5, 300]) + "</think>"
        return "So it is, as far as I can see: \nAnswer: 1"

    engine = ScriptedEngine(say=say, context=PROMPT + 60)
    answers = attempt("vote@8:think=300", engine, problems=3).answers
    cut = [a.finish == "length" for a in answers]
    assert len(answers) == 24
    assert any(cut)
    assert not all(cut)
    assert all(c or a.verdict.key == "=1" for a, c in zip(answers, cut, strict=True))


def test_a_store_with_empty_completions_verifies_and_goes_on(tmp_path):
    db = tmp_path / "t.sqlite"
    first = attempt("vote@3:think=100", ScriptedEngine(say=rambler, context=30), db=db)
    second = ScriptedEngine(say=rambler, context=30)
    again = attempt("vote@3:think=100", second, db=db)
    assert second.calls == 0
    assert again.report.verdicts == first.report.verdicts
    with open_store(db) as store:
        assert verify(store)[1] == []


@pytest.mark.parametrize(("short", "width"), in_turn((3, 5, 6, 8, 9, 12), (1, 3, 2, 5)))
def test_a_shorter_thought_beside_a_longer_is_the_same_as_alone(short, width):
    """Whatever it is cut from: thoughts end within the cut's reach, and so do their marks."""

    def say(prompt, prefix, luck):
        if prefix.rfind("<think>") > prefix.rfind("</think>"):
            return "abcdefgh"[: luck.randint(0, 8)] + "</think>Answer: 1"
        return f"Answer: {luck.randrange(3)} by {prefix[-8:]}"

    texts = {}
    for beside in ((), ("vote@4:think=64",)):
        engine = ScriptedEngine(say=say, token_width=width)
        result = attempt(f"vote@4:think={short}", engine, problems=6, beside=beside)
        key = lambda a: (a.problem.id, a.index)  # noqa: E731
        texts[bool(beside)] = {key(a): (a.response, a.usage.output_tokens) for a in result.answers}
    assert texts[True] == texts[False]


@pytest.mark.parametrize("budget", ["mcts@4:reward=scripted", "mcts@12x2:reward=scripted,batch=3"])
@pytest.mark.parametrize("tokens", [12, 30, 47, 90])
def test_every_finished_answer_under_a_ceiling_is_used(budget, tokens):
    """A model of one-line answers: each draw is a finished answer."""
    engine = ScriptedEngine(
        say=lambda _p, prefix, luck: "" if prefix else f"Answer: {luck.randrange(3)}"
    )
    result = attempt(f"{budget} tokens<={tokens}", engine, problems=5)
    finished = sum(one.finish == "stop" for one in engine.completions)
    used = [a for a in result.answers if a.finish == "stop" and a.id]
    assert len(used) == finished
    assert result.report.charged.output_tokens == engine.output_tokens
    assert engine.output_tokens <= 5 * tokens


def test_a_vote_in_a_tree_counts_draws():
    """Of equal finished steps each was drawn, and each is a vote."""
    engine = ScriptedEngine(
        say=lambda _p, prefix, luck: "" if prefix else f"Answer: {luck.randrange(2)}"
    )
    result = attempt("mcts@4x4:reward=scripted,select=vote", engine, problems=6)
    assert len(result.answers) == 6 * 4 == engine.samples


@pytest.mark.parametrize("least", [40, 64, 100])
def test_a_minimum_holds_however_often_it_takes(least):
    """A model that stops after every word: more than 16 waits, and end marks are no thought."""

    def say(prompt, prefix, luck):
        if prefix.rfind("<think>") > prefix.rfind("</think>"):
            return "y" * luck.randint(0, 2) + "</think>"
        return "Answer: 1"

    engine = ScriptedEngine(say=say)
    for answer in attempt(f"vote@3:think=2000,min={least}", engine, problems=4).answers:
        thought = answer.response.partition("<think>")[2].partition("</think>")[0]
        assert thought.count("y") >= least
        assert thought.count("Wait") > 16


def test_a_model_that_says_nothing_more_is_let_go():
    engine = ScriptedEngine(
        say=lambda _p, prefix, _luck: "</think>" if prefix[-4:] == "Wait" else "x</think>"
    )
    caller = ScriptedCaller(engine)
    import asyncio

    from harness.budgets import Budget, resolve

    async def go():
        proposer = resolve(Budget.parse("think@2000:min=1000")).proposer
        return [chain async for chain in proposer.propose(caller, 1)]

    [[*thought, _]] = asyncio.run(go())
    assert len(thought) == 1 + 17


@pytest.mark.parametrize(
    "budget",
    [
        "beam@6x3:reward=scripted",
        "dvts@6x3:reward=scripted",
        "mcts@10:reward=scripted",
        "lookahead@4x2+1:reward=scripted",
    ],
)
def test_an_engine_that_does_not_say_what_stopped_it_is_read_all_the_same(budget):
    told, silent = ScriptedEngine(), ScriptedEngine(tells_stop=False)
    one, other = attempt(budget, told, problems=6), attempt(budget, silent, problems=6)
    assert silent.calls == told.calls
    assert [a.response for a in one.answers] == [a.response for a in other.answers]


@pytest.mark.parametrize(
    ("budget", "number"),
    in_turn(("vote@3:think=30", "mcts@6:reward=scripted", "dvts@4x2:reward=scripted"),
            (1, 5, 2, 9)),
)  # fmt: skip
def test_a_call_that_fails_is_said_and_made_again(budget, number, tmp_path):
    db = tmp_path / "t.sqlite"
    whole = attempt(budget, ScriptedEngine(), problems=4)
    failing = ScriptedEngine(fail_at={number: "no luck"})
    first = attempt(budget, failing, problems=4, db=db)
    assert first.evaluation.failed == 1
    assert "no luck" in first.evaluation.errors[0]
    assert (first.report.problems, first.report.failed) == (3, 1)
    second = attempt(budget, ScriptedEngine(), problems=4, db=db)
    assert second.evaluation.ok
    assert second.report.verdicts == whole.report.verdicts
    assert second.report.charged == whole.report.charged


def test_a_judges_words_stay_its_own_where_a_ceiling_cuts_them(tmp_path):
    """What was said in a judge's call is charged as reward, whole or cut."""
    db, roles = tmp_path / "t.sqlite", {}
    for tokens in (10**6, 25, 31, 40):
        report = attempt(
            f"best@3:reward=judge,max=30 tokens<={tokens}", ScriptedEngine(), problems=4, db=db
        ).report
        alone = attempt(
            f"best@3:reward=judge,max=30 tokens<={tokens}", ScriptedEngine(), problems=4
        ).report
        assert report.charged_by_role == alone.charged_by_role
        roles[tokens] = {role: usage.output_tokens for role, usage in alone.charged_by_role.items()}
    assert roles[25]["reward"] > 0
