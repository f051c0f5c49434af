"""The compute-optimal policy: the best strategy for each difficulty, at one budget a problem.

Snell et al. 2024 (arXiv 2408.03314), section 3: problems are put into five bins by difficulty, in
each bin the best strategy within the budget is chosen on one half of the problems and scored on the
other half, and the other way round. Here what it costs to estimate the difficulty is charged.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.analysis.curves import Curve, CurvePoint
from harness.analysis.equal_cost import on_common_problems
from harness.core import Estimate, UsageError
from harness.stats import mean_interval, paired_difference
from harness.stats.means import cluster_codes

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
BINS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What choosing by difficulty brings within `limit` (a problem, in `unit`).

    `accuracy` and `cost` are cross-fitted, the cost with `estimation` (of the difficulty) in it.
    `fixed` is the best single budget within the same limit, chosen and scored on the same halves,
    without estimation; `gain` is the paired difference. `choices[half][bin]` are the budgets, the
    easiest bin first.
    """

    difficulty: str
    unit: str
    limit: float
    accuracy: Estimate
    cost: float
    estimation: float
    fixed: Estimate
    fixed_cost: float
    gain: Estimate
    choices: tuple[tuple[str, ...], tuple[str, ...]]


def compute_optimal(
    curves: Sequence[Curve],
    unit: str,
    limit: float,
    *,
    difficulty: str = "predicted",
    probe: int = 4,
    bins: int = BINS,
    seed: int = 0,
) -> Policy:
    """The policy over all points of one model's curves whose mean cost fits `limit`.

    `difficulty` "oracle": by the pool's share of correct answers, which needs the gold and costs
    nothing; "predicted": by how far the first `probe` samples of the pool agree, and these are
    charged. Samples of the probe that the chosen budget could use again are charged twice, so the
    cost is an upper bound. UsageError without a pool, with several models, or where nothing fits.
    """
    if len({curve.model for curve in curves}) > 1:
        raise UsageError("a policy is of one model: choose it with --model")
    curves = on_common_problems(curves)
    hardness, estimation = _difficulty(curves, unit, difficulty, probe)
    points = [p for c in curves if not c.oracle for p in c.points if p.costs.get(unit) is not None]
    affordable = [p for p in points if (p.cost(unit) or 0.0) <= limit + 1e-12]
    within = [p for p in points if (p.cost(unit) or 0.0) + estimation <= limit + 1e-12]
    if not within:
        cheapest = min((p.cost(unit) or math.inf for p in points), default=math.inf)
        raise UsageError(
            f"no budget fits {limit:.6g} {unit} a problem: the cheapest costs {cheapest:.6g}, and "
            f"estimating the difficulty {estimation:.6g}"
        )
    clusters = curves[0].clusters
    halves = _halves(cluster_codes(clusters, len(clusters)), seed)
    chosen = _cross_fit(within, hardness, halves, unit, bins)
    single = _cross_fit(affordable, np.zeros(len(hardness)), halves, unit, 1)
    return Policy(
        difficulty=difficulty,
        unit=unit,
        limit=limit,
        accuracy=mean_interval(chosen.scores, clusters),
        cost=float(chosen.costs.mean()) + estimation,
        estimation=estimation,
        fixed=mean_interval(single.scores, clusters),
        fixed_cost=float(single.costs.mean()),
        gain=paired_difference(chosen.scores, single.scores, clusters),
        choices=chosen.choices,
    )


def _difficulty(
    curves: Sequence[Curve], unit: str, difficulty: str, probe: int
) -> tuple[Floats, float]:
    """Hardness of each problem, and what knowing it costs."""
    pools = [c for c in curves if c.counts is not None and c.answers is not None]
    if not pools:
        raise UsageError("difficulty is estimated from a pool of samples: run vote@8, for a start")
    pool = max(pools, key=lambda c: min(n for n, _ in c.counts or ()))
    if difficulty == "oracle":
        return np.array([1 - c / n for n, c in pool.counts or ()]), 0.0
    if difficulty != "predicted":
        raise UsageError(f"difficulty {difficulty!r}: oracle or predicted")
    most = int(pool.points[-1].size)
    if not 2 <= probe <= most:
        raise UsageError(f"a probe of {probe} samples: from 2 to the pool's {most}")
    cost = pool.points[-1].cost(unit)
    if cost is None:
        raise UsageError(f"{pool.label}: cost in {unit} is unknown")
    sized = [(p.size, p.cost(unit) or 0.0) for p in pool.points]
    charged = float(np.interp(probe, [s for s, _ in sized], [c for _, c in sized]))
    return np.array([1 - _agreement(keys[:probe]) for keys in pool.answers or ()]), charged


def _agreement(keys: Sequence[str | None]) -> float:
    votes = Counter(key for key in keys if key is not None)
    return max(votes.values(), default=0) / len(keys)


def _halves(codes: Codes, seed: int) -> Codes:
    """0 or 1 for each problem; whole clusters stay together."""
    groups = int(codes.max()) + 1
    if groups < 2:
        raise UsageError("two halves need two clusters of problems or more")
    order = np.random.default_rng(seed).permutation(groups)
    half = np.empty(groups, dtype=np.intp)
    half[order] = np.arange(groups) % 2
    return half[codes]


@dataclass(frozen=True, slots=True)
class _Fitted:
    scores: Floats
    costs: Floats
    choices: tuple[tuple[str, ...], tuple[str, ...]]


def _cross_fit(
    points: Sequence[CurvePoint], hardness: Floats, halves: Codes, unit: str, bins: int
) -> _Fitted:
    scores = np.array([p.scores for p in points])
    costs = np.array([p.costs[unit] for p in points], dtype=np.float64)
    got, paid = np.empty(len(halves)), np.empty(len(halves))
    named = []
    for train in (0, 1):
        seen = halves == train
        edges = np.quantile(hardness[seen], np.arange(1, bins) / bins)
        place = np.searchsorted(edges, hardness, side="left")
        names = []
        for b in range(bins):
            fit = seen & (place == b)
            best = _best(scores, costs, fit if fit.any() else seen)
            use = ~seen & (place == b)
            got[use], paid[use] = scores[best, use], costs[best, use]
            names.append(points[best].budget if fit.any() else "–")
        named.append(tuple(names))
    return _Fitted(got, paid, (named[0], named[1]))


def _best(scores: Floats, costs: Floats, rows: NDArray[np.bool_]) -> int:
    """The most accurate point on some problems, of equals the cheapest."""
    accuracy, cost = scores[:, rows].mean(axis=1), costs.mean(axis=1)
    return min(range(len(scores)), key=lambda i: (-round(float(accuracy[i]), 12), float(cost[i])))
