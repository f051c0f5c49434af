"""A plugin file for tests of the command line: the counting stub, and a task that it can do.

HARNESS_STUB_KILL_AT=n:DB kills the process by SIGKILL when call n begins, as soon as the database
DB holds a sample of an earlier call: no clean-up can run. HARNESS_STUB_HOLD_AT=n leaves all calls
from n on without an answer.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import harness
from harness.core import DataSource, Estimate, ModelSpec, Problem, Prompt, Scored, VerifierSpec

_spec = importlib.util.spec_from_file_location("harness_stub", Path(__file__).with_name("stub.py"))
assert _spec is not None
assert _spec.loader is not None
stub = importlib.util.module_from_spec(_spec)
sys.modules["harness_stub"] = stub
_spec.loader.exec_module(stub)


class Thirds:
    """Is the number 0, 1 or 2? The stub answers one of them at random."""

    name = "thirds"
    version = "1"
    summary = "guess one of three digits (for tests)"

    def load(self, source: DataSource) -> Sequence[Problem]:
        """Forty problems in clusters of four."""
        return [
            Problem(
                id=f"p{i}",
                question=f"Digit number {i}?",
                gold=str(i % 3),
                lure=str((i + 1) % 3),
                cluster=f"c{i // 4}",
            )
            for i in range(source.limit or 40)
        ]

    def prompt(self, problem: Problem) -> Prompt:
        """The question alone."""
        return Prompt.user(problem.question)

    def verifier(self) -> VerifierSpec:
        """Numbers."""
        return VerifierSpec("math")

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """None of its own."""
        return {}


def build(spec: ModelSpec) -> object:
    """The stub as a backend; `once` bills a prompt once a call, `lines3` writes sums."""
    lines = int(spec.name.removeprefix("lines") or 3) if spec.name.startswith("lines") else 0
    hold_at = int(os.environ.get("HARNESS_STUB_HOLD_AT", "0")) or None
    backend = stub.StubBackend(prompt_once=spec.name == "once", lines=lines, hold_at=hold_at)
    kill_at, _, database = os.environ.get("HARNESS_STUB_KILL_AT", "0").partition(":")

    def fail(_request: object, call: int) -> None:
        if call == int(kill_at):
            while not _samples(database):  # the writer thread is at it
                pass
            os.kill(os.getpid(), signal.SIGKILL)

    backend.fail = fail
    return backend


def _samples(database: str) -> int:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("SELECT count(*) FROM sample").fetchone()[0])


harness.register("models", "stub", build)
harness.register("rewards", "counting", stub.CountingReward)
harness.register("tasks", "thirds", Thirds)
