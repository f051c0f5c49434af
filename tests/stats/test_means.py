"""Means, shares and ratios: against statsmodels and scipy, and by simulated coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from harness.core import Estimate
from harness.stats import clopper_pearson, mean_interval, ratio_interval, rising, wilson
from harness.stats.intervals import share_limits
from harness.stats.means import shares, unseen_limits
from harness.stats.spread import spread


@pytest.mark.parametrize(("k", "n"), [(0, 7), (7, 7), (3, 10), (50, 100), (1, 1319), (1300, 1319)])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_share_intervals_agree_with_statsmodels(k: int, n: int, confidence: float) -> None:
    expected = proportion_confint(k, n, 1 - confidence, method="wilson")
    assert wilson(k, n, confidence) == pytest.approx(expected, abs=1e-9)
    expected = proportion_confint(k, n, 1 - confidence, method="beta")
    assert clopper_pearson(k, n, confidence) == pytest.approx(expected, abs=1e-9)


def test_independent_scores_give_the_textbook_t_interval() -> None:
    x = np.random.default_rng(1).uniform(size=200)
    low, high = stats.ttest_1samp(x, 0).confidence_interval(0.95)
    got = mean_interval(x)
    assert (got.low, got.high) == pytest.approx((low, high), abs=1e-9)
    assert (got.n, got.clusters, got.method) == (200, 200, "t")
    assert got.extra["se"] == pytest.approx(stats.sem(x), abs=1e-12)


def test_clustered_scores_agree_with_statsmodels() -> None:
    rng = np.random.default_rng(2)
    groups = rng.permutation(np.repeat(np.arange(60), 8))
    x = np.clip(rng.uniform(0.2, 0.8, size=60)[groups] + rng.normal(0, 0.1, size=480), 0, 1)
    fit = sm.OLS(x, np.ones(480)).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    got = mean_interval(x, groups.tolist())
    assert got.method == "clustered-t"
    assert [got.low, got.high] == pytest.approx(fit.conf_int()[0], abs=1e-9)
    assert got.extra["se"] == pytest.approx(fit.bse[0], abs=1e-12)
    assert got.high - got.low > 1.5 * (mean_interval(x).high - mean_interval(x).low)


def _bell_mccaffrey(x: np.ndarray, groups: np.ndarray, rho: float) -> tuple[float, float]:
    """CR2 variance and degrees of freedom of a mean, with the matrices of the papers."""
    n = len(x)
    same = groups[:, None] == groups
    residual = np.eye(n) - 1 / n
    adjust = np.zeros((n, n))  # block by block (I - H)^(-1/2)
    for g in np.unique(groups):
        block = np.ix_(groups == g, groups == g)
        values, vectors = np.linalg.eigh(residual[block])
        adjust[block] = vectors @ np.diag(values**-0.5) @ vectors.T
    adjusted = adjust @ (x - x.mean())
    variance = sum(adjusted[groups == g].sum() ** 2 for g in np.unique(groups)) / n**2
    columns = np.stack(
        [residual @ adjust[:, groups == g].sum(1) for g in np.unique(groups)], axis=1
    )
    moments = columns.T @ np.where(same, np.where(np.eye(n) > 0, 1.0, rho), 0.0) @ columns
    return variance, np.trace(moments) ** 2 / (moments**2).sum()


def test_unequal_clusters_are_those_of_the_papers_matrices() -> None:
    """Standard error: statsmodels (CR1). Interval: Bell and McCaffrey, Imbens and Kolesár."""
    rng = np.random.default_rng(2)
    groups = np.repeat(np.arange(45), rng.integers(1, 12, size=45))
    x = np.clip(rng.uniform(0.2, 0.8, size=45)[groups] + rng.normal(0, 0.2, len(groups)), 0, 1)
    fit = sm.OLS(x, np.ones(len(x))).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, use_t=True
    )
    got = spread(x - x.mean(), groups, len(x))
    assert got.se == pytest.approx(fit.bse[0], abs=1e-12)
    d = x - x.mean()
    products = sum(d[groups == g].sum() ** 2 - (d[groups == g] ** 2).sum() for g in range(45))
    pairs = sum((groups == g).sum() * ((groups == g).sum() - 1) for g in range(45))
    rho = products / pairs / d.var(ddof=1) + 1 / len(d)
    variance, df = _bell_mccaffrey(x, groups, rho)
    assert got.robust == pytest.approx(variance, rel=1e-9)
    assert got.df == pytest.approx(df, rel=1e-9)
    assert got.half(0.9) == pytest.approx(stats.t.ppf(0.95, df) * variance**0.5, rel=1e-9)


@pytest.mark.parametrize("n", [1, 2, 5, 20, 1000])
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_all_wrong_and_all_right_are_clopper_pearson(n: int, value: float) -> None:
    got = mean_interval([value] * n)
    assert (got.low, got.high) == pytest.approx(
        proportion_confint(n * value, n, method="beta"), abs=1e-9
    )
    assert got.low < got.high


def test_all_right_in_few_clusters_counts_clusters_not_problems() -> None:
    got = mean_interval([1.0] * 100, [i % 5 for i in range(100)])
    assert (got.low, got.high) == pytest.approx(clopper_pearson(5, 5), abs=1e-9)
    assert got.extra["effective_n"] == 5


def test_few_problems_have_an_interval_for_shares() -> None:
    """3 of 10: the quantiles of docs/statistics.md, and Clopper and Pearson's where exact."""
    scores = [1, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    got = mean_interval(scores)
    below, above = 0.5 - 0.3 * 0.3, 0.5 - 0.3 * 0.7
    low = stats.beta.ppf(0.025, 3 + below, 8 - below)
    high = stats.beta.ppf(0.975, 4 - above, 7 + above)
    assert (got.low, got.high) == pytest.approx((low, high), abs=1e-9)
    assert got.method == "share"
    exact = mean_interval(scores, exact=True)
    assert (exact.low, exact.high) == pytest.approx(proportion_confint(3, 10, method="beta"))
    assert exact.method == "clopper-pearson"
    assert exact.low < got.low < got.high < exact.high


def test_shares_hold_over_the_whole_range() -> None:
    """Exact coverage by the binomial distribution, no simulation: 30 to 1,000 problems."""
    for n in (30, 40, 50, 100, 300, 1000):
        x = np.arange(n + 1.0)
        low, high = share_limits(x, np.full(n + 1, float(n)))
        for share in (0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.99):
            held = stats.binom.pmf(x, n, share)[(low <= share) & (share <= high)].sum()
            assert 0.93 <= held <= 0.9885, (n, share, held)


def test_some_rates_cannot_be_held_as_often_as_asked_and_no_more() -> None:
    """No run of counts has a probability of 93% to 98.5%, so that no interval can hold so often."""

    def possible(n: int, rate: float) -> bool:
        below = np.concatenate([[0.0], stats.binom.cdf(np.arange(n + 1), n, rate)])
        held = below[None, 1:] - below[:-1, None]  # of the counts from i to j
        return bool(((held >= 0.93) & (held <= 0.985)).any())

    assert not any(possible(30, rate) for rate in (0.015, 0.016, 0.017, 0.032))
    assert not possible(50, 0.01)
    assert all(possible(60, float(rate)) for rate in np.arange(0.01, 0.5, 0.01))


@pytest.mark.parametrize("n", [200, 1000, 3000])
def test_a_gate_passes_an_accuracy_at_its_limit_in_5_percent(n: int) -> None:
    """One-sided, by enumeration; t alone is too short on one side: over 6.5% for 1,000 problems."""
    rights = np.arange(n + 1)
    scores = (np.arange(n)[None] < rights[:, None]).astype(float)
    mean = rights / n
    args = scores, np.ones((1, n)), n * mean * (1 - mean), n, 0.9
    found, plain = shares(*args, exact=True), shares(*args)
    worst = 0.0
    for truth in np.arange(0.5, 0.99, 0.0025):
        chances = stats.binom.pmf(rights, n, truth)
        assert chances[found.low > truth + 1e-12].sum() <= 0.0565
        worst = max(worst, chances[plain.trusted & (plain.low > truth + 1e-12)].sum())
    assert n != 1000 or worst > 0.065


def test_share_limits_at_the_ends_are_clopper_pearsons() -> None:
    low, high = share_limits(np.array([0.0, 20.0]), np.array([20.0, 20.0]))
    assert (low[0], high[1]) == (0, 1)
    assert high[0] == pytest.approx(clopper_pearson(0, 20)[1], abs=1e-12)
    assert low[1] == pytest.approx(clopper_pearson(20, 20)[0], abs=1e-12)


def test_scores_near_one_are_not_surer_than_scores_of_one() -> None:
    """8 problems with pass@64 near 1 beside pass@100 of 1: the two must not contradict."""
    near = mean_interval([0.99, 1, 1, 0.95, 1, 1, 0.98, 1])
    one = mean_interval([1.0] * 8)
    assert one.low == pytest.approx(0.025 ** (1 / 8), abs=1e-9)
    assert near.low == pytest.approx(stats.beta.ppf(0.025, 8.5, 0.5), abs=0.02)
    assert one.low < near.low < 0.76
    assert near.method.endswith("+unseen")


def test_limits_of_coverage_do_not_fall_with_k() -> None:
    figures = [
        Estimate(value=v, low=low, high=high, n=8, clusters=8)
        for v, low, high in ((0.9, 0.7, 0.99), (0.98, 0.8, 0.97), (1.0, 0.63, 1.0))
    ]
    assert [(e.low, e.high) for e in rising(figures)] == [(0.7, 0.97), (0.8, 0.98), (0.8, 1.0)]
    assert rising([]) == []


@pytest.mark.parametrize(("right", "n"), [(0, 7), (3, 30), (29, 30), (400, 1000)])
def test_unseen_limits_of_right_and_wrong_are_jeffreys(right: int, n: int) -> None:
    mean, count = np.array([right / n]), np.array([float(n)])
    low, high = unseen_limits(mean, count, mean * (1 - mean) / n, 0.95)
    theirs = stats.beta.ppf([0.025, 0.975], right + 0.5, n - right + 0.5)
    assert (low[0], high[0]) == pytest.approx(tuple(theirs), abs=1e-9)


def test_unseen_limits_are_the_bayesian_bootstraps() -> None:
    """Dirichlet weights over 25 scores, one of half a weight that is 1 and one that is 0."""
    rng = np.random.default_rng(12)
    x = rng.beta(0.3, 4.0, 25)
    low, high = unseen_limits(
        np.array([x.mean()]), np.array([25.0]), np.array([x.var() / 25]), 0.95
    )
    weights = rng.dirichlet([1.0] * 25 + [0.5, 0.5], 200_000)
    means = weights @ np.array([*x, 1.0, 0.0])
    assert (low[0], high[0]) == pytest.approx(np.quantile(means, [0.025, 0.975]), abs=0.01)


def test_a_problem_that_was_not_drawn_may_change_the_mean() -> None:
    """One in twenty is never solved, the others always nearly: it is missing from 21% of draws."""
    rng = np.random.default_rng(13)
    held = 0
    for _ in range(600):
        chance = np.where(rng.random(30) < 0.05, 0.0, 0.97)
        got = mean_interval(rng.binomial(64, chance) / 64)
        held += got.low <= 0.95 * 0.97 <= got.high
    assert 0.93 <= held / 600 <= 0.995


@pytest.mark.parametrize(
    ("share", "n", "percent"),
    [(0.655, 5000, 0.7), (0.836, 164, 2.9), (0.753, 2500, 0.9),
     (0.63, 5000, 0.7), (0.867, 164, 2.7), (0.78, 2500, 0.8)],
)  # fmt: skip
def test_standard_errors_of_millers_first_table(share: float, n: int, percent: float) -> None:
    """Miller 2024 (arXiv 2411.00640), table 1: MATH, HumanEval and MGSM of two models."""
    right = round(share * n)
    got = mean_interval([1.0] * right + [0.0] * (n - right))
    assert round(100 * got.extra["se"], 1) == percent


def test_one_cluster_says_almost_nothing() -> None:
    got = mean_interval([1, 0, 1, 1], ["a"] * 4)
    assert got.extra["se"] is None
    assert got.low < 0.02
    assert got.high > 0.98


scores = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@given(scores, st.integers(1, 8), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_never_of_zero_length_and_never_outside(xs: list[float], k: int, level: float) -> None:
    got = mean_interval(xs, [i % k for i in range(len(xs))], level)
    assert 0 <= got.low <= got.value <= got.high <= 1
    assert got.high - got.low > 1e-6


@pytest.mark.parametrize(
    ("share", "clusters", "size"),
    [
        (0.02, 40, 1), (0.6, 10, 8),
        *(pytest.param(*more, marks=pytest.mark.slow)
          for more in ((0.5, 12, 1), (0.97, 200, 1), (0.85, 60, 4))),
    ],
)  # fmt: skip
def test_coverage_is_nearly_nominal(share: float, clusters: int, size: int) -> None:
    """Beta-binomial clusters with correlation 0.3: the true mean lies inside 95% of the time."""
    rng = np.random.default_rng(3)
    labels = np.repeat(np.arange(clusters), size).tolist()
    strength = 1 / 0.3 - 1
    hits = 0
    for _ in range(2000):
        p = rng.beta(share * strength, (1 - share) * strength, size=clusters)
        x = (rng.uniform(size=(clusters, size)) < p[:, None]).astype(float).ravel()
        got = mean_interval(x, labels)
        hits += got.low <= share <= got.high
    assert 0.935 <= hits / 2000 <= (0.985 if clusters >= 30 else 1)


@pytest.mark.parametrize(
    "bad", [[], [0.5, math.nan], [math.inf], [-0.1], [1.1], [[0.5, 0.5]]], ids=str
)
def test_bad_scores_are_refused(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="scores"):
        mean_interval(bad)


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="2 cluster labels for 3"):
        mean_interval([0, 1, 1], ["a", "b"])
    with pytest.raises(ValueError, match="confidence"):
        mean_interval([0, 1], confidence=95)
    with pytest.raises(ValueError, match="n > 0"):
        wilson(0, 0)
    with pytest.raises(ValueError, match="successes"):
        clopper_pearson(4, 3)


def _close(a: Estimate, b: Estimate) -> bool:
    return (a.value, a.low, a.high) == pytest.approx((b.value, b.low, b.high), abs=1e-9)


def test_a_ratio_over_a_subset_is_the_mean_over_the_subset() -> None:
    rng = np.random.default_rng(4)
    den = (rng.uniform(size=300) < 0.6).astype(float)
    num = den * (rng.uniform(size=300) < 0.4)
    labels = rng.integers(0, 80, size=300).tolist()
    kept = den > 0
    subset = mean_interval(num[kept], [c for c, k in zip(labels, kept, strict=True) if k])
    assert _close(ratio_interval(num, den, labels), subset)
    nothing = ratio_interval(np.zeros(300), den, labels)
    assert nothing.value == 0
    assert nothing.high > 0


def test_a_ratio_of_lengths_is_no_share():
    """Equal to a ratio of the same shape that cannot be taken for a share."""
    num, den = np.array([90.0, 80.0, 100.0, 60.0]), np.array([100.0, 100.0, 100.0, 90.0])
    got, other = ratio_interval(num, den, share=False), ratio_interval(3 * num, den)
    assert got.method == "ratio-mover"
    assert (3 * got.low, 3 * got.high) == pytest.approx((other.low, other.high), abs=1e-12)
    assert ratio_interval(num, den).method != "ratio-mover"


def test_a_ratio_of_cost_to_successes_agrees_with_the_bootstrap() -> None:
    rng = np.random.default_rng(5)
    cost, right = rng.gamma(4, 100, size=400), (rng.uniform(size=400) < 0.7).astype(float)
    got = ratio_interval(cost, right)
    assert got.value == pytest.approx(cost.sum() / right.sum(), rel=1e-12)
    rows = rng.integers(0, 400, size=(4000, 400))
    low, high = np.quantile(cost[rows].sum(1) / right[rows].sum(1), [0.025, 0.975])
    assert (got.low, got.high) == pytest.approx((low, high), rel=0.02)


def test_a_ratio_to_a_constant_is_the_mean() -> None:
    """Over a denominator that does not vary the MOVER leaves the numerator's own limits."""
    rng = np.random.default_rng(6)
    cost = rng.gamma(4, 100, size=60)
    got = ratio_interval(cost, [2.0] * 60)
    low, high = stats.ttest_1samp(cost, 0).confidence_interval(0.95)
    assert (got.low, got.high) == pytest.approx((low / 2, high / 2), rel=1e-9)


def test_a_cost_per_correct_answer_is_the_cost_over_the_accuracy() -> None:
    """Costs all alike: the limits are the cost over the limits of the accuracy."""
    right = [1.0] * 6 + [0.0] * 24
    accuracy, got = mean_interval(right), ratio_interval([100.0] * 30, right, share=False)
    assert got.low == pytest.approx(100 / accuracy.high, rel=1e-9)
    assert got.high == pytest.approx(100 / accuracy.low, rel=1e-9)


def test_bad_ratios_are_refused() -> None:
    with pytest.raises(ValueError, match="den"):
        ratio_interval([1, 2], [0, 0])
    with pytest.raises(ValueError, match="two clusters"):
        ratio_interval([5, 3], [1, 1], ["a", "a"])
    with pytest.raises(ValueError, match="num has 1"):
        ratio_interval([1], [1, 1])
