"""Outcomes made by hand, and a real server of a model that can be made worse, slow or dead."""

from __future__ import annotations

import contextlib
import json
import random
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from harness.core import Problem
from harness.results.outcomes import ProblemOutcome, RunOutcomes


def outcome(i: int, correct: float, cluster: str = "", **more: object) -> ProblemOutcome:
    """Problem i with a figure for all that is needed."""
    cluster = cluster or f"c{i}"
    given = {"lured": None, "ungraded": 0.0, "truncated": 0.0, "tokens": 10.0, "usd": None, **more}
    problem = Problem(id=f"p{i}", question="?", gold="1", cluster=cluster)
    return ProblemOutcome(
        id=f"p{i}", cluster=cluster, correct=correct, pool_correct=correct, problem=problem, **given
    )


@pytest.fixture
def make_run() -> Callable[..., RunOutcomes]:
    """A run of the given scores, one cluster a problem."""

    def make(scores: Sequence[float], **more: object) -> RunOutcomes:
        given = {
            "id": "r1",
            "model": "m",
            "task": "t",
            "budget": "greedy",
            "selector": "first",
            "planned": len(scores),
            "facts": {
                "task": "t",
                "task_version": "1",
                "data": "d",
                "prompts": "p",
                "verifier": "v@1",
            },
            "outcomes": tuple(outcome(i, s) for i, s in enumerate(scores)),
            **more,
        }
        return RunOutcomes(**given)

    return make


class Server(ThreadingHTTPServer):
    """Speaks /v1/chat/completions; answers `skill` of the prompts right, each by a hash of it.

    `words` multiplies the tokens of a reply; `noise` makes each reply another; `name` and
    `fingerprint` are what it says of itself. `status` is an error that it answers with (body
    `error`) from request number `broken_from` on; 0: it closes the connection, -1: it says nothing.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.skill, self.words, self.noise = 0.9, 1, False
        self.name, self.fingerprint = "m", "fp-1"
        self.status: int | None = None
        self.error, self.broken_from = "", 0
        self.requests, self.served = 0, 0
        self.over = threading.Event()
        self.lock = threading.Lock()

    @property
    def spec(self) -> str:
        return f"openai:m@http://127.0.0.1:{self.server_address[1]}/v1"

    def count(self) -> int:
        """Requests since the last time that this was asked."""
        with self.lock:
            done, self.requests = self.requests, 0
        return done

    def breaks(self, status: int, error: str = "", after: int = 0) -> None:
        """Fail so from here on, once `after` more requests are answered."""
        self.status, self.error, self.broken_from = status, error, self.served + after

    def reply(self, asked: dict[str, Any], request: int) -> dict[str, Any]:
        """The answer to a request, as OpenAI's interface has it."""
        prompt = asked["messages"][-1]["content"]
        number = re.search(r"\d+", prompt)[0]
        right = random.Random(prompt).random() < self.skill
        noise = f"Thought {request}. " if self.noise else ""
        text = f"{noise}Answer: {number if right else -1}"
        choices = [
            {
                "index": i,
                "message": {"role": "assistant", "content": text},
                "finish_reason": "stop",
            }
            for i in range(asked.get("n", 1))
        ]
        tokens = 5 * self.words * len(choices)
        usage = {"prompt_tokens": 10, "completion_tokens": tokens, "total_tokens": 10 + tokens}
        said = {"model": self.name, "system_fingerprint": self.fingerprint}
        return {**said, "choices": choices, "usage": usage}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        server = self.server
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with server.lock:
            server.requests += 1
            server.served += 1
            number = server.served
        if server.status is not None and number > server.broken_from:
            self._fail(server.status)
        else:
            self._say(200, server.reply(asked, number))

    def _fail(self, status: int) -> None:
        if status == 0:
            self.close_connection = True
        elif status < 0:
            self.server.over.wait(30)
        else:
            self._say(status, {"error": {"message": self.server.error}})

    def _say(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """A server on a free port, and a dead one afterwards."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


@pytest.fixture(scope="session")
def another_server() -> Callable[[], contextlib.AbstractContextManager[Server]]:
    """Starts a further server."""
    return running


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A running server, outside of any CI system."""
    for name in ("GITHUB_RUN_ID", "CI_PIPELINE_ID", "BUILD_TAG", "CIRCLE_WORKFLOW_ID"):
        monkeypatch.delenv(name, raising=False)
    with running() as server:
        yield server
