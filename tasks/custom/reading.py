"""Task files and tables of questions, read from disk or from the hub; a line for what is wrong."""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.core import DataError
from harness.core.registry import find
from harness.core.typed import read_table
from harness.tasks._data import encodable, read_json_rows, rows_of_hub
from harness.tasks.custom.file import Hub, TaskFile

TABLES = (".csv", ".tsv", ".jsonl", ".json")
FILES = (".yaml", ".yml", ".toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of questions; `origin` is what a run's manifest keeps of where they came from."""

    where: str
    rows: list[dict[str, Any]] = field(repr=False)
    origin: Mapping[str, Any]

    @property
    def columns(self) -> list[str]:
        """The columns of the first row."""
        return [str(name) for name in self.rows[0]]


def read_task_file(path: Path) -> tuple[TaskFile, Mapping[str, Any]]:
    """The task in a file, and what a manifest keeps of the file. A bare table is a task as well."""
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
        raise DataError(f"{path}: name the questions by one of data (a file) and hub (name: …)")
    return task, {"file": path.name, "sha256": _sha(text.encode()), "text": text}


def verifier_tables(task: TaskFile, folder: Path) -> dict[str, Any]:
    """What the verifier's options hold that name a TOML file beside the task, by option.

    The verifier says which do (`reads`). The table takes the file's place, so that a run tells all
    of what judged it, and needs no file to be judged again.
    """
    kind = None if task.verifier is None else find("verifiers", task.verifier)
    found = {}
    for name in getattr(kind, "reads", ()):
        if isinstance(value := task.verifier_options.get(name), str):
            found[name] = read_toml(folder / value)
    return found


def _twice(node: Any) -> Any:
    """The first key that a mapping has already; YAML's parser takes the last and says nothing."""
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


def _yaml(text: str, path: Path) -> Any:
    import yaml  # for these files alone

    try:
        if key := _twice(yaml.compose(text, yaml.SafeLoader)):
            raise DataError(f"{path}, line {key.start_mark.line + 1}: {key.value!r} comes twice")
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = "" if mark is None else f", line {mark.line + 1}"
        said = getattr(error, "problem", None) or str(error)
        raise DataError(f"{path}{place}: not YAML: {' '.join(said.split())}") from error


def read_toml(path: Path) -> Any:
    """What a TOML file says; DataError for what is none."""
    return _toml(_text(path), path)


def _toml(text: str, path: Path) -> Any:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path}: not TOML: {error}") from error


def read_rows(path: Path) -> Table:
    """The rows of a table; DataError names the line that cannot be read."""
    suffix = path.suffix.lower()
    if suffix not in TABLES:
        raise DataError(f"{path}: questions are read from {', '.join(TABLES)}")
    rows = _csv(_text(path), path) if suffix in (".csv", ".tsv") else read_json_rows(path)
    origin = {"data": path.name, "data_sha256": _sha(path.read_bytes()), "rows": len(rows)}
    return _checked(Table(where=str(path), rows=rows, origin=origin))


def read_hub(hub: Hub, split: str | None = None) -> Table:
    """The rows of a split on the hub; DataError when they cannot be had."""
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
                    f"{table.where}, row {number}: {name} holds half a character (a lone "
                    "surrogate, as \\ud83d); mend the file"
                )
    return table


def _csv(text: str, path: Path) -> list[dict[str, Any]]:
    head = text.partition("\n")[0]
    delimiter = "\t" if path.suffix.lower() == ".tsv" else max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}: not CSV: {error}") from error
    if not lines:
        return []
    (_, names), *rest = lines
    names = [name.strip() for name in names]
    twice = {name for name in names if names.count(name) > 1}
    if "" in names or twice:
        bad = "a column without a name" if "" in names else f"two columns {twice.pop()!r}"
        raise DataError(f"{path}, line 1: {bad}; the first line names the columns, each once")
    for number, row in rest:
        if len(row) != len(names):
            raise DataError(
                f"{path}, line {number}: {len(row)} cells where the first line names "
                f'{len(names)}: a cell with a "{delimiter}" in it stands in quotes'
            )
    return [dict(zip(names, row, strict=True)) for _, row in rest]


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text (byte {error.start}): convert it") from error
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file; `harness tasks new NAME` writes one") from error
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
