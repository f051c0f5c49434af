"""Batches at a provider: submitted by one command, collected by a later one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select, update

from harness.store.records import Row, now
from harness.store.schema import BatchRow, CallRow
from harness.store.store import Store

_AT_ONCE = 500  # parameters per query


class OpenBatch(NamedTuple):
    """A batch that has not been collected; `calls` are the ids of the calls that it will return."""

    id: str
    calls: tuple[str, ...]


def batch_row(batch: str, model: str, calls: Sequence[str]) -> Row:
    """Record a batch that was just submitted for a model (its id)."""
    return BatchRow, {
        "id": batch,
        "model_id": model,
        "calls": list(calls),
        "created": now("milliseconds"),
        "collected": None,
    }


def open_batches(store: Store, model: str) -> list[OpenBatch]:
    """A model's open batches (by its id), the oldest first."""
    query = (
        select(BatchRow.id, BatchRow.calls)
        .where(BatchRow.model_id == model, BatchRow.collected.is_(None))
        .order_by(BatchRow.created, BatchRow.id)
    )
    with store.engine.connect() as connection:
        return [OpenBatch(id_, tuple(calls)) for id_, calls in connection.execute(query)]


def mark_collected(store: Store, batch: str, brought: Sequence[str]) -> bool:
    """Record that a batch is done with, once all calls that it returned are stored."""
    with store.engine.begin() as connection:
        for start in range(0, len(brought), _AT_ONCE):
            part = brought[start : start + _AT_ONCE]
            found = set(connection.scalars(select(CallRow.id).where(CallRow.id.in_(part))))
            if not found.issuperset(part):
                return False
        done = update(BatchRow).where(BatchRow.id == batch).values(collected=now("milliseconds"))
        connection.execute(done)
    return True
