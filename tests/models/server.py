"""A small HTTP server that answers what a test tells it to, whole or in events."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """One scripted answer; `drop` closes the connection instead.

    With `events` it comes as server-sent events, written in pieces of `piece` bytes; `cut` breaks
    the connection off behind so many events.
    """

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    hold: threading.Event | None = None  # wait for this before answering
    events: Sequence[Any] | None = None  # objects (data), or lines as they are
    piece: int = 1 << 20
    cut: int | None = None


def _event(event: Any) -> str:
    """An object as the data of an event, named by its type where it has one."""
    if isinstance(event, str):
        return event
    name = f"event: {event['type']}\n" if isinstance(event.get("type"), str) else ""
    return f"{name}data: {json.dumps(event, ensure_ascii=False)}\n\n"


Script = Callable[[int, dict[str, Any]], Answer]


class Server:
    """Runs a script on a free port of this machine; records what it was asked."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.keys: list[str | None] = []
        self.headers: list[dict[str, str]] = []
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.handle(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        """Record the request, then answer by the script."""
        asked = json.loads(handler.rfile.read(int(handler.headers["content-length"])))
        with self._lock:
            number = len(self.asked)
            self.asked.append(asked)
            self.paths.append(handler.path)
            self.headers.append({k.lower(): v for k, v in handler.headers.items()})
            self.keys.append(handler.headers.get("authorization"))
        answer = self.script(number, asked)
        if answer.hold is not None:
            answer.hold.wait(10)
        if answer.drop:
            handler.connection.close()
            return
        if answer.events is not None:
            self._stream(handler, answer)
            return
        text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        data = text.encode()
        handler.send_response(answer.status)
        for name, value in {**answer.headers, "content-length": str(len(data))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    def _stream(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        """Chunked, as HTTP/1.1 streams are: a cut is then a broken body, and no end."""
        assert answer.events is not None
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(answer.status)
        headers = {"content-type": "text/event-stream", **answer.headers}
        headers |= {"transfer-encoding": "chunked", "connection": "close"}
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        for event in answer.events[: answer.cut]:
            data = _event(event).encode()
            for start in range(0, len(data), answer.piece):
                part = data[start : start + answer.piece]
                handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                handler.wfile.flush()
        if answer.cut is None:
            handler.wfile.write(b"0\r\n\r\n")
        handler.close_connection = True

    def close(self) -> None:
        """Stop."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
