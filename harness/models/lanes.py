"""One URL of a model: how much may be in flight there, and when to leave it alone.

The number in flight grows by one with each reply at first, later by one per round, as long as
replies are at most four times slower than the best seen, and shrinks a little with each slower one;
it is halved if the server is overloaded (additive
increase, multiplicative decrease, as in TCP: Chiu and Jain 1989).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field

from harness.models.http import Http
from harness.models.pace import MINUTE, Left, Window

FIRST = 8.0  # initial number of requests in flight
SLOWER = 4.0
_EVIDENCE = 8  # replies needed before their speed is meaningful
_LONGEST_BREAK = 60.0  # for a URL that does not answer, or one without allowance
_SMOOTH = 0.1
_ROUNDED_S = 0.5  # times in headers are rounded


@dataclass(slots=True)
class _Allowance:
    """What is left according to the newest reply's headers, minus what was sent since."""

    limit: float
    left: float
    at: float
    whole_at: float
    known: bool  # is `whole_at` when it is full again, or only when to look again?


@dataclass(slots=True)
class Lane:
    """The state of one URL. `at_once` is how much may be in flight, `most` its maximum."""

    http: Http
    most: float
    at_once: float = FIRST
    fixed: bool = False
    in_flight: int = 0
    sent: int = 0
    paused_until: float = -math.inf
    _paused_by: int = 0  # the request whose rejection paused it
    dead_until: float = -math.inf
    _dead_for: float = 0.0
    _starting: bool = True
    _cut: int = 0  # requests sent when it was last cut: earlier ones are no news
    _refusals: int = 0
    _speed: float | None = None
    _best: float = math.inf
    _replies: int = 0
    _told: dict[str, int] = field(default_factory=dict)  # by kind: the last reporting request
    _spent: dict[str, float] = field(default_factory=dict)  # by kind: everything sent
    _open: float = 0.0  # estimated tokens of requests in flight
    _allowances: dict[str, _Allowance] = field(default_factory=dict)
    learned: Window | None = None
    _good: int = 0  # replies since the last rejection
    _arrived: deque[float] = field(default_factory=deque)  # the replies of the last minute
    _first: float = math.inf

    def wait(self, costs: dict[str, float], now: float, given: dict[str, Window]) -> float:
        """Seconds until a request may be sent here; infinite while too many are in flight."""
        if self.in_flight >= max(1, int(self.at_once)):
            return math.inf
        waits = [self.paused_until - now, self._allowed_in(costs, now, given)]
        if self.learned is not None:
            waits.append(self.learned.wait(1, now))
        return max(0.0, *waits)

    def _allowed_in(self, costs: dict[str, float], now: float, given: dict[str, Window]) -> float:
        waits = [0.0]
        for kind, one in self._allowances.items():
            need = min(costs[kind], one.limit)
            if now >= one.whole_at:
                out = self._open if kind == "tokens" else 0.0
                one.left = max(need, one.limit - out) if one.known else need
                one.at, one.whole_at = now, now + MINUTE
            wait = one.whole_at - now
            if kind in given:  # the user set the allowance, and it refills evenly
                back = one.at + (need - one.left) * MINUTE / given[kind].limit
                wait = min(wait, back - now)
            if one.left < need:
                waits.append(wait)
        return max(waits)

    def take(
        self, costs: dict[str, float], now: float, given: Collection[str]
    ) -> tuple[int, dict[str, float]]:
        """Record a sent request; returns its number, and the totals sent so far by kind."""
        self.in_flight += 1
        self.sent += 1
        self._open += costs["tokens"]
        for kind, cost in costs.items():
            self._spent[kind] = self._spent.get(kind, 0.0) + cost
            if kind in self._allowances:
                self._allowances[kind].left -= 0.0 if kind in given else cost
        if self.learned is not None:
            self.learned.take(1, now)
        return self.sent, dict(self._spent)

    def told(
        self,
        number: int,
        upto: dict[str, float],
        left: dict[str, Left],
        now: float,
        given: Collection[str],
    ) -> None:
        """Process the headers of a reply; those of older requests are ignored."""
        for kind, one in left.items():
            if number < self._told.get(kind, 0):
                continue
            self._told[kind] = number
            since = self._spent.get(kind, 0.0) - upto.get(kind, 0.0)
            if kind in given:
                since = 0.0  # its window counts what is in flight
            elif kind == "tokens":  # which many servers count when the reply arrives
                since = max(since, self._open)
            known = one.reset_s <= _LONGEST_BREAK
            until = now + (one.reset_s + _ROUNDED_S if known else _LONGEST_BREAK)
            self._allowances[kind] = _Allowance(one.limit, one.remaining - since, now, until, known)

    def leave(self, costs: dict[str, float]) -> None:
        """A request has finished."""
        self.in_flight -= 1
        self._open -= costs["tokens"]

    def good(self, seconds: float, tokens: int | None, now: float) -> None:
        """A reply came."""
        self._refusals, self._dead_for = 0, 0.0
        self.dead_until = -math.inf
        self._good += 1
        self._note(now)
        if self.learned is not None:
            self.learned.limit *= 1 + 0.001 * (1 + self._good / 100)
        speed = seconds / max(1, tokens or 1)
        self._speed = (
            speed if self._speed is None else self._speed + _SMOOTH * (speed - self._speed)
        )
        self._replies += 1
        if self._replies >= _EVIDENCE:
            self._best = min(self._best, self._speed)
        full = self.in_flight + 1 >= 0.8 * self.at_once
        if not self.fixed and self._speed > SLOWER * self._best:
            self._starting = False
            self.at_once = max(min(FIRST, self.most), 0.98 * self.at_once)
            return
        if not full:
            return
        self.at_once = min(self.most, self.at_once + (1 if self._starting else 1 / self.at_once))

    def _note(self, now: float) -> None:
        self._first = min(self._first, now)
        self._arrived.append(now)
        while self._arrived[0] <= now - MINUTE:
            self._arrived.popleft()

    def overrun(
        self, number: int, asked: float | None, now: float, *, counted: bool, paced: bool
    ) -> None:
        """The server is overloaded, or we have sent too much (`counted`), although at the
        user's rate (`paced`).

        All requests that were in flight together count once.
        """
        if number <= self._cut:
            if asked is not None:
                self._pause(number, now + asked)
            return
        self._cut, self._starting = self.sent, False
        if not paced:
            self.at_once = max(1.0, self.at_once / 2)
        self._refusals += 1
        backoff = min(_LONGEST_BREAK, 2.0 ** (self._refusals - 1))
        self._pause(number, now + (backoff if asked is None else asked))
        if counted and not paced and not self._allowances:
            self._learn(now)

    def _pause(self, number: int, until: float) -> None:
        if until > self.paused_until:
            self.paused_until, self._paused_by = until, number

    def rested(self, number: int) -> None:
        """The request whose rejection paused all has waited as long as required."""
        if number == self._paused_by:
            self.paused_until = -math.inf

    def _learn(self, now: float) -> None:
        """A rate from the observed throughput: nothing else reveals the allowance."""
        recent = sum(t > now - MINUTE for t in self._arrived)
        if not recent:
            return
        rate = recent * MINUTE / max(1.0, min(MINUTE, now - self._first))
        old = self.learned.limit if self.learned is not None else math.inf
        self._good = 0
        if self.learned is None:
            self.learned = Window(0.9 * rate)
        self.learned.limit = max(1.0, 0.9 * min(rate, old))

    def died(self, now: float, *, silent: bool) -> None:
        """It dropped a connection or, if `silent`, nothing answers there at all."""
        if silent:
            self.at_once, self._starting = 1.0, True
        self._dead_for = min(_LONGEST_BREAK, 2 * self._dead_for or 1.0)
        self.dead_until = now + self._dead_for
