"""Finding stored samples, and cutting longer ones."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from harness.budgets import Draw
from harness.core import Finish
from harness.store import Store
from harness.store.codec import pack_ends, unpack_ends
from harness.store.identity import sample_digest, sample_id
from harness.store.schema import SampleRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A sample as the store holds it; `cut_of` is the generated one whose beginning it is."""

    id: str
    trace: str
    max_tokens: int | None
    text: str
    reasoning: str | None
    finish: Finish
    prompt_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    token_ends: tuple[int, ...] | None
    stopped_by: str | None
    cut_of: str | None = None

    def answers(self, max_tokens: int) -> bool:
        """Whether a request of the same trace with this limit would give it, or its beginning."""
        if self.max_tokens == max_tokens:
            return True
        if self.max_tokens is None or self.output_tokens is None or self.max_tokens < max_tokens:
            # Generated under a shorter limit: only a trace that ended by itself is whole.
            return self.finish is Finish.STOP and self.output_tokens is not None
        if self.output_tokens <= max_tokens:
            return self.finish is Finish.STOP
        ends = self.token_ends
        if ends is None or len(ends) != self.output_tokens:
            return False
        # Inside a stop string, and at the token that may hold its beginning, the text that a lower
        # limit leaves is not known: what was generated of the string is not part of this text.
        if self.finish is not Finish.STOP or self.stopped_by == "":
            return True
        return ends[max_tokens - 1] < len(self.text)

    def cut(self, max_tokens: int) -> Stored:
        """This trace as it would have been under another limit."""
        new = replace(
            self,
            id=sample_id(self.trace, max_tokens),
            max_tokens=max_tokens,
            cut_of=self.cut_of or self.id,
        )
        if self.output_tokens is None or self.output_tokens <= max_tokens:
            return new
        assert self.token_ends is not None  # `answers` has said so
        ends = self.token_ends[:max_tokens]
        text = self.text[: ends[-1]]
        return replace(
            new,
            text=text,
            finish=Finish.LENGTH,
            output_tokens=max_tokens,
            reasoning_tokens=_reasoning_within(self, max_tokens),
            token_ends=ends,
            stopped_by="",
        )

    def draw(self, prefix: str) -> Draw:
        """As a strategy sees it, behind `prefix`."""
        return Draw(
            id=self.id,
            prefix=prefix,
            text=self.text,
            finish=self.finish,
            output_tokens=self.output_tokens,
            reasoning=self.reasoning,
            stopped_by=self.stopped_by,
            text_tokens=self._text_tokens(),
        )

    def _text_tokens(self) -> int | None:
        """The tokens up to the first with which the text is whole."""
        if self.finish is not Finish.STOP:
            return self.output_tokens
        if self.token_ends is None:
            return None
        return bisect_left(self.token_ends, len(self.text)) + 1 if self.text else 0

    def row(self, *, call_id: str | None, **asked: Any) -> dict[str, Any]:
        """All columns of the sample's row; `asked` holds what is not part of this object."""
        return {
            "id": self.id,
            "trace": self.trace,
            "max_tokens": self.max_tokens,
            "text": self.text,
            "reasoning": self.reasoning,
            "finish": str(self.finish),
            "stopped_by": self.stopped_by,
            "prompt_tokens": self.prompt_tokens,
            "output_tokens": self.output_tokens,
            "reasoning_tokens": self.reasoning_tokens,
            "token_ends": pack_ends(self.token_ends),
            "digest": sample_digest(
                self.text, self.reasoning, str(self.finish), self.output_tokens
            ),
            "cut_of": self.cut_of,
            "call_id": call_id,
            **asked,
        }


def nothing(trace: str, max_tokens: int) -> Stored:
    """What a call brings that the model's context leaves no room for: cut before its first token.

    It was never sent, and costs nothing.
    """
    return Stored(
        id=sample_id(trace, max_tokens),
        trace=trace,
        max_tokens=max_tokens,
        text="",
        reasoning=None,
        finish=Finish.LENGTH,
        prompt_tokens=0,
        output_tokens=0,
        reasoning_tokens=0,
        token_ends=(),
        stopped_by="",
    )


def _reasoning_within(sample: Stored, max_tokens: int) -> int | None:
    """Thinking comes first, so a cut trace thinks at most as long as the whole one did."""
    if sample.reasoning_tokens is None:
        return None
    return min(sample.reasoning_tokens, max_tokens)


_COLUMNS = (
    SampleRow.id,
    SampleRow.trace,
    SampleRow.max_tokens,
    SampleRow.text,
    SampleRow.reasoning,
    SampleRow.finish,
    SampleRow.prompt_tokens,
    SampleRow.output_tokens,
    SampleRow.reasoning_tokens,
    SampleRow.token_ends,
    SampleRow.stopped_by,
    SampleRow.cut_of,
)


_MOST_REMEMBERED = 2_000_000


def known_traces(store: Store, models: Iterable[str]) -> frozenset[str] | None:
    """All traces that the store holds of some models, so that a fresh one is not looked for.

    None when there are too many to remember: every trace is then looked up.
    """
    ours = SampleRow.model_id.in_(list(models))
    query = select(SampleRow.trace).where(ours).limit(_MOST_REMEMBERED + 1)
    with store.engine.connect() as connection:
        traces = frozenset(connection.scalars(query))
    return None if len(traces) > _MOST_REMEMBERED else traces


def find_traces(store: Store, traces: Iterable[str]) -> Mapping[str, list[Stored]]:
    """The stored samples of some traces, by trace."""
    wanted = list(traces)
    found: dict[str, list[Stored]] = {}
    with store.engine.connect() as connection:
        for start in range(0, len(wanted), 500):
            query = select(*_COLUMNS).where(SampleRow.trace.in_(wanted[start : start + 500]))
            for row in connection.execute(query):
                values = row._asdict()
                values["finish"] = Finish(values["finish"])
                values["token_ends"] = unpack_ends(values["token_ends"])
                found.setdefault(row.trace, []).append(Stored(**values))
    return found
