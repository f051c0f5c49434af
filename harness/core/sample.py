"""Requests to models, and the completions and samples that come back."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Literal, overload

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
    """A model and its engine: `backend:name`, `backend:name@url`, with `--model-arg k=v`."""

    backend: str
    name: str
    url: str | None = None
    args: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.url is not None:
            check_address(self.url)

    @classmethod
    def parse(cls, text: str, args: Mapping[str, str] | None = None) -> ModelSpec:
        """Parse a spec; a bare name belongs to the default backend, `onnx`."""
        said = shown(text)
        backend, colon, rest = text.strip().partition(":")
        if not colon or "/" in backend or backend.startswith("."):
            backend, rest = "onnx", text.strip()
        name, at, url = rest.partition("@http")
        if not name:
            raise UsageError(f"model {said!r} has no name: write backend:name, such as onnx:tiny-s")
        if "://" in name:
            raise UsageError(f"model {said!r}: a server URL begins with http:// or https://")
        pairs = tuple(sorted((args or {}).items()))
        return cls(backend, name, f"http{url}" if at else None, pairs)

    def __str__(self) -> str:
        return f"{self.backend}:{self.name}" + (f"@{self.url}" if self.url else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """What is known of a model before it is loaded.

    `fingerprint` changes whenever the model's outputs could (weights, revision, dtype, server
    URL). `prompt_once`: a call for n samples bills its prompt once. `concurrency` is the number of
    samples that keeps the engine busy. `output_limit` is the default token limit of one
    completion. `label` is the display name. Unknown is None.
    """

    spec: str
    name: str
    fingerprint: str
    remote: bool = False  # a remote server may serve another model under the same name tomorrow
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
    `max_tokens` and `min_tokens` bound the generated tokens, including thinking. `effort` is a
    level of `EFFORTS`. `thinking` bounds the thinking tokens within the same completion; `control`
    says who enforces that. `provider_sampling`: temperature, top_p and top_k are not sent, so the
    server uses its defaults.
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
        """Everything but `max_tokens`, which only truncates: what identifies a trace of tokens.

        Options that are not set are left out, so that older samples keep their ids.
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

    `prefix` is the assistant's text so far in its turn (`<think>` …); the completion continues
    directly after it and does not repeat it.
    """

    prompt: Prompt
    sampling: Sampling
    seeds: tuple[int, ...]
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One sample as returned by the engine.

    `token_ends[i]` is the length of `text`, in characters, after adding token i. It has one entry
    per generated token (including those of a stop string, capped at len(text)), so that a trace
    can be truncated at any token. None if the engine does not report it. `reasoning` is thinking
    that a server returns separately from the text, never a summary of it, which is `summary`;
    `thought` says which of the two it is, None if there is no separate thinking or it is unknown.
    `stopped_by` is the stop string that ended it, "" if none did, None if not reported.
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
    """Tokens of one or many calls. Unknown is None, never 0.

    `prompt_tokens` includes `cached_prompt_tokens`; `output_tokens` includes `reasoning_tokens`.
    """

    prompt_tokens: int | None = None
    cached_prompt_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None

    @classmethod
    def total(cls, usages: Iterable[Usage]) -> Usage:
        """The sum of each figure: unknown as soon as one is unknown. For no usages: all unknown."""
        every = list(usages)
        if not every:
            return cls()
        sums = {name: add_known(getattr(u, name) for u in every) for name in _FIGURES}
        return cls(**{name: None if s is None else tidy(s) for name, s in sums.items()})  # type: ignore[arg-type] # expectations may be fractional


_FIGURES = ("prompt_tokens", "cached_prompt_tokens", "output_tokens", "reasoning_tokens")


@overload
def add_known(values: Iterable[int | None]) -> int | None: ...  # type: ignore[overload-overlap] # an int is a float
@overload
def add_known(values: Iterable[float | None]) -> float | None: ...
def add_known(values: Iterable[float | None]) -> float | None:
    """The exact sum of some figures; None (unknown) as soon as one is None. For no figures: 0."""
    numbers: list[float] = []
    for value in values:
        if value is None:
            return None
        numbers.append(value)
    return sum(numbers) if all(type(n) is int for n in numbers) else math.fsum(numbers)


def tidy(value: float) -> float:
    """Whole numbers as integers; expectations rounded to remove floating-point noise."""
    rounded = round(value, 9)
    return int(rounded) if rounded == int(rounded) else rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one call returned; `completions` are in the order of the request's seeds.

    `source` says who counted the tokens: "engine" or "tokenizer". `retries` counts earlier failed
    attempts; `wasted` is what they used, if the server reported it. `first_token_s` is the time to
    the first token of a streamed reply, `origin` who answered, `batch` the provider's id of the
    batch that it came in (whose latency is meaningless, and None).
    """

    completions: tuple[Completion, ...]
    usage: Usage
    latency_s: float | None
    source: str = "engine"
    retries: int = 0
    wasted: Usage | None = None
    first_token_s: float | None = None
    origin: Origin | None = None
    batch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One drawn completion: what a strategy sees, the store keeps and a page shows.

    `prefix` is the assistant's text before it; `prefix + text` is the turn so far.
    `id` identifies the sample in the store; `trace` identifies the request without the token limit
    `max_tokens`, so that samples of one trace are prefixes of one another. `prompt_tokens` are
    those of its own context. `text_tokens` are the tokens of the text alone, without those of a
    stop string or the end; None if the engine does not report token ends. `cut_of` is the
    generated sample that it is a prefix of. Everything else is as in `Completion`.
    """

    id: str
    text: str
    finish: Finish
    prefix: str = ""
    trace: str = ""
    max_tokens: int | None = None
    reasoning: str | None = None
    stopped_by: str | None = None
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    token_ends: tuple[int, ...] | None = None
    text_tokens: int | None = None
    thought: Thought | None = None
    summary: str | None = None
    cut_of: str | None = None

    def __post_init__(self) -> None:
        if self.text_tokens is None:
            object.__setattr__(self, "text_tokens", self._count_text_tokens())

    def _count_text_tokens(self) -> int | None:
        """The number of tokens up to the first one that completes the text."""
        if self.finish is not Finish.STOP:
            return self.output_tokens
        if self.token_ends is None:
            return None
        return bisect_left(self.token_ends, len(self.text)) + 1 if self.text else 0

    @classmethod
    def of(
        cls,
        completion: Completion,
        *,
        sample_id: str,
        trace: str,
        prefix: str,
        max_tokens: int | None,
        prompt_tokens: int | None,
    ) -> Sample:
        """A completion from the wire, with its id in the store."""
        reasoning = completion.reasoning
        return cls(
            id=sample_id,
            text=storable(completion.text),
            finish=Finish(completion.finish),
            prefix=prefix,
            trace=trace,
            max_tokens=max_tokens,
            reasoning=None if reasoning is None else storable(reasoning),
            stopped_by=completion.stopped_by,
            prompt_tokens=prompt_tokens,
            output_tokens=completion.output_tokens,
            reasoning_tokens=completion.reasoning_tokens,
            token_ends=completion.token_ends,
            thought=completion.thought,
            summary=None if completion.summary is None else storable(completion.summary),
        )

    @classmethod
    def empty(cls, *, sample_id: str, trace: str, prefix: str, max_tokens: int) -> Sample:
        """A sample for a call that does not fit the model's context: cut before a token.

        It was never sent, and costs nothing.
        """
        return cls(
            id=sample_id,
            trace=trace,
            prefix=prefix,
            max_tokens=max_tokens,
            text="",
            finish=Finish.LENGTH,
            prompt_tokens=0,
            output_tokens=0,
            reasoning_tokens=0,
            token_ends=(),
            stopped_by="",
        )

    @property
    def response(self) -> str:
        """The assistant's whole turn, with thinking between marks."""
        return whole_turn(self.prefix, self.reasoning, self.text)

    @property
    def truncated(self) -> bool:
        """Whether the token limit truncated it."""
        return self.finish is Finish.LENGTH

    @property
    def usage(self) -> Usage:
        """What it used, including its own context."""
        return Usage(
            prompt_tokens=self.prompt_tokens,
            output_tokens=self.output_tokens,
            reasoning_tokens=self.reasoning_tokens,
        )

    def answers(self, max_tokens: int) -> bool:
        """Whether it, or a prefix of it, answers a request of the same trace with this limit."""
        if self.max_tokens == max_tokens:
            return True
        if self.max_tokens is None or self.output_tokens is None or self.max_tokens < max_tokens:
            # Generated under a shorter limit: complete only if the trace ended by itself.
            return self.finish is Finish.STOP and self.output_tokens is not None
        if self.output_tokens <= max_tokens:
            return self.finish is Finish.STOP
        ends = self.token_ends
        if ends is None or len(ends) != self.output_tokens:
            return False
        # Inside a stop string, and at the token that may contain its beginning, the text under a
        # lower limit is unknown: the generated part of the stop string is not in this text.
        if self.finish is not Finish.STOP or self.stopped_by == "":
            return True
        return ends[max_tokens - 1] < len(self.text)

    def cut(self, max_tokens: int, *, sample_id: str) -> Sample:
        """This trace as it would have been under another limit, if `answers` allows it."""
        new = replace(self, id=sample_id, max_tokens=max_tokens, cut_of=self.cut_of or self.id)
        if self.output_tokens is None or self.output_tokens <= max_tokens:
            return new
        assert self.token_ends is not None  # ensured by `answers`
        ends = self.token_ends[:max_tokens]
        thought = self.reasoning_tokens
        return replace(
            new,
            text=self.text[: ends[-1]],
            finish=Finish.LENGTH,
            output_tokens=max_tokens,
            # Thinking comes first, so a truncated trace has at most as much thinking.
            reasoning_tokens=None if thought is None else min(thought, max_tokens),
            token_ends=ends,
            text_tokens=None,
            stopped_by="",
        )


def whole_turn(prefix: str, reasoning: str | None, text: str) -> str:
    """The assistant's turn as seen by verifiers and readers."""
    if reasoning is None:
        return prefix + text
    marks = ThinkMarks()
    return f"{prefix}{marks.start}{reasoning}{marks.end}{text}"


_SURROGATE = re.compile("[\ud800-\udfff]")


def storable(text: str) -> str:
    """The text with U+FFFD for lone surrogates (a cut JSON escape), which are not valid Unicode."""
    return _SURROGATE.sub("\ufffd", text)
