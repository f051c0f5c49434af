"""Do a provider's effort levels, and prompted budgets that nobody enforces, affect spending?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from harness.budgets import Budget
from harness.core import EFFORTS
from harness.store import Store
from harness.store.runs import StoredRun, get_runs

if TYPE_CHECKING:
    from harness.stats import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One model's budgets on one task that differ only in their level or number, lowest first,
    and whether each spends more than the one before."""

    model: str
    task: str
    budgets: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def ignored(self) -> bool:
        """Whether no step spends more, beyond noise, although each could have been detected."""
        return bool(self.steps) and all(step.same for step in self.steps)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "model": self.model,
            "task": self.task,
            "budgets": list(self.budgets),
            "steps": [step.to_json() for step in self.steps],
            "ignored": self.ignored,
        }


def sweeps(store: Store, run_ids: Sequence[str]) -> list[Sweep]:
    """The sweeps among some runs whose spending the harness does not enforce: effort levels,
    prompted budgets, and thinking budgets left to the server. Other runs are not read."""
    groups: dict[tuple[Any, ...], dict[float, StoredRun]] = defaultdict(dict)
    for run in get_runs(store, run_ids):
        place = _place(Budget.parse(run.budget))
        if place is not None:
            size, rest = place
            groups[run.model_id, run.model, run.task, rest][size] = run
    found = []
    for (_, model, task, _), sized in groups.items():
        if len(sized) > 1:
            runs = [sized[size] for size in sorted(sized)]
            found.append(_sweep(store, model, task, runs))
    return found


def _place(budget: Budget) -> tuple[float, Budget] | None:
    """A budget's position in its sweep, and what it shares with the others; None if its
    spending is enforced here."""
    effort = budget.level or budget.option("effort")
    if effort is not None:
        rest = replace(budget, level=None).with_option("effort", None)
        return (EFFORTS.index(effort), rest) if effort in EFFORTS else None
    trusted = budget.option("by") in ("native", "hint")
    for key in ("think", "ask"):
        if key == "think" and not trusted:
            continue
        if budget.name == key and budget.n is not None:
            return budget.n, budget.without_size()
        text = budget.option(key)
        if text is not None and text.isdecimal():
            return int(text), budget.with_option(key, None)
    return None


def _sweep(store: Store, model: str, task: str, runs: Sequence[StoredRun]) -> Sweep:
    from harness.results.attempts import read_attempts  # and with it the numerics
    from harness.results.obedience import spent_by_problem
    from harness.stats import steps

    spent: dict[str, dict[str, float]] = {}
    clusters: dict[str, str] = {}
    for run in runs:
        attempts = read_attempts(store, run)
        spent[run.budget] = spent_by_problem(attempts)
        clusters |= {a.problem.id: a.problem.cluster for a in attempts.items}
    budgets = tuple(run.budget for run in runs)
    return Sweep(model=model, task=task, budgets=budgets, steps=tuple(steps(spent, clusters)))


def sweep_lines(found: Sequence[Sweep]) -> list[str]:
    """One plain line per step that changes nothing, or one for a server that ignores them all."""
    lines = []
    for sweep in found:
        if sweep.ignored:
            last = f"{sweep.budgets[0]} to {sweep.budgets[-1]}"
            lines.append(
                f"{sweep.model} on {sweep.task}: the server ignores its budgets: from {last} no "
                "step spends more tokens, beyond noise"
            )
            continue
        lines += [
            f"{sweep.model} on {sweep.task}: {step.high} spends no more than {step.low}, beyond "
            f"noise ({step.more:+,.0f} tokens per problem, p = {step.p:.2g})"
            for step in sweep.steps
            if step.same
        ]
    return lines
