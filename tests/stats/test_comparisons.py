"""Paired differences, corrections and the bootstrap: against scipy, statsmodels, enumeration."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import confint_proportions_2indep

from harness.core import Estimate
from harness.stats import (
    bootstrap_interval,
    bootstrap_sums,
    detectable_difference,
    group_contrast,
    holm,
    independent_difference,
    mean_interval,
    paired_difference,
    sign_flip_p,
    wilson,
)


def _johnson(low: float, high: float, apart: np.ndarray) -> tuple[float, float]:
    """A t interval, longer on the side of the skew of the clusters' deviations (Johnson 1978)."""
    groups = len(apart)
    t = stats.t.ppf(0.975, groups - 1)
    se = (high - low) / 2 / t
    more = se * stats.skew(apart) / math.sqrt(groups) * (1 / 6 + t**2 / 3)
    return low + min(0.0, more), high + max(0.0, more)


def test_paired_difference_is_the_paired_t_test_longer_on_the_side_of_the_skew() -> None:
    rng = np.random.default_rng(7)
    a, b = rng.uniform(size=120), rng.uniform(size=120)
    test = stats.ttest_rel(a, b)
    got = paired_difference(a, b)
    low, high = test.confidence_interval(0.95)
    assert (got.low, got.high) == pytest.approx(_johnson(low, high, a - b), abs=1e-9)
    assert got.low <= low
    assert got.high >= high
    assert got.extra["p"] == pytest.approx(test.pvalue, abs=1e-9)


def test_clustered_difference_agrees_with_statsmodels() -> None:
    rng = np.random.default_rng(8)
    groups = rng.permutation(np.repeat(np.arange(50), 6))
    a, b = rng.uniform(size=(2, 300))
    fit = sm.OLS(a - b, np.ones(300)).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, use_t=True
    )
    got = paired_difference(a, b, groups.tolist())
    sums = np.bincount(groups, weights=a - b)
    expected = _johnson(*fit.conf_int()[0], sums)
    assert (got.low, got.high) == pytest.approx(expected, abs=1e-9)
    assert got.extra["p"] == pytest.approx(fit.pvalues[0], abs=1e-9)


@pytest.mark.parametrize("n", [1, 10, 1000])
def test_no_difference_seen_is_not_certainty(n: int) -> None:
    got = paired_difference([1.0] * n, [1.0] * n)
    assert got.value == 0
    assert got.low < 0 < got.high
    tail = 0.05 if n > 1 else 0.025  # of no event in n trials; a single cluster says less
    assert got.high == pytest.approx(1 - tail ** (1 / n), abs=1e-9)
    assert got.extra["p"] == 1


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=40))
def test_difference_stays_in_range_and_is_antisymmetric(pairs: list[tuple[float, float]]) -> None:
    a, b = [p[0] for p in pairs], [p[1] for p in pairs]
    one, other = paired_difference(a, b), paired_difference(b, a)
    assert -1 <= one.low <= one.value <= one.high <= 1
    assert one.high > one.low
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-9)


@pytest.mark.parametrize(("n", "better", "worse"), [(25, 0.2, 0.1), (200, 0.02, 0.01)])
def test_coverage_of_small_differences(n: int, better: float, worse: float) -> None:
    rng = np.random.default_rng(9)
    hits = 0
    for _ in range(400):
        u = rng.uniform(size=n)
        a, b = (u < better).astype(float), ((u >= better) & (u < better + worse)).astype(float)
        got = paired_difference(a, b)
        hits += got.low <= better - worse <= got.high
    assert hits >= 0.93 * 400


def test_sign_flips_are_the_enumeration_and_agree_with_the_sign_test() -> None:
    sums = [0.5, -1.0, 2.0, 0.25, 0.0]
    flips = [
        abs(sum(s * x for s, x in zip(sign, sums, strict=True)))
        for sign in itertools.product((-1, 1), repeat=5)
    ]
    expected = np.mean([f >= abs(sum(sums)) - 1e-9 for f in flips])
    assert sign_flip_p(sums) == pytest.approx(expected, abs=1e-12)
    ones = [1.0] * 30 + [-1.0] * 12  # McNemar's exact test
    assert sign_flip_p(ones) == pytest.approx(stats.binomtest(30, 42).pvalue, abs=0.003)
    assert sign_flip_p(ones) == sign_flip_p(ones)
    assert sign_flip_p([0.0, 0.0]) == 1


def test_holm_agrees_with_statsmodels() -> None:
    p = [0.01, 0.04, 0.03, 0.005, 0.5]
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1].tolist(), abs=1e-12)
    assert holm([]) == []
    with pytest.raises(ValueError, match="p values"):
        holm([1.2])


def test_detectable_difference_has_the_promised_power() -> None:
    # A shifted t is close to, not equal to, the noncentral t that statsmodels integrates.
    n, sd = 200, 0.5
    size = detectable_difference(sd / n**0.5, n)
    assert TTestPower().power(size / sd, n, 0.05) == pytest.approx(0.8, abs=2e-3)
    with pytest.raises(ValueError, match="two clusters"):
        detectable_difference(0.1, 1)


def test_bootstrap_of_the_mean_agrees_with_the_formula_and_is_seeded() -> None:
    rng = np.random.default_rng(10)
    groups = np.repeat(np.arange(80), 5)
    x = np.clip(rng.uniform(size=80)[groups] + rng.normal(0, 0.1, size=400), 0, 1)
    formula = mean_interval(x, groups.tolist())
    got = bootstrap_interval(lambda rows: float(x[rows].mean()), 400, groups.tolist(), seed=3)
    assert got.value == pytest.approx(formula.value)
    assert (got.low, got.high) == pytest.approx((formula.low, formula.high), abs=0.006)
    again = bootstrap_interval(lambda rows: float(x[rows].mean()), 400, groups.tolist(), seed=3)
    assert got == again


@pytest.mark.parametrize("at_once", [2_000_000, 300])
def test_bootstrap_of_sums_draws_the_same_resamples(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.stats.resample._MOST_AT_ONCE", at_once)
    rng = np.random.default_rng(8)
    x, y = rng.normal(size=300), rng.uniform(1, 2, size=300)
    groups = rng.integers(0, 40, 300).tolist()

    def ratio(rows: np.ndarray) -> float:
        return float(x[rows].sum() / y[rows].sum())

    slow = bootstrap_interval(ratio, 300, groups, seed=5)
    fast = bootstrap_sums(
        lambda sums: sums[:, 0] / sums[:, 1], np.stack([x, y], axis=1), groups, seed=5
    )
    for name in ("value", "low", "high"):
        assert getattr(fast, name) == pytest.approx(getattr(slow, name), rel=1e-9)
    assert (fast.n, fast.clusters, fast.extra) == (slow.n, slow.clusters, slow.extra)


def test_bootstrap_refuses_what_it_cannot_do() -> None:
    with pytest.raises(ValueError, match="n >= 1"):
        bootstrap_interval(lambda rows: 0.0, 0)
    with pytest.raises(ValueError, match="n >= 1"):
        bootstrap_sums(lambda sums: sums[:, 0], np.zeros((0, 1)))
    with pytest.raises(ValueError, match="not finite"):
        bootstrap_interval(lambda rows: float("nan"), 5, resamples=3)


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_contrast_of_groups_agrees_with_clustered_regression(sign: int) -> None:
    """Two problems a cluster, one in each group, that stand or fall together."""
    rng = np.random.default_rng(11)
    p = np.repeat(rng.beta(2, 2, 400), 2)
    x, first = (rng.random(800) < p).astype(float), np.arange(800) % 2 == 0
    groups = np.repeat(np.arange(400), 2)
    design = np.stack([first, ~first], axis=1).astype(float)
    fit = sm.OLS(x, design).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    test = fit.t_test([1.0, float(sign)])
    got = group_contrast(x, first.tolist(), groups.tolist(), sign=sign)
    assert got.value == pytest.approx(float(test.effect[0]))
    assert [got.low, got.high] == pytest.approx(test.conf_int()[0], abs=0.004)


def test_a_contrast_is_never_of_zero_length() -> None:
    labels = [i // 2 for i in range(20)]
    first = [i % 2 == 0 for i in range(20)]
    got = group_contrast([1.0] * 20, first, labels)
    assert got.value == 0
    assert got.low < -0.2
    assert got.high > 0.2
    both = group_contrast([1.0] * 20, first, labels, sign=1)
    assert (both.value, both.high) == (2, 2)
    assert both.low < 1.8
    with pytest.raises(ValueError, match="both groups"):
        group_contrast([1.0, 0.0], [True, True])


def test_bad_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        paired_difference([1], [1, 0])
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        paired_difference([2], [1])


@pytest.mark.parametrize(("a", "n", "b", "m"), [(56, 70, 48, 80), (10, 10, 0, 10), (0, 9, 0, 30)])
def test_difference_of_independent_shares_is_newcombes(a: int, n: int, b: int, m: int) -> None:
    sides = [
        Estimate(value=x / k, low=wilson(x, k)[0], high=wilson(x, k)[1], n=k, clusters=k)
        for x, k in ((a, n), (b, m))
    ]
    found = independent_difference(*sides)
    theirs = confint_proportions_2indep(a, n, b, m, method="newcomb", compare="diff")
    assert (found.low, found.high) == pytest.approx(theirs, abs=1e-9)
    assert found.value == pytest.approx(a / n - b / m)
    back = independent_difference(*reversed(sides))
    assert (back.low, back.high) == pytest.approx((-found.high, -found.low))


def test_independent_sides_of_other_confidence_are_refused() -> None:
    one = mean_interval([0.0, 1.0, 1.0])
    with pytest.raises(ValueError, match="cannot be joined"):
        independent_difference(one, mean_interval([0.0, 1.0], confidence=0.9))
