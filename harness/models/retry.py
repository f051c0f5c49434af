"""The retry policy: when to call a server again, how long to wait, and when to give up."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from harness.core import BackendError, Usage
from harness.core.counting import counted
from harness.models.wire import Came, at, objects, text_at

# The server is busy or broken for now; all other errors are final answers.
PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
LONGEST_WAIT = 300.0  # seconds; a server that asks for more is not waited for


class PassingError(Exception):
    """An attempt failed with a transient error.

    `wait` is what the server asked for, in seconds; `dead`: nothing answered at all;
    `broken`: that, or the connection broke; `wasted` is what the attempt used, if
    the server reported it, and `came` what it answered.
    """

    def __init__(
        self,
        message: str,
        *,
        wait: float | None = None,
        dead: bool = False,
        broken: bool = False,
        wasted: Usage | None = None,
        came: Came | None = None,
    ) -> None:
        super().__init__(message)
        self.wait, self.dead, self.wasted, self.came = wait, dead, wasted, came
        self.broken = broken or dead


def _utc_now() -> datetime:
    return datetime.now(UTC)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds of a Retry-After header (RFC 9110 §10.2.3): a number, or a date."""
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - now).total_seconds())


def asked_wait(headers: Mapping[str, str], body: Any, now: datetime) -> float | None:
    """Seconds that a busy server asks for, wherever it says so; None if it does not.

    `retry-after-ms` (OpenAI), `retry-after`, or `retryDelay` in the body (Google: "37s").
    """
    precise = headers.get("retry-after-ms")
    if precise is not None:
        with contextlib.suppress(ValueError):
            return max(0.0, float(precise) / 1000)
    told = retry_after(headers.get("retry-after"), now)
    if told is not None:
        return told
    for detail in objects(at(body, "error", "details")):
        delay = text_at(detail, "retryDelay") or ""
        with contextlib.suppress(ValueError):
            return max(0.0, float(delay.removesuffix("s")))
    return None


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock and its sleep; another one lets a test's minutes pass in a second."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    date: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass
class Patience:
    """How often and how long: `retries` attempts after the first, with waits that double from
    `first` seconds up to `most`, each scaled by a random factor in [0.5, 1] (so that many callers
    do not return at once), and never less than the server asked for; by which clock."""

    retries: int = 5
    first: float = 1.0
    most: float = 60.0
    now: Callable[[], datetime] = _utc_now
    random: Callable[[], float] = field(default=random.random)
    clock: Clock = field(default_factory=Clock)

    def wait(self, failed: int, error: PassingError) -> float:
        """Seconds to wait after the `failed`-th failed attempt (from 1).

        Raises BackendError if it was the last, or the server asks for too long a wait.
        """
        if failed > self.retries:
            advice = "check the URL, and that the server is running" if error.dead else "try later"
            raise BackendError(
                f"{error} ({counted(failed, 'attempt')}): {advice}", fatal=error.dead
            ) from error
        if error.wait is not None and error.wait > LONGEST_WAIT:
            raise BackendError(
                f"{error}: the server asks to wait {error.wait:.0f} s; run the command again then, "
                "stored results are kept",
                fatal=True,
            ) from error
        backoff = min(self.most, self.first * 2.0 ** (failed - 1)) * (0.5 + self.random() / 2)
        return max(backoff, error.wait or 0.0)
