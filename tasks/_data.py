"""Loading published data sets: from the hub with a pinned revision, or from a local folder.

Each possible problem gives one clear DataError: no such folder or file, an unreadable line,
another schema, an unreachable hub.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from harness.core import DataError, DataSource, UsageError
from harness.tasks._calls import unlimited

Row = Mapping[str, Any]
Item = TypeVar("Item")

SHUFFLE_SEED = 20241124  # one order forever, so that the first n are the same fair sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A data set as its authors publish it.

    `files` are the names under which a local folder may contain a split, with `{split}` filled in;
    the first that exists is read. `columns` must exist in every row; those of `texts` hold
    non-empty text; no two rows with the columns of `key` (text or whole numbers) agree in all of
    them. A set that is not on the hub has no `hub`.
    """

    name: str
    hub: str
    revision: str | None
    config: str | None
    files: tuple[str, ...]
    columns: tuple[str, ...]
    texts: tuple[str, ...] = ()
    key: tuple[str, ...] = ()


def load_rows(data: Published, split: str, source: DataSource) -> list[dict[str, Any]]:
    """All rows of a split, in the published order; raises DataError as described above."""
    if source.data_dir is None:
        if not data.hub:
            raise UsageError(
                f"{data.name} is not on the hub: give {{data_dir}}, the folder that holds "
                f"{data.files[0].format(split=split)}",
                data_dir=...,
            )
        rows = _from_hub(data, split)
        where = f"{data.hub} at {data.revision or 'its newest revision'}"
    else:
        file = _find(data, split, source.data_dir)
        rows = read_json_rows(file)
        where = str(file)
    if not rows:
        raise DataError(f"{where} has no rows")
    _check_schema(data, rows, where)
    return rows


def _check_schema(data: Published, rows: Sequence[Row], where: str) -> None:
    schema = f"is it {data.name} in its authors' schema?"
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        missing = [column for column in data.columns if column not in row]
        if missing:
            raise DataError(
                f"{where}, row {number}: no column {', '.join(missing)} (found: "
                f"{', '.join(sorted(row))}); {schema}"
            )
        for column in data.texts:
            if not isinstance(row[column], str) or not row[column].strip():
                raise DataError(
                    f"{where}, row {number}: {column} should be text, not "
                    f"{_shown(row[column])}; {schema}"
                )
            if not encodable(row[column]):
                raise DataError(
                    f"{where}, row {number}: {column} holds half a character (a lone surrogate, "
                    "as \\ud83d); mend the file"
                )
        key = data.key if all(column in row for column in data.key) else ()
        for column in key:
            if isinstance(row[column], bool) or not isinstance(row[column], int | str):
                raise DataError(
                    f"{where}, row {number}: {column} should be text or a whole number, not "
                    f"{_shown(row[column])}; {schema}"
                )
        name = ", ".join(f"{column} {row[column]}" for column in key)
        if name and seen.setdefault(name, number) != number:
            raise DataError(
                f"{where}, row {number}: {_cut(name, 60)} is also row {seen[name]}; "
                f"each may come once: remove one of the two"
            )


def encodable(text: str) -> bool:
    """Whether it can be encoded as UTF-8, without lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(value: object) -> str:
    """A value of a file in an error message."""
    return _cut(json.dumps(value, default=str), 40)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _find(data: Published, split: str, folder: Path) -> Path:
    if folder.is_file():
        raise DataError("{data_dir} is a file: name the folder that holds it", data_dir=str(folder))
    if not folder.is_dir():
        raise DataError("{data_dir}: no such folder", data_dir=str(folder))
    names = [name.format(split=split) for name in data.files]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise DataError(
        f"{{data_dir}} holds no {data.name}: looked for {', '.join(names)}", data_dir=str(folder)
    )


def read_json_rows(file: Path) -> list[dict[str, Any]]:
    """The objects of a JSON array (`.json`) or of JSON lines (any other name), in UTF-8."""
    try:
        text = _text(file)
    except EOFError as error:
        raise DataError(f"{file} is cut off: {error}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{file} is not UTF-8 text (byte {error.start}): convert it") from error
    except OSError as error:
        raise DataError(f"cannot read {file}: {error.strerror or error}") from error
    if text.startswith("version https://git-lfs."):
        raise DataError(f"{file} is a pointer of Git LFS, not the data: `git lfs pull` fetches it")
    if file.name.removesuffix(".gz").endswith(".json"):
        return _array(text, file) if text.strip() else []
    rows = []
    for number, line in enumerate(text.split("\n"), 1):  # a string may hold U+2028 and its like
        if not line.strip():
            continue
        row = _parsed(line, f"{file}, line {number}", "one JSON object a line")
        if not isinstance(row, dict):
            raise DataError(f"{file}, line {number}: expected an object, not {_shown(row)}")
        rows.append(row)
    return rows


def _text(file: Path) -> str:
    """Its text, unpacked where the name ends in `.gz`."""
    if file.suffix != ".gz":
        return file.read_text("utf-8-sig")
    with gzip.open(file, "rt", encoding="utf-8-sig") as unpacked:
        return unpacked.read()


def _array(text: str, file: Path) -> list[dict[str, Any]]:
    rows = _parsed(text, str(file), "one JSON array of objects")
    if not isinstance(rows, list):
        raise DataError(f"{file}: expected a list of objects, not {_shown(rows)}")
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise DataError(f"{file}, row {number}: expected an object, not {_shown(row)}")
    return rows


def _parsed(text: str, where: str, expected: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where} is not JSON ({expected}): {error}; is it cut off?") from error


def _from_hub(data: Published, split: str) -> list[dict[str, Any]]:
    file = data.files[0].format(split=split)
    hint = f"give a local copy: {{data_dir}}, a folder that holds {file}"
    return rows_of_hub(data.hub, data.config, split, data.revision, hint)


@unlimited()
def rows_of_hub(
    name: str, config: str | None, split: str, revision: str | None, hint: str
) -> list[dict[str, Any]]:
    """The rows of a split on the hub; DataError, with a `hint`, if they are unavailable."""
    import datasets

    datasets.disable_progress_bars()
    try:
        found = datasets.load_dataset(name, config, split=split, revision=revision)
    except Exception as error:  # the hub's client raises many kinds; all mean the same here
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise DataError(
            f"cannot load {name} (split {split}) from the hub: {reason}\n{hint}", data_dir=...
        ) from error
    return [dict(row) for row in found]


def fixed_shuffle(items: Iterable[Item]) -> list[Item]:
    """The items in an order that never changes, whatever the limit or the sampling seed."""
    out = list(items)
    random.Random(SHUFFLE_SEED).shuffle(out)
    return out


def check_choice(task: str, name: str, value: str, allowed: Sequence[str]) -> str:
    """The value of an option, which must be one of `allowed`."""
    if value not in allowed:
        raise DataError(f"task {task}: {name}={value} must be one of {', '.join(allowed)}")
    return value
