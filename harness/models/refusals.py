"""What a server's rejection means, and a gate that keeps a hopeless run from trying repeatedly.

Until a kind of request has succeeded once, only two are in flight at a time; if the first three
are rejected with the same message, the server will reject all, and the run ends with what to do.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.core import EFFORTS, BackendError
from harness.core.errors import backend_options
from harness.models.wire import at, text_at

AT_ONCE = 2
MOST = 3  # rejections with the same message; with AT_ONCE in flight, at most 4 requests are spent
OPEN_S = 10.0  # servers reject at once: a request not rejected by then is being processed


class RefusedError(Exception):
    """The server rejected the request: an answer, not a transient error.

    `values` are those of parameters named in the message, as in HarnessError.
    """

    def __init__(self, message: str, words: str, **values: object) -> None:
        super().__init__(message)
        self.values = values
        self.words = re.sub(r"\d+", "#", words)  # positions and counts differ between calls

    def failed(self, more: str = "", *, fatal: bool = False) -> BackendError:
        """The error of a call that ends with this rejection."""
        return BackendError(f"{self}{more}", fatal=fatal, **self.values)


class _Slot:
    """A slot in front of the gate, released once."""

    def __init__(self, slots: asyncio.Semaphore) -> None:
        self._slots, self._held = slots, True

    def free(self) -> None:
        if self._held:
            self._held = False
            self._slots.release()


@dataclass(slots=True)
class Gate:
    """Admits requests. A `shape` names the kind of request."""

    _open: set[Any] = field(default_factory=set)
    _proven: set[Any] = field(default_factory=set)
    _refused: dict[str, int] = field(default_factory=dict)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _hopeless: BackendError | None = None

    @contextlib.asynccontextmanager
    async def passing(self, shape: Any) -> AsyncIterator[None]:
        """Wait for the gate, then let the block run. A RefusedError in it counts; its success
        opens the gate for the shape, and so does a wait longer than any rejection takes."""
        slot, timer = None, None
        if shape not in self._open:
            await self._slots.acquire()
            slot = _Slot(self._slots)
            timer = asyncio.get_running_loop().call_later(OPEN_S, self._let_in, shape, slot)
            if shape in self._open:
                slot.free()
        try:
            if self._hopeless is not None:
                raise self._hopeless
            yield
            self._open.add(shape)
            self._proven.add(shape)
        except RefusedError as error:
            self._count(shape, error)
            raise
        finally:
            if slot is not None and timer is not None:
                timer.cancel()
                slot.free()

    def _let_in(self, shape: Any, slot: _Slot) -> None:
        self._open.add(shape)
        slot.free()

    def _count(self, shape: Any, error: RefusedError) -> None:
        if shape in self._proven:
            return
        self._refused[error.words] = self._refused.get(error.words, 0) + 1
        if self._refused[error.words] >= MOST:
            self._hopeless = error.failed(f" (rejected {MOST} times)", fatal=True)
            raise self._hopeless from error


_CONTEXT = re.compile(
    r"maximum context length (?:is|of) (\d+)|context window (?:is|of) (\d+)", re.I
)
_PROMPT = re.compile(
    r"(\d+) (?:input tokens|in the messages|in the prompt)|resulted in (\d+) tokens", re.I
)
_TOO_LONG = re.compile(
    r"prompt is too long|input token count\D*\d+\D* exceeds|exceeds the available context size",
    re.I,
)


def fills_context(message: str) -> bool:
    """Whether a rejection says that the prompt alone leaves no room in the model's context.

    If there is room for the prompt, but not for the requested number of new tokens, it is another
    matter: a lower limit helps there.
    """
    if _TOO_LONG.search(message):  # Anthropic; Gemini; llama.cpp
        return True
    context, prompt = _CONTEXT.search(message), _PROMPT.search(message)  # OpenAI; vLLM
    if context is None or prompt is None:
        return False
    most, asked = (int(next(filter(None, found.groups()))) for found in (context, prompt))
    return asked >= most


# fields of a request that an API documents as optional, and how to leave each out
_OPTIONAL = (
    "temperature",
    "top_p",
    "top_k",
    "seed",
    "stop",
    "stop_sequences",
    "min_tokens",
    "stream_options",
    "stream",
    "topP",
    "topK",
    "stopSequences",
    "n",
)
_LIMIT = ("max_tokens", "max_completion_tokens", "max_output_tokens")


@dataclass(frozen=True, slots=True)
class Advice:
    """What helps against a rejection; `values` are those of the parameters that it names."""

    text: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def behind(self, words: str) -> str:
        """Appended as the next sentence."""
        return f"{words}. {self.text}" if self.text else words


def advise(message: str, field_name: str | None, body: Mapping[str, Any]) -> Advice:
    """The option that helps against the rejection of one field; empty if none is known."""
    if _names("max_tokens", message, field_name) and "max_completion_tokens" in message:
        options = backend_options(max_tokens_field="max_completion_tokens")
        return Advice("Add {model_args.max_tokens_field}", options)
    if any(_names(name, message, field_name) for name in _EFFORT) and "effort" in str(body):
        levels = [level for level in EFFORTS if re.search(rf"['\"`]{level}['\"`]", message)]
        asked = _effort_of(body)
        levels = [level for level in levels if level != asked]
        if levels:
            return Advice(
                f"It supports the levels {', '.join(levels)}. "
                "Add {model_args.efforts}, and use one of these",
                backend_options(efforts=",".join(levels)),
            )
    for name in _OPTIONAL:
        if _names(name, message, field_name) and _holds(body, name):
            options = backend_options(drop=name)
            return Advice("Add {model_args.drop}, and the server's own setting is used", options)
    shared = _SHARED.search(message)
    if shared is not None:  # by the prompt and the completion
        return _lower(int(shared[1]) // 2)
    most = _MOST_OUTPUT.search(message)
    if most is not None and any(_names(name, message, field_name) for name in _LIMIT):
        return _lower(int(most[1]))
    if any(_names(name, message, field_name) for name in _LIMIT):
        return Advice(
            "If the limit is too high for the model, lower {max_output_tokens}",
            {"max_output_tokens": ...},
        )
    return Advice()


def _lower(tokens: int) -> Advice:
    return Advice(
        "Lower the limit of a completion: {max_output_tokens}", {"max_output_tokens": tokens}
    )


_SHARED = re.compile(r"(?:max_model_len=|maximum context length is |context window of )(\d+)")
_MOST_OUTPUT = re.compile(r"(?:at most|> ?|maximum(?: value)? (?:of|is)) ?(\d+)")


_EFFORT = ("reasoning_effort", "reasoning.effort", "effort", "output_config.effort")


def _effort_of(body: Mapping[str, Any]) -> Any:
    for path in (("reasoning_effort",), ("reasoning", "effort"), ("output_config", "effort")):
        if at(body, *path):
            return at(body, *path)
    return None


def _names(name: str, message: str, field_name: str | None) -> bool:
    """Whether this is the rejected field."""
    if field_name:
        return name in (field_name, field_name.rpartition(".")[2])
    return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", message) is not None


def _holds(body: Mapping[str, Any], name: str) -> bool:
    nested = (v for v in body.values() if isinstance(v, Mapping))
    return name in body or any(name in part for part in nested)


@dataclass(frozen=True, slots=True)
class Said:
    """An error body in words: message, its code or type, and the field it is about."""

    message: str
    code: str
    field: str | None


def read_error(text: str, body: Any) -> Said:
    """What an error body says, in any of the formats used by servers."""
    if body is None:
        return Said(text[:120].replace("\n", " ").strip(), "", None)
    if isinstance(body, list) and body:  # Gemini streams errors as a list of one
        body = body[0]
    error = body.get("error", body) if isinstance(body, Mapping) else body
    if isinstance(error, Mapping):
        detail = error.get("detail")
        message = text_at(error, "message", "detail") or (str(detail) if detail else "")
        upstream = text_at(at(error, "metadata"), "raw")  # a router's: what the provider said
        if upstream:
            message += f" ({upstream[:200]})"
        code = text_at(error, "code", "status", "type") or str(error.get("code"))
        return Said(message[:500], code, text_at(error, "param"))
    return Said(str(error)[:300], "", None)
