"""Costs: intervals of figures that nothing bounds, on few clusters."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from harness.stats.skewed import Reach


def reach(values: np.ndarray, codes: np.ndarray | None = None) -> Reach:
    codes = np.arange(len(values)) if codes is None else codes
    return Reach.of((values - values.mean()) / len(values), codes)


def test_of_many_normal_values_it_is_the_t_interval() -> None:
    x = np.random.default_rng(1).normal(5, 2, 4000)
    low, high = stats.ttest_1samp(x, 0).confidence_interval(0.9)
    below, above = reach(x).below_and_above(0.9)
    assert x.mean() - below == pytest.approx(low, rel=0.002)
    assert x.mean() + above == pytest.approx(high, rel=0.002)


def test_each_side_is_as_far_as_its_own_tail() -> None:
    x = np.random.default_rng(2).lognormal(0, 1, 60)
    below, above = reach(x).below_and_above(0.9)
    mirrored = reach(-x).below_and_above(0.9)
    assert above > 1.3 * below
    assert mirrored == pytest.approx((above, below), rel=1e-12)
    t = stats.ttest_1samp(x, 0).confidence_interval(0.9)
    assert above > t.high - x.mean()


def test_what_does_not_vary_is_known_and_one_cluster_says_nothing() -> None:
    assert reach(np.full(20, 7.0)).below_and_above(0.95) == (0.0, 0.0)
    assert reach(np.arange(4.0), np.zeros(4, dtype=np.intp)).below_and_above(0.95) == (
        math.inf, math.inf,
    )  # fmt: skip
    below, above = reach(np.array([1.0, 2.0])).below_and_above(0.95)
    assert 0 < below == pytest.approx(above)
    assert math.isfinite(above)


@pytest.mark.parametrize(("clusters", "size", "share"), [(12, 25, 0.25), (60, 5, 0.1)])
def test_a_rise_that_falls_on_few_clusters_is_missed_as_seldom_as_stated(
    clusters: int, size: int, share: float
) -> None:
    """Costs rise by a tenth, all of it on some clusters: one-sided 95%, where t misses 10%."""
    rng = np.random.default_rng(3)
    codes = np.repeat(np.arange(clusters), size)
    missed = np.zeros(2)
    for _ in range(1500):
        base = np.exp(rng.normal(0, 0.4, clusters)[codes] + rng.normal(0, 0.4, len(codes)))
        hit = (rng.random(clusters) < share)[codes]
        old = base * rng.gamma(16, 1 / 16, len(codes))
        new = base * (1 + 0.1 / share * hit) * rng.gamma(16, 1 / 16, len(codes))
        room = 1.1 * old - new
        found = reach(room, codes)
        mean = float(room.mean())
        missed += mean - found.below_and_above(0.9)[0] > 0, mean - found.spread.half(0.9) > 0
    assert missed[0] / 1500 <= 0.07
    assert missed[1] / 1500 >= 0.09
