"""Repeated looks without extra false alarms: error spending for group-sequential tests.

A test that looks at its data k times and stops at the first favourable look is wrong far more
often than its level says. Here the level is *spent* over the looks (Lan and DeMets 1983): by the
time a fraction t of the data has been seen, at most `share_spent(t)` of it. What a look may
spend is converted to the level of that look's own test by the recursion of Armitage, McPherson and
Rowe (1969) for statistics whose correlation is sqrt(t_i / t_j). Applying each look's level to the
ordinary test is the significance-level approach of Jennison and Turnbull (2000, section 3.3).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from harness.stats.special import normal_quantile

LOOKS = tuple(i / 10 for i in range(1, 11))
"""When to look, as fractions of all data."""

Floats = NDArray[np.float64]
_GRID = 401  # Simpson points per look: the levels are accurate to 1e-9
_FAR = 9.0  # standard deviations beyond which the density is negligible
_SQRT_2PI = math.sqrt(2 * math.pi)


def share_spent(fraction: float) -> float:
    """The share of the level that may be spent by the time `fraction` of the data is seen.

    t² up to 0.4, enough to catch what is broken; t^0.7 from there on, where an unchanged model
    most likely shows that it is. Compared with one test of the same level and power 0.9 on all
    data, ten looks then need at most 20% more data, 66% on average and 48% at the median, in
    theory.
    """
    return fraction**2 if fraction < 0.4 - 1e-9 else fraction**0.7


@functools.lru_cache(maxsize=1024)
def spending_levels(
    fractions: tuple[float, ...],
    alpha: float,
    spend: Callable[[float], float] = share_spent,
) -> tuple[float, ...]:
    """The one-sided level of each look such that all looks together are wrong with chance alpha.

    `fractions`: increasing fractions of all data, in (0, 1]. A one-sided test at these levels,
    stopped at any look for any reason, has a false alarm probability of at most `alpha`. ValueError
    for fractions that do not increase, or an alpha outside (0, 0.5].
    """
    if not 0 < alpha <= 0.5:
        raise ValueError(f"alpha lies in (0, 0.5], got {alpha}")
    steps = np.diff([0.0, *fractions])
    if len(steps) == 0 or (steps <= 1e-12).any() or fractions[-1] > 1 + 1e-12:
        raise ValueError(f"fractions must increase within (0, 1], got {fractions}")
    levels, spent, walk = [], 0.0, _Walk()
    for fraction, step in zip(fractions, steps, strict=True):
        now = alpha * spend(fraction)
        bound = walk.bound(float(step), now - spent)
        spent = now
        walk.advance(float(step), bound)
        levels.append(0.5 * math.erfc(bound / math.sqrt(2 * fraction)))
    return tuple(levels)


def crossing_chances(
    levels: Sequence[float], fractions: Sequence[float], drift: float
) -> tuple[float, ...]:
    """The probability of first rejecting at each look, if the full statistic is N(drift, 1).

    `drift` = 0 is the limit itself; normal_quantile(1 - alpha) + normal_quantile(power) is what one
    test on all data needs for that power.
    """
    walk, out = _Walk(drift), []
    steps = np.diff([0.0, *fractions])
    for level, fraction, step in zip(levels, fractions, steps, strict=True):
        bound = normal_quantile(1 - level) * math.sqrt(fraction)
        out.append(walk.above(float(step), bound))
        walk.advance(float(step), bound)
    return tuple(out)


class _Walk:
    """The density of a Brownian motion with drift that has stayed below all bounds so far."""

    def __init__(self, drift: float = 0.0) -> None:
        self._drift = drift
        self._time = 0.0
        self._at: Floats = np.zeros(1)
        self._mass: Floats = np.ones(1)  # density times quadrature weight

    def above(self, step: float, bound: float) -> float:
        """The probability of lying above `bound` after `step`."""
        z = (bound - self._at - self._drift * step) / math.sqrt(2 * step)
        return 0.5 * math.fsum(m * math.erfc(v) for m, v in zip(self._mass, z, strict=True))

    def bound(self, step: float, chance: float) -> float:
        """The bound exceeded with probability `chance` after `step`, by bisection."""
        low, high = -_FAR, _FAR * math.sqrt(self._time + step)
        for _ in range(60):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self.above(step, middle) > chance else (low, middle)
        return high

    def advance(self, step: float, bound: float) -> None:
        """Advance by `step`, keeping the part below `bound`."""
        self._time += step
        centre, sd = self._drift * self._time, math.sqrt(self._time)
        at = np.linspace(min(centre - _FAR * sd, bound - sd), bound, _GRID)
        z = (at[:, None] - self._at - self._drift * step) / math.sqrt(step)
        density = (np.exp(-0.5 * z * z) @ self._mass) / (_SQRT_2PI * math.sqrt(step))
        weights = np.full(_GRID, 2.0)
        weights[1::2], weights[0], weights[-1] = 4.0, 1.0, 1.0
        self._at, self._mass = at, density * weights * (at[1] - at[0]) / 3
