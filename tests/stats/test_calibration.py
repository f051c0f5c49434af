"""The quick part of the calibration suite: each kind of interval, where the truth is known."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

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
