"""Two commands on the same work: nothing is paid twice, and whatever is paid is in the ledger.

Real processes ask a real server on the loopback, which counts.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
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
        self.prompts: Counter[str] = Counter()  # requests by their whole text, seed included
        self.silent: dict[str, bool] = {}  # clients whose requests are not answered
        self.over = threading.Event()  # and nobody's are any more
        self.wait_for_all = True  # nobody is answered until both have asked
        self.lock = threading.Lock()
        self.asked: Counter[str] = Counter()
        self.tokens = 0
        self.all_here = threading.Event()

    def count(self, client: str, prompt: str) -> int:
        """One more request of a client; the number of completion tokens it is told."""
        with self.lock:
            self.asked[client] += 1
            self.prompts[prompt] += 1
            used = 3 + sum(self.asked.values()) % 5
            self.tokens += used
            if len(self.asked) == len(CLIENTS):
                self.all_here.set()
        return used


class _Handler(BaseHTTPRequestHandler):
    server: Counting

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        client = self.headers["Authorization"].removeprefix("Bearer ")
        used = self.server.count(client, json.dumps(body, sort_keys=True))
        if self.server.wait_for_all:
            assert self.server.all_here.wait(300)
        while self.server.silent.get(client, False):
            if self.server.over.wait(0.02):
                return
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
        counting.over.set()
        counting.shutdown()
        thread.join()


Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(server: Counting, harness_command: Path, tmp_path: Path) -> Start:
    """Starts a command for a client on the database `shared.sqlite`."""

    def go(
        client: str, *more: str, budget: str = "vote@3", command: Sequence[str | Path] = ()
    ) -> subprocess.Popen[bytes]:
        host = f"http://127.0.0.1:{server.server_port}/v1"
        words = [*(command or [harness_command]), "eval", "--quiet"]
        words += ["--db", tmp_path / "shared.sqlite", "--model", f"openai:m@{host}"]
        words += ["--task", "decimals", "--limit", "8", "--budget", budget, *more]
        return subprocess.Popen(words, env={**os.environ, "OPENAI_API_KEY": client})

    return go


def _ledger(db: Path) -> tuple[int, int, int, int]:
    """Calls, their output tokens, calls for samples that existed, samples."""
    with contextlib.closing(sqlite3.connect(db)) as connection:
        calls, tokens = connection.execute(
            "SELECT count(*), sum(output_tokens) FROM call"
        ).fetchone()
        [again] = connection.execute(
            "SELECT count(*) FROM call WHERE repeats IS NOT NULL"
        ).fetchone()
        [samples] = connection.execute("SELECT count(*) FROM sample").fetchone()
    with open_store(db) as store:
        assert verify(store)[1] == []
    return calls, tokens, again, samples


def test_nothing_is_paid_twice_and_both_share_the_work(
    server: Counting, start: Start, tmp_path: Path
):
    """The server answers nobody until both have asked; each has four of eight problems at once."""
    db = tmp_path / "shared.sqlite"
    processes = [start(client, "--concurrency", "4") for client in CLIENTS]
    assert [process.wait() for process in processes] == [0, 0]
    calls, tokens, again, samples = _ledger(db)
    assert (calls, tokens) == (sum(server.asked.values()), server.tokens)
    assert (calls, again, samples) == (24, 0, 24)
    assert set(server.prompts.values()) == {1}
    assert min(server.asked.values()) > 0
    assert sorted(p.name for p in tmp_path.iterdir() if "claims" in p.name) == []  # the last one


@pytest.mark.slow
def test_a_command_that_dies_leaves_its_claims(server: Counting, start: Start, tmp_path: Path):
    """One has asked for everything and is killed without an answer; the other waits no longer."""
    db, server.wait_for_all = tmp_path / "shared.sqlite", False
    server.silent["first"] = True
    alone = [sys.executable, "-m", "harness"]  # killed from outside
    dead = start("first", "--concurrency", "24", command=alone)
    while server.asked["first"] < 24:
        time.sleep(0.05)
    living = start("second")
    time.sleep(1.0)  # it may not have started yet: then it has nothing to wait for
    dead.kill()
    dead.wait()
    assert living.wait() == 0
    calls, _, again, samples = _ledger(db)
    assert (calls, again, samples) == (24, 0, 24)  # nobody was told what the first one's cost
    assert server.asked["second"] == 24


def test_other_work_on_one_database_waits_for_nothing(
    server: Counting, start: Start, tmp_path: Path
):
    """Other samples of the same problems: another temperature."""
    db, server.wait_for_all = tmp_path / "shared.sqlite", False
    server.silent["first"] = True
    first = start("first")
    while not server.asked["first"]:
        time.sleep(0.05)
    second = start("second", budget="vote@2:temperature=0.3")
    assert second.wait() == 0  # while the first is given no answer at all
    server.silent["first"] = False
    assert first.wait() == 0
    calls, _, again, samples = _ledger(db)
    assert (calls, again, samples) == (24 + 16, 0, 24 + 16)
    assert set(server.prompts.values()) == {1}


def test_what_has_no_locks_is_paid_twice_and_booked_twice(
    server: Counting, start: Start, tmp_path: Path
) -> None:
    """On a file system that refuses locks both ask; the ledger has every request."""
    db = tmp_path / "shared.sqlite"
    (tmp_path / "shared.sqlite-claims").mkdir()  # no file can be opened there
    processes = [start(client) for client in CLIENTS]
    assert [process.wait() for process in processes] == [0, 0]
    calls, tokens, again, samples = _ledger(db)
    assert (calls, tokens) == (sum(server.asked.values()), server.tokens)
    assert samples == 24
    assert again > 0  # at least what both asked for before anybody was answered
