"""When the samples of a model were drawn."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from harness.store.schema import CallRow, ModelRow, SampleRow
from harness.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A model's stored samples by the time of their calls (UTC)."""

    fingerprint: str
    samples: int
    first: dt.datetime
    last: dt.datetime


def asked_between(store: Store, fingerprint: str, prefix: str) -> list[Asked]:
    """When the model with this fingerprint, and those whose fingerprint begins so, were sampled.

    Models without a sample are left out.
    """
    ours = (ModelRow.fingerprint == fingerprint) | ModelRow.fingerprint.startswith(
        prefix, autoescape=True
    )
    query = (
        select(
            ModelRow.fingerprint,
            func.count(),
            func.min(CallRow.created),
            func.max(CallRow.created),
        )
        .join(SampleRow, SampleRow.model_id == ModelRow.id)
        .join(CallRow, CallRow.id == SampleRow.call_id)
        .where(ours)
        .group_by(ModelRow.fingerprint)
    )
    with store.engine.connect() as connection:
        rows = connection.execute(query).all()
    return [
        Asked(
            fingerprint=name,
            samples=count,
            first=dt.datetime.fromisoformat(first),
            last=dt.datetime.fromisoformat(last),
        )
        for name, count, first, last in rows
    ]
