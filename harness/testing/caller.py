"""A strategy's view, without a store: a `Caller` directly on a scripted engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from harness.budgets.strategy import Caller, Draw, Graded, Reward, Role, Score
from harness.core import (
    Finish,
    HarnessError,
    Prompt,
    Request,
    Sampling,
    Status,
    ThinkMarks,
    Verdict,
    VerifierSpec,
)
from harness.core.hashing import derive_seed
from harness.testing.engine import ScriptedEngine


def luck_of(seed: int, prompt: Prompt, prefix: str, index: int) -> int:
    """The seed of a draw, distinct for all seeds, prompts, prefixes and indices."""
    turns = [[message.role, message.content] for message in prompt.messages]
    return derive_seed(seed, turns, prefix, index)


class Ceiling(HarnessError):  # noqa: N818 - an outcome, not a mistake
    """The next draw does not fit under the caller's ceiling."""


def last_digit(response: str) -> str | None:
    """The text after the last "Answer: "."""
    found = re.findall(r"Answer: (\w+)", response)
    return found[-1] if found else None


@dataclass
class ScriptedCaller:
    """One problem's calls, and a log of them: a `harness.budgets.Caller` for tests.

    `tokens` is a ceiling on the generated tokens: draws are then made one behind the other, the
    last as long as what is left, and Ceiling is raised where nothing is. `drawn` holds each draw
    once, in order; `used` is the sum of their tokens. `judged` holds what a reward said of each
    response, and `read` is the sum of the tokens that it read for them.
    """

    engine: ScriptedEngine
    prompt: Prompt = field(default_factory=lambda: Prompt.user("Which digit is it?"))
    seed: int = 0
    max_output_tokens: int = 400
    tokens: int | None = None
    gold: str = "1"
    answer: Callable[[str], str | None] = last_digit
    drawn: dict[str, Draw] = field(default_factory=dict)
    scored: list[str] = field(default_factory=list)
    judged: dict[str, Graded] = field(default_factory=dict)

    @property
    def marks(self) -> ThinkMarks | None:
        """The engine's thinking marks."""
        return self.engine.marks

    @property
    def in_turn(self) -> bool:
        """Whether a ceiling is counted down."""
        return self.tokens is not None

    @property
    def used(self) -> int:
        """Generated tokens, each draw counted once."""
        return sum(draw.output_tokens or 0 for draw in self.drawn.values())

    @property
    def read(self) -> int:
        """Tokens that rewards read, each response counted once."""
        return sum(one.prompt_tokens or 0 for one in self.judged.values())

    def room(self, prefix: str = "", *, prompt: Prompt | None = None) -> int | None:
        """See `harness.budgets.Caller`."""
        context = self.engine.info.context
        if context is None:
            return None
        return context - len(self.engine.tokens(self.engine.render(prompt or self.prompt, prefix)))

    async def sample(
        self,
        indices: Sequence[int],
        sampling: Sampling,
        *,
        prefix: str = "",
        prompt: Prompt | None = None,
        role: Role = "generator",
    ) -> list[Draw]:
        """See `harness.budgets.Caller`."""
        return [await self._draw(i, sampling, prefix, prompt or self.prompt) for i in indices]

    async def _draw(self, index: int, sampling: Sampling, prefix: str, prompt: Prompt) -> Draw:
        seed = luck_of(self.seed, prompt, prefix, index)
        key = repr((prompt, prefix, sampling.to_json(), index))
        room = self.room(prefix, prompt=prompt)
        limit = sampling.max_tokens if room is None else min(sampling.max_tokens, max(room, 0))
        if key in self.drawn and (self.drawn[key].output_tokens or 0) <= limit:
            return self.drawn[key]
        if limit < 1:
            return Draw(id=key, prefix=prefix, text="", finish=Finish.LENGTH, output_tokens=0)
        if self.tokens is not None:
            limit = min(limit, self.tokens - self.used)
            if limit < 1:
                raise Ceiling("the ceiling is reached")
        request = Request(
            prompt=prompt,
            sampling=replace(sampling, max_tokens=limit),
            seeds=(seed,),
            prefix=prefix,
        )
        [said] = (await self.engine.generate(request)).completions
        words = None
        if said.token_ends is not None:
            ends = said.token_ends if said.finish is Finish.STOP else ()
            words = sum(end < len(said.text) for end in ends) + bool(said.text)
            words = words if ends else said.output_tokens
        self.drawn[key] = Draw(
            id=key,
            prefix=prefix,
            text=said.text,
            finish=said.finish,
            output_tokens=said.output_tokens,
            stopped_by=said.stopped_by,
            text_tokens=words,
        )
        return self.drawn[key]

    async def likelihoods(self) -> Draw:
        """A scripted engine knows of no likelihoods."""
        raise NotImplementedError

    async def score(self, reward: Reward, responses: Sequence[str]) -> list[Score]:
        """See `harness.budgets.Caller`."""
        self.scored += responses
        caller: Caller = self
        fresh = [text for text in dict.fromkeys(responses) if text not in self.judged]
        if fresh:
            graded = await reward.score(caller, fresh)
            self.judged |= dict(zip(fresh, graded, strict=True))
        graded = [self.judged[text] for text in responses]
        return [
            Score(id=text, steps=one.steps, parts=one.parts)
            for text, one in zip(responses, graded, strict=True)
        ]

    async def verdicts(self, draws: Sequence[Draw]) -> list[Verdict]:
        """Correct if `answer` finds the gold; unparsed without an answer."""
        return [self._verdict(self.answer(draw.response)) for draw in draws]

    def _verdict(self, key: str | None) -> Verdict:
        if key is None:
            return Verdict(status=Status.UNPARSED)
        status = Status.CORRECT if key == self.gold else Status.WRONG
        return Verdict(status=status, answer=key, key=key)

    async def check(self, verifier: VerifierSpec, responses: Sequence[str]) -> list[Verdict]:
        """There is no other verifier."""
        raise NotImplementedError(f"verifier {verifier.name}")
