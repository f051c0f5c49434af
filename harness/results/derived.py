"""One run's report from its rows: metrics of verdicts and the ledger, never of stored averages."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from harness.budgets.selectors.oracle import coverage
from harness.core import Estimate, RunManifest, Scored, Status, Usage
from harness.core.sample import add_known, tidy
from harness.cost import PriceEntry, price
from harness.results.answered import attempted_metrics
from harness.results.attempts import Attempt, Reading, stream_attempts
from harness.results.audit import audit
from harness.results.audited import Audit
from harness.results.bills import Bill
from harness.results.device import DeviceTime, device_times
from harness.results.obedience import bounded_spending, run_obedience
from harness.results.own_metrics import own_metrics
from harness.results.samples import answers
from harness.results.views import RunReport, Spending
from harness.stats import mean_interval, rising
from harness.store import Store
from harness.store.labels import find_labels, has_labels
from harness.store.runs import StoredRun, failed_attempts, origins, spent_by, spent_by_role


class Times:
    """Device time by run, read once per model."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Mapping[str, DeviceTime] | None] = {}

    def of(self, model: str) -> Mapping[str, DeviceTime] | None:
        """By the runs of a model (its id); None if a call's is unknown."""
        if model not in self._known:
            self._known[model] = device_times(self._store, model)
        return self._known[model]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """What a report uses of one attempt."""

    scored: Scored
    pool: int
    coverage: Mapping[int, float]  # by number of samples
    truncated: int
    stopped: bool
    foreign: bool
    error: float
    usage: Usage
    by_role: Mapping[str, Usage]
    flops: float | None
    usd: float | None
    seconds: float | None
    device_usd: float | None
    empty: int
    refused: int
    abstained: int
    loops: Sequence[bool]
    unread: int
    bounded: Sequence[float | None]  # spending on what its budget limits


def _line(budget: str, reading: Reading, attempt: Attempt, rate: _HourlyRate | None) -> _Line:
    bill = reading.bill(attempt)
    usage, roles = bill.usage(), bill.roles
    return _Line(
        scored=Scored(
            problem=attempt.problem,
            statuses=reading.expect(attempt),
            output_tokens=usage.output_tokens,
        ),
        pool=len(attempt.judged),
        coverage={k: coverage(attempt.judged, k) for k in reading.cover},
        truncated=attempt.truncated,
        stopped=attempt.stopped,
        foreign=reading.is_foreign(attempt),
        error=reading.error(attempt),
        usage=usage,
        # do not add up the same figures again
        by_role={r: usage if len(roles) == 1 else bill.usage([r]) for r in roles},
        flops=bill.flops(reading.models),
        usd=bill.usd(),
        seconds=bill.seconds(),
        device_usd=None if rate is None else rate.usd(bill),
        empty=attempt.empty,
        refused=attempt.count(Status.REFUSED),
        abstained=attempt.count(Status.ABSTAINED),
        loops=attempt.loops,
        unread=attempt.unread,
        bounded=bounded_spending(budget, reading, attempt),
    )


@dataclass(frozen=True, slots=True)
class _HourlyRate:
    """Dollars from device time, for all runs of a model together."""

    time: DeviceTime
    main: str
    per_hour: float

    def usd(self, bill: Bill) -> float | None:
        """Of one attempt."""
        return self.time.usd(bill, self.main, self.per_hour)


def derived(store: Store, run: StoredRun, times: Times) -> RunReport:
    """One run's report, from its rows."""
    by_run, manifest = times.of(run.model_id), run.manifest
    rate = None
    if manifest.gpu_usd_per_hour is not None:
        total_time = DeviceTime()
        for time in (by_run or {}).values():
            total_time = total_time.plus(time)
        rate = _HourlyRate(total_time, run.model_id, manifest.gpu_usd_per_hour)
    reading, attempts = stream_attempts(store, run)
    placed = [(place, _line(run.budget, reading, attempt, rate)) for place, attempt in attempts]
    lines = [line for _, line in sorted(placed, key=itemgetter(0))]
    scored = [line.scored for line in lines]
    total = Usage.total(line.usage for line in lines)
    verdicts: dict[str, float] = defaultdict(float)
    for item in scored:
        for status, chance in item.statuses.items():
            verdicts[str(status)] += chance
    spent = spent_by(store, run.id)
    finals = sum(line.pool for line in lines) or 1
    loops = [one for line in lines for one in line.loops]
    return RunReport(
        id=run.id,
        model=run.model,
        model_spec=run.model_spec,
        task=run.task,
        task_version=manifest.identity.task_version,
        budget=run.budget,
        selector=reading.selector.name,
        created=run.created,
        status="complete" if len(lines) == run.planned else "partial",
        planned=run.planned,
        problems=len(lines),
        failed=failed_attempts(store, run.id),
        ungraded=sum(item.statuses.get(Status.UNGRADED, 0) > 0 for item in scored),
        correct=tidy(math.fsum(item.score for item in scored)),
        metrics=_metrics(run.task, lines, reading),
        charged=total,
        charged_by_role=_by_role(lines),
        spent=spent.usage,
        calls=spent.calls,
        verdicts={status: tidy(chance) for status, chance in sorted(verdicts.items())},
        usd=_usd(manifest, total, lines),
        flops=_sum([line.flops for line in lines]),
        seconds=spent.latency_s,
        origins={str(origin): calls for origin, calls in origins(store, run.id).items()},
        charged_seconds=_sum([line.seconds for line in lines]),
        truncated=sum(line.truncated for line in lines) / finals,
        verifier=run.judged_by,
        monte_carlo_error=_monte_carlo_error([line.error for line in lines]),
        device_seconds=None if by_run is None else by_run.get(run.id, DeviceTime()).total,
        joules=spent.joules if spent.calls else None,
        stopped=sum(line.stopped for line in lines),
        spent_by_role={
            role: Spending(calls=one.calls, usage=one.usage, usd=one.usd)
            for role, one in spent_by_role(store, run.id).items()
        },
        obedience=run_obedience(run.budget, [v for line in lines for v in line.bounded]),
        empty=sum(line.empty for line in lines) / finals,
        unread=sum(line.unread for line in lines) / finals,
        refused=sum(line.refused for line in lines) / finals,
        abstained=sum(line.abstained for line in lines) / finals,
        looping=sum(loops) / len(loops) if loops else None,
        audit=_audit(store, run, single=reading.single),
        manifest=manifest,
    )


def _audit(store: Store, run: StoredRun, *, single: bool) -> Audit | None:
    if not has_labels(store, run.id):
        return None
    return audit(answers(store, run), find_labels(store, run=run.id), single=single)


def _by_role(lines: Sequence[_Line]) -> dict[str, Usage]:
    """Charges for answers and, if there is a reward, for scores."""
    nothing = Usage(prompt_tokens=0, output_tokens=0, reasoning_tokens=0)
    roles = sorted({role for line in lines for role in line.by_role})
    return {role: Usage.total(line.by_role.get(role, nothing) for line in lines) for role in roles}


def _monte_carlo_error(errors: Sequence[float]) -> float:
    """Standard error of the accuracy from the selectors' independent errors on the problems."""
    return math.sqrt(math.fsum(e * e for e in errors)) / len(errors) if errors else 0.0


def _sum(values: Sequence[float | None]) -> float | None:
    """The sum; unknown as soon as one is unknown, and for none."""
    total = add_known(values) if values else None
    return None if total is None else float(total)


def _metrics(task: str, lines: Sequence[_Line], reading: Reading) -> dict[str, Estimate]:
    scored = [line.scored for line in lines]
    if all(item.statuses.get(Status.UNGRADED, 0.0) > 1 - 1e-9 for item in scored):
        return {}  # nothing is known about accuracy, which is not 0%
    clusters = [item.problem.cluster for item in scored]
    metrics = {"accuracy": mean_interval([item.score for item in scored], clusters)}
    if reading.single or reading.selector.name != "oracle":  # coverage is about many answers
        metrics |= attempted_metrics(scored)
    tempted = [item for item in scored if item.problem.lure is not None]
    if tempted:
        metrics["lure_rate"] = mean_interval(
            [item.statuses.get(Status.LURED, 0.0) for item in tempted],
            [item.problem.cluster for item in tempted],
        )
    cover = [mean_interval([line.coverage[k] for line in lines], clusters) for k in reading.cover]
    metrics |= {f"pass@{k}": figure for k, figure in zip(reading.cover, rising(cover), strict=True)}
    return metrics | own_metrics(task, scored)


def _usd(manifest: RunManifest, charged: Usage, lines: Sequence[_Line]) -> float | None:
    """Dollars charged: by the run's recorded price or hourly rate, else by the rows' figures.

    Another model's tokens, a reward's, have no price: the sum is then unknown.
    """
    if manifest.gpu_usd_per_hour is not None:
        return _sum([line.device_usd for line in lines])
    if any(line.foreign for line in lines):
        return None
    if manifest.price is not None:
        return price(charged, PriceEntry.from_json(manifest.price))
    return _sum([line.usd for line in lines])
