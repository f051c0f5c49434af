"""s1's figures, by hand."""

from __future__ import annotations

import pytest

from harness.stats.scaling import control, performance, scaling


def test_control_is_the_share_within_bounds() -> None:
    assert control([5, 10, 15, 20], 6, 15) == 0.5
    with pytest.raises(ValueError, match="low"):
        control([1], 3, 2)


def test_scaling_is_the_mean_slope_of_all_pairs() -> None:
    points = [(1.0, 0.1), (2.0, 0.3), (4.0, 0.3)]
    assert scaling(points) == pytest.approx((0.2 / 1 + 0.2 / 3 + 0 / 2) / 3)
    assert scaling([(1.0, 0.5), (3.0, 0.1)]) == pytest.approx(-0.2)
    with pytest.raises(ValueError, match="two budgets"):
        scaling([(1.0, 0.5), (1.0, 0.6)])


def test_performance_is_the_best() -> None:
    assert performance([(1.0, 0.2), (2.0, 0.7), (3.0, 0.6)]) == 0.7
    with pytest.raises(ValueError, match="one budget"):
        performance([])
