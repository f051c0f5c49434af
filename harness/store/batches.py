"""Batches at a provider: submitted by one command, collected by a later one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete, select, update

from harness.store.records import Row, now
from harness.store.schema import BatchRow, CallRow
from harness.store.store import Store

_AT_ONCE = 500  # parameters of one query
_INTENT = "intent:"  # before the tag of a batch whose id is not known yet


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


def intent_row(tag: str, model: str, calls: Sequence[str]) -> Row:
    """A batch that is about to be submitted: whether the provider took it is not known yet."""
    return batch_row(f"{_INTENT}{tag}", model, calls)


def close_intent(store: Store, tag: str) -> None:
    """Forget a batch that was to be submitted: it is known what became of it."""
    with store.engine.begin() as connection:
        connection.execute(delete(BatchRow).where(BatchRow.id == f"{_INTENT}{tag}"))


class Intent(NamedTuple):
    """A batch that a command was about to submit when it ended, with the time (ISO 8601)."""

    tag: str
    calls: tuple[str, ...]
    created: str


def open_intents(store: Store, model: str) -> list[Intent]:
    """Those of a model (its id), the oldest first."""
    query = (
        select(BatchRow.id, BatchRow.calls, BatchRow.created)
        .where(
            BatchRow.model_id == model,
            BatchRow.collected.is_(None),
            BatchRow.id.startswith(_INTENT, autoescape=True),
        )
        .order_by(BatchRow.created, BatchRow.id)
    )
    with store.engine.connect() as connection:
        return [
            Intent(id_.removeprefix(_INTENT), tuple(calls), created)
            for id_, calls, created in connection.execute(query)
        ]


def known_batches(store: Store, model: str) -> set[str]:
    """The ids of all batches of a model (its id) that stand here, collected or not."""
    query = select(BatchRow.id).where(BatchRow.model_id == model)
    with store.engine.connect() as connection:
        return set(connection.scalars(query))


def open_batches(store: Store, model: str) -> list[OpenBatch]:
    """A model's open batches (by its id), the oldest first."""
    query = (
        select(BatchRow.id, BatchRow.calls)
        .where(
            BatchRow.model_id == model,
            BatchRow.collected.is_(None),
            ~BatchRow.id.startswith(_INTENT, autoescape=True),
        )
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
