"""Servers that allow so much a minute, in a time that jumps over waiting, and real ones beside.

They are fakes of what providers document: fixed minutes, sliding ones and token buckets, counting
what came or what a request reserves, with the headers of OpenAI or of Anthropic, or with none.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.models.wire import Came

EPOCH = datetime(2026, 1, 2, tzinfo=UTC)


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop whose time jumps to the next timer as soon as nothing else is to be done."""

    def __init__(self) -> None:
        super().__init__()
        self._at = 0.0
        select = self._selector.select  # type: ignore[attr-defined]

        def jump(timeout: float | None = None) -> Any:
            assert timeout is not None, "everybody waits for ever"
            self._at += timeout
            return select(0)

        self._selector.select = jump  # type: ignore[attr-defined]

    def time(self) -> float:
        """Seconds since the beginning."""
        return self._at


@dataclass
class Bucket:
    """A token bucket: full at first, it fills at `limit` a minute."""

    limit: float
    level: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.level = self.limit

    def left(self, now: float) -> float:
        self.level = min(self.limit, self.level + (now - self.at) * self.limit / 60)
        self.at = now
        return self.level

    def take(self, amount: float, now: float) -> None:
        self.level = self.left(now) - amount

    def reset(self, now: float) -> float:
        return (self.limit - self.left(now)) * 60 / self.limit

    def room(self, now: float) -> float:
        return max(0.0, 1 - self.left(now)) * 60 / self.limit


@dataclass
class Fixed:
    """`limit` in each minute of the clock."""

    limit: float
    minute: int = -1
    used: float = 0.0

    def left(self, now: float) -> float:
        if int(now // 60) != self.minute:
            self.minute, self.used = int(now // 60), 0.0
        return self.limit - self.used

    def take(self, amount: float, now: float) -> None:
        self.left(now)
        self.used += amount

    def reset(self, now: float) -> float:
        return 60 - now % 60

    def room(self, now: float) -> float:
        return 0.0 if self.left(now) >= 1 else self.reset(now)


@dataclass
class Sliding:
    """`limit` in any 60 seconds."""

    limit: float
    taken: list[tuple[float, float]] = field(default_factory=list)

    def left(self, now: float) -> float:
        self.taken = [(at, amount) for at, amount in self.taken if at > now - 60]
        return self.limit - sum(amount for _, amount in self.taken)

    def take(self, amount: float, now: float) -> None:
        self.taken.append((now, amount))

    def reset(self, now: float) -> float:
        self.left(now)
        return self.taken[-1][0] + 60 - now if self.taken else 0.0

    def room(self, now: float) -> float:
        left, wait = self.left(now), 0.0
        for at, amount in self.taken:
            if left >= 1:
                break
            left += amount
            wait = at + 60 - now
        return wait


KINDS: dict[str, Callable[[float], Any]] = {"bucket": Bucket, "fixed": Fixed, "sliding": Sliding}


@dataclass
class Limited:
    """60 requests and 20,000 tokens a minute.

    `reserves`: a request counts with its prompt and its limit when it comes, and not with what it
    used when it went. `tokens` are drawn for each reply; it takes `seconds`.
    """

    kind: str = "bucket"
    headers: str = "none"
    reserves: bool = False
    tokens: tuple[int, int] = (100, 500)
    seconds: tuple[float, float] = (0.5, 8.0)
    rpm: int = 60
    tpm: int = 20_000
    retry_after: bool = True
    status: int = 429
    crawls: int = 10**6  # with more than so many in flight it is that much slower
    now: Callable[[], float] = lambda: asyncio.get_running_loop().time()
    accepted: int = 0
    refused: int = 0
    used: float = 0.0
    in_flight: int = 0
    most_in_flight: int = 0
    last: float = 0.0
    crowd: list[tuple[float, int]] = field(default_factory=list)
    log: list[tuple[float, int, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.draw = random.Random(7)
        self.requests, self.budget = KINDS[self.kind](self.rpm), KINDS[self.kind](self.tpm)

    def enter(self, body: dict[str, Any]) -> bool:
        """Whether a request may come in."""
        now = self.now()
        reserved = 30 + body["max_tokens"] if self.reserves else 0
        if self.requests.left(now) < 1 or self.budget.left(now) < max(1, reserved):
            self.refused += 1
            return False
        self.requests.take(1, now)
        self.accepted += 1
        self.log.append((now, 1, reserved))
        self.in_flight += 1
        self.crowd.append((now, self.in_flight))
        self.most_in_flight = max(self.in_flight, self.most_in_flight)
        if reserved:
            self.budget.take(reserved, now)
            self.used += reserved
        return True

    def leave(self) -> dict[str, Any]:
        """The reply to one that came in."""
        output, now = self.draw.randint(*self.tokens), self.now()
        self.in_flight -= 1
        self.last = now
        if not self.reserves:
            self.budget.take(30 + output, now)
            self.used += 30 + output
            self.log.append((now, 0, 30 + output))
        message = {"role": "assistant", "content": "Answer: 9.8"}
        return {
            "model": "limited",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": 30, "completion_tokens": output},
        }

    def told(self, *, refused: bool) -> dict[str, str]:
        """The headers of a reply."""
        now, out = self.now(), dict[str, str]()
        parts = {"requests": self.requests, "tokens": self.budget}
        for kind, part in parts.items():
            left, reset = max(0, int(part.left(now))), part.reset(now)
            if self.headers == "openai":
                out[f"x-ratelimit-limit-{kind}"] = str(int(part.limit))
                out[f"x-ratelimit-remaining-{kind}"] = str(left)
                out[f"x-ratelimit-reset-{kind}"] = f"{int(reset // 60)}m{reset % 60:.3f}s"
            elif self.headers == "anthropic":
                date = EPOCH + timedelta(seconds=now + reset)
                out[f"anthropic-ratelimit-{kind}-limit"] = str(int(part.limit))
                out[f"anthropic-ratelimit-{kind}-remaining"] = str(left)
                out[f"anthropic-ratelimit-{kind}-reset"] = date.isoformat()
        if refused and self.retry_after:
            out["retry-after"] = str(self.wait(now))
        return out

    def wait(self, now: float) -> int:
        """Whole seconds until a request may come in again."""
        waits = [part.room(now) for part in (self.requests, self.budget)]
        return max(1, math.ceil(max(waits)))

    def use(self, since: float, until: float) -> float:
        """The larger share of both allowances that was used in a span of the server's time."""
        within = [one for one in self.log if since <= one[0] < until]
        requests, tokens = sum(one[1] for one in within), sum(one[2] for one in within)
        return max(requests / self.rpm, tokens / self.tpm) / ((until - since) / 60)


@dataclass
class Foreseeing(Limited):
    """It knows a reply's tokens when the request comes, and counts them then."""

    known: list[int] = field(default_factory=list)

    def enter(self, body: dict[str, Any]) -> bool:
        """Whether the reply fits as well."""
        now, output = self.now(), self.draw.randint(*self.tokens)
        if self.requests.left(now) < 1 or self.budget.left(now) < 30 + output:
            self.refused += 1
            return False
        self.requests.take(1, now)
        self.budget.take(30 + output, now)
        self.known.append(output)
        self.log.append((now, 1, 30 + output))
        self.accepted, self.in_flight = self.accepted + 1, self.in_flight + 1
        return True

    def leave(self) -> dict[str, Any]:
        """The reply, of one of the lengths that were counted."""
        self.in_flight -= 1
        usage = {"prompt_tokens": 30, "completion_tokens": self.known.pop(0)}
        message = {"role": "assistant", "content": "Answer: 9.8"}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        return {"model": "limited", "choices": [choice], "usage": usage}


REFUSAL = {"error": {"message": "Rate limit reached", "type": "requests", "code": "rate_limit"}}


def transport(server: Limited) -> type:
    """A class in the place of `Http` that asks the server within this process."""

    class InMemory:
        def __init__(self, url: str, timeout_s: float) -> None:
            self.shown = url

        async def post(self, path: str, body: Any, headers: Any, gatherer: Any = None) -> Came:
            if not server.enter(body):
                await asyncio.sleep(0.02)
                return Came(server.status, server.told(refused=True), json=REFUSAL)
            slow = max(1.0, server.in_flight / server.crawls)
            await asyncio.sleep(server.draw.uniform(*server.seconds) * slow)
            reply = server.leave()
            return Came(200, server.told(refused=False), json=reply)

        async def close(self) -> None:
            return

    return InMemory
