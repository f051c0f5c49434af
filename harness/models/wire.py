"""What goes over the wire to all servers and comes back, and figures read with care."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from harness.core import Completion, Origin, Thought, Usage


class MalformedReplyError(ValueError):
    """A body that is not an answer; `usage` is what it reports as used, if anything."""

    def __init__(self, message: str, usage: Usage | None = None) -> None:
        super().__init__(message)
        self.usage = None if usage == Usage() else usage


@dataclass(frozen=True, slots=True)
class Answer:
    """One server reply: its choices in order, token ids if the server returned them, its usage."""

    completions: tuple[Completion, ...]
    ids: tuple[tuple[int, ...] | None, ...]
    usage: Usage
    origin: Origin = Origin()  # noqa: RUF009 - frozen


class Gatherer(Protocol):
    """Assembles a streamed reply as it would have come in one piece."""

    def add(self, event: Mapping[str, Any]) -> bool:
        """Take one event; True if it brings a piece of the thinking or the text."""
        ...

    def body(self) -> Any:
        """The reply; raises MalformedReplyError if the stream broke off."""
        ...


@dataclass(frozen=True, slots=True)
class Came:
    """A reply. `json` is None if the body is not JSON; `broken` says why a stream ended."""

    status: int
    headers: Mapping[str, str]
    text: str = ""
    json: Any = None
    first_token_s: float | None = None
    error: Mapping[str, Any] | None = None  # an error event within a stream


@dataclass(frozen=True, slots=True)
class Upload:
    """A file for a form, and the form's other fields."""

    data: bytes
    name: str
    fields: Mapping[str, str]


def whole(value: Any, *path: str) -> int | None:
    """The whole number at `path`, or None: a missing figure is unknown, not 0."""
    found = at(value, *path)
    good = isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 1 << 31
    return found if good else None


def at(value: Any, *path: str) -> Any:
    """The value at `path` in nested objects, or None."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def text_at(part: Any, *keys: str) -> str | None:
    """The first of some fields that holds a text."""
    if isinstance(part, Mapping):
        for key in keys:
            if isinstance(part.get(key), str):
                return str(part[key])
    return None


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; none if it is not a list."""
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


def kind_of_thought(
    shown: str | None, summary: str | None, encrypted: bool, tokens: int | None
) -> Thought | None:
    """The kind of thinking in a reply; None if there was none, or it is unknown."""
    if shown:
        return Thought.SHOWN
    if summary:
        return Thought.SUMMARY
    if encrypted:
        return Thought.ENCRYPTED
    return Thought.HIDDEN if tokens else None


def share(total: int | None, parts: int) -> list[int | None]:
    """`total` split into `parts` integer shares, as equal as possible, with that exact sum."""
    if total is None:
        return [None] * parts
    return [total // parts + (i < total % parts) for i in range(parts)]


def add_up(values: Sequence[int | None]) -> int | None:
    """The sum; None if one or all of them are unknown."""
    known = [v for v in values if v is not None]
    return sum(known) if len(known) == len(values) and values else None


def add_usage(parts: Sequence[Usage]) -> Usage:
    """The sum; a figure missing in one part is unknown."""
    return Usage(
        prompt_tokens=add_up([p.prompt_tokens for p in parts]),
        cached_prompt_tokens=add_up([p.cached_prompt_tokens for p in parts]),
        output_tokens=add_up([p.output_tokens for p in parts]),
        reasoning_tokens=add_up([p.reasoning_tokens for p in parts]),
    )
