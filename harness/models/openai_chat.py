"""OpenAI's Chat Completions and Completions, and the extensions of vLLM, SGLang and llama.cpp.

https://platform.openai.com/docs/api-reference/chat; vLLM's `thinking_token_budget`,
`chat_template_kwargs`, `return_token_ids`; SGLang's `custom_params.thinking_budget` (strict with
--enable-strict-thinking); llama.cpp's `thinking_budget_tokens`. Separate thinking is returned
as `reasoning` or, by older servers, `reasoning_content`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from harness.core import (
    Capabilities,
    Completion,
    Finish,
    Origin,
    Request,
    Usage,
    UsageError,
)
from harness.core.errors import backend_options
from harness.core.reasoning import ThinkingControl
from harness.models.batches import OpenAIBatches
from harness.models.wire import (
    Answer,
    MalformedReplyError,
    kind_of_thought,
    objects,
    text_at,
    whole,
)

_FINISH = {
    "stop": Finish.STOP,
    "eos": Finish.STOP,
    "eos_token": Finish.STOP,
    "stop_sequence": Finish.STOP,
    "end_turn": Finish.STOP,
    "length": Finish.LENGTH,
    "max_tokens": Finish.LENGTH,
}

Server = Literal["any", "openai", "vllm", "sglang", "llama.cpp"]


@dataclass(frozen=True, slots=True)
class Extras:
    """What one kind of server supports beyond the common API.

    `limit`: its name for the output limit. `budget`: where a native thinking budget goes.
    `variable`: the variable of `chat_template_kwargs` that hints at one. `continues`: whether a
    chat's last answer can be continued. `neutral`: what is sent unless something else is asked,
    because the server has defaults of its own (llama.cpp cuts to 40 tokens, 0.95 and 0.05 of the
    probability; vLLM and SGLang take the model's `generation_config.json`).
    """

    limit: str = "max_tokens"
    budget: tuple[str, ...] | None = None
    variable: str | None = None
    continues: bool = False
    neutral: Mapping[str, float] = field(default_factory=dict)


_OPEN = {"top_p": 1.0, "top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0}

EXTRAS: Mapping[Server, Extras] = {
    "any": Extras(),
    "openai": Extras(limit="max_completion_tokens"),
    "vllm": Extras(
        budget=("thinking_token_budget",),
        variable="thinking_budget",
        continues=True,
        neutral=_OPEN,
    ),
    "sglang": Extras(
        budget=("custom_params", "thinking_budget"),
        variable="thinking_budget",
        continues=True,
        neutral=_OPEN,
    ),
    "llama.cpp": Extras(
        budget=("thinking_budget_tokens",),
        variable="thinking_budget",
        neutral={"top_p": 1.0, "top_k": 0, "min_p": 0.0, "repeat_penalty": 1.0},
    ),
}


def chat_capabilities(server: Server, *, continues: bool, efforts: tuple[str, ...]) -> Capabilities:
    """Capabilities of chat by kind of server; the default way of a budget first."""
    extras = EXTRAS[server]
    ways: list[ThinkingControl] = []
    ways += ["forced"] if continues else []
    ways += ["native"] if extras.budget else []
    ways += ["hint"] if extras.variable else []
    return Capabilities(
        efforts=efforts,
        thinking=tuple(ways),
        advice="if it is your own server, set the option server=vllm, sglang "
        "or llama.cpp (each has its own budget field); effort@low sets a named level, ask@n "
        "puts the request into the prompt",
    )


COMPLETIONS = Capabilities(
    thinking=("forced",),
    advice="the Completions API has no effort levels: think@n limits the thinking",
)


def read_usage(body: Any) -> Usage:
    """The `usage` part: output includes reasoning, prompt includes cached."""
    part = body.get("usage") if isinstance(body, Mapping) else None
    return Usage(
        prompt_tokens=whole(part, "prompt_tokens"),
        cached_prompt_tokens=whole(part, "prompt_tokens_details", "cached_tokens"),
        output_tokens=whole(part, "completion_tokens"),
        reasoning_tokens=whole(part, "completion_tokens_details", "reasoning_tokens"),
    )


def _choice(choice: Any, thought_tokens: int | None) -> tuple[Completion, tuple[int, ...] | None]:
    message = choice.get("message") if isinstance(choice, Mapping) else None
    plain = choice if message is None else message
    details = objects(plain.get("reasoning_details")) if isinstance(plain, Mapping) else []
    shown = text_at(plain, "reasoning", "reasoning_content")
    summary = "\n".join(filter(None, (text_at(d, "summary") for d in details))) or None
    if summary is not None and not any(text_at(d, "text") for d in details):
        shown = None  # a router repeats the summary as the thinking
    text = text_at(choice, "text") if message is None else text_at(message, "content", "refusal")
    if text is None and shown is None and message is None:
        raise MalformedReplyError("a choice without text")
    ids = choice.get("token_ids")
    good = isinstance(ids, list) and all(isinstance(i, int) for i in ids)
    encrypted = any(text_at(d, "data") for d in details)
    return (
        # thinking that used up the limit leaves no content: null
        Completion(
            text=text or "",
            finish=_FINISH.get(str(choice.get("finish_reason")), Finish.OTHER),
            reasoning=shown,
            stopped_by=_stopped_by(choice),
            summary=summary,
            thought=kind_of_thought(shown, summary, encrypted, thought_tokens),
        ),
        tuple(ids) if good and ids else None,
    )


def _stopped_by(choice: Mapping[str, Any]) -> str | None:
    """vLLM's `stop_reason`: a stop string, or a token's id or null; other servers have none."""
    if "stop_reason" not in choice:
        return None
    reason = choice["stop_reason"]
    return reason if isinstance(reason, str) else ""


def read_answer(body: Any) -> Answer:
    """The choices by index, and the usage; raises MalformedReplyError if there are none."""
    usage = read_usage(body)
    choices = body.get("choices") if isinstance(body, Mapping) else None
    if not isinstance(choices, list) or not choices:
        raise MalformedReplyError("no choices in the reply", usage)
    if not all(isinstance(c, Mapping) for c in choices):
        raise MalformedReplyError("a choice that is not an object", usage)
    ordered = sorted(choices, key=lambda c: whole(c, "index") or 0)
    try:
        pairs = [_choice(choice, usage.reasoning_tokens) for choice in ordered]
    except MalformedReplyError as error:
        raise MalformedReplyError(str(error), usage) from None
    origin = Origin(
        model=text_at(body, "model"),
        fingerprint=text_at(body, "system_fingerprint"),
        upstream=text_at(body, "provider"),
    )
    return Answer(tuple(c for c, _ in pairs), tuple(ids for _, ids in pairs), usage, origin)


@dataclass(slots=True)
class ChatGatherer:
    """Chunks of a chat or a completion, assembled choice by choice."""

    _head: dict[str, Any] = field(default_factory=dict)
    _choices: dict[int, dict[str, Any]] = field(default_factory=dict)

    def add(self, event: Mapping[str, Any]) -> bool:
        """Take one chunk."""
        for name in ("model", "system_fingerprint", "provider", "usage"):
            if event.get(name):
                self._head[name] = event[name]
        grown = [self._part(part) for part in objects(event.get("choices"))]
        return any(grown)

    def _part(self, part: Mapping[str, Any]) -> bool:
        index = whole(part, "index") or 0
        choice = self._choices.setdefault(index, {"index": index})
        for name in ("finish_reason", "stop_reason"):
            if part.get(name) is not None or (name in part and name not in choice):
                choice[name] = part[name]
        ids = part.get("token_ids")
        if isinstance(ids, list):
            choice.setdefault("token_ids", []).extend(ids)
        if isinstance(part.get("text"), str):
            choice["text"] = choice.get("text", "") + part["text"]
            return bool(part["text"])
        delta = part.get("delta")
        return isinstance(delta, Mapping) and _extend(choice.setdefault("message", {}), delta)

    def body(self) -> Any:
        """The reply; a choice without a finish reason was broken off."""
        choices = [self._choices[index] for index in sorted(self._choices)]
        if not choices or any(c.get("finish_reason") is None for c in choices):
            raise MalformedReplyError("the stream broke off", read_usage(self._head))
        return {**self._head, "choices": choices}


def _extend(message: dict[str, Any], delta: Mapping[str, Any]) -> bool:
    """Append a delta's texts to a message; True if there was one."""
    grown = False
    for name in ("content", "refusal", "reasoning", "reasoning_content"):
        if isinstance(delta.get(name), str):
            message[name] = message.get(name, "") + delta[name]
            grown = grown or bool(delta[name])
    message.setdefault("reasoning_details", []).extend(objects(delta.get("reasoning_details")))
    return grown


@dataclass(slots=True, kw_only=True)
class Chat:
    """`/chat/completions`.

    `continues`: a prefix is sent as the assistant's turn to continue, as in vLLM.
    `raw_ids`: token ids are requested, and special tokens kept in the text.
    """

    model: str
    server: Server = "any"
    limit: str | None = None
    template: Mapping[str, Any] = field(default_factory=dict)
    continues: bool = False
    raw_ids: bool = False
    raw_text: bool = False
    name: str = "chat"
    seeds: bool = True
    several: bool = True
    streams: bool = True

    def path(self, *, stream: bool) -> str:
        """See `Dialect`."""
        return "/chat/completions"

    def headers(self, key: str) -> dict[str, str]:
        """See `Dialect`."""
        return {"authorization": f"Bearer {key}"} if key else {}

    def body(self, request: Request, count: int, seed: int, *, stream: bool) -> dict[str, Any]:
        """See `Dialect`."""
        body: dict[str, Any] = {"model": self.model, "messages": self._messages(request)}
        limit = self.limit or EXTRAS[self.server].limit
        body |= common_fields(request, count, seed, limit, EXTRAS[self.server].neutral)
        if stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        if request.prefix:
            body |= {"add_generation_prompt": False, "continue_final_message": True}
        if self.raw_text or self.raw_ids or request.prefix:
            body["skip_special_tokens"] = False  # marks are special tokens: keep them in the text
        if self.raw_ids:
            body["return_token_ids"] = True
        return body | self._thinking(request)

    def _messages(self, request: Request) -> list[dict[str, str]]:
        messages = [{"role": m.role, "content": m.content} for m in request.prompt.messages]
        if not request.prefix:
            return messages
        if not self.continues:
            raise UsageError(
                f"{self.model}: the chat API has no way to continue a partial answer, which "
                "this budget needs. On a vLLM server set {model_args.continue}, or "
                "{model_args.api} with {model_args.tokenizer}",
                **backend_options(continue_="vllm", api="completions", tokenizer="FOLDER"),
            )
        return [*messages, {"role": "assistant", "content": request.prefix}]

    def _thinking(self, request: Request) -> dict[str, Any]:
        """Effort, budget, and the variables of the chat template."""
        sampling, extras = request.sampling, EXTRAS[self.server]
        fields: dict[str, Any] = {}
        template = dict(self.template)
        if sampling.effort is not None:
            fields["reasoning_effort"] = sampling.effort
        if sampling.thinking is not None:
            if sampling.control == "hint" and extras.variable:
                template[extras.variable] = sampling.thinking
            elif extras.budget:
                value: Any = sampling.thinking
                for name in reversed(extras.budget):
                    value = {name: value}
                fields |= value
        return fields | ({"chat_template_kwargs": template} if template else {})

    def read(self, body: Any) -> Answer:
        """See `Dialect`."""
        return read_answer(body)

    def gather(self) -> ChatGatherer:
        """See `Dialect`."""
        return ChatGatherer()

    def batches(self) -> OpenAIBatches | None:
        """See `Dialect`."""
        return OpenAIBatches(f"/v1{self.path(stream=False)}")


@dataclass(slots=True, kw_only=True)
class Completions:
    """`/completions`: a text to continue, rendered by `render`."""

    model: str
    render: Callable[[Request], str]
    server: Server = "any"
    limit: str | None = None
    vllm: bool = False
    templated: bool = False
    raw_ids: bool = False
    name: str = "completions"
    seeds: bool = True
    several: bool = True
    streams: bool = True

    def path(self, *, stream: bool) -> str:
        """See `Dialect`."""
        return "/completions"

    def headers(self, key: str) -> dict[str, str]:
        """See `Dialect`."""
        return {"authorization": f"Bearer {key}"} if key else {}

    def body(self, request: Request, count: int, seed: int, *, stream: bool) -> dict[str, Any]:
        """See `Dialect`."""
        body: dict[str, Any] = {"model": self.model, "prompt": self.render(request)}
        limit = self.limit or "max_tokens"
        body |= common_fields(request, count, seed, limit, EXTRAS[self.server].neutral)
        if stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        if self.vllm:
            body["skip_special_tokens"] = False
            if self.templated and not request.prompt.plain:
                body["add_special_tokens"] = False
        if self.raw_ids:
            body["return_token_ids"] = True
        return body

    def read(self, body: Any) -> Answer:
        """See `Dialect`."""
        return read_answer(body)

    def gather(self) -> ChatGatherer:
        """See `Dialect`."""
        return ChatGatherer()

    def batches(self) -> OpenAIBatches | None:
        """See `Dialect`."""
        return OpenAIBatches(f"/v1{self.path(stream=False)}")


def common_fields(
    request: Request, count: int, seed: int, limit: str, neutral: Mapping[str, float]
) -> dict[str, Any]:
    """Limit, sampling and seed; default values are left out, except the server's `neutral` ones."""
    sampling = request.sampling
    body: dict[str, Any] = {limit: sampling.max_tokens, "seed": seed}
    if not sampling.provider_sampling:
        body |= {"temperature": sampling.temperature, **neutral}
    optional = {
        "n": (count, count > 1),
        "top_p": (sampling.top_p, sampling.top_p < 1),
        "top_k": (sampling.top_k, sampling.top_k > 0),
        "min_tokens": (sampling.min_tokens, sampling.min_tokens > 0),
        "stop": (list(sampling.stop), bool(sampling.stop)),
    }
    return body | {name: value for name, (value, wanted) in optional.items() if wanted}
