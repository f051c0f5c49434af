"""Reports of stored runs: cached ones where they still hold, else derived from the rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from harness.results.basis import basis_of
from harness.results.views import RunReport
from harness.store import Store
from harness.store.figures import keeping_figures, kept_figures
from harness.store.runs import StoredRun, find_runs, get_runs

__all__ = ["find_runs", "load_reports", "verify_figures"]


def load_reports(store: Store, run_ids: Iterable[str] | None = None) -> list[RunReport]:
    """Reports of some runs (None: all), in the order given.

    Reports that were computed before, from unchanged rows and code, come from the cache.
    """
    runs = get_runs(store, find_runs(store) if run_ids is None else list(run_ids))
    kept = kept_figures(store, [run.id for run in runs])
    derive = _deriving(store)
    reports = []
    with keeping_figures(store) as keep:
        for run in runs:
            basis, (known, figures) = basis_of(store, run), kept.get(run.id, ("", {}))
            if basis == known:
                reports.append(RunReport.from_json({**figures, "manifest": run.manifest.to_json()}))
                continue
            report = derive(run)
            reports.append(report)
            keep(run.id, basis, _figures(report))
    return reports


def _figures(report: RunReport) -> dict[str, Any]:
    """The cached part of a report: everything but the manifest, which is in the run's row."""
    return {name: value for name, value in report.to_json().items() if name != "manifest"}


def verify_figures(store: Store) -> list[str]:
    """Recompute the cached reports, and report those that do not follow from the rows."""
    runs = {run.id: run for run in get_runs(store, find_runs(store))}
    derive = _deriving(store)
    faults = []
    for run_id, (basis, figures) in kept_figures(store, runs).items():
        run = runs[run_id]
        if basis != basis_of(store, run):
            continue  # from an older state: it is recomputed before it is shown
        derived = json.loads(json.dumps(_figures(derive(run))))
        if derived != figures:
            names = [name for name in derived if derived[name] != figures.get(name)]
            said = ", ".join(names)
            faults.append(f"run {run_id}: the cached figures ({said}) do not follow from its rows")
    return faults


def _deriving(store: Store) -> Callable[[StoredRun], RunReport]:
    """What derives a run's report; loaded at the first one, as cached reports need no numerics."""
    times: list[Any] = []

    def derive(run: StoredRun) -> RunReport:
        from harness.results.derived import Times, derived

        if not times:
            times.append(Times(store))
        return derived(store, run, times[0])

    return derive
