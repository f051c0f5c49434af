"""reasoning-gym's generators as tasks, against the real package."""

from __future__ import annotations

import pytest

from harness.core import DataSource, MissingExtraError, Status, UnknownNameError, UsageError
from harness.interop.reasoning_gym import ReasoningGymVerifier, answer_in, family
from harness.verifiers.pool import VerifierPool

gym = pytest.importorskip("reasoning_gym", reason="needs the extra [reasoning-gym] (see .ci/run)")
pytestmark = pytest.mark.extras


def load(name: str, limit: int = 3, **options: str):
    return family(name)().load(DataSource(limit=limit, options=options))


@pytest.mark.parametrize("name", ["chain_sum", "leg_counting", "word_sorting", "sudoku", "maze"])
def test_problems_and_scores_are_its_own(name: str) -> None:
    theirs = gym.create_dataset(name, seed=4, size=3)
    ours = load(name, seed="4", size="3")
    assert [p.question for p in ours] == [entry["question"] for entry in theirs]
    verifier = ReasoningGymVerifier()
    for problem, entry in zip(ours, theirs, strict=True):
        answers = [entry["answer"], f"about {entry['answer']} or so", "no idea at all 77"]
        for answer in answers:
            verdict = verifier.verify(f"So <answer>{answer}</answer>", problem)
            score = theirs.score_answer(answer, entry)
            assert verdict.shares.get(Status.CORRECT, 0.0) == pytest.approx(score)
        assert verifier.verify(f"<answer>{entry['answer']}</answer>", problem).score is None


def test_settings_are_its_own_and_typed() -> None:
    [problem] = load("chain_sum", limit=1, min_terms="7", max_terms="7")
    assert problem.question.count("+") + problem.question.count(" - ") == 6
    with pytest.raises(UnknownNameError, match="min_terms"):
        load("chain_sum", min_term="7")
    with pytest.raises(UsageError, match="chain_sum"):
        load("chain_sum", min_terms="0")
    with pytest.raises(UnknownNameError, match="chain_sum"):
        load("chain_sums")


def test_a_scorer_that_runs_an_answer_is_refused_unless_trusted() -> None:
    with pytest.raises(UsageError, match="trust=yes"):
        load("countdown")
    assert load("countdown", limit=1, trust="yes")


def test_it_is_judged_in_a_worker() -> None:
    problems = load("leg_counting", seed="9")
    with VerifierPool(1) as pool:
        told = [
            pool.submit(family("leg_counting")().verifier(), f"<answer>{p.gold}</answer>", p)
            for p in problems
        ]
        assert [one.result(120).status for one in told] == [Status.CORRECT] * 3


@pytest.mark.parametrize(
    ("text", "whole", "answer"),
    [
        ("<answer>1</answer> or <answer> 2 </answer>", True, "2"),
        ("It is so. Answer: 5", True, "5"),
        ("First.\n\nThe last line\n", True, "The last line"),
        ("<answer>3</answer> and th", False, "3"),
        ("Answer: 12", False, ""),
        ("", True, ""),
    ],
)
def test_where_the_answer_stands(text: str, whole: bool, answer: str) -> None:
    assert answer_in(text, whole=whole) == answer


def test_without_the_package_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "reasoning_gym", None)
    with pytest.raises(MissingExtraError, match="reasoning-gym"):
        load("chain_sum")
