"""One worker process in which verifiers run, and the two pipes to it.

What runs there is `harness.verifiers.worker`; `harness.verifiers.pool` starts and ends these.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import json
import os
import select
import subprocess
import sys
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from harness.core import Problem, UsageError, Verdict, VerifierSpec
from harness.core.registry import by_hand, plugin_files

GRACE_S = 15.0  # for an outside program to be ended and read, on a busy machine too
START_S = 120.0  # a new worker imports its plugins in this time, on a busy machine too


class WorkerGoneError(Exception):
    """The worker died or ran over a limit; the message is the reason for its item's verdict."""


@dataclass(slots=True)
class Item:
    """A response to be judged, and the future that receives its verdict."""

    spec: VerifierSpec
    response: str
    problem: Problem
    truncated: bool
    future: Future[Verdict]
    queued: float
    started: bool = field(default=False)  # the future has been told that it runs


class Worker:
    """One worker process and the two pipes to it. Not thread-safe: each thread has its own."""

    def __init__(self, wall_s: float, cpu_s: float, memory_mb: int) -> None:
        self._wall_s = wall_s
        self._buffer = b""
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "harness.verifiers.worker", str(memory_mb), str(cpu_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=env,
            start_new_session=True,  # Ctrl-C is for the parent alone
        )
        try:
            self._read_line(START_S)
        except WorkerGoneError:
            self.kill()
            raise

    def load(self, item: Item) -> None:
        """Load what an item needs, without judging it."""
        self.send([item], judge=False)

    def send(self, chunk: list[Item], *, judge: bool = True) -> None:
        """Hand over a chunk; its replies come in the same order."""
        problems = {id(item.problem): item.problem for item in chunk}
        place = {key: i for i, key in enumerate(problems)}
        message = {
            "judge": judge,
            "plugins": list(plugin_files()),
            "classes": {item.spec.name: code for item in chunk if (code := _sent(item.spec.name))},
            "problems": [json.dumps(problem.to_json()) for problem in problems.values()],
            "items": [
                {
                    "name": item.spec.name,
                    "args": dict(item.spec.args),
                    "response": item.response,
                    "problem": place[id(item.problem)],
                    "truncated": item.truncated,
                }
                for item in chunk
            ],
        }
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise WorkerGoneError("its worker process died") from error
        self._read_line(START_S)  # its verifiers are loaded

    def reply(self) -> dict[str, Any]:
        """The next item's reply; raises WorkerGoneError after the wall limit.

        A verifier that runs an outside program announces how long that may take.
        """
        reply = _read(self._read_line(self._wall_s))
        if "wall_s" in reply:
            reply = _read(self._read_line(max(self._wall_s, reply["wall_s"] + GRACE_S)))
        return reply

    def _read_line(self, limit_s: float) -> bytes:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        poller = select.poll()
        poller.register(descriptor, select.POLLIN | select.POLLHUP)
        deadline = time.monotonic() + limit_s
        while b"\n" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not poller.poll(left * 1000):
                raise WorkerGoneError(f"stopped after {limit_s:g} s")
            data = os.read(descriptor, 1 << 16)
            if not data:
                raise WorkerGoneError(self._obituary())
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _obituary(self) -> str:
        code = self._process.wait()
        if code == -24:  # SIGXCPU, from the kernel
            return "stopped at the limit of CPU time"
        if code in (-9, 77):
            return "stopped at the limit of memory"
        return f"its worker process died ({'signal' if code < 0 else 'exit code'} {abs(code)})"

    def abort(self) -> None:
        """End the process from another thread; the reading thread sees the pipe close."""
        self._process.kill()

    def kill(self) -> None:
        """End the process and free its pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                # bytes may still be buffered for a process that is gone
                with contextlib.suppress(OSError):
                    pipe.close()


def _read(line: bytes) -> dict[str, Any]:
    try:
        reply = json.loads(line)
    except ValueError:
        reply = None
    if not isinstance(reply, dict):
        raise WorkerGoneError("its worker process gave what is no reply")
    return reply


@functools.cache
def _pickled(plugin: Any) -> str:
    import dill  # a part of `datasets`; only for classes that stand in no file

    # With what it names: of a notebook's or a script's own module dill sends the name alone, and
    # in a worker that is another module.
    return base64.b64encode(dill.dumps(plugin, recurse=True)).decode()


def _sent(name: str) -> str | None:
    """A verifier registered by hand (in a notebook, say), for a worker that cannot import it."""
    plugin = by_hand("verifiers", name)
    if plugin is None:
        return None
    try:
        return _pickled(plugin)
    except Exception as error:  # pickling a stranger's object may raise anything
        raise UsageError(
            f"the verifier {name!r} cannot be sent to a worker process: {type(error).__name__}: "
            f"{error}; write it to a file, and load that with load_plugin"
        ) from error
