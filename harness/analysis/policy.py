"""The compute-optimal policy: the best strategy per difficulty level at one budget per problem.

Snell et al. 2024 (arXiv 2408.03314), section 3: problems are sorted into five bins by difficulty;
in each bin the best strategy within the budget is chosen on one half of the problems and scored on
the other half, and vice versa. Here the cost of estimating difficulty is charged, and budgets are
scored on samples that were not used to estimate it: a problem that looks easy by luck would
otherwise be scored with the same luck.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.analysis.crossfit import best_row, crossed, deal
from harness.analysis.curves import Curve, CurvePoint
from harness.analysis.equal_cost import on_common_problems
from harness.analysis.pools import Seen
from harness.budgets.selectors.tally import tally
from harness.core import Estimate, Status, UsageError
from harness.stats import mean_interval, paired_difference
from harness.stats.spread import cluster_codes

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
BINS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The result of choosing by difficulty within `limit` (per problem, in `unit`).

    `accuracy` and `cost` are cross-fitted over problems and samples, with `estimation` (of the
    difficulty) included in the cost. `fixed` is the best single budget within the same limit,
    chosen and scored on the same halves, without estimation; `gain` is the paired difference.
    `choices` are the budgets, easiest bin first, for each half of the problems (oracle: each half
    of the samples). `left_out` could not be scored on samples unused by the difficulty estimate.
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
    choices: tuple[tuple[str, ...], ...]
    left_out: tuple[str, ...] = ()


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

    `difficulty` "oracle": by the share of correct answers in half the largest pool, which needs
    the gold and costs nothing; "predicted": by the agreement of `probe` samples, which are then
    charged. Probe samples that the chosen budget could reuse are charged twice, so the
    cost is an upper bound. UsageError without a pool, with several models, or if nothing fits.
    """
    return Policies(curves, unit, difficulty=difficulty, probe=probe, seed=seed).within(
        limit, bins=bins
    )


@dataclass(frozen=True, slots=True)
class _Fold:
    """A difficulty of each problem, and every point's scores on other samples (None: none)."""

    hardness: Floats
    scores: tuple[tuple[float, ...] | None, ...]


class Policies:
    """One model's curves, prepared for policies within several limits."""

    def __init__(
        self,
        curves: Sequence[Curve],
        unit: str,
        *,
        difficulty: str = "predicted",
        probe: int = 4,
        seed: int = 0,
    ) -> None:
        if len({curve.model for curve in curves}) > 1:
            raise UsageError("a policy is for one model: choose it with {model}", model=...)
        curves = on_common_problems(curves)
        source = _source(curves)
        self._unit, self._difficulty = unit, difficulty
        self._estimation = _estimation(source, unit, difficulty, probe)
        owned = [
            (c.run, p)
            for c in curves
            if not c.oracle
            for p in c.points
            if p.costs.get(unit) is not None
        ]
        self._points = [p for _, p in owned]
        self._folds = [
            _Fold(hardness, tuple(_on_others(run, p, source, seen) for run, p in owned))
            for hardness, seen in _looks(source, difficulty, probe)
        ]
        self._clusters = curves[0].clusters if curves else ()
        self._halves = deal(cluster_codes(self._clusters, len(self._clusters)), 2, seed)

    def within(self, limit: float, *, bins: int = BINS) -> Policy:
        """The policy over budgets that cost at most `limit` per problem; UsageError if none do."""
        unit, points, extra = self._unit, self._points, self._estimation
        costs = [p.cost(unit) or 0.0 for p in points]
        affordable = [i for i, c in enumerate(costs) if c <= limit + 1e-12]
        within = [i for i in affordable if costs[i] + extra <= limit + 1e-12]
        if not within:
            raise UsageError(
                f"no budget fits {limit:.6g} {unit} per problem: the cheapest costs "
                f"{min(costs, default=math.inf):.6g}, and estimating the difficulty {extra:.6g}"
            )
        able = [i for i in within if all(f.scores[i] is not None for f in self._folds)]
        if not able:
            raise UsageError(
                "every budget within the limit was measured on the samples that estimate the "
                "difficulty: draw a larger pool, so that some are left to score it on"
            )
        chosen, single = [], []
        for fold in self._folds:
            scores = {i: fold.scores[i] or points[i].scores for i in affordable}
            chosen.append(self._fit(able, scores, fold.hardness, bins))
            single.append(self._fit(affordable, scores, np.zeros(len(fold.hardness)), 1))
        got, alone = (np.mean([f.scores for f in fits], axis=0) for fits in (chosen, single))
        return Policy(
            difficulty=self._difficulty,
            unit=unit,
            limit=limit,
            accuracy=crossed(mean_interval(got, self._clusters), 0.0),
            cost=float(np.mean([f.costs for f in chosen])) + extra,
            estimation=extra,
            fixed=crossed(mean_interval(alone, self._clusters), 0.0),
            fixed_cost=float(np.mean([f.costs for f in single])),
            gain=crossed(paired_difference(got, alone, self._clusters), -1.0),
            choices=tuple(names for fit in chosen for names in fit.choices),
            left_out=tuple(points[i].budget for i in within if i not in able),
        )

    def _fit(
        self,
        allowed: Sequence[int],
        scores: dict[int, tuple[float, ...]],
        hardness: Floats,
        bins: int,
    ) -> _Fitted:
        points = [self._points[i] for i in allowed]
        table = np.array([scores[i] for i in allowed])
        costs = np.array([p.costs[self._unit] for p in points], dtype=np.float64)
        names = [p.budget for p in points]
        return _cross_fit(table, costs, names, hardness, self._halves, bins)


def _source(curves: Sequence[Curve]) -> Curve:
    """The curve of the largest pool."""
    pools = [c for c in curves if c.counts is not None and c.answers is not None]
    if not pools:
        raise UsageError("difficulty is estimated from a pool of samples: start by running vote@8")
    return max(pools, key=lambda c: min(n for n, _ in c.counts or ()))


def _estimation(source: Curve, unit: str, difficulty: str, probe: int) -> float:
    """The cost of knowing the difficulty, per problem."""
    if difficulty == "oracle":
        return 0.0
    if difficulty != "predicted":
        raise UsageError(f"difficulty {difficulty!r}: must be oracle or predicted")
    most = int(source.points[-1].size)
    if not 2 <= probe <= most:
        raise UsageError(f"a probe of {probe} samples: must be from 2 to the pool's {most}")
    cost = source.points[-1].cost(unit)
    if cost is None:
        raise UsageError(f"{source.label}: cost in {unit} is unknown")
    sized = [(p.size, p.cost(unit) or 0.0) for p in source.points]
    return float(np.interp(probe, [s for s, _ in sized], [c for _, c in sized]))


def _looks(source: Curve, difficulty: str, probe: int) -> list[tuple[Floats, Seen]]:
    """Hardness of each problem, with the samples used to estimate it, for each part of them.

    Two parts, so that every sample serves once for each purpose: the first and the last half
    (oracle) or probe (predicted), if the pool is large enough for two.
    """
    counts, answers = source.counts or (), source.answers or ()
    pool = source.points[0].pool
    if pool is None:  # constructed manually: only the number of correct answers is known
        hard = [
            1 - c / n if difficulty == "oracle" else 1 - _agreement(keys[:probe])
            for (n, c), keys in zip(counts, answers, strict=True)
        ]
        return [(np.array(hard), [frozenset()] * len(hard))]
    looks = []
    sizes = [n // 2 if difficulty == "oracle" else probe for n, _ in counts]
    twice = all(2 * size <= n for size, (n, _) in zip(sizes, counts, strict=True))
    for last in (False, True) if twice else (False,):
        part = pool.first(sizes, last=last)
        if difficulty == "oracle":
            right = [tally(judged).get(Status.CORRECT, 0.0) for judged in part.judged]
            hard = [1 - r / len(j) if j else 0.0 for r, j in zip(right, part.judged, strict=True)]
        else:
            hard = [1 - _agreement([j.verdict.key for j in judged]) for judged in part.judged]
        looks.append((np.array(hard), part.seen))
    return looks


def _on_others(run: str, point: CurvePoint, source: Curve, seen: Seen) -> tuple[float, ...] | None:
    """The point's scores on samples unused by the difficulty estimate; None if too few are left.

    For a manually constructed point only the run is known.
    """
    if point.pool is None:
        return None if run == source.run else point.scores
    if not any(
        ids & s for s, all_ids in zip(seen, point.pool.samples, strict=True) for ids in all_ids
    ):
        return point.scores
    return point.pool.score(int(point.size), seen)


def _agreement(keys: Sequence[str | None]) -> float:
    votes = Counter(key for key in keys if key is not None)
    return max(votes.values(), default=0) / max(1, len(keys))


@dataclass(frozen=True, slots=True)
class _Fitted:
    scores: Floats
    costs: Floats
    choices: tuple[tuple[str, ...], tuple[str, ...]]


def _cross_fit(
    scores: Floats,
    costs: Floats,
    budgets: Sequence[str],
    hardness: Floats,
    halves: Codes,
    bins: int,
) -> _Fitted:
    got, paid = np.empty(len(halves)), np.empty(len(halves))
    named = []
    for train in (0, 1):
        seen = halves == train
        edges = np.quantile(hardness[seen], np.arange(1, bins) / bins)
        place = np.searchsorted(edges, hardness, side="left")
        names = []
        for b in range(bins):
            fit = seen & (place == b)
            best = best_row(scores, costs, fit if fit.any() else seen)
            use = ~seen & (place == b)
            got[use], paid[use] = scores[best, use], costs[best, use]
            names.append(budgets[best] if fit.any() else "–")
        named.append(tuple(names))
    return _Fitted(got, paid, (named[0], named[1]))
