"""How many problems a gate needs: sample sizes for tests with one look or several."""

from __future__ import annotations

import functools
import math

from harness.stats.intervals import check_confidence
from harness.stats.sequential import crossing_chances, spending_levels
from harness.stats.special import normal_quantile


def needed_clusters(
    sd: float,
    distance: float,
    *,
    confidence: float = 0.95,
    power: float = 0.9,
    looks: tuple[float, ...] = (1.0,),
    step: float = 0.0,
) -> int:
    """Clusters (or independent problems) for a one-sided test to detect an effect of `distance`.

    `sd`: standard deviation of one cluster's contribution (of one problem's difference), in the
    unit of `distance`, the distance from the truth to the rule's limit. drift²·sd²/distance²
    with the drift that gives the power, plus z²/2 for the t test's degrees of freedom (Guenther
    1981). `step`: the smallest change of one contribution (1 for right and wrong); sums that move
    in steps fall short of the normal curve by up to half a step, which takes step/distance more
    (the continuity correction). `looks` as in `harness.stats.sequential`. ValueError for a distance
    of 0.
    """
    check_confidence(confidence)
    if not (distance != 0 and sd >= 0 and 0 < power < 1):
        raise ValueError(f"needs distance != 0, sd >= 0, 0 < power < 1: {distance}, {sd}, {power}")
    drift = needed_drift(1 - confidence, power, looks)
    extra = normal_quantile(confidence) ** 2 / 2
    return max(2, math.ceil((drift * sd / distance) ** 2 + extra + step / abs(distance)))


@functools.lru_cache(maxsize=256)
def needed_drift(alpha: float, power: float, looks: tuple[float, ...] = (1.0,)) -> float:
    """The mean of the full data's z statistic for which the looks reject with `power`."""
    if looks == (1.0,):
        return normal_quantile(1 - alpha) + normal_quantile(power)
    levels = spending_levels(looks, alpha)
    low, high = 0.0, 20.0
    while high - low > 1e-9:
        middle = 0.5 * (low + high)
        reached = math.fsum(crossing_chances(levels, looks, middle)) >= power
        low, high = (low, middle) if reached else (middle, high)
    return high


def sd_limit(sd: float, clusters: int, confidence: float = 0.9) -> float:
    """An upper limit for a standard deviation that was estimated from this many clusters.

    sd·sqrt(df / chi-square quantile), by the approximation of Wilson and Hilferty (1931), accurate
    to 1% from 10 clusters on. Planning with it keeps the power that planning with the estimate
    loses when the estimate is low. ValueError for fewer than two clusters.
    """
    check_confidence(confidence)
    if clusters < 2:
        raise ValueError(f"needs two clusters, got {clusters}")
    df = clusters - 1
    share = 2 / (9 * df)
    cube = 1 - share - normal_quantile(confidence) * math.sqrt(share)
    return sd / math.sqrt(max(cube, 0.05) ** 3)
