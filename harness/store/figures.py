"""Cached reports, kept alongside the rows that they were computed from.

A cached report is only valid for its `basis`, a hash of what it was computed from. Adding
attempts, charges or calls changes the basis. Code that writes verdicts or labels, or removes rows,
deletes the affected reports: counting a run's verdicts takes longer than the rest of `show`. Only
SQLite can tell whether somebody wrote in the meantime, so reports are only cached there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, func, select
from sqlalchemy.exc import SQLAlchemyError

from harness.store.runs import StoredRun
from harness.store.schema import (
    AttemptRow,
    CallRow,
    ChargeRow,
    FiguresRow,
    RunRow,
)
from harness.store.store import LOCK_WAIT_S, Store

Report = dict[str, Any]
Keep = Callable[[str, str, Report], None]
"""Takes a run's id, the basis of its report, and the report (plain JSON)."""

_AT_ONCE = 500  # parameters per query


_RUN: BindParameter[str] = bindparam("run")
_OF_MODEL = select(RunRow.id).where(RunRow.model_id == bindparam("model"))
_COUNTS = select(
    *(
        select(func.count()).where(*where).scalar_subquery().label(name)
        for name, where in {
            "attempts": (AttemptRow.run_id == _RUN,),
            "failed": (AttemptRow.run_id == _RUN, AttemptRow.error.is_not(None)),
            "charges": (ChargeRow.run_id == _RUN,),
            "calls": (CallRow.run_id == _RUN,),
            "calls_of_model": (CallRow.run_id.in_(_OF_MODEL),),
        }.items()
    )
)


def row_counts(store: Store, run: StoredRun) -> dict[str, int]:
    """The number of rows a run's report depends on, without verdicts and labels."""
    with store.engine.connect() as connection:
        known = {"run": run.id, "model": run.model_id}
        return connection.execute(_COUNTS, known).one()._asdict()


def kept_figures(store: Store, run_ids: Collection[str]) -> dict[str, tuple[str, Report]]:
    """The cached reports of some runs with their bases."""
    query = select(FiguresRow.run_id, FiguresRow.basis, FiguresRow.report)
    wanted, found = set(run_ids), {}
    with store.engine.connect() as connection:
        for run, basis, report in connection.execute(query):
            if run in wanted:
                found[run] = (basis, report)
    return found


@contextlib.contextmanager
def keeping_figures(store: Store) -> Iterator[Keep]:
    """Inside, reports may be computed and handed over; they are stored at the end.

    Nothing is stored, and nothing raised, if anybody has written since it began, or if the
    database is read-only.
    """
    handed: list[Mapping[str, Any]] = []

    def keep(run: str, basis: str, report: Report) -> None:
        handed.append({"run_id": run, "basis": basis, "report": report})

    if store.engine.dialect.name != "sqlite":
        yield keep
        return
    with store.engine.connect() as connection:
        # From the first query on, this transaction sees one state of the database; once that
        # is no longer the newest, SQLite refuses to write in it.
        connection.exec_driver_sql("BEGIN")
        connection.execute(select(FiguresRow.run_id).limit(1)).all()
        yield keep
        with contextlib.suppress(SQLAlchemyError):
            if handed:
                _write(connection, handed)


def _write(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        ids = [row["run_id"] for row in rows]
        for part in _parts(ids):
            connection.execute(delete(FiguresRow).where(FiguresRow.run_id.in_(part)))
        connection.execute(FiguresRow.__table__.insert(), rows)
        connection.commit()
    except SQLAlchemyError:
        connection.rollback()
        raise
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(LOCK_WAIT_S * 1000)}")


def drop_figures_of(connection: Connection, samples: Iterable[str]) -> None:
    """Delete the reports of runs charged for some samples, whose verdicts change."""
    if connection.execute(select(FiguresRow.run_id).limit(1)).first() is None:
        return
    for part in _parts(list(samples)):
        charged = select(ChargeRow.run_id).where(ChargeRow.sample_id.in_(part))
        connection.execute(delete(FiguresRow).where(FiguresRow.run_id.in_(charged)))


def drop_figures(connection: Connection) -> None:
    """Delete all reports."""
    connection.execute(delete(FiguresRow))


def _parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
