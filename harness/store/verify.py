"""Re-deriving every hash and following every reference of a database."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import Connection, func, select, text

from harness.core import Problem
from harness.core.counting import counted
from harness.store import identity
from harness.store.codec import unpack_ends
from harness.store.schema import (
    Base,
    CallRow,
    ModelRow,
    ProblemRow,
    PromptRow,
    RunRow,
    SampleRow,
)
from harness.store.store import Store

_CHUNK = 1000  # rows fetched at once


def verify(store: Store) -> tuple[dict[str, int], list[str]]:
    """Rows checked, by table, and what is wrong with them (empty: everything is fine)."""
    with store.engine.connect() as connection:
        counts = {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }
        checks = (_content, _runs, _samples, _calls, _references)
        faults = [fault for check in checks for fault in check(connection)]
        if store.engine.dialect.name == "sqlite":
            state = connection.execute(text("PRAGMA integrity_check")).scalars()
            faults += [f"file: {line}" for line in state if line != "ok"]
    return counts, faults


def _content(connection: Connection) -> Iterator[str]:
    for id_, fingerprint in connection.execute(select(ModelRow.id, ModelRow.fingerprint)):
        if id_ != identity.model_id(fingerprint):
            yield f"model {id_}: its id does not follow from its fingerprint"
    prompts = select(PromptRow.id, PromptRow.text).execution_options(yield_per=_CHUNK)
    for id_, rendered in connection.execute(prompts):
        if id_ != identity.prompt_id(rendered):
            yield f"prompt {id_}: its id does not follow from its text"
    for id_, content in connection.execute(select(ProblemRow.id, ProblemRow.content)):
        if id_ != Problem(**content).digest():
            yield f"problem {id_}: its id does not follow from its content"


def _runs(connection: Connection) -> Iterator[str]:
    for id_, manifest in connection.execute(select(RunRow.id, RunRow.manifest)):
        if id_ != identity.run_id(manifest["identity"]):
            yield f"run {id_}: its id does not follow from its manifest"


def _samples(connection: Connection) -> Iterator[str]:
    table = SampleRow.__table__
    for row in connection.execute(select(table).execution_options(yield_per=_CHUNK)):
        trace = identity.trace_id(
            row.model_id, row.prompt_id, row.prefix, row.sampling, row.seed, row._mapping["index"]
        )
        if row.trace != trace:
            yield f"sample {row.id}: its trace does not follow from what was asked"
        if row.id != identity.sample_id(row.trace, row.max_tokens):
            yield f"sample {row.id}: its id does not follow from its trace"
        digest = identity.sample_digest(row.text, row.reasoning, row.finish, row.output_tokens)
        if row.digest != digest:
            yield f"sample {row.id}: its text was changed after it was stored"
        ends = unpack_ends(row.token_ends)
        if ends is not None and (len(ends) != row.output_tokens or ends[-1:] > (len(row.text),)):
            yield f"sample {row.id}: its token ends do not fit its text"
        free = "reward" in row.sampling or (row.output_tokens == 0 and row.finish == "length")
        if row.call_id is None and row.cut_of is None and not free:
            yield f"sample {row.id}: neither a call nor a longer sample brought it"
    longer = table.alias()
    cuts = select(table.c.id, table.c.text, longer.c.text.label("whole")).join(
        longer, longer.c.id == table.c.cut_of
    )
    for id_, cut, whole in connection.execute(cuts.execution_options(yield_per=_CHUNK)):
        if not whole.startswith(cut):
            yield f"sample {id_}: not the beginning of the sample that it was cut from"


def _calls(connection: Connection) -> Iterator[str]:
    query = (
        select(CallRow.id, CallRow.samples, CallRow.repeats, SampleRow.id)
        .join(SampleRow, SampleRow.call_id == CallRow.id, isouter=True)
        .order_by(CallRow.id)
        .execution_options(yield_per=_CHUNK)
    )
    for id_, group in groupby(connection.execute(query), key=lambda row: row[0]):
        rows = list(group)
        samples, repeats = rows[0][1], rows[0][2] or {}
        brought = [sample for *_, sample in rows if sample is not None]
        brought += repeats.get("samples", [])
        derived = identity.call_id(brought, repeats.get("number", 0))
        if len(brought) != samples or id_ != derived:
            yield f"call {id_}: its id does not follow from the samples that it brought"


def _references(connection: Connection) -> Iterator[str]:
    for table in Base.metadata.sorted_tables:
        for constraint in table.foreign_key_constraints:
            there_name = constraint.referred_table.name
            target = constraint.referred_table.alias()
            pairs = [(e.parent, target.c[e.column.name]) for e in constraint.elements]
            query = select(func.count()).select_from(table)
            for column, _ in pairs:
                query = query.where(column.is_not(None))
            there = select(target.c[pairs[0][1].name])
            for column, referred in pairs:
                there = there.where(referred == column)
            missing = connection.scalar(query.where(~there.correlate(table).exists()))
            if missing:
                names = ", ".join(column.name for column, _ in pairs)
                rows = counted(missing, "row points", "rows point")
                yield f"{table.name}.{names}: {rows} at a missing {there_name}"
