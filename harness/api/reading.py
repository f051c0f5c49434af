"""Reports and samples as they are stored."""

from __future__ import annotations

from pathlib import Path

from harness.analysis.obedience import Sweep, sweeps
from harness.core import UsageError
from harness.results.display import Reports
from harness.results.reports import load_reports
from harness.results.views import SampleView
from harness.run.config import DEFAULT_DB
from harness.store import open_store
from harness.store.runs import find_runs, name_run


def show(
    db: str | Path = DEFAULT_DB,
    *,
    model: str | None = None,
    task: str | None = None,
    budget: str | None = None,
) -> Reports:
    """Reports of the runs in a database, oldest first; filters use names as displayed."""
    with open_store(db) as store:
        return Reports(load_reports(store, find_runs(store, model=model, task=task, budget=budget)))


def obeyed(
    db: str | Path = DEFAULT_DB,
    *,
    model: str | None = None,
    task: str | None = None,
    budget: str | None = None,
) -> list[Sweep]:
    """Whether the effort levels, prompted and native budgets of stored runs affect spending."""
    with open_store(db) as store:
        return sweeps(store, find_runs(store, model=model, task=task, budget=budget))


def samples(
    run: str, db: str | Path = DEFAULT_DB, *, problem: str | None = None
) -> list[SampleView]:
    """The samples of one run, given by its id or a prefix; optionally of one problem."""
    from harness.results.samples import iter_samples  # numpy, which `show` does without

    with open_store(db) as store:
        run_id = name_run(store, run)
        views = [v for v in iter_samples(store, run_id) if problem in (None, v.problem.id)]
    if problem is not None and not views:
        raise UsageError(f"run {run_id} has no such problem yet: {problem}")
    return views
