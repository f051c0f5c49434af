"""Reports of stored runs: cached ones where they still hold, else derived from the rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from harness.results.basis import basis_of
from harness.results.views import RunReport
from harness.store import Store
from harness.store.figures import keeping_figures, kept_figures
from harness.store.runs import find_runs, get_run, get_runs

if TYPE_CHECKING:
    from harness.results.derived import Times

__all__ = ["ReportMaker", "find_runs", "load_reports", "verify_figures"]

Compute = Callable[[Sequence[str]], Iterable[RunReport | None]]
"""The reports of some runs (their ids), in order; None where it could not compute one."""


def load_reports(
    store: Store, run_ids: Iterable[str] | None = None, *, compute: Compute | None = None
) -> list[RunReport]:
    """Reports of some runs (None: all), in the order given.

    Reports that were computed before, from unchanged rows and code, come from the cache; the
    others from `compute` (other processes, say), or as soon as that gives None, from here.
    """
    runs = get_runs(store, find_runs(store) if run_ids is None else list(run_ids))
    kept = kept_figures(store, [run.id for run in runs])
    maker = ReportMaker(store)
    reports: dict[str, RunReport] = {}
    with keeping_figures(store) as keep:
        stale: dict[str, str] = {}  # the basis by run
        for run in runs:
            basis, (known, figures) = basis_of(store, run), kept.get(run.id, ("", {}))
            if basis == known:
                whole = {**figures, "manifest": run.manifest.to_json()}
                reports[run.id] = RunReport.from_json(whole)
            else:
                stale[run.id] = basis
        ids = list(stale)
        for run_id, made in zip(ids, compute(ids) if compute else [None] * len(ids), strict=True):
            reports[run_id] = report = made or maker.report(run_id)
            keep(run_id, stale[run_id], _figures(report))
    return [reports[run.id] for run in runs]


class ReportMaker:
    """Computes reports from a store's rows; what several runs need is read once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._times: Times | None = None

    def report(self, run_id: str) -> RunReport:
        """One run's report, computed, not from the cache."""
        from harness.results import derived  # numerics, which cached reports do without

        self._times = self._times or derived.Times(self._store)
        return derived.derived(self._store, get_run(self._store, run_id), self._times)


def _figures(report: RunReport) -> dict[str, Any]:
    """The cached part of a report: everything but the manifest, which is in the run's row."""
    return {name: value for name, value in report.to_json().items() if name != "manifest"}


def verify_figures(store: Store) -> list[str]:
    """Recompute the cached reports, and report those that do not follow from the rows."""
    runs = {run.id: run for run in get_runs(store, find_runs(store))}
    maker = ReportMaker(store)
    faults = []
    for run_id, (basis, figures) in kept_figures(store, runs).items():
        run = runs[run_id]
        if basis != basis_of(store, run):
            continue  # from an older state: it is recomputed before it is shown
        derived = json.loads(json.dumps(_figures(maker.report(run_id))))
        if derived != figures:
            names = [name for name in derived if derived[name] != figures.get(name)]
            said = ", ".join(names)
            faults.append(f"run {run_id}: the cached figures ({said}) do not follow from its rows")
    return faults
