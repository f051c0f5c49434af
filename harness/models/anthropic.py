"""Anthropic's Messages API: `anthropic:NAME[@URL]`; vLLM and others serve it too.

https://docs.anthropic.com/en/api/messages. A native thinking budget (`thinking.budget_tokens`)
starts at 1024 and lies within `max_tokens`; newer models take an effort level instead
(`output_config.effort`, with adaptive thinking). There are no seeds, and one sample per request.
Thinking is returned as a summary if `display` is `summarized`, or not at all; `input_tokens`
excludes cached tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from harness.core import (
    BackendError,
    Capabilities,
    Completion,
    Finish,
    ModelSpec,
    Origin,
    Request,
    Usage,
)
from harness.models.batches import MessageBatches
from harness.models.options import Text, option, read_options
from harness.models.server import ServerBackend
from harness.models.server_options import (
    Place,
    ServerOptions,
    base_url,
    named_efforts,
)
from harness.models.wire import (
    Answer,
    MalformedReplyError,
    at,
    kind_of_thought,
    objects,
    text_at,
    whole,
)

OFFICIAL = "https://api.anthropic.com/v1"
VERSION = "2023-06-01"
LEAST_BUDGET = 1024
EFFORTS = ("none", "low", "medium", "high", "xhigh", "max")  # none: thinking is switched off

_FINISH = {
    "end_turn": Finish.STOP,
    "stop_sequence": Finish.STOP,
    "max_tokens": Finish.LENGTH,
    "model_context_window_exceeded": Finish.LENGTH,
}


@dataclass(frozen=True, kw_only=True)
class AnthropicOptions(ServerOptions):
    """The options of `anthropic:`."""

    thoughts: Literal["summary", "full"] | None = option(
        None, "what thinking blocks contain (default: a summary at Anthropic, else the thinking)"
    )
    beta: Text | None = option(
        None, "value of the header anthropic-beta, for previews", affects_output=True
    )


class AnthropicBackend(ServerBackend):
    """`anthropic:NAME` (the official service) or `anthropic:NAME@URL`."""

    options_class = AnthropicOptions

    def __init__(self, spec: ModelSpec, **tests: Any) -> None:
        """Parse the arguments; nothing is sent before `generate`. The keywords are for tests."""
        options = read_options(AnthropicOptions, spec)
        url = base_url(spec.url, OFFICIAL)
        official = url == OFFICIAL
        thoughts = options.thoughts or ("summary" if official else "full")
        super().__init__(
            spec,
            options,
            Messages(model=spec.name, summarised=thoughts == "summary", beta=options.beta),
            Place(url=url, key_env="ANTHROPIC_API_KEY", key_needed=official),
            Capabilities(
                efforts=named_efforts(options.efforts, EFFORTS),
                thinking=("native",),
                least_thinking=LEAST_BUDGET,
                seeds=False,
                advice="effort@low sets a named level, ask@n puts the request into the prompt",
            ),
            **tests,
        )


def read_usage(body: Any) -> Usage:
    """Prompt tokens are the new ones plus those written to and read from the cache."""
    part = at(body, "usage")
    new = whole(part, "input_tokens")
    read = whole(part, "cache_read_input_tokens")
    written = whole(part, "cache_creation_input_tokens")
    return Usage(
        prompt_tokens=None if new is None else new + (read or 0) + (written or 0),
        cached_prompt_tokens=read,
        output_tokens=whole(part, "output_tokens"),
        reasoning_tokens=whole(part, "output_tokens_details", "thinking_tokens"),
    )


@dataclass(slots=True, kw_only=True)
class Messages:
    """`/messages`, one sample per request."""

    model: str
    summarised: bool = True
    beta: str | None = None
    name: str = "messages"
    seeds: bool = False
    several: bool = False
    streams: bool = True

    def path(self, *, stream: bool) -> str:
        """See `Dialect`."""
        return "/messages"

    def headers(self, key: str) -> dict[str, str]:
        """See `Dialect`."""
        beta = {} if self.beta is None else {"anthropic-beta": self.beta}
        return {"anthropic-version": VERSION, **({"x-api-key": key} if key else {}), **beta}

    def body(self, request: Request, count: int, seed: int, *, stream: bool) -> dict[str, Any]:
        """See `Dialect`."""
        sampling = request.sampling
        messages = request.prompt.messages
        system = "\n\n".join(m.content for m in messages if m.role == "system")
        turns = [{"role": m.role, "content": m.content} for m in messages if m.role != "system"]
        if request.prefix:
            turns.append({"role": "assistant", "content": request.prefix})
        body: dict[str, Any] = {
            "model": self.model,
            "max_tokens": sampling.max_tokens,
            "messages": turns,
            **({"system": system} if system else {}),
            **({"stop_sequences": list(sampling.stop)} if sampling.stop else {}),
        }
        if not sampling.provider_sampling:
            body["temperature"] = sampling.temperature
            body |= {"top_p": sampling.top_p} if sampling.top_p < 1 else {}
            body |= {"top_k": sampling.top_k} if sampling.top_k > 0 else {}
        return body | self._thinking(request) | ({"stream": True} if stream else {})

    def _thinking(self, request: Request) -> dict[str, Any]:
        sampling, fields = request.sampling, dict[str, Any]()
        if sampling.thinking == 0 or sampling.effort == "none":
            return {"thinking": {"type": "disabled"}}
        if sampling.effort is not None:
            fields["thinking"] = {"type": "adaptive"}
            fields["output_config"] = {"effort": sampling.effort}
        if sampling.thinking is not None:
            if sampling.thinking >= sampling.max_tokens:
                raise BackendError(
                    f"{self.model}: a limit of {sampling.max_tokens} tokens leaves no room for an "
                    f"answer after {sampling.thinking} tokens of thinking"
                )
            fields["thinking"] = {"type": "enabled", "budget_tokens": sampling.thinking}
        if self.summarised and "thinking" in fields:
            fields["thinking"]["display"] = "summarized"
        return fields

    def read(self, body: Any) -> Answer:
        """See `Dialect`."""
        usage = read_usage(body)
        if not isinstance(at(body, "content"), list) or at(body, "stop_reason") is None:
            raise MalformedReplyError("no message in the reply", usage)
        blocks = objects(at(body, "content"))
        thinking = [b for b in blocks if b.get("type") == "thinking"]
        words = "\n\n".join(filter(None, (text_at(b, "thinking") for b in thinking))) or None
        sealed = any(b.get("type") == "redacted_thinking" for b in blocks)
        sealed = sealed or any(text_at(b, "signature") for b in thinking)
        shown, summary = (None, words) if self.summarised else (words, None)
        completion = Completion(
            text="".join(text_at(b, "text") or "" for b in blocks if b.get("type") == "text"),
            finish=_FINISH.get(str(at(body, "stop_reason")), Finish.OTHER),
            output_tokens=usage.output_tokens,
            reasoning_tokens=usage.reasoning_tokens,
            reasoning=shown,
            summary=summary,
            thought=kind_of_thought(shown, summary, sealed, usage.reasoning_tokens),
            stopped_by=text_at(body, "stop_sequence") or "",
        )
        return Answer((completion,), (None,), usage, Origin(model=text_at(body, "model")))

    def gather(self) -> MessagesGatherer:
        """See `Dialect`."""
        return MessagesGatherer()

    def batches(self) -> MessageBatches:
        """See `Dialect`."""
        return MessageBatches()


_GROWS = {"text_delta": "text", "thinking_delta": "thinking", "signature_delta": "signature"}


@dataclass(slots=True)
class MessagesGatherer:
    """Events of a message: its start, its blocks piece by piece, its end."""

    _message: dict[str, Any] = field(default_factory=dict)
    _blocks: dict[int, dict[str, Any]] = field(default_factory=dict)
    _ended: bool = False

    def add(self, event: Mapping[str, Any]) -> bool:
        """Take one event."""
        kind, index = event.get("type"), whole(event, "index") or 0
        if kind == "message_start" and isinstance(event.get("message"), Mapping):
            self._message = dict(event["message"])
        elif kind == "content_block_start" and isinstance(event.get("content_block"), Mapping):
            self._blocks[index] = dict(event["content_block"])
        elif kind == "content_block_delta":
            return self._grow(self._blocks.setdefault(index, {"type": "text"}), event.get("delta"))
        elif kind == "message_delta":
            delta, usage = event.get("delta"), event.get("usage")
            self._message |= delta if isinstance(delta, Mapping) else {}
            if isinstance(usage, Mapping):  # cumulative, without figures that it does not repeat
                told = {k: v for k, v in usage.items() if v is not None}
                self._message["usage"] = {**(self._message.get("usage") or {}), **told}
        elif kind == "message_stop":
            self._ended = True
        return False

    def _grow(self, block: dict[str, Any], delta: Any) -> bool:
        name = _GROWS.get(str(at(delta, "type")))
        piece = None if name is None else text_at(delta, name)
        if name is None or piece is None:
            return False
        block[name] = (block.get(name) or "") + piece
        return name != "signature"

    def body(self) -> Any:
        """The message; without its end the stream broke off."""
        whole_message = {**self._message, "content": [b for _, b in sorted(self._blocks.items())]}
        if not self._ended:
            usage = read_usage(whole_message)  # as reported at the start; the output is unknown
            raise MalformedReplyError(
                "the stream broke off",
                Usage(
                    prompt_tokens=usage.prompt_tokens,
                    cached_prompt_tokens=usage.cached_prompt_tokens,
                ),
            )
        return whole_message
