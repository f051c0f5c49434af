"""How long a model's calls kept its machine busy (for hourly dollars), and the energy used."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.store import Store
from harness.store.runs import call_spans

if TYPE_CHECKING:
    from harness.results.bills import Bill

ROLES = ("generator", "reward")


@dataclass(frozen=True, slots=True)
class DeviceTime:
    """Busy seconds of some calls, with overlaps counted once, and the tokens that they returned.

    `seconds` and `output_tokens` are the generator's; `read_seconds` and `read_tokens` those of
    reward models, which read and write nothing.
    """

    seconds: float = 0.0
    output_tokens: int = 0
    read_seconds: float = 0.0
    read_tokens: int = 0

    @property
    def total(self) -> float:
        """Device-seconds of all calls."""
        return self.seconds + self.read_seconds

    @property
    def seconds_per_token(self) -> float:
        """Device-seconds per output token, including its share of the prompts."""
        return self.seconds / self.output_tokens

    def plus(self, other: DeviceTime) -> DeviceTime:
        """Both together."""
        return DeviceTime(
            self.seconds + other.seconds,
            self.output_tokens + other.output_tokens,
            self.read_seconds + other.read_seconds,
            self.read_tokens + other.read_tokens,
        )

    def charged(self, bill: Bill, main: str) -> float | None:
        """Device-seconds of an attempt's charges, at these rates; None if unknown."""
        written, read = bill.usage().output_tokens, bill.read_tokens(main)
        if written is None or read is None or not self.output_tokens:
            return None
        if read and not self.read_tokens:
            return None
        by_reward = read * self.read_seconds / self.read_tokens if read else 0.0
        return written * self.seconds_per_token + by_reward

    def usd(self, bill: Bill, main: str, per_hour: float) -> float | None:
        """Dollars of an attempt's charges, at an hourly rate."""
        seconds = self.charged(bill, main)
        return None if seconds is None else seconds * per_hour / 3600


def device_times(store: Store, model: str) -> dict[str, DeviceTime] | None:
    """Device time by run, for all runs of a model (by id); None if a call's time is unknown.

    If several calls were in progress at once, each gets an equal share of that time, so that the
    sum over runs is the time in which any call was in progress, and nothing is counted twice.
    """
    spans, calls = [], []
    for run, created, latency_s, output_tokens, prompt_tokens in call_spans(store, model, ROLES):
        if latency_s is None or output_tokens is None:
            return None
        end = dt.datetime.fromisoformat(created).timestamp()
        spans.append((end - latency_s, end))
        calls.append((run, output_tokens, prompt_tokens or 0))
    times: dict[str, DeviceTime] = defaultdict(DeviceTime)
    for (run, written, read), share in zip(calls, shares(spans), strict=True):
        part = DeviceTime(seconds=share, output_tokens=written)
        if not written:
            part = DeviceTime(read_seconds=share, read_tokens=read)
        times[run] = times[run].plus(part)
    return dict(times)


def device_time(store: Store, model: str) -> DeviceTime | None:
    """All runs of a model together; None if unknown, or if nothing was generated."""
    total = DeviceTime()
    for time in (device_times(store, model) or {}).values():
        total = total.plus(time)
    return total if total.output_tokens else None


def shares(spans: Sequence[tuple[float, float]]) -> list[float]:
    """Each (start, end) interval's part of their union: where n overlap, each gets one n-th."""
    events = sorted(
        (time, kind, i) for i, span in enumerate(spans) for kind, time in enumerate(span)
    )
    out = [0.0] * len(spans)
    level, reached, active = 0.0, 0.0, 0
    for time, is_end, i in events:
        if active:
            level += (time - reached) / active
        reached = time
        active += -1 if is_end else 1
        out[i] = level - out[i] if is_end else level
    return out
