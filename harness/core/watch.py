"""An end for calls into a stranger's code that never end by themselves.

What should take no time (a selector's choice, a prompt) is stopped where it is after a minute; what
is awaited (an engine's reply, a reward's scores) may take ten times as long, as a server may. One
thread looks after all of them. It reaches Python code only: what hangs within a C function, as some
regular expressions do, goes on. Verifiers have processes of their own that are killed.
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
"""The environment variable that says how many seconds a quick call has."""

_DEFAULT_S = 60.0
_AWAITED = 10  # times as long
_LOOK_EVERY_S = 0.25


class StillRunning(BaseException):
    """A call has had its time. No `except Exception` of a stranger's stops it."""


def quick_s() -> float:
    """Seconds for what should take no time."""
    try:
        return float(os.environ.get(VARIABLE, _DEFAULT_S))
    except ValueError:
        return _DEFAULT_S


def awaited_s() -> float:
    """Seconds for what is awaited."""
    return _AWAITED * quick_s()


def too_long(seconds: float) -> str:
    """How a call that had its time is told of."""
    return f"it was still running after {seconds:g} s ({VARIABLE} allows more)"


@dataclass(eq=False, slots=True)
class _Call:
    thread: int
    deadline: float
    stopped: bool = False


class _Watcher:
    """Stops calls whose time is over; its thread begins with the first of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: set[_Call] = set()
        self._pid = 0

    def begin(self, seconds: float) -> _Call:
        call = _Call(threading.get_ident(), time.monotonic() + seconds)
        with self._lock:
            self._calls.add(call)
            if self._pid != os.getpid():  # none yet, or it stayed with the parent of a fork
                self._pid = os.getpid()
                threading.Thread(target=self._look, name="harness-watch", daemon=True).start()
        return call

    def end(self, call: _Call) -> None:
        with self._lock:
            self._calls.discard(call)
            if call.stopped:  # what was sent and has not come yet must not come later
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
    """Raises StillRunning in the block once it has run so long; for blocks without `await`."""
    call = _watcher.begin(seconds)
    try:
        yield
    finally:
        _watcher.end(call)
