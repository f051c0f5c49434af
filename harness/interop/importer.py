"""Grading imported rows and storing them as runs of their models."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from harness.budgets import Budget, expand
from harness.core import DataError, ModelInfo, TaskSpec, ThinkMarks, Verdict
from harness.interop.jsonl import ImportedRow, Rows, read_rows
from harness.run.config import EvalConfig
from harness.run.plan import (
    LoadedTask,
    PlannedRun,
    load_task,
    model_row,
    plan_runs,
    run_row,
)
from harness.run.runner import verdict_row
from harness.run.sampler import now
from harness.store import Store
from harness.store.identity import (
    call_id,
    model_id,
    prompt_id,
    sample_digest,
    sample_id,
    trace_id,
)
from harness.store.schema import (
    AttemptRow,
    CallRow,
    ChargeRow,
    ModelRow,
    ProblemRow,
    PromptRow,
    RunRow,
    SampleRow,
    VerdictRow,
)
from harness.store.writer import Row, write_rows
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
            origin = {"command": command, "imported": path.name}
            runs = _plan(name, own, loaded, budgets, origin)
            _store(store, pool, runs, own, _info(name))
            result.runs += [run.id for run in runs]
    return result


def _info(name: str) -> ModelInfo:
    return ModelInfo(
        spec=f"import:{name}", name=name, fingerprint=f"import:{name}", think=ThinkMarks()
    )


def _ids(row: ImportedRow) -> tuple[str, str, str]:
    """Prompt, trace and sample id: the prompt is not known, so the problem stands for it."""
    prompt = prompt_id(_prompt(row))
    asked = {"imported": row.problem.digest()}
    trace = trace_id(model_id(f"import:{row.model}"), prompt, "", asked, None, row.sample)
    return prompt, trace, sample_id(trace, None)


def _prompt(row: ImportedRow) -> str:
    return f"(imported; the prompt is not known)\n\n{row.problem.question}"


def _digest(row: ImportedRow) -> str:
    return sample_digest(row.text, None, str(row.finish), row.output_tokens)


def _refuse_changed(store: Store, rows: Rows, result: Imported) -> None:
    """Move rows whose sample is stored, or stands above, with another text to `bad`.

    Of rows that say the same sample the first is kept; all are counted.
    """
    stored: dict[str, str] = {}
    ids = {row.line: _ids(row)[2] for row in rows.good}
    wanted = list(ids.values())
    with store.engine.connect() as connection:
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            query = select(SampleRow.id, SampleRow.digest).where(SampleRow.id.in_(part))
            stored.update((row.id, row.digest) for row in connection.execute(query))
    taken: dict[str, ImportedRow] = {}
    for row in rows.good:
        sample, digest = ids[row.line], _digest(row)
        before = taken.get(sample)
        if digest != (_digest(before) if before else stored.get(sample, digest)):
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
) -> str:
    """The command that brings the same again (a local data folder has to be named anew)."""
    words = ["harness", "import", path.name, "--task", task, "--model", model]
    for ours, theirs in fields.items():
        words += ["--field", f"{ours}={theirs}"]
    for budget in budgets:
        words += ["--budget", budget]
    return shlex.join(words)


def _plan(
    name: str,
    rows: Sequence[ImportedRow],
    loaded: LoadedTask,
    budgets: Iterable[str],
    origin: Mapping[str, str],
) -> list[PlannedRun]:
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row.problem.id] += 1
    n = min(counts.values())
    wanted: list[Budget] = expand(budgets) or expand(
        ["sample@1"] if n == 1 else [f"sample@{n}", f"vote@{n}"]
    )
    runs = plan_runs(_info(name), loaded, wanted, EvalConfig())
    return [
        PlannedRun(
            id=run.id,
            loaded=run.loaded,
            strategy=run.strategy,
            manifest={**run.manifest, **origin},
        )
        for run in runs
    ]


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
        pool.submit(loaded.verifier, row.text, row.problem, truncated=row.finish == "length")
        for row in rows
    ]
    created = now()
    positions = {problem.id: i for i, problem in enumerate(loaded.problems)}
    out: list[Row] = [(ModelRow, model_row(info))]
    out += [(RunRow, run_row(run, info, created, {})) for run in runs]
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
    prompt, _, sample = _ids(row)
    problem = row.problem.digest()
    out: list[Row] = [
        (PromptRow, {"id": prompt, "text": _prompt(row)}),
        (ProblemRow, {"id": problem, "content": row.problem.to_json()}),
        (CallRow, _call(row, sample, runs[0].id, created)),
        (SampleRow, _sample(row, created)),
    ]
    for run in runs:
        attempt = {"run_id": run.id, "problem_id": problem}
        out.append((AttemptRow, {**attempt, "position": position, "error": None}))
        charge = {"ordinal": row.sample, "step": 0, "sample_id": sample, "final": True}
        out.append((ChargeRow, attempt | charge))
    out.append((VerdictRow, verdict_row(sample, problem, runs[0].loaded.judge, verdict)))
    return out


def _call(row: ImportedRow, sample: str, payer: str, created: str) -> dict[str, Any]:
    return {
        "id": call_id([sample]),
        "run_id": payer,
        "role": "generator",
        "samples": 1,
        "prompt_tokens": row.prompt_tokens,
        "cached_prompt_tokens": None,
        "output_tokens": row.output_tokens,
        "reasoning_tokens": row.reasoning_tokens,
        "wasted_tokens": None,
        "usd": row.usd,
        "latency_s": None,
        "retries": 0,
        "source": "import",
        "created": created,
    }


def _sample(row: ImportedRow, created: str) -> dict[str, Any]:
    prompt, trace, sample = _ids(row)
    return {
        "id": sample,
        "trace": trace,
        "model_id": model_id(f"import:{row.model}"),
        "prompt_id": prompt,
        "prefix": "",
        "sampling": {"imported": row.problem.digest()},
        "max_tokens": None,
        "seed": None,
        "index": row.sample,
        "text": row.text,
        "reasoning": None,
        "finish": str(row.finish),
        "prompt_tokens": row.prompt_tokens,
        "output_tokens": row.output_tokens,
        "reasoning_tokens": row.reasoning_tokens,
        "token_ends": None,
        "digest": _digest(row),
        "call_id": call_id([sample]),
        "cut_of": None,
    }
