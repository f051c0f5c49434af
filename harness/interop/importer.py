"""Grading imported rows and storing them as runs of their models."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.budgets import Budget, expand
from harness.core import (
    Command,
    DataError,
    Finish,
    ModelInfo,
    TaskSpec,
    UsageError,
    Verdict,
)
from harness.interop.given import NAME as GIVEN
from harness.interop.given import GivenReward
from harness.interop.imported import asked_of, model_of, rows_of, sample_of
from harness.interop.jsonl import ImportedRow, Rows, read_rows
from harness.run.config import EvalConfig
from harness.run.plan import (
    LoadedTask,
    PlannedRun,
    load_task,
    plan_runs,
    stored_run,
)
from harness.store import Store
from harness.store.records import (
    Row,
    digest_of,
    model_row,
    now,
)
from harness.store.samples import find_digests
from harness.store.writer import write_rows
from harness.verifiers.pool import VerifierPool


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

    Without `budgets`, one sample per problem becomes `sample@1`, several become `sample@n` and
    `vote@n` with the number that most problems have. Problems with fewer samples than a budget
    needs count for no run of that size; their samples are stored. `limit` is as in an eval: only
    the task's first problems are included. `only_given`: only the problems of the file are.
    Raises DataError if the file or the task cannot be read, or if no row fits, UsageError for a
    budget for which no problem has the samples (or the rewards).
    """
    loaded = load_task(TaskSpec.parse(task), limit=limit, data_dir=data_dir)
    rows = read_rows(path, loaded.problems, model, fields or {})
    result = Imported(bad=rows.bad)
    _refuse_changed(store, rows, result)
    if not rows.good:
        first = "; ".join(f"line {n}: {message}" for n, message in result.bad[:3])
        raise DataError(f"{path}: no row could be imported{': ' + first if first else ''}")
    by_model: dict[str, list[ImportedRow]] = defaultdict(list)
    for row in rows.good:
        by_model[row.model].append(row)
    result.notes = _notes(rows, by_model)
    command = _Words(path, str(loaded.spec), fields or {}, budgets, limit, only_given)
    with VerifierPool() as pool:
        for name, own in by_model.items():
            part = _only(loaded, own) if only_given else loaded
            runs = [
                replace(
                    run,
                    manifest=replace(
                        run.manifest, command=command.of(name), imported=path.name, limit=limit
                    ),
                )
                for run in _plan(name, own, part, budgets, result)
            ]
            _store(store, pool, runs, own, model_of(name))
            result.runs += [run.id for run in runs]
    return result


def _only(loaded: LoadedTask, rows: Sequence[ImportedRow]) -> LoadedTask:
    """The task with only the problems of some rows."""
    given = {row.problem.id for row in rows}
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


def _notes(rows: Rows, by_model: Mapping[str, Sequence[ImportedRow]]) -> list[str]:
    """How the file was interpreted, in numbers."""
    taken = rows.taken
    found = ", ".join(
        f"{taken[f'by {how}']} by {how}"
        for how in ("id", "row index", "question")
        if taken[f"by {how}"]
    )
    notes = [f"{taken['lines']} lines, {len(rows.good)} texts; problems found: {found}"]
    for name, own in by_model.items():
        known = sum(row.output_tokens is not None for row in own)
        cut = sum(row.finish is Finish.LENGTH for row in own)
        problems = len({row.problem.id for row in own})
        notes.append(
            f"{name}: {len(own)} samples of {problems} problems, output tokens known of {known}, "
            f"{cut} cut by a limit"
        )
    if taken["failed generations"]:
        notes.append(
            f"{taken['failed generations']} failed generations (null or empty): samples without "
            "text, graded as such"
        )
    if taken["further filters"]:
        notes.append(
            f"{taken['further filters']} lines of further filters left out: their responses are "
            "those of the first, and our verifier reads them in full"
        )
    return notes


def _refuse_changed(store: Store, rows: Rows, result: Imported) -> None:
    """Move rows to `bad` if their sample is stored, or appears above, with a different text.

    Of rows with the same sample and text the first is kept; all are counted.
    """
    samples = [sample_of(row, asked_of(row)) for row in rows.good]
    stored = find_digests(store, [sample.id for sample in samples])
    known = dict(stored)
    taken: dict[str, ImportedRow] = {}
    for row, sample in zip(rows.good, samples, strict=True):
        digest = digest_of(sample)
        if known.setdefault(sample.id, digest) != digest:
            message = (
                f"sample {row.sample} of problem {row.problem.id} by {row.model} already exists "
                "with a different text: number the rows with `sample`, or use another model name"
            )
            result.bad.append((row.line, message))
            continue
        result.rows += 1
        result.known += sample.id in taken or sample.id in stored
        taken.setdefault(sample.id, row)
    rows.good[:] = taken.values()
    result.bad.sort()


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
    rows: Sequence[ImportedRow],
    loaded: LoadedTask,
    budgets: Iterable[str],
    result: Imported,
) -> list[PlannedRun]:
    """The runs that the rows can answer; notes which problems have too few samples."""
    counts = _counts(rows)
    common = Counter(counts.values())
    n = max(common, key=lambda size: (common[size], -size))
    scored = sum(row.reward is not None for row in rows)
    usual = ["sample@1"] if n == 1 else [f"sample@{n}", f"vote@{n}"]
    if n > 1 and scored == len(rows):
        usual += [f"best@{n}:reward={GIVEN}", f"weighted@{n}:reward={GIVEN}"]
    wanted: list[Budget] = expand(budgets) or expand(usual)
    runs = plan_runs(model_of(name), loaded, wanted, EvalConfig())
    for run in runs:
        _check_budget(name, run, counts, scored)
    for size in sorted({_needed(run) for run in runs}):
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
    if _needed(run) > most:
        raise UsageError(
            f"budget {budget!r} needs {_needed(run)} samples of a problem, and {name} has {most} "
            f"at most: import them as sample@{most}, or leave out {{budgets}}",
            budgets=...,
        )


def _needed(run: PlannedRun) -> int:
    """How many samples a problem must have to count: a search is as long as it is."""
    return 1 if run.strategy.whole else run.strategy.proposer.size


def _counts(rows: Sequence[ImportedRow]) -> Counter[str]:
    return Counter(row.problem.id for row in rows)


def _store(
    store: Store,
    pool: VerifierPool,
    runs: Sequence[PlannedRun],
    rows: Sequence[ImportedRow],
    info: ModelInfo,
) -> None:
    """Grade all rows, then write everything in one transaction."""
    loaded = runs[0].loaded
    futures = [
        pool.submit(loaded.verifier, row.text, row.problem, truncated=row.finish is Finish.LENGTH)
        for row in rows
    ]
    created = now()
    positions = {problem.id: i for i, problem in enumerate(loaded.problems)}
    counts = _counts(rows)
    rewards = [run.strategy.reward.info for run in runs if run.strategy.reward is not None]
    out: list[Row] = [model_row(known) for known in (info, *rewards)]
    out += [stored_run(run, run.manifest, created) for run in runs]
    verdicts = [future.result() for future in futures]
    drawn = {run.id: _drawn(run, rows, verdicts) for run in runs}
    for row, verdict in zip(rows, verdicts, strict=True):
        answered = [
            run
            for run in runs
            if counts[row.problem.id] >= _needed(run)
            and (row.problem.id, row.sample) in drawn[run.id]
        ]
        out += rows_of(row, verdict, runs[0], answered, positions[row.problem.id], created)
    with store.engine.begin() as connection:
        write_rows(connection, out)


def _drawn(
    run: PlannedRun, rows: Sequence[ImportedRow], verdicts: Sequence[Verdict]
) -> frozenset[tuple[str, int]]:
    """The samples (problem, index) that a run would have drawn.

    All, unless its budget stops by itself: then, in the order of their indices, those drawn before
    it would have stopped; none of a problem whose pool ends before that.
    """
    drawn_of = getattr(run.strategy.proposer, "drawn_of", None)
    if drawn_of is None:
        return frozenset((row.problem.id, row.sample) for row in rows)
    pools: dict[str, list[tuple[int, str | None]]] = defaultdict(list)
    for row, verdict in zip(rows, verdicts, strict=True):
        pools[row.problem.id].append((row.sample, verdict.key))
    drawn: set[tuple[str, int]] = set()
    for problem, pool in pools.items():
        pool.sort(key=lambda one: one[0])
        count = drawn_of([key for _, key in pool]) or 0
        drawn.update((problem, index) for index, _ in pool[:count])
    return frozenset(drawn)
