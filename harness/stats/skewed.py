"""Intervals of unbounded figures such as tokens and dollars: t, widened where t is too short.

Costs are skewed, and a change in cost may fall on few clusters. Draws that miss the rare
expensive cluster then look both cheap and precise. So each limit is computed from the observed
clusters plus half a cluster as extreme as the most extreme one on that side; t uses the degrees of
freedom from the kurtosis, and skewness is applied where it widens.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from harness.stats.spread import Codes, Floats, Spread, spread, t_quantiles

_MORE = 0.5  # of a cluster


@dataclass(frozen=True, slots=True)
class Reach:
    """The precision of a figure whose error is the sum of `influence` values.

    `apart` are the clusters' sums of these, times the number of clusters.
    """

    spread: Spread
    apart: Floats

    @classmethod
    def of(cls, influence: Floats, codes: Codes) -> Reach:
        """`influence` is per problem, such as (x - mean)/n for a mean; it sums to 0."""
        sums = np.bincount(codes, weights=influence).astype(np.float64)
        return cls(spread(influence, codes, 1.0), sums * len(sums))

    def below_and_above(self, confidence: float) -> tuple[float, float]:
        """How far the two-sided interval extends to either side; infinite with one cluster."""
        if self.spread.groups < 2:
            return math.inf, math.inf
        return self._below(self.apart, confidence), self._below(-self.apart, confidence)

    def _below(self, apart: Floats, confidence: float) -> float:
        """t·se plus, for skewness in that direction, se·skew·(1/6 + t²/3): Johnson 1978, JASA."""
        values = np.append(apart, apart.min())
        weights = np.append(np.ones(len(apart)), _MORE)
        total = float(weights.sum())
        mean = float(values @ weights) / total
        second, third, fourth = (float(weights @ (values - mean) ** k) for k in (2, 3, 4))
        if second <= 1e-300:
            return 0.0
        kurtosis = fourth * total / second**2
        known = max(1.0, 2 * total / max(kurtosis - 1, 1e-9) - 1)
        t = float(t_quantiles(0.5 + confidence / 2, np.array([min(self.spread.df, known)]))[0])
        unequal = self.spread.robust / self.spread.variance if self.spread.variance > 0 else 1.0
        variance = second / (total - 1)
        skew = third * total / ((total - 1) * max(total - 2, _MORE)) / variance**1.5
        more = max(0.0, -skew / math.sqrt(total)) * (1 / 6 + t * t / 3)
        return math.sqrt(variance / total * unequal) * float(t + more) - mean
