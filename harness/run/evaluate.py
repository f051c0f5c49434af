"""`harness.evaluate`: all of `harness eval`, from Python."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Unpack

from harness.analysis.contamination import contaminations
from harness.core import BackendError, ModelInfo, ParameterError, Usage, watch
from harness.core.protocols import Backend
from harness.cost import PriceEntry
from harness.results.display import Reports
from harness.results.groups import GroupFigure, group_figures
from harness.results.reports import load_reports
from harness.run.batches import Batcher, under_way
from harness.run.blocking import block_on
from harness.run.config import EvalConfig, EvalSettings, JudgeConfig, judge_config, names
from harness.run.energy import Energy
from harness.run.evaluation import Evaluation
from harness.run.forecast import Forecasts, forecast
from harness.run.freshness import engine_of
from harness.run.judge import Judge, judged_runs, open_judge
from harness.run.limits import LimitReached, Limits
from harness.run.nvml import energy_reader
from harness.run.plan import Plan, make_plan, price_of, stored_run
from harness.run.progress import Observer, Silent, shown
from harness.run.regrade import regrade_runs
from harness.run.runner import Outcome, TaskRunner, finished_attempts
from harness.run.session import Session
from harness.store import Store, Writer, open_store
from harness.store.claims import Claims, open_claims
from harness.store.identity import model_id
from harness.store.records import Row, model_row, now
from harness.store.reuse import samples_before
from harness.store.samples import known_traces
from harness.verifiers.pool import VerifierPool

Rounds = Callable[[Store], Iterable[Mapping[str, Collection[str]]]]
"""Which problems to attempt, in several rounds: yields problem ids by task. The next round is
requested once the previous one is stored, so it may look at the store and stop early."""

First = Callable[[Session], Awaitable[None]]
"""What to send before the first problem; an exception ends the evaluation."""


async def run_plan(
    plan: Plan,
    observer: Observer | None = None,
    rounds: Rounds | None = None,
    first: First | None = None,
) -> Evaluation:
    """Carry out a plan, except its judge. Cancelling it stops cleanly: finished work is stored.

    Without `rounds` every problem is attempted at once; `first` may call the model before.
    """
    config, info = plan.config, plan.backend.info
    counted = _Counted(observer or Silent())
    entry = price_of(info, config)
    concurrency = _concurrency(plan)
    began = now("milliseconds")
    with (
        open_store(config.db, create=True) as store,
        contextlib.closing(open_claims(store)) as claims,
        _writer(store, config) as writer,
    ):
        _write_plan(plan, writer, entry, config.gpu_usd_per_hour)
        done = finished_attempts(store, plan.all_runs)
        session = Session(
            backend=plan.backend,
            store=store,
            writer=writer,
            observer=counted,
            limits=Limits(
                config.max_total_tokens, config.max_usd, entry, max_seconds=config.max_seconds
            ),
            slots=asyncio.Semaphore(concurrency),
            model_id=model_id(info.fingerprint),
            seed=config.seed,
            max_output_tokens=plan.max_output_tokens,
            price=entry,
            energy=Energy(lambda: _energy_reader(plan.backend)),
            known=known_traces(store, _models(plan)),
            claims=claims if config.batch is None else Claims(),  # a batch is stored as such
        )
        if config.batch is not None:
            session.batcher = Batcher(
                desk=getattr(engine_of(plan.backend), "batches"),  # noqa: B009 - looked at by make_plan
                store=store,
                writer=writer,
                model=session.model_id,
                wait=config.batch == "wait",
                tell=counted.note,
            )
        outcomes = await _run_tasks(plan, session, done, concurrency, rounds, first)
        writer.flush()
        ids = [run.id for run in plan.all_runs]
        reports = Reports(load_reports(store, ids))
        from_store = samples_before(store, ids, began)
        notes = (
            *plan.notes,
            *getattr(plan.backend, "notes", ()),
            *under_way(store, session.model_id),
        )
    return Evaluation(
        reports=reports,
        failed=sum(outcome.failed for outcome in outcomes),
        unfinished=sum(outcome.unfinished for outcome in outcomes),
        limit_reached=session.limits.reached,
        calls=session.limits.spent.calls,
        spent=session.limits.spent,
        asked=counted.samples,
        from_store=from_store,
        errors=[error for outcome in outcomes for error in outcome.errors],
        ungraded=list(dict.fromkeys(why for outcome in outcomes for why in outcome.ungraded)),
        contamination=contaminations(reports, plan.fresh),
        groups=_groups(plan, reports),
        notes=notes,
    )


def _concurrency(plan: Plan) -> int:
    """Concurrent problems and calls: as configured, enough to fill the engine, or one batch."""
    config, told = plan.config, plan.config.concurrency
    keep = getattr(engine_of(plan.backend), "keep_in_flight", None)
    if config.batch is not None:
        return _ALL
    if told is not None and keep is not None:
        keep(told)
    return told or plan.backend.info.concurrency


_ALL = 10**6  # concurrent problems: waiting for a batch means waiting for all of them


class _Counted:
    """Forwards everything to another observer, and counts the generated samples."""

    def __init__(self, observer: Observer) -> None:
        self.samples = 0
        self._observer = observer
        self.planned, self.attempted, self.note = (
            observer.planned,
            observer.attempted,
            observer.note,
        )

    def called(self, usage: Usage, samples: int) -> None:
        """A call returned."""
        self.samples += samples
        self._observer.called(usage, samples)


async def _run_tasks(
    plan: Plan,
    session: Session,
    done: Mapping[tuple[str, str], int],
    concurrency: int,
    rounds: Rounds | None,
    first: First | None,
) -> list[Outcome]:
    outcomes = []
    try:
        if first is not None:
            await first(session)
        with VerifierPool() as pool:
            for number, chosen in enumerate([{}] if rounds is None else rounds(session.store)):
                if number:  # do not request what earlier rounds have finished
                    done = finished_attempts(session.store, plan.all_runs)
                for task in plan.tasks:
                    label = str(task.spec)
                    only = chosen.get(label)
                    runner = TaskRunner(session, pool, task, plan.runs[label], done, only)
                    outcomes.append(await runner.run(concurrency))
                session.writer.flush()
    finally:
        if session.batcher is not None:
            await session.batcher.close()
        await plan.backend.close()
    return outcomes


@contextlib.contextmanager
def _writer(store: Store, config: EvalConfig) -> Iterator[Writer]:
    writer = Writer(store, lock_timeout_s=config.lock_timeout_s)
    try:
        with watch.saves(writer.flush):
            yield writer
    finally:
        writer.close()
    if writer.error is not None:
        raise writer.error


def _energy_reader(backend: Backend) -> Callable[[], float] | None:
    """Reads the GPUs' energy, for a backend that declares that it computes on them."""
    reader = energy_reader()
    # A third-party backend need not declare it: then the energy is unknown.
    return reader if reader is not None and getattr(backend, "on_gpu", False) else None


def _write_plan(plan: Plan, writer: Writer, entry: PriceEntry | None, hourly: float | None) -> None:
    """The model and its runs; a run keeps the price that it was planned with."""
    created = now()
    price = None if entry is None else entry.to_json()
    rows: list[Row] = [model_row(known) for known in (plan.backend.info, *_rewards(plan))]
    for run in plan.all_runs:
        manifest = replace(run.manifest, price=price, gpu_usd_per_hour=hourly)
        rows.append(stored_run(run, manifest, created))
    writer.put(rows)
    writer.flush()


def _rewards(plan: Plan) -> list[ModelInfo]:
    """The rewards of a plan's budgets: their scores are samples, and they are stored as models."""
    rewards = [run.strategy.reward for run in plan.all_runs]
    return list({r.info.fingerprint: r.info for r in rewards if r is not None}.values())


def _models(plan: Plan) -> list[str]:
    return [model_id(i.fingerprint) for i in (plan.backend.info, *_rewards(plan))]


def run_blocking(
    plan: Plan,
    observer: Observer | None = None,
    rounds: Rounds | None = None,
    first: First | None = None,
) -> Evaluation:
    """`run_plan` for synchronous callers."""
    return block_on(lambda: run_plan(plan, observer, rounds, first))


def carry_out(plan: Plan, observer: Observer | None = None) -> Evaluation:
    """A whole plan, including the judge. An interrupt stops it; finished work is stored."""
    judge, began = open_judge(plan, observer), time.monotonic()
    result = run_blocking(plan, observer)
    return result if judge is None else _judged(plan, result, judge, began)


def _judged(plan: Plan, done: Evaluation, judge: Judge, began: float) -> Evaluation:
    """The result of an evaluation, with a judge's verdicts if the tasks' verifiers use one.

    `began`: when it started, for the remaining seconds. Raises BackendError if
    the judge fails; the rules' verdicts stand then.
    """
    config, spent = plan.config, done.spent
    judge.limit(
        None if config.max_total_tokens is None else config.max_total_tokens - spent.tokens,
        None if config.max_usd is None else config.max_usd - spent.usd,
        None if config.max_seconds is None else began + config.max_seconds - time.monotonic(),
    )
    reached = False
    with open_store(config.db) as store:
        try:
            regrade_runs(store, judged_runs(plan), judge)
        except LimitReached:  # the judge's replies are stored; the verdicts are still the rules'
            reached = True
        except BackendError as error:
            raise BackendError(
                f"the judge failed: {error}\nthe answers are stored, with the verdicts of the "
                "rules; run the same command to ask the judge again"
            ) from error
        reports = Reports(load_reports(store, [run.id for run in plan.all_runs]))
    return replace(
        done,
        reports=reports,
        limit_reached=done.limit_reached or reached,
        judged=not reached,
        calls=done.calls + judge.spent.calls,
        asked=done.asked + judge.asked,
        spent=spent.plus(judge.spent),
        contamination=contaminations(reports, plan.fresh),
        groups=_groups(plan, reports),
    )


def _groups(plan: Plan, reports: Reports) -> list[GroupFigure]:
    return group_figures(reports, {str(task.spec): task.groups for task in plan.tasks})


def evaluate(
    model: str | Backend,
    tasks: str | Iterable[str],
    budgets: str | Iterable[str],
    *,
    judge: str | Backend | JudgeConfig | None = None,
    progress: Observer | bool | None = None,
    **settings: Unpack[EvalSettings],
) -> Evaluation:
    """Run a model on tasks under budgets, store all of it, and return the reports.

    >>> import harness
    >>> harness.evaluate("onnx:tiny-s", "decimals", "vote@{1,4}", limit=20)

    Stored samples are not generated again, so you can resume an interrupted call by
    repeating it. `settings` are the fields of EvalConfig: limit, seed, db, data_dir, price,
    max_usd ... A `judge` is asked for verdicts if a task's verifier provides a question for it.
    `progress`: True shows it, an Observer receives it, None shows it in notebooks.

    It blocks, also in a notebook, and an interrupt stops it at once; `aevaluate` does not block.
    Raises UsageError for invalid names or parameters, BackendError if the model cannot be reached,
    StoreError if the database cannot be written.
    """
    plan = make_plan(eval_config(model, tasks, budgets, judge, settings))
    with shown(progress) as observer:
        return carry_out(plan, observer)


async def aevaluate(
    model: str | Backend,
    tasks: str | Iterable[str],
    budgets: str | Iterable[str],
    *,
    judge: str | Backend | JudgeConfig | None = None,
    progress: Observer | bool | None = None,
    **settings: Unpack[EvalSettings],
) -> Evaluation:
    """`evaluate` for async code; cancelling it stops the work."""
    plan = await asyncio.to_thread(make_plan, eval_config(model, tasks, budgets, judge, settings))
    with shown(progress) as observer:
        asked, began = open_judge(plan, observer), time.monotonic()
        result = await run_plan(plan, observer)
        if asked is None:
            return result
        try:
            return await asyncio.to_thread(_judged, plan, result, asked, began)
        finally:
            asked.cancel()


def eval_config(
    model: str | Backend,
    tasks: str | Iterable[str],
    budgets: str | Iterable[str],
    judge: str | Backend | JudgeConfig | None,
    settings: EvalSettings,
) -> EvalConfig:
    """The configuration from keyword arguments."""
    given = dict(settings)
    return EvalConfig(
        model=model,
        tasks=names(tasks),
        budgets=names(budgets),
        judge=judge_config(judge),
        **given,  # type: ignore[arg-type] # EvalSettings has the fields' types
    )


def run_pilot(config: EvalConfig, problems: int, observer: Observer | None = None) -> Evaluation:
    """Evaluate the first problems, as a basis for a forecast; no judge is asked."""
    few = min(problems, config.limit or problems)
    return run_blocking(make_plan(replace(config, limit=few, judge=None)), observer)


def plan(
    model: str | Backend,
    tasks: str | Iterable[str],
    budgets: str | Iterable[str],
    *,
    judge: str | Backend | JudgeConfig | None = None,
    pilot: int | None = None,
    progress: Observer | bool | None = None,
    **settings: Unpack[EvalSettings],
) -> Forecasts:
    """What `evaluate` with the same arguments would generate.

    `pilot` first evaluates this many problems, to predict from; they are stored, and the
    evaluation does not pay for them again. A Backend given as `model` can run a pilot only once.
    """
    config = eval_config(model, tasks, budgets, judge, settings)
    if pilot is not None:
        if pilot < 2:
            raise ParameterError("{pilot}: must be at least 2", pilot=pilot)
        with shown(progress) as observer:
            run_pilot(config, pilot, observer)
    return forecast(make_plan(config))
