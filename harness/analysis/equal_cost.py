"""Comparing curves: frontiers, selection gaps, accuracy at equal cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from harness.analysis.curves import UNITS, Curve, CurvePoint
from harness.core import Estimate, UsageError
from harness.cost import pareto
from harness.stats import mean_interval, paired_difference
from harness.stats.spread import cluster_codes, spread

Floats = NDArray[np.float64]
_MUST_AGREE = ("task", "task_version", "data", "prompts", "verifier")


def on_common_problems(curves: Sequence[Curve]) -> list[Curve]:
    """The curves restricted to their common problems, in the first one's order.

    UsageError if they were measured differently (task, its version, data, prompts or verifier
    differ), or have no problem in common.
    """
    if not curves:
        return []
    first = curves[0]
    for curve in curves[1:]:
        for name in _MUST_AGREE:
            if name == "data" and set(curve.problems) != set(first.problems):
                continue  # a subset of the same problems; ids and the task's version agree
            if name == "prompts" and set(curve.problems) != set(first.problems):
                continue
            if curve.facts[name] != first.facts[name]:
                raise UsageError(
                    f"{first.label} and {curve.label} cannot be compared: "
                    f"{name.replace('_', ' ')} {first.facts[name]} and {curve.facts[name]}"
                )
    shared = set(first.problems).intersection(*(c.problems for c in curves[1:]))
    if not shared:
        raise UsageError("the curves have no problem in common")
    order = [problem for problem in first.problems if problem in shared]
    return [_restricted(curve, order) for curve in curves]


def _restricted(curve: Curve, problems: Sequence[str]) -> Curve:
    if tuple(problems) == curve.problems:
        return curve
    where = {problem: i for i, problem in enumerate(curve.problems)}
    rows = [where[problem] for problem in problems]
    clusters = tuple(curve.clusters[i] for i in rows)

    def kept(point: CurvePoint) -> CurvePoint:
        scores = tuple(point.scores[i] for i in rows)
        return replace(
            point,
            scores=scores,
            accuracy=mean_interval(scores, clusters),
            costs={unit: _rows(values, rows) for unit, values in point.costs.items()},
            pool=None if point.pool is None else point.pool.rows(rows),
        )

    return replace(
        curve,
        problems=tuple(problems),
        clusters=clusters,
        points=tuple(kept(point) for point in curve.points),
        counts=None if curve.counts is None else tuple(curve.counts[i] for i in rows),
        answers=None if curve.answers is None else tuple(curve.answers[i] for i in rows),
    )


def _rows(values: tuple[float, ...] | None, rows: Sequence[int]) -> tuple[float, ...] | None:
    return None if values is None else tuple(values[i] for i in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPoint:
    """A point on the Pareto frontier; `chance` is how often it is there in resampled problems."""

    curve: Curve
    point: CurvePoint
    cost: float
    chance: float


def frontier(
    curves: Sequence[Curve], unit: str = "tokens", *, resamples: int = 1000, seed: int = 0
) -> list[FrontierPoint]:
    """The points of any curve that no other beats in accuracy and cost, in order of cost.

    Coverage is left out, because it requires knowing the answers. `chance` comes from a
    seeded bootstrap of whole clusters of problems. UsageError if costs are unknown.
    """
    chosen = on_common_problems([c for c in curves if not c.oracle])
    pairs = [(c, p) for c in chosen for p in c.points if (p.cost(unit) or 0) > 0]
    if not pairs:
        raise UsageError(f"no point has a known cost in {unit}")
    scores = np.array([p.scores for _, p in pairs])
    costs = np.array([p.costs[unit] for _, p in pairs], dtype=np.float64)
    codes = cluster_codes(chosen[0].clusters, scores.shape[1])
    groups = int(codes.max()) + 1
    members = np.zeros((groups, scores.shape[1]))
    members[codes, np.arange(scores.shape[1])] = 1
    draws = np.random.default_rng(seed).multinomial(groups, [1 / groups] * groups, size=resamples)
    weights = draws @ members
    sizes = weights.sum(axis=1, keepdims=True)
    mean_scores, mean_costs = weights @ scores.T / sizes, weights @ costs.T / sizes
    hits = np.zeros(len(pairs))
    for accuracy, cost in zip(mean_scores, mean_costs, strict=True):
        hits[pareto(list(zip(cost.tolist(), accuracy.tolist(), strict=True)))] += 1
    seen = pareto([(float(c.mean()), float(s.mean())) for c, s in zip(costs, scores, strict=True)])
    return [
        FrontierPoint(
            curve=pairs[i][0], point=pairs[i][1], cost=float(costs[i].mean()),
            chance=float(hits[i] / resamples),
        )
        for i in seen
    ]  # fmt: skip


def selection_gap(coverage: Curve, chosen: Curve) -> list[tuple[float, Estimate]]:
    """Coverage minus accuracy at each common size: what perfect selection could still gain.

    From two samples on: with one there is nothing to select. No selector does better than coverage
    on the same samples, so the gaps lie in [0, 1] and have the interval of a mean; if one is
    negative (other samples, or an estimate over random subsets), that of a paired difference.
    """
    cover, other = on_common_problems([coverage, chosen])
    points = {p.size: p for p in other.points}
    return [
        (p.size, _gap(p, points[p.size], cover.clusters))
        for p in cover.points
        if p.size in points and p.size > 1
    ]


def _gap(cover: CurvePoint, chosen: CurvePoint, clusters: Sequence[str]) -> Estimate:
    gaps = np.array(cover.scores) - np.array(chosen.scores)
    if gaps.min() < -1e-9:
        return paired_difference(cover.scores, chosen.scores, clusters)
    return mean_interval(np.clip(gaps, 0.0, 1.0), clusters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """What a curve reaches at exactly one mean cost.

    Between two measured budgets it is their random mixture: the more expensive one with probability
    `share`, so that the mean cost is exactly `cost`. It can be run as is, unlike a point on a
    smooth line through the data.
    """

    cheaper: str
    dearer: str
    share: float
    accuracy: float
    scores: Floats
    influence: Floats  # scores, corrected for the cost's own estimation error (delta method)


def at_cost(curve: Curve, unit: str, cost: float) -> Mixture:
    """The curve at a mean cost; UsageError outside the measured range."""
    if unit not in UNITS:
        raise UsageError(f"unit {unit!r}: one of {', '.join(UNITS)}")
    known = [(c, p) for p in curve.points if (c := p.cost(unit)) is not None]
    if len(known) < len(curve.points) or not known:
        raise UsageError(f"{curve.label}: cost in {unit} is unknown")
    known.sort(key=lambda pair: pair[0])
    low, high = known[0][0], known[-1][0]
    slack = 1e-9 * high
    if not low - slack <= cost <= high + slack:
        raise UsageError(
            f"{curve.label} was measured from {low:.6g} to {high:.6g} {unit} per problem, and "
            f"{cost:.6g} lies outside: run more budgets, or compare where both were measured"
        )
    above = next((i for i, (c, _) in enumerate(known) if c >= cost - slack), len(known) - 1)
    (c0, p0), (c1, p1) = known[max(0, above - 1)], known[above]
    share = 1.0 if c1 <= c0 else min(1.0, max(0.0, (cost - c0) / (c1 - c0)))
    s0, s1 = np.array(p0.scores), np.array(p1.scores)
    scores = (1 - share) * s0 + share * s1
    costs = (1 - share) * np.array(p0.costs[unit]) + share * np.array(p1.costs[unit])
    slope = float((s1 - s0).mean()) / (c1 - c0) if c1 > c0 else 0.0
    return Mixture(
        cheaper=p0.budget,
        dearer=p1.budget,
        share=share,
        accuracy=float(scores.mean()),
        scores=scores,
        influence=scores - slope * (costs - cost),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """B minus A at equal cost, on the same problems, with its cluster-robust interval."""

    unit: str
    cost: float
    a: Mixture
    b: Mixture
    difference: Estimate


def compare_at(a: Curve, b: Curve, unit: str, cost: float, confidence: float = 0.95) -> Matched:
    """Accuracy of two curves at one mean cost per problem, not at equal N.

    The interval is cluster-robust and paired; it includes the mixtures' dependence on mean costs,
    which are estimates too (delta method), and is never shorter than that of the paired scores.
    """
    a, b = on_common_problems([a, b])
    left, right = at_cost(a, unit, cost), at_cost(b, unit, cost)
    clip = [np.clip(m.scores, 0.0, 1.0) for m in (right, left)]
    base = paired_difference(clip[0], clip[1], a.clusters, confidence)
    influence = right.influence - left.influence
    s = spread(
        influence - influence.mean(), cluster_codes(a.clusters, len(influence)), len(influence)
    )
    low, high = base.low, base.high
    if s.groups > 1:
        half = s.half(confidence)
        low, high = max(-1.0, min(low, base.value - half)), min(1.0, max(high, base.value + half))
    difference = replace(base, low=low, high=high, method=f"matched, {base.method}")
    return Matched(unit=unit, cost=cost, a=left, b=right, difference=difference)


def shared_costs(a: Curve, b: Curve, unit: str) -> list[float]:
    """The measured costs at which both curves are defined, in increasing order."""
    a, b = on_common_problems([a, b])
    spans = []
    for curve in (a, b):
        costs = [c for p in curve.points if (c := p.cost(unit)) is not None]
        if not costs:
            raise UsageError(f"{curve.label}: cost in {unit} is unknown")
        spans.append(sorted(costs))
    low, high = max(s[0] for s in spans), min(s[-1] for s in spans)
    return sorted({c for s in spans for c in s if low <= c <= high and not math.isclose(c, 0)})
