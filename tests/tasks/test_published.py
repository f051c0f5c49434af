"""The published sets load from the shared data, to the published counts and pairs."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from harness.core import DataError, DataSource, UsageError
from harness.tasks.math import Math, Math500
from harness.tasks.published import MathTrap, Mip, Svamp

DATA = Path(
    os.environ.get("HARNESS_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data is not here")


@needs_data
def test_math_has_the_published_counts_by_level() -> None:
    problems = Math().load(DataSource(data_dir=DATA))
    levels = Counter(p.meta["level"] for p in problems)
    assert levels == {"1": 437, "2": 894, "3": 1131, "4": 1214, "5": 1324}
    assert len({p.id for p in problems}) == 5000
    assert all(p.gold for p in problems)


@needs_data
@pytest.mark.parametrize(
    ("task", "options", "originals", "traps"),
    [
        (Math500(), {}, 500, 0),
        (Svamp(), {}, 1000, 0),
        (MathTrap(), {}, 40, 104),
        (Mip(), {"part": "gsm8k"}, 582, 582),
        (Mip(), {"part": "svamp"}, 0, 300),
    ],
)
def test_counts_and_pairs(
    task: Math | Svamp | MathTrap | Mip, options: dict[str, str], originals: int, traps: int
) -> None:
    problems = task.load(DataSource(data_dir=DATA, options=options))
    variants = Counter(p.variant for p in problems)
    assert (variants["original"], variants["trap"]) == (originals, traps)
    assert all((p.gold is None) == (p.variant == "trap") for p in problems)
    if originals and traps:
        sizes = Counter(p.cluster for p in problems if p.variant == "trap")
        assert len(sizes) == originals
        assert set(sizes) == {p.cluster for p in problems if p.variant == "original"}


def test_a_wrong_folder_or_none_is_one_clear_message(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no MATH"):
        Math().load(DataSource(data_dir=tmp_path))
    with pytest.raises(UsageError, match="data_dir="):
        MathTrap().load(DataSource())
    (tmp_path / "gsm8k.json").write_text('[{"question": "q"}]')
    with pytest.raises(DataError, match="insufficient_question"):
        Mip().load(DataSource(data_dir=tmp_path))
