"""Selectors over answers with partial credit, against enumeration of all subsets."""

from __future__ import annotations

import itertools
import statistics

import pytest

from harness.budgets import Judged
from harness.budgets.selectors.best import Best
from harness.budgets.selectors.choosing import Choosing
from harness.budgets.selectors.first import First
from harness.budgets.selectors.majority import Majority
from harness.budgets.selectors.oracle import Oracle
from harness.budgets.selectors.weighted import Weighted
from harness.core import Status, Verdict


def answer(score: float, key: str | None, reward: float) -> Judged:
    status = Status.CORRECT if score == 1 else Status.WRONG
    return Judged(verdict=Verdict(status=status, key=key, score=score), steps=(reward,))


POOL = [
    answer(0.25, "a", 0.9),
    answer(0.25, "a", 0.2),
    answer(0.75, "b", 0.6),
    answer(1.0, "c", 0.5),
    answer(0.0, None, 0.1),
]


class Longest(Choosing):
    name = "longest"

    def choose(self, answers):
        return max(answers, key=lambda judged: judged.verdict.score)


def score(judged: Judged) -> float:
    assert judged.verdict.score is not None
    return judged.verdict.score


def subsets(k: int) -> list[tuple[Judged, ...]]:
    return list(itertools.combinations(POOL, k))


def winners(subset, weight):
    """The mean score of the classes that win, each class of one score."""
    sums: dict[str, float] = {}
    for judged in subset:
        if judged.verdict.key is not None:
            sums[judged.verdict.key] = sums.get(judged.verdict.key, 0.0) + weight(judged)
    if not sums:
        return statistics.fmean(map(score, subset))
    top = [key for key, value in sums.items() if value > max(sums.values()) - 1e-9]
    of = {judged.verdict.key: score(judged) for judged in subset}
    return statistics.fmean(of[key] for key in top)


@pytest.mark.parametrize("k", range(1, 6))
@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (First(), lambda s: statistics.fmean(map(score, s))),
        (Oracle(), lambda s: max(map(score, s))),
        (Longest(), lambda s: max(map(score, s))),
        (Majority(), lambda s: winners(s, lambda j: 1.0)),
        (Weighted("last"), lambda s: winners(s, lambda j: j.steps[-1])),
        (
            Best("last"),
            lambda s: score(max(s, key=lambda j: (j.verdict.key is not None, j.steps[-1]))),
        ),
    ],
    ids=["first", "oracle", "chooser", "majority", "weighted", "best"],
)
def test_the_expected_score_is_the_mean_over_all_subsets(selector, expected, k) -> None:
    found = selector.expect(POOL, k)
    wanted = statistics.fmean(expected(subset) for subset in subsets(k))
    assert found.get(Status.CORRECT, 0.0) == pytest.approx(wanted, abs=1e-12)
    assert sum(found.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    "selector", [First(), Oracle(), Majority(), Weighted("last"), Best("last")]
)
def test_full_and_no_credit_are_right_and_wrong(selector) -> None:
    plain = [
        Judged(verdict=Verdict(status=j.verdict.status, key=j.verdict.key), steps=j.steps)
        for j in POOL
    ]
    graded = [
        Judged(
            verdict=Verdict(
                status=j.verdict.status,
                key=j.verdict.key,
                score=float(j.verdict.status is Status.CORRECT),
            ),
            steps=j.steps,
        )
        for j in POOL
    ]
    for k in range(1, 6):
        one, two = selector.expect(plain, k), selector.expect(graded, k)
        assert {s: v for s, v in two.items() if v} == pytest.approx(
            {s: v for s, v in one.items() if v}
        )
