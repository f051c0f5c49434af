"""What the reference implementations draw from: one engine, one question, plain calls."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from harness.core import Finish, Prompt, Request, Sampling
from harness.testing.caller import luck_of


class Full(Exception):  # noqa: N818 - an outcome
    """The ceiling is reached."""


@dataclass(frozen=True)
class Said:
    """One draw: what stood before it, what it said, its tokens, and why it ended."""

    before: str
    text: str
    tokens: int
    words: int  # tokens of the text alone
    why: str  # "end", "limit", or the stop string

    @property
    def all(self):
        return self.before + self.text


@dataclass
class World:
    """Draws by (what was said, number of the draw); `ceiling` bounds the tokens of all draws."""

    engine: object
    prompt: Prompt
    seed: int = 0
    limit: int = 400  # of one answer
    ceiling: int | None = None
    drawn: dict = field(default_factory=dict)
    numbers: dict = field(default_factory=lambda: defaultdict(int))

    @property
    def used(self):
        return sum(said.tokens for said in self.drawn.values())

    def room(self, said, prompt=None):
        rendered = self.engine.render(prompt or self.prompt, said)
        return self.engine.context - len(self.engine.tokens(rendered))

    def draw(self, said, number, limit, stops=(), greedy=False, prompt=None):
        prompt = prompt or self.prompt
        key = prompt, said, stops, greedy, number
        limit = min(limit, self.room(said, prompt))
        if key in self.drawn and self.drawn[key].tokens <= limit:
            return self.drawn[key]
        if limit < 1:
            return Said(said, "", 0, 0, "limit")
        if self.ceiling is not None:
            limit = min(limit, self.ceiling - self.used)
            if limit < 1:
                raise Full
        request = Request(
            prompt=prompt,
            sampling=Sampling(max_tokens=limit, temperature=0.0 if greedy else 0.7, stop=stops),
            seeds=(luck_of(self.seed, prompt, said, number),),
            prefix=said,
        )
        [got] = _now(self.engine.generate(request)).completions
        if got.finish is Finish.LENGTH:
            why, words = "limit", got.output_tokens
        else:
            # Tokens before the text was whole, and the one that made it so.
            why = got.stopped_by or "end"
            words = sum(end < len(got.text) for end in got.token_ends) + (got.text != "")
        self.drawn[key] = Said(said, got.text, got.output_tokens, words, why)
        return self.drawn[key]

    def fresh(self, said):
        """The next number of a draw behind a text."""
        self.numbers[said] += 1
        return self.numbers[said] - 1


def _now(call):
    """The result of a coroutine that waits for nothing."""
    while True:
        try:
            call.send(None)
        except StopIteration as over:
            return over.value
