"""Batch APIs: many requests submitted together, answered within a day, at half the price.

OpenAI's: a file of lines is uploaded, a batch is created from it, and its output files are read
(https://platform.openai.com/docs/guides/batch; vLLM's `run_batch` reads the same lines).
Anthropic's Message Batches: one request contains them all, the results are lines
(https://docs.anthropic.com/en/docs/build-with-claude/batch-processing).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import quote

from harness.core import BackendError, Reply, Request
from harness.models.refusals import read_error
from harness.models.wire import MalformedReplyError, Upload, at, text_at


@dataclass(frozen=True, slots=True)
class Line:
    """The result of one request: the body of a reply, or why there is none."""

    body: Any = None
    error: str = ""


class Send(Protocol):
    """Sends one request to the provider, with retries."""

    async def __call__(
        self, method: str, path: str, *, body: Any = None, upload: Upload | None = None
    ) -> str:
        """The text of the reply; BackendError for a rejection."""
        ...


class BatchInterface(Protocol):
    """One provider's batch API. `most` requests fit into one batch."""

    @property
    def most(self) -> int: ...

    async def submit(self, send: Send, bodies: Mapping[str, Mapping[str, Any]]) -> str:
        """Submit requests by id, and return the batch id."""
        ...

    async def collect(self, send: Send, batch: str) -> dict[str, Line] | None:
        """The results of a batch by request id; None while it is in progress.

        A request without a result has not been answered.
        """
        ...


class BatchDesk:
    """Submits requests of one backend as batches, and reads the results.

    `body` creates a request's JSON, `read` parses a reply (MalformedReplyError if it is
    invalid), `send` calls the provider.
    """

    def __init__(
        self,
        interface: BatchInterface,
        body: Callable[[Request], Mapping[str, Any]],
        read: Callable[[Any, Request], Reply],
        send: Send,
    ) -> None:
        self.most = interface.most
        self._interface, self._body, self._read, self._send = interface, body, read, send

    async def submit(self, requests: Mapping[str, Request]) -> str:
        """Submit requests by id, and return the batch id."""
        bodies = {name: self._body(request) for name, request in requests.items()}
        return await self._interface.submit(self._send, bodies)

    async def collect(
        self, batch: str, requests: Mapping[str, Request]
    ) -> dict[str, Reply | str] | None:
        """The replies to these requests, or why there is none; None while in progress.

        A reply to any other request of the batch is returned as an empty text.
        """
        lines = await self._interface.collect(self._send, batch)
        if lines is None:
            return None
        found: dict[str, Reply | str] = {}
        for name, line in lines.items():
            if name in requests:
                found[name] = self._reply(batch, line, requests[name])
            elif not line.error:
                found[name] = ""
        return found

    def _reply(self, batch: str, line: Line, request: Request) -> Reply | str:
        if line.error:
            return line.error
        try:
            return replace(self._read(line.body, request), batch=batch)
        except MalformedReplyError as error:
            return str(error)


_OPENAI_RUNNING = ("validating", "in_progress", "finalizing", "cancelling")


@dataclass(frozen=True, slots=True)
class OpenAIBatches:
    """`/files` and `/batches`; `endpoint` is the path that the requests are for."""

    endpoint: str
    most: int = 50_000

    async def submit(self, send: Send, bodies: Mapping[str, Mapping[str, Any]]) -> str:
        """See `BatchInterface`."""
        lines = (
            {"custom_id": name, "method": "POST", "url": self.endpoint, "body": body}
            for name, body in bodies.items()
        )
        text = "".join(json.dumps(line) + "\n" for line in lines)
        upload = Upload(text.encode(), "requests.jsonl", {"purpose": "batch"})
        file = _json(await send("POST", "/files", upload=upload))
        batch = {
            "input_file_id": _id(file),
            "endpoint": self.endpoint,
            "completion_window": "24h",
        }
        return _id(_json(await send("POST", "/batches", body=batch)))

    async def collect(self, send: Send, batch: str) -> dict[str, Line] | None:
        """See `BatchInterface`."""
        state = _json(await send("GET", f"/batches/{quote(batch, safe='')}"))
        status = text_at(state, "status") or ""
        if status in _OPENAI_RUNNING:
            return None
        found: dict[str, Line] = {}
        for name in ("error_file_id", "output_file_id"):
            file = text_at(state, name)
            if file:
                text = await send("GET", f"/files/{quote(file, safe='')}/content")
                found.update(self._lines(text))
        if not found and status == "failed":  # the file as a whole was rejected
            errors = at(state, "errors", "data")
            first = errors[0] if isinstance(errors, list) and errors else {}
            said = text_at(first, "message") or "no reason was given"
            raise BackendError(f"batch {batch} was refused: {said}", fatal=True)
        return found

    def _lines(self, text: str) -> Iterator[tuple[str, Line]]:
        for line in _objects(text):
            name, response = text_at(line, "custom_id"), line.get("response")
            if name is None:
                continue
            body = at(response, "body")
            if line.get("error") or at(response, "status_code") != 200:
                said = read_error("", line.get("error") or body or {})
                yield name, Line(error=said.message or said.code or "no reason was given")
            else:
                yield name, Line(body)


@dataclass(frozen=True, slots=True)
class MessageBatches:
    """`/messages/batches`."""

    most: int = 10_000

    async def submit(self, send: Send, bodies: Mapping[str, Mapping[str, Any]]) -> str:
        """See `BatchInterface`."""
        requests = [{"custom_id": name, "params": body} for name, body in bodies.items()]
        return _id(_json(await send("POST", "/messages/batches", body={"requests": requests})))

    async def collect(self, send: Send, batch: str) -> dict[str, Line] | None:
        """See `BatchInterface`."""
        path = f"/messages/batches/{quote(batch, safe='')}"
        state = _json(await send("GET", path))
        if text_at(state, "processing_status") != "ended":
            return None
        # through our own URL, not `results_url`: the key goes nowhere else
        text = await send("GET", f"{path}/results")
        return dict(self._lines(text))

    def _lines(self, text: str) -> Iterator[tuple[str, Line]]:
        for line in _objects(text):
            name, kind = text_at(line, "custom_id"), at(line, "result", "type")
            if name is None:
                continue
            if kind == "succeeded":
                yield name, Line(at(line, "result", "message"))
            else:
                said = read_error("", at(line, "result", "error") or {})
                yield name, Line(error=said.message or str(kind))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BackendError(f"the batch API's reply is not JSON: {text[:80]!r}") from error


def _id(body: Any) -> str:
    found = text_at(body, "id")
    if not found:
        raise BackendError(f"the batch API returned no id: {str(body)[:80]}")
    return found


def _objects(text: str) -> Iterable[Mapping[str, Any]]:
    for line in text.splitlines():
        if line.strip():
            value = _json(line)
            if isinstance(value, Mapping):
                yield value
