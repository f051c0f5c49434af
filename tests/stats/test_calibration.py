"""The quick part of the calibration suite: each kind of interval, where the truth is known."""

from __future__ import annotations

import importlib.util
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from harness.stats.comparisons import difference_limits
from harness.stats.means import shares

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def calibration() -> Iterator[ModuleType]:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        spec = importlib.util.spec_from_file_location("calibration", BENCHMARKS / "calibration.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.mark.parametrize(
    ("section", "draws"),
    [("means", 400), ("differences", 400),
     *(pytest.param(*more, marks=pytest.mark.slow)
       for more in (("ratios", 200), ("extrapolations", 150), ("choices", 150),
                    ("frontiers", 200), ("gates", 1000)))],
)  # fmt: skip
def test_intervals_hold_as_often_as_they_say(
    calibration: ModuleType, section: str, draws: int
) -> None:
    """By no more than two further standard errors beyond the two that the suite allows."""
    cells = calibration.run(section, draws, quick=True)
    assert cells
    for cell in cells:
        error = (0.05 * 0.95 / cell.draws) ** 0.5
        assert cell.out() <= 2 * error, (cell.world, cell.held)


def test_the_suite_tells_a_bad_interval(calibration: ModuleType) -> None:
    """The t interval fails on the very cells that the product's passes."""
    cells = calibration.run("means", 400, quick=True)
    assert sum(cell.out("t") > 0 for cell in cells) > len(cells) / 5
    assert sum(cell.out("ours") > 0 for cell in cells) <= len(cells) / 40


@pytest.mark.parametrize("kind", ["singles", "unequal"])
@pytest.mark.parametrize("clusters", [10, 30, 100])
def test_intervals_hold_in_worlds_that_the_suite_does_not_know(kind: str, clusters: int) -> None:
    """Logistic-normal rates, clusters by a common shift, sizes geometric; truths by numpy alone."""
    rng, draws, pool = np.random.default_rng(clusters), 400, 16
    sizes = np.ones(clusters, dtype=np.intp)
    if kind == "unequal":
        sizes = np.minimum(rng.geometric(0.3, clusters), 12)
    starts, n = np.concatenate([[0], np.cumsum(sizes)[:-1]]), int(sizes.sum())
    cover = np.array([1 - math.comb(pool - c, 4) / math.comb(pool, 4) for c in range(pool + 1)])
    for shift in (-2.0, 2.0):
        many, shared = (
            rng.normal(size=(3, 200_000)),
            np.repeat(rng.normal(size=(draws, clusters)), sizes, axis=1),
        )

        def rates(own: np.ndarray, common: np.ndarray, by: float) -> np.ndarray:
            return 1 / (1 + np.exp(-(by + 0.9 * common + 0.9 * own)))

        first, second = rates(many[0], many[2], shift), rates(many[1], many[2], shift - 0.5)
        p = rates(rng.normal(size=(draws, n)), shared, shift)
        q = rates(rng.normal(size=(draws, n)), shared, shift - 0.5)
        right, other = ((rng.random(r.shape) < r).astype(float) for r in (p, q))
        figures = {
            "accuracy": (right, first.mean()),
            "pass@4": (cover[rng.binomial(pool, p)], 1 - ((1 - first) ** 4).mean()),
        }
        limits = {name: _mean_limits(x, sizes, starts) for name, (x, _) in figures.items()}
        truths = {name: truth for name, (_, truth) in figures.items()}
        limits["difference"] = difference_limits(right - other, starts, 0.95)[:2]
        truths["difference"] = first.mean() - second.mean()
        for name, (low, high) in limits.items():
            held = ((low <= truths[name]) & (truths[name] <= high)).mean()
            least, most = (0.91, 1.0) if clusters < 30 else (0.93, 0.985)
            assert least - 0.03 <= held <= most + 0.015, (name, shift)


def _mean_limits(
    x: np.ndarray, sizes: np.ndarray, starts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    squares = ((x - x.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    sums = np.add.reduceat(x, starts, axis=1)
    found = shares(sums, sizes[None].astype(float), squares, x.shape[1])
    return found.low, found.high
