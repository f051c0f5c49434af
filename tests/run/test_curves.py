"""Curves as they are read: equal cost, frontiers and policies on curves whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from harness.analysis.curve_figures import cost_span, figures, fit_coverage, rows
from harness.analysis.curves import Curve, CurvePoint, sizes_up_to
from harness.analysis.equal_cost import (
    at_cost,
    compare_at,
    frontier,
    on_common_problems,
    selection_gap,
    shared_costs,
)
from harness.analysis.policy import compute_optimal
from harness.analysis.power import plan_decision
from harness.core import UsageError
from harness.results.device import shares
from harness.stats import mean_interval, pass_at_k

FACTS = {"task": "t", "task_version": "1", "data": "d", "prompts": "p", "verifier": "v"}


def point(budget, size, scores, tokens, clusters):
    tokens = [tokens] * len(scores) if np.isscalar(tokens) else tokens
    return CurvePoint(
        budget=budget,
        size=size,
        accuracy=mean_interval(scores, clusters),
        scores=tuple(map(float, scores)),
        costs={"tokens": tuple(map(float, tokens)), "flops": None, "usd": None},
    )


def curve(metric, points, *, model="m", facts=FACTS, clusters=None, **more):
    n = len(points[0][2])
    clusters = tuple(clusters or (f"c{i}" for i in range(n)))
    return Curve(
        model=model,
        task="t",
        metric=metric,
        run=f"run-{metric}",
        points=tuple(point(*p, clusters) for p in points),
        problems=tuple(f"p{i}" for i in range(n)),
        clusters=clusters,
        facts=facts,
        **more,
    )


def test_sizes() -> None:
    assert sizes_up_to(1) == [1]
    assert sizes_up_to(24) == [1, 2, 4, 8, 16, 24]


def test_between_two_budgets_stands_their_mixture() -> None:
    c = curve("a@n", [("a@1", 1, [0, 0, 1, 0], 10), ("a@2", 2, [1, 1, 1, 0], 30)])
    mix = at_cost(c, "tokens", 15)
    assert (mix.cheaper, mix.dearer, mix.share) == ("a@1", "a@2", 0.25)
    assert mix.accuracy == pytest.approx(0.75 * 0.25 + 0.25 * 0.75)
    assert at_cost(c, "tokens", 10).accuracy == 0.25
    assert at_cost(c, "tokens", 30).accuracy == 0.75
    with pytest.raises(UsageError, match="outside"):
        at_cost(c, "tokens", 31)
    with pytest.raises(UsageError, match="unknown"):
        at_cost(c, "flops", 15)


def test_equal_cost_is_not_equal_n() -> None:
    cheap = curve("a@n", [("a@1", 1, [0.5] * 40, 10), ("a@10", 10, [0.9] * 40, 100)])
    dear = curve("b@n", [("b@1", 1, [0.8] * 40, 100)])
    assert shared_costs(cheap, dear, "tokens") == [100]
    m = compare_at(dear, cheap, "tokens", 100)
    assert m.difference.value == pytest.approx(0.1)
    assert m.difference.low < 0.1 < m.difference.high


def test_the_interval_at_equal_cost_holds_the_truth() -> None:
    """Costs vary over problems and go with success; A is at half way between its budgets."""
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(300):
        p = rng.beta(2, 2, 60)
        hard = 1 - p
        low, high = rng.random(60) < 0.6 * p, rng.random(60) < 0.6 * p + 0.3
        a = curve("a@n", [("a@1", 1, low, 5 + 10 * hard), ("a@2", 2, high, 15 + 30 * hard)])
        b = curve("b@n", [("b@1", 1, rng.random(60) < p, 20.0)])
        # Means: costs 10 and 30, accuracies 0.3 and 0.6: 0.45 at 20, against 0.5.
        d = compare_at(a, b, "tokens", 20).difference
        held += d.low <= 0.05 <= d.high
    assert held >= 0.93 * 300


def test_what_was_not_measured_alike_is_refused() -> None:
    a = curve("a@n", [("a@1", 1, [0, 1], 10)])
    b = curve("b@n", [("b@1", 1, [0, 1], 10)], facts={**FACTS, "verifier": "w"})
    with pytest.raises(UsageError, match="verifier"):
        on_common_problems([a, b])


def test_common_problems() -> None:
    a = curve("a@n", [("a@1", 1, [0, 1, 1], [1, 2, 3])])
    b = curve("b@n", [("b@1", 1, [1, 0], 10)], facts={**FACTS, "data": "part"})
    one, two = on_common_problems([a, b])
    assert one.problems == two.problems == ("p0", "p1")
    assert one.points[0].cost("tokens") == 1.5


def test_frontier_with_its_chance() -> None:
    rng = np.random.default_rng(1)
    base = (rng.random(100) < 0.5).astype(float)
    better = np.maximum(base, rng.random(100) < 0.5)
    a = curve("a@n", [("a@1", 1, base, 10), ("a@2", 2, better, 20), ("a@3", 3, base, 30)])
    places = frontier([a])
    assert [p.point.budget for p in places] == ["a@1", "a@2"]
    assert places[1].chance > 0.99
    oracle = curve("pass@k", [("pass@1", 1, [1.0] * 100, 1)])
    assert frontier([a, oracle]) == places


def pooled(counts, metric="pass@k", answers=None):
    k = min(n for n, _ in counts)
    points = [
        (f"pass@{s}", s, [pass_at_k(n, c, s) for n, c in counts], 10 * s) for s in sizes_up_to(k)
    ]
    return curve(metric, points, counts=tuple(counts), answers=answers)


def test_selection_gap() -> None:
    cover = pooled([(4, 2)] * 30)
    chosen = curve("vote@k", [("vote@1", 1, [0.5] * 30, 10), ("vote@4", 4, [0.5] * 30, 40)])
    gaps = dict(selection_gap(cover, chosen))
    assert 1 not in gaps  # of one sample there is nothing to choose
    assert gaps[4].value == pytest.approx(0.5)


def test_a_gap_is_never_negative_and_neither_is_its_interval() -> None:
    """Where selection misses 2 of 30: the interval of a mean, not of a difference."""
    cover = pooled([(4, 4)] * 30)
    missed = curve("vote@k", [("vote@4", 4, [0.0] * 2 + [1.0] * 28, 40)])
    [(_, gap)] = selection_gap(cover, missed)
    wanted = mean_interval([1.0] * 2 + [0.0] * 28)
    assert (gap.value, gap.low, gap.high) == pytest.approx((wanted.value, wanted.low, wanted.high))
    assert gap.low > 0
    lucky = curve("vote@k", [("vote@4", 4, [1.0] * 30, 40)])  # drawn elsewhere
    [(_, other)] = selection_gap(pooled([(4, 0)] + [(4, 4)] * 29), lucky)
    assert other.value == pytest.approx(-1 / 30)
    assert other.low < other.value


def test_figures_and_rows() -> None:
    c = curve("a@n", [("a@1", 1, [0, 0, 0, 1], 10), ("a@2", 2, [0, 1, 1, 0], 100)])
    f = figures(c, "tokens", *cost_span([c], "tokens"))
    assert f is not None
    assert (f.area, f.performance) == (pytest.approx(0.25), 0.5)
    assert f.scaling == pytest.approx(0.25 / 90)
    assert figures(c, "usd", 1, 2) is None
    row = rows(c)[0]
    assert row["tokens_per_correct"] == 40
    assert row["usd"] is row["usd_per_correct"] is None


def test_fits_of_a_pool_say_why_one_is_refused() -> None:
    fit = fit_coverage(pooled([(8, 0)] * 30 + [(8, 8)] * 10))
    assert fit.beta is None
    assert "always" in fit.refused["beta"]
    assert fit.to_json([10])["foretold"][0]["beta"] is None


def mixed_world(n=400, seed=0):
    """Easy problems need no votes; on hard ones the dear strategy alone helps."""
    rng = np.random.default_rng(seed)
    easy = rng.random(n) < 0.5
    counts = [(8, 8 if e else 2) for e in easy]
    answers = tuple(("x",) * 8 if e else tuple("abcdefgh") for e in easy)
    pool = pooled(counts, answers=answers)
    cheap = curve("a@n", [("a@1", 1, np.where(easy, 1.0, 0.2), 10)])
    dear = curve("b@n", [("b@1", 1, np.where(easy, 0.5, 0.7), 60)])
    return [pool, cheap, dear]


@pytest.mark.parametrize(("difficulty", "estimation"), [("oracle", 0.0), ("predicted", 40.0)])
def test_the_policy_finds_the_best_of_each_difficulty(difficulty, estimation) -> None:
    policy = compute_optimal(mixed_world(), "tokens", 100, difficulty=difficulty)
    assert policy.accuracy.value == pytest.approx(0.85, abs=0.03)
    assert policy.fixed.value == pytest.approx(0.6, abs=0.03)
    assert policy.gain.low > 0.15
    assert policy.estimation == estimation
    assert policy.cost == pytest.approx(35 + estimation, abs=4)
    for half in policy.choices:  # two kinds of problems fill two of the five bins
        assert [name for name in half if name != "–"] == ["a@1", "b@1"]


def test_the_policy_charges_the_probe_and_says_what_does_not_fit() -> None:
    world = mixed_world()
    with pytest.raises(UsageError, match="estimating the difficulty 40"):
        compute_optimal(world, "tokens", 45)
    with pytest.raises(UsageError, match="pool"):
        compute_optimal(world[1:], "tokens", 100)
    with pytest.raises(UsageError, match="probe of 9"):
        compute_optimal(world, "tokens", 100, probe=9)


def test_a_policy_on_noise_gains_nothing() -> None:
    """Cross-fitting: strategies that differ by luck alone bring nothing on the other half."""
    gains = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        pool = pooled([(8, int(c)) for c in rng.binomial(8, 0.5, 100)])
        noise = [curve(f"s{i}@n", [(f"s{i}@1", 1, rng.random(100) < 0.5, 10)]) for i in range(10)]
        keys = tuple(tuple(rng.choice(list("ab"), 8)) for _ in range(100))
        pool = pooled(pool.counts, answers=keys)
        gains.append(
            compute_optimal([pool, *noise], "tokens", 20, difficulty="oracle").accuracy.value
        )
    assert np.mean(gains) == pytest.approx(0.5, abs=0.03)


def test_decision_from_a_pool() -> None:
    rng = np.random.default_rng(5)
    counts = [(8, int(c)) for c in rng.binomial(8, rng.beta(2, 2, 200))]
    plan = plan_decision([pooled(counts)], 0.02, correlation=1.0)
    assert plan.contrast.omega2 == 0
    one, two = plan.designs[:2]
    assert one.tokens == 10 * one.problems
    assert two.problems == pytest.approx(one.problems / 2, rel=0.01)
    assert plan.share_within == 1
    assert plan.with_these is not None
    assert plan_decision([pooled(counts)], 0.02, correlation=0.0).with_these is None
    with pytest.raises(UsageError, match="difference="):
        plan_decision([pooled(counts)], 2)
    with pytest.raises(UsageError, match="no variance"):
        plan_decision([pooled([(4, 4)] * 10)], 0.02)


def test_time_is_shared_by_the_calls_under_way() -> None:
    parts = shares([(0, 2), (1, 3), (5, 6), (5.2, 5.4), (7, 7)])
    assert parts == pytest.approx([1.5, 1.5, 0.9, 0.1, 0])
    assert sum(parts) == pytest.approx(4)  # the union's length
    assert shares([]) == []
