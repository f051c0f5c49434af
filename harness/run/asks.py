"""Requests to the engine for one problem, and the ids of the samples that answer them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from harness.budgets import Role
from harness.core import Completion, Prompt, Request, Sample, Sampling
from harness.core.hashing import derive_seed
from harness.core.protocols import Backend
from harness.store.identity import Asked, prompt_id, sample_id


@dataclass(frozen=True, slots=True)
class Rendered:
    """A prompt as the engine sees it; `tokens` is None if the backend cannot count."""

    prompt: Prompt
    text: str
    id: str
    tokens: int | None


class Named(NamedTuple):
    """One requested sample: its parameters and the resulting ids."""

    asked: Asked
    trace: str
    sample: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One round of samples: everything but the sample index.

    `model` is the model's id and `seed` the command's; `prefix` is the assistant's text so
    far, `prompt_tokens` what the engine reads including it (None: unknown).
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
        """The ids of a sample index, hashed once. Each index has its own seed."""
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
        """The engine's result for an index; `prompt_tokens` are those of its call."""
        named = self.name(index)
        return Sample.of(
            completion,
            sample_id=named.sample,
            trace=named.trace,
            prefix=self.prefix,
            max_tokens=self.max_tokens,
            prompt_tokens=prompt_tokens,
        )


class Asks:
    """Creates the requests of one problem: prompts rendered once, limits within the context."""

    def __init__(self, backend: Backend, *, model: str, seed: int, prompt: Prompt) -> None:
        self._backend, self._model, self._seed, self._prompt = backend, model, seed, prompt
        self._rendered: dict[Prompt, Rendered] = {}

    def render(self, prompt: Prompt | None = None) -> Rendered:
        """A prompt (the task's own by default) as the engine sees it."""
        prompt = self._prompt if prompt is None else prompt
        if prompt not in self._rendered:
            text = self._backend.render(prompt)
            self._rendered[prompt] = Rendered(
                prompt, text, prompt_id(text), self._backend.count_tokens(text)
            )
        return self._rendered[prompt]

    def room(self, prefix: str, prompt: Prompt | None) -> int | None:
        """How many tokens the model's context leaves after `prefix`, at least; None: unknown."""
        rendered, context = self.render(prompt), self._backend.info.context
        if context is None:
            return None
        if prefix and rendered.tokens is not None:
            # A token is at least one byte: far from the limit there is no need to count.
            left = context - rendered.tokens - len(prefix.encode())
            if left >= 1:
                return left
        count = self._count(rendered, prefix)
        return None if count is None else context - count

    def ask(self, sampling: Sampling, prefix: str, prompt: Prompt | None, role: Role) -> Ask:
        """The request, within the model's context: no tokens if the prompt fills it."""
        rendered, context = self.render(prompt), self._backend.info.context
        prefix = prefix or rendered.prompt.begin
        tokens = self._count(rendered, prefix) if prefix else rendered.tokens
        if context is not None and tokens is not None:
            room = max(context - tokens, 0)
            sampling = replace(sampling, max_tokens=min(sampling.max_tokens, room))
        return Ask(
            model=self._model,
            seed=self._seed,
            prompt=rendered,
            sampling=sampling,
            prefix=prefix,
            prompt_tokens=tokens,
            role=role,
        )

    def _count(self, rendered: Rendered, prefix: str) -> int | None:
        """Tokens that the engine reads including a prefix."""
        return self._backend.count_tokens(self._backend.render(rendered.prompt, prefix))
