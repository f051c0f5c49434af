"""Sizes of tests against scipy and statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from harness.stats.power import needed_clusters, needed_drift, sd_limit
from harness.stats.sequential import LOOKS


@pytest.mark.parametrize("effect", [0.08, 0.2, 0.5])
@pytest.mark.parametrize(("confidence", "power"), [(0.95, 0.9), (0.99, 0.8)])
def test_one_look_is_the_size_of_the_t_test(effect, confidence, power):
    got = needed_clusters(1.0, -effect, confidence=confidence, power=power)
    exact = TTestPower().solve_power(effect, None, 1 - confidence, power, "larger")
    assert got == pytest.approx(exact, abs=1.5)


@pytest.mark.parametrize("distance", [0.03, 0.05, 0.11])
def test_outcomes_in_steps_keep_the_power(distance):
    """A sign test by the normal curve: its exact power, at the size that the step asks for."""
    for p in (0.5, 0.62):
        sd = 2 * math.sqrt((p + distance / 2) * (1 - p - distance / 2))
        n = needed_clusters(sd, distance, step=2)
        line = 2 * p - 1  # the mean of +1 and -1 under the rule's line
        k = np.arange(n + 1)
        mean = 2 * k / n - 1
        se = np.sqrt(np.maximum(1 - mean**2, 1e-12) / (n - 1))
        rejects = mean - stats.t.ppf(0.95, n - 1) * se > line
        power = stats.binom.pmf(k, n, p + distance / 2)[rejects].sum()
        assert 0.898 <= power < 0.93  # what is left is the skewness of few trials


def test_millers_example_of_planning():
    """Miller 2024 (arXiv 2411.00640), section 5: variance 1/9, 3 points, two-sided, power 0.8."""
    got = needed_clusters(1 / 3, 0.03, confidence=0.975, power=0.8)
    assert got - math.ceil(stats.norm.isf(0.025) ** 2 / 2) in (968, 969)


def test_ten_looks_cost_a_fifth_more():
    once, often = needed_drift(0.05, 0.9), needed_drift(0.05, 0.9, LOOKS)
    assert once == pytest.approx(stats.norm.isf(0.05) + stats.norm.isf(0.1), abs=1e-9)
    assert (often / once) ** 2 == pytest.approx(1.203, abs=0.001)


@pytest.mark.parametrize("clusters", [10, 60, 500])
def test_the_limit_of_a_standard_deviation_is_that_of_chi_square(clusters):
    exact = math.sqrt((clusters - 1) / stats.chi2.ppf(0.1, clusters - 1))
    assert sd_limit(1.0, clusters) == pytest.approx(exact, rel=0.01)


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="distance"):
        needed_clusters(1.0, 0.0)
    with pytest.raises(ValueError, match="two clusters"):
        sd_limit(1.0, 1)
