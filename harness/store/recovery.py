"""Bringing a rescue file's rows into the database; rescue.py writes such files."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from harness.core import DataError
from harness.store.records import Row
from harness.store.schema import Base
from harness.store.store import Store, explain
from harness.store.writer import write_rows


def recover(store: Store, file: Path) -> int:
    """Import a rescue file's rows into the database; returns how many lines it had."""
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
            rows.append((Base.by_name[item["table"]], _load(item["row"])))
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


def _load(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: base64.b64decode(value["base64"])
        if isinstance(value, dict) and set(value) == {"base64"}
        else value
        for key, value in row.items()
    }
