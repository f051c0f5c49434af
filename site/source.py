"""The source of a site: a store, or anything with the same interface."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from harness.analysis.curves import Curve, load_curves
from harness.core import ModelInfo
from harness.results.boards import BoardRun, load_board_run
from harness.results.device import DeviceTime, device_time
from harness.results.reports import ReportMaker, load_reports
from harness.results.samples import iter_samples
from harness.results.searches import Node, load_searches
from harness.results.views import RunReport, SampleView
from harness.store import Store, open_store
from harness.store.pools import pool_stamp
from harness.store.runs import get_models, get_runs


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a site shows about a run's model in addition to its report; None is unknown.

    `time` is the device's, of all runs of the model.
    """

    info: ModelInfo | None = None
    time: DeviceTime | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How another process of this machine opens the same source."""

    db: str
    runs: tuple[str, ...]
    names: tuple[tuple[str, str], ...]

    @contextmanager
    def open(self) -> Iterator[StoreSource]:
        """The source, as long as it is needed."""
        with open_store(self.db) as store:
            yield StoreSource(store, self.runs, dict(self.names))


class Job(Protocol):
    """A job for a worker; it is pickled, and so is its result."""

    def do(self, shop: Any) -> Any:
        """Run the job with the worker's resources (a `Shop`)."""
        ...


Work = Callable[[Sequence[Job]], Iterable[Any]]
"""The result of each job, in order; None for one that is still to be done."""


@dataclass(frozen=True, slots=True)
class ReportJob:
    """The report of a run."""

    run: str

    def do(self, shop: Any) -> RunReport:
        """Compute it."""
        source: StoreSource = shop.source
        return source.maker.report(self.run)


@dataclass(frozen=True, slots=True)
class StampJob:
    """The stamp of a run."""

    run: str

    def do(self, shop: Any) -> str:
        """Compute it."""
        source: Source = shop.source
        return source.stamp(self.run)


class Source(Protocol):
    """Runs and their data; the same as long as nothing is written."""

    def reports(self, work: Work | None = None) -> Sequence[RunReport]:
        """All runs of the site; `work` has jobs done by other processes."""
        ...

    def stamp(self, run: str) -> str:
        """Changes whenever the run's samples or verdicts do; equal for runs that share them."""
        ...

    def about(self, run: str) -> About:
        """Of the run's model."""
        ...

    def figures(self, run: str) -> BoardRun:
        """The run problem by problem."""
        ...

    def samples(self, run: str) -> Iterable[SampleView]:
        """All samples of a run: problem by problem, the same at every call."""
        ...

    def curves(self, runs: Sequence[str]) -> Sequence[Curve]:
        """Several runs of one model on one task, combined."""
        ...

    def searches(self, run: str) -> Mapping[str, Sequence[Node]]:
        """What a run of searches tried, by problem."""
        ...


class StoreSource:
    """Some runs of a store; `names` are those that a study gives their models, by run."""

    def __init__(
        self, store: Store, run_ids: Sequence[str], names: Mapping[str, str] | None = None
    ) -> None:
        self._store, self._ids, self._names = store, list(run_ids), names or {}
        self._runs = {run.id: run for run in get_runs(store, self._ids)}
        self._models: Mapping[str, ModelInfo] = get_models(store)
        self._times: dict[str, DeviceTime | None] = {}
        self.maker = ReportMaker(store)

    @property
    def recipe(self) -> Recipe | None:
        """How another process can open it; None for an in-memory database."""
        url = self._store.engine.url
        if url.database in (None, "", ":memory:"):
            return None
        where = url.render_as_string(hide_password=False)
        return Recipe(where, tuple(self._ids), tuple(sorted(self._names.items())))

    def reports(self, work: Work | None = None) -> Sequence[RunReport]:
        """See `Source`."""
        compute = None if work is None else lambda runs: work([ReportJob(run) for run in runs])
        reports = load_reports(self._store, self._ids, compute=compute)
        return [replace(r, model=self._names.get(r.id, r.model)) for r in reports]

    def stamp(self, run: str) -> str:
        """See `Source`."""
        return pool_stamp(self._store, self._runs[run])

    def about(self, run: str) -> About:
        """See `Source`."""
        model = self._runs[run].model_id
        if model not in self._times:
            self._times[model] = device_time(self._store, model)
        return About(info=self._models.get(model), time=self._times[model])

    def figures(self, run: str) -> BoardRun:
        """See `Source`."""
        return load_board_run(self._store, run)

    def samples(self, run: str) -> Iterable[SampleView]:
        """See `Source`."""
        return iter_samples(self._store, run)

    def curves(self, runs: Sequence[str]) -> Sequence[Curve]:
        """See `Source`."""
        curves = load_curves(self._store, runs)
        return [replace(c, model=self._names.get(c.run, c.model)) for c in curves]

    def searches(self, run: str) -> Mapping[str, Sequence[Node]]:
        """See `Source`."""
        return dict(load_searches(self._store, run))
