"""Figures that combine accuracy and cost. Cost is any positive number: tokens, FLOPs, dollars."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]  # cost, accuracy
_ALIKE = 1e-9  # accuracies closer than this differ by rounding


def _check(points: Sequence[Point]) -> None:
    for cost, accuracy in points:
        if not (cost > 0 and math.isfinite(cost) and math.isfinite(accuracy)):
            raise ValueError(f"a point needs a positive cost and an accuracy: {(cost, accuracy)}")


def cost_of_pass(cost: float | None, success: float) -> float | None:
    """Expected cost of one correct answer: cost per attempt divided by the success rate.

    Erol et al. 2025, arXiv 2504.13359, eq. 1. Infinite if nothing succeeds; None if the cost
    is unknown.
    """
    if cost is None:
        return None
    if cost < 0 or not 0 <= success <= 1:
        raise ValueError(f"cost_of_pass: cost {cost}, success {success}")
    return cost / success if success > 0 else math.inf


def pareto(points: Sequence[Point]) -> list[int]:
    """Indices of the points that no other point beats, in order of cost.

    A point is beaten by one that costs no more and is at least as accurate, strictly in one of the
    two; equal points all stay. Costs that agree in 12 digits and accuracies within 1e-9 are equal,
    so that summation order decides nothing.
    """
    _check(points)
    frontier: list[int] = []
    best, cheapest = -math.inf, math.nan
    costs = [float(f"{cost:.12g}") for cost, _ in points]
    for i in sorted(range(len(points)), key=lambda i: (costs[i], -points[i][1], i)):
        better = points[i][1] > best + _ALIKE
        if better:
            best, cheapest = points[i][1], costs[i]
        if better or (costs[i] == cheapest and points[i][1] >= best - _ALIKE):
            frontier.append(i)
    return frontier


def area_under_log_cost(
    points: Sequence[Point], low: float | None = None, high: float | None = None
) -> float:
    """Mean accuracy of the best measured budget within c, over ln c uniform on [low, high].

    A staircase: between two budgets the cheaper one counts, and below the cheapest the accuracy is
    0. The bounds default to the cheapest and most expensive point; models are comparable
    only under the same bounds. The result lies between 0 and the highest accuracy.
    """
    _check(points)
    if not points:
        raise ValueError("the area needs at least one point")
    low = min(c for c, _ in points) if low is None else low
    high = max(c for c, _ in points) if high is None else high
    if not 0 < low <= high:
        raise ValueError(f"bounds must satisfy 0 < low <= high, got {low} and {high}")
    stairs = [points[i] for i in pareto(points)]
    if low == high:
        return max((a for c, a in stairs if c <= low), default=0.0)
    area = 0.0
    for i, (cost, accuracy) in enumerate(stairs):
        start = max(cost, low)
        end = min(stairs[i + 1][0], high) if i + 1 < len(stairs) else high
        if end > start:
            area += accuracy * math.log(end / start)
    return area / math.log(high / low)
