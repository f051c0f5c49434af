"""Two runs on the same problems: the paired difference, its test, and multiple comparisons."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from harness.core import Estimate
from harness.stats.intervals import check_confidence
from harness.stats.means import FEW_CLUSTERS, fading, mean_interval, shares
from harness.stats.special import normal_quantile, t_quantile
from harness.stats.spread import (
    Codes,
    Floats,
    Spread,
    as_floats,
    cluster_codes,
    robust_variance,
    skewed_reach,
    spread,
    t_quantiles,
    variance_df,
)

_EXACT_FLIPS = 16
_FEW_MOVES = 20  # clusters with a difference, below which an exact interval does not use t
_FEW_GROUPS = (10.0, 20.0)  # clusters up to which t is not trusted alone, and only partly
_FEW_DEGREES = 15.0  # degrees of freedom of the variance below which t is not trusted alone
_FEW_OPPOSED = (0.0, 3.0)  # clusters of the rarer sign, likewise for an exact interval


@dataclass(frozen=True, slots=True)
class Differences:
    """Prepared paired scores: differences by problem, clusters as integers, and the spread."""

    values: Floats
    codes: Codes
    mean: float
    spread: Spread
    sums: Floats  # by cluster

    @classmethod
    def of(
        cls,
        a: Sequence[float] | Floats,
        b: Sequence[float] | Floats,
        clusters: Sequence[Hashable] | None = None,
    ) -> Differences:
        """a - b; ValueError for scores of different length or outside [0, 1]."""
        x, y = as_floats(a, "a"), as_floats(b, "b")
        if len(x) != len(y):
            raise ValueError(f"paired scores differ in length: {len(x)} and {len(y)}")
        if min(x.min(), y.min()) < 0 or max(x.max(), y.max()) > 1 + 1e-9:
            raise ValueError("paired scores lie in [0, 1]")
        d, codes = x - y, cluster_codes(clusters, len(x))
        mean = float(d.mean())
        sums: Floats = np.bincount(codes, weights=d).astype(np.float64)
        return cls(d, codes, mean, spread(d - mean, codes, len(d)), sums)

    def bounds(self, confidence: float, *, exact: bool = False) -> tuple[float, float]:
        """The two-sided interval of the mean; see `paired_difference`."""
        low, high, _ = self.limits(confidence, exact=exact)
        return low, high

    def limits(self, confidence: float, *, exact: bool = False) -> tuple[float, float, float]:
        """The interval, and how far it was moved from t to the joined shares."""
        order = np.argsort(self.codes, kind="stable")
        starts = np.searchsorted(self.codes[order], np.arange(self.spread.groups))
        found = difference_limits(self.values[None, order], starts, confidence, exact=exact)
        low, high, share = (float(f[0]) for f in found)
        return low, high, share


def paired_difference(
    a: Sequence[float] | Floats,
    b: Sequence[float] | Floats,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    *,
    exact: bool = False,
    seed: int = 0,
) -> Estimate:
    """Mean of a - b over the same problems, scores in [0, 1], with a cluster-robust interval.

    Cluster-robust t, longer on the side of the differences' skew, if they estimate their own
    variance well. Otherwise (few problems differ, or few by much) the share that got better and the
    share that got worse each get the limits of `mean_interval`, joined by MOVER (Zou and Donner
    2008), and the interval extends at least as far; it never has zero length. `exact`: Clopper and
    Pearson's limits, for an interval that is never too short. `extra` has "se" and "p", the
    two-sided p value of "no difference" (t, or sign flips of whole clusters).
    """
    check_confidence(confidence)
    pairs = Differences.of(a, b, clusters)
    s = pairs.spread
    low, high, joined = pairs.limits(confidence, exact=exact)
    if joined > 0:
        method = "paired-mover"
        p = sign_flip_p(pairs.sums, seed=seed)
    else:
        method = "paired-clustered-t" if s.groups < s.n else "paired-t"
        p = s.p_value(pairs.mean)
    return Estimate(
        value=pairs.mean,
        low=low,
        high=high,
        n=s.n,
        clusters=s.groups,
        confidence=confidence,
        method=method,
        extra={"se": None if math.isnan(s.se) else s.se, "p": min(1.0, p)},
    )


def independent_difference(a: Estimate, b: Estimate) -> Estimate:
    """a - b for two shares measured on different problems, with an interval.

    The limits of the two sides are joined by MOVER (Newcombe 1998, method 10, if they are
    Wilson's; Zou and Donner 2008 in general), so clustering and values at 0% and 100% carry over.
    If clusters occur on both sides, the interval is conservative. Raises
    ValueError for sides of different confidence.
    """
    if a.confidence != b.confidence:
        raise ValueError(f"intervals of {a.confidence} and {b.confidence} cannot be joined")
    value = a.value - b.value
    low = value - math.hypot(a.value - a.low, b.high - b.value)
    high = value + math.hypot(a.high - a.value, b.value - b.low)
    return Estimate(
        value=value,
        low=max(-1.0, low),
        high=min(1.0, high),
        n=a.n + b.n,
        clusters=a.clusters + b.clusters,
        confidence=a.confidence,
        method="independent-mover",
    )


def group_contrast(
    scores: Sequence[float] | Floats,
    first: Sequence[bool],
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    *,
    sign: int = -1,
) -> Estimate:
    """Mean of the scores marked `first` minus (sign 1: plus) that of the others, with interval.

    The two means have the limits of `mean_interval`, joined by MOVER with the correlation of
    their clusters (0 if a cluster lies in one group only). Raises ValueError if one of the
    groups is empty.
    """
    x, marks = as_floats(scores, "scores"), np.array(first, dtype=bool)
    if len(x) != len(marks) or marks.all() or not marks.any():
        raise ValueError("a contrast needs a mark for each score, and scores in both groups")
    codes = cluster_codes(clusters, len(x))
    sides = [(x[m], codes[m]) for m in (marks, ~marks)]
    a, b = (mean_interval(v, c.tolist(), confidence) for v, c in sides)
    sums = [np.bincount(c, weights=v - v.mean(), minlength=int(codes.max()) + 1) for v, c in sides]
    scale = math.sqrt(float(sums[0] @ sums[0]) * float(sums[1] @ sums[1]))
    rho = sign * float(sums[0] @ sums[1]) / scale if scale > 1e-12 else 0.0
    down, up = (b.value - b.low, b.high - b.value)[::sign]

    def reach(one: float, other: float) -> float:
        return math.sqrt(max(0.0, one * one + other * other + 2 * rho * one * other))

    value = a.value + sign * b.value
    return Estimate(
        value=value,
        low=max(min(0.0, sign * 1.0), value - reach(a.value - a.low, down)),
        high=min(max(1.0, 1.0 + sign), value + reach(a.high - a.value, up)),
        n=len(x),
        clusters=int(codes.max()) + 1,
        confidence=confidence,
        method="contrast-mover",
    )


def difference_limits(
    d: Floats, starts: Codes, confidence: float, *, exact: bool = False
) -> tuple[Floats, Floats, Floats]:
    """The interval rule of `paired_difference`, for many data sets at once.

    `d` are differences in [-1, 1], (draws, problems), with each cluster contiguous; `starts` are
    the positions where the clusters begin. Returns low, high, and how far the interval was moved
    from t to the joined shares, each (draws,).
    """
    n, groups = d.shape[1], len(starts)
    mean = d.mean(axis=1)
    sizes = np.diff([*starts.tolist(), n]).astype(np.float64)[None]
    joined = _joined(d, starts, sizes, confidence, exact)
    far = np.ones(len(d))
    low, high = joined
    if groups > 1:
        sums = np.add.reduceat(d, starts, axis=1)
        apart = (sums - mean[:, None] * sizes) / n
        squares = ((d - mean[:, None]) ** 2).sum(axis=1)
        _, robust, df = robust_variance(apart, sizes, squares / n**2)
        below, above = skewed_reach(apart, robust, t_quantiles(0.5 + confidence / 2, df))
        wanted = min((groups - 1) / 2, _FEW_DEGREES * (2 if exact else 1))
        known = np.minimum(variance_df(apart), df)
        far = np.clip(2 * (wanted - known) / wanted, 0.0, 1.0)
        far = np.maximum(far, fading(np.full(len(d), groups), _FEW_GROUPS))
        if exact:
            ups, downs = ((sign * sums > 1e-12).sum(axis=1) for sign in (1, -1))
            far = np.where((df < FEW_CLUSTERS - 1) | (ups + downs < _FEW_MOVES), 1.0, far)
            far = np.maximum(far, fading(np.minimum(ups, downs).astype(float), _FEW_OPPOSED))
        far = np.where(below <= 1e-12, 1.0, far)
        low = mean - below - far * np.maximum(0.0, mean - below - low)
        high = mean + above + far * np.maximum(0.0, high - mean - above)
    return np.clip(np.minimum(low, mean), -1, 1), np.clip(np.maximum(high, mean), -1, 1), far


def _joined(
    d: Floats, starts: Codes, sizes: Floats, confidence: float, exact: bool
) -> tuple[Floats, Floats]:
    """Limits of mean(max(d, 0)) - mean(max(-d, 0)) from the limits of the two shares."""

    def share(part: Floats) -> tuple[Floats, Floats, Floats]:
        sums = np.add.reduceat(part, starts, axis=1)
        squares = ((part - part.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
        found = shares(sums, sizes, squares, d.shape[1], confidence, exact=exact, share_only=True)
        return found.mean, found.low, found.high

    up, up_low, up_high = share(np.maximum(d, 0))
    down, down_low, down_high = share(np.maximum(-d, 0))
    # Shares of one multinomial are negatively correlated, which widens their difference.
    both = (1 - up) * (1 - down)
    rho = -np.sqrt(np.minimum(1.0, up * down / np.maximum(both, 1e-300)))
    rho = np.where(both > 0, rho, -1.0)

    def reach(one: Floats, other: Floats) -> Floats:
        return np.sqrt(one * one + other * other - 2 * rho * one * other)

    low = up - down - reach(up - up_low, down_high - down)
    high = up - down + reach(up_high - up, down - down_low)
    return low, high


def sign_flip_p(sums: Sequence[float] | Floats, *, draws: int = 20_000, seed: int = 0) -> float:
    """Two-sided p value of "each cluster's difference is as likely negative as positive".

    Exact up to 16 non-zero clusters, otherwise `draws` seeded random flips with the +1 of Phipson
    and Smyth (2010). 1.0 if nothing differs.
    """
    values = as_floats(sums, "sums")
    values = values[np.abs(values) > 1e-12]
    observed = abs(float(values.sum())) - 1e-9
    count = len(values)
    if count == 0:
        return 1.0
    if count <= _EXACT_FLIPS:
        bits = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
        return float((np.abs((2 * bits - 1) @ values) >= observed).mean())
    rng = np.random.default_rng(seed)
    signs = rng.integers(0, 2, size=(draws, count), dtype=np.int8) * 2 - 1
    return (float((np.abs(signs @ values) >= observed).sum()) + 1) / (draws + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """p values corrected for multiple testing (Holm 1979), in the given order."""
    if any(not 0 <= p <= 1 for p in p_values):
        raise ValueError("p values lie in [0, 1]")
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    out, worst = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p_values[i]))
        out[i] = worst
    return out


def detectable_difference(
    se: float, clusters: int, *, confidence: float = 0.95, power: float = 0.8
) -> float:
    """The smallest true difference that a test with this standard error detects with `power`.

    (t_{1-α/2} + z_power)·se, with clusters-1 degrees of freedom; Miller 2024, section 5.
    """
    check_confidence(confidence)
    if clusters < 2 or not se >= 0:
        raise ValueError(f"needs two clusters and se >= 0, got {clusters} and {se}")
    return (t_quantile(0.5 + confidence / 2, clusters - 1) + normal_quantile(power)) * se
