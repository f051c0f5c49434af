"""Calls through a provider's batch API: collected while strategies make requests, then submitted.

No requests are sent while a batch is being processed, so all problems go at once, and a strategy
with several rounds needs as many batches. The ids of the batch and its calls are stored
before the command starts waiting, so running the command again collects it.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from harness.core import BackendError, Reply, Request
from harness.core.counting import counted
from harness.models.batches import Sought
from harness.run.limits import LimitReached
from harness.store import Store, Writer
from harness.store.batches import (
    batch_row,
    close_intent,
    intent_row,
    known_batches,
    mark_collected,
    open_batches,
    open_intents,
)
from harness.store.records import Row

QUIET_S = 0.2
FIRST_LOOK_S, LONGEST_LOOK_S = 1.0, 60.0  # between two polls of a batch
AGAIN = 3  # how often a failed or expired request is resubmitted


class BatchPendingError(LimitReached):
    """The batch is in progress, and this command does not wait for it."""


class BatchDesk(Protocol):
    """The interface of a backend with a batch API."""

    most: int

    async def submit(self, requests: Mapping[str, Request], sought: Sought) -> str:
        """Hand requests in, by id; the batch's id. BackendError when it is refused."""
        ...

    async def find(self, sought: Sought) -> str | None:
        """The id of a batch that was handed in by somebody who could not note it."""
        ...

    async def collect(
        self, batch: str, requests: Mapping[str, Request]
    ) -> dict[str, Reply | str] | None:
        """The replies to these requests, or why there is none; None while in progress.

        A reply to any other request of the batch is returned as an empty text.
        """
        ...


@dataclass(slots=True)
class _Asked:
    request: Request
    reply: asyncio.Future[Reply]
    failed: int = 0


@dataclass(slots=True, kw_only=True)
class Batcher:
    """Collects the calls of one command. `wait`: until batches are done; else submit and stop."""

    desk: BatchDesk
    store: Store
    writer: Writer
    model: str
    wait: bool
    tell: Callable[[str], None]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _asked: dict[str, _Asked] = field(default_factory=dict)
    _batches: dict[str, tuple[str, ...]] = field(default_factory=dict)  # open ones: their calls
    _under_way: dict[str, str] = field(default_factory=dict)  # call -> the newest batch with it
    _brought: dict[str, list[str]] = field(default_factory=dict)  # ended ones: calls with a reply
    _pump: asyncio.Task[None] | None = None
    _known: set[str] = field(default_factory=set)
    _recovered: bool = False

    def __post_init__(self) -> None:
        self._known = known_batches(self.store, self.model)
        for batch in open_batches(self.store, self.model):
            self._batches[batch.id] = batch.calls
            self._under_way |= dict.fromkeys(batch.calls, batch.id)

    async def generate(self, call: str, request: Request) -> Reply:
        """The reply to one call, whenever it comes; BatchPendingError if nobody waits."""
        asked = self._asked.get(call)
        if asked is None:
            reply = asyncio.get_running_loop().create_future()
            asked = self._asked[call] = _Asked(request, reply)
            if self._pump is None or self._pump.done():
                self._pump = asyncio.create_task(self._work())
        return await asyncio.shield(asked.reply)

    async def close(self) -> None:
        """Stop, and record which batches are done with. Batches in progress stay open."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        await self._settle()

    async def _work(self) -> None:
        try:
            pause = FIRST_LOOK_S
            if not self._recovered:
                await self._recover()
                self._recovered = True
            while self._asked:
                await self._quiet()
                await self._settle()
                handed_in = await self._submit()
                came = await self._look()
                if came or not self._asked:
                    pause = FIRST_LOOK_S
                elif not self.wait:
                    self._fail(BatchPendingError("the batch is in progress"))
                elif not handed_in:
                    await self.sleep(pause)
                    pause = min(LONGEST_LOOK_S, 2 * pause)
        except asyncio.CancelledError:
            self._fail(BackendError("the command was ended"))
            raise
        except BaseException as error:  # noqa: BLE001 - all waiting callers must get it
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        for asked in self._asked.values():
            if not asked.reply.done():
                asked.reply.set_exception(error)
                asked.reply.exception()  # retrieved: nobody may be waiting any more
        self._asked.clear()

    async def _quiet(self) -> None:
        """Wait until there have been no requests for a while."""
        before = -1
        while before != len(self._asked):
            before = len(self._asked)
            await asyncio.sleep(QUIET_S)

    async def _submit(self) -> bool:
        """Submit what is in no batch yet; True if there was anything."""
        fresh = [call for call in self._asked if call not in self._under_way]
        for start in range(0, len(fresh), self.desk.most):
            part = fresh[start : start + self.desk.most]
            requests = {call: self._asked[call].request for call in part}
            sought = Sought(uuid.uuid4().hex, part, datetime.now(UTC), frozenset(self._known))
            # Before it is handed in: who ends before the answer is noted can look for it.
            await self._note(intent_row(sought.tag, self.model, part))
            batch = await self.desk.submit(requests, sought)
            await self._handed_in(batch, sought.tag, part)
            self.tell(f"batch {batch}: {counted(len(part), 'request')} handed in")
        return bool(fresh)

    async def _note(self, row: Row) -> None:
        self.writer.put([row])
        await asyncio.to_thread(self.writer.flush)

    async def _handed_in(self, batch: str, tag: str, calls: Sequence[str]) -> None:
        if batch not in self._known:
            await self._note(batch_row(batch, self.model, calls))
            self._known.add(batch)
            self._batches[batch] = tuple(calls)
            self._under_way |= dict.fromkeys(calls, batch)
        close_intent(self.store, tag)

    async def _recover(self) -> None:
        """Look for batches that a command handed in, and ended before it could note them."""
        for intent in open_intents(self.store, self.model):
            since = datetime.fromisoformat(intent.created)
            sought = Sought(intent.tag, intent.calls, since, frozenset(self._known))
            try:
                batch = await self.desk.find(sought)
            except BackendError as error:
                self.tell(
                    f"a batch of {counted(len(intent.calls), 'request')} may have been handed in "
                    f"at {intent.created}, and the provider's list cannot be read: {error}"
                )
                batch = None
            if batch is None:
                close_intent(self.store, intent.tag)
            else:
                self.tell(f"batch {batch} was handed in by a command that ended: it is collected")
                await self._handed_in(batch, intent.tag, intent.calls)

    async def _look(self) -> bool:
        """Poll every batch that somebody waits for; True if one is done."""
        came = False
        for batch in dict.fromkeys(self._under_way[call] for call in self._asked):
            calls = [call for call in self._asked if self._under_way.get(call) == batch]
            requests = {call: self._asked[call].request for call in calls}
            found = await self.desk.collect(batch, requests)
            if found is not None:
                came = True
                self._hand_out(batch, calls, found)
        return came

    def _hand_out(self, batch: str, calls: Sequence[str], found: Mapping[str, Reply | str]) -> None:
        # replies that nobody here waits for keep the batch open: their text is empty
        self._brought[batch] = [c for c, r in found.items() if isinstance(r, Reply) or not r]
        for call in calls:
            outcome = found.get(call, "the batch ended without an answer")
            if isinstance(outcome, Reply):
                self._asked.pop(call).reply.set_result(outcome)
                continue
            asked = self._asked[call]
            asked.failed += 1
            del self._under_way[call]  # to be resubmitted
            if asked.failed > AGAIN:
                self._asked.pop(call)
                asked.reply.set_exception(BackendError(f"{outcome} (in {asked.failed} batches)"))

    async def _settle(self) -> None:
        """Record the batches whose replies are all stored."""
        if not self._brought or self.writer.error is not None:
            return
        await asyncio.to_thread(self.writer.flush)
        for batch, calls in list(self._brought.items()):
            if mark_collected(self.store, batch, calls):
                del self._brought[batch]
                self._batches.pop(batch, None)


def under_way(store: Store, model: str) -> list[str]:
    """Messages about a model's batches (by its id) that nobody has collected."""
    return [
        f"batch {one.id} of {counted(len(one.calls), 'request')} is in progress: run the same "
        "command with --batch to collect it"
        for one in open_batches(store, model)
    ]
