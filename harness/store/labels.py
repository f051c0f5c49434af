"""Labels: people's judgements of samples, alongside the verdicts of verifiers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import delete, insert, select

from harness.core import Status, UsageError
from harness.store.figures import drop_figures_of
from harness.store.records import now
from harness.store.schema import ChargeRow, LabelRow
from harness.store.store import Store

_AT_ONCE = 500  # parameters per query


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """How a sample was selected for labelling: one of `size` in a `stratum`, drawn at random.

    `population` is a hash of all samples drawn from; `by` names what made the strata.
    """

    population: str
    by: str
    stratum: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A person's judgement of a sample as an answer to a problem (its digest).

    `status` is `ungraded` if the person cannot tell; `drawn` is None if it is unknown how the
    sample was chosen. `created` is the time in UTC (ISO 8601), "" until it is stored.
    """

    sample: str
    problem: str
    author: str
    status: Status
    note: str = ""
    created: str = ""
    drawn: Drawn | None = None


def put_labels(store: Store, labels: Iterable[Label]) -> int:
    """Store labels, one per author, sample and problem: a newer one replaces the older.

    UsageError for a label without an author.
    """
    rows = []
    for label in labels:
        if not label.author:
            raise UsageError("a label needs an author")
        rows.append(
            {
                "sample_id": label.sample,
                "problem_id": label.problem,
                "author": label.author,
                "status": str(label.status),
                "note": label.note,
                "created": label.created or now(),
                "drawn": None if label.drawn is None else asdict(label.drawn),
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
            drop_figures_of(connection, [str(row["sample_id"]) for row in rows])
    return len(rows)


def answered_problems(store: Store, samples: Iterable[str]) -> dict[str, list[str]]:
    """The problems (digests) that some samples answer, by sample; others are left out."""
    found: dict[str, list[str]] = {}
    query = select(ChargeRow.sample_id, ChargeRow.problem_id).where(ChargeRow.final).distinct()
    with store.engine.connect() as connection:
        for part in _parts(sorted(set(samples))):
            for sample, problem in connection.execute(query.where(ChargeRow.sample_id.in_(part))):
                found.setdefault(sample, []).append(problem)
    return found


def has_labels(store: Store, run: str) -> bool:
    """Whether anybody has labelled an answer of a run."""
    query = (
        select(LabelRow.sample_id)
        .join(ChargeRow, ChargeRow.sample_id == LabelRow.sample_id)
        .where(ChargeRow.run_id == run, ChargeRow.final)
    )
    with store.engine.connect() as connection:
        return connection.execute(query.limit(1)).first() is not None


def find_labels(store: Store, *, run: str | None = None, author: str | None = None) -> list[Label]:
    """The matching labels, by problem, sample and author; `run`: on its answers."""
    query = select(
        LabelRow.sample_id,
        LabelRow.problem_id,
        LabelRow.author,
        LabelRow.status,
        LabelRow.note,
        LabelRow.created,
        LabelRow.drawn,
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
                drawn=_drawn(drawn),
            )
            for sample, problem, author, status, note, created, drawn in connection.execute(query)
        ]


def _drawn(stored: Mapping[str, object] | None) -> Drawn | None:
    return None if stored is None else Drawn(**stored)  # type: ignore[arg-type] # as it was written


def _parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
