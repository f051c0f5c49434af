"""Choosing the best budget and estimating its accuracy on different problems.

The highest of several measured accuracies is biased upwards, because it was partly chosen for luck.
Here whole clusters of problems are split into two halves; the budget that is best on one is scored
on the other. Choosing on half of the problems is slightly worse, so the figure is conservative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from harness.analysis.curves import Curve, CurvePoint
from harness.core import Estimate, UsageError
from harness.stats import mean_interval
from harness.stats.spread import cluster_codes

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
CROSSED = 1.15
"""How much longer an interval from crossed halves is.

Each half chooses for the other, so their scores are correlated. For two equal budgets with
independent scores, the part of the variance that decides the choice, which is half of it, has the
correlation 2/pi (of |x| and |y|, x and y normal): sqrt(1 + 1/pi) = 1.148.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The best budget, with its accuracy on problems that were not used to choose it.

    `budget` is the best one on all problems together, `chosen` those of the two halves.
    """

    accuracy: Estimate
    budget: str
    chosen: tuple[str, str]


def deal(codes: Codes, parts: int, seed: int = 0) -> Codes:
    """A part for each problem, 0 … parts - 1, keeping clusters together.

    UsageError for fewer than two clusters.
    """
    groups = int(codes.max()) + 1
    if groups < 2:
        raise UsageError("two parts need at least two clusters of problems")
    order = np.random.default_rng(seed).permutation(groups)
    part = np.empty(groups, dtype=np.intp)
    part[order] = np.arange(groups) % min(parts, groups)
    return part[codes]


def best_row(scores: Floats, costs: Floats, rows: NDArray[np.bool_]) -> int:
    """The most accurate point on some problems; ties go to the cheapest on all."""
    accuracy, cost = scores[:, rows].mean(axis=1), costs.mean(axis=1)
    return min(range(len(scores)), key=lambda i: (-round(float(accuracy[i]), 9), float(cost[i])))


def best_budget(curves: Sequence[Curve], unit: str = "tokens", *, seed: int = 0) -> Best | None:
    """The best point of some curves on the same problems, chosen and scored on different ones.

    Coverage is left out, because it requires knowing the answers. Ties go to the cheaper point in
    `unit` if all costs are known. None without a point, or with fewer than two clusters.
    """
    points: list[CurvePoint] = [p for c in curves if not c.oracle for p in c.points]
    if not points or len(set(curves[0].clusters)) < 2:
        return None
    scores = np.array([p.scores for p in points])
    known = [p.costs.get(unit) for p in points]
    costs = np.array([k if k is not None else np.zeros(scores.shape[1]) for k in known])
    clusters = curves[0].clusters
    half = deal(cluster_codes(clusters, scores.shape[1]), 2, seed)
    got = np.empty(scores.shape[1])
    chosen = []
    for part in (0, 1):
        best = best_row(scores, costs, half != part)
        got[half == part] = scores[best, half == part]
        chosen.append(points[best].budget)
    everywhere = points[best_row(scores, costs, np.ones(len(got), dtype=bool))].budget
    return Best(
        accuracy=crossed(mean_interval(np.clip(got, 0, 1), clusters), 0.0),
        budget=everywhere,
        chosen=(chosen[0], chosen[1]),
    )


def crossed(figure: Estimate, least: float) -> Estimate:
    """The figure from crossed halves, with its interval `CROSSED` times as long, in [least, 1]."""
    return replace(
        figure,
        low=max(least, figure.value - CROSSED * (figure.value - figure.low)),
        high=min(1.0, figure.value + CROSSED * (figure.high - figure.value)),
        method=f"crossed, {figure.method}",
    )
