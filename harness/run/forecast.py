"""What a command would run, before it does: attempts, what is stored, tokens, dollars, time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from harness.core import Usage, UsageError
from harness.core.protocols import Backend
from harness.cost import price
from harness.results.attempts import read_attempts
from harness.results.device import DeviceTime, device_time
from harness.run.evaluate import Options, Plan
from harness.run.plan import LoadedTask, PlannedRun, families, price_of
from harness.run.runner import finished_attempts
from harness.stats.special import t_quantile
from harness.store import Store, open_store
from harness.store.identity import model_id
from harness.store.schema import RunRow


@dataclass(frozen=True, slots=True)
class Range:
    """An expected total with its 95% prediction interval."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> Range:
        """In another unit."""
        return Range(self.value * factor, self.low * factor, self.high * factor)

    def to_json(self) -> dict[str, float]:
        """Plain JSON."""
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Seen:
    """What problems cost so far: tokens generated and dollars for each; empty when unseen."""

    tokens: tuple[float, ...] = ()
    usd: tuple[float, ...] = ()
    time: DeviceTime | None = None


def forecast(
    plan: Plan, options: Options, *, gpu_usd_per_hour: float | None = None
) -> list[dict[str, Any]]:
    """One entry a task and family of budgets (those that share samples).

    `most_tokens` bounds the tokens that would be generated: every sample at its limit, what is
    stored left out, thinking traces counted once a sweep. `expected_tokens`, `expected_usd` and
    `expected_seconds` are totals with a 95% range, from the problems that the same model has done
    under the same budgets (`measured_on` of them); None where there are fewer than two. Dollars are
    by price, or by the device's time where `gpu_usd_per_hour` is given.
    """
    try:
        with open_store(options.db) as store:
            return _rows(plan, store, gpu_usd_per_hour)
    except UsageError:  # no database yet
        return _rows(plan, None, gpu_usd_per_hour)


def _rows(plan: Plan, store: Store | None, hourly: float | None) -> list[dict[str, Any]]:
    done = {} if store is None else finished_attempts(store, plan.all_runs)
    rows = []
    for task in plan.tasks:
        for group in families(plan.runs[str(task.spec)]):
            pool = max(run.strategy.proposer.size for run in group)
            attempts = [(run.id, p.digest()) for run in group for p in task.problems]
            stored = sum(done.get(key, 0) >= pool for key in attempts)
            open_ = sum(
                any(done.get((run.id, p.digest()), 0) < pool for run in group)
                for p in task.problems
            )
            seen = Seen() if store is None else _seen(store, plan, task, group)
            rows.append(
                {
                    "model": plan.backend.info.spec,
                    "task": str(task.spec),
                    "budgets": [str(run.strategy.budget) for run in group],
                    "problems": len(task.problems),
                    "attempts": len(attempts),
                    "stored": stored,
                    "samples": open_ * pool,
                    "most_tokens": open_ * _most(plan, group, pool),
                    "prompt_tokens": _prompt_tokens(plan.backend, task),
                    **_expected(seen, open_, hourly),
                }
            )
    return rows


def _expected(seen: Seen, open_: int, hourly: float | None) -> dict[str, Any]:
    tokens, usd = total(seen.tokens, open_), total(seen.usd, open_)
    seconds = None
    if tokens is not None and seen.time is not None:
        seconds = tokens.times(seen.time.seconds_per_token)
    if hourly is not None:
        usd = None if seconds is None else seconds.times(hourly / 3600)
    return {
        "measured_on": len(seen.tokens),
        "expected_tokens": None if tokens is None else tokens.to_json(),
        "expected_usd": None if usd is None else usd.to_json(),
        "expected_seconds": None if seconds is None else seconds.to_json(),
    }


def total(values: Sequence[float], count: int, confidence: float = 0.95) -> Range | None:
    """The sum over `count` further problems, foretold from problems seen; None below two.

    count·mean ± t·sd·sqrt(count + count²/n): their own spread, and that of the mean. Not below 0.
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
) -> Seen:
    """What the group's budgets cost on problems that are done, whatever part of the task it was."""
    entry = price_of(plan.backend.info, plan.settings)
    model = model_id(plan.backend.info.fingerprint)
    dearest = max(group, key=lambda run: run.strategy.proposer.size)
    cut = _deeper(dearest, plan.runs[str(task.spec)])
    with store.engine.connect() as connection:
        usages = _usages(connection, model, str(task.spec), dearest, cut)
        time = device_time(connection, model)
    tokens = [u.output_tokens for u in usages]
    if any(t is None for t in tokens):
        return Seen(time=time)
    dollars = [price(u, entry) for u in usages]
    known = () if any(d is None for d in dollars) else tuple(d or 0.0 for d in dollars)
    return Seen(tuple(float(t or 0) for t in tokens), known, time)


def _usages(
    connection: Connection, model: str, task: str, run: PlannedRun, cut: bool
) -> list[Usage]:
    """What a budget generates on each problem that is done.

    `cut`: its thoughts are those of a deeper budget, so that only forced answers are new.
    """
    query = select(RunRow.__table__).where(
        RunRow.model_id == model, RunRow.task == task, RunRow.budget == str(run.strategy.budget)
    )
    found: dict[str, Usage] = {}
    for row in connection.execute(query):
        attempts = read_attempts(connection, row)
        found |= {a.problem.id: attempts.bill(a).usage() for a in attempts.items}
    depth = run.strategy.proposer.depth * run.strategy.proposer.size
    return [_forced(u, depth) if cut else u for u in found.values()]


def _forced(usage: Usage, depth: int) -> Usage:
    """The answer alone where the thought was cut; nothing where it ended by itself."""
    made, thought = usage.output_tokens, usage.reasoning_tokens
    if made is None or thought is None:
        return usage
    if thought < depth and depth > 0 and usage.prompt_tokens is not None:
        return Usage(prompt_tokens=0, output_tokens=0)
    return Usage(prompt_tokens=usage.prompt_tokens, output_tokens=made - thought)


def _deeper(run: PlannedRun, runs: Sequence[PlannedRun]) -> bool:
    """Whether a run of the same command thinks longer under budgets alike in all else."""
    mine = run.strategy.budget
    return any(
        other.strategy.proposer.depth > run.strategy.proposer.depth
        and other.strategy.budget.without_size() == mine.without_size()
        for other in runs
    )


def _most(plan: Plan, group: Sequence[PlannedRun], pool: int) -> int:
    """Generated tokens of one problem, with every chain at its limits and under the ceiling."""
    strategy = group[0].strategy
    most = pool * strategy.proposer.most_tokens(plan.settings.max_output_tokens)
    ceiling = strategy.budget.max_tokens
    return most if ceiling is None else min(most, ceiling)


def _prompt_tokens(backend: Backend, task: LoadedTask) -> int | None:
    """Prompt tokens of one sample of every problem; None when the backend cannot count."""
    counts = [backend.count_tokens(backend.render(prompt)) for prompt in task.prompts]
    return None if any(c is None for c in counts) else sum(c or 0 for c in counts)
