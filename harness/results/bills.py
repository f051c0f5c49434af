"""An attempt's cost if run alone, from the rows it is charged for: pure functions.

A sample is paid for once, however many chains contain it. In a pool of N exchangeable chains, a
budget of k uses one that m chains share with probability 1 - C(N-m, k) / C(N, k), which is k/N for
m = 1; an attempt that is a single unit (a search) pays for everything it requested.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from harness.core import ModelInfo, Usage
from harness.core.sample import add_known
from harness.cost import flops


class Charge(NamedTuple):
    """One row: a sample in one chain of an attempt.

    `ask` is equal for samples that were requested together. `before` and `after` are the
    assistant's text around the sample, used to find shared contexts; None: nothing follows.
    """

    sample: str
    ordinal: int
    ask: Hashable
    role: str
    model: str
    prompt: str
    before: str
    after: str | None
    prompt_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    usd: float | None = None
    cached_prompt_tokens: int | None = None  # of `prompt_tokens`, as reported by the server
    call: str | None = None  # the call that returned it, or what it was cut from
    latency_s: float | None = None  # of that call; for a cut sample, its tokens' share

    @property
    def free(self) -> bool:
        """Whether it is known that no token was read or written."""
        return self.prompt_tokens == 0 and self.output_tokens == 0


@dataclass(slots=True)
class _Paid:
    """A distinct sample with the chains that use it; `always`: used whichever are drawn.

    `chance`: the probability that the budget uses it.
    """

    charge: Charge
    chains: set[int] = field(default_factory=set)
    always: bool = False
    chance: float = 1.0


class Bill:
    """The charges of one attempt, for a budget of `size` of its `chains` (ordinals of answers).

    Samples in no chain are always paid for. `whole`: the attempt is not a pool, and everything is.
    `prompt_once`: the engine bills the prompt once for samples requested together.
    """

    def __init__(
        self,
        charges: Iterable[Charge],
        *,
        chains: Collection[int],
        size: int,
        whole: bool,
        prompt_once: bool,
    ) -> None:
        self._pool, self._size = len(chains), size
        self._prompt_once = prompt_once
        self._paid: dict[str, _Paid] = {}
        for charge in charges:
            paid = self._paid.setdefault(charge.sample, _Paid(charge))
            if whole or charge.ordinal not in chains:
                paid.always = True
            else:
                paid.chains.add(charge.ordinal)
        for paid in self._paid.values():
            paid.chance = 1.0 if paid.always else self._chance_of(len(paid.chains))

    def _chance(self, items: Iterable[_Paid]) -> float:
        """The probability that at least one of these samples is used."""
        chains: set[int] = set()
        for paid in items:
            if paid.always:
                return 1.0
            chains |= paid.chains
        return self._chance_of(len(chains))

    def _chance_of(self, chains: int) -> float:
        if chains == 1:
            return self._size / self._pool
        unused = math.comb(self._pool - chains, self._size)
        return 1.0 - unused / math.comb(self._pool, self._size)

    def usage(self, roles: Sequence[str] | None = None) -> Usage:
        """Expected tokens, of all calls or of some roles; unknown as soon as one is unknown."""
        paid = [p for p in self._paid.values() if roles is None or p.charge.role in roles]
        return Usage(
            prompt_tokens=self._prompts(paid, [p.charge.prompt_tokens for p in paid]),  # type: ignore[arg-type] # may be fractional
            cached_prompt_tokens=self._prompts(paid, [_cached(p.charge) for p in paid]),  # type: ignore[arg-type]
            output_tokens=self._expected(paid, [p.charge.output_tokens for p in paid]),  # type: ignore[arg-type]
            reasoning_tokens=self._expected(paid, [p.charge.reasoning_tokens for p in paid]),  # type: ignore[arg-type]
        )

    def read_tokens(self, main: str) -> float | None:
        """Expected tokens read by models other than `main`: rewards'."""
        paid = [p for p in self._paid.values() if p.charge.model != main]
        return self._expected(paid, [p.charge.prompt_tokens for p in paid])

    def usd(self) -> float | None:
        """Expected dollars from the figures of the rows; None as soon as one is unknown.

        A score computed without a model costs nothing, unlike unknown tokens.
        """
        paid = [p for p in self._paid.values() if p.charge.usd is not None or not p.charge.free]
        return self._expected(paid, [p.charge.usd for p in paid])

    def seconds(self) -> float | None:
        """Expected latency of the calls if made sequentially; None if one is unknown.

        A call counts once, however many of its samples are used. What needed no model takes
        no time.
        """
        calls: dict[str, list[_Paid]] = defaultdict(list)
        for paid in self._paid.values():
            if not paid.charge.free:
                calls[paid.charge.call or paid.charge.sample].append(paid)
        parts: list[float | None] = []
        for group in calls.values():
            known = [p.charge.latency_s for p in group if p.charge.latency_s is not None]
            whole = len(known) == len(group)
            parts.append(max(known) * self._chance(group) if whole else None)
        return add_known(parts)

    @property
    def roles(self) -> list[str]:
        """The roles of the calls charged."""
        return sorted({paid.charge.role for paid in self._paid.values()})

    def _expected(self, paid: Sequence[_Paid], values: Sequence[float | None]) -> float | None:
        return add_known(
            None if value is None else value * p.chance
            for p, value in zip(paid, values, strict=True)
        )

    def _prompts(self, paid: Sequence[_Paid], values: Sequence[int | None]) -> float | None:
        """Expected tokens of prompts; samples requested together count one value."""
        if any(value is None for value in values):
            return None
        if not self._prompt_once:
            return self._expected(paid, values)
        asks: dict[Hashable, list[tuple[_Paid, int | None]]] = defaultdict(list)
        for p, value in zip(paid, values, strict=True):
            asks[p.charge.ask].append((p, value))
        return math.fsum(
            (group[0][1] or 0) * self._chance([p for p, _ in group]) for group in asks.values()
        )

    def flops(self, models: Mapping[str, ModelInfo]) -> float | None:
        """Expected FLOPs, as counted by `harness.cost.flops`; None if anything is unknown.

        A context is computed once, as in an engine with a prefix cache: samples of one prompt
        share it, and what follows a thought or a step attends to it without recomputing it.
        """
        contexts: dict[tuple[str, str, str], list[_Paid]] = defaultdict(list)
        for paid in self._paid.values():
            c = paid.charge
            if c.prompt_tokens is None or c.output_tokens is None:
                return None
            contexts[c.model, c.prompt, c.before].append(paid)
        total = 0.0
        ends = _Ends()
        for (model, prompt, before), group in sorted(contexts.items(), key=lambda x: len(x[0][2])):
            size = group[0].charge.prompt_tokens or 0
            cached = min(ends.longest((model, prompt), before), size)
            first = flops(models[model], size, 0, cached_prompt_tokens=cached)
            if first is None and (size or any(p.charge.output_tokens for p in group)):
                return None
            total += (first or 0.0) * self._chance(group)
            for paid in group:
                output = paid.charge.output_tokens or 0
                one = flops(models[model], size, output, cached_prompt_tokens=size)
                total += (one or 0.0) * paid.chance
                if paid.charge.after is not None:
                    ends.add((model, prompt), paid.charge.after, size + output)
            ends.add((model, prompt), before, size)
        return total


def _cached(charge: Charge) -> int | None:
    """Prompt tokens served from a server's cache; none if no model read anything."""
    return 0 if charge.free else charge.cached_prompt_tokens


class _Ends:
    """Texts that are already computed, with their tokens, for finding the longest prefix."""

    def __init__(self) -> None:
        self._ends: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)

    def add(self, key: tuple[str, str], text: str, tokens: int) -> None:
        self._ends[key][text] = tokens

    def longest(self, key: tuple[str, str], text: str) -> int:
        """Tokens of the longest known prefix of `text`."""
        ends = self._ends[key]
        lengths = sorted({len(known) for known in ends}, reverse=True)
        for length in lengths:
            known = ends.get(text[:length])
            if known is not None and length <= len(text):
                return known
        return 0
