"""Fits of coverage, against closed forms, scipy, and counts simulated from known distributions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special, stats

from harness.stats.fits import (
    FitError,
    beta_coverage,
    fit_beta,
    fit_power_law,
    held_out_check,
)
from harness.stats.pool import pass_at_k


def drawn(a, b, problems, samples, *, scale=1.0, seed=0):
    rng = np.random.default_rng(seed)
    rates = scale * rng.beta(a, b, problems)
    return [(samples, int(c)) for c in rng.binomial(samples, rates)]


@pytest.mark.parametrize(("a", "b"), [(0.3, 2.0), (1.0, 1.0), (5.0, 0.7), (0.05, 40.0)])
@pytest.mark.parametrize("k", [1, 2, 10, 1000, 10_000])
def test_coverage_of_beta_rates_in_closed_form(a: float, b: float, k: int) -> None:
    wanted = -math.expm1(special.betaln(a, b + k) - special.betaln(a, b))
    assert beta_coverage(a, b, k) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize(("a", "b", "scale"), [(0.6, 1.2, 0.5), (2.0, 0.5, 0.9), (1.0, 1.0, 0.1)])
@pytest.mark.parametrize("k", [1, 7, 50, 300])
def test_coverage_of_scaled_beta_rates(a: float, b: float, scale: float, k: int) -> None:
    wanted = 1 - special.hyp2f1(-k, a, a + b, scale)
    assert beta_coverage(a, b, k, scale) == pytest.approx(wanted, rel=1e-8)


@pytest.mark.parametrize(("a", "b"), [(0.5, 1.5), (0.2, 3.0), (1.5, 1.0), (4.0, 4.0)])
def test_the_fit_recovers_a_and_b(a: float, b: float) -> None:
    fit = fit_beta(drawn(a, b, 3000, 24))
    errors = np.sqrt(np.diag(fit.covariance))
    assert fit.scale == 1 or errors[2] > abs(math.log(fit.scale)) / 4
    assert abs(math.log(fit.a / a)) < 4 * errors[0]
    assert abs(math.log(fit.b / b)) < 4 * errors[1]
    assert errors.max() < 0.15


def test_the_fit_recovers_a_scale() -> None:
    fit = fit_beta(drawn(0.6, 1.2, 4000, 24, scale=0.5, seed=3))
    assert fit.scale == pytest.approx(0.5, rel=0.15)
    assert fit.a == pytest.approx(0.6, rel=0.15)


def test_the_likelihood_is_the_beta_binomial() -> None:
    counts = drawn(0.7, 2.0, 200, 10)
    fit = fit_beta(counts, scaled=False)

    def loglik(a, b):
        c = np.array([c for _, c in counts])
        return stats.betabinom.logpmf(c, 10, a, b).sum()

    ours = loglik(fit.a, fit.b)
    constant = sum(math.log(math.comb(10, c)) for _, c in counts)
    assert fit.loglik + constant == pytest.approx(ours, abs=1e-6)
    for factor in (0.98, 1.02):
        assert loglik(fit.a * factor, fit.b) < ours
        assert loglik(fit.a, fit.b * factor) < ours


@pytest.mark.slow
def test_intervals_hold_the_truth() -> None:
    truth = beta_coverage(0.5, 2.0, 500)
    held = 0
    for seed in range(60):
        fit = fit_beta(drawn(0.5, 2.0, 150, 16, seed=seed), scaled=False)
        e = fit.interval(500)
        assert e.low < e.value < e.high
        held += e.low <= truth <= e.high
    assert held >= 52  # 95% of 60 is 57; fewer than 52 has a chance of 1%


def test_clusters_widen_the_interval() -> None:
    counts = drawn(0.5, 1.5, 60, 16)
    alone = fit_beta(counts, scaled=False).interval(100)
    copied = fit_beta(counts * 4, [i for _ in range(4) for i in range(60)], scaled=False)
    assert copied.interval(100).extra["se"] == pytest.approx(alone.extra["se"], rel=0.05)


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ([(24, 0)] * 50, "always right"),
        ([(24, 24)] * 30 + [(24, 0)] * 30, "always right"),
        ([(1, 1)] * 30 + [(1, 0)] * 30, "one sample"),
        ([(24, 3)] * 5, "needs 20"),
        ([(24, 12)] * 40, "no maximum"),
        ([(2, 1)] * 2 + [(2, 0)] * 30, "."),
    ],
)
def test_what_is_not_identified_is_refused(counts, says) -> None:
    with pytest.raises(FitError, match=says):
        fit_beta(counts)


def test_power_law_of_exact_points() -> None:
    ks = [1, 2, 4, 8, 16]
    law = fit_power_law(ks, [math.exp(-1.7 * k**-0.4) for k in ks])
    assert (law.a, law.b) == (pytest.approx(-1.7), pytest.approx(-0.4))
    assert law.coverage(1000) == pytest.approx(math.exp(-1.7 * 1000**-0.4))
    two = fit_power_law([1, 4], [math.exp(-1.7), math.exp(-1.7 * 4**-0.4)])
    assert (two.a, two.b) == (pytest.approx(-1.7), pytest.approx(-0.4))
    with pytest.raises(FitError, match="two k"):
        fit_power_law([1, 2], [1.0, 1.0])
    with pytest.raises(FitError, match="two k"):
        fit_power_law([2, 2], [0.5, 0.6])


@pytest.mark.parametrize(
    ("a", "b", "k", "scale"),
    [(0, 1, 1, 1), (1, 0, 1, 1), (1, -0.5, 1, 1), (1, 1, 1, 0), (1, 1, 1, 1.1), (1, 1, -0.5, 1)],
)
def test_what_is_no_beta_distribution_is_refused(a, b, k, scale):
    with pytest.raises(ValueError, match="needs a, b > 0"):
        beta_coverage(a, b, k, scale)


def test_small_k_tail_of_beta_rates_is_the_power_law_of_schaeffer() -> None:
    # For rates with density ~ p^(a-1) at 0, -ln coverage falls like k^-a (their theorem).
    ks = [10**i for i in range(3, 7)]
    law = fit_power_law(ks, [beta_coverage(0.3, 2.0, k) for k in ks])
    assert law.b == pytest.approx(-0.3, abs=0.01)


def test_held_out_check_foretells_what_is_seen() -> None:
    counts = drawn(0.5, 1.5, 400, 32)
    check = held_out_check(counts)
    assert (check.fitted_on, check.k) == (16, 32)
    assert check.observed.value == pytest.approx(np.mean([pass_at_k(n, c, 32) for n, c in counts]))
    assert check.beta == pytest.approx(check.observed.value, abs=0.02)
    assert held_out_check(counts) == check
    with pytest.raises(FitError, match="4 samples"):
        held_out_check([(3, 1)] * 30)
