"""A single thread that writes everything, in small transactions as results arrive.

Rows are queued in order and committed together if several are waiting (group commit), so that a
thousand samples a second need a few dozen transactions. If the database can no longer be
written, results that were already paid for go to a rescue file instead (see rescue.py).
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Dialect,
    Table,
    and_,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from harness.core import StoreError
from harness.store import rescue
from harness.store.figures import drop_figures_of
from harness.store.records import Row
from harness.store.repeats import begin_writing, told_apart
from harness.store.schema import Base
from harness.store.store import Store, explain, is_dropped, is_lock

_MOST_AT_ONCE = 2000
_FLOOD = 32  # rows per transaction; at this rate, the next transaction collects more:
_RECONNECT_S = 0.5  # between attempts to reach a server again
_GATHER_S = 0.15  # a commit costs as much as a hundred rows
_ORDER = {table.name: i for i, table in enumerate(Base.metadata.sorted_tables)}


class Writer:
    """Queue of rows and the thread that commits them.

    Existing rows (same primary key) are left unchanged, except attempts, which are
    updated: a failed one may succeed later. `lock_timeout_s` limits the wait for another
    process's lock. `error` is set once writing has failed permanently.
    """

    def __init__(self, store: Store, *, lock_timeout_s: float = 60.0) -> None:
        self.error: StoreError | None = None
        self.rescued: Path | None = None
        self._store = store
        self._lock_timeout_s = lock_timeout_s
        self._queue: queue.SimpleQueue[list[Row] | Callable[[], None] | None] = queue.SimpleQueue()
        self._awaited = threading.Event()  # somebody waits: what is queued is written at once
        self._thread = threading.Thread(target=self._run, name="harness-writer", daemon=True)
        self._thread.start()

    def put(self, rows: Iterable[Row]) -> None:
        """Queue rows; they are committed in this order, all rows of one call in one transaction."""
        self._queue.put(list(rows))

    def after(self, done: Callable[[], None]) -> None:
        """Call `done` on the writer's thread when everything queued so far is written, or cannot
        be. It must be quick and never raise."""
        self._queue.put(done)

    def flush(self) -> None:
        """Wait until everything queued so far is written; raises StoreError if it could not be."""
        done = threading.Event()
        self.after(done.set)
        self._awaited.set()
        done.wait()
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        """Write what is queued, then end the thread. Does not raise: check `error`."""
        self._queue.put(None)
        self._awaited.set()
        self._thread.join()

    def _run(self) -> None:
        running = True
        rows: list[Row] = []
        while running:
            flood = _FLOOD <= len(rows) < _MOST_AT_ONCE  # behind a full one more is waiting
            rows = []
            waiting: list[Callable[[], None]] = []
            item = self._queue.get()
            if flood and isinstance(item, list):
                self._awaited.wait(_GATHER_S)
            self._awaited.clear()
            while True:
                if item is None:
                    running = False
                elif isinstance(item, list):
                    rows += item
                else:
                    waiting.append(item)
                if not running or len(rows) >= _MOST_AT_ONCE:
                    break
                try:
                    item = self._queue.get_nowait()
                except queue.Empty:
                    break
            if rows:
                self._write(rows)
            for done in waiting:
                done()

    def _write(self, rows: list[Row]) -> None:
        if self.error is None:
            try:
                self._commit(rows)
                return
            except SQLAlchemyError as error:
                self.error = explain(error, self._store.name)
            # A driver's own error for a value that no column accepts: if it ended the thread,
            # everybody waiting for queued rows would wait forever.
            except Exception as error:  # noqa: BLE001
                self.error = StoreError(
                    f"database {self._store.name}: a row cannot be written: "
                    f"{type(error).__name__}: {error}"
                )
        try:
            self.rescued = rescue.append(self._store, rows, self.rescued)
            self.error = rescue.point_to(self.error, self.rescued, self._store.name)
        # Nowhere to write at all, or a value that JSON has not: the error stands without a rescue
        # file. Whatever else it may be, the thread goes on, as others wait for it.
        except Exception:  # noqa: BLE001
            return

    def _commit(self, rows: Sequence[Row]) -> None:
        deadline = time.monotonic() + self._lock_timeout_s
        while True:
            try:
                with self._store.engine.begin() as connection:
                    write_rows(connection, rows)
                return
            except SQLAlchemyError as error:
                dropped = is_dropped(error)  # existing rows are skipped, so try once more
                if not (dropped or is_lock(error)) or time.monotonic() > deadline:
                    raise
                if dropped:
                    time.sleep(_RECONNECT_S)


def write_rows(connection: Connection, rows: Iterable[Row]) -> None:
    """Insert rows in the order of their tables' references; existing ones stay.

    A call for samples that already exist was paid for all the same: it is kept too.
    """
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for kind, row in rows:
        groups.setdefault(kind.__tablename__, []).append(row)
    if groups.get("call"):
        begin_writing(connection)
        calls, samples = told_apart(connection, groups["call"], groups.get("sample", []))
        groups |= {"call": calls, "sample": samples} if samples else {"call": calls}
    if groups.get("verdict"):
        drop_figures_of(connection, [row["sample_id"] for row in groups["verdict"]])
    for name in sorted(groups, key=_ORDER.__getitem__):
        table = Base.metadata.tables[name]
        insert_new(connection, table, groups[name])
        if name == "attempt":
            _renew(connection, table, groups[name])


def renew_verdicts(store: Store, rows: Sequence[Row]) -> None:
    """Write verdicts in one transaction; those of the same verifier and version are replaced."""
    table, values = Base.metadata.tables["verdict"], [row for _, row in rows]
    if not values:
        return
    with store.engine.begin() as connection:
        drop_figures_of(connection, [row["sample_id"] for row in values])
        if connection.dialect.name == "sqlite":
            _insert_sqlite(connection, table, values, verb="INSERT OR REPLACE")
        else:
            insert_new(connection, table, values)
            _renew(connection, table, values)


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose primary key does not exist yet."""
    dialect = connection.dialect.name
    if dialect == "sqlite":
        _insert_sqlite(connection, table, rows)
    elif dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as pg_insert

        connection.execute(pg_insert(table).on_conflict_do_nothing(), rows)
    elif dialect in ("mysql", "mariadb"):
        connection.execute(insert(table).prefix_with("IGNORE"), rows)
    else:
        for row in rows:
            _insert_one(connection, table, row)


def _insert_sqlite(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    verb: str = "INSERT OR IGNORE",
) -> None:
    """Through the driver: SQLAlchemy's own work on a row costs more than SQLite's.

    The columns are the first row's, as in SQLAlchemy; values that it fills in are left to it.
    """
    names = [column.name for column in table.columns if column.name in rows[0]]
    if any(c.default is not None and c.name not in rows[0] for c in table.columns):
        connection.execute(insert(table).prefix_with("OR IGNORE"), rows)
        return
    quote = connection.dialect.identifier_preparer.quote
    columns, marks = ", ".join(map(quote, names)), ", ".join("?" * len(names))
    encoders = {n: e for n in names if (e := _encoder(connection.dialect, table.c[n])) is not None}
    values = [
        tuple(encoders[n](row[n]) if n in encoders else row[n] for n in names) for row in rows
    ]
    query = f"{verb} INTO {quote(table.name)} ({columns}) VALUES ({marks})"
    connection.exec_driver_sql(query, values)


def _encoder(dialect: Dialect, column: Column[Any]) -> Callable[[Any], Any] | None:
    """How a column's values are converted, unless they are written as is."""
    encoder: Callable[[Any], Any] | None = column.type.dialect_impl(dialect).bind_processor(dialect)
    return encoder


def _insert_one(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    try:
        with connection.begin_nested():
            connection.execute(insert(table), [row])
    except IntegrityError:
        if not _exists(connection, table, row):
            raise


def _exists(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    keys = and_(*(column == row[column.name] for column in table.primary_key))
    return connection.execute(select(table.primary_key.columns[0]).where(keys)).first() is not None


def _renew(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Update existing rows to what is known now."""
    keys = [column.name for column in table.primary_key]
    query = update(table).where(*(table.c[key] == bindparam(f"old_{key}") for key in keys))
    connection.execute(query, [{**row, **{f"old_{key}": row[key] for key in keys}} for row in rows])
