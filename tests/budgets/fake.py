"""A caller without an engine: texts drawn from (prompt, prefix, index), and a log of all calls.

A fake, for what the real one does not show: how a strategy uses it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from harness.budgets import Draw, Graded, Reward, Role, Score
from harness.core import (
    Finish,
    ModelInfo,
    Prompt,
    Sampling,
    Status,
    ThinkMarks,
    Verdict,
    VerifierSpec,
)

MARKS = ThinkMarks("<t>", "</t>")


@dataclass(frozen=True)
class Asked:
    """One call of `sample`."""

    indices: tuple[int, ...]
    sampling: Sampling
    prefix: str
    prompt: Prompt
    role: Role


@dataclass
class FakeCaller:
    """Every text is a few lines of digits, then "Answer: d"; `say` may say something else.

    Tokens are characters, and the end of the turn is one.
    """

    say: Callable[[str, random.Random], str] | None = None
    prompt: Prompt = field(default_factory=lambda: Prompt.user("How many?"))
    marks: ThinkMarks | None = MARKS
    max_output_tokens: int = 400
    context: int | None = None
    tells_stop: bool = True
    in_turn: bool = False
    asked: list[Asked] = field(default_factory=list)
    scored: list[str] = field(default_factory=list)
    drawn: dict[str, Draw] = field(default_factory=dict)

    def room(self, prefix: str = "", *, prompt: Prompt | None = None) -> int | None:
        if self.context is None:
            return None
        said = "".join(message.content for message in (prompt or self.prompt).messages)
        return self.context - len(said) - len(prefix)

    async def sample(
        self,
        indices: Sequence[int],
        sampling: Sampling,
        *,
        prefix: str = "",
        prompt: Prompt | None = None,
        role: Role = "generator",
    ) -> list[Draw]:
        prompt = prompt or self.prompt
        assert sampling.max_tokens >= 1
        self.asked.append(Asked(tuple(indices), sampling, prefix, prompt, role))
        return [self._draw(i, sampling, prefix, prompt) for i in indices]

    def _draw(self, index: int, sampling: Sampling, prefix: str, prompt: Prompt) -> Draw:
        key = f"{prompt}|{prefix}|{index if sampling.temperature else 'greedy'}"
        text = (self.say or _lines)(prefix, random.Random(key))
        tokens, finish, stopped = len(text) + 1, Finish.STOP, ""
        for stop in sampling.stop:
            if stop in text:
                tokens, stopped = text.index(stop) + len(stop), stop
                text = text[: text.index(stop)]
        if tokens > sampling.max_tokens:
            text, tokens, finish = text[: sampling.max_tokens], sampling.max_tokens, Finish.LENGTH
        draw = Draw(
            id=f"{key}|{replace(sampling, temperature=0)}",
            prefix=prefix,
            text=text,
            finish=finish,
            output_tokens=tokens,
            stopped_by=stopped if self.tells_stop else None,
            text_tokens=len(text),
        )
        self.drawn[draw.id] = draw
        return draw

    async def score(self, reward: Reward, responses: Sequence[str]) -> list[Score]:
        self.scored += responses
        graded = await reward.score(self, responses)
        return [
            Score(id=text, steps=g.steps, parts=g.parts)
            for text, g in zip(responses, graded, strict=True)
        ]

    async def verdicts(self, draws: Sequence[Draw]) -> list[Verdict]:
        keys = [draw.response.rpartition("Answer: ")[2].strip() or None for draw in draws]
        return [
            Verdict(status=Status.CORRECT if key == "1" else Status.WRONG, key=key) for key in keys
        ]

    async def check(self, verifier: VerifierSpec, responses: Sequence[str]) -> list[Verdict]:
        raise NotImplementedError

    @property
    def used(self) -> int:
        """Tokens of all draws, each counted once."""
        return sum(draw.output_tokens or 0 for draw in self.drawn.values())


def _lines(prefix: str, rng: random.Random) -> str:
    """Three lines in all, each of some digits, then the answer."""
    if "Answer" in prefix:
        return ""
    said = prefix.count("\n")
    lines = ["".join(rng.choices("0123456789", k=rng.randint(2, 6))) for _ in range(3 - said)]
    return "\n".join([*lines, f"Answer: {rng.randrange(3)}"])


@dataclass
class DigitReward:
    """The mean digit of a text, over 9: no model, and any text has one."""

    has_model: bool = False
    info: ModelInfo = field(
        default_factory=lambda: ModelInfo(spec="reward:d", name="d", fingerprint="digits@1")
    )

    async def score(self, caller: object, responses: Sequence[str]) -> list[Graded]:
        return [Graded(steps=(value(text),)) for text in responses]


def value(text: str) -> float:
    """The mean digit over 9; a half without any."""
    digits = [int(c) for c in text if c.isdigit()]
    return sum(digits) / len(digits) / 9 if digits else 0.5
