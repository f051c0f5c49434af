"""Reading runs: metrics computed from verdicts and the ledger, never from stored averages."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from harness.core import (
    Estimate,
    RunManifest,
    Scored,
    Status,
    TaskSpec,
    UnknownNameError,
    Usage,
    registry,
)
from harness.core.sample import add_known, tidy
from harness.cost import PriceEntry, price
from harness.results.attempts import NO_ANSWER, Attempts, read_attempts
from harness.results.bills import Bill
from harness.results.device import DeviceTime, device_times
from harness.results.views import RunReport, SampleView, Spending
from harness.stats import mean_interval, pass_at_k
from harness.store import Store
from harness.store.attempts import chain_samples, step_values, unanswered
from harness.store.runs import (
    StoredRun,
    failed_attempts,
    find_runs,
    get_run,
    spent_by,
    spent_by_role,
)

__all__ = ["find_runs", "iter_samples", "load_reports"]


def load_reports(store: Store, run_ids: Iterable[str] | None = None) -> list[RunReport]:
    """Reports of some runs (None: all), in the order given."""
    wanted = find_runs(store) if run_ids is None else list(run_ids)
    times: dict[str, Mapping[str, DeviceTime] | None] = {}
    return [_report(store, get_run(store, run_id), times) for run_id in wanted]


def _report(
    store: Store, run: StoredRun, times: dict[str, Mapping[str, DeviceTime] | None]
) -> RunReport:
    """One run's report; `times` keeps what was read of the models so far."""
    if run.model_id not in times:
        times[run.model_id] = device_times(store, run.model_id)
    by_run = times[run.model_id]
    manifest = run.manifest
    attempts = read_attempts(store, run)
    bills = [attempts.bill(attempt) for attempt in attempts.items]
    usages = [bill.usage() for bill in bills]
    total = Usage.total(usages)
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
    spent = spent_by(store, run.id)
    finals = sum(len(a.judged) for a in attempts.items)
    done = len(attempts.items)
    return RunReport(
        id=run.id,
        model=run.model,
        model_spec=run.model_spec,
        task=run.task,
        task_version=manifest.identity.task_version,
        budget=run.budget,
        selector=attempts.selector.name,
        created=run.created,
        status="complete" if done == run.planned else "partial",
        planned=run.planned,
        problems=done,
        failed=failed_attempts(store, run.id),
        ungraded=sum(item.statuses.get(Status.UNGRADED, 0) > 0 for item in scored),
        correct=tidy(math.fsum(item.score for item in scored)),
        metrics=_metrics(run.task, scored, attempts),
        charged=total,
        charged_by_role=_by_role(bills, total),
        spent=spent.usage,
        calls=spent.calls,
        verdicts={status: tidy(chance) for status, chance in sorted(verdicts.items())},
        usd=_usd(manifest, total, attempts, bills, by_run),
        flops=_sum([bill.flops(attempts.models) for bill in bills]),
        seconds=spent.latency_s,
        truncated=sum(a.truncated for a in attempts.items) / finals if finals else 0.0,
        verifier=run.judged_by,
        monte_carlo_error=_monte_carlo_error(attempts),
        device_seconds=None if by_run is None else by_run.get(run.id, DeviceTime()).total,
        joules=spent.joules if spent.calls else None,
        stopped=sum(attempt.stopped for attempt in attempts.items),
        spent_by_role={
            role: Spending(calls=one.calls, usage=one.usage, usd=one.usd)
            for role, one in spent_by_role(store, run.id).items()
        },
        manifest=manifest,
    )


def _by_role(bills: Sequence[Bill], total: Usage) -> dict[str, Usage]:
    """What of the `total` is charged for answers and, where there is a reward, for scores."""
    roles = sorted({role for bill in bills for role in bill.roles})
    if len(roles) == 1:  # no need to add up the same figures again
        return {roles[0]: total}
    return {role: Usage.total(bill.usage([role]) for bill in bills) for role in roles}


def _monte_carlo_error(attempts: Attempts) -> float:
    """Of the accuracy: the selectors' errors on the problems, which are independent, combined."""
    errors = [attempts.error(attempt) for attempt in attempts.items]
    return math.sqrt(math.fsum(e * e for e in errors)) / len(errors) if errors else 0.0


def _sum(values: Sequence[float | None]) -> float | None:
    """Unknown as soon as one is, and of nothing."""
    return add_known(values) if values else None


def _metrics(task: str, scored: Sequence[Scored], attempts: Attempts) -> dict[str, Estimate]:
    if not scored:
        return {}
    clusters = [item.problem.cluster for item in scored]
    metrics = {"accuracy": mean_interval([item.score for item in scored], clusters)}
    tempted = [item for item in scored if item.problem.lure is not None]
    if tempted:
        metrics["lure_rate"] = mean_interval(
            [item.statuses.get(Status.LURED, 0.0) for item in tempted],
            [item.problem.cluster for item in tempted],
        )
    most = 0 if attempts.whole else attempts.smallest
    for k in sorted({2**i for i in range(most.bit_length())} | {most}) if most > 1 else ():
        scores = [pass_at_k(len(a.judged), a.correct, k) for a in attempts.items]
        metrics[f"pass@{k}"] = mean_interval(scores, clusters)
    try:
        own = registry.find("tasks", TaskSpec.parse(task).name)().metrics(scored)
    except UnknownNameError:  # a task of a plugin that is not loaded now
        own = {}
    return metrics | dict(own)


def _usd(
    manifest: RunManifest,
    charged: Usage,
    attempts: Attempts,
    bills: Sequence[Bill],
    times: Mapping[str, DeviceTime] | None,
) -> float | None:
    """Dollars charged: by the price or the hour that the run keeps, else by the rows' figures.

    The tokens of another model, a reward's, have no price: then the sum is unknown.
    """
    hourly = manifest.gpu_usd_per_hour
    if hourly is not None:
        total = DeviceTime()
        for time in (times or {}).values():
            total = total.plus(time)
        return _sum([total.usd(bill, attempts.main, hourly) for bill in bills])
    if attempts.foreign:
        return None
    if manifest.price is not None:
        return price(charged, PriceEntry.from_json(manifest.price))
    return _sum([bill.usd() for bill in bills])


def iter_samples(store: Store, run_id: str) -> Iterator[SampleView]:
    """Every answer of a run with its prompt, response and verdict.

    Attempts without any, which failed or were stopped by their ceiling, come last.
    """
    run = get_run(store, run_id)
    yield from _answers(store, run)
    for problem, error in unanswered(store, run_id):
        yield SampleView(
            id="",
            run_id=run.id,
            problem=problem,
            index=0,
            prompt="",
            response="",
            finish="",
            usage=Usage(),
            verdict=NO_ANSWER if error is None else None,
            verifier=None,
            error=error,
        )


def _answers(store: Store, run: StoredRun) -> Iterator[SampleView]:
    usages: list[Usage] = []
    chain, steps = None, None
    for row in chain_samples(store, run):
        sample = row.sample
        if chain != (row.digest, row.ordinal):
            chain, usages, steps = (row.digest, row.ordinal), [], None
        if row.score:
            steps = step_values(sample.text)
        usages.append(sample.usage)
        if not row.final:
            continue
        yield SampleView(
            id=sample.id,
            run_id=run.id,
            problem=row.problem,
            index=row.ordinal,
            prompt=row.prompt,
            response=sample.response,
            finish=str(sample.finish),
            usage=Usage.total(usages),
            verdict=row.verdict,
            verifier=run.judged_by,
            steps=steps,
        )
