"""What a comparison found. A module of its own, so that plain answers import no more than it."""

from __future__ import annotations

from typing import NamedTuple


class Outcome(NamedTuple):
    """`equal`: True, False, or None for "cannot tell"; `stage` says which stage settled it."""

    equal: bool | None
    stage: str
