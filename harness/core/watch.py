"""Time limits for calls into third-party code.

Calls that should be quick (a selector's choice, a prompt) are stopped after a minute; awaited ones
(an engine's reply, a reward's scores) may take ten times as long, as a server may. One thread
watches all of them. It can only stop Python code: a C function that hangs, such as some regular
expressions, continues. Verifiers run in separate processes that are killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

VARIABLE = "HARNESS_PLUGIN_SECONDS"
"""The environment variable with the number of seconds for a quick call."""

_DEFAULT_S = 60.0
_AWAITED = 10  # times as long
_LOOK_EVERY_S = 0.25


class StillRunning(BaseException):
    """A call ran out of time. Not caught by a plugin's `except Exception`."""


def quick_s() -> float:
    """Seconds for a quick call."""
    try:
        return float(os.environ.get(VARIABLE, _DEFAULT_S))
    except ValueError:
        return _DEFAULT_S


def awaited_s() -> float:
    """Seconds for an awaited call."""
    return _AWAITED * quick_s()


def too_long(seconds: float) -> str:
    """The message for a call that ran out of time."""
    return f"it was still running after {seconds:g} s ({VARIABLE} allows more)"


@dataclass(eq=False, slots=True)
class _Call:
    thread: int
    deadline: float
    stopped: bool = False


class _Watcher:
    """Stops calls that run out of time; its thread starts with the first call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: set[_Call] = set()
        self._pid = 0

    def begin(self, seconds: float) -> _Call:
        call = _Call(threading.get_ident(), time.monotonic() + seconds)
        with self._lock:
            self._calls.add(call)
            if self._pid != os.getpid():  # not started, or left in the parent of a fork
                self._pid = os.getpid()
                threading.Thread(target=self._look, name="harness-watch", daemon=True).start()
        return call

    def end(self, call: _Call) -> None:
        with self._lock:
            self._calls.discard(call)
            if call.stopped:  # an exception that is still pending must not arrive later
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(call.thread), None)

    def _look(self) -> None:
        while True:
            time.sleep(_LOOK_EVERY_S)
            with self._lock:
                for call in self._calls:
                    if not call.stopped and time.monotonic() > call.deadline:
                        call.stopped = True
                        ctypes.pythonapi.PyThreadState_SetAsyncExc(
                            ctypes.c_ulong(call.thread), ctypes.py_object(StillRunning)
                        )


_watcher = _Watcher()


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises StillRunning in the block after its time limit; for blocks without `await`."""
    call = _watcher.begin(seconds)
    try:
        yield
    finally:
        _watcher.end(call)
