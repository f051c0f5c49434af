"""Sample sizes, against statsmodels and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from statsmodels.stats.power import TTestPower

from harness.stats.planning import (
    Contrast,
    contrast_of_one,
    contrast_of_two,
    needed_problems,
    needed_samples,
    variance_components,
)


def drawn(rates, samples, seed):
    rng = np.random.default_rng(seed)
    return [(samples, int(c)) for c in rng.binomial(samples, rates)]


@pytest.mark.parametrize("difference", [0.01, 0.02, 0.05, 0.2])
@pytest.mark.parametrize("power", [0.8, 0.9])
@pytest.mark.parametrize("samples", [1, 4, 16])
def test_problems_agree_with_statsmodels(difference: float, power: float, samples: int) -> None:
    contrast = Contrast(omega2=0.05, within=0.2, design=1.0)
    sd = math.sqrt(0.05 + 0.2 / samples)
    wanted = TTestPower().solve_power(effect_size=difference / sd, alpha=0.05, power=power)
    got = needed_problems(contrast, difference, samples, power=power)
    assert abs(got - wanted - 1 / (samples * difference)) <= 2.01  # and the continuity correction


def test_components_are_unbiased() -> None:
    between, within = [], []
    rng = np.random.default_rng(1)
    for seed in range(200):
        c = variance_components(drawn(rng.beta(2, 3, 100), 4, seed))
        between.append(c.between)
        within.append(c.within)
    true_between = 2 * 3 / (25 * 6)  # of Beta(2, 3)
    assert np.mean(between) == pytest.approx(true_between, rel=0.05)
    assert np.mean(within) == pytest.approx(2 / 5 * 3 / 5 - true_between, rel=0.02)


def test_components_in_closed_form() -> None:
    c = variance_components([(2, 2), (2, 0), (2, 1), (2, 1)])
    assert c.within == pytest.approx((0 + 0 + 0.5 + 0.5) / 4)
    assert c.between == pytest.approx(0.5 / 3 - 0.25 / 2)
    assert c.variance(10, 5) == pytest.approx((c.between + 0.05) / 10)


def test_copies_in_clusters_multiply_the_variance() -> None:
    counts = drawn(np.random.default_rng(2).beta(2, 3, 50), 8, 0)
    clusters = [i for i in range(50) for _ in range(3)]
    c = variance_components([x for x in counts for _ in range(3)], clusters)
    assert c.design == pytest.approx(3, rel=0.05)


def test_two_measured_models() -> None:
    rng = np.random.default_rng(3)
    a = rng.beta(2, 2, 20_000)
    b = np.clip(a + rng.choice([-0.1, 0.1], 20_000), 0, 1)
    contrast = contrast_of_two(drawn(a, 8, 1), drawn(b, 8, 2))
    assert contrast.omega2 == pytest.approx(float((b - a).var()), rel=0.1)
    assert contrast.within == pytest.approx(
        float((a * (1 - a)).mean() + (b * (1 - b)).mean()), rel=0.02
    )
    with pytest.raises(ValueError, match="problems"):
        contrast_of_two([(2, 1)] * 3, [(2, 1)] * 4)


def test_the_planned_size_has_the_power() -> None:
    """A true drop of 4 points: the paired t test on the planned problems sees it in 80%."""
    rng = np.random.default_rng(4)
    pilot = rng.beta(3, 3, 3000)
    contrast = contrast_of_one(variance_components(drawn(pilot, 8, 5)), correlation=1.0)
    samples, difference = 2, 0.04
    n = needed_problems(contrast, difference, samples)
    seen = 0
    for _ in range(500):
        p = np.clip(rng.beta(3, 3, n), difference, 1)
        d = (rng.binomial(samples, p) - rng.binomial(samples, p - difference)) / samples
        seen += abs(d.mean()) / (d.std(ddof=1) / math.sqrt(n)) > 1.96
    assert seen / 500 == pytest.approx(0.8, abs=0.05)


def test_samples_for_the_problems_there_are() -> None:
    contrast = Contrast(omega2=0.01, within=0.2, design=1.0)
    floor = needed_problems(contrast, 0.02, 1 << 30)
    assert needed_samples(contrast, 0.02, floor - 1) is None
    some = needed_samples(contrast, 0.02, 2 * floor)
    assert some is not None
    assert needed_problems(contrast, 0.02, some) <= 2 * floor
    assert needed_problems(contrast, 0.02, some - 1) > 2 * floor
    assert contrast.share_within(1) == pytest.approx(0.2 / 0.21)


def test_bad_numbers() -> None:
    with pytest.raises(ValueError, match="two samples"):
        variance_components([(1, 1)] * 4)
    with pytest.raises(ValueError, match="two of them"):
        variance_components([(4, 1)])
    contrast = Contrast(omega2=0.01, within=0.2, design=1.0)
    with pytest.raises(ValueError, match="difference"):
        needed_problems(contrast, 0.0, 1)
