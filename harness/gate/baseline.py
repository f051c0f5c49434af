"""Baselines: the outcomes of runs as a text file for a repository, one problem per line.

    harness-baseline 1
    checksum <SHA-256 of everything below this line>

    run <id>
    model tiny-s          … task, budget, selector, planned, and the facts that must agree
    problem<TAB>cluster<TAB>correct<TAB>lured<TAB>alarmed<TAB>ungraded<TAB>truncated<TAB>tokens …
    "s0-1"<TAB>"s0"<TAB>1<TAB>0<TAB>0<TAB>0<TAB>0<TAB>34 …

Unknown figures are `-`. A manual edit breaks the checksum, which reading reports. A run of a model
behind an API also has lines `canary.1 {…}` in its head (`harness.results.canaries`).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.core import DataError
from harness.results.canaries import Canary
from harness.results.outcomes import ProblemOutcome, RunOutcomes

_MAGIC = "harness-baseline 1"
_MERGE_MARKS = ("<<<<<<< ", ">>>>>>> ")
_HEAD = ("run", "model", "task", "budget", "selector", "planned")
_FACTS = ("task_version", "data", "prompts", "verifier")
_NUMBERS = (
    "correct", "lured", "alarmed", "ungraded", "truncated", "tokens", "usd", "pool", "samples",
)  # fmt: skip
_MAY_BE_UNKNOWN = ("lured", "alarmed", "tokens", "usd")
_SHARES = ("correct", "lured", "alarmed", "ungraded", "truncated", "pool")
_CANARY = "canary."
_COLUMNS = "\t".join(("problem", "cluster", *_NUMBERS))


def write_baseline(path: Path, runs: Sequence[RunOutcomes], *, partial: bool = False) -> None:
    """Write runs to a file, replacing it atomically; DataError for empty runs.

    DataError also for an unfinished run, unless `partial`: a gate that stopped early has measured
    enough to be a baseline of the problems that it saw, and later gates then use only those.
    """
    if not runs:
        raise DataError("no run to save as a baseline; `harness show` lists the runs")
    for run in runs:
        if not run.outcomes or (len(run.outcomes) != run.planned and not partial):
            raise DataError(
                f"{run.label} has {len(run.outcomes)} of {run.planned} problems: run the same "
                "`harness eval` again for the others, or use {partial} to save those it has",
                partial=True,
            )
    body = "\n".join(_section(run) for run in sorted(runs, key=lambda r: (r.task, r.budget, r.id)))
    text = f"{_MAGIC}\nchecksum {_checksum(body)}\n\n{body}"
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(text, "utf-8")
        part.replace(path)
    except OSError as error:
        raise DataError(f"baseline {path}: cannot be written: {error}") from error


def _checksum(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8")).hexdigest()


def _section(run: RunOutcomes) -> str:
    head: dict[str, Any] = {
        "run": run.id,
        "model": run.model,
        "task": run.task,
        "budget": run.budget,
        "selector": run.selector,
        "planned": str(run.planned),
        **{name: run.facts.get(name, "") for name in _FACTS},
    }
    head |= {f"{_CANARY}{i}": one.to_json() for i, one in enumerate(run.canaries, 1)}
    lines = [f"{name} {json.dumps(value, ensure_ascii=False)}" for name, value in head.items()]
    lines.append(_COLUMNS)
    for o in run.outcomes:
        numbers = (
            o.correct, o.lured, o.alarmed, o.ungraded, o.truncated, o.tokens, o.usd,
            o.pool_correct, o.samples,
        )  # fmt: skip
        words = [json.dumps(o.id, ensure_ascii=False), json.dumps(o.cluster, ensure_ascii=False)]
        lines.append("\t".join([*words, *("-" if n is None else _number(n) for n in numbers)]))
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def read_baseline(path: Path) -> list[RunOutcomes]:
    """The runs of a baseline file; DataError if it is missing, empty, edited or unreadable."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise DataError(
            f"baseline {path} does not exist; `harness baseline save {path} 'model=NAME'` "
            "writes one from stored runs"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"baseline {path}: cannot be read: {error}") from error
    if any(line.startswith(_MERGE_MARKS) for line in text.splitlines()):
        raise DataError(
            f"baseline {path} contains an unresolved merge conflict; take one side of it "
            f"(`git checkout --ours {path}`), or write it again with `harness baseline save`"
        )
    if not text.strip():
        raise DataError(f"baseline {path} is empty; `harness baseline save` writes one")
    magic, _, rest = text.partition("\n")
    if magic.strip() != _MAGIC:
        raise DataError(f"baseline {path} does not begin with {_MAGIC!r}: it is not a baseline")
    checksum, _, body = rest.partition("\n\n")
    if checksum.strip() != f"checksum {_checksum(body)}":
        raise DataError(
            f"baseline {path} was edited by hand or truncated: its checksum does not match; "
            "restore it, or write it again with `harness baseline save`"
        )
    return [_run(path, section) for section in body.split("\n\n")]


def _run(path: Path, section: str) -> RunOutcomes:
    lines = section.strip("\n").split("\n")
    try:
        if _COLUMNS not in lines:
            raise ValueError(f"a run without the line {_COLUMNS!r}; save it again")
        top = lines.index(_COLUMNS)
        head = {k: json.loads(v) for k, _, v in (line.partition(" ") for line in lines[:top])}
        run = RunOutcomes(
            **{name: head[name] for name in _HEAD[1:5]},
            id=head["run"],
            planned=int(head["planned"]),
            facts={"task": head["task"], **{name: head[name] for name in _FACTS}},
            outcomes=tuple(_outcome(line) for line in lines[top + 1 :]),
            canaries=tuple(
                Canary.from_json(value) for name, value in head.items() if name.startswith(_CANARY)
            ),
        )
    except (ValueError, KeyError) as error:
        raise DataError(f"baseline {path} cannot be parsed: {error}") from error
    distinct = len({o.id for o in run.outcomes})
    if not distinct or distinct != len(run.outcomes) or distinct > run.planned:
        raise DataError(
            f"baseline {path}: {run.label} has {distinct} of {run.planned} problems"
            f"{'' if distinct == len(run.outcomes) else ', some of them twice'}; save it again"
        )
    return run


def _outcome(line: str) -> ProblemOutcome:
    problem, cluster, *words = line.split("\t")
    if len(words) != len(_NUMBERS):
        raise ValueError(f"{line!r} has {len(words) + 2} columns, not {len(_NUMBERS) + 2}")
    values = dict(zip(_NUMBERS, (None if w == "-" else float(w) for w in words), strict=True))
    for name, value in values.items():
        if value is None:
            if name not in _MAY_BE_UNKNOWN:
                raise ValueError(f"{line!r}: {name} is missing")
        elif not math.isfinite(value):
            raise ValueError(f"{line!r}: {name} is {value}, not a finite number")
        elif value < 0 or (name in _SHARES and value > 1):
            raise ValueError(f"{line!r}: {name} is {value}, out of range")
    return ProblemOutcome(
        id=json.loads(problem),
        cluster=json.loads(cluster),
        pool_correct=values.pop("pool"),  # type: ignore[arg-type] # checked above
        samples=int(values.pop("samples") or 1),
        **values,  # type: ignore[arg-type] # checked above
    )
