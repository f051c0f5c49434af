"""What one command shares, and one problem's ledger: what was asked for, and which run pays."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from harness.budgets import Role
from harness.core import BackendError, Reply, Request, Sample
from harness.core.protocols import Backend
from harness.cost import PriceEntry, price
from harness.run.asks import Rendered
from harness.run.batches import Batcher
from harness.run.contracts import generate
from harness.run.energy import Energy
from harness.run.limits import Limits
from harness.run.progress import Observer
from harness.store import Store, Writer
from harness.store.claims import Claims
from harness.store.identity import call_id
from harness.store.records import Call, Row, now, prompt_row
from harness.store.samples import find_traces

_POLL_S = 0.2


@dataclass(slots=True, kw_only=True)
class Session:
    """What all problems of one command share.

    `known` are the traces that the store held at the start, None if there are too many to
    remember; `slots` bounds the concurrent calls.
    """

    backend: Backend
    store: Store
    writer: Writer
    observer: Observer
    limits: Limits
    slots: asyncio.Semaphore
    model_id: str
    seed: int
    max_output_tokens: int
    price: PriceEntry | None = None
    energy: Energy = field(default_factory=lambda: Energy(lambda: None))
    known: frozenset[str] | None = None
    prompts: set[str] = field(default_factory=set)  # ids of those queued so far
    readings: dict[str, Sample] = field(default_factory=dict)  # of choices, by trace
    batcher: Batcher | None = None  # where calls go by the batch
    fatal: BackendError | None = None  # what ended the model; it is not asked again
    claims: Claims = field(default_factory=Claims)
    told: bool = False  # that we wait for another command

    def find(self, traces: Iterable[str]) -> dict[str, list[Sample]]:
        """What the store held of some traces at the start; each has an entry, maybe empty."""
        wanted = list(traces)
        likely = [t for t in wanted if self.known is None or t in self.known]
        stored = find_traces(self.store, likely) if likely else {}
        return {trace: stored.get(trace, []) for trace in wanted}

    def find_now(self, traces: Iterable[str]) -> dict[str, list[Sample]]:
        """What the store holds of some traces now, without those of which it has nothing."""
        return dict(find_traces(self.store, traces))

    async def wait_for_others(self) -> None:
        """A moment, for samples that another command is drawing; LimitReached if time is up."""
        self.limits.check_time()
        if not self.told:
            self.told = True
            self.observer.note(
                "another command is drawing the same samples: waiting for these, drawing the rest"
            )
        await asyncio.sleep(_POLL_S)

    async def generate(self, request: Request, samples: Sequence[str]) -> Reply:
        """One call for some samples (ids); a fatal error also fails all later calls, which are
        not made."""
        if self.fatal is not None:
            raise self.fatal
        try:
            if self.batcher is not None:
                return await self.batcher.generate(call_id(samples), request)
            return await generate(self.backend, request)
        except BackendError as error:
            if error.fatal:
                self.fatal = error
            raise

    def put(self, rows: list[Row]) -> None:
        """Queue rows for one transaction; raises StoreError once nothing can be written."""
        self.writer.put(rows)
        if self.writer.error is not None:
            raise self.writer.error


class ProblemLedger:
    """What one problem's strategies have asked for, and the rows of the calls made for it.

    `payer` is the run that new calls are booked on. `log` names all samples asked for since
    `start`, with a number that those of one call share: what a strategy is charged.
    """

    def __init__(self, session: Session) -> None:
        self.payer = ""
        self.log: dict[str, int] = {}
        self._session = session
        self._calls = 0

    def start(self, payer: str) -> None:
        """From here on calls are booked on `payer`, and the log is empty."""
        self.payer, self.log = payer, {}

    def note(self, samples: Iterable[str]) -> int:
        """Log samples as requested together; those that are already logged stay in place."""
        self._calls += 1
        for sample in samples:
            self.log.setdefault(sample, self._calls)
        return self._calls

    def prompt_rows(self, rendered: Rendered) -> list[Row]:
        """The row of a prompt, once a session."""
        if rendered.id in self._session.prompts:
            return []
        self._session.prompts.add(rendered.id)
        return [prompt_row(rendered.text, rendered.id)]

    def call(
        self,
        samples: Sequence[str],
        role: Role,
        reply: Reply,
        joules: float | None,
        *,
        priced: bool = True,
    ) -> Call:
        """A call for the ledger; `priced`: at the model's price."""
        entry = self._session.price if priced else None
        return Call(
            run=self.payer,
            role=role,
            samples=tuple(samples),
            usage=reply.usage,
            wasted_tokens=reply.wasted.output_tokens if reply.wasted else None,
            usd=price(reply.usage, entry, one_call=True) if entry is not None else None,
            latency_s=reply.latency_s,
            joules=joules,
            retries=reply.retries,
            source=reply.source,
            created=now("milliseconds"),
            about=said_of_itself(reply),
        )


def said_of_itself(reply: Reply) -> dict[str, Any]:
    """What a reply reports about itself, if anything."""
    origin = {} if reply.origin is None else asdict(reply.origin)
    said = {**origin, "first_token_s": reply.first_token_s, "batch": reply.batch}
    return {name: value for name, value in said.items() if value is not None}
