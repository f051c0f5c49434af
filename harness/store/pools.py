"""A run's answers and their verdicts, in as few columns as distinguish them."""

from __future__ import annotations

import hashlib

from sqlalchemy import and_, func, select

from harness.store.runs import StoredRun
from harness.store.schema import AttemptRow, CallRow, ChargeRow, RunRow, SampleRow, VerdictRow
from harness.store.store import Store

_CHUNK = 5000  # rows fetched at once


def pool_stamp(store: Store, run: StoredRun) -> str:
    """A hash of a run's charged samples, its failures and its verdicts.

    Runs that draw from one pool have the same stamp; it changes whenever a transcript page would.
    """
    digest = hashlib.sha256(run.judged_by.encode())
    failed = (
        select(AttemptRow.problem_id, AttemptRow.error, AttemptRow.stopped, AttemptRow.position)
        .where(AttemptRow.run_id == run.id)
        .order_by(AttemptRow.position, AttemptRow.problem_id)
    )
    charges = (
        select(
            ChargeRow.problem_id,
            ChargeRow.ordinal,
            ChargeRow.step,
            ChargeRow.final,
            ChargeRow.sample_id,
            VerdictRow.status,
            VerdictRow.answer,
            VerdictRow.key,
            VerdictRow.method,
            VerdictRow.warning,
            VerdictRow.reason,
            VerdictRow.loop,
            VerdictRow.score,
        )
        .select_from(
            ChargeRow.__table__.join(
                VerdictRow,
                and_(
                    ChargeRow.final,
                    VerdictRow.sample_id == ChargeRow.sample_id,
                    VerdictRow.problem_id == ChargeRow.problem_id,
                    VerdictRow.verifier == run.verifier,
                    VerdictRow.version == run.verifier_version,
                ),
                isouter=True,
            )
        )
        .where(ChargeRow.run_id == run.id)
        .order_by(ChargeRow.problem_id, ChargeRow.ordinal, ChargeRow.step)
        .execution_options(yield_per=_CHUNK)
    )
    with store.engine.connect() as connection:
        for query in (failed, charges):
            for row in connection.execute(query):
                digest.update(repr(tuple(row)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]


def store_state(store: Store) -> tuple[int, ...]:
    """The number of rows of each kind, which changes whenever something is written.

    Verdicts that replace others of the same version are not detected.
    """
    tables = (RunRow, AttemptRow, ChargeRow, VerdictRow, CallRow, SampleRow)
    with store.engine.connect() as connection:
        return tuple(
            connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables
        )
