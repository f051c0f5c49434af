"""A counting stand-in for an engine: tokens are characters, drawn from (seed, position).

It is a fake, for what real engines cannot give to a test: an exact count of all that was asked of
it, and failures on demand. Like real engines it continues a prefix, honours stop strings, and
gives the beginning of a longer completion for a smaller limit.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.budgets import Graded
from harness.core import (
    Completion,
    Finish,
    ModelInfo,
    Prompt,
    Reply,
    Request,
    ThinkMarks,
    Usage,
)

MARKS = ThinkMarks("<t>", "</t>")


@dataclass
class StubBackend:
    """Thinks for 5 to 60 characters (at most `thought`), then answers one of three digits.

    With `lines` the answer has that many lines of sums before it, half of them wrong. Asked for a
    score it gives one. From call `hold_at` on it never answers.
    """

    lines: int = 0
    thought: int = 60
    prompt_once: bool = False
    marks: ThinkMarks | None = MARKS
    hold_at: int | None = None
    fail: Callable[[Request, int], Exception | None] = lambda _request, _call: None
    calls: int = 0
    samples: int = 0
    prompt_tokens: int = 0
    output_tokens: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    closed: bool = False
    requests: list[Request] = field(default_factory=list)
    completions: list[Completion] = field(default_factory=list)

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(
            spec="stub:stub",
            name="stub",
            fingerprint="stub-1",
            think=self.marks,
            context=4096,
            parameters=1000,
            layers=2,
            width=8,
            prompt_once=self.prompt_once,
            concurrency=8,
        )

    def render(self, prompt: Prompt, prefix: str = "") -> str:
        return "".join(f"[{m.role}]{m.content}" for m in prompt.messages) + "[assistant]" + prefix

    def count_tokens(self, rendered: str) -> int | None:
        return len(rendered)

    async def generate(self, request: Request) -> Reply:
        self.calls += 1
        call = self.calls
        self.requests.append(request)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(0)
            if self.hold_at is not None and call >= self.hold_at:
                await asyncio.Event().wait()
            error = self.fail(request, call)
            if error is not None:
                raise error
            rendered = self.render(request.prompt, request.prefix)
            completions = tuple(self._complete(rendered, seed, request) for seed in request.seeds)
        finally:
            self.in_flight -= 1
        output = sum(c.output_tokens or 0 for c in completions)
        self.samples += len(completions)
        self.completions += completions
        self.prompt_tokens += len(rendered)
        self.output_tokens += output
        usage = Usage(prompt_tokens=len(rendered), output_tokens=output, reasoning_tokens=0)
        return Reply(completions=completions, usage=usage, latency_s=0.001)

    async def close(self) -> None:
        self.closed = True

    def _complete(self, rendered: str, seed: int, request: Request) -> Completion:
        sampling = request.sampling
        rng = random.Random(f"{rendered}|{seed if sampling.temperature else 'greedy'}")
        prefix = request.prefix
        if "Score:" in rendered:
            text = f"Score: {rng.randrange(11)}"
        elif "Answer" in prefix:
            text = ""
        elif MARKS.end in prefix or MARKS.start not in prefix:
            said = prefix.rpartition(MARKS.end)[2].count("\n")
            text = (
                "".join(_sum(rng) for _ in range(self.lines - said)) + f"Answer: {rng.randrange(3)}"
            )
        else:
            count = rng.randint(self.thought - 55, self.thought)
            text = "".join(rng.choice("abcdefgh ") for _ in range(count)) + MARKS.end
        return cut(text, sampling.max_tokens, sampling.stop)


def _sum(rng: random.Random) -> str:
    a, b = rng.randrange(3), rng.randrange(3)
    return f"{a}+{b}={a + b + rng.randrange(2)}\n"


def cut(text: str, max_tokens: int, stop: tuple[str, ...]) -> Completion:
    """The completion of an endless trace that starts with `text` and then ends."""
    visible, tokens, finish, by = text, len(text) + 1, Finish.STOP, ""  # one token for the end
    for mark in stop:
        if mark in text:
            visible, tokens = text[: text.index(mark)], text.index(mark) + len(mark)
            by = mark
    if tokens > max_tokens:
        visible, tokens, finish = visible[:max_tokens], max_tokens, Finish.LENGTH
    ends = tuple(min(i + 1, len(visible)) for i in range(tokens))
    return Completion(
        text=visible,
        finish=finish,
        output_tokens=tokens,
        reasoning_tokens=0,
        token_ends=ends,
        stopped_by=by,
    )


class CountingReward:
    """A reward "with a model": it reads a token a character, and counts what it read.

    The value is the share of even digits; `break_at` makes the value of that response NaN.
    """

    has_model = True
    info = ModelInfo(spec="reward:counting", name="counting", fingerprint="counting@1")
    tokens = 0
    calls = 0
    scored = 0
    break_at = 0

    def __init__(self, argument: str | None = None) -> None:
        assert argument is None

    @classmethod
    def reset(cls) -> None:
        cls.tokens = cls.calls = cls.scored = cls.break_at = 0

    async def score(self, _caller: object, responses: Sequence[str]) -> list[Graded]:
        await asyncio.sleep(0)
        kind = CountingReward
        kind.calls += 1
        out = []
        for text in responses:
            kind.scored += 1
            kind.tokens += len(text)
            digits = [int(c) for c in text if c.isdigit()] or [1]
            value = sum(d % 2 == 0 for d in digits) / len(digits)
            broken = kind.scored == kind.break_at
            out.append(Graded(steps=(math.nan if broken else value,), prompt_tokens=len(text)))
        return out


def says(stub: Any, reply: Callable[[str], str], finish: Finish = Finish.STOP) -> Any:
    """A stub that replies to the text of the prompt."""

    class Sayer(stub):  # type: ignore[misc]
        async def generate(self, request: Request) -> Reply:
            got = await super().generate(request)
            text = reply(request.prompt.messages[-1].content)
            one = Completion(text=text, finish=finish, output_tokens=len(text) + 1)
            return Reply(completions=(one,) * len(request.seeds), usage=got.usage, latency_s=0.0)

    return Sayer(marks=None)
