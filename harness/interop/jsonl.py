"""Outputs that were made elsewhere, one JSON object a line, into the store.

A row has `problem` (the task's problem id, the row's index in the data set, or the question
itself) and `text`; optional are `model`, `sample`, `prompt_tokens`, `output_tokens`,
`reasoning_tokens`, `finish_reason` and `usd`. Other names are mapped by `fields`, with dots for
nested objects; the name `@row` stands for the line's own number, from 0.
Unknown tokens stay unknown.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.core import DataError, Finish, Problem, UnknownNameError
from harness.store.codec import storable

FIELDS = (
    "problem",
    "text",
    "model",
    "sample",
    "prompt_tokens",
    "output_tokens",
    "reasoning_tokens",
    "finish_reason",
    "usd",
)
ROW = "@row"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRow:
    """One readable row, its problem found."""

    line: int
    problem: Problem
    text: str
    model: str
    sample: int
    prompt_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    finish: Finish
    usd: float | None


@dataclass(slots=True)
class Rows:
    """The readable rows of a file, and what is wrong with the others (line, message)."""

    good: list[ImportedRow] = field(default_factory=list)
    bad: list[tuple[int, str]] = field(default_factory=list)


class _RowError(Exception):
    """What is wrong with one row."""


def check_fields(fields: Mapping[str, str]) -> None:
    """UnknownNameError for a mapped name that rows do not have."""
    for ours in fields:
        if ours not in FIELDS:
            raise UnknownNameError("field", ours, FIELDS)


def read_rows(
    path: Path, problems: tuple[Problem, ...], model: str | None, fields: Mapping[str, str]
) -> Rows:
    """Read a file; rows that cannot be read are listed, not raised.

    Raises DataError when the file cannot be opened.
    """
    check_fields(fields)
    find = _Finder(problems)
    rows = Rows()
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for number, line in _lines(path):
        try:
            row = _read(number, line, find, model, fields)
            given = row["sample"]
            key = (row["model"], row["problem"].id)
            row["sample"] = counts[key] if given is None else given
            counts[key] += 1
            rows.good.append(ImportedRow(line=number, **row))
        except _RowError as error:
            rows.bad.append((number, str(error)))
    return rows


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error


class _Finder:
    """Problems by id, by row index, and by question."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self._by_id = {p.id: p for p in problems}
        self._by_row = {int(p.meta.get("row", i)): p for i, p in enumerate(problems)}
        self._by_question = {p.question.strip(): p for p in problems}

    def __call__(self, value: Any) -> Problem:
        if isinstance(value, int) and not isinstance(value, bool):
            found = self._by_row.get(value)
        elif isinstance(value, str):
            found = self._by_id.get(value) or self._by_question.get(value.strip())
            if found is None and value.isdigit():
                found = self._by_row.get(int(value))
        else:
            found = None
        if found is None:
            shown = json.dumps(value, ensure_ascii=False)
            raise _RowError(f"no problem {shown[:80]} in this task (an id, row index or question)")
        return found


def _read(
    number: int, line: str, find: _Finder, model: str | None, fields: Mapping[str, str]
) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _RowError(f"not JSON ({error}); a half-written line?") from error
    if not isinstance(data, dict):
        raise _RowError("not a JSON object")
    value = {ours: _get(data, fields.get(ours, ours), number) for ours in FIELDS}
    if value["problem"] is None:
        raise _RowError(f"no field {fields.get('problem', 'problem')!r}; map it with --field")
    if not isinstance(value["text"], str):
        raise _RowError(f"no text in the field {fields.get('text', 'text')!r}; map it with --field")
    name = value["model"] if isinstance(value["model"], str) else model
    if not name:
        raise _RowError("no field 'model', and no --model given")
    finish = str(value["finish_reason"] or "stop")
    return {
        "problem": find(value["problem"]),
        "text": storable(value["text"]),
        "model": name,
        "sample": _whole(value, "sample"),
        "prompt_tokens": _whole(value, "prompt_tokens"),
        "output_tokens": _whole(value, "output_tokens"),
        "reasoning_tokens": _whole(value, "reasoning_tokens"),
        "finish": Finish(finish) if finish in ("stop", "length") else Finish.OTHER,
        "usd": _dollars(value["usd"]),
    }


def _get(data: Any, path: str, number: int) -> Any:
    if path == ROW:
        return number - 1
    if isinstance(data, dict) and path in data:
        return data[path]
    for part in path.split("."):
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and part.isdigit() and int(part) < len(data):
            data = data[int(part)]
        else:
            return None
    return data


def _whole(value: Mapping[str, Any], name: str) -> int | None:
    number = value[name]
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 1 << 31:
        raise _RowError(f"field {name!r} must be a whole number, not {number!r}")
    return number


def _dollars(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise _RowError(f"field 'usd' must be a number of dollars, not {value!r}")
    return float(value)
