"""Replies of a run that can be requested again, word for word: request and reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from harness.store.schema import CallRow, ChargeRow, ModelRow, ProblemRow, RunRow, SampleRow
from harness.store.store import Store

_MOST_ROWS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReply:
    """One request for one sample, and its reply. `digest` is that of `identity.sample_digest`.

    `about` is what the reply reported about itself; `asked` when it came (UTC, ISO 8601).
    """

    problem: str
    prompt: str
    prefix: str
    sampling: Mapping[str, Any]
    max_tokens: int
    seed: int
    index: int
    text: str
    output_tokens: int | None
    digest: str
    about: Mapping[str, Any]
    asked: str


def replies_of(store: Store, run: str) -> list[StoredReply]:
    """For a run of a model behind an API: whole replies to requests for one sample each.

    Only what its strategy requested first for a problem; in the order of the problems.
    """
    query = (
        select(
            ProblemRow.content,
            SampleRow.prompt_id,
            SampleRow.prefix,
            SampleRow.sampling,
            SampleRow.max_tokens,
            SampleRow.seed,
            SampleRow.index.label("number"),
            SampleRow.text,
            SampleRow.output_tokens,
            SampleRow.digest,
            CallRow.about,
            CallRow.created,
            ModelRow.info,
        )
        .select_from(ChargeRow)
        .join(RunRow, RunRow.id == ChargeRow.run_id)
        .join(ModelRow, ModelRow.id == RunRow.model_id)
        .join(SampleRow, SampleRow.id == ChargeRow.sample_id)
        .join(CallRow, CallRow.id == SampleRow.call_id)
        .join(ProblemRow, ProblemRow.id == ChargeRow.problem_id)
        .where(
            ChargeRow.run_id == run,
            ChargeRow.step == 0,
            SampleRow.model_id == RunRow.model_id,
            SampleRow.finish == "stop",
            SampleRow.seed.is_not(None),
            SampleRow.max_tokens.is_not(None),
            CallRow.samples == 1,
            CallRow.role == "generator",
            CallRow.source != "import",
        )
        .order_by(ChargeRow.problem_id, ChargeRow.ordinal)
        .limit(_MOST_ROWS)
    )
    found = []
    with store.engine.connect() as connection:
        for row in connection.execute(query):
            if not row.info.get("remote"):
                break
            found.append(
                StoredReply(
                    problem=row.content["id"],
                    prompt=row.prompt_id,
                    prefix=row.prefix,
                    sampling=row.sampling,
                    max_tokens=row.max_tokens,
                    seed=row.seed,
                    index=row.number,
                    text=row.text,
                    output_tokens=row.output_tokens,
                    digest=row.digest,
                    about=row.about or {},
                    asked=row.created,
                )
            )
    return found
