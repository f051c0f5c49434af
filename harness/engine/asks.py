"""What a problem's caller asks of the engine, and how the samples of it are named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from harness.budgets import Role
from harness.core import Prompt, Sampling


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
