"""Counted nouns in messages."""

from __future__ import annotations


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with what it counts: `1 run`, `2,000 runs`; `many` where an "s" is not enough.

    A verb that depends on the number belongs to both: `counted(n, "run is", "runs are")`.
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
