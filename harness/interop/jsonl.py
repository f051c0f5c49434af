"""Importing outputs generated elsewhere, one JSON object per line.

A row has `problem` (the task's problem id, the row's index in the data set, or the question itself)
and `text`: a string, or a list of strings, which are that many samples. Optional are `model`,
`sample`, `prompt_tokens`, `output_tokens`, `reasoning_tokens`, `finish_reason`, `usd` (lists if
the texts are one) and `reward`: a value from 0 to 1, or one for each step. Other names are mapped
by `fields`, with dots for nested objects; the name `@row` stands for the line number, from 0.
Rows without `sample` are numbered in order, per problem and model. The file is UTF-8, and
may be compressed with gzip.

A null text, and an empty list, is a failed generation: a sample without text, which is graded
as such. Unknown tokens stay unknown. lm-eval's `samples_*.jsonl` are read with their own names: all
`resps` of a document, once, however many filters have logged it.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import math
import shutil
import tempfile
import zlib
from collections import Counter, defaultdict
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
    "reward",
)
ROW = "@row"
LM_EVAL = {"doc_id", "resps", "filtered_resps", "filter"}
"""The names that identify a line of lm-eval's `samples_*.jsonl`."""

_DIGITS = 20  # more than any row index has
_ABSENT: Any = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRow:
    """One readable row, with its problem."""

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
    reward: tuple[float, ...] | None = None


@dataclass(slots=True)
class Reading:
    """What is noted while a file is read: what is wrong with its lines (line, message), and counts.

    `taken` counts how the file was interpreted: lines, how problems were identified, failed
    generations, filters left out.
    """

    bad: list[tuple[int, str]] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)


class _RowError(Exception):
    """What is wrong with one row."""


def check_fields(fields: Mapping[str, str]) -> None:
    """UnknownNameError for a mapped name that rows do not have."""
    for ours in fields:
        if ours not in FIELDS:
            raise UnknownNameError("field", ours, FIELDS)


def read_rows(
    path: Path,
    problems: tuple[Problem, ...],
    model: str | None,
    fields: Mapping[str, str],
    reading: Reading,
) -> Iterator[ImportedRow]:
    """Yield the texts of a file; unreadable rows are listed, not raised.

    Raises DataError if the file cannot be opened.
    """
    check_fields(fields)
    find = _Finder(problems)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    filters: dict[str, str] = {}  # for lm-eval's documents, the filter that was read
    for number, line in _lines(path):
        reading.taken["lines"] += 1
        try:
            data = _object(line)
            names = fields
            if data.keys() >= LM_EVAL:
                names = {"problem": "doc_id", "text": "resps", **fields}
                read = filters.setdefault(str(data["doc_id"]), str(data["filter"]))
                if read != str(data["filter"]):
                    reading.taken["further filters"] += 1
                    continue
            value = _values(data, number, names)
            (problem, how), name = find(value["problem"]), _model(value["model"], model)
            reading.taken[f"by {how}"] += 1
            texts = _texts(value["text"], names)
            # Counted before the rest is checked: a row that is fixed later keeps its number.
            place = counts[name, problem.id]
            counts[name, problem.id] += len(texts)
            for i, text in enumerate(texts):
                row = _checked(value, text, i, len(texts))
                row["sample"] = place + i if row["sample"] is None else row["sample"] + i
                reading.taken["failed generations"] += text is None
                yield ImportedRow(line=number, problem=problem, model=name, **row)
        except _RowError as error:
            reading.bad.append((number, str(error)))


@contextlib.contextmanager
def readable_twice(path: Path) -> Iterator[Path]:
    """The file itself, or a copy of what a pipe brings."""
    if path.is_file() or not path.exists():  # of one that is not there, who reads it says so
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        try:
            with path.open("rb") as source, copy.open("wb") as target:
                shutil.copyfileobj(source, target)
        except OSError as error:
            raise DataError(f"cannot read {path}: {error.strerror}") from error
        yield copy


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
    """Problems by id, by row index, and by question, ignoring white space."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self._by_id = {p.id: p for p in problems}
        self._by_row = {int(p.meta.get("row", i)): p for i, p in enumerate(problems)}
        self._by_question = {" ".join(p.question.split()): p for p in problems}

    def __call__(self, value: Any) -> tuple[Problem, str]:
        """The problem, and how it was identified."""
        found, how = None, "row index"
        if isinstance(value, int) and not isinstance(value, bool):
            found = self._by_row.get(value)
        elif isinstance(value, str):
            found, how = self._by_id.get(value), "id"
            if found is None:
                found, how = self._by_question.get(" ".join(value.split())), "question"
            if found is None and value.isdecimal() and len(value) < _DIGITS:
                found, how = self._by_row.get(int(value)), "row index"
        if found is None:
            shown = json.dumps(value, ensure_ascii=False)
            raise _RowError(f"no problem {shown[:80]} in this task (an id, row index or question)")
        return found, how


def _object(line: str) -> dict[str, Any]:
    try:
        line.encode("utf-8")
        data = json.loads(line)
    except UnicodeEncodeError as error:  # what surrogateescape let through
        byte = ord(line[error.start]) - 0xDC00
        raise _RowError(f"not UTF-8 (byte 0x{byte:02x}): write the file in UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise _RowError(f"not JSON ({error}): half-written, or not one object per line?") from error
    if not isinstance(data, dict):
        raise _RowError("not a JSON object: write one object per line")
    return data


def _values(data: dict[str, Any], number: int, fields: Mapping[str, str]) -> dict[str, Any]:
    """The values of a row under our names; None if it has none."""
    value = {ours: _get(data, fields.get(ours, ours), number) for ours in FIELDS}
    if value["problem"] in (None, _ABSENT):
        raise _RowError(f"no field {fields.get('problem', 'problem')!r}: name it with problem=NAME")
    # A text that is present and empty is a failed generation; anything else is unknown.
    return {name: None if v is _ABSENT and name != "text" else v for name, v in value.items()}


def _texts(value: Any, fields: Mapping[str, str]) -> list[str | None]:
    """The texts of a row; None for a generation that failed."""
    if value is None or value == []:
        return [None]
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(v is None or isinstance(v, str | list) for v in value):
        return [text for inner in value for text in _texts(inner, fields)]
    raise _RowError(
        f"no text in the field {fields.get('text', 'text')!r}: name the field with text=NAME"
    )


def _model(value: Any, default: str | None) -> str:
    if not isinstance(value, str | None):
        raise _RowError(f"field 'model' must be a name, not {value!r}")
    name = value if value is not None else default
    if not name:
        raise _RowError("no field 'model', and no model was named")
    if not name.isprintable():  # it appears in tables, pages and shell commands
        raise _RowError(f"model {name!a} contains invisible characters")
    return name


def _checked(value: Mapping[str, Any], text: str | None, i: int, n: int) -> dict[str, Any]:
    """What an ImportedRow takes of the i-th of n texts of a row, besides its problem and model."""
    own = {name: _own(value[name], name, i, n) for name in _FIGURES}
    finish = str(own["finish_reason"] or ("other" if text is None else "stop"))
    return {
        "text": storable(text or ""),
        "sample": _integer(value["sample"], "sample"),
        "prompt_tokens": _integer(own["prompt_tokens"], "prompt_tokens"),
        "output_tokens": _integer(own["output_tokens"], "output_tokens"),
        "reasoning_tokens": _integer(own["reasoning_tokens"], "reasoning_tokens"),
        "finish": Finish(finish) if finish in ("stop", "length") else Finish.OTHER,
        "usd": _dollars(own["usd"]),
        "reward": _steps(_own(value["reward"], "reward", i, n) if n > 1 else value["reward"]),
    }


_FIGURES = ("prompt_tokens", "output_tokens", "reasoning_tokens", "finish_reason", "usd")
_TOGETHER = ("output_tokens", "reasoning_tokens", "usd", "reward")


def _own(value: Any, name: str, i: int, n: int) -> Any:
    """One text's part of a figure: its own from a list; nothing from a sum over several texts."""
    if isinstance(value, list):
        if len(value) != n:
            raise _RowError(f"field {name!r} has {len(value)} values for {n} texts")
        return value[i]
    return None if n > 1 and name in _TOGETHER else value


def _get(data: Any, path: str, number: int) -> Any:
    """The value at a path; `_ABSENT` if there is none."""
    if path == ROW:
        return number - 1
    if isinstance(data, dict) and path in data:
        return data[path]
    for part in path.split("."):
        if isinstance(data, dict) and part in data:
            data = data[part]
        elif isinstance(data, list) and part.isdecimal() and int(part) < len(data):
            data = data[int(part)]
        else:
            return _ABSENT
    return data


def _integer(number: Any, name: str) -> int | None:
    if number is None:
        return None
    if isinstance(number, float) and number.is_integer():  # as written by pandas
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 1 << 31:
        raise _RowError(f"field {name!r} must be a whole number, not {number!r}")
    return number


def _steps(value: Any) -> tuple[float, ...] | None:
    """A reward's values, one for each step."""
    if value is None:
        return None
    values = value if isinstance(value, list) else [value]
    if not values or any(
        isinstance(v, bool) or not isinstance(v, int | float) or not 0 <= v <= 1 for v in values
    ):
        raise _RowError(f"field 'reward' must hold values from 0 to 1, not {value!r}")
    return tuple(float(v) for v in values)


def _dollars(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise _RowError(f"field 'usd' must be a number of dollars, not {value!r}")
    return float(value)
