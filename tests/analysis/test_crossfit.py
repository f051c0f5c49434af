"""What is chosen is scored on other problems and other samples: luck gains nothing."""

from __future__ import annotations

import numpy as np
import pytest

from harness.analysis.crossfit import best_budget, deal
from harness.analysis.curves import Curve, CurvePoint, sizes_up_to
from harness.analysis.policy import compute_optimal
from harness.analysis.pools import Pool
from harness.budgets import Judged
from harness.budgets.selectors.majority import Majority
from harness.core import Status, UsageError, Verdict
from harness.stats import mean_interval, pass_at_k

FACTS = {"task": "t", "task_version": "1", "data": "d", "prompts": "p", "verifier": "v"}


def judged(right: bool) -> Judged:
    status = Status.CORRECT if right else Status.WRONG
    return Judged(verdict=Verdict(status=status, key="right" if right else "wrong"), steps=None)


def pool_of(right: np.ndarray, name: str) -> Pool:
    """Answers that are right or wrong, (problems, samples), each a sample of its own."""
    return Pool(
        judged=tuple(tuple(judged(bool(r)) for r in row) for row in right),
        samples=tuple(
            tuple(frozenset({f"{name}-{i}-{j}"}) for j in range(right.shape[1]))
            for i in range(len(right))
        ),
        selector=Majority(),
    )


def voting(right: np.ndarray, name: str, only: int | None = None, copies: int = 1) -> list[Curve]:
    """The curves of a pool, as they are read from a store: coverage and the vote.

    `only` one size of the vote; `copies`: so many problems make a cluster.
    """
    problems, n = right.shape
    pool = pool_of(right, name)
    none = [frozenset[str]()] * problems
    clusters = tuple(f"c{i // copies}" for i in range(problems))

    def curve(metric: str, scores: dict[int, tuple[float, ...]]) -> Curve:
        points = tuple(
            CurvePoint(
                budget=f"{metric.partition('@')[0]}@{k}:{name}",
                size=k,
                accuracy=mean_interval(scores[k], clusters),
                scores=scores[k],
                costs={"tokens": (10.0 * k,) * problems, "flops": None, "usd": None},
                pool=pool,
            )
            for k in scores
        )
        return Curve(
            model="m",
            task="t",
            metric=metric,
            run=name,
            points=points,
            problems=tuple(f"p{i}" for i in range(problems)),
            clusters=clusters,
            facts=FACTS,
            counts=tuple((n, int(row.sum())) for row in right),
            answers=tuple(tuple("right" if r else "wrong" for r in row) for row in right),
        )

    sizes = sizes_up_to(n)
    cover = {k: tuple(pass_at_k(n, int(r.sum()), k) for r in right) for k in sizes}
    votes = {k: pool.score(k, none) for k in sizes}
    assert all(v is not None for v in votes.values())
    return [
        curve("pass@k", cover),
        curve("vote@k", {k: v for k, v in votes.items() if v and only in (None, k)}),
    ]


@pytest.mark.parametrize(
    "difficulty", ["predicted", pytest.param("oracle", marks=pytest.mark.slow)]
)
def test_one_strategy_at_two_seeds_gains_nothing(difficulty: str) -> None:
    """The same strategy twice: a gain is claimed, and 0 outside, in 5% of draws at most."""
    rng = np.random.default_rng(21)
    claimed = outside = 0
    draws = 60
    for _ in range(draws):
        rates = rng.beta(1, 1, 60)[:, None]
        one, two = rng.random((2, 60, 8)) < rates
        curves = [*voting(one, "a", 4), *voting(two, "b", 4)]
        gain = compute_optimal(curves, "tokens", 80, difficulty=difficulty, probe=2).gain
        claimed += gain.low > 0
        outside += not gain.low <= 0 <= gain.high
    assert claimed <= 5  # of 60 with a chance of 2.5%: more than 5 has one of 0.4%
    assert outside <= 8


def test_a_strategy_that_helps_with_hard_problems_is_found() -> None:
    """Votes raise what is mostly right and lower what is mostly wrong: the policy votes there."""
    rng = np.random.default_rng(22)
    rates = np.where(np.arange(300) % 2 == 0, 0.85, 0.2)[:, None]
    curves = voting(rng.random((300, 32)) < rates, "a")
    policy = compute_optimal(curves, "tokens", 160, difficulty="oracle")
    easiest = {half[0].partition(":")[0] for half in policy.choices}
    hardest = {half[-1].partition(":")[0] for half in policy.choices}
    assert easiest <= {"vote@8", "vote@16"}
    assert "vote@1" in hardest or "vote@2" in hardest
    assert len(policy.choices) == 4
    assert policy.gain.low > 0
    assert policy.left_out == ()


def test_a_budget_that_needs_the_samples_of_the_difficulty_is_left_out() -> None:
    rng = np.random.default_rng(23)
    curves = voting(rng.random((40, 8)) < 0.5, "a")
    policy = compute_optimal(curves, "tokens", 80, difficulty="oracle")
    assert policy.left_out == ("vote@8:a",)
    with pytest.raises(UsageError, match="draw a larger pool"):
        compute_optimal(
            voting(rng.random((40, 8)) < 0.5, "a", 8), "tokens", 80, difficulty="oracle"
        )


def test_a_pool_is_scored_without_the_samples_seen() -> None:
    right = np.array([[True, True, False, False], [True, False, False, False]])
    pool = pool_of(right, "a")
    none = [frozenset[str](), frozenset[str]()]
    assert pool.score(1, none) == pytest.approx((0.5, 0.25))
    assert pool.score(1, pool.first([2, 2]).seen) == pytest.approx((0.0, 0.0))
    assert pool.score(2, pool.first([2, 2], last=True).seen) == pytest.approx((1.0, 0.5))
    assert pool.score(3, pool.first([2, 2]).seen) is None
    whole = Pool(pool.judged, pool.samples, pool.selector, whole=True)
    assert whole.score(4, none) == pytest.approx((0.5, 0.0))
    assert whole.score(4, pool.first([1, 1]).seen) is None
    assert pool.rows([1]).score(1, none[:1]) == pytest.approx((0.25,))


def points_of(scores: np.ndarray) -> Curve:
    """Ten budgets of equal cost."""
    problems = scores.shape[1]
    clusters = tuple(f"c{i}" for i in range(problems))
    return Curve(
        model="m",
        task="t",
        metric="s@n",
        run="r",
        points=tuple(
            CurvePoint(
                budget=f"s@{i}",
                size=i,
                accuracy=mean_interval(row, clusters),
                scores=tuple(row),
                costs={"tokens": (10.0 + i,) * problems, "flops": None, "usd": None},
            )
            for i, row in enumerate(scores)
        ),
        problems=tuple(f"p{i}" for i in range(problems)),
        clusters=clusters,
        facts=FACTS,
    )


def test_the_best_of_equal_budgets_is_not_better_than_they_are() -> None:
    rng = np.random.default_rng(24)
    best, highest, held = [], [], 0
    for _ in range(100):
        curve = points_of((rng.random((10, 50)) < 0.5).astype(float))
        found = best_budget([curve])
        assert found is not None
        best.append(found.accuracy.value)
        highest.append(max(p.accuracy.value for p in curve.points))
        held += found.accuracy.low <= 0.5 <= found.accuracy.high
    assert np.mean(highest) > 0.58
    assert np.mean(best) == pytest.approx(0.5, abs=0.025)
    assert held >= 89  # 95 are expected


def test_the_best_budget_names_what_was_chosen() -> None:
    scores = np.full((3, 40), 0.2)
    scores[1] = 0.9
    found = best_budget([points_of(scores)])
    assert found is not None
    assert (found.budget, found.chosen) == ("s@1", ("s@1", "s@1"))
    assert found.accuracy.value == pytest.approx(0.9)
    equal = best_budget([points_of(np.full((3, 40), 0.2))])
    assert equal is not None
    assert equal.chosen == ("s@0", "s@0")  # of equals the cheapest
    assert best_budget([]) is None


def test_parts_keep_clusters_together_and_are_even() -> None:
    codes = np.repeat(np.arange(12), 3)
    parts = deal(codes, 4)
    assert sorted(np.bincount(parts)) == [9, 9, 9, 9]
    assert all(len(set(parts[codes == g])) == 1 for g in range(12))
    with pytest.raises(UsageError, match="two clusters"):
        deal(np.zeros(5, dtype=np.intp), 2)
