"""The best row within a cost limit, and how certain that is: the slider, computed at build time.

The probability that a row is truly the best within a limit is the share of resamples
(whole clusters of problems) in which it has the highest accuracy; ties go to the
cheapest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.stats.spread import cluster_codes

RESAMPLES = 1000
_ALIKE = 1e-9
_SHOWN = 3

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Step:
    """From the limit `cost` up to the next step: the row with the highest accuracy.

    `chances` are pairs of a row and the probability that it is the best, that of `best` first.
    """

    cost: float
    best: int
    chances: tuple[tuple[int, float], ...]


def resampled(scores: Floats, clusters: Sequence[str], seed: int = 0) -> Floats:
    """Accuracies, (resamples, rows), of `scores`, (rows, problems), on resampled clusters."""
    codes = cluster_codes(clusters, scores.shape[1])
    groups = int(codes.max()) + 1
    sums = np.zeros((groups, len(scores)))
    np.add.at(sums, codes, scores.T)
    sizes = np.bincount(codes).astype(np.float64)
    draws = np.random.default_rng(seed).multinomial(groups, [1 / groups] * groups, size=RESAMPLES)
    out: Floats = (draws @ sums) / (draws @ sizes)[:, None]
    return out


def steps(accuracy: Sequence[float], costs: Sequence[float | None], drawn: Floats) -> list[Step]:
    """The steps in order of the limit; rows without a known cost are left out.

    `drawn` are the rows' resampled accuracies. A step begins wherever another row is best, or its
    probability has changed by a hundredth.
    """
    known = [(cost, i) for i, cost in enumerate(costs) if cost is not None]
    order = sorted(known, key=lambda pair: (float(f"{pair[0]:.12g}"), -accuracy[pair[1]], pair[1]))
    found: list[Step] = []
    top = np.full(len(drawn), -1.0)
    winner = np.full(len(drawn), -1)
    best = -1
    for cost, i in order:
        better = drawn[:, i] > top + _ALIKE
        top[better], winner[better] = drawn[better, i], i
        if best < 0 or accuracy[i] > accuracy[best] + _ALIKE:
            best = i
        step = Step(cost, best, _chances(winner, best))
        if found and found[-1].cost == cost:
            found.pop()
        if not found or _said(found[-1]) != _said(step):
            found.append(step)
    return found


def _chances(winner: NDArray[np.int_], best: int) -> tuple[tuple[int, float], ...]:
    rows, counts = np.unique(winner, return_counts=True)
    share = {int(r): float(c) / len(winner) for r, c in zip(rows, counts, strict=True)}
    others = sorted((r for r in share if r != best), key=lambda r: (-share[r], r))
    return ((best, share.get(best, 0.0)), *((r, share[r]) for r in others[: _SHOWN - 1]))


def _said(step: Step) -> tuple[int, int]:
    return step.best, round(100 * step.chances[0][1])
