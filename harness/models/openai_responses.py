"""OpenAI's Responses API: `openai:NAME --model-arg api=responses`; vLLM and others serve it too.

https://platform.openai.com/docs/api-reference/responses. It has no seeds, no stop strings, and one
sample per request. A reasoning item holds the thinking (`content`, open models), a `summary` of
it, or bytes that only the provider can read (`encrypted_content`); its token count is in
the usage. Responses are not kept by the provider (`store` false).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.core import Capabilities, Completion, Finish, Origin, Request, Usage, UsageError
from harness.core.errors import backend_options
from harness.models.batches import OpenAIBatches
from harness.models.wire import (
    Answer,
    MalformedReplyError,
    at,
    kind_of_thought,
    objects,
    text_at,
    whole,
)

_ENDS = ("response.completed", "response.incomplete", "response.failed")


def responses_capabilities(efforts: tuple[str, ...]) -> Capabilities:
    """Named levels, and no budget in tokens."""
    return Capabilities(
        efforts=efforts,
        thinking=(),
        seeds=False,
        advice="the Responses API has no thinking budget in tokens: effort@low sets a "
        "named level, ask@n puts the request into the prompt",
    )


def read_usage(body: Any) -> Usage:
    """Output includes reasoning, input includes cached."""
    part = at(body, "usage")
    return Usage(
        prompt_tokens=whole(part, "input_tokens"),
        cached_prompt_tokens=whole(part, "input_tokens_details", "cached_tokens"),
        output_tokens=whole(part, "output_tokens"),
        reasoning_tokens=whole(part, "output_tokens_details", "reasoning_tokens"),
    )


@dataclass(slots=True, kw_only=True)
class Responses:
    """`/responses`, one sample per request. `summary`: "none", "auto", "concise" or "detailed"."""

    model: str
    summary: str = "none"
    template: Mapping[str, Any] = field(default_factory=dict)
    name: str = "responses"
    seeds: bool = False
    several: bool = False
    streams: bool = True

    def path(self, *, stream: bool) -> str:
        """See `Dialect`."""
        return "/responses"

    def headers(self, key: str) -> dict[str, str]:
        """See `Dialect`."""
        return {"authorization": f"Bearer {key}"} if key else {}

    def body(self, request: Request, count: int, seed: int, *, stream: bool) -> dict[str, Any]:
        """See `Dialect`."""
        sampling = request.sampling
        if request.prefix or sampling.stop:
            what = "continue a partial answer" if request.prefix else "stop at a text"
            raise UsageError(
                f"{self.model}: the Responses API cannot {what}, which this budget needs; "
                "{model_args.api} may",
                **backend_options(api="chat"),
            )
        body: dict[str, Any] = {
            "model": self.model,
            "input": [{"role": m.role, "content": m.content} for m in request.prompt.messages],
            "max_output_tokens": sampling.max_tokens,
            "store": False,
        }
        if not sampling.provider_sampling:
            body["temperature"] = sampling.temperature
            body |= {"top_p": sampling.top_p} if sampling.top_p < 1 else {}
        reasoning = {} if sampling.effort is None else {"effort": sampling.effort}
        reasoning |= {} if self.summary == "none" else {"summary": self.summary}
        body |= {"reasoning": reasoning} if reasoning else {}
        body |= {"chat_template_kwargs": dict(self.template)} if self.template else {}
        return body | ({"stream": True} if stream else {})

    def read(self, body: Any) -> Answer:
        """See `Dialect`."""
        usage = read_usage(body)
        items = objects(at(body, "output"))
        status = text_at(body, "status")
        error = text_at(at(body, "error"), "message")
        if status == "failed" or error:
            raise MalformedReplyError(f"the response failed: {error or 'no reason given'}", usage)
        if not isinstance(at(body, "output"), list) or status in ("queued", "in_progress"):
            raise MalformedReplyError("no output in the reply", usage)
        completion = Completion(
            text=_joined(items, "message", "content", ("text", "refusal")) or "",
            finish=_finish(body, items),
            output_tokens=usage.output_tokens,
            reasoning_tokens=usage.reasoning_tokens,
            **_thought(items, usage),
        )
        origin = Origin(
            model=text_at(body, "model"), fingerprint=text_at(body, "system_fingerprint")
        )
        return Answer((completion,), (None,), usage, origin)

    def gather(self) -> ResponsesGatherer:
        """See `Dialect`."""
        return ResponsesGatherer()

    def batches(self) -> OpenAIBatches | None:
        """See `Dialect`."""
        return OpenAIBatches(f"/v1{self.path(stream=False)}")


def _finish(body: Any, items: list[Mapping[str, Any]]) -> Finish:
    reason = text_at(at(body, "incomplete_details"), "reason")
    if reason is not None:
        return Finish.LENGTH if reason in ("max_output_tokens", "max_tokens") else Finish.OTHER
    refused = any(
        part.get("type") == "refusal" for item in items for part in objects(item.get("content"))
    )
    return Finish.OTHER if refused or text_at(body, "status") == "incomplete" else Finish.STOP


def _joined(
    items: list[Mapping[str, Any]], kind: str, where: str, keys: tuple[str, ...]
) -> str | None:
    """The texts of all parts of one kind of item; None if there is none."""
    parts = [
        text_at(part, *keys)
        for item in items
        if item.get("type") == kind
        for part in objects(item.get(where))
    ]
    texts = [part for part in parts if part]
    return "".join(texts) if texts and where == "content" else "\n\n".join(texts) or None


def _thought(items: list[Mapping[str, Any]], usage: Usage) -> dict[str, Any]:
    shown = _joined(items, "reasoning", "content", ("text",))
    summary = _joined(items, "reasoning", "summary", ("text",))
    encrypted = any(i.get("type") == "reasoning" and i.get("encrypted_content") for i in items)
    kind = kind_of_thought(shown, summary, encrypted, usage.reasoning_tokens)
    return {"reasoning": shown, "summary": summary, "thought": kind}


@dataclass(slots=True)
class ResponsesGatherer:
    """Events of a response; the last one contains all of it."""

    _whole: Any = None
    _usage: Usage = field(default_factory=Usage)

    def add(self, event: Mapping[str, Any]) -> bool:
        """Take one event."""
        kind = str(event.get("type"))
        if kind in _ENDS:
            self._whole = event.get("response")
        return kind.endswith(".delta") and bool(event.get("delta"))

    def body(self) -> Any:
        """The response; without its last event the stream broke off."""
        if not isinstance(self._whole, Mapping):
            raise MalformedReplyError("the stream broke off")
        return self._whole
