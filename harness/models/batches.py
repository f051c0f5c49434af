"""Batch APIs: many requests submitted together, answered within a day, at half the price.

OpenAI's: a file of lines is uploaded, a batch is created from it, and its output files are read
(https://platform.openai.com/docs/guides/batch; vLLM's `run_batch` reads the same lines).
Anthropic's Message Batches: one request contains them all, the results are lines
(https://docs.anthropic.com/en/docs/build-with-claude/batch-processing).

A process may die, or lose the connection, before the provider's answer arrives. So a batch has a
tag, and is searched for before it is submitted again. OpenAI's carry the tag as metadata, which the
list of batches shows. Anthropic's carry only the ids of their requests, which can be read once a
batch has ended; one in progress is recognised by its time and size.
"""

from __future__ import annotations

import json
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
)
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
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
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        upload: Upload | None = None,
        unless: Callable[[], Awaitable[str | None]] | None = None,
    ) -> str:
        """The text of the reply; BackendError for a refusal.

        `unless` is asked before it is sent again: where it gives a text, that is the reply.
        """
        ...


@dataclass(frozen=True, slots=True)
class Sought:
    """A batch that may have been handed in: its tag, the ids of its requests, no earlier than
    `since`, and none of those that are `known`."""

    tag: str
    names: Collection[str]
    since: datetime
    known: Collection[str] = ()


class BatchInterface(Protocol):
    """One provider's batch API. `most` requests fit into one batch."""

    @property
    def most(self) -> int: ...

    async def submit(
        self, send: Send, bodies: Mapping[str, Mapping[str, Any]], sought: Sought
    ) -> str:
        """Hand requests in, by their ids; the batch's id. `sought` is this very batch."""
        ...

    async def find(self, send: Send, sought: Sought) -> str | None:
        """The id of a batch that was handed in; None where there is none."""
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

    async def submit(self, requests: Mapping[str, Request], sought: Sought) -> str:
        """Hand requests in, by id; the batch's id."""
        bodies = {name: self._body(request) for name, request in requests.items()}
        return await self._interface.submit(self._send, bodies, sought)

    async def find(self, sought: Sought) -> str | None:
        """The id of a batch that was handed in by somebody who could not note it."""
        return await self._interface.find(self._send, sought)

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


_TAG = "harness"
_SKEW_S = 600.0  # that two clocks may differ
_MOST_PAGES = 50
_OPENAI_RUNNING = ("validating", "in_progress", "finalizing", "cancelling")


@dataclass(frozen=True, slots=True)
class OpenAIBatches:
    """`/files` and `/batches`; `endpoint` is the path that the requests are for."""

    endpoint: str
    most: int = 50_000

    async def submit(
        self, send: Send, bodies: Mapping[str, Mapping[str, Any]], sought: Sought
    ) -> str:
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
            "metadata": {_TAG: sought.tag},
        }
        made = await send("POST", "/batches", body=batch, unless=lambda: self._find(send, sought))
        return _id(_json(made))

    async def find(self, send: Send, sought: Sought) -> str | None:
        """See `BatchInterface`."""
        found = await self._find(send, sought)
        return None if found is None else _id(_json(found))

    async def _find(self, send: Send, sought: Sought) -> str | None:
        async for state in _listed(send, "/batches?limit=100", "after"):
            if at(state, "metadata", _TAG) == sought.tag:
                return json.dumps(state)
            made = state.get("created_at")
            if isinstance(made, int | float) and made < sought.since.timestamp() - _SKEW_S:
                return None  # the newest come first
        return None

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

    async def submit(
        self, send: Send, bodies: Mapping[str, Mapping[str, Any]], sought: Sought
    ) -> str:
        """See `BatchInterface`."""
        requests = [{"custom_id": name, "params": body} for name, body in bodies.items()]
        made = await send(
            "POST",
            "/messages/batches",
            body={"requests": requests},
            unless=lambda: self._find(send, sought),
        )
        return _id(_json(made))

    async def find(self, send: Send, sought: Sought) -> str | None:
        """See `BatchInterface`.

        One under way that is not it costs a wait and no money: what it does not bring is handed in.
        """
        found = await self._find(send, sought)
        return None if found is None else _id(_json(found))

    async def _find(self, send: Send, sought: Sought) -> str | None:
        wanted, first = len(sought.names), sought.since - timedelta(seconds=_SKEW_S)
        under_way: list[Any] = []
        async for state in _listed(send, "/messages/batches?limit=100", "after_id"):
            made = _date(text_at(state, "created_at"))
            if made is not None and made < first:
                break  # the newest come first
            counts = at(state, "request_counts")
            size = sum(counts.values()) if isinstance(counts, Mapping) else wanted
            if size != wanted or text_at(state, "id") in sought.known:
                continue
            if text_at(state, "processing_status") != "ended":
                under_way.append(state)
            elif set(sought.names) <= (await self._results(send, _id(state))).keys():
                return json.dumps(state)
        return json.dumps(under_way[-1]) if under_way else None

    async def collect(self, send: Send, batch: str) -> dict[str, Line] | None:
        """See `BatchInterface`."""
        state = _json(await send("GET", f"/messages/batches/{quote(batch, safe='')}"))
        if text_at(state, "processing_status") != "ended":
            return None
        return await self._results(send, batch)

    async def _results(self, send: Send, batch: str) -> dict[str, Line]:
        # by our own address, and not by `results_url`: the key goes nowhere else
        text = await send("GET", f"/messages/batches/{quote(batch, safe='')}/results")
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


async def _listed(send: Send, path: str, cursor: str) -> AsyncIterator[Mapping[str, Any]]:
    """The provider's batches, the newest first, page by page."""
    after = ""
    for _ in range(_MOST_PAGES):
        page = _json(await send("GET", path + after))
        items = at(page, "data")
        items = (
            [one for one in items if isinstance(one, Mapping)] if isinstance(items, list) else []
        )
        for one in items:
            yield one
        if not items or not at(page, "has_more"):
            return
        after = f"&{cursor}={quote(_id(items[-1]), safe='')}"


def _date(text: str | None) -> datetime | None:
    try:
        date = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


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
