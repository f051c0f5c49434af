"""Two runs on the same problems: the paired difference, its test, and many of them at once."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from harness.core import Estimate
from harness.stats.intervals import check_confidence
from harness.stats.means import (
    FEW_CLUSTERS,
    Codes,
    Floats,
    Spread,
    as_floats,
    cluster_codes,
    share_bounds,
    spread,
)
from harness.stats.special import normal_quantile, t_quantile

_EXACT_FLIPS = 16
_FEW_MOVES = 20  # clusters with a difference, below which a t interval is not trusted


@dataclass(frozen=True, slots=True)
class Differences:
    """Paired scores made ready: differences by problem, clusters as integers, and the spread."""

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

    @property
    def trusted(self) -> bool:
        """Whether a t interval is."""
        moved = int((np.abs(self.sums) > 1e-12).sum())
        s = self.spread
        return s.df >= FEW_CLUSTERS - 1 and moved >= _FEW_MOVES and s.se > 1e-12

    def bounds(self, confidence: float, *, exact: bool) -> tuple[float, float]:
        """The two-sided interval of the mean; see `paired_difference`."""
        if self.trusted:
            half = self.spread.half(confidence)
            low, high = self.mean - half, self.mean + half
        else:
            low, high = _mover(self.values, self.codes, confidence, exact)
        return max(-1.0, min(low, self.mean)), min(1.0, max(high, self.mean))


def paired_difference(
    a: Sequence[float] | Floats,
    b: Sequence[float] | Floats,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    *,
    exact: bool = False,
    seed: int = 0,
) -> Estimate:
    """Mean of a - b over the same problems, scores in [0, 1], with a clustered interval.

    With the worth of 30 clusters, 20 of them with a difference: cluster-robust t. Otherwise the
    share that got better and the share that got worse each get an interval on effective numbers
    (Wilson's, or Clopper and Pearson's where `exact` asks for one that is never too short), joined
    by the MOVER (Zou and Donner 2008); never of zero length. `extra` has "se" and "p", the
    two-sided p value of "no difference" (t, or sign flips of whole clusters).
    """
    check_confidence(confidence)
    pairs = Differences.of(a, b, clusters)
    s = pairs.spread
    low, high = pairs.bounds(confidence, exact=exact)
    if pairs.trusted:
        method = "paired-clustered-t" if s.groups < s.n else "paired-t"
        p = s.p_value(pairs.mean)
    else:
        method = "paired-mover"
        p = sign_flip_p(pairs.sums, seed=seed)
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

    The limits of the two sides are joined by the MOVER (Newcombe 1998, method 10, where they are
    Wilson's; Zou and Donner 2008 for any): what is clustered or at 0% and 100% there is so here.
    Clusters that occur on both sides make the truth surer than it says, never less sure. Raises
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


def _mover(d: Floats, codes: Codes, confidence: float, exact: bool) -> tuple[float, float]:
    """Limits of mean(max(d, 0)) - mean(max(-d, 0)) from the limits of the two shares."""

    def share(part: Floats) -> tuple[float, float, float]:
        mean = float(part.mean())
        low, high, _ = share_bounds(mean, _spread_of(part, codes), confidence, exact=exact)
        return mean, low, high

    up, up_low, up_high = share(np.maximum(d, 0))
    down, down_low, down_high = share(np.maximum(-d, 0))
    # Shares of one multinomial are negatively correlated, which makes their difference wider.
    both = (1 - up) * (1 - down)
    rho = -math.sqrt(min(1.0, up * down / both)) if both > 0 else -1.0

    def reach(one: float, other: float) -> float:
        return math.sqrt(one * one + other * other - 2 * rho * one * other)

    low = up - down - reach(up - up_low, down_high - down)
    high = up - down + reach(up_high - up, down - down_low)
    return low, high


def _spread_of(part: Floats, codes: Codes) -> Spread:
    return spread(part - part.mean(), codes, len(part))


def sign_flip_p(sums: Sequence[float] | Floats, *, draws: int = 20_000, seed: int = 0) -> float:
    """Two-sided p value of "each cluster's difference is as likely negative as positive".

    Exact up to 16 non-zero clusters, else `draws` seeded random flips with the +1 of Phipson and
    Smyth (2010). 1.0 when nothing differs.
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
    """p values corrected for being several (Holm 1979), in the given order."""
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
    """The smallest true difference that a test with this standard error finds with `power`.

    (t_{1-α/2} + z_power)·se, with clusters-1 degrees of freedom; Miller 2024, section 5.
    """
    check_confidence(confidence)
    if clusters < 2 or not se >= 0:
        raise ValueError(f"needs two clusters and se >= 0, got {clusters} and {se}")
    return (t_quantile(0.5 + confidence / 2, clusters - 1) + normal_quantile(power)) * se
