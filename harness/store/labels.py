"""Labels: what people say of samples, beside the verdicts of verifiers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from harness.core import Status, UsageError
from harness.store.records import now
from harness.store.schema import ChargeRow, LabelRow
from harness.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A person's judgement of a sample as an answer to a problem (its digest).

    `created` is the time in UTC (ISO 8601), "" until it is stored.
    """

    sample: str
    problem: str
    author: str
    status: Status
    note: str = ""
    created: str = ""


def put_labels(store: Store, labels: Iterable[Label]) -> int:
    """Store labels, one an author, sample and problem: a newer one replaces the older.

    UsageError for a label without an author.
    """
    rows = []
    for label in labels:
        if not label.author:
            raise UsageError("a label needs an author: who says so")
        rows.append(
            {
                "sample_id": label.sample,
                "problem_id": label.problem,
                "author": label.author,
                "status": str(label.status),
                "note": label.note,
                "created": label.created or now(),
            }
        )
    with store.engine.begin() as connection:
        for row in rows:
            connection.execute(
                delete(LabelRow).where(
                    LabelRow.sample_id == row["sample_id"],
                    LabelRow.problem_id == row["problem_id"],
                    LabelRow.author == row["author"],
                )
            )
        if rows:
            connection.execute(insert(LabelRow), rows)
    return len(rows)


def find_labels(store: Store, *, run: str | None = None, author: str | None = None) -> list[Label]:
    """The labels that match, by problem, sample and author; `run`: on its answers."""
    query = select(
        LabelRow.sample_id,
        LabelRow.problem_id,
        LabelRow.author,
        LabelRow.status,
        LabelRow.note,
        LabelRow.created,
    ).order_by(LabelRow.problem_id, LabelRow.sample_id, LabelRow.author)
    if author is not None:
        query = query.where(LabelRow.author == author)
    if run is not None:
        charged = select(ChargeRow.sample_id).where(
            ChargeRow.run_id == run,
            ChargeRow.problem_id == LabelRow.problem_id,
            ChargeRow.sample_id == LabelRow.sample_id,
            ChargeRow.final,
        )
        query = query.where(charged.exists())
    with store.engine.connect() as connection:
        return [
            Label(
                sample=sample,
                problem=problem,
                author=author,
                status=Status(status),
                note=note,
                created=created,
            )
            for sample, problem, author, status, note, created in connection.execute(query)
        ]
