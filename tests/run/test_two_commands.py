"""Two commands on the same work: what is paid twice stands twice in the ledger.

Two real processes ask a real server on the loopback, which answers nobody until both have asked.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from harness.store import open_store
from harness.store.verify import verify

CLIENTS = ("first", "second")


class Counting(ThreadingHTTPServer):
    """Speaks the chat protocol, and counts what each client asked and was told it used."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lock = threading.Lock()
        self.asked: Counter[str] = Counter()
        self.tokens = 0
        self.all_here = threading.Event()

    def count(self, client: str) -> int:
        """One more request of a client; the number of completion tokens it is told."""
        with self.lock:
            self.asked[client] += 1
            used = 3 + sum(self.asked.values()) % 5
            self.tokens += used
            if len(self.asked) == len(CLIENTS):
                self.all_here.set()
        return used


class _Handler(BaseHTTPRequestHandler):
    server: Counting

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        used = self.server.count(self.headers["Authorization"].removeprefix("Bearer "))
        assert self.server.all_here.wait(300)
        choices = [
            {
                "index": i,
                "message": {"role": "assistant", "content": "Answer: 1"},
                "finish_reason": "stop",
            }
            for i in range(body.get("n", 1))
        ]
        usage = {"prompt_tokens": 7, "completion_tokens": used, "total_tokens": 7 + used}
        reply = json.dumps({"model": "m", "choices": choices, "usage": usage}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[Counting]:
    with Counting() as counting:
        thread = threading.Thread(target=counting.serve_forever)
        thread.start()
        yield counting
        counting.shutdown()
        thread.join()


def test_every_request_that_was_answered_stands_in_the_ledger(
    server: Counting, harness_command: Path, tmp_path: Path
):
    db = tmp_path / "shared.sqlite"
    host = f"http://127.0.0.1:{server.server_port}/v1"
    command = [harness_command, "eval", "--quiet", "--db", str(db)]
    command += ["--model", f"openai:m@{host}", "--task", "decimals", "--limit", "5"]
    command += ["--budget", "vote@3"]
    processes = [
        subprocess.Popen(command, env={**os.environ, "OPENAI_API_KEY": client})
        for client in CLIENTS
    ]
    assert [process.wait() for process in processes] == [0, 0]
    with sqlite3.connect(db) as connection:
        [calls, tokens] = connection.execute(
            "SELECT count(*), sum(output_tokens) FROM call"
        ).fetchone()
        [twice] = connection.execute(
            "SELECT count(*) FROM call WHERE repeats IS NOT NULL"
        ).fetchone()
        [samples] = connection.execute("SELECT count(*) FROM sample").fetchone()
    connection.close()
    assert calls == sum(server.asked.values())
    assert tokens == server.tokens
    assert samples == 15  # each once, whoever brought it
    assert twice > 0  # at least what both asked for before anybody was answered
    with open_store(db) as store:
        assert verify(store)[1] == []
