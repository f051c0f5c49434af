"""What a model is asked to generate, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from harness.core.addresses import check_address, shown
from harness.core.errors import UsageError
from harness.core.problem import Prompt
from harness.core.reasoning import Capabilities, Origin, Thought


class Finish(StrEnum):
    """Why a completion ended."""

    STOP = "stop"  # the model's own end, or a stop string
    LENGTH = "length"  # the token limit
    OTHER = "other"  # content filter, tool call, unknown


@dataclass(frozen=True, slots=True)
class ThinkMarks:
    """The strings between which a model thinks."""

    start: str = "<think>"
    end: str = "</think>"


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """Which model, on which engine: `backend:name`, `backend:name@url`, with `--model-arg k=v`."""

    backend: str
    name: str
    url: str | None = None
    args: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.url is not None:
            check_address(self.url)

    @classmethod
    def parse(cls, text: str, args: Mapping[str, str] | None = None) -> ModelSpec:
        """Read a spec; a bare name belongs to the default backend, `onnx`."""
        said = shown(text)
        backend, colon, rest = text.strip().partition(":")
        if not colon or "/" in backend or backend.startswith("."):
            backend, rest = "onnx", text.strip()
        name, at, url = rest.partition("@http")
        if not name:
            raise UsageError(f"model {said!r} has no name: write backend:name, as onnx:tiny-s")
        if "://" in name:
            raise UsageError(f"model {said!r}: a server's address begins with http:// or https://")
        pairs = tuple(sorted((args or {}).items()))
        return cls(backend, name, f"http{url}" if at else None, pairs)

    def __str__(self) -> str:
        return f"{self.backend}:{self.name}" + (f"@{self.url}" if self.url else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """What is known of a model before it is loaded.

    `fingerprint` changes whenever the model's outputs could (weights, revision, dtype, server
    address). `prompt_once` says that a call for n samples bills its prompt once. `concurrency` is
    the number of samples that keeps the engine full. `output_limit` is what one completion may have
    unless the command says otherwise. `label` is the name to show. Unknown is None.
    """

    spec: str
    name: str
    fingerprint: str
    remote: bool = False  # served by others, who may serve another model under the name tomorrow
    think: ThinkMarks | None = None
    context: int | None = None
    parameters: int | None = None
    active_parameters: int | None = None
    layers: int | None = None
    width: int | None = None
    prompt_once: bool = False
    concurrency: int = 32
    output_limit: int | None = None
    label: str | None = None
    can: Capabilities = field(default_factory=Capabilities)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """Parameters of one completion.

    `temperature` 0 is greedy. `stop` strings end the completion and are not part of its text.
    `max_tokens` and `min_tokens` bound the generated tokens, thoughts included. `effort` is a level
    of `EFFORTS`. `thinking` bounds the tokens of the thought within the same completion; `control`
    says by whom. `provider_sampling`: temperature, top_p and top_k are left to the server, which is
    told none of them.
    """

    max_tokens: int
    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    min_tokens: int = 0
    stop: tuple[str, ...] = ()
    effort: str | None = None
    thinking: int | None = None
    control: Literal["native", "hint"] = "native"
    provider_sampling: bool = False

    def to_json(self) -> dict[str, Any]:
        """All but `max_tokens`, which only cuts: what names a trace of tokens.

        What is not asked for is not named, so that older samples keep their names.
        """
        named: dict[str, Any] = {"min_tokens": self.min_tokens, "stop": list(self.stop)}
        if self.provider_sampling:
            named["sampling"] = "provider"
        else:
            named |= {"temperature": self.temperature, "top_p": self.top_p, "top_k": self.top_k}
        if self.effort is not None:
            named["effort"] = self.effort
        if self.thinking is not None:
            named["thinking"] = {"tokens": self.thinking, "control": self.control}
        return named


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call: `len(seeds)` completions of `prompt`, continued from `prefix`.

    `prefix` is what the assistant has already said in its turn (`<think>` …); the completion goes
    on right behind it, and does not repeat it.
    """

    prompt: Prompt
    sampling: Sampling
    seeds: tuple[int, ...]
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One sample as the engine gave it.

    `token_ends[i]` is the length of `text`, in characters, once token i has been added; it has one
    entry a generated token (those of a stop string included, held at len(text)), so that a trace
    can be cut at any token. None where the engine does not tell. `reasoning` is the thinking that
    a server returns apart from the text, and never a summary of it, which is `summary`; `thought`
    says which of them there is, None when there is no thought apart or nobody knows. `stopped_by`
    is the stop string that ended it, "" when none did, None where the engine does not tell.
    """

    text: str
    finish: Finish
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    token_ends: tuple[int, ...] | None = None
    reasoning: str | None = None
    stopped_by: str | None = None
    thought: Thought | None = None
    summary: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one call, or of many. Unknown is None, never 0.

    `prompt_tokens` includes `cached_prompt_tokens`; `output_tokens` includes `reasoning_tokens`.
    """

    prompt_tokens: int | None = None
    cached_prompt_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one call returned: `completions` in the order of the request's seeds.

    `source` says who counted the tokens: "engine" or "tokenizer". `retries` counts attempts that
    failed before this one; what they wasted is in `wasted` when the server told. `first_token_s` is
    the time to the first token of a streamed reply, `origin` who gave it.
    """

    completions: tuple[Completion, ...]
    usage: Usage
    latency_s: float
    source: str = "engine"
    retries: int = 0
    wasted: Usage | None = None
    first_token_s: float | None = None
    origin: Origin | None = None
