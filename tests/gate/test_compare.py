"""Comparing: tests against scipy and statsmodels, refusals, and the bounds that always hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from harness.core import UsageError
from harness.gate.compare import (
    bayesian_interval,
    benjamini_hochberg,
    compare_runs,
    mcnemar_exact,
)


@pytest.mark.parametrize(("better", "worse"), [(0, 0), (1, 0), (3, 9), (40, 22), (700, 640)])
def test_mcnemar_is_that_of_statsmodels(better, worse):
    ours = mcnemar_exact(better, worse)
    assert ours == pytest.approx(
        mcnemar([[5, better], [worse, 5]], exact=True).pvalue if better + worse else 1.0, rel=1e-9
    )


def test_benjamini_hochberg_is_that_of_statsmodels():
    p = [0.01, 0.04, 0.03, 0.005, 0.8, 0.03]
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1], rel=1e-12)


def test_the_difference_and_its_t_interval_are_those_of_scipy(make_run):
    rng = np.random.default_rng(3)
    old = rng.integers(0, 2, 300).astype(float)
    new = rng.integers(0, 2, 300).astype(float)
    [c] = compare_runs([(make_run(old), make_run(new, id="r2"))])
    theirs = stats.ttest_rel(new, old)
    low, high = theirs.confidence_interval(0.95)
    t = stats.t.ppf(0.975, 299)  # and longer on the side of the skew (Johnson 1978)
    more = stats.sem(new - old) * stats.skew(new - old) / np.sqrt(300) * (1 / 6 + t * t / 3)
    wider = low + min(0.0, more), high + max(0.0, more)
    assert (c.accuracy.low, c.accuracy.high) == pytest.approx(wider, rel=1e-9)
    assert c.adjusted_p == pytest.approx(theirs.pvalue, rel=1e-9)
    assert len(c.flips) == int((old != new).sum())
    assert c.bayes == pytest.approx((low, high), abs=0.02)


def test_several_tasks_are_corrected_by_holm(make_run):
    rng = np.random.default_rng(4)
    pairs = []
    for _ in range(4):
        old, new = rng.integers(0, 2, (2, 200)).astype(float)
        pairs.append((make_run(old), make_run(new, id="r2")))
    found = compare_runs(pairs)
    raw = [c.accuracy.extra["p"] for c in found]
    assert [c.adjusted_p for c in found] == pytest.approx(multipletests(raw, method="holm")[1])


def test_nothing_changed_is_no_interval_of_length_zero(make_run):
    [c] = compare_runs([(make_run([1.0] * 40), make_run([1.0] * 40))])
    assert c.accuracy.low < 0 < c.accuracy.high
    low, high = bayesian_interval(np.zeros(40), [f"c{i}" for i in range(40)])
    assert low < 0 < high
    assert c.mcnemar_p == 1.0


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("task_version", "has version other now and had 1 then"),
        ("data", "its data has changed"),
        ("prompts", "have different prompts"),
        ("verifier", "graded by v@1 and are now graded by other"),
    ],
)
def test_runs_measured_differently_are_refused_by_name(make_run, fact, said):
    a, b = make_run([1, 0, 1]), make_run([1, 1, 1])
    b = replace(b, facts={**b.facts, fact: "other"})
    with pytest.raises(UsageError, match=said):
        compare_runs([(a, b)])
    [c] = compare_runs([(a, b)], anyway=True)
    assert c.accuracy.value == pytest.approx(1 / 3)
    assert len(c.warnings) == 1


def test_coverage_is_not_compared_with_chosen_answers(make_run):
    oracle = make_run([1, 1, 0], selector="oracle", budget="sample@4")
    with pytest.raises(UsageError, match="coverage"):
        compare_runs([(make_run([1, 1, 0]), oracle)])
    [c] = compare_runs([(oracle, oracle)])
    assert c.measure == "coverage"


def test_an_unfinished_run_is_refused(make_run):
    with pytest.raises(UsageError, match="3 of its 9 problems"):
        compare_runs([(make_run([1, 1, 0]), make_run([1, 1, 0], planned=9))])


def test_clusters_and_fractions_have_no_mcnemar(make_run):
    [c] = compare_runs([(make_run([0.5, 1, 0]), make_run([1, 1, 0]))])
    assert c.mcnemar_p is None
