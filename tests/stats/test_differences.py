"""Paired differences of right-or-wrong scores: coverage by enumeration, without simulation."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from harness.stats import mean_interval
from harness.stats.comparisons import difference_limits
from harness.stats.intervals import share_limits

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
MOST = 60  # problems that differ, of those enumerated
BALANCE = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0)


class Every:
    """All outcomes of `problems` pairs, and the limits of each: better, worse, low, high."""

    def __init__(self, problems: int, confidence: float, *, exact: bool) -> None:
        counts = np.arange(min(problems, MOST) + 1)
        better, worse = (side.ravel() for side in np.meshgrid(counts, counts, indexing="ij"))
        kept = better + worse <= min(problems, MOST + 15)
        self.better, self.worse, self.problems = better[kept], worse[kept], problems
        place = np.arange(problems)[None]
        d = (place < self.better[:, None]).astype(float)
        d -= (place >= problems - self.worse[:, None]).astype(float)
        self.low, self.high, _ = difference_limits(d, np.arange(problems), confidence, exact=exact)

    def chances(self, differing: float, balance: float) -> tuple[np.ndarray, float]:
        """Of each outcome where so many differ on average, this share of them better; truth."""
        up, down = differing * balance / self.problems, differing * (1 - balance) / self.problems
        counts = np.stack(
            [self.better, self.worse, self.problems - self.better - self.worse], axis=1
        )
        found = stats.multinomial.pmf(counts, self.problems, [up, down, 1 - up - down])
        assert found.sum() > 0.999
        return found, up - down

    def misses(self, differing: float, balance: float) -> tuple[float, float]:
        """How often the lower limit is too high, and the upper too low."""
        chances, truth = self.chances(differing, balance)
        return (
            float(chances[self.low > truth + 1e-12].sum()),
            float(chances[self.high < truth - 1e-12].sum()),
        )


@functools.cache
def every(problems: int, confidence: float, exact: bool) -> Every:
    return Every(problems, confidence, exact=exact)


def expected(problems: int) -> list[float]:
    """Expected numbers of problems that differ, up to 40 or half of all."""
    return [x for x in (0.5, 1, 2, 3, 4, 5, 7, 10, 12, 15, 20, 30, 40) if x <= problems / 2]


@pytest.mark.parametrize("problems", [30, 50, 100, 300])
def test_a_95_percent_interval_holds_whatever_differs(problems: int) -> None:
    """From 94.3% on, also where all differences have one sign (t alone: 91.9%, 12 of 50)."""
    found = every(problems, 0.95, False)
    for differing in expected(problems):
        for balance in BALANCE:
            assert sum(found.misses(differing, balance)) <= 0.057, (differing, balance)


@pytest.mark.parametrize("problems", [30, 100, 300])
def test_a_gate_passes_a_loss_of_its_margin_in_5_percent(problems: int) -> None:
    """At most 5.6%: also where nothing got better, of which t alone passes 7.9%."""
    found = every(problems, 0.9, True)
    for differing in expected(problems):
        for balance in BALANCE:
            assert max(found.misses(differing, balance)) <= 0.0565, (differing, balance)


def test_t_alone_would_pass_more() -> None:
    """The bound above is no empty one: 33 of 300 lost on average, nothing gained."""
    found = every(300, 0.9, True)
    value = (found.better - found.worse) / 300
    moved = (found.better + found.worse) / 300
    se = np.sqrt((moved - value**2) / 299)
    chances, truth = found.chances(33, 0.0)
    assert chances[value - stats.t.ppf(0.95, 299) * se > truth].sum() > 0.075


@pytest.fixture(scope="module")
def lowest_coverage() -> Callable[..., float]:
    """The bound of `benchmarks/calibration_limits.py`."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        found: Callable[..., float] = importlib.import_module("calibration_limits").lowest_coverage
    finally:
        sys.path.remove(str(BENCHMARKS))
    return found


def test_no_interval_covers_less_where_next_to_nothing_differs(
    lowest_coverage: Callable[..., float],
) -> None:
    """As docs/statistics.md says: ours is within 0.05 points of the least that is possible."""
    found = every(30, 0.95, False)
    for differing, least in ((1, 0.998), (2, 0.986), (3, 0.969)):
        bound = lowest_coverage(30, differing, 0.95)
        assert bound == pytest.approx(least, abs=0.0005)
        assert 1 - sum(found.misses(differing, 0.5)) == pytest.approx(bound, abs=0.0005)


def test_the_bound_by_hand(lowest_coverage: Callable[..., float]) -> None:
    """Two problems: (1, 0) has a chance of a half, (2, 0) of 1/8, their mirror images included."""
    assert lowest_coverage(2, 1.0, 0.93) == pytest.approx(1.0)
    # with half of the error allowed, (2, 0) and (0, 2) may be excluded: 1/2 of (1/2)^2
    assert lowest_coverage(2, 1.0, 0.5) == pytest.approx(1 - 0.125)


@pytest.mark.parametrize("n", [3, 30, 1000])
def test_no_event_has_the_rule_of_three_in_a_difference(n: int) -> None:
    _, high = share_limits(np.zeros(1), np.array([float(n)]), one_sided=True)
    assert high[0] == pytest.approx(1 - 0.05 ** (1 / n), rel=1e-12)
    low, _ = share_limits(np.array([float(n)]), np.array([float(n)]), one_sided=True)
    assert low[0] == pytest.approx(0.05 ** (1 / n), rel=1e-12)
    both = share_limits(np.array([1.0]), np.array([float(n)]), one_sided=True)
    assert both == share_limits(np.array([1.0]), np.array([float(n)]))  # from one event on: none
    assert mean_interval([0.0] * n).high == pytest.approx(1 - 0.025 ** (1 / n))  # a mean: two-sided


def test_the_rule_of_three() -> None:
    _, high = share_limits(np.zeros(1), np.array([1000.0]), one_sided=True)
    assert float(high[0]) == pytest.approx(3 / 1000, rel=0.01)
