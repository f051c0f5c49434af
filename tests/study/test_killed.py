"""A study that is killed outright, several times at random moments, and goes on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import Study

from ..models.server import Answer, Server  # noqa: TID252 - it stands with the backends' tests

IN_FLIGHT = 2 * 3  # calls at a time, each for up to three samples
STUDY = """
limit = 9
max_output_tokens = 40
budgets = ["greedy", "vote@{{1,3}}"]
[[models]]
model = "openai:one@{url}"
name = "One"
concurrency = 2
[[models]]
model = "openai:two@{url}"
name = "Two"
concurrency = 2
[[tasks]]
task = "decimals"
[[tasks]]
task = "arithmetic"
limit = 5
"""


class Counted:
    """A server whose answer follows from what it is asked, and that counts what it is asked.

    It is the stand-in for a provider who bills each request. `reached(n)` waits for n requests.
    """

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self._changed = threading.Condition()
        self.server = Server(self._answer)

    def _answer(self, _number: int, body: dict[str, Any]) -> Answer:
        asked = json.dumps(body, sort_keys=True)
        digest = hashlib.sha256(asked.encode()).digest()
        with self._changed:
            self.seen[asked] += 1
            self._changed.notify_all()
        text = f"Answer: {digest[0] % 3}.{digest[1] % 10}"
        message = {"role": "assistant", "content": text}
        usage = {"prompt_tokens": 20, "completion_tokens": 5 + digest[2] % 20}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return Answer({"choices": [choice], "usage": usage})

    @property
    def requests(self) -> int:
        return sum(self.seen.values())

    def reached(self, count: int, process: subprocess.Popen[bytes]) -> None:
        """Return once so many requests came, or the process has ended by itself."""
        with self._changed:
            while self.requests < count and process.poll() is None:
                self._changed.wait(0.05)


@pytest.fixture
def provider() -> Iterator[Counted]:
    counted = Counted()
    yield counted
    counted.server.close()


def start(file: Path, db: Path) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "harness", "eval", "--study", str(file), "--db", str(db)]
    env = {**os.environ, "OPENAI_API_KEY": "none"}
    return subprocess.Popen(
        [*words, "--quiet"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def stored(db: Path) -> int:
    """Samples that are whole, each from a request of its own."""
    with contextlib.closing(sqlite3.connect(db)) as connection:
        query = "SELECT count(*) FROM sample WHERE cut_of IS NULL"
        return int(connection.execute(query).fetchone()[0])


def figures(file: Path, db: Path) -> list[Any]:
    reports = Study.load(file, db=db).reports()
    return [(r.id, r.status, r.metrics, r.charged, r.spent.output_tokens) for r in reports]


@pytest.mark.slow
def test_killed_five_times_it_ends_with_the_same_figures_and_pays_for_nothing_twice(
    tmp_path: Path, provider: Counted
) -> None:
    file = tmp_path / "study.toml"
    file.write_text(STUDY.format(url=provider.server.url), "utf-8")
    whole, killed = tmp_path / "whole.sqlite", tmp_path / "killed.sqlite"
    first = start(file, whole)
    assert (first.communicate()[1], first.returncode) == (b"", 0)
    once, distinct = provider.requests, len(provider.seen)
    assert once == distinct == (9 + 5) * 4 * 2
    moments = sorted(random.Random(20251128).sample(range(1, once), 5))
    provider.seen.clear()
    kills = 0
    for moment in moments:
        process = start(file, killed)
        provider.reached(moment, process)
        process.kill()
        process.communicate()
        kills += process.returncode == -9
    assert kills == 5
    before, kept = provider.requests, stored(killed)
    last = start(file, killed)
    assert last.communicate()[1].decode() == ""
    assert last.returncode == 0
    assert len(provider.seen) == distinct
    assert provider.requests - before == distinct - kept  # nothing that is stored is asked again
    # What had come and was not committed yet is lost as well: as much again at the most.
    assert before - kept <= kills * 2 * IN_FLIGHT
    assert figures(file, killed) == figures(file, whole)
    assert Study.load(file, db=killed).run().asked == 0
