"""GPU energy, shared among the calls in progress."""

from __future__ import annotations

from collections.abc import Callable


class Energy:
    """Shares the GPUs' energy among the calls in progress, as `shares` does with time.

    `find` returns a function that reads the joules drawn so far, or None; the first call uses
    it. Readings cover the whole board, whoever uses it, including the loading of weights.
    """

    def __init__(self, find: Callable[[], Callable[[], float] | None]) -> None:
        self._find = find
        self._read: Callable[[], float] | None = None
        self._found = False
        self._active = 0
        self._level = self._last = 0.0

    def begin(self) -> float:
        """A call starts; pass the return value to `end`."""
        if not self._found:
            self._found, self._read = True, self._find()
            self._last = self._now()
        self._advance()
        self._active += 1
        return self._level

    def end(self, began: float) -> float | None:
        """Joules of a call that ends; None without a meter."""
        self._advance()
        self._active -= 1
        return None if self._read is None else self._level - began

    def _advance(self) -> None:
        now = self._now()
        if self._active:
            self._level += (now - self._last) / self._active
        self._last = now

    def _now(self) -> float:
        if self._read is None:
            return 0.0
        try:
            return self._read()
        except OSError:  # a GPU has disappeared: from here on energy is unknown
            self._read = None
            return 0.0
