"""Servers with batch interfaces, as their providers document them.

Fakes: no provider is asked. The shapes are those of the types of the packages openai and anthropic
(`Batch`, `FileObject`; `MessageBatch`, `MessageBatchIndividualResponse`). They answer a batch once
they have been looked at `looks` times, and fail or expire the requests that a test names.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

Fate = Callable[[int, dict[str, Any]], str]
"""What becomes of the n-th request of all: "ok", "failed", "expired" or "lost"."""


class BatchServer:
    """One port with the files and batches of both providers, in memory."""

    def __init__(self, fate: Fate = lambda _n, _body: "ok", looks: int = 1) -> None:
        self.fate, self.looks = fate, looks
        self.files: dict[str, str] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.looked: dict[str, int] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []  # custom id and body, in order
        self.single: list[Any] = []  # requests beside batches
        self.keys: set[str | None] = set()
        self.taken: Callable[[], bool] = lambda: False  # True: the answer to a new batch is lost
        self.held = threading.Event()  # nothing is done until it is set
        self.held.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.handle(self, self.rfile.read(int(self.headers["content-length"] or 0)))

            def do_GET(self) -> None:
                outer.handle(self, b"")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"

    def close(self) -> None:
        """Stop."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def handle(self, handler: BaseHTTPRequestHandler, data: bytes) -> None:
        """Answer one request."""
        self.keys.add(handler.headers.get("authorization") or handler.headers.get("x-api-key"))
        path, _, query = handler.path.removeprefix("/v1").partition("?")
        before = len(self.batches)
        if handler.command == "GET" and path in ("/batches", "/messages/batches"):
            found = self.listed(path, parse_qs(query))
        else:
            found = self.route(handler.command, path, handler, data)
        if len(self.batches) > before and self.taken():
            handler.close_connection = True
            return
        status, body = (404, {"error": {"message": "not found"}}) if found is None else (200, found)
        text = (body if isinstance(body, str) else json.dumps(body)).encode()
        handler.send_response(status)
        handler.send_header("content-length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)

    def route(self, method: str, path: str, handler: Any, data: bytes) -> Any:
        """The reply to a request; None for a path that is none."""
        parts = path.strip("/").split("/")
        if method == "POST" and path == "/files":
            return self.upload(handler.headers["content-type"], data)
        if method == "POST" and path == "/batches":
            asked = json.loads(data)
            assert asked["completion_window"] == "24h"
            lines = [json.loads(line) for line in self.files[asked["input_file_id"]].splitlines()]
            assert {line["url"] for line in lines} == {asked["endpoint"]}
            made = self.begin([(line["custom_id"], line["body"]) for line in lines], "batch")
            self.batches[made["id"]]["metadata"] = asked.get("metadata")
            return made
        if method == "POST" and path == "/messages/batches":
            requests = json.loads(data)["requests"]
            return self.begin([(r["custom_id"], r["params"]) for r in requests], "msgbatch")
        if method == "POST":
            self.single.append(json.loads(data))
            return self.reply(self.single[-1])
        if parts[0] == "files":
            return self.files.get(parts[1])
        if parts[0] == "batches":
            return self.openai_state(parts[1])
        if parts[:2] == ["messages", "batches"] and parts[-1] == "results":
            return self.results(parts[2])
        return self.anthropic_state(parts[2]) if parts[:2] == ["messages", "batches"] else None

    def upload(self, kind: str, data: bytes) -> Any:
        """Take a form with a file."""
        form: Message = BytesParser().parsebytes(f"content-type: {kind}\r\n\r\n".encode() + data)
        fields = {
            part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
            for part in form.get_payload()  # type: ignore[union-attr]
        }
        assert fields["purpose"] == b"batch"
        name = f"file-{len(self.files)}"
        self.files[name] = fields["file"].decode()  # type: ignore[union-attr]
        return {"id": name, "object": "file", "purpose": "batch", "bytes": len(data)}

    def begin(self, requests: list[tuple[str, dict[str, Any]]], kind: str) -> Any:
        """A new batch."""
        assert len({name for name, _ in requests}) == len(requests)
        assert not any("stream" in body for _, body in requests)
        name = f"{kind}_{len(self.batches)}"
        fates = [self.fate(len(self.asked) + i, body) for i, (_, body) in enumerate(requests)]
        self.asked += requests
        self.batches[name] = {"requests": requests, "fates": fates, "made": datetime.now(UTC)}
        return {"id": name, "object": "batch", "status": "validating"}

    def listed(self, path: str, query: dict[str, list[str]]) -> Any:
        """The list of batches, two a page, the newest first."""
        of_openai = path == "/batches"
        names = [n for n in reversed(self.batches) if n.startswith("batch") == of_openai]
        [after] = query.get("after" if of_openai else "after_id", [""])
        names = names[names.index(after) + 1 :] if after else names
        rows = [self.state(n, of_openai) for n in names[:2]]
        return {"object": "list", "data": rows, "has_more": len(names) > 2}

    def state(self, name: str, of_openai: bool) -> Any:
        """A batch as the list shows it."""
        batch, running = self.batches[name], not self.held.is_set()
        if of_openai:
            made = int(batch["made"].timestamp())
            return {"id": name, "created_at": made, "metadata": batch.get("metadata")}
        kinds = ("processing", "succeeded", "errored", "canceled", "expired")
        counts = dict.fromkeys(kinds, 0)
        counts["processing" if running else "succeeded"] = len(batch["requests"])
        return {
            "id": name,
            "created_at": batch["made"].isoformat(),
            "processing_status": "in_progress" if running else "ended",
            "request_counts": counts,
        }

    def done(self, name: str) -> bool:
        """Whether a batch has been looked at often enough."""
        self.looked[name] = self.looked.get(name, 0) + 1
        return self.held.is_set() and self.looked[name] >= self.looks

    def openai_state(self, name: str) -> Any:
        """`GET /batches/NAME`."""
        batch, state = self.batches[name], {"id": name, "object": "batch"}
        if not self.done(name):
            return {**state, "status": "in_progress", "output_file_id": None}
        good, bad = "", ""
        for (custom, body), fate in zip(batch["requests"], batch["fates"], strict=True):
            line: dict[str, Any] = {"id": "r", "custom_id": custom, "error": None}
            if fate == "ok":
                response = {"status_code": 200, "request_id": "q", "body": self.reply(body)}
                good += json.dumps({**line, "response": response}) + "\n"
            elif fate == "expired":
                error = {"code": "batch_expired", "message": "This request could not be executed"}
                bad += json.dumps({**line, "response": None, "error": error}) + "\n"
            elif fate == "failed":
                wrong = {"error": {"message": "The server had an error", "type": "server_error"}}
                response = {"status_code": 500, "request_id": "q", "body": wrong}
                bad += json.dumps({**line, "response": response}) + "\n"
        state["status"] = "expired" if "expired" in batch["fates"] else "completed"
        for field, text in (("output_file_id", good), ("error_file_id", bad)):
            if text:
                state[field] = f"{name}-{field}"
                self.files[f"{name}-{field}"] = text
        return state

    def anthropic_state(self, name: str) -> Any:
        """`GET /messages/batches/NAME`."""
        ended = self.done(name)
        url = f"https://api.anthropic.example/v1/messages/batches/{name}/results"
        return {
            "id": name,
            "type": "message_batch",
            "processing_status": "ended" if ended else "in_progress",
            "results_url": url if ended else None,
        }

    def results(self, name: str) -> str:
        """`GET /messages/batches/NAME/results`."""
        batch, text = self.batches[name], ""
        for (custom, body), fate in zip(batch["requests"], batch["fates"], strict=True):
            result: dict[str, Any] = {"type": "succeeded", "message": self.reply(body)}
            if fate == "expired":
                result = {"type": "expired"}
            elif fate == "failed":
                error = {"type": "api_error", "message": "Internal server error"}
                result = {"type": "errored", "error": {"type": "error", "error": error}}
            if fate != "lost":
                text += json.dumps({"custom_id": custom, "result": result}) + "\n"
        return text

    def reply(self, body: dict[str, Any]) -> Any:
        """What one request would bring alone, in the protocol that it speaks."""
        if "max_tokens" in body and "seed" not in body:
            content = [{"type": "text", "text": "Answer: 9.8"}]
            usage = {"input_tokens": 100, "output_tokens": 10}
            return {
                "id": "m", "type": "message", "role": "assistant", "model": "m", "usage": usage,
                "content": content, "stop_reason": "end_turn", "stop_sequence": None,
            }  # fmt: skip
        message = {"role": "assistant", "content": "Answer: 9.8"}
        choice = {"finish_reason": "stop", "message": message}
        n = body.get("n", 1)
        return {
            "model": "m",
            "choices": [{**choice, "index": i} for i in range(n)],
            "usage": {"prompt_tokens": 100, "completion_tokens": 10 * n},
        }
