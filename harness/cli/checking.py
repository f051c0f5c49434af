"""`harness tasks check` in a child process, which a task's code may block or end.

The child announces each call into a task's own code, one line each on a pipe, with an empty line
when the call is over, and `_DONE` at its end. The parent ends it when such a call takes too long.
That works for all code, C code that blocks Python's signals and threads included, where
`harness.core.watch`, with its longer limits, does not reach.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import IO

from harness.core import HarnessError, PluginError
from harness.core.origin import foreign_place

_VARIABLE = "HARNESS_CHECK_PIPE"
_IMPORT = "its import"
_DONE = "."
_LOOK_EVERY_S = 0.1
_PLACE_S = 1.0  # to tell where a child stands
_PLACE = re.compile(rb'File "(.+)", line (\d+)')


def announcing() -> contextlib.AbstractContextManager[None] | None:
    """In the child: tells the parent about the block's calls. None in any other process."""
    pipe = os.environ.pop(_VARIABLE, None)
    return None if pipe is None else _announcing(int(pipe))


@contextlib.contextmanager
def _announcing(pipe: int) -> Iterator[None]:
    from harness.tasks import _calls

    os.set_inheritable(pipe, False)
    faulthandler.register(signal.SIGUSR1, file=pipe, all_threads=False)

    def tell(what: str) -> None:
        os.write(pipe, f"{what}\n".encode())

    with _calls.told_to(tell):
        try:
            yield
        finally:
            tell(_DONE)


def importing() -> contextlib.AbstractContextManager[None]:
    """In the child: the block imports a task's file."""
    from harness.tasks import _calls

    return _calls.announced(_IMPORT)


def check_apart(target: str, words: Sequence[str], seconds: float) -> int:
    """Run `harness tasks check` with these words in a child; its exit code.

    Raises PluginError if a call into a task's code takes more than `seconds`, or ends the process.
    """
    theirs = [sys.executable, "-P", "-m", "harness", "tasks", "check", *words, "--", target]
    reading, writing = os.pipe()
    env = {**os.environ, _VARIABLE: str(writing)}
    env["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        try:
            child = subprocess.Popen(theirs, env=env, pass_fds=[writing], start_new_session=True)
        finally:
            os.close(writing)
        try:
            with _told_to_end():
                return _Watched(target, child, pipe, seconds).code()
        finally:
            with contextlib.suppress(ProcessLookupError):  # what the code has started, too
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


@contextlib.contextmanager
def _told_to_end() -> Iterator[None]:
    """In this block, SIGTERM and SIGHUP raise SystemExit, so that the child is ended as well."""

    def end(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Watched:
    """The child that checks, seen from its parent."""

    def __init__(
        self, target: str, child: subprocess.Popen[bytes], pipe: IO[bytes], seconds: float
    ) -> None:
        self._target, self._child, self._pipe, self._seconds = target, child, pipe, seconds
        self._running = ""  # the call into a task's code, if any
        self._since = 0.0
        self._said = b""

    def code(self) -> int:
        """Its exit code, once it has ended by itself."""
        while (code := self._child.poll()) is None:
            self._listen(_LOOK_EVERY_S)
            if self._running and time.monotonic() - self._since > self._seconds:
                raise self._stuck()
        while self._listen(0):  # the last words
            pass
        if self._running != _DONE:
            raise self._ended(code)
        return code

    def _listen(self, seconds: float) -> bool:
        """Take in what comes in this time; whether anything came."""
        data = self._read(seconds)
        *lines, self._said = (self._said + data).split(b"\n")
        if lines:
            self._running, self._since = lines[-1].decode(), time.monotonic()
        return bool(data)

    def _read(self, seconds: float) -> bytes:
        ready = select.poll()
        ready.register(self._pipe, select.POLLIN)
        if not ready.poll(seconds * 1000):
            return b""
        data = self._pipe.read(1 << 16) or b""
        if not data:  # its code has closed the pipe: the process still has to end
            time.sleep(seconds)
        return data

    def _stuck(self) -> HarnessError:
        self._child.send_signal(signal.SIGUSR1)
        trace, until = b"", time.monotonic() + _PLACE_S
        while time.monotonic() < until and (data := self._read(0.1 if trace else _PLACE_S)):
            trace += data
        places = [(file.decode(errors="replace"), int(n)) for file, n in _PLACE.findall(trace)]
        place = foreign_place(places)
        at = f" ({place})" if place else ""
        if self._running == _DONE:
            return self._refused(
                f"{self._target}: a thread that its code started still runs {self._seconds:g} s "
                "after the checks, so that no command would end: make it a daemon, or end it"
            )
        return self._refused(
            f"{self._target}{at}: {self._running} was still running after {self._seconds:g} s "
            "(--seconds allows more)"
        )

    def _ended(self, code: int) -> HarnessError:
        how = f"exit code {code}" if code >= 0 else f"signal {-code}"
        what = self._running or "its code"
        return self._refused(
            f"{self._target}: {what} ended the whole process ({how}): let it return or raise an "
            "exception"
        )

    def _refused(self, said: str) -> HarnessError:
        """Exit code 2 for a file that cannot be imported, as everywhere."""
        return PluginError(said, exit_code=2 if self._running == _IMPORT else 1)
