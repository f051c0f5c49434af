"""Cohen's kappa against statsmodels and a textbook table; its interval by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from harness.stats.agreement import cohen_kappa, influences, kappa_interval


def labels_of(table):
    """Two lists of labels with that table of counts."""
    pairs = [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return [i for i, _ in pairs], [j for _, j in pairs]


TABLES = [
    [[20, 5], [10, 15]],
    [[88, 14, 18], [10, 40, 10], [2, 6, 12]],
    [[1, 0], [3, 40]],
    [[0, 7], [6, 0]],
]


@pytest.mark.parametrize("table", TABLES)
def test_kappa_and_its_variance_are_those_of_statsmodels(table):
    a, b = labels_of(table)
    theirs = cohens_kappa(np.array(table))
    ours = cohen_kappa(a, b)
    assert ours.value == pytest.approx(theirs.kappa)
    assert ours.extra["agreement"] == pytest.approx(np.trace(table) / np.sum(table))
    shares = np.array(table) / np.sum(table)
    parts = influences(shares, np.array(a), np.array(b))
    assert np.sum(parts**2) / len(a) ** 2 == pytest.approx(theirs.var_kappa)
    assert ours.low <= ours.value <= ours.high
    assert ours.low < ours.high


def test_in_a_large_table_the_interval_is_the_normal_one():
    table = [[400, 60], [90, 450]]
    theirs = cohens_kappa(np.array(table))
    ours = cohen_kappa(*labels_of(table))
    assert (ours.low, ours.high) == pytest.approx((theirs.kappa_low, theirs.kappa_upp), abs=0.003)


def test_perfect_agreement_on_few_items_is_no_certainty():
    few = cohen_kappa(["yes"] * 5 + ["no"] * 5, ["yes"] * 5 + ["no"] * 5)
    many = cohen_kappa(["yes"] * 50 + ["no"] * 50, ["yes"] * 50 + ["no"] * 50)
    assert few.value == few.high == 1
    assert few.low < many.low < 1


def test_clusters_widen_the_interval():
    a, b = labels_of([[20, 5], [10, 15]])
    alone = cohen_kappa(a, b)
    doubled = cohen_kappa(a * 4, b * 4, [*range(50)] * 4)
    assert doubled.value == pytest.approx(alone.value)
    assert doubled.high - doubled.low == pytest.approx(alone.high - alone.low, rel=0.05)


def test_one_cluster_says_as_much_as_one_item():
    table = [[20, 5], [10, 15]]
    a, b = labels_of(table)
    whole = cohen_kappa(a, b, [0] * len(a))
    one = kappa_interval(np.array(table) / len(a), 1.0, len(a), 1, 0.95)
    assert (whole.clusters, whole.low, whole.high) == (1, one.low, one.high)
    assert whole.high - whole.low > 1


@pytest.mark.slow
def test_the_interval_covers():
    rng = np.random.default_rng(5)
    shares = np.array([[0.55, 0.1], [0.05, 0.3]])
    expected = shares.sum(0) @ shares.sum(1)
    truth = (np.trace(shares) - expected) / (1 - expected)
    held = 0
    for _ in range(400):
        cells = rng.choice(4, size=40, p=shares.ravel())
        found = cohen_kappa(list(cells // 2), list(cells % 2))
        held += found.low <= truth <= found.high
    assert 0.93 <= held / 400 <= 0.985


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [([], [], "equally"), ([1], [1, 2], "equally many"), ([1, 1], [1, 1], "only one label")],
)
def test_what_has_no_kappa_is_refused(a, b, message):
    with pytest.raises(ValueError, match=message):
        cohen_kappa(a, b)
