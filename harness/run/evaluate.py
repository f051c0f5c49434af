"""`harness.evaluate`: the whole of `harness eval`, from Python."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.analysis.contamination import Contamination, contaminations, fresh_specs
from harness.budgets import expand
from harness.core import ModelInfo, ModelSpec, TaskSpec, UsageError, registry
from harness.core.protocols import Backend
from harness.cost import PriceEntry
from harness.results.reports import load_reports
from harness.results.views import RunReport
from harness.run.energy import Energy
from harness.run.limits import Limits
from harness.run.nvml import energy_reader
from harness.run.plan import (
    LoadedTask,
    PlannedRun,
    Settings,
    load_task,
    model_row,
    plan_runs,
    price_of,
    run_row,
)
from harness.run.progress import Observer, Silent
from harness.run.runner import Outcome, TaskRunner, finished_attempts
from harness.run.sampler import Session, now
from harness.run.samples import known_traces
from harness.store import Store, Writer, open_store
from harness.store.identity import model_id
from harness.store.schema import ModelRow, RunRow
from harness.verifiers.pool import VerifierPool

Rounds = Callable[[Store], Iterable[Mapping[str, Collection[str]]]]
"""Which problems to attempt, in several goes: yields problem ids by task. It is asked for the next
round once all of the last is stored, so that it may look at the store and stop early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a command runs, without changing what it measures."""

    db: str | Path = "harness.sqlite"
    concurrency: int | None = None
    max_tokens: int | None = None
    max_usd: float | None = None
    gpu_usd_per_hour: float | None = None
    lock_timeout_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What an eval brought: its runs as they stand in the store, and what went wrong.

    `failed` attempts ended in an error (listed in `errors`), `unfinished` ones were left because
    a limit was reached; the same call again goes on with both. `contamination` compares public
    with fresh problems where a fresh seed was asked for.
    """

    reports: Sequence[RunReport]
    failed: int
    unfinished: int
    limit_reached: bool
    calls: int
    errors: Sequence[str] = field(default_factory=tuple)
    contamination: Sequence[Contamination] = field(default_factory=tuple)

    @property
    def ok(self) -> bool:
        """Whether every problem was attempted and graded."""
        return not self.failed and all(
            report.status == "complete" and not report.ungraded for report in self.reports
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that a command will do, before it does it."""

    backend: Backend
    tasks: Sequence[LoadedTask]
    runs: Mapping[str, Sequence[PlannedRun]]  # by task
    settings: Settings
    fresh: Mapping[TaskSpec, TaskSpec] = field(default_factory=dict)  # by the public task

    @property
    def all_runs(self) -> list[PlannedRun]:
        """The runs of all tasks, in order."""
        return [run for runs in self.runs.values() for run in runs]


def make_plan(
    model: str | Backend,
    tasks: str | Iterable[str],
    budgets: str | Iterable[str],
    *,
    model_args: Mapping[str, str] | None = None,
    settings: Settings | None = None,
    fresh_seed: int | None = None,
) -> Plan:
    """Resolve all names and load the problems; no model is loaded yet.

    `fresh_seed` adds each task's problems of that seed.
    """
    settings = settings or Settings()
    if settings.limit is not None and settings.limit < 1:
        raise UsageError(f"--limit {settings.limit}: at least one problem is needed")
    wanted = expand(budgets)
    if not wanted:
        raise UsageError("no budget given: --budget greedy, for a start")
    backend = open_backend(model, model_args) if isinstance(model, str) else model
    names = [tasks] if isinstance(tasks, str) else list(tasks)
    if not names:
        raise UsageError("no task given; `harness tasks` lists them")
    specs = dict.fromkeys(TaskSpec.parse(name) for name in names)
    fresh = {} if fresh_seed is None else fresh_specs(specs, fresh_seed)
    loaded = [load_task(spec, settings) for spec in (*specs, *fresh.values())]
    runs = {str(task.spec): plan_runs(backend.info, task, wanted, settings) for task in loaded}
    return Plan(backend=backend, tasks=loaded, runs=runs, settings=settings, fresh=fresh)


def open_backend(model: str, model_args: Mapping[str, str] | None = None) -> Backend:
    """The backend of a model spec; its weights are loaded by the first call."""
    spec = ModelSpec.parse(model, model_args)
    backend: Backend = registry.find("models", spec.backend)(spec)
    return backend


async def run_plan(
    plan: Plan,
    options: Options | None = None,
    observer: Observer | None = None,
    rounds: Rounds | None = None,
) -> Evaluation:
    """Carry out a plan. Cancelling it stops cleanly: what is finished is stored.

    Without `rounds` every problem is attempted in one go.
    """
    options, observer = options or Options(), observer or Silent()
    info = plan.backend.info
    entry = _price(options, plan)
    _check_ceilings(plan, options)
    concurrency = options.concurrency or info.concurrency
    with open_store(options.db, create=True) as store, _writer(store, options) as writer:
        _write_plan(plan, writer, entry, options.gpu_usd_per_hour)
        done = finished_attempts(store, plan.all_runs)
        session = Session(
            backend=plan.backend,
            store=store,
            writer=writer,
            observer=observer,
            limits=Limits(options.max_tokens, options.max_usd, entry),
            slots=asyncio.Semaphore(concurrency),
            model_id=model_id(info.fingerprint),
            seed=plan.settings.seed,
            max_output_tokens=plan.settings.max_output_tokens,
            price=entry,
            energy=Energy(lambda: _energy_reader(plan.backend)),
            known=known_traces(store, _models(plan)),
        )
        outcomes = await _run_tasks(plan, session, done, concurrency, rounds)
        writer.flush()
        reports = load_reports(store, [run.id for run in plan.all_runs])
    return Evaluation(
        reports=reports,
        failed=sum(outcome.failed for outcome in outcomes),
        unfinished=sum(outcome.unfinished for outcome in outcomes),
        limit_reached=session.limits.reached,
        calls=session.limits.spent.calls,
        errors=[error for outcome in outcomes for error in outcome.errors],
        contamination=contaminations(reports, plan.fresh),
    )


async def _run_tasks(
    plan: Plan,
    session: Session,
    done: Mapping[tuple[str, str], int],
    concurrency: int,
    rounds: Rounds | None,
) -> list[Outcome]:
    outcomes = []
    try:
        with VerifierPool() as pool:
            for number, chosen in enumerate([{}] if rounds is None else rounds(session.store)):
                if number:  # what the rounds before have finished is not asked for again
                    done = finished_attempts(session.store, plan.all_runs)
                for task in plan.tasks:
                    label = str(task.spec)
                    only = chosen.get(label)
                    runner = TaskRunner(session, pool, task, plan.runs[label], done, only)
                    outcomes.append(await runner.run(concurrency))
                session.writer.flush()
    finally:
        await plan.backend.close()
    return outcomes


@contextlib.contextmanager
def _writer(store: Store, options: Options) -> Iterator[Writer]:
    writer = Writer(store, lock_timeout_s=options.lock_timeout_s)
    try:
        yield writer
    finally:
        writer.close()
    if writer.error is not None:
        raise writer.error


def _energy_reader(backend: Backend) -> Callable[[], float] | None:
    """Reads what the GPUs draw, for a backend that says it computes on them."""
    reader = energy_reader()
    # A stranger's backend need not say: then the energy is unknown.
    return reader if reader is not None and getattr(backend, "on_gpu", False) else None


def _write_plan(plan: Plan, writer: Writer, entry: PriceEntry | None, hourly: float | None) -> None:
    """The model and its runs; a run keeps the price that it was planned with."""
    created = now()
    info = plan.backend.info
    kept = {"price": entry.to_json() if entry else None, "gpu_usd_per_hour": hourly}
    writer.put(
        [
            *((ModelRow, model_row(known)) for known in (info, *_rewards(plan))),
            *((RunRow, run_row(run, info, created, kept)) for run in plan.all_runs),
        ]
    )
    writer.flush()


def _rewards(plan: Plan) -> list[ModelInfo]:
    """The rewards of a plan's budgets: their scores are samples, and they stand as models."""
    rewards = [run.strategy.reward for run in plan.all_runs]
    return list({r.info.fingerprint: r.info for r in rewards if r is not None}.values())


def _models(plan: Plan) -> list[str]:
    return [model_id(i.fingerprint) for i in (plan.backend.info, *_rewards(plan))]


def _price(options: Options, plan: Plan) -> PriceEntry | None:
    entry = price_of(plan.backend.info, plan.settings)
    if entry is None and options.max_usd is not None:
        raise UsageError(
            f"--max-usd needs a price, and none is known for {plan.backend.info.spec}: "
            "give it with --price INPUT,OUTPUT (US dollars per million tokens)"
        )
    return entry


def _check_ceilings(plan: Plan, options: Options) -> None:
    """UsageError where dollars would be shown in another way than a ceiling counts them."""
    if options.gpu_usd_per_hour is None:
        return
    for run in plan.all_runs:
        if run.ceiling is not None and run.ceiling.usd is not None:
            raise UsageError(
                f"budget {str(run.strategy.budget)!r}: usd<= counts dollars by the token, not by "
                "--gpu-usd-per-hour; leave one of them out"
            )


def evaluate(  # noqa: PLR0913 - all that `harness eval` takes
    model: str | Backend,
    tasks: str | Iterable[str],
    budgets: str | Iterable[str],
    *,
    limit: int | None = None,
    seed: int = 0,
    data_dir: str | Path | None = None,
    max_output_tokens: int = 2048,
    model_args: Mapping[str, str] | None = None,
    fresh_seed: int | None = None,
    price: PriceEntry | None = None,
    options: Options | None = None,
    observer: Observer | None = None,
) -> Evaluation:
    """Run a model on tasks under budgets, store all of it, and return the reports.

    >>> import harness
    >>> result = harness.evaluate("onnx:tiny-s", "decimals", "vote@{1,4}", limit=20)
    >>> [report.accuracy.value for report in result.reports]

    What is stored already is not generated again, so an interrupted call is continued by
    repeating it. With `fresh_seed`, generated tasks are run on the public seed and on that one, and
    `result.contamination` holds public minus fresh accuracy. Raises UsageError for bad names or
    options, BackendError when the model cannot be reached, StoreError when the database cannot be
    written. Works inside a running event loop (a notebook) too.
    """
    settings = Settings(
        seed=seed,
        limit=limit,
        data_dir=Path(data_dir) if data_dir is not None else None,
        max_output_tokens=max_output_tokens,
        price=price,
    )
    plan = make_plan(
        model, tasks, budgets, model_args=model_args, settings=settings, fresh_seed=fresh_seed
    )
    return run_blocking(plan, options, observer)


def run_blocking(
    plan: Plan,
    options: Options | None = None,
    observer: Observer | None = None,
    rounds: Rounds | None = None,
) -> Evaluation:
    """`run_plan` for callers that are not async."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(run_plan(plan, options, observer, rounds))
    results: list[Evaluation] = []
    errors: list[BaseException] = []

    def target() -> None:
        try:
            results.append(asyncio.run(run_plan(plan, options, observer, rounds)))
        except BaseException as error:  # noqa: BLE001 - handed to the calling thread
            errors.append(error)

    thread = threading.Thread(target=target, name="harness-evaluate")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
