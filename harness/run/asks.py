"""What a problem's caller asks of the engine, and how the samples of it are named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from harness.budgets import Role
from harness.core import Completion, Finish, Prompt, Sampling, Usage
from harness.run.samples import Stored
from harness.store.codec import storable


@dataclass(frozen=True, slots=True)
class Rendered:
    """A prompt as the engine sees it."""

    prompt: Prompt
    text: str
    id: str
    tokens: int | None


class Names(NamedTuple):
    """What identifies one sample of an ask."""

    seed: int
    trace: str
    sample: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What one round of draws asks for, whatever the sample index."""

    prompt: Rendered
    sampling: Sampling
    prefix: str
    prompt_tokens: int | None
    role: Role
    written: dict[str, Any]  # the sampling, as it is stored
    asked: dict[int, Names] = field(default_factory=dict)  # by index

    @property
    def most_prompt_tokens(self) -> int:
        """A token is at least one byte, so the text's length bounds an unknown count."""
        return self.prompt_tokens or len((self.prompt.text + self.prefix).encode())

    def stored(self, names: Names, completion: Completion, usage: Usage) -> Stored:
        """A completion as the store holds it; `usage` is that of its call."""
        reasoning = completion.reasoning
        return Stored(
            id=names.sample,
            trace=names.trace,
            max_tokens=self.sampling.max_tokens,
            text=storable(completion.text),
            reasoning=None if reasoning is None else storable(reasoning),
            finish=Finish(completion.finish),
            prompt_tokens=usage.prompt_tokens,
            output_tokens=completion.output_tokens,
            reasoning_tokens=completion.reasoning_tokens,
            token_ends=completion.token_ends,
            stopped_by=completion.stopped_by,
        )
