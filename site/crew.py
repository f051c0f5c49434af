"""Worker processes that compute reports and build pages in parallel, if there are many.

A worker opens the store itself, writes its files into the site's folder, and returns their names.
A job that fails in a worker is repeated by the parent, which raises any error. Workers are plain
subprocesses with pipes, so that no script needs a guard around `build`.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from harness.site.board_text import BoardText
from harness.site.source import Job, Recipe

MOST = 4
"""Workers; each takes about 140 MB."""
WORTH = 12
"""Jobs for each worker: it takes two seconds to start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """All that a worker has to know beforehand."""

    recipe: Recipe
    board: BoardText
    out: Path
    live: bool
    allow_secrets: bool
    plugins: tuple[str, ...]


class Crew:
    """The workers of one build, started when there is first enough to do; `end` ends them.

    Without a setup there are none.
    """

    def __init__(self, setup: Setup | None) -> None:
        self._setup = setup
        self._idle: queue.SimpleQueue[subprocess.Popen[bytes] | None] = queue.SimpleQueue()
        self._all: list[subprocess.Popen[bytes]] = []

    def do(self, jobs: Sequence[Job], *, start: bool = True) -> Iterator[Any]:
        """The result of each job, in order; None for one that is still to be done.

        `start`: workers are started for these jobs, if they are enough.
        """
        if start and not self._all and self._setup is not None:
            self._start(self._setup, size_for(len(jobs)))
        if not self._all:
            yield from [None] * len(jobs)
            return
        with ThreadPoolExecutor(len(self._all)) as threads:
            yield from threads.map(self._ask, jobs)

    def end(self, *, now: bool = False) -> None:
        """Once they have nothing more to do, or at once."""
        for worker in self._all:
            if now:
                worker.kill()
            with contextlib.suppress(OSError):
                assert worker.stdin is not None
                worker.stdin.close()
            worker.wait()
            assert worker.stdout is not None
            worker.stdout.close()
        self._all = []

    def _start(self, setup: Setup, size: int) -> None:
        self._all = [_start() for _ in range(size)]
        for worker in self._all:
            self._idle.put(worker if _sent(worker, setup) else None)

    def _ask(self, job: Job) -> Any:
        worker = self._idle.get()
        done = None
        try:
            if worker is not None and _sent(worker, job):
                assert worker.stdout is not None
                done = pickle.load(worker.stdout)  # noqa: S301 - from a child of our own
        except (OSError, EOFError, pickle.UnpicklingError):
            worker = None  # it died: the others go on
        finally:
            self._idle.put(worker)
        return done


@contextlib.contextmanager
def crew(setup: Setup | None) -> Iterator[Crew]:
    """A crew that is ended, at once where an error ends the build."""
    workers = Crew(setup)
    try:
        yield workers
    except BaseException:
        workers.end(now=True)
        raise
    workers.end()


def size_for(jobs: int) -> int:
    """The number of workers for this many jobs; fewer than two means none."""
    size = min(MOST, os.cpu_count() or 1, jobs // WORTH)
    return size if size > 1 else 0


def _start() -> subprocess.Popen[bytes]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen(
        [sys.executable, "-m", "harness.site.crew"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what it cannot do is done, and said, by us
        env=env,
        start_new_session=True,  # Ctrl-C is for the parent alone
    )


def _sent(worker: subprocess.Popen[bytes], value: Any) -> bool:
    try:
        body = pickle.dumps(value)
    except (pickle.PicklingError, TypeError, AttributeError):  # of a stranger's class
        return False
    assert worker.stdin is not None
    try:
        worker.stdin.write(body)
        worker.stdin.flush()
    except OSError:
        return False
    return True


def _work(asked: IO[bytes], told: IO[bytes]) -> None:
    """The life of a worker: a setup, then jobs until there are no more."""
    from harness.core.registry import load_plugin
    from harness.site.shop import Shop

    setup: Setup = pickle.load(asked)  # noqa: S301 - from our parent
    for plugin in setup.plugins:
        load_plugin(plugin)
    with Shop.of(setup) as shop:
        while True:
            try:
                job: Job = pickle.load(asked)  # noqa: S301 - from our parent
            except EOFError:
                return
            try:
                body = pickle.dumps(job.do(shop))
            except Exception:  # noqa: BLE001 - whatever it is, the parent does it, and raises it
                body = pickle.dumps(None)
            told.write(body)
            told.flush()


def main() -> None:
    """Work for the parent process, by standard input and output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a plugin prints is no answer
    _work(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
