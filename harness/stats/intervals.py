"""Intervals for a proportion: Wilson's, Clopper and Pearson's, and the one that reports use.

All accept fractions, so they also work on an effective sample size (Korn and Graubard 1998).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from harness.stats.special import beta_quantile, normal_quantile

Floats = NDArray[np.float64]
_JEFFREYS = 0.5  # the shift of Jeffreys's limits relative to Clopper and Pearson's, which have 0
_INNER = 0.3  # how much smaller the shift is for the limit towards 1/2


def check_confidence(confidence: float) -> None:
    """Raise ValueError unless 0 < confidence < 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence lies strictly between 0 and 1, got {confidence}")


def _check(successes: float, n: float, confidence: float) -> None:
    check_confidence(confidence)
    if not n > 0:
        raise ValueError(f"an interval for a share needs n > 0, got n={n}")
    if not 0 <= successes <= n:
        raise ValueError(f"successes must lie between 0 and n={n}, got {successes}")


def wilson(successes: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for successes/n (Wilson 1927); fractions are allowed."""
    _check(successes, n, confidence)
    z = normal_quantile(0.5 + confidence / 2)
    share, square = successes / n, z * z
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = z / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return low, high


def clopper_pearson(successes: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """The exact interval for successes/n (Clopper and Pearson 1934), as Beta quantiles.

    Never shorter than its confidence requires.
    """
    _check(successes, n, confidence)
    tail = (1 - confidence) / 2
    none, every = successes < 1e-9, n - successes < 1e-9
    low = 0.0 if none else beta_quantile(tail, successes, n - successes + 1)
    high = 1.0 if every else beta_quantile(1 - tail, successes + 1, n - successes)
    return low, high


def share_limits(
    successes: Floats,
    n: Floats,
    confidence: float = 0.95,
    *,
    exact: bool = False,
    one_sided: bool = False,
) -> tuple[Floats, Floats]:
    """The limits used in reports, for many proportions at once: quantiles of Beta distributions.

    With x of n and a shift s, the lower limit is that of Beta(x + s, n - x + 1 - s), the upper that
    of Beta(x + 1 - s, n - x + s). Shift 0 gives Clopper and Pearson's limits, which cover too
    often; 1/2 gives Jeffreys's (Brown, Cai and DasGupta 2001), which cover too rarely. Here the
    limit towards the nearer end of [0, 1] has nearly Jeffreys's shift, and the one towards the
    middle less: s = 0.5 - 0.3 x/n below, 0.5 - 0.3 (1 - x/n) above. Up to one success (failure) the
    shift goes to 0, so that 0 of n has Clopper and Pearson's limit. `exact`: shift 0 everywhere.
    `one_sided`: below one success (failure) the only limit that can be wrong takes over the other
    one's error, all of it at 0 of n, which has about 3/n at 95% ("rule of three", Louis 1981).
    Arrays of one shape in, arrays of that shape out.
    """
    from scipy.special import betaincinv

    check_confidence(confidence)
    tail = (1 - confidence) / 2
    x = np.clip(successes, 0.0, n)
    if exact:
        below, above = np.zeros_like(x), np.zeros_like(x)
    else:
        below = (_JEFFREYS - _INNER * x / n) * np.minimum(1.0, n - x)
        above = (_JEFFREYS - _INNER * (1 - x / n)) * np.minimum(1.0, x)

    def limit(probability: Floats, a: Floats, b: Floats) -> Floats:
        out: Floats = betaincinv(np.maximum(a, 1e-300), np.maximum(b, 1e-300), probability)
        return out

    lower, upper = np.full_like(x, tail), np.full_like(x, tail)
    if one_sided:
        lower, upper = lower * (2 - np.minimum(1.0, n - x)), upper * (2 - np.minimum(1.0, x))
    low = np.where(x < 1e-9, 0.0, limit(lower, x + below, n - x + 1 - below))
    high = np.where(n - x < 1e-9, 1.0, limit(1 - upper, x + 1 - above, n - x + above))
    return low, high
