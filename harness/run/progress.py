"""Progress events of an evaluation, and plain displays of them for logs and notebooks."""

from __future__ import annotations

import contextlib
import html
import importlib
import sys
import time
from collections.abc import Iterator
from typing import Any, Protocol

from harness.core import Usage
from harness.core.counting import counted

_LINE_EVERY_S = 5.0
_NOTEBOOK_EVERY_S = 0.5


class Observer(Protocol):
    """Receives events on the event loop's thread; must return quickly and never raise."""

    def planned(self, label: str, attempts: int, done: int) -> None:
        """A task's budgets are about to run: `attempts` in all, of which `done` are stored."""
        ...

    def called(self, usage: Usage, samples: int) -> None:
        """A call returned; its samples are on their way to the store."""
        ...

    def attempted(self, label: str, score: float | None) -> None:
        """An attempt ended, with the probability of a correct answer; None when it failed."""
        ...

    def note(self, message: str) -> None:
        """A note for the user."""
        ...


class Silent:
    """An observer that shows nothing."""

    def planned(self, label: str, attempts: int, done: int) -> None:
        """Ignored."""

    def called(self, usage: Usage, samples: int) -> None:
        """Ignored."""

    def attempted(self, label: str, score: float | None) -> None:
        """Ignored."""

    def note(self, message: str) -> None:
        """Ignored."""


class Meter:
    """Running totals of one task; every display shows `rate`, `accuracy` and `left`."""

    def __init__(self) -> None:
        self.start = time.monotonic()
        self.total = self.stored = self.done = self.failed = self.tokens = self.samples = 0
        self.score = 0.0

    def planned(self, attempts: int, done: int) -> None:
        """A task starts: its totals are zero."""
        self.__init__()  # type: ignore[misc]
        self.total, self.stored = attempts, done

    def called(self, usage: Usage, samples: int) -> None:
        """A call returned."""
        self.samples += samples
        self.tokens += usage.output_tokens or 0

    def attempted(self, score: float | None) -> None:
        """An attempt ended."""
        self.done += 1
        if score is None:
            self.failed += 1
        else:
            self.score += score

    @property
    def accuracy(self) -> str:
        """Running accuracy of the attempts made now."""
        graded = self.done - self.failed
        return f"{self.score / graded:.1%}" if graded else "–"

    @property
    def rate(self) -> str:
        """Generated tokens per second."""
        seconds = time.monotonic() - self.start
        return f"{self.tokens / seconds:,.0f} tok/s" if seconds > 0 else ""

    @property
    def left(self) -> str:
        """Time left, from the attempts so far."""
        if not self.done:
            return "?"
        seconds = (time.monotonic() - self.start) / self.done
        return f"{seconds * (self.total - self.stored - self.done):.0f}s"

    def line(self, label: str) -> str:
        """One line of text."""
        failed = f", {self.failed} failed" if self.failed else ""
        return (
            f"{label}: {self.stored + self.done}/{self.total} attempts{failed}, "
            f"{counted(self.samples, 'sample')}, {self.tokens:,} tokens, {self.rate}, "
            f"accuracy {self.accuracy}, {self.left} left"
        )


class PlainProgress:
    """A line on standard error every few seconds, for logs and pipes."""

    def __init__(self) -> None:
        self._meter = Meter()
        self._label = ""
        self._last = 0.0

    def __enter__(self) -> PlainProgress:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._line()

    def planned(self, label: str, attempts: int, done: int) -> None:
        """A task starts: print how much is already stored."""
        if self._label:
            self._line()
        self._label = label
        self._meter.planned(attempts, done)
        stored = f", {done} of them already stored" if done else ""
        self.note(f"{label}: {counted(attempts, 'attempt')}{stored}")
        self._last = time.monotonic()

    def called(self, usage: Usage, samples: int) -> None:
        """A call returned."""
        self._meter.called(usage, samples)

    def attempted(self, label: str, score: float | None) -> None:
        """An attempt ended: print a line if the last one is old enough."""
        self._meter.attempted(score)
        if time.monotonic() - self._last >= _LINE_EVERY_S:
            self._line()

    def note(self, message: str) -> None:
        """A note for the user."""
        sys.stderr.write(f"{message}\n")
        sys.stderr.flush()

    def _line(self) -> None:
        if self._meter.done:
            self._last = time.monotonic()
            self.note(self._meter.line(self._label))


class NotebookProgress:
    """One line per task in a notebook cell's output, rewritten in place."""

    def __init__(self, display: Any) -> None:
        self._display = display
        self._meter = Meter()
        self._label = ""
        self._last = 0.0
        self._handle: Any = None

    def __enter__(self) -> NotebookProgress:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._show()

    def planned(self, label: str, attempts: int, done: int) -> None:
        """A task starts, on its own line."""
        self._show()
        self._label, self._handle = label, None
        self._meter.planned(attempts, done)
        self._show()

    def called(self, usage: Usage, samples: int) -> None:
        """A call returned."""
        self._meter.called(usage, samples)
        self._sometimes()

    def attempted(self, label: str, score: float | None) -> None:
        """An attempt ended."""
        self._meter.attempted(score)
        self._sometimes()

    def note(self, message: str) -> None:
        """A note for the user."""
        self._display(_Line(message))

    def _sometimes(self) -> None:
        if time.monotonic() - self._last >= _NOTEBOOK_EVERY_S:
            self._show()

    def _show(self) -> None:
        if not self._label:
            return
        self._last = time.monotonic()
        line = _Line(self._meter.line(self._label))
        if self._handle is None:
            self._handle = self._display(line, display_id=True)
        else:
            self._handle.update(line)


class _Line:
    """A line of text for notebooks and terminals."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        return f"<code>{html.escape(self._text)}</code>"


def _notebook_display() -> Any:
    """IPython's `display` in a notebook kernel; None elsewhere."""
    ipython = sys.modules.get("IPython")  # a kernel has imported it already
    shell = None if ipython is None else ipython.get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return None
    return importlib.import_module("IPython.display").display


@contextlib.contextmanager
def shown(progress: Observer | bool | None) -> Iterator[Observer]:
    """The observer for `progress`: True shows, False does not, None shows in notebooks.

    It shows a line in the notebook's cell, or lines on standard error elsewhere.
    """
    if progress is not None and not isinstance(progress, bool):
        yield progress
        return
    display = _notebook_display()
    if progress is None and display is not None:
        progress = True
    if not progress:
        yield Silent()
        return
    with NotebookProgress(display) if display is not None else PlainProgress() as observer:
        yield observer
