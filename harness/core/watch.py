"""Time limits for calls into third-party code.

Calls that should be quick (a selector's choice, a prompt, a constructor) are stopped after a
minute, imports after ten; loading problems, which may download, after half an hour; awaited calls,
and making an engine or a reward, after an hour. A call is stopped in one of three ways:

1. In the main thread an alarm raises `StillRunning`. It reaches Python code, and C code that checks
   for signals as Python's own does: sleeps, locks, sockets, `re`, arithmetic on huge integers.
2. In other threads the watching thread raises it at the next step of Python code.
3. A call that continues anyway (it swallows every exception, or is blocked in C) ends the process
   if that is allowed (`ends_process`: the command line), after queued rows are written.

C code that neither releases the interpreter lock nor checks for signals, such as `sum` over an
endless iterator, also stops the watching thread: only SIGKILL ends it. Verifiers run in separate
processes, which are killed.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found, unused-ignore]  # `signal` makes Enums, slowly
import contextlib
import ctypes
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType

_LOOK_EVERY_S = 0.25
GRACE_S = 3.0
"""Seconds that a stopped call may take to end."""


class StillRunning(BaseException):
    """A call ran out of time. Not caught by a plugin's `except Exception`."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The time limit of one kind of call: an environment variable, or the default."""

    variable: str
    default_s: float
    times: int = 1

    def seconds(self) -> float:
        """The limit in seconds."""
        try:
            said = float(os.environ.get(self.variable, self.default_s))
        except ValueError:
            said = self.default_s
        return self.times * (said if said > 0 else self.default_s)

    def passed(self) -> str:
        """The message for a call that ran out of time."""
        return f"it was still running after {self.seconds():g} s ({self.variable} allows more)"


VARIABLE = "HARNESS_PLUGIN_SECONDS"
LOAD_VARIABLE = "HARNESS_LOAD_SECONDS"
CALL_VARIABLE = "HARNESS_CALL_SECONDS"
QUICK = Limit(VARIABLE, 60)
"""For calls that should be quick."""
AWAITED = Limit(CALL_VARIABLE, 3600)
"""For awaited calls, and for making an engine or a reward, which may load weights."""
IMPORT = Limit(VARIABLE, 60, times=10)
"""For importing a plugin, with everything that it imports."""
LOAD = Limit(LOAD_VARIABLE, 1800)
"""For a task's `load`, which may download."""


@dataclass(eq=False, slots=True)
class _Call:
    thread: int
    deadline: float
    tell: Callable[[FrameType | None], str]
    stopped: bool = False
    sent: bool = False  # StillRunning, to the call's thread


def _take_what_was_sent() -> None:
    """What was sent to this thread and has not come yet comes here, so that it does not later.

    Sending None takes it back too, but leaves Python 3.11 and 3.12 looking for it at every step:
    slower for good, and in a traced thread (a debugger, coverage) for ever.
    """
    here = ctypes.c_ulong(threading.get_ident())
    with contextlib.suppress(StillRunning):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(here, ctypes.py_object(StillRunning))
        while True:
            pass


class _Watcher:
    """Stops calls that run out of time; its thread starts with the first call."""

    def __init__(self) -> None:
        # Reentrant: the alarm may arrive while the main thread holds it.
        self._lock = threading.RLock()
        self._calls: list[_Call] = []
        self._pid = 0
        self.may_end_process = False
        self.savers: list[Callable[[], None]] = []

    def begin(self, seconds: float, tell: Callable[[FrameType | None], str]) -> _Call:
        call = _Call(threading.get_ident(), time.monotonic() + seconds, tell)
        with self._lock:
            self._calls.append(call)
            if self._pid != os.getpid():  # none yet, or it stayed with the parent of a fork
                self._pid = os.getpid()
                self._calls = [call]
                threading.Thread(target=self._look, name="harness-watch", daemon=True).start()
        self._set_alarm()
        return call

    def end(self, call: _Call) -> None:
        """The call of this thread is over. Calling this twice is harmless."""
        with self._lock:
            if call not in self._calls:
                return
            self._calls.remove(call)
            if call.sent:
                _take_what_was_sent()
        self._set_alarm()

    def _set_alarm(self) -> None:
        """Set the alarm for the main thread's first deadline, unless somebody else uses it."""
        if not _has_alarm():
            return
        here = threading.get_ident()
        left = [c.deadline for c in list(self._calls) if c.thread == here and not c.stopped]
        if left:
            _signal.signal(_signal.SIGALRM, self._alarm)
            _signal.setitimer(_signal.ITIMER_REAL, max(min(left) - time.monotonic(), 1e-3))
        elif _signal.getsignal(_signal.SIGALRM) == self._alarm:
            _signal.setitimer(_signal.ITIMER_REAL, 0)
            _signal.signal(_signal.SIGALRM, _signal.SIG_DFL)

    def _alarm(self, _number: int, _frame: FrameType | None) -> None:
        here, now = threading.get_ident(), time.monotonic()
        over = [c for c in list(self._calls) if c.thread == here and now >= c.deadline]
        fresh = [c for c in over if not c.stopped]
        for call in fresh:
            call.stopped = True
        self._set_alarm()
        if fresh:
            raise StillRunning

    def _look(self) -> None:
        while True:
            time.sleep(_LOOK_EVERY_S)
            now, stuck = time.monotonic(), None
            with self._lock:
                for call in self._calls:
                    if now > call.deadline + _LOOK_EVERY_S and not call.stopped:
                        call.stopped = call.sent = True
                        ctypes.pythonapi.PyThreadState_SetAsyncExc(
                            ctypes.c_ulong(call.thread), ctypes.py_object(StillRunning)
                        )
                    if now > call.deadline + GRACE_S and self.may_end_process:
                        stuck = call
            if stuck is not None:
                self.end_process(stuck.tell(sys._current_frames().get(stuck.thread)))

    def end_process(self, told: str) -> None:
        """End with one line and exit code 1, after writing everything that was paid for."""
        for save in self.savers:
            with contextlib.suppress(Exception):  # whatever fails now, the process must end
                save()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        os.write(2, f"harness: {told}\n".encode(errors="replace"))
        os._exit(1)


def _has_alarm() -> bool:
    """Whether this is the main thread, and nobody else uses the alarm."""
    if threading.current_thread() is not threading.main_thread():
        return False
    current = _signal.getsignal(_signal.SIGALRM) if hasattr(_signal, "SIGALRM") else None
    return current in (_signal.SIG_DFL, _watcher._alarm)


_watcher = _Watcher()


def _untold(_frame: FrameType | None) -> str:
    return "a plugin's code was still running"


@contextlib.contextmanager
def limited(seconds: float, tell: Callable[[FrameType | None], str] = _untold) -> Iterator[None]:
    """Raises StillRunning in the block after its time limit; for blocks without `await`.

    `tell` makes the message, from the frame that is running, if the process has to end.
    """
    call = _watcher.begin(seconds, tell)
    try:
        try:
            yield
        finally:
            _watcher.end(call)
    finally:  # again: the first call may have been interrupted by StillRunning itself
        _watcher.end(call)


def end_process(told: str) -> None:
    """End the process with one line, if `ends_process` allows it."""
    if _watcher.may_end_process:
        _watcher.end_process(told)


@contextlib.contextmanager
def ends_process() -> Iterator[None]:
    """In this block, a call that cannot be stopped ends the process."""
    before, _watcher.may_end_process = _watcher.may_end_process, True
    try:
        yield
    finally:
        _watcher.may_end_process = before


@contextlib.contextmanager
def saves(save: Callable[[], None]) -> Iterator[None]:
    """In this block, `save` is called before such a call ends the process."""
    _watcher.savers.append(save)
    try:
        yield
    finally:
        _watcher.savers.remove(save)
