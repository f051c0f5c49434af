"""Outputs that were made elsewhere, one JSON object a line, into the store.

A row has `problem` (the task's problem id, the row's index in the data set, or the question
itself) and `text`; optional are `model`, `sample`, `prompt_tokens`, `output_tokens`,
`reasoning_tokens`, `finish_reason` and `usd`. Other names are mapped by `fields`, with dots for
nested objects; the name `@row` stands for the line's own number, from 0. Rows without `sample` are
numbered as they come, for each problem and model. The file is UTF-8, and may be compressed by gzip.
Unknown tokens stay unknown.
"""

from __future__ import annotations

import gzip
import io
import json
import math
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from harness.core import DataError, Finish, Problem, UnknownNameError
from harness.core.sample import storable

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
_DIGITS = 20  # no row index has so many


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
            value = _read(number, line, fields)
            problem, name = find(value["problem"]), _model(value["model"], model)
            # Counted before the rest is looked at: a row that is mended later keeps its number.
            place = counts[name, problem.id]
            counts[name, problem.id] += 1
            row = _checked(value, fields)
            row["sample"] = place if row["sample"] is None else row["sample"]
            rows.good.append(ImportedRow(line=number, problem=problem, model=name, **row))
        except _RowError as error:
            rows.bad.append((number, str(error)))
    return rows


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open("rb") as file:
            packed = file.peek(2).startswith(b"\x1f\x8b")
            stream = cast("IO[bytes]", gzip.GzipFile(fileobj=file) if packed else file)
            text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape")
            for number, line in enumerate(text, 1):
                if line.strip():
                    yield number, line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"cannot read {path}: the compressed file is damaged: {error}") from error
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
            if found is None and value.isdecimal() and len(value) < _DIGITS:
                found = self._by_row.get(int(value))
        else:
            found = None
        if found is None:
            shown = json.dumps(value, ensure_ascii=False)
            raise _RowError(f"no problem {shown[:80]} in this task (an id, row index or question)")
        return found


def _read(number: int, line: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """The values of a row under our names; None where it has none."""
    try:
        line.encode("utf-8")
        data = json.loads(line)
    except UnicodeEncodeError as error:  # what surrogateescape let through
        byte = ord(line[error.start]) - 0xDC00
        raise _RowError(f"not UTF-8 (byte 0x{byte:02x}): write the file in UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise _RowError(f"not JSON ({error}): half-written, or not one object a line?") from error
    if not isinstance(data, dict):
        raise _RowError("not a JSON object: one object a line is wanted")
    value = {ours: _get(data, fields.get(ours, ours), number) for ours in FIELDS}
    if value["problem"] is None:
        raise _RowError(f"no field {fields.get('problem', 'problem')!r}; map it with --field")
    return value


def _model(value: Any, default: str | None) -> str:
    if not isinstance(value, str | None):
        raise _RowError(f"field 'model' must be a name, not {value!r}")
    name = value if value is not None else default
    if not name:
        raise _RowError("no field 'model', and no --model given")
    if not name.isprintable():  # it stands in tables, pages and shell commands
        raise _RowError(f"model {name!a} holds characters that cannot be seen")
    return name


def _checked(value: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    """What an ImportedRow takes of a row beside its problem and model."""
    if not isinstance(value["text"], str):
        raise _RowError(f"no text in the field {fields.get('text', 'text')!r}; map it with --field")
    finish = str(value["finish_reason"] or "stop")
    return {
        "text": storable(value["text"]),
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
        elif isinstance(data, list) and part.isdecimal() and int(part) < len(data):
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
