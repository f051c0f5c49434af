"""Naming, tagging and removing runs, and removing what no run needs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from harness.core import UsageError
from harness.store.figures import drop_figures
from harness.store.schema import (
    AttemptRow,
    CallRow,
    ChargeRow,
    FiguresRow,
    LabelRow,
    ModelRow,
    ProblemRow,
    PromptRow,
    RunRow,
    SampleRow,
    TagRow,
    VerdictRow,
)
from harness.store.store import Store

_AT_ONCE = 500  # parameters per query


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """How many rows were removed; `moved` calls are now paid for by other runs that use them."""

    runs: int = 0
    attempts: int = 0
    samples: int = 0
    verdicts: int = 0
    calls: int = 0
    moved: int = 0
    prompts: int = 0
    problems: int = 0
    models: int = 0


def rename_run(store: Store, run_id: str, name: str | None) -> None:
    """Set a run's user-defined name, or remove it (None)."""
    if name is not None and (not name.strip() or not name.isprintable()):
        raise UsageError(f"run name {name!r}: must be one line of text")
    with store.engine.begin() as connection:
        connection.execute(update(RunRow).where(RunRow.id == run_id).values(name=name))


def tag_run(
    store: Store, run_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()
) -> None:
    """Add tags to a run and remove others."""
    added, gone = set(add), set(remove)
    for tag in added:
        if not tag.strip() or not tag.isprintable() or len(tag) > 200:
            raise UsageError(f"tag {tag!r}: must be up to 200 visible characters")
    with store.engine.begin() as connection:
        connection.execute(
            delete(TagRow).where(TagRow.run_id == run_id, TagRow.tag.in_(added | gone))
        )
        if added:
            rows = [{"run_id": run_id, "tag": tag} for tag in sorted(added)]
            connection.execute(insert(TagRow), rows)


def remove_runs(store: Store, run_ids: Collection[str]) -> Removed:
    """Remove runs with their attempts, and the samples and calls that no other run needs.

    A call is kept as long as another run is charged for one of its samples, and is booked on that
    run from then on. All or nothing.
    """
    with store.engine.begin() as connection:
        return _remove(connection, list(run_ids))


def collect_garbage(store: Store, *, spare_hours: float = 1.0, dry_run: bool = False) -> Removed:
    """Remove samples that no attempt is charged for, their calls, and what is then unreferenced.

    Failed or interrupted attempts leave them behind, and the next try would have reused them.
    Samples of the last `spare_hours` are kept: a command may be running. `dry_run` only counts.
    """
    before = dt.datetime.now(dt.UTC) - dt.timedelta(hours=spare_hours)
    unused = select(SampleRow.id).where(
        ~select(ChargeRow.sample_id).where(ChargeRow.sample_id == SampleRow.id).exists()
    )
    with store.engine.connect() as connection, connection.begin() as transaction:
        if store.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        candidates = set(connection.scalars(unused)) - _since(connection, before)
        removed = _sweep(connection, candidates)
        removed = replace(removed, **_drop_orphans(connection))
        if removed.samples:
            drop_figures(connection)
        if dry_run:
            transaction.rollback()
        return removed


def _since(connection: Connection, before: dt.datetime) -> set[str]:
    """The samples of calls since then, scores without a call, and those cut from them."""
    limit = before.isoformat(timespec="milliseconds")
    query = (
        select(SampleRow.id)
        .join(CallRow, CallRow.id == SampleRow.call_id)
        .where(CallRow.created >= limit)
    )
    found = set(connection.scalars(query))
    cuts = _cuts(connection)
    return found | {cut for cut in cuts if _root(cut, cuts) in found}


def _remove(connection: Connection, runs: Sequence[str]) -> Removed:
    known = set(connection.scalars(select(RunRow.id).where(RunRow.id.in_(runs))))
    if missing := sorted(set(runs) - known):
        raise UsageError(f"no run {missing[0]} in this database; `harness show --json` lists ids")
    candidates: set[str] = set()
    attempts = 0
    for run in runs:
        charged = select(ChargeRow.sample_id).where(ChargeRow.run_id == run)
        brought = (
            select(SampleRow.id)
            .join(CallRow, CallRow.id == SampleRow.call_id)
            .where(CallRow.run_id == run)
        )
        candidates |= {*connection.scalars(charged), *connection.scalars(brought)}
    cuts = _cuts(connection)
    candidates |= {cut for cut in cuts if _root(cut, cuts) in candidates}
    for run in runs:
        attempts += _count(connection, AttemptRow, AttemptRow.run_id == run)
        for table in (ChargeRow, AttemptRow, TagRow, FiguresRow):
            connection.execute(delete(table).where(table.run_id == run))
    removed = _sweep(connection, candidates)
    calls, moved = _rebook(connection, runs)
    drop_figures(connection)
    connection.execute(delete(RunRow).where(RunRow.id.in_(runs)))
    return replace(
        removed,
        runs=len(known),
        attempts=attempts,
        calls=removed.calls + calls,
        moved=moved,
        **_drop_orphans(connection),
    )


def _sweep(connection: Connection, candidates: set[str]) -> Removed:
    """Remove the candidates that nothing needs, with their verdicts, labels and calls."""
    gone, calls = _needless(connection, candidates)
    verdicts = 0
    for part in _parts(gone):
        verdicts += _count(connection, VerdictRow, VerdictRow.sample_id.in_(part))
        connection.execute(delete(VerdictRow).where(VerdictRow.sample_id.in_(part)))
        connection.execute(delete(LabelRow).where(LabelRow.sample_id.in_(part)))
        # A cut refers to its longer sample, which may be in another chunk.
        connection.execute(update(SampleRow).where(SampleRow.id.in_(part)).values(cut_of=None))
    for part in _parts(gone):
        connection.execute(delete(SampleRow).where(SampleRow.id.in_(part)))
    for part in _parts(calls):
        connection.execute(delete(CallRow).where(CallRow.id.in_(part)))
    return Removed(samples=len(gone), verdicts=verdicts, calls=len(calls))


def _needless(connection: Connection, candidates: set[str]) -> tuple[set[str], set[str]]:
    """The candidates that can be removed, and the calls that returned nothing else.

    Needed are samples that an attempt is charged for, that a kept sample was cut from, or that
    came with the same call as a kept sample (a call's id is derived from all its samples).
    """
    call_of: dict[str, str] = {}
    longer_of: dict[str, str] = {}
    needed: set[str] = set()
    for part in _parts(candidates):
        charged = select(ChargeRow.sample_id).where(ChargeRow.sample_id.in_(part))
        needed |= set(connection.scalars(charged))
        own = select(SampleRow.id, SampleRow.call_id, SampleRow.cut_of).where(
            SampleRow.id.in_(part)
        )
        for sample, call, longer in connection.execute(own):
            if call is not None:
                call_of[sample] = call
            if longer is not None:
                longer_of[sample] = longer
        cuts = select(SampleRow.id, SampleRow.cut_of).where(SampleRow.cut_of.in_(part))
        needed |= {str(longer) for cut, longer in connection.execute(cuts) if cut not in candidates}
    together: dict[str, set[str]] = defaultdict(set)
    for part in _parts(set(call_of.values())):
        query = select(SampleRow.call_id, SampleRow.id).where(SampleRow.call_id.in_(part))
        for call, sample in connection.execute(query):
            together[str(call)].add(sample)
    needed |= {s for s, call in call_of.items() if together[call] - candidates}
    waiting = list(needed)
    while waiting:
        sample = waiting.pop()
        next_to = {*together.get(call_of.get(sample, ""), ()), longer_of.get(sample, sample)}
        waiting += (next_to & candidates) - needed
        needed |= next_to & candidates
    gone = candidates - needed
    return gone, {call for sample, call in call_of.items() if sample in gone}


def _rebook(connection: Connection, runs: Sequence[str]) -> tuple[int, int]:
    """Book the calls of removed runs on runs that use their samples; delete unused ones.

    Returns how many were deleted and how many moved.
    """
    cuts, payer = _cuts(connection), dict[str, str]()
    created = connection.execute(select(RunRow.id, RunRow.created))
    orders = {row.id: row.created for row in created}
    query = select(ChargeRow.sample_id, ChargeRow.run_id).distinct()
    for sample, run in connection.execute(query):
        root = _root(sample, cuts)
        known = payer.get(root)
        if known is None or (orders[run], run) < (orders[known], known):
            payer[root] = run
    paid = (
        select(CallRow.id, SampleRow.id)
        .join(SampleRow, SampleRow.call_id == CallRow.id, isouter=True)
        .where(CallRow.run_id.in_(runs))
    )
    users: dict[str, set[str]] = defaultdict(set)
    for call, sample in connection.execute(paid):
        users[call] |= {payer[sample]} if sample in payer else set()
    dropped = [call for call, using in users.items() if not using]
    for part in _parts(dropped):
        connection.execute(delete(CallRow).where(CallRow.id.in_(part)))
    for call, using in users.items():
        if using:
            first = min(using, key=lambda run: (orders[run], run))
            connection.execute(update(CallRow).where(CallRow.id == call).values(run_id=first))
    return len(dropped), len(users) - len(dropped)


def _cuts(connection: Connection) -> dict[str, str]:
    """What each cut sample was cut from."""
    query = select(SampleRow.id, SampleRow.cut_of).where(SampleRow.cut_of.is_not(None))
    return {cut: str(longer) for cut, longer in connection.execute(query)}


def _root(sample: str, cuts: Mapping[str, str]) -> str:
    while sample in cuts:
        sample = cuts[sample]
    return sample


def _drop_orphans(connection: Connection) -> dict[str, int]:
    """Remove unreferenced prompts, problems and models; how many, by table."""
    references: dict[str, tuple[type[Any], list[Any]]] = {
        "prompts": (PromptRow, [SampleRow.prompt_id]),
        "problems": (ProblemRow, [AttemptRow.problem_id, VerdictRow.problem_id]),
        "models": (ModelRow, [RunRow.model_id, SampleRow.model_id]),
    }
    counts = {}
    for name, (table, columns) in references.items():
        alone = and_(*(~select(c).where(c == table.id).exists() for c in columns))
        counts[name] = _count(connection, table, alone)
        connection.execute(delete(table).where(alone))
    return counts


def _count(connection: Connection, table: type[Any], where: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(where)) or 0


def _parts(values: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]
