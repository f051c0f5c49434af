"""How well a budget controls spending, and what that buys: the three figures of s1."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence


def control(tokens: Sequence[float], low: float, high: float) -> float:
    """The share of completions whose tokens lie within [low, high].

    Muennighoff et al. 2025 (arXiv 2501.19393), section 3.2, eq. 1; 1 is perfect control.
    """
    if not tokens or low > high:
        raise ValueError(f"needs tokens, and low <= high: {len(tokens)}, {low}, {high}")
    return sum(low <= t <= high for t in tokens) / len(tokens)


def scaling(points: Sequence[tuple[float, float]]) -> float:
    """The mean slope of accuracy over all pairs of budgets (cost, accuracy): s1, eq. 2.

    In accuracy per unit of cost (such as a token); useful methods have a positive slope. Pairs of
    equal cost are left out; ValueError if there are no others.
    """
    slopes = [
        (b[1] - a[1]) / (b[0] - a[0])
        for a, b in itertools.combinations(sorted(points), 2)
        if b[0] > a[0]
    ]
    if not slopes:
        raise ValueError("a slope needs two budgets of different cost")
    return math.fsum(slopes) / len(slopes)


def performance(points: Sequence[tuple[float, float]]) -> float:
    """The highest accuracy of any budget: s1, eq. 3. ValueError without points."""
    if not points:
        raise ValueError("performance needs at least one budget")
    return max(accuracy for _, accuracy in points)
