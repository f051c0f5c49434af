"""Obedience against closed forms and a textbook's test."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.stats import obedience, steps


def test_shares_and_ratios_in_closed_form() -> None:
    found = obedience(100, [50, 100, 101, 800])
    assert found is not None
    assert (found.asked, found.n, found.within) == (100, 4, 0.5)
    assert found.median == pytest.approx((1.0 + 1.01) / 2)
    assert found.p95 == pytest.approx(1.01 + 0.85 * (8 - 1.01))  # at 0.95 * 3 = 2.85
    assert not found.ignored


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=60), st.integers(1, 5000))
def test_the_figures_are_numpys(spent: list[int], asked: int) -> None:
    found = obedience(asked, spent)
    assert found is not None
    assert found.within == sum(s <= asked for s in spent) / len(spent)
    assert found.median == pytest.approx(float(np.quantile(spent, 0.5)) / asked)
    assert found.p95 == pytest.approx(float(np.quantile(spent, 0.95)) / asked)
    assert found.ignored == (sum(s <= asked for s in spent) < len(spent) / 2)


def test_what_cannot_be() -> None:
    assert obedience(5, []) is None
    for asked, spent in ((0, [1]), (5, [-1])):
        with pytest.raises(ValueError, match="obedience"):
            obedience(asked, spent)


def levels(*means: float, n: int = 10, noise: float = 0.0) -> dict[str, dict[str, float]]:
    rng = np.random.default_rng(0)
    return {
        f"l{i}": {f"p{j}": m + noise * float(rng.normal()) for j in range(n)}
        for i, m in enumerate(means)
    }


def test_a_level_that_always_costs_more_differs_by_the_exact_test() -> None:
    """All n differences have one sign: p = 2 / 2^n, times the two steps by Holm."""
    up, same = steps(levels(100, 200, 200))
    assert (up.low, up.high, up.problems, up.more) == ("l0", "l1", 10, 100)
    assert up.p == pytest.approx(2 * 2 / 2**10)
    assert (same.more, same.p) == (0, 1)
    assert (up.differs, same.differs, same.same) == (True, False, True)


def test_less_for_a_higher_level_is_no_obedience() -> None:
    (down,) = steps(levels(200, 100))
    assert down.p < 0.05
    assert not down.differs


def test_clusters_count_once() -> None:
    """Ten problems of two clusters are two observations: nothing can be said."""
    clusters = {f"p{j}": f"c{j % 2}" for j in range(10)}
    (step,) = steps(levels(100, 200), clusters)
    assert step.p == pytest.approx(2 / 2**2)
    assert (step.differs, step.telling, step.same) == (False, False, False)


def test_few_problems_do_not_convict() -> None:
    """With six of one sign in two steps p is 0.0625 at best: nothing is said either way."""
    assert [(s.differs, s.same) for s in steps(levels(100, 200, 300, n=6))] == [(False, False)] * 2
    assert [(s.differs, s.same) for s in steps(levels(100, 200, 300, n=7))] == [(True, False)] * 2


def test_noise_is_not_taken_for_a_difference() -> None:
    """An ignored level: of 200 draws about one in twenty may look like one."""
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(200):
        pair = {name: {f"p{j}": float(rng.normal(500, 100)) for j in range(12)} for name in "ab"}
        hits += steps(pair)[0].p < 0.05
    assert hits <= 10 + 4 * math.sqrt(10)  # four standard deviations of 200 draws at 1 in 20


def test_only_common_problems_are_compared() -> None:
    (step,) = steps({"a": {"x": 1.0, "y": 5.0}, "b": {"y": 9.0, "z": 1.0}})
    assert (step.problems, step.more) == (1, 4.0)
    assert steps({"a": {"x": 1.0}, "b": {"y": 1.0}}) == []
