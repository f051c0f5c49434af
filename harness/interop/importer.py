"""Grading imported rows and storing them as runs of their models."""

from __future__ import annotations

import functools
import shlex
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.budgets import Budget, expand
from harness.core import Command, DataError, TaskSpec, UsageError
from harness.interop.given import NAME as GIVEN
from harness.interop.given import GivenReward
from harness.interop.imported import Prompts, model_of
from harness.interop.jsonl import Reading, read_rows, readable_twice
from harness.interop.storing import Part, needed, store_rows
from harness.interop.survey import OfModel, notes, survey, taken
from harness.run.config import EvalConfig
from harness.run.contracts import check_ready
from harness.run.plan import LoadedTask, PlannedRun, load_task, plan_runs
from harness.store import Store


@dataclass(slots=True)
class Imported:
    """The result of an import: its runs, the number of rows, and the lines that were refused.

    `known` of the rows were already stored, or appear earlier in the file. `notes` say in numbers
    how the file was interpreted, and which problems count for no run.
    """

    runs: list[str] = field(default_factory=list)
    rows: int = 0
    known: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def import_file(  # noqa: PLR0913 - all that `harness import` takes
    store: Store,
    path: Path,
    task: str,
    *,
    model: str | None = None,
    fields: Mapping[str, str] | None = None,
    budgets: Sequence[str] = (),
    data_dir: Path | None = None,
    limit: int | None = None,
    only_given: bool = False,
) -> Imported:
    """Read, grade and store a file of outputs; importing it again adds nothing.

    The file is read twice, and never held in memory. An interrupted import leaves stored samples
    that are not charged to any run yet; repeating the import resumes it.

    Without `budgets`, one sample per problem becomes `sample@1`, several become `sample@n` and
    `vote@n` with the number that most problems have. Problems with fewer samples than a budget
    needs count for no run of that size; their samples are stored. `limit` is as in an eval: only
    the task's first problems are included. `only_given`: only the problems of the file are.
    Raises DataError if the file or the task cannot be read, or if no row fits, UsageError for a
    budget for which no problem has the samples (or the rewards).
    """
    loaded = load_task(TaskSpec.parse(task), limit=limit, data_dir=data_dir)
    check_ready(loaded.verifier)
    with readable_twice(path) as file:
        rows = functools.partial(read_rows, file, loaded.problems, model, fields or {})
        reading, prompts = Reading(), Prompts()
        found = survey(store, prompts, rows(reading), reading)
        result = Imported(rows=found.rows, known=found.known, bad=reading.bad)
        if not found.models:
            first = "; ".join(f"line {n}: {message}" for n, message in result.bad[:3])
            raise DataError(f"{path}: no row could be imported{': ' + first if first else ''}")
        result.notes = notes(reading, found.models)
        command = _Words(path, str(loaded.spec), fields or {}, budgets, limit, only_given)
        parts = {}
        for name, own in found.models.items():
            task_of = _only(loaded, own.counts) if only_given else loaded
            runs = [
                replace(
                    run,
                    manifest=replace(
                        run.manifest, command=command.of(name), imported=path.name, limit=limit
                    ),
                )
                for run in _plan(name, own, task_of, budgets, result)
            ]
            parts[name] = Part(model_of(name), runs, own.counts)
            result.runs += [run.id for run in runs]
        store_rows(store, prompts, parts, taken(rows(Reading()), found))
    return result


def _only(loaded: LoadedTask, given: Collection[str]) -> LoadedTask:
    """The task with some problems (their ids) alone."""
    kept = [
        (problem, prompt)
        for problem, prompt in zip(loaded.problems, loaded.prompts, strict=True)
        if problem.id in given
    ]
    return replace(
        loaded,
        problems=tuple(problem for problem, _ in kept),
        prompts=tuple(prompt for _, prompt in kept),
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """The command that repeats the import (a local data folder must be given again)."""

    path: Path
    task: str
    fields: Mapping[str, str]
    budgets: Sequence[str]
    limit: int | None
    only_given: bool

    def of(self, model: str) -> Command:
        """For one model of the file."""
        words = ["harness", "import", self.path.name, "--task", self.task, "--model", model]
        for ours, theirs in self.fields.items():
            words += ["--field", f"{ours}={theirs}"]
        for budget in self.budgets:
            words += ["--budget", budget]
        if self.limit is not None:
            words += ["--limit", str(self.limit)]
        if self.only_given:
            words.append("--only-given")
        return Command.parse(shlex.join(words))


def _plan(
    name: str,
    own: OfModel,
    loaded: LoadedTask,
    budgets: Iterable[str],
    result: Imported,
) -> list[PlannedRun]:
    """The runs that a model's texts can answer; notes which problems are too short for them."""
    counts, scored = own.counts, own.scored
    common = Counter(counts.values())
    n = max(common, key=lambda size: (common[size], -size))
    usual = ["sample@1"] if n == 1 else [f"sample@{n}", f"vote@{n}"]
    if n > 1 and scored == own.texts:
        usual += [f"best@{n}:reward={GIVEN}", f"weighted@{n}:reward={GIVEN}"]
    wanted: list[Budget] = expand(budgets) or expand(usual)
    runs = plan_runs(model_of(name), loaded, wanted, EvalConfig())
    for run in runs:
        _check_budget(name, run, counts, scored)
    for size in sorted({needed(run) for run in runs}):
        short = {problem: count for problem, count in counts.items() if count < size}
        if short:
            result.notes.append(
                f"{name}: {len(short)} of {len(counts)} problems have fewer than {size} samples "
                f"(the fewest {min(short.values())}): they do not count for runs of that size"
            )
    return runs


def _check_budget(name: str, run: PlannedRun, counts: Mapping[str, int], scored: int) -> None:
    """UsageError for a budget that the rows cannot answer for any problem."""
    budget = str(run.strategy.budget)
    if run.strategy.reward is not None and scored < sum(counts.values()):
        raise UsageError(
            f"budget {budget!r} selects by a reward, and {scored} of {sum(counts.values())} "
            f"samples of {name} have one: name its field with {{fields.reward}}, or import them "
            "as sample@n or vote@n",
            **{"fields.reward": ...},
        )
    if run.strategy.reward is not None and not isinstance(run.strategy.reward, GivenReward):
        raise UsageError(
            f"budget {budget!r}: imported rows only have the scores that they contain: write "
            "reward=given, or reward=given:NAME"
        )
    most = max(counts.values())
    if needed(run) > most:
        raise UsageError(
            f"budget {budget!r} needs {needed(run)} samples of a problem, and {name} has {most} "
            f"at most: import them as sample@{most}, or leave {{budgets}} out",
            budgets=...,
        )
