"""Calls that two commands made for the same samples: both were paid for and stay in the ledger.

The samples belong to the call that was written first. A later one lists in `repeats` which of its
samples already existed, and gets its own id, so that `harness db verify` can still derive it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from harness.store.identity import call_id
from harness.store.schema import CallRow, SampleRow

_AT_ONCE = 500  # parameters per query

Columns = Mapping[str, Any]


def begin_writing(connection: Connection) -> None:
    """Lock out other writers from here on, so that what is found missing can be inserted."""
    if connection.dialect.name != "sqlite":
        return
    driver: Any = connection.connection.dbapi_connection
    if not driver.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def told_apart(
    connection: Connection, calls: Sequence[Columns], samples: Sequence[Columns]
) -> tuple[list[Columns], list[Columns]]:
    """The rows to insert: calls whose samples already exist get their own id.

    A call that already exists itself (a rescue file imported twice) and imported calls, which
    nobody paid for now, are left to be ignored.
    """
    brought: dict[str, dict[str, None]] = defaultdict(dict)  # in order, each once
    for sample in samples:
        if sample["call_id"] is not None:
            brought[sample["call_id"]][sample["id"]] = None
    standing = _standing(connection, [s for ids in brought.values() for s in ids])
    kept_calls: dict[str, Columns] = {}
    renamed: dict[str, str] = {}
    for call in calls:
        ids = list(brought[call["id"]])
        again = call["id"] in kept_calls  # twice among these rows: problems with one wording
        repeated = ids if again else [s for s in ids if s in standing]
        if call["source"] == "import" or not repeated:
            kept_calls[call["id"]] = call
        else:
            new = _repeat(connection, call, ids, repeated, kept_calls)
            kept_calls[new["id"]] = new
            if call["id"] not in kept_calls:
                renamed[call["id"]] = new["id"]
    kept_samples = [
        {**sample, "call_id": renamed[sample["call_id"]]}
        if sample["call_id"] in renamed
        else sample
        for sample in samples
    ]
    return list(kept_calls.values()), kept_samples


def _repeat(
    connection: Connection,
    call: Columns,
    ids: Sequence[str],
    repeated: Sequence[str],
    taken: Collection[str],
) -> Columns:
    """The call under the next free id, or unchanged if it is stored itself."""
    number = 0
    while True:
        query = select(CallRow.run_id, CallRow.created, CallRow.latency_s).where(
            CallRow.id == call_id(ids, number)
        )
        found = connection.execute(query).first()
        if found is None and number and call_id(ids, number) not in taken:
            repeats = {"samples": sorted(repeated), "number": number}
            return {**call, "id": call_id(ids, number), "repeats": repeats}
        if found is not None and tuple(found) == (
            call["run_id"],
            call["created"],
            call["latency_s"],
        ):
            return {**call, "id": call_id(ids, number)}
        number += 1


def _standing(connection: Connection, ids: Iterable[str]) -> set[str]:
    wanted, found = list(ids), set()
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        found |= set(connection.scalars(select(SampleRow.id).where(SampleRow.id.in_(part))))
    return found
