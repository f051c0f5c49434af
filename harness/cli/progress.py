"""Progress on standard error: bars in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from harness.core import Usage
from harness.run.progress import Meter, PlainProgress


class BarProgress:
    """One bar per task, with rate, tokens, running accuracy and time left."""

    def __init__(self) -> None:
        self._meter = Meter()
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[detail]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._bar = self._bars.add_task("starting", total=None, detail="")

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def planned(self, label: str, attempts: int, done: int) -> None:
        """A task starts."""
        if self._meter.total == 0:
            self._bars.remove_task(self._bar)
        self._meter.planned(attempts, done)
        self._bar = self._bars.add_task(label, total=attempts, completed=done, detail="")

    def called(self, usage: Usage, samples: int) -> None:
        """A call returned."""
        self._meter.called(usage, samples)
        self._show()

    def attempted(self, label: str, score: float | None) -> None:
        """An attempt ended."""
        self._meter.attempted(score)
        self._bars.advance(self._bar)
        self._show()

    def note(self, message: str) -> None:
        """A note to print."""
        self._bars.console.print(message, markup=False)

    def _show(self) -> None:
        meter = self._meter
        detail = f"{meter.tokens:,} tok · {meter.rate} · accuracy {meter.accuracy}"
        if meter.failed:
            detail += f" · {meter.failed} failed"
        self._bars.update(self._bar, detail=detail)


def progress() -> BarProgress | PlainProgress:
    """The display that suits standard error."""
    return BarProgress() if sys.stderr.isatty() else PlainProgress()
