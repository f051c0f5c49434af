"""Queries on samples: by trace, to find what need not be generated again, and by id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select

from harness.core import Finish, Sample, Thought
from harness.store.codec import unpack_ends
from harness.store.schema import CallRow, SampleRow
from harness.store.store import Store

_AT_ONCE = 500  # parameters per query
_MOST_REMEMBERED = 2_000_000

_COLUMNS = (
    SampleRow.id,
    SampleRow.text,
    SampleRow.finish,
    SampleRow.prefix,
    SampleRow.trace,
    SampleRow.max_tokens,
    SampleRow.reasoning,
    SampleRow.stopped_by,
    SampleRow.prompt_tokens,
    SampleRow.output_tokens,
    SampleRow.reasoning_tokens,
    SampleRow.token_ends,
    SampleRow.about,
    SampleRow.cut_of,
)


def known_traces(store: Store, models: Iterable[str]) -> frozenset[str] | None:
    """All traces that the store has for some models (ids), so that new ones need no lookup.

    None if there are too many to remember: every trace is then looked up.
    """
    ours = SampleRow.model_id.in_(list(models))
    query = select(SampleRow.trace).where(ours).limit(_MOST_REMEMBERED + 1)
    with store.engine.connect() as connection:
        traces = frozenset(connection.scalars(query))
    return None if len(traces) > _MOST_REMEMBERED else traces


def find_traces(store: Store, traces: Iterable[str]) -> Mapping[str, list[Sample]]:
    """The stored samples of some traces, by trace."""
    found: dict[str, list[Sample]] = {}
    with store.engine.connect() as connection:
        for part in _parts(list(traces)):
            query = select(*_COLUMNS).where(SampleRow.trace.in_(part))
            for row in connection.execute(query):
                values = row._asdict()
                values["finish"] = Finish(values["finish"])
                values["token_ends"] = unpack_ends(values["token_ends"])
                values |= thought_of(values.pop("about"))
                found.setdefault(row.trace, []).append(Sample(**values))
    return found


def thought_of(about: Mapping[str, str] | None) -> dict[str, Any]:
    """What a sample's row says about separate thinking, as keyword arguments of a Sample."""
    if about is None:
        return {}
    thought = about.get("thought")
    return {
        "thought": None if thought is None else Thought(thought),
        "summary": about.get("summary"),
    }


def find_digests(store: Store, ids: Sequence[str]) -> dict[str, str]:
    """The digests of the samples that are stored, by id."""
    found: dict[str, str] = {}
    with store.engine.connect() as connection:
        for part in _parts(ids):
            query = select(SampleRow.id, SampleRow.digest).where(SampleRow.id.in_(part))
            found.update((id_, digest) for id_, digest in connection.execute(query))
    return found


class CallCost(NamedTuple):
    """The cost of the call that returned a sample: its seconds (for a cut sample, the share of
    its tokens), and the prompt tokens that came from a cache. Unknown is 0."""

    seconds: float = 0.0
    cached: int = 0


def cost_of_call(store: Store, sample: str) -> CallCost:
    """The cost of the call that returned a sample; nothing if none is recorded."""
    whole = SampleRow.__table__.alias()
    query = (
        select(
            CallRow.latency_s,
            CallRow.cached_prompt_tokens,
            SampleRow.output_tokens,
            whole.c.output_tokens,
        )
        .select_from(SampleRow)
        .join(whole, whole.c.id == SampleRow.cut_of, isouter=True)
        .join(CallRow, CallRow.id == func.coalesce(SampleRow.call_id, whole.c.call_id))
        .where(SampleRow.id == sample)
    )
    with store.engine.connect() as connection:
        row = connection.execute(query).first()
    if row is None:
        return CallCost()
    seconds, cached, tokens, of = row
    share = (tokens or 0) / of if of else 1.0
    return CallCost((seconds or 0.0) * share, cached or 0)


def _parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
