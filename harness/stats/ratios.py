"""Ratios of sums over problems: a rate over a subset, or a cost per correct answer."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

import numpy as np

from harness.core import Estimate
from harness.stats.intervals import check_confidence
from harness.stats.means import estimate, share_of
from harness.stats.spread import Codes, Floats, as_floats, cluster_codes, spread


def ratio_interval(
    num: Sequence[float] | Floats,
    den: Sequence[float] | Floats,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    *,
    share: bool = True,
) -> Estimate:
    """Σ num / Σ den over problems, such as cost per correct answer or a rate over a subset.

    If every 0 <= num <= den (a proportion), the interval follows the rule of `mean_interval`, with
    the problems of den > 0 as observations. Otherwise, or with `share` False (a ratio that may
    exceed 1 although none of these does), each sum has its limits (those of `mean_interval` for
    scores in [0, 1], otherwise cluster-robust t), and MOVER combines them with the correlation of
    the two (Donner and Zou 2012, section 3). The upper limit is infinite if the denominator may be
    0. That needs two clusters. Raises ValueError if Σ den <= 0.
    """
    check_confidence(confidence)
    top, bottom = as_floats(num, "num"), as_floats(den, "den")
    if len(top) != len(bottom):
        raise ValueError(f"num has {len(top)} values, den {len(bottom)}")
    codes = cluster_codes(clusters, len(top))
    total = float(bottom.sum())
    if (bottom < 0).any() or total <= 0:
        raise ValueError("den must be non-negative and hold a positive value")
    if share and (top >= 0).all() and (top <= bottom + 1e-12).all():
        used = bottom > 0
        _, codes = np.unique(codes[used], return_inverse=True)
        found, s = share_of(top[used], bottom[used], codes, confidence, exact=False)
        return estimate(found, s, confidence, exact=False)
    ratio = float(top.sum()) / total
    s = spread(top - ratio * bottom, codes, total)
    if s.groups < 2:
        raise ValueError("the interval of a ratio needs at least two clusters")
    low, high = _joined(top, bottom, codes, confidence)
    return Estimate(
        value=ratio,
        low=min(low, ratio),
        high=max(high, ratio),
        n=s.n,
        clusters=s.groups,
        confidence=confidence,
        method="ratio-mover",
        extra={"se": s.se},
    )


def _joined(top: Floats, bottom: Floats, codes: Codes, confidence: float) -> tuple[float, float]:
    """The ratios R at which MOVER's limits of mean(top) - R mean(bottom) contain 0."""
    a, a_low, a_high = _limits(top, codes, confidence)
    b, b_low, b_high = _limits(bottom, codes, confidence)
    rho = _correlation(top, bottom, codes)

    def root(da: float, db: float, sign: int) -> float:
        # R² (b² - db²) - 2 R (ab - rho da db) + (a² - da²) = 0
        square, half, rest = b * b - db * db, a * b - rho * da * db, a * a - da * da
        inner = math.sqrt(max(0.0, half * half - square * rest))
        if sign < 0:
            below = half + inner
            if rest == 0:  # nothing above the line, as far as its limits go
                return 0.0
            return rest / below if below > 0 else -math.inf
        return (half + inner) / square if square > 1e-12 * b * b else math.inf

    return root(a - a_low, b_high - b, -1), root(a_high - a, b - b_low, 1)


def _limits(values: Floats, codes: Codes, confidence: float) -> tuple[float, float, float]:
    """A mean with its limits."""
    mean = float(values.mean())
    if values.min() >= 0 and values.max() <= 1:
        found, _ = share_of(values, np.ones(len(values)), codes, confidence, exact=False)
        return mean, float(found.low[0]), float(found.high[0])
    half = spread(values - mean, codes, len(values)).half(confidence)
    return mean, mean - half, mean + half


def _correlation(top: Floats, bottom: Floats, codes: Codes) -> float:
    """Correlation of the clusters' sums of deviations; 0 if one of the two does not vary."""
    one, other = (
        np.bincount(codes, weights=v - v.mean()).astype(np.float64) for v in (top, bottom)
    )
    scale = math.sqrt(float(one @ one) * float(other @ other))
    return 0.0 if scale <= 1e-300 else max(-1.0, min(1.0, float(one @ other) / scale))
