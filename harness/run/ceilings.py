"""Ceilings of a budget: limits on what one problem may be charged, enforced call by call.

`tokens<=` limits the generated tokens, including thinking, discarded branches and a judge's output;
`usd<=` limits the price of those and of every prompt. `seconds<=` limits the summed latency of its
calls: a later result is paid for but is not an answer. See docs/budgets.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from harness.budgets import Strategy
from harness.core import Finish, HarnessError, ModelInfo, ParameterError, Sample, UsageError
from harness.cost import PriceEntry

_MILLION = 1_000_000


class CeilingReached(HarnessError):  # noqa: N818 - an outcome, not a mistake
    """The next call of this attempt does not fit under its ceiling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """What one attempt may be charged; `input`, `output` and `cached` (prompt tokens from
    a cache) are dollars per million tokens."""

    tokens: int | None = None
    usd: Decimal | None = None
    seconds: float | None = None
    input: Decimal = Decimal(0)
    output: Decimal = Decimal(0)
    cached: Decimal = Decimal(0)

    @property
    def price(self) -> tuple[str, str] | None:
        """Part of a run's identity in addition to its budget's text: the price behind dollars."""
        return None if self.usd is None else (str(self.input), str(self.output))


def ceiling_of(strategy: Strategy, info: ModelInfo, entry: PriceEntry | None) -> Ceiling | None:
    """The ceiling of a budget, None if it has none.

    UsageError for dollars if the model, or a reward with its own model, has no price.
    """
    budget = strategy.budget
    if not strategy.capped:
        return None
    seconds = None if budget.ceiling_seconds is None else float(budget.ceiling_seconds)
    if budget.ceiling_usd is None:
        return Ceiling(tokens=budget.ceiling_tokens, seconds=seconds)
    if entry is None:
        raise ParameterError(
            f"budget {str(budget)!r}: usd<= needs a price, and none is known for {info.spec}: set "
            "{price} (US dollars per million tokens of input and output), or write tokens<=",
            price=...,
        )
    if strategy.reward is not None and strategy.reward.has_model:
        raise UsageError(
            f"budget {str(budget)!r}: usd<= cannot count what {strategy.reward.info.name} reads, "
            "which has no price; use tokens<=, or reward=steps or reward=judge"
        )
    return Ceiling(
        tokens=budget.ceiling_tokens,
        usd=budget.ceiling_usd,
        seconds=seconds,
        input=Decimal(str(entry.input)),
        output=Decimal(str(entry.output)),
        cached=Decimal(str(entry.input if entry.cached is None else entry.cached)),
    )


@dataclass(slots=True)
class Meter:
    """What an attempt has been charged so far, relative to its ceiling.

    `stopped`: the ceiling has cut a call short, or prevented one.
    """

    ceiling: Ceiling
    stopped: bool = False
    _prompts: Decimal = Decimal(0)  # dollars per million
    _output: int = 0
    _seconds: float = 0.0
    _had: dict[str, Sample] = field(default_factory=dict)  # by trace

    def had(self, trace: str, max_tokens: int) -> Sample | None:
        """What this attempt already has of a trace, and need not pay for again."""
        sample = self._had.get(trace)
        if sample is None or sample.max_tokens == max_tokens:
            return sample
        ended = sample.finish is Finish.STOP and sample.output_tokens is not None
        return sample if ended and (sample.output_tokens or 0) <= max_tokens else None

    def most(self, prompt_tokens: int, max_tokens: int) -> int:
        """The tokens that the next call may generate; CeilingReached if there are none."""
        ceiling = self.ceiling
        if ceiling.seconds is not None and self._seconds >= ceiling.seconds:
            raise self.end()
        if ceiling.tokens is not None:
            max_tokens = min(max_tokens, ceiling.tokens - self._output)
        if ceiling.usd is not None:
            left = ceiling.usd * _MILLION - self._prompts - prompt_tokens * ceiling.input
            left -= self._output * ceiling.output
            if left < 0:
                max_tokens = 0
            elif ceiling.output:
                max_tokens = min(max_tokens, int(left / ceiling.output))
        if max_tokens < 1:
            raise self.end()
        return max_tokens

    @property
    def late(self) -> bool:
        """Whether the last result came after the ceiling's seconds."""
        return self.ceiling.seconds is not None and self._seconds > self.ceiling.seconds

    def add(
        self,
        sample: Sample,
        *,
        prompt_tokens: int,
        max_tokens: int,
        seconds: float = 0.0,
        cached: int = 0,
    ) -> None:
        """Book a call of so many seconds, with so many prompt tokens from a cache;
        unknown tokens count as the maximum that the call could return."""
        self._seconds += seconds
        known = sample.prompt_tokens
        read = prompt_tokens if known is None else known
        cached = min(cached, read)
        self._prompts += (read - cached) * self.ceiling.input + cached * self.ceiling.cached
        self._output += max_tokens if sample.output_tokens is None else sample.output_tokens
        self._had[sample.trace] = sample

    def end(self) -> CeilingReached:
        """The attempt ends here."""
        self.stopped = True
        return CeilingReached("the ceiling of this budget is reached")
