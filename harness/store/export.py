"""Tables as a separate SQLite file, for others to query."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

_NAME = re.compile(r"[a-z_]+")


def write_sqlite(
    path: Path, tables: Mapping[str, tuple[Sequence[str], Sequence[Sequence[Any]]]]
) -> None:
    """Write tables, each as column names and rows of plain values, to a new file.

    The same tables give the same bytes. ValueError for a name that is not a lower-case word.
    """
    for name in [*tables, *(c for columns, _ in tables.values() for c in columns)]:
        if not _NAME.fullmatch(name):
            raise ValueError(f"table or column {name!r}: lower-case letters and underscores")
    with closing(sqlite3.connect(path)) as connection, connection:
        for name, (columns, rows) in tables.items():
            named = ", ".join(f'"{column}"' for column in columns)
            marks = ", ".join("?" * len(columns))
            connection.execute(f'CREATE TABLE "{name}" ({named})')
            connection.executemany(
                f'INSERT INTO "{name}" VALUES ({marks})',  # names are checked above
                [[_plain(value) for value in row] for row in rows],
            )


def _plain(value: Any) -> Any:
    """Text without lone surrogates, which SQLite cannot store."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
