"""How much of what runs need is stored: samples drawn before a moment, answers already graded."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from harness.core import Status
from harness.store.schema import CallRow, ChargeRow, SampleRow, VerdictRow
from harness.store.store import Store


def samples_before(store: Store, runs: Sequence[str], moment: str) -> int:
    """Distinct samples charged to some runs whose calls ended before `moment`.

    `moment` is UTC as ISO 8601, to the millisecond. A sample cut from a longer one is counted
    with that; scores computed without a model are not counted.
    """
    whole = func.coalesce(SampleRow.cut_of, SampleRow.id).label("id")
    charged = (
        select(whole)
        .join(ChargeRow, ChargeRow.sample_id == SampleRow.id)
        .where(ChargeRow.run_id.in_(runs))
        .distinct()
        .subquery()
    )
    query = (
        select(func.count())
        .select_from(charged)
        .join(SampleRow, SampleRow.id == charged.c.id)
        .join(CallRow, CallRow.id == SampleRow.call_id)
        .where(CallRow.created < moment)
    )
    with store.engine.connect() as connection:
        return connection.scalar(query) or 0


def judged_answers(
    store: Store, runs: Sequence[str], problems: Sequence[str], verifier: tuple[str, str]
) -> int:
    """How many answers of some runs to some problems (digests) a verifier has decided on.

    `verifier` is its label and version; `ungraded` is not a decision.
    """
    query = (
        select(func.count(func.distinct(VerdictRow.sample_id)))
        .join(ChargeRow, ChargeRow.sample_id == VerdictRow.sample_id)
        .where(
            ChargeRow.run_id.in_(runs),
            VerdictRow.problem_id.in_(problems),
            VerdictRow.verifier == verifier[0],
            VerdictRow.version == verifier[1],
            VerdictRow.status != Status.UNGRADED,
        )
    )
    with store.engine.connect() as connection:
        return connection.scalar(query) or 0
