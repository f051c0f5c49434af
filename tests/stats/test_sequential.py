"""Error spending: published boundaries, another integration, and simulated walks."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import optimize, stats

from harness.stats.sequential import LOOKS, crossing_chances, share_spent, spending_levels

FIVE = (0.2, 0.4, 0.6, 0.8, 1.0)


def _obrien_fleming(t: float) -> float:
    return float(2 * stats.norm.sf(stats.norm.isf(0.0125) / math.sqrt(t))) / 0.025


def _pocock(t: float) -> float:
    return math.log(1 + (math.e - 1) * t)


@pytest.mark.parametrize(
    ("spend", "bounds"),
    [
        (_obrien_fleming, [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]),
        (_pocock, [2.4380, 2.4268, 2.4101, 2.3966, 2.3859]),
    ],
)
def test_published_boundaries(spend, bounds):
    """Reboussin, DeMets, Kim and Lan 2000: five equal looks, two-sided 0.05."""
    levels = spending_levels(FIVE, 0.025, spend)
    assert stats.norm.isf(levels) == pytest.approx(bounds, abs=2e-4)


@pytest.mark.parametrize(("constant", "power"), [(2.41323, 0.0), (2.03996, 0.5)])
def test_constants_of_pocock_and_of_obrien_and_fleming(constant, power):
    """Jennison and Turnbull 2000, tables 2.1 and 2.3: K = 5, two-sided 0.05."""
    levels = [float(stats.norm.sf(constant * t**-power)) for t in FIVE]
    assert sum(crossing_chances(levels, FIVE, 0.0)) == pytest.approx(0.025, abs=2e-5)


@pytest.mark.parametrize("drift", [0.0, 2.5])
def test_the_recursion_is_the_multivariate_normal(drift):
    fractions = (0.3, 0.55, 1.0)
    levels = spending_levels(fractions, 0.05)
    bounds = stats.norm.isf(levels)
    t = np.array(fractions)
    cov = np.sqrt(np.minimum.outer(t, t) / np.maximum.outer(t, t))
    inside = stats.multivariate_normal.cdf(
        bounds, drift * np.sqrt(t), cov, maxpts=4_000_000, abseps=1e-9, releps=1e-9
    )
    assert sum(crossing_chances(levels, fractions, drift)) == pytest.approx(1 - inside, abs=1e-7)


@pytest.mark.parametrize("alpha", [0.2, 0.05, 0.005])
def test_every_look_spends_what_it_may(alpha):
    levels = spending_levels(LOOKS, alpha)
    spent = np.cumsum(crossing_chances(levels, LOOKS, 0.0))
    assert spent == pytest.approx([alpha * share_spent(t) for t in LOOKS], abs=1e-10)


def test_one_look_at_the_end_is_the_ordinary_test():
    assert spending_levels((1.0,), 0.05) == pytest.approx((0.05,), abs=1e-12)


def test_smaller_levels_ask_for_more_at_every_look():
    """What Holm's steps over sequential tests need (Ye et al. 2013)."""
    levels = [spending_levels(LOOKS, alpha) for alpha in (0.05, 0.025, 0.005)]
    for more, less in itertools.pairwise(levels):
        assert all(a > b for a, b in zip(more, less, strict=True))


def test_the_price_and_the_gain_that_the_docstring_states():
    levels = spending_levels(LOOKS, 0.05)
    fixed = stats.norm.isf(0.05) + stats.norm.isf(0.1)
    drift = optimize.brentq(lambda d: sum(crossing_chances(levels, LOOKS, d)) - 0.9, 2, 5)
    chances = np.array(crossing_chances(levels, LOOKS, drift))
    most = (drift / fixed) ** 2
    mean = (chances @ LOOKS + 1 - chances.sum()) * most
    median = LOOKS[int(np.argmax(np.cumsum(chances) >= 0.5))] * most
    assert (most, mean, median) == pytest.approx((1.203, 0.657, 0.481), abs=0.003)


def test_bad_arguments_are_refused():
    for fractions in ((), (0.5, 0.4), (0.5, 1.5), (0.0, 1.0)):
        with pytest.raises(ValueError, match="increase"):
            spending_levels(fractions, 0.05)
    with pytest.raises(ValueError, match="alpha"):
        spending_levels((1.0,), 0.0)
