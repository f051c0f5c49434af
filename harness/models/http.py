"""One HTTP client for all servers: JSON requests, JSON or server-sent events as replies.

aiohttp, chosen by measurement (`python benchmarks/server_overhead.py --clients`): httpx's pool
costs more with every open connection. It repeats no POST by itself, so retries are
decided in one place (`harness.models.retry`).
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from harness.models.retry import PassingError
from harness.models.wire import Came, Gatherer, Upload

if TYPE_CHECKING:
    import aiohttp

CONNECT_S = 10.0
_DONE = "[DONE]"


class Http:
    """Posts to one server. The session is opened by the first request, on that request's loop."""

    def __init__(self, url: str, timeout_s: float) -> None:
        parts = urlsplit(url)
        self._query = parts.query
        self._base = urlunsplit(parts._replace(query="", fragment="")).rstrip("/")
        self.shown = self._base
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None

    def _ready(self) -> aiohttp.ClientSession:
        if self._session is None:
            import aiohttp  # slow to import, and not needed for --help

            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=CONNECT_S, sock_read=self._timeout_s
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                # not by trust_env, which asks a thread for it with every request, and for .netrc
                proxy=proxy_for(self._base),
            )
        return self._session

    async def post(
        self,
        path: str,
        body: Mapping[str, Any],
        headers: Mapping[str, str],
        gatherer: Gatherer | None = None,
    ) -> Came:
        """One request; raises PassingError if no complete reply came.

        With a gatherer, a streamed reply is assembled; a plain JSON reply is returned as is.
        """
        data = json.dumps(body).encode()
        sent = {"content-type": "application/json", **headers}
        return await self._send("POST", path, sent, data, gatherer)

    async def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        *,
        body: Any = None,
        upload: Upload | None = None,
    ) -> Came:
        """Any other request: with JSON, a file, or nothing; errors as in `post`."""
        import aiohttp

        if upload is not None:
            form = aiohttp.FormData()
            for name, value in upload.fields.items():
                form.add_field(name, value)
            form.add_field("file", upload.data, filename=upload.name)
            return await self._send(method, path, headers, form, None)
        if body is None:
            return await self._send(method, path, headers, None, None)
        return await self.post(path, body, headers)

    async def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        data: Any,
        gatherer: Gatherer | None,
    ) -> Came:
        import aiohttp

        join = "&" if "?" in path else "?"
        address = f"{self._base}{path}" + (f"{join}{self._query}" if self._query else "")
        began = time.perf_counter()
        try:
            async with self._ready().request(
                method, address, data=data, headers=headers, allow_redirects=False
            ) as response:
                if gatherer is not None and response.content_type == "text/event-stream":
                    events = read_events(response.content.iter_any())
                    return await _gathered(response, events, gatherer, began)
                raw = await response.read()
        except aiohttp.ConnectionTimeoutError as error:
            raise PassingError(f"{self.shown}: no reply in time (connecting)", dead=True) from error
        except TimeoutError as error:
            raise PassingError(f"{self.shown}: no reply in time") from error
        except aiohttp.ClientConnectorError as error:
            raise PassingError(f"{self.shown}: {error.strerror or error}", dead=True) from error
        except (aiohttp.ClientError, OSError) as error:
            reason = str(error) or type(error).__name__
            raise PassingError(
                f"{self.shown}: the connection broke ({reason})", broken=True
            ) from error
        return _whole(response, raw)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def proxy_for(url: str) -> str | None:
    """The proxy that the environment sets for a URL (HTTPS_PROXY, NO_PROXY), or None."""
    parts = urlsplit(url)
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


def _whole(response: aiohttp.ClientResponse, raw: bytes) -> Came:
    text = raw.decode("utf-8", "replace")
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    return Came(response.status, response.headers, text, body)


async def _gathered(
    response: aiohttp.ClientResponse,
    events: AsyncIterator[Mapping[str, Any]],
    gatherer: Gatherer,
    began: float,
) -> Came:
    first: float | None = None
    async for event in events:
        if event.get("error"):
            return Came(response.status, response.headers, error=event)
        if gatherer.add(event) and first is None:
            first = time.perf_counter() - began
    body = gatherer.body()
    return Came(response.status, response.headers, json=body, first_token_s=first)


async def read_events(chunks: AsyncIterator[bytes]) -> AsyncIterator[Mapping[str, Any]]:
    """The JSON objects of a stream of server-sent events, however it is split into chunks.

    Comments, other fields and events without an object are skipped.
    """
    lines: list[str] = []
    rest = b""
    async for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            for event in _event(line.rstrip(b"\r"), lines):
                yield event
    for event in _event(rest.rstrip(b"\r"), lines):
        yield event
    for event in _event(b"", lines):  # the last event may lack its empty line
        yield event


def _event(line: bytes, lines: list[str]) -> Iterator[Mapping[str, Any]]:
    """Take a line; an empty one ends the event whose data is in `lines`."""
    if line:
        name, _, value = line.decode("utf-8", "replace").partition(":")
        if name == "data":
            lines.append(value.removeprefix(" "))
        return
    data = "\n".join(lines)
    lines.clear()
    if not data or data == _DONE:
        return
    try:
        event = json.loads(data)
    except ValueError:
        return
    if isinstance(event, Mapping):
        yield event
