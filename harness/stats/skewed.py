"""Intervals of figures without bounds, as tokens and dollars: t, wider where t is known to be short.

Costs are skewed, and what a change costs may fall on few clusters. Two things then make t too
short: the variance is known worse than for normal values, and it goes along with the mean, so that
draws in which the rare expensive cluster is missing look both cheap and sure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from harness.stats.spread import Codes, Floats, Spread, spread, t_quantiles, variance_df


@dataclass(frozen=True, slots=True)
class Reach:
    """How surely a figure is known whose error is the sum of `influence` values.

    `df` are the variance's degrees of freedom by the kurtosis of the clusters' sums, `skew` is the
    estimated skewness of the figure.
    """

    spread: Spread
    df: float
    skew: float

    @classmethod
    def of(cls, influence: Floats, codes: Codes) -> Reach:
        """`influence` is of each problem: (x - mean)/n for a mean."""
        s = spread(influence, codes, 1.0)
        if s.groups < 2:
            return cls(s, math.nan, 0.0)
        sums = np.bincount(codes, weights=influence).astype(np.float64)
        known = float(variance_df(sums[None])[0])
        return cls(s, min(s.df, known), _skewness(sums))

    def below_and_above(self, confidence: float) -> tuple[float, float]:
        """How far the two-sided interval reaches to either side; infinite with one cluster.

        t·se, and on the side to which the figure is skewed more by se·skew·(1/6 + t²/3), Johnson's
        correction (1978, JASA 73) at the limit. On the other side it would make the interval
        shorter, on the word of a skewness that few clusters tell badly: there it is left out.
        """
        if self.spread.groups < 2:
            return math.inf, math.inf
        se = math.sqrt(self.spread.robust)
        t = float(t_quantiles(0.5 + confidence / 2, np.array([self.df]))[0])
        more = abs(self.skew) * (1 / 6 + t * t / 3)
        below, above = (t + more, t) if self.skew < 0 else (t, t + more)
        return se * below, se * above


def _skewness(sums: Floats) -> float:
    """Of the sum of clusters like these (their mean is 0)."""
    groups = len(sums)
    second = float(sums @ sums) / (groups - 1)
    if groups < 3 or second <= 1e-300:
        return 0.0
    third = float((sums**3).sum()) * groups / ((groups - 1) * (groups - 2))
    return third / second**1.5 / math.sqrt(groups)
