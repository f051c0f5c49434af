"""The counting stub and its task, registered for the tests of this room."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import harness
from harness.cost import PriceEntry
from harness.run.evaluate import evaluate
from harness.run.evaluation import Evaluation

PLUGIN = Path(__file__).with_name("stub_plugin.py")
harness.load_plugin(PLUGIN)


@pytest.fixture
def stub() -> Callable[..., Any]:
    """Builds a StubBackend."""
    backend: Callable[..., Any] = sys.modules["harness_stub"].StubBackend
    return backend


TIMES = {"call": ("latency_s", "created"), "run": ("created",)}


def _contents(db: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, without the times of day and without what follows from the rest."""
    out = {}
    with sqlite3.connect(db) as connection:
        names = [
            n
            for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
            if n != "figures"
        ]
        for name in names:
            columns = [c[1] for c in connection.execute(f"PRAGMA table_info('{name}')")]
            kept = ", ".join(f'"{c}"' for c in columns if c not in TIMES.get(name, ()))
            out[name] = sorted(connection.execute(f"SELECT {kept} FROM '{name}'"), key=repr)
    connection.close()
    return out


@pytest.fixture
def contents() -> Callable[[Path], dict[str, list[tuple[Any, ...]]]]:
    """Reads a database into plain rows."""
    return _contents


@pytest.fixture
def counting() -> Any:
    """The counting reward, its counts at zero."""
    reward = sys.modules["harness_stub"].CountingReward
    reward.reset()
    return reward


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Evaluation]:
    """Evaluates a backend on `thirds` in the test's own database."""

    def go(
        backend: Any,
        *budgets: str,
        db: str = "t.sqlite",
        limit: int = 12,
        price: PriceEntry | None = None,
        **settings: Any,
    ) -> Evaluation:
        settings |= {"limit": limit, "price": price, "db": tmp_path / db}
        return evaluate(backend, "thirds", list(budgets), **settings)

    return go
