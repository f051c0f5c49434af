"""Reports that were computed before: read again while nothing changed, never when something did."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from harness.core import Status, Verdict
from harness.results import derived as derived_module
from harness.results.reports import load_reports, verify_figures
from harness.results.samples import iter_samples
from harness.results.views import RunReport
from harness.store import Store, open_store
from harness.store.figures import keeping_figures, kept_figures
from harness.store.records import verdict_row
from harness.store.runs import find_runs, get_run
from harness.store.schema import FiguresRow
from harness.store.upkeep import remove_runs
from harness.store.writer import renew_verdicts, write_rows

SQL = Path(__file__).parents[1] / "store" / "data" / "before.sql"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Eleven runs of every kind."""
    path = tmp_path / "runs.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(SQL.read_text("utf-8"))
    connection.close()
    return path


@pytest.fixture
def store(file: Path):
    with open_store(file) as opened:
        yield opened


def computed(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Load all reports; the runs whose report had to be computed."""
    seen: list[str] = []
    original = derived_module.derived

    def noted(opened: Store, run: Any, times: Any) -> RunReport:
        seen.append(run.id)
        return original(opened, run, times)

    with monkeypatch.context() as patch:
        patch.setattr(derived_module, "derived", noted)
        load_reports(store)
    return seen


def run_of(store: Store, budget: str) -> str:
    [found] = [run for run in find_runs(store) if get_run(store, run).budget == budget]
    return found


def test_a_kept_report_is_the_one_that_was_computed(store, monkeypatch):
    first = load_reports(store)
    assert computed(store, monkeypatch) == []
    assert load_reports(store) == first
    assert verify_figures(store) == []


def test_a_report_goes_through_json_unchanged(store):
    for report in load_reports(store):
        assert RunReport.from_json(report.to_json()) == report


def test_renewed_verdicts_have_the_runs_that_they_concern_computed_again(store, monkeypatch):
    pool = run_of(store, "vote@4:temperature=0.8")
    before = load_reports(store, [pool])[0].metrics["pass@1"].value
    load_reports(store)
    run, view = (
        get_run(store, pool),
        next(v for v in iter_samples(store, pool) if v.verdict.status is Status.CORRECT),
    )
    verifier = (run.verifier, run.verifier_version)
    verdict = Verdict(status=Status.WRONG, key="other")
    renew_verdicts(store, [verdict_row(view.id, view.problem.digest(), verifier, verdict)])
    again = computed(store, monkeypatch)
    assert pool in again
    assert len(again) < len(find_runs(store))  # those alone that are charged for the sample
    [report] = load_reports(store, [pool])
    assert report.metrics["pass@1"].value == pytest.approx(before - 1 / 4 / 8)
    assert verify_figures(store) == []


def test_a_verdict_that_was_missing_counts_as_soon_as_it_is_there(store, monkeypatch):
    run = run_of(store, "think@16")
    view = next(iter_samples(store, run))
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM verdict WHERE sample_id = ?", (view.id,))
    before = load_reports(store, [run])[0]
    stored = get_run(store, run)
    verifier = (stored.verifier, stored.verifier_version)
    with store.engine.begin() as connection:
        row = verdict_row(view.id, view.problem.digest(), verifier, view.verdict)
        write_rows(connection, [row])
    after = load_reports(store, [run])[0]
    assert (before.ungraded, after.ungraded) == (1, 0)


def test_further_calls_of_the_model_change_its_runs_alone(store, monkeypatch):
    load_reports(store)
    other = run_of(store, "vote@2:temperature=0.8")  # the only run of another model
    with store.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO call (id, run_id, role, samples, output_tokens, latency_s, retries, "
            "source, created) SELECT 'x', run_id, role, 1, 1, 1.0, 0, source, created FROM call "
            "WHERE run_id = ? LIMIT 1",
            (other,),
        )
    assert computed(store, monkeypatch) == [other]


def test_nothing_is_kept_that_was_computed_while_somebody_wrote(store):
    run = run_of(store, "think@16")
    with keeping_figures(store) as keep:
        with store.engine.begin() as other:
            other.exec_driver_sql("UPDATE run SET name = 'meanwhile' WHERE id = ?", (run,))
        keep(run, "basis", {})
    assert kept_figures(store, [run]) == {}


def test_removing_a_run_drops_what_was_kept(store):
    load_reports(store)
    remove_runs(store, [run_of(store, "think@16")])
    with store.engine.connect() as connection:
        assert connection.execute(select(FiguresRow.run_id)).all() == []
    assert len(load_reports(store)) == 10


def test_verify_finds_figures_that_do_not_follow(file):
    with open_store(file) as store:
        load_reports(store)
        run = run_of(store, "think@16")
    with sqlite3.connect(file) as connection:
        connection.execute(
            "UPDATE figures SET report = json_set(report, '$.correct', 1000) WHERE run_id = ?",
            (run,),
        )
    connection.close()
    with open_store(file) as store:
        assert verify_figures(store) == [
            f"run {run}: the cached figures (correct) do not follow from its rows"
        ]
