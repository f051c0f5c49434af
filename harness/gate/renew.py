"""Renewing a baseline: today's reference, or more of its problems, replace the old ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Unpack

from harness.core import BackendError, UsageError
from harness.core.counting import counted
from harness.core.protocols import Backend
from harness.gate.baseline import read_baseline, write_baseline
from harness.gate.sides import joined
from harness.gate.staged import plan_gate
from harness.results.canaries import load_canaries
from harness.results.outcomes import RunOutcomes, load_outcomes
from harness.run.config import EvalSettings
from harness.run.evaluate import eval_config, run_blocking
from harness.run.freshness import new_label
from harness.run.progress import Observer, shown
from harness.store import open_store

_FLIP = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """A run of a baseline and its replacement; `old` is None for a new one."""

    old: RunOutcomes | None
    new: RunOutcomes

    def __str__(self) -> str:
        if self.old is None:
            return f"{self.new.label}: {_mean(self.new)}, new"
        said = f"{self.new.label}: {_mean(self.new)}; was {_mean(self.old)}"
        old_model = "" if self.old.model == self.new.model else f" by {self.old.model}"
        if not {o.id for o in self.old.outcomes} & {o.id for o in self.new.outcomes}:
            return f"{said}{old_model}"
        pairs = joined(self.old, self.new)
        worse = sum(old.correct - new.correct >= _FLIP for old, new in pairs)
        better = sum(new.correct - old.correct >= _FLIP for old, new in pairs)
        return (
            f"{said}{old_model}; of {counted(len(pairs), 'problem')} in both, {worse} changed from "
            f"right to wrong and {better} from wrong to right"
        )


def _mean(run: RunOutcomes) -> str:
    count = len(run.outcomes)
    return f"{sum(o.correct for o in run.outcomes) / count:.1%} of {counted(count, 'problem')}"


def replaced(old: Sequence[RunOutcomes], new: Sequence[RunOutcomes]) -> list[Renewed]:
    """Which run of a baseline each new one replaces: that of its task and budget.

    If a baseline holds several models, also of the same model. UsageError for two new runs
    of one task, budget and model.
    """
    refuse_doubles(new)
    found = []
    for run in new:
        others = [o for o in old if (o.task, o.budget) == (run.task, run.budget)]
        same = [o for o in others if o.model == run.model]
        fellows = [n for n in new if (n.task, n.budget) == (run.task, run.budget)]
        taken = same or (others if len(others) == len(fellows) == 1 else [])
        found.append(Renewed(old=taken[0] if taken else None, new=run))
    return found


def refuse_doubles(runs: Sequence[RunOutcomes]) -> None:
    """UsageError for two runs of one model under one task and budget: a gate could not choose."""
    seen = set()
    for run in runs:
        key = (run.model, run.task, run.budget)
        if key in seen:
            raise UsageError(
                f"two runs of {run.model} on {run.task} under {run.budget}: a baseline holds one; "
                "name each run by its id (`harness show --json`)"
            )
        seen.add(key)


def write_renewed(
    file: Path, old: Sequence[RunOutcomes], new: Sequence[Renewed], *, partial: bool = False
) -> None:
    """Write a baseline in which the new runs replace the old ones."""
    gone = {one.old.id for one in new if one.old is not None}
    kept = [run for run in old if run.id not in gone]
    write_baseline(file, [*kept, *(one.new for one in new)], partial=partial)


def renew(
    file: str | Path,
    model: str | Backend,
    *,
    progress: Observer | bool | None = None,
    **settings: Unpack[EvalSettings],
) -> list[Renewed]:
    """Evaluate a model on the tasks and budgets of a baseline, and rewrite it.

    `limit` makes it larger, and stored samples are reused; otherwise it keeps its number of
    problems. A model behind an API is sampled again, unless `max_age` allows stored samples. Only
    runs without a failed problem are written; otherwise BackendError, and the file is unchanged.
    """
    old = read_baseline(Path(file))
    asked = eval_config(model, (), (), None, settings)
    if asked.max_age is None:
        asked = replace(asked, fresh=asked.fresh or new_label())
    plan = plan_gate(asked, old)
    with shown(progress) as observer:
        done = run_blocking(plan, observer)
    if done.failed or done.unfinished:
        raise BackendError(
            f"{file} is unchanged: {done.summary}\nfinished work is stored: run the same command "
            "again to resume"
        )
    with open_store(plan.config.db) as store:
        new = [
            replace(load_outcomes(store, run.id), canaries=load_canaries(store, run.id))
            for run in plan.all_runs
        ]
    found = replaced(old, new)
    write_renewed(Path(file), old, found)
    return found
