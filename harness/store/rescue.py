"""Results that could not be written to the database are kept in a file and imported later."""

from __future__ import annotations

import base64
import contextlib
import json
import shlex
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.core import StoreError
from harness.store.records import Row
from harness.store.store import Store


def append(store: Store, rows: Iterable[Row], file: Path | None) -> Path:
    """Append rows to the rescue file (a new one, where there is space, if `file` is None).

    A row that JSON cannot hold is left out: no database could hold it either. Raises OSError
    when no folder can be written.
    """
    lines = ""
    for kind, row in rows:
        with contextlib.suppress(TypeError, ValueError, RecursionError):
            lines += _dump(kind.__tablename__, row) + "\n"
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


def _dump(table: str, row: Mapping[str, Any]) -> str:
    packed = {
        key: {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value
        for key, value in row.items()
    }
    return json.dumps({"table": table, "row": packed})
