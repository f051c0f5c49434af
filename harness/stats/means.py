"""Means over problems, with cluster-robust intervals.

One rule everywhere: the cluster-robust t interval if it can be trusted (data worth at least
30 clusters, and at least 50 successes and 50 failures), otherwise the limits of a proportion on the
effective number of observations; if few events were observed, extended towards the middle as far as
unobserved clusters could move it. docs/statistics.md explains why, and how often they hold.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from harness.core import Estimate
from harness.stats.intervals import check_confidence, share_limits
from harness.stats.special import normal_quantile
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
)

FEW_CLUSTERS = 30
FEW_EVENTS = 50.0
_FEW = (10.0, 15.0)  # events up to which unobserved clusters count fully, and partly
_PSEUDO = 0.5  # size of the all-right and of the all-wrong cluster that are added to the data
_OUTER = 1.2  # error allotted to the limit away from the middle, when the other rarely misses
_PRICED = (10.0, 30.0)  # clusters up to which that limit counts its variance fully, and partly
_NOTHING = 1e-18  # a variance that is only rounding


@dataclass(frozen=True, slots=True)
class Shares:
    """Means of scores in [0, 1] with their limits: arrays with one value per data set.

    `effective` is the number of independent right-or-wrong problems with the same precision;
    `unseen` how far the limit was moved towards `unseen_limits`; `trusted`: a t interval.
    """

    mean: Floats
    low: Floats
    high: Floats
    effective: Floats
    unseen: Floats
    trusted: NDArray[np.bool_]


def shares(
    sums: Floats,
    sizes: Floats,
    squares: Floats,
    n: int,
    confidence: float = 0.95,
    *,
    exact: bool = False,
    share_only: bool = False,
) -> Shares:
    """The interval rule of this module, for many data sets at once.

    `sums` are the clusters' sums of scores, (draws, groups), `sizes` their numbers of problems (or
    sums of denominators), (draws or 1, groups), `squares` the sums of squared deviations from the
    mean, (draws,), and `n` the number of problems. `share_only`: never a t interval.
    """
    draws, groups = sums.shape
    sizes = np.broadcast_to(sizes, sums.shape)
    total = sizes.sum(axis=1)
    mean = np.clip(sums.sum(axis=1) / total, 0.0, 1.0)
    tail = 0.5 + confidence / 2
    least = total**2 / (sizes**2).sum(axis=1)  # Kish: as if clusters were all right or all wrong
    if groups == 1:
        low, high = share_limits(mean, np.ones(draws), confidence, exact=True)
        none = np.zeros(draws)
        return Shares(mean, low, high, np.ones(draws), none, none > 0)
    apart = (sums - mean[:, None] * sizes) / total[:, None]
    _, robust, df = robust_variance(apart, sizes, squares / total**2)
    plain = robust * (groups - 1) / groups  # gives n for independent right-or-wrong problems
    alike = plain <= _NOTHING
    own = mean * (1 - mean)
    raw = np.where(alike, least, own / np.where(alike, 1.0, plain))
    doubt = _shape_df(apart * groups, mean)
    if sizes.min() != sizes.max():
        doubt = np.minimum(doubt, df)
    price = (normal_quantile(tail) / t_quantiles(tail, doubt)) ** 2
    effective = np.where(alike, least, np.maximum(raw * price, least))
    if exact:
        effective = np.minimum(effective, n)
    events = np.minimum(effective, n) * np.minimum(mean, 1 - mean)
    alone = share_only and not exact  # a part of a difference
    low, high = share_limits(mean * effective, effective, confidence, exact=exact, one_sided=alone)
    way = np.where(effective <= least * (1 + 1e-9), 0.0, fading(events, _FEW))
    near = low, high
    if not exact:
        known = np.maximum(raw * price ** fading(np.full(draws, groups), _PRICED), effective)
        level = max(1 - _OUTER * (1 - confidence), confidence / 2)
        near = share_limits(mean * known, known, level)
    pseudo = _PSEUDO / 2 if share_only else _PSEUDO  # shared between the parts of a difference
    unseen = unseen_limits(mean, least, plain, confidence, pseudo)
    low, high = _reached((low, high), mean, way, unseen, near)
    t = t_quantiles(tail, df)
    half = t * np.sqrt(robust)
    below, above = skewed_reach(apart, robust, t) if exact else (half, half)
    trusted = (df >= FEW_CLUSTERS - 1) & (events >= FEW_EVENTS) & (half > 1e-12)
    trusted &= (mean - below >= 0) & (mean + above <= 1) & (not share_only)
    low, high = np.where(trusted, mean - below, low), np.where(trusted, mean + above, high)
    return Shares(mean, np.minimum(low, mean), np.maximum(high, mean), effective, way, trusted)


def _reached(
    limits: tuple[Floats, Floats],
    mean: Floats,
    way: Floats,
    unseen: tuple[Floats, Floats],
    near: tuple[Floats, Floats],
) -> tuple[Floats, Floats]:
    """Limits moved a fraction `way` out to `unseen` towards 1/2, and in to `near` beyond it."""
    low, high = limits
    up, down = np.where(mean <= 0.5, way, 0.0), np.where(mean > 0.5, way, 0.0)
    return (
        low - down * np.maximum(0.0, low - unseen[0]) + up * np.maximum(0.0, near[0] - low),
        high + up * np.maximum(0.0, unseen[1] - high) - down * np.maximum(0.0, high - near[1]),
    )


def unseen_limits(
    mean: Floats, clusters: Floats, variance: Floats, confidence: float, pseudo: float = _PSEUDO
) -> tuple[Floats, Floats]:
    """How far unobserved clusters could move the mean: limits by the Bayesian bootstrap.

    Rubin's (1981) posterior of a mean over `clusters`, with `pseudo` of an all-right cluster and
    as much of an all-wrong one added, as a Beta distribution with the same mean and variance.
    `variance` is that of the mean without the factor G/(G-1). Clusters that are right or wrong,
    with half a cluster of each added, have Jeffreys's limits.
    """
    from scipy.special import betaincinv

    total = clusters + 2 * pseudo
    centre = (mean * clusters + pseudo) / total
    squares = variance * clusters**2 + clusters * (mean - centre) ** 2
    squares = squares + pseudo * (centre**2 + (1 - centre) ** 2)
    size = centre * (1 - centre) * total * (total + 1) / squares - 1
    a, b, tail = centre * size, (1 - centre) * size, (1 - confidence) / 2
    return betaincinv(a, b, tail), betaincinv(a, b, 1 - tail)


def fading(value: Floats, ends: tuple[float, float]) -> Floats:
    """1 up to the first end, 0 from the second on, linear in between."""
    out: Floats = np.clip((ends[1] - value) / (ends[1] - ends[0]), 0.0, 1.0)
    return out


def _shape_df(apart: Floats, mean: Floats) -> Floats:
    """How precisely the data estimate their variance, given the mean: degrees of freedom.

    For right-or-wrong scores the variance is mean(1 - mean), known with the mean; for others
    the ratio r of the two is estimated. 2 / var(ln r), from r's influence values at the clusters'
    deviations `apart`, (draws, groups), minus 1; at least 1.
    """
    groups = apart.shape[1]
    own = np.maximum(mean * (1 - mean), 1e-12)
    second = np.maximum((apart**2).mean(axis=1), 1e-300)
    influence = apart**2 / second[:, None] - 1 - ((1 - 2 * mean) / own)[:, None] * apart
    variance = (influence**2).sum(axis=1) / groups**2
    out: Floats = np.clip(2 / np.maximum(variance, 2e-6) - 1, 1.0, 1e6)
    return out


def estimate(found: Shares, s: Spread, confidence: float, exact: bool) -> Estimate:
    """One data set's figure."""
    if found.trusted[0]:
        method = "clustered-t" if s.groups < s.n else "t"
    else:
        effective = float(found.effective[0])
        method = "clopper-pearson" if exact or s.groups == 1 else "share"
        if abs(effective - s.n) >= 1e-9:
            method += "-effective"
        if found.unseen[0] > 0:
            method += "+unseen"
    return Estimate(
        value=float(found.mean[0]),
        low=float(found.low[0]),
        high=float(found.high[0]),
        n=s.n,
        clusters=s.groups,
        confidence=confidence,
        method=method,
        extra={
            "se": None if math.isnan(s.se) else s.se,
            "effective_n": min(float(found.effective[0]), float(s.n)),
        },
    )


def share_of(
    top: Floats,
    bottom: Floats,
    codes: Codes,
    confidence: float,
    *,
    exact: bool,
    share_only: bool = False,
) -> tuple[Shares, Spread]:
    """Σ top / Σ bottom of one data set by `shares`, with its spread."""
    total = float(bottom.sum())
    ratio = min(1.0, float(top.sum()) / total)
    apart = top - ratio * bottom
    sums, sizes = (np.bincount(codes, weights=v).astype(np.float64) for v in (top, bottom))
    squares = np.array([float(apart @ apart)])
    found = shares(
        sums[None], sizes[None], squares, len(top), confidence, exact=exact, share_only=share_only
    )
    return found, spread(apart, codes, total)


def mean_interval(
    scores: Sequence[float] | Floats,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    *,
    exact: bool = False,
) -> Estimate:
    """The mean of per-problem scores in [0, 1], with a cluster-robust interval.

    `clusters` holds one label per score; None treats each problem as its own cluster. The interval
    never has zero length. `exact` requests one that is never too short, but too long on
    few problems. `extra` has "se" (None with one cluster) and "effective_n". Raises ValueError for
    no scores, NaN, or a score outside [0, 1].
    """
    check_confidence(confidence)
    x = as_floats(scores, "scores")
    if x.min() < 0 or x.max() > 1 + 1e-9:
        raise ValueError(f"scores lie in [0, 1], got {x.min()} … {x.max()}")
    x = np.minimum(x, 1.0)
    found, s = share_of(
        x, np.ones(len(x)), cluster_codes(clusters, len(x)), confidence, exact=exact
    )
    return estimate(found, s, confidence, exact)


def rising(figures: Sequence[Estimate]) -> list[Estimate]:
    """Figures whose true values do not fall (pass@k in k, same problems), with such limits.

    A lower limit at a smaller k also holds for larger ones, and an upper limit at a larger k
    also holds for smaller ones. Values stay, and lie within their limits.
    """
    lows = np.maximum.accumulate([f.low for f in figures]) if figures else np.array([])
    highs = np.minimum.accumulate([f.high for f in reversed(figures)])[::-1] if figures else lows
    return [
        replace(f, low=min(float(low), f.value), high=max(float(high), f.value))
        for f, low, high in zip(figures, lows, highs, strict=True)
    ]
