"""The shapes of four protocols' requests and replies.

Fakes: no service is asked here. The shapes are those of the providers' published schemas (the types
of the packages openai 3.57, anthropic 0.125 and google-genai), with the odd fields and stream
fragments that they document. `tests/engines` asks real servers where there are any.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .server import Answer


@dataclass(frozen=True)
class Said:
    """What a fake model says, and what it used."""

    text: str = "The answer is 4."
    thought: str = "Two and two …"
    prompt: int = 30
    cached: int = 10
    answer: int = 6
    thinking: int = 20
    model: str = "model-2026-01-01"
    ends: str = "stop"  # or "length"


def chat(said: Said) -> dict[str, Any]:
    message = {"role": "assistant", "content": said.text, "reasoning_content": said.thought}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1767225600,
        "model": said.model,
        "system_fingerprint": "fp_1",
        "choices": [{"index": 0, "finish_reason": said.ends, "logprobs": None, "message": message}],
        "usage": {
            "prompt_tokens": said.prompt,
            "completion_tokens": said.answer + said.thinking,
            "total_tokens": said.prompt + said.answer + said.thinking,
            "prompt_tokens_details": {"cached_tokens": said.cached},
            "completion_tokens_details": {"reasoning_tokens": said.thinking},
        },
    }


def chat_events(said: Said) -> list[Any]:
    head = {"id": "1", "object": "chat.completion.chunk", "model": said.model, "choices": []}

    def delta(finish: str | None = None, **fields: Any) -> dict[str, Any]:
        choice = {"index": 0, "delta": fields, "finish_reason": finish}
        return {**head, "system_fingerprint": "fp_1", "choices": [choice]}

    return [
        ": keep-alive\n\n",
        delta(role="assistant", content=""),
        *[delta(reasoning_content=c) for c in said.thought],
        *[delta(content=c) for c in said.text],
        delta(said.ends),
        {**head, "usage": chat(said)["usage"]},
        "data: [DONE]\n\n",
    ]


def responses(said: Said) -> dict[str, Any]:
    cut = said.ends == "length"
    return {
        "id": "resp_1",
        "object": "response",
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "error": None,
        "model": said.model,
        "output": [
            {
                "id": "rs_1",
                "type": "reasoning",
                "summary": [],
                "content": [{"type": "reasoning_text", "text": said.thought}],
            },
            {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "annotations": [], "text": said.text}],
            },
        ],
        "usage": {
            "input_tokens": said.prompt,
            "input_tokens_details": {"cached_tokens": said.cached},
            "output_tokens": said.answer + said.thinking,
            "output_tokens_details": {"reasoning_tokens": said.thinking},
            "total_tokens": said.prompt + said.answer + said.thinking,
        },
    }


def responses_events(said: Said) -> list[Any]:
    end = "response.incomplete" if said.ends == "length" else "response.completed"
    return [
        {"type": "response.created", "response": {"id": "resp_1", "status": "in_progress"}},
        *[{"type": "response.reasoning_text.delta", "delta": c} for c in said.thought],
        *[{"type": "response.output_text.delta", "delta": c} for c in said.text],
        {"type": "response.output_text.done", "text": said.text},
        {"type": end, "response": responses(said)},
    ]


def messages(said: Said) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": said.model,
        "content": [
            {"type": "thinking", "thinking": said.thought, "signature": "c2ln"},
            {"type": "text", "text": said.text},
        ],
        "stop_reason": "max_tokens" if said.ends == "length" else "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": said.prompt - said.cached,
            "cache_read_input_tokens": said.cached,
            "cache_creation_input_tokens": 0,
            "output_tokens": said.answer + said.thinking,
            "output_tokens_details": {"thinking_tokens": said.thinking},
            "service_tier": "standard",
        },
    }


def messages_events(said: Said) -> list[Any]:
    whole = messages(said)
    start = {**whole, "content": [], "stop_reason": None}
    start["usage"] = {**whole["usage"], "output_tokens": 1}

    def delta(index: int, kind: str, name: str, piece: str) -> dict[str, Any]:
        part = {"type": kind, name: piece}
        return {"type": "content_block_delta", "index": index, "delta": part}

    def begin(index: int, block: dict[str, Any]) -> dict[str, Any]:
        return {"type": "content_block_start", "index": index, "content_block": block}

    return [
        {"type": "message_start", "message": start},
        begin(0, {"type": "thinking", "thinking": "", "signature": ""}),
        {"type": "ping"},
        *[delta(0, "thinking_delta", "thinking", c) for c in said.thought],
        delta(0, "signature_delta", "signature", "c2ln"),
        {"type": "content_block_stop", "index": 0},
        begin(1, {"type": "text", "text": ""}),
        *[delta(1, "text_delta", "text", c) for c in said.text],
        {"type": "content_block_stop", "index": 1},
        {
            "type": "message_delta",
            "delta": {"stop_reason": whole["stop_reason"], "stop_sequence": None},
            "usage": {
                "input_tokens": None,
                "output_tokens": said.answer + said.thinking,
                "output_tokens_details": {"thinking_tokens": said.thinking},
            },
        },
        {"type": "message_stop"},
    ]


def generate_content(said: Said) -> dict[str, Any]:
    return {
        "candidates": [
            {
                "index": 0,
                "finishReason": "MAX_TOKENS" if said.ends == "length" else "STOP",
                "content": {
                    "role": "model",
                    "parts": [
                        {"text": said.thought, "thought": True},
                        {"text": said.text, "thoughtSignature": "c2ln"},
                    ],
                },
            }
        ],
        "modelVersion": said.model,
        "responseId": "r1",
        "usageMetadata": {
            "promptTokenCount": said.prompt,
            "cachedContentTokenCount": said.cached,
            "candidatesTokenCount": said.answer,
            "thoughtsTokenCount": said.thinking,
            "totalTokenCount": said.prompt + said.answer + said.thinking,
        },
    }


def generate_content_events(said: Said) -> list[Any]:
    whole = generate_content(said)
    reason = whole["candidates"][0]["finishReason"]

    def chunk(reason: str | None = None, *parts: dict[str, Any], **more: Any) -> dict[str, Any]:
        candidate = {"index": 0, "content": {"role": "model", "parts": list(parts)}}
        candidate |= {"finishReason": reason} if reason else {}
        return {"candidates": [candidate], "modelVersion": said.model, **more}

    return [
        *[chunk(None, {"text": c, "thought": True}) for c in said.thought],
        *[chunk(None, {"text": c}) for c in said.text],
        chunk(reason, {"text": ""}, usageMetadata=whole["usageMetadata"]),
    ]


def router_chat(said: Said) -> dict[str, Any]:
    body = chat(said)
    message = body["choices"][0]["message"]
    message["reasoning"] = message.pop("reasoning_content")
    message["reasoning_details"] = [{"type": "reasoning.text", "text": said.thought}]
    return {**body, "provider": "Upstream", "usage": {**body["usage"], "cost": 0.001}}


def router_events(said: Said) -> list[Any]:
    events = [e for e in chat_events(said) if not isinstance(e, str)]
    for event in events:
        event["provider"] = "Upstream"
        for choice in event["choices"]:
            piece = choice["delta"].pop("reasoning_content", None)
            if piece is not None:
                choice["delta"]["reasoning"] = piece
                detail = {"type": "reasoning.text", "text": piece}
                choice["delta"]["reasoning_details"] = [detail]
    return [": OPENROUTER PROCESSING\n\n", *events]


@dataclass(frozen=True)
class Protocol:
    """One protocol: how a model behind it is named, its paths, its replies whole and in events."""

    name: str
    spec: str
    args: dict[str, str]
    whole: Callable[[Said], dict[str, Any]]
    events: Callable[[Said], list[Any]]
    path: str
    stream_path: str
    key: tuple[str, str]  # variable and header

    def answer(self, said: Said | None = None, *, stream: bool = False, **more: Any) -> Answer:
        """A good answer, whole or in events."""
        said = said or Said()
        if stream:
            return Answer(events=self.events(said), **more)
        return Answer(self.whole(said), **more)


OPENAI = ("OPENAI_API_KEY", "authorization")
PROTOCOLS = {
    p.name: p
    for p in (
        Protocol(
            "chat", "openai:m@{url}", {}, chat, chat_events,
            "/v1/chat/completions", "/v1/chat/completions", OPENAI,
        ),
        Protocol(
            "responses", "openai:m@{url}", {"api": "responses"}, responses, responses_events,
            "/v1/responses", "/v1/responses", OPENAI,
        ),
        Protocol(
            "messages", "anthropic:m@{url}", {}, messages, messages_events,
            "/v1/messages", "/v1/messages", ("ANTHROPIC_API_KEY", "x-api-key"),
        ),
        Protocol(
            "gemini", "gemini:m@{url}", {}, generate_content, generate_content_events,
            "/v1/models/m:generateContent", "/v1/models/m:streamGenerateContent?alt=sse",
            ("GEMINI_API_KEY", "x-goog-api-key"),
        ),
        Protocol(
            "openrouter", "openrouter:m@{url}", {}, router_chat, router_events,
            "/v1/chat/completions", "/v1/chat/completions",
            ("OPENROUTER_API_KEY", "authorization"),
        ),
    )
}  # fmt: skip
