"""What is asked of the engine for one problem, and the names of the samples that answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from harness.budgets import Role
from harness.core import Completion, Prompt, Request, Sample, Sampling
from harness.core.hashing import derive_seed
from harness.store.identity import Asked, sample_id


@dataclass(frozen=True, slots=True)
class Rendered:
    """A prompt as the engine sees it; `tokens` is None where the backend cannot count."""

    prompt: Prompt
    text: str
    id: str
    tokens: int | None


class Named(NamedTuple):
    """One sample of an ask: what is asked for it, and the ids that follow."""

    asked: Asked
    trace: str
    sample: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One round of samples: everything but the sample index.

    `model` is the model's id and `seed` the command's; `prefix` is what the assistant has already
    said, `prompt_tokens` what the engine reads with it (None: unknown).
    """

    model: str
    seed: int
    prompt: Rendered
    sampling: Sampling
    prefix: str
    prompt_tokens: int | None
    role: Role
    _named: dict[int, Named] = field(default_factory=dict)

    @property
    def max_tokens(self) -> int:
        """The limit of each sample."""
        return self.sampling.max_tokens

    @property
    def most_prompt_tokens(self) -> int:
        """A token is at least one byte, so the text's length bounds an unknown count."""
        return self.prompt_tokens or len((self.prompt.text + self.prefix).encode())

    def limited_to(self, max_tokens: int) -> Ask:
        """The same with another limit: other samples of the same traces."""
        return replace(self, sampling=replace(self.sampling, max_tokens=max_tokens), _named={})

    def name(self, index: int) -> Named:
        """The names of a sample index, hashed once. Each index has a seed of its own."""
        if index not in self._named:
            seed = derive_seed(self.seed, self.prompt.id, self.prefix, index)
            written = self.sampling.to_json()
            asked = Asked(self.model, self.prompt.id, self.prefix, written, seed, index)
            trace = asked.trace
            self._named[index] = Named(asked, trace, sample_id(trace, self.max_tokens))
        return self._named[index]

    def request(self, indices: Sequence[int]) -> Request:
        """The call that generates some of the samples."""
        return Request(
            prompt=self.prompt.prompt,
            sampling=self.sampling,
            seeds=tuple(self.name(index).asked.seed or 0 for index in indices),
            prefix=self.prefix,
        )

    def sample(self, index: int, completion: Completion, prompt_tokens: int | None) -> Sample:
        """What the engine returned for an index; `prompt_tokens` are those of its call."""
        named = self.name(index)
        return Sample.of(
            completion,
            sample_id=named.sample,
            trace=named.trace,
            prefix=self.prefix,
            max_tokens=self.max_tokens,
            prompt_tokens=prompt_tokens,
        )
