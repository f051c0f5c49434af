"""Hard limits of a whole command: tokens and dollars are reserved before they are spent."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from harness.core import HarnessError, Usage
from harness.cost import PriceEntry, price


class LimitReached(HarnessError):  # noqa: N818 - an outcome, not a mistake
    """The next call could exceed max_total_tokens or max_usd, or comes after max_seconds."""


@dataclass(slots=True)
class Spent:
    """What this command has generated so far; unknown figures count as what was reserved."""

    tokens: int = 0
    usd: float = 0.0
    calls: int = 0

    def plus(self, other: Spent) -> Spent:
        """Both together."""
        return Spent(self.tokens + other.tokens, self.usd + other.usd, self.calls + other.calls)


class Limits:
    """Admits a call only if its most expensive outcome still fits.

    A call reserves its prompt and its full `max_tokens`; when it returns, the reservation is
    replaced by its usage. A call that does not fit waits for those in flight, and fails with
    LimitReached once none is left. After `max_seconds` no call starts; those in flight finish.
    """

    def __init__(
        self,
        max_tokens: int | None,
        max_usd: float | None,
        entry: PriceEntry | None,
        max_seconds: float | None = None,
    ) -> None:
        self.spent = Spent()
        self.reached = False
        self._max_tokens, self._max_usd, self._entry = max_tokens, max_usd, entry
        self._reserved = Spent()
        self._end = None if max_seconds is None else time.monotonic() + max_seconds
        self._changed = asyncio.Condition()

    @property
    def active(self) -> bool:
        """Whether anything is limited."""
        return (self._max_tokens, self._max_usd, self._end) != (None, None, None)

    @property
    def _over(self) -> bool:
        return self._end is not None and time.monotonic() >= self._end

    def check_time(self) -> None:
        """Raise LimitReached after `max_seconds`."""
        if self._over:
            raise self._end_reached()

    def _end_reached(self) -> LimitReached:
        self.reached = True
        return LimitReached("the limit of this command was reached")

    def _fits(self, worst: Spent) -> bool:
        tokens = self.spent.tokens + self._reserved.tokens + worst.tokens
        usd = self.spent.usd + self._reserved.usd + worst.usd
        if self._max_tokens is not None and tokens > self._max_tokens:
            return False
        return self._max_usd is None or usd <= self._max_usd

    def _usd(self, usage: Usage, priced: bool) -> float:
        usd = price(usage, self._entry) if priced and self._entry is not None else None
        return usd or 0.0

    def _worst(self, prompt_tokens: int, output_tokens: int, priced: bool) -> Spent:
        usage = Usage(prompt_tokens=prompt_tokens, output_tokens=output_tokens)
        return Spent(prompt_tokens + output_tokens, self._usd(usage, priced), 1)

    async def reserve(
        self, prompt_tokens: int, output_tokens: int, *, priced: bool = True
    ) -> Spent:
        """Wait until the call fits; raises LimitReached if it never will.

        `priced`: at the model's price; a reward model's tokens have none.
        """
        worst = self._worst(prompt_tokens, output_tokens, priced)
        async with self._changed:
            while self._over or not self._fits(worst):
                if self._over or self._reserved.calls == 0:
                    self._changed.notify_all()
                    raise self._end_reached()
                await self._changed.wait()
            self._add(self._reserved, worst, 1)
        return worst

    async def settle(self, reserved: Spent, usage: Usage | None, *, priced: bool = True) -> None:
        """Replace a reservation by the call's usage; None when the call failed and cost nothing."""
        async with self._changed:
            self._add(self._reserved, reserved, -1)
            if usage is not None:
                self._add(self.spent, self._used(reserved, usage, priced), 1)
            self._changed.notify_all()

    def _used(self, reserved: Spent, usage: Usage, priced: bool) -> Spent:
        if usage.prompt_tokens is None or usage.output_tokens is None:
            return reserved
        tokens = usage.prompt_tokens + usage.output_tokens
        return Spent(tokens, self._usd(usage, priced), 1)

    @staticmethod
    def _add(total: Spent, part: Spent, sign: int) -> None:
        total.tokens += sign * part.tokens
        total.usd += sign * part.usd
        total.calls += sign * part.calls
