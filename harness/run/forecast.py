"""What a command would run: attempts, what is stored, tokens, dollars, time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from harness.budgets import Budget, resolve, wording
from harness.core import RunIdentity, Usage, UsageError
from harness.core.protocols import Backend
from harness.core.sample import add_known
from harness.cost import price
from harness.results.attempts import read_attempts
from harness.results.device import DeviceTime, device_time
from harness.results.display import Listing, Row
from harness.run.judge import Judge, asks_judge, most_tokens, open_judge
from harness.run.plan import LoadedTask, Plan, PlannedRun, families, plugin_versions, price_of
from harness.run.runner import PoolSizes, finished_attempts
from harness.stats.special import t_quantile
from harness.store import Store, open_store
from harness.store.identity import model_id
from harness.store.reuse import judged_answers
from harness.store.runs import runs_under, spent_by_role


@dataclass(frozen=True, slots=True)
class Range:
    """An expected total with its 95% prediction interval."""

    value: float
    low: float
    high: float

    @classmethod
    def total(cls, ranges: Iterable[Range | None]) -> Range | None:
        """The sum, None as soon as one is; its limits take the parts to err together, as they do
        on the same problems."""
        found = list(ranges)
        known = [one for one in found if one is not None]
        if len(known) < len(found):
            return None
        names = ("value", "low", "high")
        return cls(*(math.fsum(getattr(one, name) for one in known) for name in names))

    def times(self, factor: float) -> Range:
        """In another unit."""
        return Range(self.value * factor, self.low * factor, self.high * factor)

    def to_json(self) -> dict[str, float]:
        """Plain JSON."""
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Seen:
    """Costs of problems so far: tokens generated and dollars for each; empty if there are none."""

    tokens: tuple[float, ...] = ()
    usd: tuple[float, ...] = ()
    time: DeviceTime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What one family of budgets (those that share samples) would generate on one task.

    `stored` of the `attempts` need nothing new, whichever command has drawn their samples.
    `most_tokens` is an upper bound on the tokens to generate: every sample at its limit, without
    stored ones, with thinking traces counted once per sweep, and including a judge's
    `most_judge_tokens`; None if a reward calls the model as often as a search needs it.
    `expected_tokens`, `expected_usd` and `expected_seconds` are totals without the judge with a
    95% range, from the problems that the same model has done under the same budgets
    (`measured_on` of them); None if there are fewer than two. `expected_judge_tokens` are in
    addition, from what the judge has generated per answer so far; None if it has judged none.
    """

    model: str
    task: str
    budgets: tuple[str, ...]
    problems: int
    attempts: int
    stored: int
    samples: int
    most_tokens: int | None
    most_judge_tokens: int
    prompt_tokens: int | None
    measured_on: int
    expected_tokens: Range | None
    expected_usd: Range | None
    expected_seconds: Range | None
    expected_judge_tokens: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self) | {"budgets": list(self.budgets)}


class Forecasts(Listing[Forecast]):
    """Forecasts by task and family of budgets."""

    __slots__ = ()

    def rows(self) -> Sequence[Row]:
        """Upper bounds and expectations."""
        return [
            {
                "task": one.task,
                "budgets": ", ".join(one.budgets),
                "attempts": one.attempts,
                "stored": one.stored,
                "samples": one.samples,
                "most_tokens": one.most_tokens,
                "expected_tokens": _value(one.expected_tokens),
                "expected_usd": _value(one.expected_usd),
                "expected_seconds": _value(one.expected_seconds),
                "expected_judge_tokens": one.expected_judge_tokens,
            }
            for one in self
        ]


def _value(expected: Range | None) -> float | None:
    return None if expected is None else expected.value


def forecast(plan: Plan) -> Forecasts:
    """What the plan would generate, one entry per task and family of budgets."""
    try:
        with open_store(plan.config.db) as store:
            return Forecasts(_forecasts(plan, store))
    except UsageError:  # no database yet
        return Forecasts(_forecasts(plan, None))


def _forecasts(plan: Plan, store: Store | None) -> Iterator[Forecast]:
    judge = open_judge(plan)
    for task in plan.tasks:
        runs = plan.runs[str(task.spec)]
        known = [] if store is None else _known_runs(store, plan, task)
        done = {} if store is None else finished_attempts(store, known)
        questions = 0 if judge is None else _questions(store, task, runs, judge)
        each = None if store is None or judge is None else _judge_tokens(store, task, known, done)
        for group in families(runs):
            one = _forecast(plan, store, task, group, known, done, judge, questions)
            if questions:  # for the whole task: counted with its first family
                expected = None if each is None else each * questions
                one = replace(one, expected_judge_tokens=expected)
            questions = 0
            yield one


def _forecast(
    plan: Plan,
    store: Store | None,
    task: LoadedTask,
    group: Sequence[PlannedRun],
    known: Sequence[PlannedRun],
    done: PoolSizes,
    judge: Judge | None,
    questions: int,
) -> Forecast:
    pool = max(run.strategy.proposer.size for run in group)
    digests = [problem.digest() for problem in task.problems]
    sizes = {run.id: _sizes(run, known, done) for run in group}
    stored = sum(sizes[run.id].get(d, 0) >= pool for run in group for d in digests)
    missing = [max(pool - min(sizes[run.id].get(d, 0) for run in group), 0) for d in digests]
    if group[0].strategy.whole:  # a search is run as a unit or not at all
        missing = [pool if m else 0 for m in missing]
    left = sum(missing) / pool
    seen = Seen() if store is None else _seen(store, plan, task, group, known)
    most = _most(plan, group)
    judged = 0 if judge is None else most_tokens(judge.config, questions)
    return Forecast(
        model=plan.backend.info.spec,
        task=str(task.spec),
        budgets=tuple(str(run.strategy.budget) for run in group),
        problems=len(task.problems),
        attempts=len(group) * len(digests),
        stored=stored,
        samples=sum(missing),
        most_tokens=None if most is None and left else math.ceil(left * (most or 0)) + judged,
        most_judge_tokens=judged,
        prompt_tokens=_prompt_tokens(plan.backend, task),
        **_expected(seen, left, plan.config.gpu_usd_per_hour),
    )


def _known_runs(store: Store, plan: Plan, task: LoadedTask) -> list[PlannedRun]:
    """The stored runs whose samples the plan's own runs of a task would reuse.

    Their problems may differ, as with another limit; all else that identifies a run is equal.
    """
    [first, *_] = plan.runs[str(task.spec)]
    wanted = _asked(first.manifest.identity)
    model = model_id(plan.backend.info.fingerprint)
    found = []
    for run in runs_under(store, model, str(task.spec)):
        try:
            strategy, identity = resolve(Budget.parse(run.budget)), run.manifest.identity
        except UsageError:  # from a plugin that is not loaded
            continue
        # Made by the current code and prompts.
        today = {**wording(strategy.budget), **plugin_versions(task, strategy)}
        if _asked(identity) == wanted and dict(identity.extra) == today:
            found.append(
                PlannedRun(id=run.id, loaded=task, strategy=strategy, manifest=run.manifest)
            )
    return found


def _asked(identity: RunIdentity) -> RunIdentity:
    """What identifies a run, except its budget and the set of its problems."""
    return replace(identity, budget="", data="", prompts="", price=None, extra={})


def _sizes(run: PlannedRun, known: Sequence[PlannedRun], done: PoolSizes) -> dict[str, int]:
    """The size of the largest stored pool that serves a run, by problem digest."""
    serving = {other.id for other in known if _serves(other, run)}
    sizes: dict[str, int] = {}
    for (run_id, digest), size in done.items():
        if run_id in serving:
            sizes[digest] = max(size, sizes.get(digest, 0))
    return sizes


def _serves(other: PlannedRun, run: PlannedRun) -> bool:
    """Whether the other's pool, including scores, is one that the run would draw."""
    if run.strategy.whole:
        return other.strategy.budget == run.strategy.budget
    mine, theirs = run.strategy.reward, other.strategy.reward
    scored = mine is None or (theirs is not None and theirs.info.spec == mine.info.spec)
    return scored and other.strategy.family == run.strategy.family


def _questions(
    store: Store | None, task: LoadedTask, runs: Sequence[PlannedRun], judge: Judge
) -> int:
    """How many answers a judge may have to judge: all except those that it has judged."""
    verifier, asked = asks_judge(task.verifier), _askable(task)
    if verifier is None:
        return 0
    pools = sum(max(run.strategy.proposer.size for run in group) for group in families(runs))
    judged = 0
    if store is not None:
        by = f"{task.verifier_label} by {judge.label}"
        version = f"{task.verifier_version}+judge{verifier.judge_version}"
        judged = judged_answers(store, [run.id for run in runs], asked, (by, version))
    return max(0, len(asked) * pools - judged)


def _askable(task: LoadedTask) -> list[str]:
    """The problems for whose answers a judge may be asked."""
    verifier = asks_judge(task.verifier)
    if verifier is None:
        return []
    return [p.digest() for p in task.problems if verifier.question("an answer", p) is not None]


def _judge_tokens(
    store: Store, task: LoadedTask, known: Sequence[PlannedRun], done: PoolSizes
) -> float | None:
    """What a judge has generated per answer that it may have been asked about."""
    asked, tokens, answers = set(_askable(task)), 0, 0
    for run in known:
        spent = spent_by_role(store, run.id).get("judge")
        if spent is None or spent.usage.output_tokens is None:
            continue
        tokens += spent.usage.output_tokens
        sizes = ((d, size) for (run_id, d), size in done.items() if run_id == run.id)
        answers += sum(size for digest, size in sizes if digest in asked)
    return tokens / answers if answers else None


def _expected(seen: Seen, left: float, hourly: float | None) -> dict[str, Any]:
    tokens, usd = total(seen.tokens, left), total(seen.usd, left)
    seconds = None
    if tokens is not None and seen.time is not None:
        seconds = tokens.times(seen.time.seconds_per_token)
    if hourly is not None:
        usd = None if seconds is None else seconds.times(hourly / 3600)
    return {
        "measured_on": len(seen.tokens),
        "expected_tokens": tokens,
        "expected_usd": usd,
        "expected_seconds": seconds,
    }


def total(values: Sequence[float], count: float, confidence: float = 0.95) -> Range | None:
    """The sum over `count` further problems, predicted from seen ones; None for fewer than two.

    count·mean ± t·sd·sqrt(count + count²/n): their own spread, and that of the mean. At least 0.
    """
    if count == 0:
        return Range(0.0, 0.0, 0.0)
    n = len(values)
    if n < 2:
        return None
    mean, sd = float(np.mean(values)), float(np.std(values, ddof=1))
    half = t_quantile(0.5 + confidence / 2, n - 1) * sd * math.sqrt(count + count**2 / n)
    return Range(count * mean, max(0.0, count * mean - half), count * mean + half)


def _seen(
    store: Store,
    plan: Plan,
    task: LoadedTask,
    group: Sequence[PlannedRun],
    known: Sequence[PlannedRun],
) -> Seen:
    """What the group's budgets cost on finished problems, whatever part of the task it was."""
    entry = price_of(plan.backend.info, plan.config)
    model = model_id(plan.backend.info.fingerprint)
    dearest = max(group, key=lambda run: run.strategy.proposer.size)
    cut = _deeper(dearest, [*plan.runs[str(task.spec)], *known])
    usages = _usages(store, model, str(task.spec), dearest, cut)
    time = device_time(store, model)
    tokens = [u.output_tokens for u in usages]
    if any(t is None for t in tokens):
        return Seen(time=time)
    dollars = [price(u, entry) for u in usages]
    usd = () if any(d is None for d in dollars) else tuple(d or 0.0 for d in dollars)
    return Seen(tuple(float(t or 0) for t in tokens), usd, time)


def _usages(store: Store, model: str, task: str, run: PlannedRun, cut: bool) -> list[Usage]:
    """What a budget generates on each finished problem.

    `cut`: its thoughts are those of a deeper budget, so only forced answers are new.
    """
    found: dict[str, Usage] = {}
    for stored in runs_under(store, model, task, str(run.strategy.budget)):
        attempts = read_attempts(store, stored)
        found |= {a.problem.id: attempts.bill(a).usage() for a in attempts.items}
    depth = run.strategy.proposer.depth * run.strategy.proposer.size
    return [_forced(u, depth) if cut else u for u in found.values()]


def _forced(usage: Usage, depth: int) -> Usage:
    """Only the answer if the thinking was cut; nothing if it ended by itself."""
    made, thought = usage.output_tokens, usage.reasoning_tokens
    if made is None or thought is None:
        return usage
    if thought < depth and depth > 0 and usage.prompt_tokens is not None:
        return Usage(prompt_tokens=0, output_tokens=0)
    return Usage(prompt_tokens=usage.prompt_tokens, output_tokens=made - thought)


def _deeper(run: PlannedRun, runs: Sequence[PlannedRun]) -> bool:
    """Whether one of the runs, planned or stored, thinks longer under an otherwise equal budget."""
    mine = run.strategy.budget
    return any(
        other.strategy.proposer.depth > run.strategy.proposer.depth
        and other.strategy.budget.without_size() == mine.without_size()
        for other in runs
    )


def _most(plan: Plan, group: Sequence[PlannedRun]) -> int | None:
    """Generated tokens of one problem, with every chain at its limits and under the ceiling.

    None if the model is its own reward in a search: the number of its calls is unbounded.
    """
    strategy = group[0].strategy
    limit, ceiling = plan.max_output_tokens, strategy.budget.ceiling_tokens
    pool = max(run.strategy.proposer.size for run in group)
    most: int | None = pool * strategy.proposer.most_tokens(limit)
    words = max((_reward_tokens(run, limit) for run in group), default=0)
    if words and not strategy.proposer.exchangeable:
        most = None
    elif most is not None:
        most += pool * words
    if ceiling is None:
        return most
    return ceiling if most is None else min(most, ceiling)


def _reward_tokens(run: PlannedRun, limit: int) -> int:
    """The maximum tokens that the reward generates for one response."""
    # A third-party reward need not declare it: it reads, and generates nothing.
    most = getattr(run.strategy.reward, "most_tokens", None)
    return 0 if most is None else int(most(limit))


def _prompt_tokens(backend: Backend, task: LoadedTask) -> int | None:
    """Prompt tokens of one sample of every problem; None if the backend cannot count."""
    return add_known(backend.count_tokens(backend.render(prompt)) for prompt in task.prompts)
