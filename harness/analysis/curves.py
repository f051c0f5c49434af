"""Curves: the accuracy of a model's strategies on a task at each size, and the cost of each size.

`load_curves` reads any finished runs. A pool of n exchangeable samples gives its budget's own
curve (`vote@k`: maj@k) and coverage (pass@k) at every k up to n, as exact expectations over
subsets; budgets that run separately (`think@n`, searches) give one point each.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.analysis.pools import Pool
from harness.budgets import Budget, resolve
from harness.budgets.selectors.oracle import coverage as covered
from harness.core import Estimate, HarnessError, Status, Usage, UsageError
from harness.cost import PriceEntry, price
from harness.results.attempts import Attempt, Attempts, read_attempts
from harness.results.bills import Bill
from harness.results.device import DeviceTime, device_time
from harness.stats import mean_interval, rising
from harness.stats.scaling import control
from harness.store import Store
from harness.store.runs import StoredRun, find_runs, get_run

UNITS = ("tokens", "flops", "usd", "seconds")
COVERAGE = "pass@k"
ORACLE = "oracle"  # the selector of a budget that is read as coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """One size of one strategy.

    `size` is the budget's n (samples, thinking tokens, beams). `scores` are the problems'
    probabilities of a correct answer, and `costs[unit]` each problem's charge, in the
    order of the curve's problems; None: unknown. Tokens are output tokens, including a reward's;
    seconds are the summed latencies of the calls (`harness.results.bills.Bill.seconds`).
    `control` is the share of problems whose thinking stayed within the budget's bounds (s1); None
    if there are none. `pool` are the answers that `scores` come from.
    """

    budget: str
    size: float
    accuracy: Estimate
    scores: tuple[float, ...] = field(repr=False)
    costs: Mapping[str, tuple[float, ...] | None] = field(repr=False)
    control: float | None = None
    pool: Pool | None = field(default=None, repr=False, compare=False)

    def cost(self, unit: str) -> float | None:
        """The mean over problems; None: unknown."""
        values = self.costs.get(unit)
        return None if values is None else math.fsum(values) / len(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The points of one strategy of one model on one task, by increasing size.

    `metric` is "pass@k" for coverage (with the budget's options if there are several), and
    otherwise the budget without its size ("vote@k", "think@n"). `counts` are each problem's
    (samples, correct) if the curve comes from a pool, and `answers` the classes of all its
    answers (None: no answer), which need no gold.
    `facts` must agree for two curves to be comparable.
    """

    model: str
    task: str
    metric: str
    run: str
    points: tuple[CurvePoint, ...]
    problems: tuple[str, ...] = field(repr=False)
    clusters: tuple[str, ...] = field(repr=False)
    facts: Mapping[str, str] = field(repr=False)
    options: str = field(default="", repr=False)  # of the run's budget, including the colon
    counts: tuple[tuple[int, int], ...] | None = field(default=None, repr=False)
    answers: tuple[tuple[str | None, ...], ...] | None = field(default=None, repr=False)

    @property
    def oracle(self) -> bool:
        """Whether answers are chosen by knowing the gold: coverage, not accuracy."""
        return self.metric.partition(":")[0] == COVERAGE

    @property
    def label(self) -> str:
        """The curve's display name."""
        return f"{self.model} {self.metric}"


def sizes_up_to(n: int) -> list[int]:
    """1, 2, 4 … and n itself."""
    return sorted({2**i for i in range(n.bit_length()) if 2**i <= n} | {n})


def load_curves(
    store: Store,
    run_ids: Iterable[str] | None = None,
    *,
    gpu_usd_per_hour: float | None = None,
    price_entry: PriceEntry | None = None,
) -> list[Curve]:
    """The curves of some runs (None: all); runs without a graded problem give none.

    Dollars come from `price_entry`, else from device time at `gpu_usd_per_hour`, else from
    the price or hourly rate that each run recorded. Device time is the duration of the model's
    calls, with overlaps counted once, shared by output tokens (a reward model's by tokens read);
    see `harness.results.device`.
    """
    wanted = find_runs(store) if run_ids is None else list(run_ids)
    families: dict[tuple[str, ...], list[_Read]] = defaultdict(list)
    for run_id in wanted:
        run = get_run(store, run_id)
        read = _Read(run, read_attempts(store, run))
        if read.graded:
            families[read.family].append(read)
    times = {
        read.attempts.main: device_time(store, read.attempts.main)
        for reads in families.values()
        for read in reads
        if gpu_usd_per_hour is not None or read.hourly is not None
    }
    pricing = _Pricing(price_entry, gpu_usd_per_hour, times)
    curves: list[Curve] = []
    for reads in families.values():
        for group in _alike(reads):
            curves += _curves(group, pricing)
    return _without_repeats(curves)


@dataclass(frozen=True, slots=True)
class _Read:
    """A run and its finished attempts."""

    run: StoredRun
    attempts: Attempts

    @property
    def family(self) -> tuple[str, ...]:
        facts = self.facts
        return (self.run.model_id, *facts.values(), self.metric)

    @property
    def facts(self) -> dict[str, str]:
        return self.run.manifest.sampling_facts(self.run.judged_by)

    def k(self, attempt: Attempt, size: int) -> int:
        """How many of an attempt's answers are chosen from at a size of the curve."""
        return size if self.pooled else self.attempts.k(attempt)

    @property
    def hourly(self) -> float | None:
        """The hourly rate recorded by the run, in dollars."""
        return self.run.manifest.gpu_usd_per_hour

    @property
    def budget(self) -> Budget | None:
        try:
            return Budget.parse(self.run.budget)
        except UsageError:  # a budget from a plugin or an older grammar
            return None

    @property
    def options(self) -> str:
        _, colon, rest = self.run.budget.partition(":")
        return colon + rest

    @property
    def graded(self) -> bool:
        """Whether any answer has a verdict; without verdicts no accuracy is known."""
        return any(
            j.verdict.status is not Status.UNGRADED for a in self.attempts.items for j in a.judged
        )

    @property
    def pooled(self) -> bool:
        return not self.attempts.whole and self.attempts.smallest > 1

    @property
    def counted(self) -> bool:
        """Whether its pools' answers are all right or wrong, so that they can be counted."""
        return self.pooled and not any(a.partial for a in self.attempts.items)

    @property
    def metric(self) -> str:
        """The budget without its size: `vote@k`, `think@n`, `beam@nx4:reward=steps`.

        If it has a ceiling, the ceiling is its size: `vote@16 tokens<=n`.
        """
        budget = self.budget
        if budget is None:
            return self.run.budget
        for what, ceiling in budget.ceilings[:1]:
            return str(budget).replace(f"{what}<={ceiling}", f"{what}<=n", 1)
        if budget.n is None:
            return str(budget)
        letter = "k" if self.attempts.size > 1 or self.pooled else "n"
        return str(budget).replace(f"@{budget.n}", f"@{letter}", 1)


@dataclass(frozen=True, slots=True)
class _Pricing:
    entry: PriceEntry | None
    per_hour: float | None
    times: Mapping[str, DeviceTime | None]

    def usd(self, read: _Read, bill: Bill, usage: Usage) -> float | None:
        if self.entry is not None:
            return None if read.attempts.foreign else price(usage, self.entry)
        per_hour = read.hourly if self.per_hour is None else self.per_hour
        if per_hour is not None:
            time = self.times.get(read.attempts.main)
            return None if time is None else time.usd(bill, read.attempts.main, per_hour)
        kept = read.run.manifest.price
        if kept and not read.attempts.foreign:
            return price(usage, PriceEntry.from_json(kept))
        return bill.usd()


def _pool(read: _Read) -> Pool:
    attempts = read.attempts
    return Pool(
        judged=tuple(tuple(a.judged) for a in attempts.items),
        samples=tuple(_samples(a) for a in attempts.items),
        selector=attempts.selector,
        whole=attempts.whole,
    )


def _samples(attempt: Attempt) -> tuple[frozenset[str], ...]:
    """The samples of each answer, without a reward's, in the order of the answers."""
    chains: dict[int, set[str]] = {ordinal: set() for ordinal in sorted(attempt.chains)}
    for charge in attempt.charges:
        if charge.ordinal in chains and charge.role == "generator":
            chains[charge.ordinal].add(charge.sample)
    found = [frozenset(ids) for ids in chains.values()]
    missing = len(attempt.judged) - len(found)  # an attempt ended by its ceiling has no sample
    return (*found, *[frozenset[str]()] * missing)


def _alike(reads: Sequence[_Read]) -> list[list[_Read]]:
    """Runs of one family over the same finished problems, the largest such set first."""
    sets: dict[tuple[str, ...], list[_Read]] = defaultdict(list)
    for read in reads:
        sets[tuple(sorted(a.problem.id for a in read.attempts.items))].append(read)
    return sorted(sets.values(), key=lambda group: -len(group[0].attempts.items))


def _curves(reads: Sequence[_Read], pricing: _Pricing) -> list[Curve]:
    pools = [read for read in reads if read.pooled]
    if not pools:
        points = [_own_point(read, pricing) for read in reads]
        return [_curve(reads[0], reads[0].metric, points)]
    read = max(pools, key=lambda r: (r.attempts.smallest, r.run.id))
    ks = sizes_up_to(read.attempts.smallest)
    pool = _pool(read)
    spent = {k: _spending(read, k, pricing) for k in ks}  # the same, whatever chooses the answer
    cover = [_point(read, k, pool, spent[k], coverage=True) for k in ks]
    figures = rising([p.accuracy for p in cover])
    cover = [replace(p, accuracy=f) for p, f in zip(cover, figures, strict=True)]
    curves = [_curve(read, COVERAGE, cover)]
    if read.attempts.selector.name != ORACLE:  # an oracle's own figures are coverage
        own = [_point(read, k, pool, spent[k]) for k in ks]
        curves.append(_curve(read, read.metric, own))
    return curves


def _curve(read: _Read, metric: str, points: Sequence[CurvePoint]) -> Curve:
    items = read.attempts.items
    return Curve(
        model=read.run.model,
        task=read.run.task,
        metric=metric,
        run=read.run.id,
        points=tuple(sorted(points, key=lambda p: p.size)),
        problems=tuple(a.problem.id for a in items),
        clusters=tuple(a.problem.cluster for a in items),
        facts=read.facts,
        options=read.options,
        counts=tuple((len(a.judged), a.correct) for a in items) if read.counted else None,
        answers=tuple(tuple(j.verdict.key for j in a.judged) for a in items)
        if read.pooled
        else None,
    )


def _own_point(read: _Read, pricing: _Pricing) -> CurvePoint:
    """A run that is one point by itself."""
    size = read.attempts.size
    return _point(read, size, _pool(read), _spending(read, size, pricing))


@dataclass(frozen=True, slots=True)
class _Spending:
    """What one size costs: by unit, each problem's, and its reasoning tokens; None: unknown."""

    costs: Mapping[str, tuple[float, ...] | None]
    thoughts: tuple[float, ...] | None


def _spending(read: _Read, size: int, pricing: _Pricing) -> _Spending:
    attempts = read.attempts
    costs, thoughts = [], []
    for attempt in attempts.items:
        bill = Bill(
            attempt.charges,
            chains=attempt.chains,
            size=read.k(attempt, size),
            whole=attempts.whole,
            prompt_once=attempts.prompt_once,
        )
        usage = bill.usage()
        thoughts.append(usage.reasoning_tokens)
        flops, usd = bill.flops(attempts.models), pricing.usd(read, bill, usage)
        costs.append((usage.output_tokens, flops, usd, bill.seconds()))
    by_unit = zip(UNITS, zip(*costs, strict=True), strict=True)
    return _Spending({unit: _known(values) for unit, values in by_unit}, _known(thoughts))


def _point(
    read: _Read, size: int, pool: Pool, spent: _Spending, *, coverage: bool = False
) -> CurvePoint:
    attempts = read.attempts
    scores = []
    for attempt in attempts.items:
        k = read.k(attempt, size)
        if coverage:
            scores.append(covered(attempt.judged, k))
        else:
            chance = attempts.selector.expect(attempt.judged, k).get(Status.CORRECT, 0.0)
            scores.append(min(1.0, max(0.0, chance)))
    clusters = [a.problem.cluster for a in attempts.items]
    return CurvePoint(
        budget=_named(read, size, coverage),
        size=float(size if read.pooled else _own_size(read)),
        accuracy=mean_interval(scores, clusters),
        scores=tuple(scores),
        costs=spent.costs,
        control=_control(read, spent.thoughts),
        pool=pool,
    )


def _control(read: _Read, thoughts: tuple[float, ...] | None) -> float | None:
    """s1's control, for a budget whose size limits thinking."""
    budget = read.budget
    if thoughts is None or read.pooled or budget is None or budget.n is None:
        return None
    try:
        proposer = resolve(budget).proposer
    except HarnessError:  # an unavailable reward: not a limit on thinking either
        return None
    if proposer.depth != budget.n:
        return None
    return control(thoughts, float(budget.option("min") or 0), float(budget.n))


def _named(read: _Read, size: int, coverage: bool) -> str:
    if coverage:
        return f"pass@{size}"
    return read.metric.replace("@k", f"@{size}", 1) if read.pooled else read.run.budget


def _own_size(read: _Read) -> float:
    budget = read.budget
    if budget is None:
        return 1.0
    if budget.ceilings:
        return float(budget.ceilings[0][1])
    return 1.0 if budget.n is None else float(budget.n)


def _known(values: Sequence[float | None]) -> tuple[float, ...] | None:
    known = [float(v) for v in values if v is not None]
    return tuple(known) if len(known) == len(values) else None


def _without_repeats(curves: Sequence[Curve]) -> list[Curve]:
    """Coverage once per pool: of equal curves, the one that goes furthest."""
    kept: dict[tuple[Any, ...], Curve] = {}
    for curve in curves:
        first = curve.points[0]
        same = (curve.model, tuple(curve.facts.values()), curve.metric, curve.problems)
        key = (*same, round(first.cost("tokens") or 0.0, 6), first.scores)
        if key not in kept or curve.points[-1].size > kept[key].points[-1].size:
            kept[key] = curve
    return _told_apart(list(kept.values()))


def _told_apart(curves: Sequence[Curve]) -> list[Curve]:
    """Name coverage of several pools of one model after what distinguishes them."""
    names = Counter((c.model, c.task, c.metric) for c in curves)
    return [
        replace(c, metric=COVERAGE + c.options)
        if c.oracle and names[c.model, c.task, c.metric] > 1
        else c
        for c in curves
    ]
