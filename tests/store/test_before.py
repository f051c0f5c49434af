"""A database made by version 0.1.0 (schema 0004) opens, verifies, resumes and shows its figures.

`data/before.sql` is SQLite's own dump of it, `data/before.json` what `harness show --json` of the
same version printed: thinking budgets cut from one trace, a pool and its smaller sibling, a reward
model, a search, a ceiling, an adaptive vote, two models, and a run all of whose attempts failed
(`best@2:reward=judge`: the embedded model is no judge).
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import harness
from harness.budgets import Budget, resolve
from harness.results.reports import load_reports
from harness.store import SCHEMA_VERSION, Base, open_store
from harness.store.verify import verify

DATA = Path(__file__).with_name("data")
FIGURES: list[dict[str, Any]] = json.loads((DATA / "before.json").read_text("utf-8"))


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """The database as the older version left it."""
    file = tmp_path / "before.sqlite"
    with sqlite3.connect(file) as connection:
        connection.executescript((DATA / "before.sql").read_text("utf-8"))
    connection.close()
    return file


def _figures(reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All that a report says; of an estimate its value and what it rests on.

    Intervals are computed when they are shown, by the statistics of the day: not what is stored.
    How many charged tokens were cached was not known by the older version.
    """
    return [
        {
            **report,
            "metrics": {
                name: (round(estimate["value"], 12) + 0.0, estimate["n"], estimate["clusters"])
                for name, estimate in report["metrics"].items()
            },
            "charged": _uncached(report["charged"]),
            "charged_by_role": {r: _uncached(u) for r, u in report["charged_by_role"].items()},
        }
        for report in reports
    ]


def _uncached(usage: dict[str, Any]) -> dict[str, Any]:
    return {name: tokens for name, tokens in usage.items() if name != "cached_prompt_tokens"}


def _shown(file: Path) -> list[dict[str, Any]]:
    with open_store(file, create=True) as store:
        reports = load_reports(store)
    # Through JSON, as it is printed.
    return _figures(json.loads(json.dumps([report.to_json() for report in reports])))


def test_it_opens_and_nothing_is_amiss(before):
    with open_store(before, create=True) as store:
        counts, faults = verify(store)
    assert faults == []
    assert counts["sample"] == 214
    assert counts["call"] == 118
    with sqlite3.connect(before) as connection:
        [found] = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    connection.close()
    assert found == SCHEMA_VERSION


def test_migrations_give_the_tables_that_the_code_describes(before):
    with open_store(before) as store, store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_it_opens_for_reading_alone(before):
    with open_store(before) as store:
        assert len(load_reports(store)) == len(FIGURES)


def test_it_shows_the_same_figures(before):
    shown = _shown(before)
    assert [report["id"] for report in shown] == [report["id"] for report in FIGURES]
    for now, then in zip(shown, _figures(FIGURES), strict=True):
        # a later version says more beside the old figures
        now["metrics"] = {name: now["metrics"][name] for name in then["metrics"]}
        assert {key: now[key] for key in then} == then


def test_it_resumes_without_a_new_call(before):
    others: list[str] = []
    for report in FIGURES:
        if report["failed"]:
            continue  # asks again, as it should
        if report["task"] == "traps":
            continue  # its problems are others in a later version: another run
        result = harness.evaluate(
            report["model_spec"],
            report["task"],
            report["budget"],
            limit=report["manifest"]["limit"],
            db=before,
        )
        assert result.calls == 0
        assert result.ok
        ids = [r.id for r in result.reports]
        if resolve(Budget.parse(report["budget"])).versions:
            # A part of the strategy is of a later version: what it measures is another run.
            others += ids
        else:
            assert ids == [report["id"]]
    assert len(_shown(before)) == len(FIGURES) + len(others)
