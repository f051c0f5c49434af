"""Reading what an OpenAI-compatible server answers, without believing that all of it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.core import Completion, Finish, Usage

_FINISH = {
    "stop": Finish.STOP,
    "eos": Finish.STOP,
    "eos_token": Finish.STOP,
    "stop_sequence": Finish.STOP,
    "length": Finish.LENGTH,
    "max_tokens": Finish.LENGTH,
}


class MalformedReplyError(ValueError):
    """A body that is no answer; `usage` is what it says it used, if it does."""

    def __init__(self, message: str, usage: Usage | None = None) -> None:
        super().__init__(message)
        self.usage = usage


@dataclass(frozen=True, slots=True)
class Answer:
    """One server reply: its choices in order, token ids where the server gave them, its usage."""

    completions: tuple[Completion, ...]
    ids: tuple[tuple[int, ...] | None, ...]
    usage: Usage


def _count(value: Any, *path: str) -> int | None:
    """The whole number at `path`, or None: a missing figure is unknown, not 0."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 31
    return value if good else None


def read_usage(body: Any) -> Usage:
    """The `usage` part: output includes reasoning, prompt includes cached."""
    part = body.get("usage") if isinstance(body, Mapping) else None
    return Usage(
        prompt_tokens=_count(part, "prompt_tokens"),
        cached_prompt_tokens=_count(part, "prompt_tokens_details", "cached_tokens"),
        output_tokens=_count(part, "completion_tokens"),
        reasoning_tokens=_count(part, "completion_tokens_details", "reasoning_tokens"),
    )


def _text(part: Any, *keys: str) -> str | None:
    if isinstance(part, Mapping):
        for key in keys:
            if isinstance(part.get(key), str):
                return str(part[key])
    return None


def _choice(choice: Any) -> tuple[Completion, tuple[int, ...] | None]:
    message = choice.get("message") if isinstance(choice, Mapping) else None
    plain = choice if message is None else message
    reasoning = _text(plain, "reasoning", "reasoning_content")
    text = _text(choice, "text") if message is None else _text(message, "content", "refusal")
    if text is None and reasoning is None and message is None:
        raise MalformedReplyError("a choice without text")
    ids = choice.get("token_ids")
    good = isinstance(ids, list) and all(isinstance(i, int) for i in ids)
    finish = _FINISH.get(str(choice.get("finish_reason")), Finish.OTHER)
    return (
        # a thought that used up the limit leaves no content: null
        Completion(
            text=text or "", finish=finish, reasoning=reasoning, stopped_by=_stopped_by(choice)
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
    """The choices by index, and the usage; raises MalformedReplyError when there are none."""
    usage = read_usage(body)
    told = usage if usage != Usage() else None
    choices = body.get("choices") if isinstance(body, Mapping) else None
    if not isinstance(choices, list) or not choices:
        raise MalformedReplyError("no choices in the reply", told)
    if not all(isinstance(c, Mapping) for c in choices):
        raise MalformedReplyError("a choice that is no object", told)
    ordered = sorted(choices, key=lambda c: _count(c, "index") or 0)
    try:
        pairs = [_choice(choice) for choice in ordered]
    except MalformedReplyError as error:
        raise MalformedReplyError(str(error), told) from None
    return Answer(tuple(c for c, _ in pairs), tuple(ids for _, ids in pairs), usage)


def share(total: int | None, parts: int) -> list[int | None]:
    """`total` in `parts` whole shares as equal as can be, which sum to it exactly."""
    if total is None:
        return [None] * parts
    return [total // parts + (i < total % parts) for i in range(parts)]


def _sum(values: Sequence[int | None]) -> int | None:
    known = [v for v in values if v is not None]
    return sum(known) if len(known) == len(values) and values else None


def add_usage(parts: Sequence[Usage]) -> Usage:
    """The sum; a figure that one part lacks is unknown."""
    return Usage(
        prompt_tokens=_sum([p.prompt_tokens for p in parts]),
        cached_prompt_tokens=_sum([p.cached_prompt_tokens for p in parts]),
        output_tokens=_sum([p.output_tokens for p in parts]),
        reasoning_tokens=_sum([p.reasoning_tokens for p in parts]),
    )
