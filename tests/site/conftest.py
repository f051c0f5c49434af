"""Built sites for the tests, from invented runs (`fakes.py`)."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import harness
from harness.site import BoardText, SiteResult, build


def _load(name: str) -> ModuleType:
    """A helper module beside this file (tests are no package)."""
    spec = importlib.util.spec_from_file_location(
        f"site_tests_{name}", Path(__file__).with_name(f"{name}.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session", autouse=True)
def warm_crews(warm_start: Any) -> Iterator[None]:
    """Workers that build pages start warm."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("harness.site.crew.subprocess", warm_start)
        yield


@pytest.fixture(scope="session")
def fakes() -> ModuleType:
    """The invented runs."""
    return _load("fakes")


@pytest.fixture(scope="session")
def crawl() -> ModuleType:
    """The crawler and well-formedness checker."""
    return _load("crawl")


@pytest.fixture(scope="session")
def site(fakes: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SiteResult]:
    """A full site with two tasks, coverage, and an unfinished run."""
    board, other = fakes.full_board(30), fakes.Board(12, "arithmetic")
    other.add("tiny-s", "greedy")
    other.add("tiny-m", "greedy")
    source = fakes.Invented(board.reports + other.reports, board.views | other.views)
    out = tmp_path_factory.mktemp("site") / "out"
    return out, build(source, out, board=BoardText(title="Board"))


@pytest.fixture(scope="session")
def runs_db(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """Real runs of the embedded models: a sweep of thoughts, a vote and its coverage."""

    def make(db: Path) -> None:
        for model in ("onnx:tiny-s", "onnx:tiny-m"):
            budgets = ["think@{0,64}", "vote@4:temperature=0.8", "sample@4:temperature=0.8"]
            harness.evaluate(model, "decimals", budgets, limit=14, max_output_tokens=128, db=db)

    return once("runs.sqlite", make)
