"""Reading runs: metrics computed from verdicts and the ledger, never from stored averages."""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from harness.budgets import whole_turn
from harness.core import (
    Estimate,
    Problem,
    Scored,
    Status,
    TaskSpec,
    UnknownNameError,
    Usage,
    registry,
)
from harness.cost import PriceEntry, price
from harness.results.attempts import (
    NO_ANSWER,
    VERDICT,
    Attempts,
    charged_samples,
    read_attempts,
    verdict_of,
)
from harness.results.bills import Bill
from harness.results.device import DeviceTime, device_times
from harness.results.obedience import run_obedience
from harness.results.views import RunReport, SampleView, Spending
from harness.stats import mean_interval, pass_at_k, rising
from harness.store import Store
from harness.store.schema import (
    AttemptRow,
    CallRow,
    ChargeRow,
    ModelRow,
    ProblemRow,
    PromptRow,
    RunRow,
    SampleRow,
)


def find_runs(
    store: Store, *, model: str | None = None, task: str | None = None, budget: str | None = None
) -> list[str]:
    """Ids of the runs that match, oldest first; each filter is a name or spec as shown.

    A task's name without options stands for the task with any, where no run has exactly that name.

    Those of one command follow one another by task and by budget, smaller sizes first.
    """
    query = select(RunRow.id, RunRow.created, RunRow.task, RunRow.budget).join(ModelRow)
    if model is not None:
        query = query.where((ModelRow.name == model) | (ModelRow.spec == model))
    if task is not None:
        query = query.where(RunRow.task.startswith(task, autoescape=True))
    if budget is not None:
        query = query.where(RunRow.budget == budget)
    with store.engine.connect() as connection:
        rows = connection.execute(query).all()
    if task is not None:
        # A task's name is itself, and with other options only where there is none of that name:
        # else the problems of the public seed could not be named beside those of a fresh one.
        exact = [row for row in rows if row.task == task]
        rows = exact or [row for row in rows if row.task.startswith(f"{task}:")]
    return [row.id for row in sorted(rows, key=_place)]


def _place(row: Any) -> tuple[Any, ...]:
    # Words and numbers take turns, so that like is compared with like.
    parts = re.split(r"(\d+)", row.budget)
    budget = [int(part) if i % 2 else part for i, part in enumerate(parts)]
    return (row.created, row.task, budget, row.id)


def load_reports(store: Store, run_ids: Iterable[str] | None = None) -> list[RunReport]:
    """Reports of some runs (None: all), in the order given."""
    wanted = find_runs(store) if run_ids is None else list(run_ids)
    times: dict[str, Mapping[str, DeviceTime] | None] = {}
    with store.engine.connect() as connection:
        return [_report(connection, run_id, times) for run_id in wanted]


def _report(
    connection: Connection, run_id: str, times: dict[str, Mapping[str, DeviceTime] | None]
) -> RunReport:
    """One run's report; `times` keeps what was read of the models so far."""
    run = connection.execute(select(RunRow.__table__).where(RunRow.id == run_id)).one()
    model = connection.execute(select(ModelRow.__table__).where(ModelRow.id == run.model_id)).one()
    if model.id not in times:
        times[model.id] = device_times(connection, model.id)
    by_run = times[model.id]
    manifest: Mapping[str, Any] = run.manifest
    attempts = read_attempts(connection, run)
    failed = connection.scalar(
        select(func.count()).where(AttemptRow.run_id == run_id, AttemptRow.error.is_not(None))
    )
    bills = [attempts.bill(attempt) for attempt in attempts.items]
    usages = [bill.usage() for bill in bills]
    total = _total(usages)
    scored = [
        Scored(
            problem=attempt.problem,
            statuses=attempts.expect(attempt),
            output_tokens=usage.output_tokens,
        )
        for attempt, usage in zip(attempts.items, usages, strict=True)
    ]
    verdicts: dict[str, float] = defaultdict(float)
    for item in scored:
        for status, chance in item.statuses.items():
            verdicts[str(status)] += chance
    spent, calls, seconds, joules = _spent(connection, run_id)
    finals = sum(len(a.judged) for a in attempts.items)
    done = len(attempts.items)
    return RunReport(
        id=run.id,
        model=model.name,
        model_spec=model.spec,
        task=run.task,
        task_version=manifest["identity"]["task_version"],
        budget=run.budget,
        selector=attempts.selector.name,
        created=run.created,
        status="complete" if done == run.planned else "partial",
        planned=run.planned,
        problems=done,
        failed=failed or 0,
        ungraded=sum(item.statuses.get(Status.UNGRADED, 0) > 0 for item in scored),
        correct=_tidy(math.fsum(item.score for item in scored)),
        metrics=_metrics(run.task, scored, attempts),
        charged=total,
        charged_by_role=_by_role(bills, total),
        spent=spent,
        calls=calls,
        verdicts={status: _tidy(chance) for status, chance in sorted(verdicts.items())},
        usd=_usd(manifest, total, attempts, bills, by_run),
        flops=_sum([bill.flops(attempts.models) for bill in bills]),
        seconds=seconds,
        truncated=sum(a.truncated for a in attempts.items) / finals if finals else 0.0,
        verifier=f"{run.verifier}@{run.verifier_version}",
        monte_carlo_error=_monte_carlo_error(attempts),
        device_seconds=None if by_run is None else by_run.get(run.id, DeviceTime()).total,
        joules=joules if calls else None,
        stopped=sum(attempt.stopped for attempt in attempts.items),
        spent_by_role=_spent_by_role(connection, run_id),
        obedience=run_obedience(run.budget, attempts),
        empty=sum(a.empty for a in attempts.items) / finals if finals else 0.0,
        manifest=manifest,
    )


def _by_role(bills: Sequence[Bill], total: Usage) -> dict[str, Usage]:
    """What of the `total` is charged for answers and, where there is a reward, for scores."""
    roles = sorted({role for bill in bills for role in bill.roles})
    if len(roles) == 1:  # no need to add up the same figures again
        return {roles[0]: total}
    return {role: _total([bill.usage([role]) for bill in bills]) for role in roles}


def _monte_carlo_error(attempts: Attempts) -> float:
    """Of the accuracy: the selectors' errors on the problems, which are independent, combined."""
    errors = [attempts.error(attempt) for attempt in attempts.items]
    return math.sqrt(math.fsum(e * e for e in errors)) / len(errors) if errors else 0.0


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) if values and len(known) == len(values) else None


def _total(usages: Sequence[Usage]) -> Usage:
    def total(name: str) -> Any:
        values = [getattr(usage, name) for usage in usages]
        return None if any(v is None for v in values) else _tidy(math.fsum(values))

    if not usages:
        return Usage()
    return Usage(
        prompt_tokens=total("prompt_tokens"),
        cached_prompt_tokens=total("cached_prompt_tokens"),
        output_tokens=total("output_tokens"),
        reasoning_tokens=total("reasoning_tokens"),
    )


def _tidy(value: float) -> float:
    """Whole numbers as integers; expectations without the noise of the last digits."""
    rounded = round(value, 9)
    return int(rounded) if rounded == int(rounded) else rounded


def _spent(connection: Connection, run_id: str) -> tuple[Usage, int, float | None, float | None]:
    """Sums over the calls that this run paid for; unknown as soon as one call is unknown."""
    names = ("prompt_tokens", "cached_prompt_tokens", "output_tokens", "reasoning_tokens")
    columns = [getattr(CallRow, name) for name in (*names, "latency_s", "joules")]
    query = select(
        func.count(),
        *(func.sum(c) for c in columns),
        *(func.count(c) for c in columns),
    ).where(CallRow.run_id == run_id)
    calls, *rest = connection.execute(query).one()
    sums, known = rest[: len(columns)], rest[len(columns) :]
    values = [(s or 0) if k == calls else None for s, k in zip(sums, known, strict=True)]
    return Usage(**dict(zip(names, values, strict=False))), calls, values[-2], values[-1]


def _spent_by_role(connection: Connection, run_id: str) -> dict[str, Spending]:
    """The ledger's sums by role; unknown as soon as one call of a role is unknown."""
    names = ("prompt_tokens", "cached_prompt_tokens", "output_tokens", "reasoning_tokens", "usd")
    columns = [getattr(CallRow, name) for name in names]
    query = (
        select(CallRow.role, func.count(), *map(func.sum, columns), *map(func.count, columns))
        .where(CallRow.run_id == run_id)
        .group_by(CallRow.role)
        .order_by(CallRow.role)
    )
    found = {}
    for role, calls, *rest in connection.execute(query):
        sums, known = rest[: len(names)], rest[len(names) :]
        values = [s if k == calls else None for s, k in zip(sums, known, strict=True)]
        usage = Usage(**dict(zip(names[:-1], values, strict=False)))
        found[role] = Spending(calls=calls, usage=usage, usd=values[-1])
    return found


def _metrics(task: str, scored: Sequence[Scored], attempts: Attempts) -> dict[str, Estimate]:
    if all(item.statuses.get(Status.UNGRADED, 0.0) > 1 - 1e-9 for item in scored):
        return {}  # nothing is known of accuracy: no figure is not 0%
    clusters = [item.problem.cluster for item in scored]
    metrics = {"accuracy": mean_interval([item.score for item in scored], clusters)}
    tempted = [item for item in scored if item.problem.lure is not None]
    if tempted:
        metrics["lure_rate"] = mean_interval(
            [item.statuses.get(Status.LURED, 0.0) for item in tempted],
            [item.problem.cluster for item in tempted],
        )
    most = 0 if attempts.whole else attempts.smallest
    ks = sorted({2**i for i in range(most.bit_length())} | {most}) if most > 1 else []
    cover = [
        mean_interval([pass_at_k(len(a.judged), a.correct, k) for a in attempts.items], clusters)
        for k in ks
    ]
    metrics |= {f"pass@{k}": figure for k, figure in zip(ks, rising(cover), strict=True)}
    try:
        own = registry.find("tasks", TaskSpec.parse(task).name)().metrics(scored)
    except UnknownNameError:  # a task of a plugin that is not loaded now
        own = {}
    return metrics | dict(own)


def _usd(
    manifest: Mapping[str, Any],
    charged: Usage,
    attempts: Attempts,
    bills: Sequence[Bill],
    times: Mapping[str, DeviceTime] | None,
) -> float | None:
    """Dollars charged: by the price or the hour that the run keeps, else by the rows' figures.

    The tokens of another model, a reward's, have no price: then the sum is unknown.
    """
    hourly = manifest.get("gpu_usd_per_hour")
    if hourly is not None:
        total = DeviceTime()
        for time in (times or {}).values():
            total = total.plus(time)
        return _sum([total.usd(bill, attempts.main, hourly) for bill in bills])
    if attempts.foreign:
        return None
    if manifest.get("price") is not None:
        return price(charged, kept_price(manifest["price"]))
    return _sum([bill.usd() for bill in bills])


def kept_price(kept: Mapping[str, Any]) -> PriceEntry:
    """A price entry from the run's manifest."""
    return PriceEntry.from_json(kept)


def iter_samples(store: Store, run_id: str) -> Iterator[SampleView]:
    """Every answer of a run with its prompt, response and verdict.

    Attempts without any, which failed or were stopped by their ceiling, come last.
    """
    with store.engine.connect() as connection:
        run = connection.execute(select(RunRow.__table__).where(RunRow.id == run_id)).one()
        yield from _finished_views(connection, run)
        yield from _views_without_answer(connection, run)


def _finished_views(connection: Connection, run: Row[Any]) -> Iterator[SampleView]:
    query = (
        select(
            ChargeRow.ordinal,
            ChargeRow.final,
            ChargeRow.score,
            ChargeRow.problem_id,
            ProblemRow.content,
            PromptRow.text.label("prompt"),
            SampleRow.id,
            SampleRow.prefix,
            SampleRow.text,
            SampleRow.reasoning,
            SampleRow.finish,
            SampleRow.prompt_tokens,
            SampleRow.output_tokens,
            SampleRow.reasoning_tokens,
            *VERDICT,
        )
        .select_from(
            charged_samples(run)
            .join(ProblemRow, ProblemRow.id == ChargeRow.problem_id)
            .join(PromptRow, PromptRow.id == SampleRow.prompt_id)
        )
        .where(ChargeRow.run_id == run.id, AttemptRow.error.is_(None))
        .order_by(
            AttemptRow.position,
            ChargeRow.problem_id,
            ChargeRow.ordinal,
            ChargeRow.final,  # last, behind the samples of its reward
            ChargeRow.step,
        )
    )
    usages: list[Usage] = []
    chain, steps = None, None
    for row in connection.execute(query):
        if chain != (row.problem_id, row.ordinal):
            chain, usages, steps = (row.problem_id, row.ordinal), [], None
        if row.score:
            steps = tuple(json.loads(row.text))
        usages.append(
            Usage(
                prompt_tokens=row.prompt_tokens,
                output_tokens=row.output_tokens,
                reasoning_tokens=row.reasoning_tokens,
            )
        )
        if not row.final:
            continue
        yield SampleView(
            id=row.id,
            run_id=run.id,
            problem=Problem(**row.content),
            index=row.ordinal,
            prompt=row.prompt,
            response=whole_turn(row.prefix, row.reasoning, row.text),
            finish=row.finish,
            usage=_total(usages),
            verdict=verdict_of(row),
            verifier=f"{run.verifier}@{run.verifier_version}",
            steps=steps,
        )


def _views_without_answer(connection: Connection, run: Row[Any]) -> Iterator[SampleView]:
    answer = select(ChargeRow.sample_id).where(
        ChargeRow.run_id == AttemptRow.run_id,
        ChargeRow.problem_id == AttemptRow.problem_id,
        ChargeRow.final,
    )
    without = AttemptRow.error.is_not(None) | (AttemptRow.stopped & ~answer.exists())
    query = (
        select(AttemptRow.error, ProblemRow.content)
        .join(ProblemRow, ProblemRow.id == AttemptRow.problem_id)
        .where(AttemptRow.run_id == run.id, without)
        .order_by(AttemptRow.position)
    )
    for error, content in connection.execute(query):
        yield SampleView(
            id="",
            run_id=run.id,
            problem=Problem(**content),
            index=0,
            prompt="",
            response="",
            finish="",
            usage=Usage(),
            verdict=NO_ANSWER if error is None else None,
            verifier=None,
            error=error,
        )
