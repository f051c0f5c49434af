"""Results that could not be written to the database are kept in a file and imported later."""

from __future__ import annotations

import base64
import json
import shlex
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from harness.core import DataError, StoreError
from harness.store.records import Row
from harness.store.schema import Base
from harness.store.store import Store, explain


def append(store: Store, rows: Iterable[Row], file: Path | None) -> Path:
    """Append rows to the rescue file (a new one, where there is space, if `file` is None).

    Raises OSError if no folder is writable.
    """
    lines = "".join(_dump(kind.__tablename__, row) + "\n" for kind, row in rows)
    folders = [Path(store.name).parent, Path(tempfile.gettempdir()), Path.home()]
    candidates = ([file] if file else []) + [
        f / f"{Path(store.name).name}.rescue.jsonl" for f in folders
    ]
    last: OSError = OSError("no folder to write to")
    for candidate in candidates:
        try:
            with candidate.open("a", encoding="utf-8", errors="surrogatepass") as out:
                out.write(lines)
        except OSError as error:
            last = error
        else:
            return candidate
    raise last


def point_to(error: StoreError | None, file: Path, database: str) -> StoreError:
    """The error, with where the finished samples are kept and how to import them."""
    text = str(error) if error else "the database cannot be written"
    if str(file) in text:
        return error or StoreError(text)
    return StoreError(
        f"{text}\nfinished samples are kept in {file}; once the database can be written again: "
        f"harness db recover --db {shlex.quote(database)} {shlex.quote(str(file))}"
    )


def recover(store: Store, file: Path) -> int:
    """Import a rescue file's rows into the database; returns how many lines it had."""
    from harness.store.writer import write_rows

    tables = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    rows: list[Row] = []
    try:
        lines = file.read_text("utf-8", errors="surrogatepass").splitlines()
    except OSError as error:
        raise DataError(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{file} is not a rescue file: it is not text ({error.reason})") from error
    for number, line in enumerate(lines, 1):
        try:
            item = json.loads(line)
            rows.append((tables[item["table"]], _load(item["row"])))
        except (ValueError, KeyError, TypeError) as error:
            if number == len(lines):  # the last line was cut off
                break
            raise DataError(f"{file}, line {number}: not a rescued row ({error})") from error
    try:
        with store.engine.begin() as connection:
            write_rows(connection, rows)
    except SQLAlchemyError as error:
        raise explain(error, store.name) from error
    return len(rows)


def _dump(table: str, row: Mapping[str, Any]) -> str:
    packed = {
        key: {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value
        for key, value in row.items()
    }
    return json.dumps({"table": table, "row": packed})


def _load(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: base64.b64decode(value["base64"])
        if isinstance(value, dict) and set(value) == {"base64"}
        else value
        for key, value in row.items()
    }
