"""The traffic to one model over all its callers: how much, how fast, and where.

Requests are served in order of arrival. Each waits for room under `rpm`, `tpm` and
`max_concurrency`, and for a URL that is up, not paused and not full.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from harness.core import Request, Usage
from harness.models.http import Http
from harness.models.lanes import FIRST, Lane
from harness.models.pace import Meter, Spent, Window, read_left
from harness.models.retry import Clock, PassingError
from harness.models.wire import Came

MOST = 128  # default maximum of requests in flight at one URL
_GUESSED_OUTPUT = 256  # tokens of a reply, until the first one has arrived
_TOKEN_BYTES = 4.0
_TOKEN_PACE = 0.97
"""Of an allowance of tokens so much is planned: what a reply takes is known only afterwards."""
_OVERRUN = frozenset({429, 503, 529})


@dataclass(slots=True)
class Ticket:
    """Permission for one request: where it goes, and its estimated usage."""

    lane: Lane
    at: float
    number: int
    upto: dict[str, float]
    size: int
    count: int
    costs: dict[str, float]
    most: float
    spent: dict[str, Spent]


class Traffic:
    """Admits requests; see the top of the file. One event loop at a time."""

    def __init__(
        self,
        urls: Sequence[str],
        timeout_s: float,
        *,
        rpm: int | None = None,
        tpm: int | None = None,
        max_concurrency: int | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.most = max_concurrency
        bound = float(MOST if max_concurrency is None else max_concurrency)
        self.lanes = [Lane(Http(url, timeout_s), bound, min(FIRST, bound)) for url in urls]
        self._clock = clock or Clock()
        self._windows: dict[str, Window] = {}
        if rpm is not None:
            self._windows["requests"] = Window(rpm)
        if tpm is not None:
            self._windows["tokens"] = Window(tpm, pace=_TOKEN_PACE)
        self._meter = None if tpm is None else Meter(tpm)
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()
        self._known = 0  # samples with their tokens
        self._prompt, self._output, self._bytes = 0, 0, 0
        self._by_limit = False  # the server counts a request's limit, not its actual tokens
        self._reserved = None if tpm is None else Window(tpm)  # as such a server counts
        if self._windows:  # the pace limits what is in flight
            self.keep(int(bound))

    def keep(self, in_flight: int) -> None:
        """Keep so many in flight from the start, as set by the user."""
        for lane in self.lanes:
            lane.most = lane.at_once = math.ceil(in_flight / len(self.lanes))
            lane.fixed = True

    # Before a request

    async def enter(self, request: Request, size: int, count: int = 1) -> Ticket:
        """Wait until a request of so many bytes, for `count` samples, may be sent."""
        most = size / _TOKEN_BYTES + request.sampling.max_tokens * count
        async with self._turn:
            while True:
                costs = {"requests": 1.0, "tokens": self._guess(size, count, most)}
                now = self._clock.now()
                lane, wait = self._choose(costs, now)
                if wait <= 0:
                    break
                await self._wait(wait)
            number, upto = lane.take(costs, now, self._windows)
            spent = {kind: window.take(costs[kind], now) for kind, window in self._windows.items()}
            if self._reserved is not None and not self._by_limit:
                self._reserved.take(most, now)
            return Ticket(lane, now, number, upto, size, count, costs, most, spent)

    def _guess(self, size: int, count: int, most: float) -> float:
        """A request's estimated tokens, based on earlier ones."""
        if self._by_limit:
            return most
        if not self._known:
            return min(most, size / _TOKEN_BYTES + _GUESSED_OUTPUT * count)
        return self._prompt * size / max(1, self._bytes) + self._output * count / self._known

    def _choose(self, costs: dict[str, float], now: float) -> tuple[Lane, float]:
        """The URL that is free first, the least loaded of several, and the seconds until then."""
        common = [window.wait(costs[kind], now) for kind, window in self._windows.items()]
        if self._meter is not None and not self._by_limit:
            common.append(self._meter.wait(now))
        if self.most is not None and sum(lane.in_flight for lane in self.lanes) >= self.most:
            common.append(math.inf)
        alive = [lane for lane in self.lanes if lane.dead_until <= now]
        lanes = alive or self.lanes  # if none answers, each is tried again
        waits = [(lane.wait(costs, now, self._windows), lane) for lane in lanes]
        wait, lane = min(waits, key=lambda w: (w[0], w[1].in_flight / w[1].at_once, w[1].sent))
        if wait > 0:  # a dead one may be back sooner
            back = [one.dead_until - now for one in self.lanes if one.dead_until > now]
            wait = min([wait, *back])
        return lane, max([0.0, wait, *common])

    async def _wait(self, seconds: float) -> None:
        """Wait for a change, at most this long."""
        self._changed.clear()
        if math.isinf(seconds):
            await self._changed.wait()
            return
        waits = [
            asyncio.ensure_future(self._changed.wait()),
            asyncio.ensure_future(self._clock.sleep(seconds)),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await one

    # After a request

    def leave(self, ticket: Ticket) -> None:
        """The request is over, however it ended."""
        ticket.lane.leave(ticket.costs)
        self._changed.set()

    def good(self, ticket: Ticket, came: Came, usage: Usage) -> None:
        """A reply came."""
        now = self._clock.now()
        self._told(ticket, came, now)
        ticket.lane.good(now - ticket.at, usage.output_tokens, now)
        if usage.prompt_tokens is None or usage.output_tokens is None:
            return
        self._known += ticket.count
        self._prompt += usage.prompt_tokens
        self._output += usage.output_tokens
        self._bytes += ticket.size
        if "tokens" in ticket.spent and not self._by_limit:
            self._windows["tokens"].went_well()
            real = usage.prompt_tokens + usage.output_tokens
            self._windows["tokens"].settle(ticket.spent["tokens"], real)
            if self._meter is not None:
                self._meter.count(real, now)

    def failed(self, ticket: Ticket, error: PassingError) -> None:
        """No reply came, because of a transient error."""
        now, lane = self._clock.now(), ticket.lane
        status = None if error.came is None else error.came.status
        if error.came is not None:
            self._told(ticket, error.came, now)
        if status in _OVERRUN:
            paced = status == 429 and bool(self._windows)
            lane.overrun(ticket.number, error.wait, now, counted=status == 429, paced=paced)
            self._suspect(ticket, error.came, now)
            if "tokens" in ticket.spent and not self._by_limit:
                self._windows["tokens"].settle(ticket.spent["tokens"], 0.0)
                self._windows["tokens"].keep_back(ticket.costs["tokens"])
        elif error.broken:
            lane.died(now, silent=error.dead)

    def rested(self, ticket: Ticket) -> None:
        """A rejected request has waited as long as required: others need not wait longer."""
        ticket.lane.rested(ticket.number)
        self._changed.set()

    def elsewhere(self, ticket: Ticket) -> bool:
        """Whether another URL is up."""
        now = self._clock.now()
        return any(lane.dead_until <= now for lane in self.lanes if lane is not ticket.lane)

    def _told(self, ticket: Ticket, came: Came, now: float) -> None:
        left = read_left(came.headers, self._clock.date())
        if left:
            ticket.lane.told(ticket.number, ticket.upto, left, now, self._windows)

    def _suspect(self, ticket: Ticket, came: Came | None, now: float) -> None:
        """Rejected although well within its allowances: the server then reserves what a request
        might use, as OpenAI documents, and so must we."""
        if self._by_limit:
            return
        left = {} if came is None else read_left(came.headers, self._clock.date())
        window, requests = self._windows.get("tokens"), self._windows.get("requests")
        if "tokens" in left:
            enough = "requests" not in left or left["requests"].remaining >= 1
            this = ticket.costs["tokens"] <= left["tokens"].remaining < ticket.most
            self._by_limit = enough and this
        elif window is not None:
            few = requests is None or requests.used(now) < 0.5 * requests.limit
            self._by_limit = few and window.used(now) < 0.5 * window.limit
        if self._by_limit and self._reserved is not None:
            self._windows["tokens"] = self._reserved

    async def close(self) -> None:
        """Close the connections."""
        for lane in self.lanes:
            await lane.http.close()
