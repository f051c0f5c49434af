"""Calls into a task's own code, announced one by one.

`harness tasks check` runs its checks in a child process and ends it if one of these calls takes
too long (`harness.cli.checking`). What built-in tasks do, and downloads of data sets, may take any
time and is not announced.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence

from harness.core import DataSource, Problem, Prompt, Scored, VerifierSpec
from harness.core.origin import is_builtin
from harness.core.protocols import Task

OURS = ""
"""Announced when no code of a task runs."""
_listeners: list[Callable[[str], None]] = []
_running: list[str] = [OURS]


@contextlib.contextmanager
def told_to(listener: Callable[[str], None]) -> Iterator[None]:
    """In this block, `listener` gets the name of each call that begins, and OURS at its end."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


@contextlib.contextmanager
def announced(what: str) -> Iterator[None]:
    """The block runs foreign code: `what`, as in "load"."""
    _running.append(what)
    _tell()
    try:
        yield
    finally:
        _running.pop()
        _tell()


@contextlib.contextmanager
def unlimited() -> Iterator[None]:
    """The block, such as a download, may take any time, also within an announced call."""
    with announced(OURS):
        yield


def _tell() -> None:
    for listener in _listeners:
        listener(_running[-1])


def of(task: object, method: str) -> contextlib.AbstractContextManager[None]:
    """Announces a call of a task's method, unless the task is built in."""
    return contextlib.nullcontext() if is_builtin(task) else announced(method)


def load(task: Task, source: DataSource) -> Sequence[Problem]:
    """`task.load(source)`, announced; so are the other functions."""
    with of(task, "load"):
        return task.load(source)


def prompt(task: Task, problem: Problem) -> Prompt:
    """`task.prompt(problem)`."""
    with of(task, "prompt"):
        return task.prompt(problem)


def verifier(task: Task) -> VerifierSpec:
    """`task.verifier()`."""
    with of(task, "verifier"):
        return task.verifier()


def metrics(task: Task, scored: Sequence[Scored]) -> Mapping[str, object]:
    """`task.metrics(scored)`."""
    with of(task, "metrics"):
        return task.metrics(scored)
