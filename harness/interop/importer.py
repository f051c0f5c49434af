"""Grading imported rows and storing them as runs of their models."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.budgets import Budget, expand
from harness.core import (
    Command,
    DataError,
    Finish,
    ModelInfo,
    Sample,
    TaskSpec,
    ThinkMarks,
    Verdict,
)
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
from harness.store.identity import Asked, model_id, prompt_id, sample_id
from harness.store.records import (
    Call,
    Charge,
    Row,
    attempt_rows,
    call_row,
    digest_of,
    model_row,
    now,
    problem_row,
    prompt_row,
    sample_row,
    verdict_row,
)
from harness.store.samples import find_digests
from harness.store.writer import write_rows
from harness.verifiers.pool import VerifierPool


@dataclass(slots=True)
class Imported:
    """What an import brought: its runs, how many rows, and which lines it could not take.

    `known` of the rows were stored already, or stand in the file above.
    """

    runs: list[str] = field(default_factory=list)
    rows: int = 0
    known: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)


def import_file(
    store: Store,
    path: Path,
    task: str,
    *,
    model: str | None = None,
    fields: Mapping[str, str] | None = None,
    budgets: Sequence[str] = (),
    data_dir: Path | None = None,
) -> Imported:
    """Read, grade and store a file of outputs; importing it again adds nothing.

    Without `budgets`, one sample a problem becomes `sample@1`, several become `sample@n` and
    `vote@n` with the smallest number that every imported problem has. Raises DataError when the
    file or the task cannot be read, or when no row fits.
    """
    loaded = load_task(TaskSpec.parse(task), data_dir=data_dir)
    rows = read_rows(path, loaded.problems, model, fields or {})
    result = Imported(bad=rows.bad)
    _refuse_changed(store, rows, result)
    if not rows.good:
        first = "; ".join(f"line {n}: {message}" for n, message in result.bad[:3])
        raise DataError(f"{path}: no row could be taken{': ' + first if first else ''}")
    by_model: dict[str, list[ImportedRow]] = defaultdict(list)
    for row in rows.good:
        by_model[row.model].append(row)
    with VerifierPool() as pool:
        for name, own in by_model.items():
            command = _command(path, str(loaded.spec), name, fields or {}, budgets)
            runs = [
                replace(run, manifest=replace(run.manifest, command=command, imported=path.name))
                for run in _plan(name, own, loaded, budgets)
            ]
            _store(store, pool, runs, own, _info(name))
            result.runs += [run.id for run in runs]
    return result


def _info(name: str) -> ModelInfo:
    return ModelInfo(
        spec=f"import:{name}", name=name, fingerprint=f"import:{name}", think=ThinkMarks()
    )


def _prompt(row: ImportedRow) -> str:
    return f"(imported; the prompt is not known)\n\n{row.problem.question}"


def _asked(row: ImportedRow) -> Asked:
    """What the row answers: the prompt is not known, so the problem stands for it."""
    model, prompt = model_id(f"import:{row.model}"), prompt_id(_prompt(row))
    return Asked(model, prompt, "", {"imported": row.problem.digest()}, None, row.sample)


def _sample(row: ImportedRow, asked: Asked) -> Sample:
    """The row's text as a sample."""
    trace = asked.trace
    return Sample(
        id=sample_id(trace, None),
        trace=trace,
        text=row.text,
        finish=row.finish,
        prompt_tokens=row.prompt_tokens,
        output_tokens=row.output_tokens,
        reasoning_tokens=row.reasoning_tokens,
    )


def _refuse_changed(store: Store, rows: Rows, result: Imported) -> None:
    """Move rows whose sample is stored, or stands above, with another text to `bad`.

    Of rows that say the same sample the first is kept; all are counted.
    """
    samples = {row.line: _sample(row, _asked(row)) for row in rows.good}
    stored = find_digests(store, [sample.id for sample in samples.values()])
    taken: dict[str, ImportedRow] = {}
    for row in rows.good:
        sample, digest = samples[row.line].id, digest_of(samples[row.line])
        before = taken.get(sample)
        if digest != (digest_of(samples[before.line]) if before else stored.get(sample, digest)):
            message = (
                f"sample {row.sample} of problem {row.problem.id} by {row.model} is there already "
                "with another text: number the rows with `sample`, or use another model name"
            )
            result.bad.append((row.line, message))
            continue
        result.rows += 1
        result.known += before is not None or sample in stored
        taken.setdefault(sample, row)
    rows.good[:] = taken.values()
    result.bad.sort()


def _command(
    path: Path, task: str, model: str, fields: Mapping[str, str], budgets: Iterable[str]
) -> Command:
    """The command that brings the same again (a local data folder has to be named anew)."""
    words = ["harness", "import", path.name, "--task", task, "--model", model]
    for ours, theirs in fields.items():
        words += ["--field", f"{ours}={theirs}"]
    for budget in budgets:
        words += ["--budget", budget]
    return Command.parse(shlex.join(words))


def _plan(
    name: str,
    rows: Sequence[ImportedRow],
    loaded: LoadedTask,
    budgets: Iterable[str],
) -> list[PlannedRun]:
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row.problem.id] += 1
    n = min(counts.values())
    wanted: list[Budget] = expand(budgets) or expand(
        ["sample@1"] if n == 1 else [f"sample@{n}", f"vote@{n}"]
    )
    return plan_runs(_info(name), loaded, wanted, EvalConfig())


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
    out: list[Row] = [model_row(info)]
    out += [stored_run(run, run.manifest, created) for run in runs]
    for row, future in zip(rows, futures, strict=True):
        out += _rows(row, future.result(), runs, positions[row.problem.id], created)
    with store.engine.begin() as connection:
        write_rows(connection, out)


def _rows(
    row: ImportedRow,
    verdict: Verdict,
    runs: Sequence[PlannedRun],
    position: int,
    created: str,
) -> list[Row]:
    asked, problem = _asked(row), row.problem.digest()
    sample = _sample(row, asked)
    call = Call(
        run=runs[0].id,
        role="generator",
        samples=(sample.id,),
        usage=sample.usage,
        usd=row.usd,
        source="import",
        created=created,
    )
    out: list[Row] = [
        prompt_row(_prompt(row), asked.prompt),
        problem_row(row.problem, problem),
        call_row(call),
        sample_row(sample, asked, call=call.id),
    ]
    charge = Charge(ordinal=row.sample, step=0, sample=sample.id, final=True)
    for run in runs:
        out += attempt_rows(run.id, problem, position, charges=[charge])
    out.append(verdict_row(sample.id, problem, runs[0].loaded.judge, verdict))
    return out
