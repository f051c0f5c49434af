"""Reading task files and tables of questions, from disk or from the hub.

Whatever is wrong with one is told in a single line, with the place and what to do about it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.core import DataError
from harness.core.counting import counted
from harness.core.registry import find
from harness.core.typed import read_table
from harness.tasks._data import encodable, read_json_rows, rows_of_hub
from harness.tasks.custom.file import Hub, TaskFile

TABLES = (".csv", ".tsv", ".jsonl", ".json")
FILES = (".yaml", ".yml", ".toml")
_MOST_NODES = 100_000  # of a task file: more come from aliases of aliases


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of questions; `origin` is what a run's manifest records about their source."""

    where: str
    rows: list[dict[str, Any]] = field(repr=False)
    origin: Mapping[str, Any]

    @property
    def columns(self) -> list[str]:
        """The columns of the first row."""
        return [str(name) for name in self.rows[0]]


def read_task_file(path: Path) -> tuple[TaskFile, Mapping[str, Any]]:
    """The task in a file, and what a manifest records of the file. A bare table is a task too."""
    suffix = path.suffix.lower()
    if suffix in TABLES:
        return TaskFile(data=path.name), {}
    text = _text(path)
    raw = _yaml(text, path) if suffix in (".yaml", ".yml") else _toml(text, path)
    if not isinstance(raw, dict):
        raise DataError(f"{path}: expected keys with values, such as data: questions.csv")
    if "doc_to_text" in raw or "dataset_path" in raw:
        raise DataError(
            f"{path} is a task of lm-eval: name it lm-eval:{raw.get('task', 'NAME')}, with its "
            f"folder as {{include_path}} ({path.parent})",
            include_path=...,
        )
    task, faults = read_table(raw, TaskFile)
    if task is None:
        raise DataError("\n".join(f"{path}: {fault}" for fault in faults))
    if (task.data is None) == (task.hub is None):
        raise DataError(f"{path}: give either `data` (a file of questions) or `hub` (name: …)")
    return task, {"file": path.name, "sha256": _sha(text.encode()), "text": text}


def verifier_tables(task: TaskFile, folder: Path) -> dict[str, Any]:
    """The contents of the TOML files that the verifier's options name, by option.

    A verifier's `reads` lists such options; paths are relative to the task file. The contents
    replace the name, so that a run records all that judged it and can be judged again without the
    file.
    """
    kind = None if task.verifier is None else find("verifiers", task.verifier)
    found = {}
    for name in getattr(kind, "reads", ()):
        if isinstance(value := task.verifier_options.get(name), str):
            found[name] = read_toml(folder / value)
    return found


def _twice(node: Any) -> Any:
    """The first key that occurs twice in a mapping; YAML's parser silently takes the last."""
    import yaml

    if isinstance(node, yaml.SequenceNode):
        return next(filter(None, map(_twice, node.value)), None)
    seen: set[str] = set()
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if str(key.value) in seen:
            return key
        seen.add(str(key.value))
        if found := _twice(value):
            return found
    return None


def _size(node: Any, known: dict[int, int] | None = None) -> int:
    """How many values a node holds, those that aliases repeat included; RecursionError: no end."""
    known = {} if known is None else known
    if id(node) not in known:
        parts = node.value if isinstance(getattr(node, "value", None), list) else []
        flat = [one for part in parts for one in (part if isinstance(part, tuple) else (part,))]
        known[id(node)] = 1 + sum(_size(one, known) for one in flat)
    return known[id(node)]


def _yaml(text: str, path: Path) -> Any:
    import yaml  # only needed for these files

    try:
        node = yaml.compose(text, yaml.SafeLoader)
        if _size(node) > _MOST_NODES:
            raise DataError(f"{path}: its aliases (*name) repeat too much: write values out")
        if key := _twice(node):
            raise DataError(f"{path}, line {key.start_mark.line + 1}: {key.value!r} occurs twice")
        return yaml.safe_load(text)
    except RecursionError as error:
        raise DataError(f"{path}: not YAML for a task: it contains itself") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = "" if mark is None else f", line {mark.line + 1}"
        said = getattr(error, "problem", None) or str(error)
        raise DataError(f"{path}{place}: not YAML: {' '.join(said.split())}") from error


def read_toml(path: Path) -> Any:
    """The contents of a TOML file; DataError if it is not valid TOML."""
    return _toml(_text(path), path)


def _toml(text: str, path: Path) -> Any:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path}: not TOML: {error}") from error


def read_rows(path: Path) -> Table:
    """The rows of a table; DataError names the line that is wrong."""
    suffix = path.suffix.lower()
    if suffix not in TABLES:
        raise DataError(f"{path}: questions are read from {', '.join(TABLES)}")
    rows = _csv(_text(path), path) if suffix in (".csv", ".tsv") else read_json_rows(path)
    origin = {"data": path.name, "data_sha256": _sha(path.read_bytes()), "rows": len(rows)}
    return _checked(Table(where=str(path), rows=rows, origin=origin))


def read_hub(hub: Hub, split: str | None = None) -> Table:
    """The rows of a split on the hub; DataError if they cannot be loaded."""
    split = split or hub.split
    rows = rows_of_hub(hub.name, hub.config, split, hub.revision, "write them to a file")
    told = {"hub": hub.name, "config": hub.config, "split": split, "revision": hub.revision}
    origin = {name: value for name, value in told.items() if value is not None}
    return _checked(
        Table(where=f"{hub.name}, split {split}", rows=rows, origin={**origin, "rows": len(rows)})
    )


def _checked(table: Table) -> Table:
    if not table.rows:
        raise DataError(f"{table.where} has no rows")
    for number, row in enumerate(table.rows, 1):
        for name, value in row.items():
            if isinstance(value, str) and not encodable(value):
                raise DataError(
                    f"{table.where}, row {number}: {name} contains half a character (a lone "
                    "surrogate such as \\ud83d): correct the file"
                )
            if isinstance(value, str) and "\0" in value:
                raise DataError(
                    f"{table.where}, row {number}: {name} contains a NUL character: remove it"
                )
    return table


def _csv(text: str, path: Path) -> list[dict[str, Any]]:
    if hint := re.match(r'"?sep=([,;\t])"?\r?\n', text):  # a line that spreadsheets write and hide
        text = text[hint.end() :]
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    if hint or path.suffix.lower() == ".tsv":
        delimiter = hint[1] if hint else "\t"
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise DataError(
            f"{path}, line {reader.line_num}: not CSV: {error} (a cell that begins with a quote "
            "ends with one; a quote inside is doubled)"
        ) from error
    if not lines:
        return []
    (_, names), *rest = lines
    names = [name.strip() for name in names]
    twice = {name for name in names if names.count(name) > 1}
    if "" in names or twice:
        bad = "a column without a name" if "" in names else f"two columns named {twice.pop()!r}"
        raise DataError(f"{path}, line 1: {bad}; the first line must name every column, each once")
    for number, row in rest:
        if len(row) != len(names):
            raise DataError(
                f"{path}, line {number}: {counted(len(row), 'cell')}, but the first line names "
                f"{counted(len(names), 'column')}: put a cell that contains {delimiter!r} "
                "in double quotes"
            )
    return [dict(zip(names, row, strict=True)) for _, row in rest]


def _text(path: Path) -> str:
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise DataError(f"{path} is a pipe or a device: save its content to a file first")
    try:
        data = path.read_bytes()
        if data.startswith(b"PK\3\4"):
            raise DataError(f"{path} is a spreadsheet, not a text file: save it as CSV UTF-8")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8 (in a spreadsheet: "
            "Save As, CSV UTF-8)"
        ) from error
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file; `harness tasks new NAME` writes one") from error
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
