"""Runs as plain rows, to be carried from one database to another and checked on the way.

Rows are checked column by column against the tables: what comes from a stranger's file is taken
for nothing until it is a value of the right kind.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    Float,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    case,
    func,
    select,
)

from harness.core.secrets import in_texts
from harness.store.records import Row
from harness.store.schema import (
    SCHEMA_VERSION,
    AttemptRow,
    Base,
    CallRow,
    ChargeRow,
    ModelRow,
    ProblemRow,
    PromptRow,
    RunRow,
    SampleRow,
    VerdictRow,
)
from harness.store.store import Store
from harness.store.writer import insert_new, write_rows

__all__ = [
    "SCHEMA_VERSION",
    "TABLES",
    "bring_in",
    "clashes",
    "fill",
    "key_of",
    "packed_calls",
    "packed_rows",
    "read_row",
]

TABLES: Mapping[str, type[Base]] = {
    kind.__tablename__: kind
    for kind in (
        ModelRow, ProblemRow, PromptRow, RunRow, CallRow,
        SampleRow, AttemptRow, ChargeRow, VerdictRow,
    )
}  # fmt: skip
"""The tables that a run is made of, each behind those that it refers to."""

_TOLD: Mapping[str, Sequence[str]] = {
    "model": ("name", "spec", "info"),
    "run": ("manifest",),
    "attempt": ("error",),
}
"""What is written about models and runs, which may name this machine; see also redact.py."""

_WHOLE = 2**63 - 1
_CHUNK = 1000  # rows that are fetched or written together
_AT_ONCE = 500  # parameters per query
_DEEP = 40  # levels of a JSON value


def packed_rows(
    store: Store, runs: Sequence[str], change: Callable[[str], str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """All rows that some runs are made of, as plain JSON: table and columns.

    `change` is applied to what is told of models and runs; what names them (a manifest's identity)
    stays. A call that another run paid for is booked on the first of `runs` that is charged for
    one of its samples; samples of such a call that none of them is charged for come along, as its
    id follows from all that it brought.
    """
    with store.engine.connect() as connection:
        for name, query in _queries(runs).items():
            table = Base.metadata.tables[name]
            kept = _columns(table)
            for row in connection.execute(query.execution_options(yield_per=_CHUNK)):
                values = {column: _plain(row._mapping[column]) for column in kept}
                for column in _TOLD.get(name, ()):
                    values[column] = in_texts(values[column], change, ("identity",))
                yield name, values


def _columns(table: Table) -> list[str]:
    """What of a table is packed: a run's own name is its user's."""
    return [c.name for c in table.columns if (table.name, c.name) != ("run", "name")]


def _queries(runs: Sequence[str]) -> dict[str, Select[Any]]:
    """What to read of each table, in the order of `TABLES`."""
    charged = select(ChargeRow.sample_id.label("id")).where(ChargeRow.run_id.in_(runs))
    chain = charged.cte("chain", recursive=True)  # what is charged, and what it was cut from
    longer = select(SampleRow.cut_of).join(chain, SampleRow.id == chain.c.id)
    chain = chain.union(longer.where(SampleRow.cut_of.is_not(None)))
    first = SampleRow.__table__.alias()
    calls = (
        select(first.c.call_id)
        .where(first.c.id.in_(select(chain.c.id)), first.c.call_id.is_not(None))
        .union(select(CallRow.id).where(CallRow.run_id.in_(runs)))
    )
    used = SampleRow.id.in_(select(chain.c.id)) | SampleRow.call_id.in_(calls)
    tables = {name: kind.__table__ for name, kind in TABLES.items()}
    samples = select(SampleRow).where(used)
    payer = (
        select(func.min(ChargeRow.run_id))
        .join(first, first.c.id == ChargeRow.sample_id)
        .where(ChargeRow.run_id.in_(runs), first.c.call_id == CallRow.id)
        .correlate(CallRow)
        .scalar_subquery()
    )
    attempts = select(AttemptRow.problem_id).where(AttemptRow.run_id.in_(runs))
    call = tables["call"]
    columns = [c for c in call.columns if c.name != "run_id"]
    booked = case((CallRow.run_id.in_(runs), CallRow.run_id), else_=func.coalesce(payer, runs[0]))
    return {
        "model": select(tables["model"]).where(
            ModelRow.id.in_(samples.with_only_columns(SampleRow.model_id))
            | ModelRow.id.in_(select(RunRow.model_id).where(RunRow.id.in_(runs)))
        ),
        "problem": select(tables["problem"]).where(ProblemRow.id.in_(attempts)),
        "prompt": select(tables["prompt"]).where(
            PromptRow.id.in_(samples.with_only_columns(SampleRow.prompt_id))
        ),
        "run": select(tables["run"]).where(RunRow.id.in_(runs)),
        "call": select(*columns, booked.label("run_id")).where(CallRow.id.in_(calls)),
        "sample": samples.with_only_columns(tables["sample"]).order_by(
            # What a sample was cut from stands before it, the samples of a call together.
            SampleRow.cut_of.is_not(None),
            SampleRow.call_id,
            func.length(SampleRow.text).desc(),
            SampleRow.id,
        ),
        "attempt": select(tables["attempt"]).where(AttemptRow.run_id.in_(runs)),
        "charge": select(tables["charge"]).where(ChargeRow.run_id.in_(runs)),
        "verdict": _verdicts(runs),
    }


def _verdicts(runs: Sequence[str]) -> Select[Any]:
    """The verdicts by which the runs are shown."""
    return (
        select(VerdictRow.__table__)
        .join(
            ChargeRow,
            (ChargeRow.sample_id == VerdictRow.sample_id)
            & (ChargeRow.problem_id == VerdictRow.problem_id),
        )
        .join(
            RunRow,
            (RunRow.id == ChargeRow.run_id)
            & (RunRow.verifier == VerdictRow.verifier)
            & (RunRow.verifier_version == VerdictRow.version),
        )
        .where(ChargeRow.final, RunRow.id.in_(runs))
        .distinct()
    )


def _plain(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def read_row(name: str, values: Any) -> Row:
    """One row of the table `name` from plain JSON; ValueError that says what is wrong with it."""
    kind = TABLES[name]
    table = Base.metadata.tables[name]
    wanted = _columns(table)
    if not isinstance(values, Mapping):
        raise ValueError("not a JSON object")
    if set(values) != set(wanted):
        odd = sorted(set(values) ^ set(wanted))
        raise ValueError(f"columns {', '.join(map(str, odd[:4]))} missing or unknown")
    return kind, {column: _read(table.c[column], values[column]) for column in wanted}


def key_of(name: str, row: Row) -> tuple[Any, ...]:
    """What names a row in its table."""
    return tuple(row[1][c.name] for c in Base.metadata.tables[name].primary_key)


def _read(column: Any, value: Any) -> Any:
    kind = column.type
    if value is None:
        if not column.nullable:
            raise ValueError(f"{column.name} is missing")
        return None
    if isinstance(kind, JSON):
        _check_depth(column.name, value)
        good = isinstance(value, Mapping)
    elif isinstance(kind, Boolean):
        good = isinstance(value, bool)
    elif isinstance(kind, Integer):
        good = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _WHOLE
    elif isinstance(kind, Float):
        good = isinstance(value, int | float) and not isinstance(value, bool)
        good = good and math.isfinite(value) and value >= 0
    elif isinstance(kind, LargeBinary):
        return _bytes(column.name, value)
    else:
        good = isinstance(value, str) and _fits(kind, value)
    if not good:
        raise ValueError(f"{column.name} = {json.dumps(value, default=str)[:40]} does not fit")
    return value


def _fits(kind: Any, value: str) -> bool:
    length = kind.length if isinstance(kind, String) else None
    if length is not None and len(value) > length:
        return False
    try:
        value.encode()  # no half of a surrogate, which no database holds
    except UnicodeEncodeError:
        return False
    return True


def _bytes(name: str, value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise ValueError(f"{name} is not base64") from None


def _check_depth(name: str, value: Any) -> None:
    """Numbers of a JSON value are finite, and it is not nested beyond any sense."""
    todo = [(value, 0)]
    while todo:
        one, depth = todo.pop()
        if depth > _DEEP:
            raise ValueError(f"{name} is nested too deep")
        if isinstance(one, float) and not math.isfinite(one):
            raise ValueError(f"{name} holds a number that is not finite")
        inner: Collection[Any] = ()
        if isinstance(one, Mapping):
            inner = one.values()
        elif isinstance(one, list):
            inner = one
        todo += [(each, depth + 1) for each in inner]


def fill(store: Store, rows: Iterable[tuple[str, Row]]) -> None:
    """Write rows to a new database of our own as they come, whatever they refer to.

    `harness.store.verify` finds what refers to nothing.
    """
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.commit()
        for name, part in _parts(rows):
            insert_new(connection, Base.metadata.tables[name], part)
        connection.commit()
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")


def _parts(rows: Iterable[tuple[str, Row]]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    for name, group in groupby(rows, key=itemgetter(0)):
        values = (columns for _, (_, columns) in group)
        while part := list(islice(values, _CHUNK)):
            yield name, part


def bring_in(store: Store, source: Store, runs: Sequence[str]) -> None:
    """Write some runs of `source`, and all that they are made of, to `store`: all or nothing.

    What stands there already is left as it is.
    """
    rows = ((name, read_row(name, values)) for name, values in packed_rows(source, runs, str))
    calls: dict[str, Row] = {}
    with store.engine.begin() as connection:
        for name, group in groupby(rows, key=itemgetter(0)):
            if name == "call":
                calls = {row[1]["id"]: row for _, row in group}
            elif name == "sample":
                _write_samples(connection, (row for _, row in group), calls)
            else:
                while part := [row for _, row in islice(group, _CHUNK)]:
                    write_rows(connection, part)


def _write_samples(connection: Connection, samples: Iterable[Row], calls: dict[str, Row]) -> None:
    """Samples behind their calls; those of one call are written together."""
    part: list[Row] = []
    for call, group in groupby(samples, key=lambda row: row[1]["call_id"]):
        part += ([calls.pop(call)] if call in calls else []) + list(group)
        if len(part) >= _CHUNK:
            write_rows(connection, part)
            part = []
    write_rows(connection, [*part, *calls.values()])


def packed_calls(store: Store) -> Iterator[tuple[str, int | None, int | None]]:
    """Of each call its id, its output tokens, and the sum of those of the samples that it brought;
    None is unknown."""
    known = func.count(SampleRow.output_tokens) == func.count(SampleRow.id)
    query = (
        select(CallRow.id, CallRow.output_tokens, case((known, func.sum(SampleRow.output_tokens))))
        .join(SampleRow, SampleRow.call_id == CallRow.id)
        .where(CallRow.repeats.is_(None))
        .group_by(CallRow.id, CallRow.output_tokens)
    )
    with store.engine.connect() as connection:
        for call, told, summed in connection.execute(query):
            yield call, told, None if summed is None else int(summed)


@dataclass(frozen=True, slots=True)
class Clash:
    """A row that two databases hold, with other content: which, and how each has it."""

    table: str
    id: str
    ours: str
    theirs: str


def clashes(ours: Store, theirs: Store) -> Iterator[Clash]:
    """Samples and verdicts of `theirs` that `ours` holds otherwise."""
    samples = (SampleRow.id, SampleRow.digest)
    verdicts = (VerdictRow.sample_id, VerdictRow.problem_id, VerdictRow.verifier,
                VerdictRow.version, VerdictRow.status)  # fmt: skip
    for name, columns in (("sample", samples), ("verdict", verdicts)):
        with theirs.engine.connect() as connection, ours.engine.connect() as known:
            rows = connection.execute(select(*columns).execution_options(yield_per=_CHUNK))
            for part in rows.partitions(_AT_ONCE):
                own = select(*columns).where(columns[0].in_([row[0] for row in part]))
                stored = {tuple(row[:-1]): row[-1] for row in known.execute(own)}
                for *key, said in part:
                    before = stored.get(tuple(key), said)
                    if before != said:
                        yield Clash(name, str(key[0]), str(before), str(said))
