"""How fast a server may be called: an allowance per minute, and what its headers say is left.

Pure except for the time that is passed in: seconds of any monotonic clock.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

MINUTE = 60.0
_LONGER = 1.005
"""Our minute is longer than a server's by this factor: replies and requests take unequal times."""
_BURST_S = 0.1  # so many seconds' worth may go together
_MOST_KEPT, _GIVEN_BACK = 0.1, 0.995
_CREDIT_S = 5.0  # so many seconds that were lost by waiting may be made up for


@dataclass(slots=True)
class Spent:
    """What one request took from a window."""

    at: float
    amount: float


class Window:
    """An allowance per minute, spread evenly over it.

    No minute, wherever it begins, exceeds `limit`, which satisfies fixed windows, sliding
    ones and token buckets alike. A request's actual usage may be reported later (`settle`).
    """

    def __init__(self, limit: float, *, pace: float = 1.0) -> None:
        """`pace` is the share of the limit that is spread over the minute."""
        self.limit, self._pace = limit, pace
        self._kept = 0.0  # of the limit: see `keep_back`
        self._spent: deque[Spent] = deque()
        self._total = 0.0
        self._next: float | None = None  # when the pace allows the next request

    def wait(self, amount: float, now: float) -> float:
        """Seconds until `amount` may be taken; what is more than a minute's goes alone."""
        paced = 0.0 if self._next is None else self._next - _BURST_S - now
        return max(0.0, paced, self.room_in(amount, now))

    def room_in(self, amount: float, now: float) -> float:
        """Seconds until the minute has room for `amount`, whatever the pace."""
        self._forget(now)
        over = self._total + amount - (self.limit - self._kept)
        if over <= 0 or not self._spent:
            return 0.0
        last = now
        for one in self._spent:
            over -= one.amount
            last = one.at
            if over <= 0:
                break
        return last + MINUTE * _LONGER - now

    def take(self, amount: float, now: float) -> Spent:
        """Book a request that is sent now."""
        spent = Spent(now, amount)
        self._spent.append(spent)
        self._total += amount
        begin = now if self._next is None else max(self._next, now - _CREDIT_S)
        self._next = begin + amount * MINUTE / (self.limit * self._pace)
        return spent

    def settle(self, spent: Spent, amount: float) -> None:
        """Replace a request's estimated usage by its actual usage."""
        more, spent.amount = amount - spent.amount, amount
        if self._next is not None:
            self._next += more * MINUTE / (self.limit * self._pace)
        if self._spent and spent.at >= self._spent[0].at:
            self._total += more

    def keep_back(self, amount: float) -> None:
        """Leave so much more of the limit unused, up to a tenth of it, after a rejection. It is
        released gradually (`went_well`)."""
        self._kept = min(self._kept + amount, _MOST_KEPT * self.limit)

    def went_well(self) -> None:
        """A request was accepted."""
        self._kept *= _GIVEN_BACK

    def used(self, now: float) -> float:
        """What was taken within the last minute."""
        self._forget(now)
        return self._total

    def _forget(self, now: float) -> None:
        while self._spent and self._spent[0].at <= now - MINUTE * _LONGER:
            self._total -= self._spent.popleft().amount


class Meter:
    """What a server that counts tokens on completion has counted, as a sliding window and a bucket.

    The tokens of a reply are known when it arrives, and estimated until then: however evenly
    requests are sent, long replies may coincide. A server over its limit rejects whatever comes
    next, so no request may be sent until enough has expired.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._minute = Window(limit)
        self._level, self._at = limit, 0.0

    def count(self, amount: float, now: float) -> None:
        """A reply arrived that used so many tokens."""
        self._minute.take(amount, now)
        self._level = self._level_at(now) - amount
        self._at = now

    def wait(self, now: float) -> float:
        """Seconds until such a server accepts another request, however it counts."""
        empty = max(0.0, 1.0 - self._level_at(now)) * MINUTE * _LONGER / self.limit
        return max(empty, self._minute.room_in(1.0, now))

    def _level_at(self, now: float) -> float:
        return min(self.limit, self._level + (now - self._at) * self.limit / MINUTE)


@dataclass(frozen=True, slots=True)
class Left:
    """What a server reports as left of an allowance that is full again in `reset_s` seconds."""

    limit: float
    remaining: float
    reset_s: float


KINDS = ("requests", "tokens")


def read_left(headers: Mapping[str, str], now: datetime) -> dict[str, Left]:
    """What a reply's headers report, by kind; empty if they report nothing.

    OpenAI and compatible servers: `x-ratelimit-remaining-requests: 59`,
    `x-ratelimit-reset-requests: 1s`; Anthropic: `anthropic-ratelimit-requests-remaining`,
    `…-reset` with a date. The IETF's `ratelimit-remaining` and GitHub's `x-ratelimit-remaining`
    count requests.
    """
    names = {
        "requests": (
            "x-ratelimit-{}-requests",
            "anthropic-ratelimit-requests-{}",
            "ratelimit-{}",
            "x-ratelimit-{}",
        ),
        "tokens": ("x-ratelimit-{}-tokens", "anthropic-ratelimit-tokens-{}"),
    }
    found: dict[str, Left] = {}
    for kind, patterns in names.items():
        for pattern in patterns:
            left = _left(headers, pattern, now)
            if left is not None:
                found[kind] = left
                break
    return found


def _left(headers: Mapping[str, str], pattern: str, now: datetime) -> Left | None:
    remaining = _number(headers.get(pattern.format("remaining")))
    if remaining is None:
        return None
    limit = _number(headers.get(pattern.format("limit")))
    reset = seconds_until(headers.get(pattern.format("reset")), now)
    if limit is None or reset is None:
        return None
    return Left(max(limit, 1.0), max(remaining, 0.0), reset)


def _number(text: str | None) -> float | None:
    """The first number: in `100, 100;w=60` the window follows it."""
    match = re.match(r"\s*(\d+(?:\.\d+)?)", text or "")
    return None if match is None else float(match[1])


_PARTS = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_EPOCH = 10**9  # a greater number is a date in seconds, and 1000 times greater one in milliseconds


def seconds_until(text: str | None, now: datetime) -> float | None:
    """Seconds of a reset header: `1s`, `6m0s`, `120ms`, a number, an epoch, or an RFC 3339 date."""
    text = (text or "").strip()
    parts = _PARTS.findall(text)
    if parts and "".join(n + unit for n, unit in parts) == text:
        return sum(float(n) * _SECONDS[unit] for n, unit in parts)
    try:
        number = float(text)
    except ValueError:
        pass
    else:
        if number > _EPOCH:
            number = (number / 1000 if number > _EPOCH * 1000 else number) - now.timestamp()
        return max(0.0, number)
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - now).total_seconds())
