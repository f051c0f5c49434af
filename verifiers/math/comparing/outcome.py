"""The outcome of a comparison; a separate module, so that plain answers import nothing else."""

from __future__ import annotations

from typing import NamedTuple


class Outcome(NamedTuple):
    """`equal`: True, False, or None for "cannot tell"; `stage` says which stage settled it."""

    equal: bool | None
    stage: str
