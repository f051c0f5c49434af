"""An end for calls into a stranger's code that never end by themselves.

What should take no time (a selector's choice, a prompt, a constructor) is stopped where it is after
a minute; what is awaited, and a plugin's import, after ten; loading problems, which may download
them, after half an hour. Three things end a call, each where the one before cannot reach:

1. In the main thread an alarm raises `StillRunning` in it. That reaches Python code, and code in C
   that looks for signals as Python's own does: sleeps, locks, sockets, `re`, long arithmetic.
2. In other threads the watching thread has it raised at their next step of Python code.
3. A call that goes on all the same (it takes every exception, or is held within C) ends the process
   where that was allowed (`ends_process`: the command line), once what is queued is written.

Code in C that neither lets go of the interpreter nor looks for signals, as `sum` over an endless
iterator, stops the watching thread as well: that ends by SIGKILL alone. Verifiers run in processes
of their own, which are killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType

_LOOK_EVERY_S = 0.25
GRACE_S = 3.0
"""How long a call that was stopped may take to end."""


class StillRunning(BaseException):
    """A call has had its time. No `except Exception` of a stranger's stops it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a kind of call may take, by an environment variable or its default."""

    variable: str
    default_s: float
    times: int = 1

    def seconds(self) -> float:
        """The limit as it stands now."""
        try:
            said = float(os.environ.get(self.variable, self.default_s))
        except ValueError:
            said = self.default_s
        return self.times * (said if said > 0 else self.default_s)

    def passed(self) -> str:
        """How a call that had its time is told of."""
        return f"it was still running after {self.seconds():g} s ({self.variable} allows more)"


VARIABLE = "HARNESS_PLUGIN_SECONDS"
LOAD_VARIABLE = "HARNESS_LOAD_SECONDS"
QUICK = Limit(VARIABLE, 60)
"""For what should take no time."""
AWAITED = Limit(VARIABLE, 60, times=10)
"""For what is awaited."""
IMPORT = Limit(VARIABLE, 60, times=10)
"""For a plugin's file or module when it is imported, with all that it imports."""
LOAD = Limit(LOAD_VARIABLE, 1800)
"""For a task's `load`, which may download."""


@dataclass(eq=False, slots=True)
class _Call:
    thread: int
    deadline: float
    tell: Callable[[FrameType | None], str]
    stopped: bool = False


class _Watcher:
    """Stops calls whose time is over; its thread begins with the first of them."""

    def __init__(self) -> None:
        # Reentrant, as the alarm may come while its thread holds it.
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
        """The call is over; a second time for one call changes nothing."""
        with self._lock:
            if call not in self._calls:
                return
            self._calls.remove(call)
            if call.stopped:  # what was sent and has not come yet must not come later
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(call.thread), None)
        self._set_alarm()

    def _set_alarm(self) -> None:
        """For the first deadline of the main thread's calls; an alarm of somebody else's stays."""
        if not _has_alarm():
            return
        here = threading.get_ident()
        left = [c.deadline for c in list(self._calls) if c.thread == here and not c.stopped]
        if left:
            signal.signal(signal.SIGALRM, self._alarm)
            signal.setitimer(signal.ITIMER_REAL, max(min(left) - time.monotonic(), 1e-3))
        elif signal.getsignal(signal.SIGALRM) == self._alarm:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)

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
                        call.stopped = True
                        ctypes.pythonapi.PyThreadState_SetAsyncExc(
                            ctypes.c_ulong(call.thread), ctypes.py_object(StillRunning)
                        )
                    if now > call.deadline + GRACE_S and self.may_end_process:
                        stuck = call
            if stuck is not None:
                self.end_process(stuck.tell(sys._current_frames().get(stuck.thread)))

    def end_process(self, told: str) -> None:
        """One line, and exit code 1; what was paid for and has come is written before."""
        for save in self.savers:
            with contextlib.suppress(Exception):  # whatever fails now, the process must end
                save()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        os.write(2, f"harness: {told}\n".encode(errors="replace"))
        os._exit(1)


def _has_alarm() -> bool:
    """Whether this thread may set the alarm, and nobody else has."""
    if threading.current_thread() is not threading.main_thread():
        return False
    current = signal.getsignal(signal.SIGALRM) if hasattr(signal, "SIGALRM") else None
    return current in (signal.SIG_DFL, _watcher._alarm)


_watcher = _Watcher()


def _untold(_frame: FrameType | None) -> str:
    return "a plugin's code was still running"


@contextlib.contextmanager
def limited(seconds: float, tell: Callable[[FrameType | None], str] = _untold) -> Iterator[None]:
    """Raises StillRunning in the block once it has run so long; for blocks without `await`.

    `tell` says what was running, of the frame where it stands, should the process have to end.
    """
    call = _watcher.begin(seconds, tell)
    try:
        try:
            yield
        finally:
            _watcher.end(call)
    finally:  # again: the first may have been cut short by what it stops
        _watcher.end(call)


def end_process(told: str) -> None:
    """End the process with one line, where `ends_process` allows that."""
    if _watcher.may_end_process:
        _watcher.end_process(told)


@contextlib.contextmanager
def ends_process() -> Iterator[None]:
    """Within it, a call that nothing stops ends the process."""
    before, _watcher.may_end_process = _watcher.may_end_process, True
    try:
        yield
    finally:
        _watcher.may_end_process = before


@contextlib.contextmanager
def saves(save: Callable[[], None]) -> Iterator[None]:
    """Within it, `save` is called before a call that nothing stops ends the process."""
    _watcher.savers.append(save)
    try:
        yield
    finally:
        _watcher.savers.remove(save)
