"""What an eval tells while it runs. A terminal, a notebook or a log may listen."""

from __future__ import annotations

from typing import Protocol

from harness.core import Usage


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
        """Something that the user should read."""
        ...


class Silent:
    """Listens to nothing."""

    def planned(self, label: str, attempts: int, done: int) -> None:
        """Ignored."""

    def called(self, usage: Usage, samples: int) -> None:
        """Ignored."""

    def attempted(self, label: str, score: float | None) -> None:
        """Ignored."""

    def note(self, message: str) -> None:
        """Ignored."""
