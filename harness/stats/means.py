"""Means and ratios over problems, with intervals that respect clusters.

The rule, everywhere: the cluster-robust t interval where it can be trusted (the worth of at least
30 clusters, and of at least 50 successes and 50 failures), an interval for a share on the effective
number of observations otherwise: Wilson's, which is right on average, or where `exact` is asked for
Clopper and Pearson's, which is never too short. docs/statistics.md tells why.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.core import Estimate
from harness.stats.intervals import check_confidence, clopper_pearson, wilson
from harness.stats.special import t_quantile, t_tail

FEW_CLUSTERS = 30
FEW_EVENTS = 50.0
_MOST_WORTH = 16.0  # problems that one problem with a fractional score may count for

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]


def as_floats(values: Sequence[float] | Floats, name: str) -> Floats:
    """A one-dimensional array of finite floats; raises ValueError for anything else."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name}: needs at least one value, got shape {array.shape}")
    if not np.isfinite(array).all():
        where = int(np.flatnonzero(~np.isfinite(array))[0])
        raise ValueError(f"{name}: value {where} is {array[where]}, not a finite number")
    return array


def cluster_codes(clusters: Sequence[Hashable] | None, n: int) -> Codes:
    """Cluster labels as integers 0 … G-1 in order of appearance; without labels, each its own."""
    if clusters is None:
        return np.arange(n)
    if len(clusters) != n:
        raise ValueError(f"{len(clusters)} cluster labels for {n} values")
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(c, len(seen)) for c in clusters], dtype=np.intp)


@dataclass(frozen=True, slots=True)
class Spread:
    """The cluster-robust variance of a mean of `n` values in `groups` clusters.

    `variance` is Miller's with the factor G/(G-1) (CR1), `robust` the bias-reduced one (CR2, Bell
    and McCaffrey 2002) that intervals use, with `df` degrees of freedom. All clusters of one size:
    the two are the same, and df = G - 1.
    """

    variance: float
    n: int
    groups: int
    robust: float
    df: float

    @property
    def se(self) -> float:
        """Standard error; NaN with a single cluster, which says nothing about its variance."""
        return math.sqrt(self.variance) if self.groups > 1 else math.nan

    def half(self, confidence: float) -> float:
        """Half the length of the two-sided t interval."""
        return t_quantile(0.5 + confidence / 2, self.df) * math.sqrt(self.robust)

    def p_value(self, value: float) -> float:
        """Two-sided p of "the true value is 0" when `value` was seen."""
        return min(1.0, 2 * t_tail(abs(value) / math.sqrt(self.robust), self.df))

    def effective_n(self, mean: float, confidence: float, most: float = 1.0) -> float:
        """How many independent 0/1 problems would give this variance (Korn and Graubard 1998).

        mean(1 - mean) / variance, times the price of estimating the variance from few clusters,
        (t with n-1 df / t with `df`)²; at least 1, at most `most`·n. Where no variance was seen
        (all right, all wrong) each cluster counts as one observation.
        """
        if self.groups == 1:
            return 1.0
        plain = self.robust * (self.groups - 1) / self.groups  # gives n for independent 0/1
        if plain <= 1e-18:
            return float(self.groups)
        tail = 0.5 + confidence / 2
        price = t_quantile(tail, self.n - 1) / t_quantile(tail, self.df)
        return min(most * self.n, max(1.0, mean * (1 - mean) / plain * price**2))


def spread(deviations: Floats, codes: Codes, scale: float) -> Spread:
    """Variance of Σ deviations / scale: Σ over clusters of (Σ within)², times G/(G-1).

    Miller 2024 (arXiv 2411.00640), eq. 4, with the small-sample factor of the CR1 estimator; and
    its refinement for clusters of unequal size, for a mean with cluster shares h = size / n:
    every cluster's term over 1 - h, and the degrees of freedom that match the variance of that
    sum if problems of a cluster are as correlated as they look (Imbens and Kolesár 2016).
    """
    n = len(deviations)
    sums: Floats = np.bincount(codes, weights=deviations).astype(np.float64)
    sizes = np.bincount(codes).astype(np.float64)
    groups = len(sums)
    if groups == 1:
        return Spread(float(sums @ sums) / scale**2, n, 1, math.nan, math.nan)
    squares = sums * sums / scale**2
    variance = float(squares.sum()) * groups / (groups - 1)
    if sizes.min() == sizes.max():
        return Spread(variance, n, groups, variance, groups - 1.0)
    share = sizes / n
    factor = 1 / (1 - share)
    working = sizes * (1 + (sizes - 1) * _correlation(deviations, sums, sizes))
    return Spread(
        variance, n, groups, float(factor @ squares), _satterthwaite(factor, share, working)
    )


def _correlation(deviations: Floats, sums: Floats, sizes: Floats) -> float:
    """How alike problems of one cluster are: the mean product of their deviations, in [0, 1]."""
    n, squares = len(deviations), float(deviations @ deviations)
    if squares <= 0:
        return 0.0
    products = (float(sums @ sums) - squares) / float(sizes @ (sizes - 1))
    return min(1.0, max(0.0, products * (n - 1) / squares + 1 / n))


def _satterthwaite(factor: Floats, share: Floats, working: Floats) -> float:
    """Degrees of freedom of Σ factor·u² for cluster sums u of deviations from the mean.

    (tr M)² / tr M² with M the covariance of sqrt(factor)·u, for clusters whose sums vary by
    `working`: cov(u_i, u_j) = w_i [i = j] - h_i w_j - w_i h_j + h_i h_j Σw, written out in O(G).
    """
    total = float(working.sum())
    hh, hw, ww = (float(factor @ v) for v in (share**2, share * working, working**2))
    own = working - 2 * share * working + total * share**2  # the diagonal
    trace = float(factor @ own)
    everywhere = 2 * hh * ww + 2 * hw**2 - 4 * total * hh * hw + (total * hh) ** 2
    diagonal = float(factor**2 @ (2 * working * (own - working) + working**2))
    return trace**2 / (everywhere + diagonal)


def share_bounds(
    mean: float, s: Spread, confidence: float, *, exact: bool
) -> tuple[float, float, str]:
    """The interval for a share on effective numbers, and its name."""
    most = 1.0 if exact else _MOST_WORTH
    effective = s.effective_n(mean, confidence, most)
    seen = min(mean * effective, effective)
    careful = exact or s.groups == 1 or s.robust <= 1e-18  # without variance, t knows nothing
    name = "clopper-pearson" if careful else "wilson"
    low, high = (clopper_pearson if careful else wilson)(seen, effective, confidence)
    return low, high, name if abs(effective - s.n) < 1e-9 else f"{name}-effective"


def _share_estimate(mean: float, s: Spread, confidence: float, exact: bool) -> Estimate:
    """The interval rule of this module for a mean of values in [0, 1]."""
    effective = s.effective_n(mean, confidence)
    events = effective * min(mean, 1 - mean)
    method = "clustered-t" if s.groups < s.n else "t"
    low, high = 0.0, 1.0
    trusted = s.df >= FEW_CLUSTERS - 1 and events >= FEW_EVENTS
    if trusted:
        half = s.half(confidence)
        low, high = mean - half, mean + half
        trusted = low >= 0 and high <= 1 and half > 1e-12
    if not trusted:
        low, high, method = share_bounds(mean, s, confidence, exact=exact)
    return Estimate(
        value=mean,
        low=min(low, mean),
        high=max(high, mean),
        n=s.n,
        clusters=s.groups,
        confidence=confidence,
        method=method,
        extra={"se": None if math.isnan(s.se) else s.se, "effective_n": effective},
    )


def mean_interval(
    scores: Sequence[float] | Floats,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    *,
    exact: bool = False,
) -> Estimate:
    """The mean of per-problem scores in [0, 1], with an interval that respects clusters.

    `clusters` holds one label a score; None takes each problem for itself. The interval never has
    zero length. `exact` asks for one that is never too short, at the price of being too long on
    few problems. `extra` has "se" (None with one cluster) and "effective_n". Raises ValueError for
    no scores, NaN, or a score outside [0, 1].
    """
    check_confidence(confidence)
    x = as_floats(scores, "scores")
    if x.min() < 0 or x.max() > 1 + 1e-9:
        raise ValueError(f"scores lie in [0, 1], got {x.min()} … {x.max()}")
    x = np.minimum(x, 1.0)
    mean = float(x.mean())
    s = spread(x - mean, cluster_codes(clusters, len(x)), len(x))
    return _share_estimate(mean, s, confidence, exact)


def ratio_interval(
    num: Sequence[float] | Floats,
    den: Sequence[float] | Floats,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    *,
    share: bool = True,
) -> Estimate:
    """Σ num / Σ den over problems, as in cost per correct answer or a rate over a subset.

    Delta method with clustered residuals num - ratio·den, t interval. Where every
    0 <= num <= den (a share), the interval obeys the rule of `mean_interval`, with the problems of
    den > 0 as observations; otherwise, or with `share` False (a ratio that may pass 1 though none
    of these does), it needs two clusters. Raises ValueError when Σ den <= 0.
    """
    check_confidence(confidence)
    top, bottom = as_floats(num, "num"), as_floats(den, "den")
    if len(top) != len(bottom):
        raise ValueError(f"num has {len(top)} values, den {len(bottom)}")
    codes = cluster_codes(clusters, len(top))
    total = float(bottom.sum())
    if (bottom < 0).any() or total <= 0:
        raise ValueError("den must be non-negative and hold a positive value")
    ratio = float(top.sum()) / total
    if share and (top >= 0).all() and (top <= bottom + 1e-12).all():
        used = bottom > 0
        _, codes = np.unique(codes[used], return_inverse=True)
        s = spread((top - ratio * bottom)[used], codes, total)
        return _share_estimate(min(ratio, 1.0), s, confidence, exact=False)
    s = spread(top - ratio * bottom, codes, total)
    if s.groups < 2:
        raise ValueError("the interval of a ratio needs at least two clusters")
    half = s.half(confidence)
    return Estimate(
        value=ratio,
        low=ratio - half,
        high=ratio + half,
        n=s.n,
        clusters=s.groups,
        confidence=confidence,
        method="ratio-t",
        extra={"se": s.se},
    )
