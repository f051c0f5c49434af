"""How often each status was given, with partial credit as a share of `correct`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from harness.budgets.strategy import Judged
from harness.core import Status


def tally(answers: Iterable[Judged]) -> dict[Status, float]:
    """The sum of each verdict's contributions to the statuses, which total the answers."""
    out: dict[Status, float] = defaultdict(float)
    for judged in answers:
        for status, share in judged.verdict.shares.items():
            out[status] += share
    return dict(out)
