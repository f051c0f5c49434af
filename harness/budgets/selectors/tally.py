"""How often each status was given, partial credit as a share of `correct`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from harness.budgets.strategy import Judged
from harness.core import Status


def tally(answers: Iterable[Judged]) -> dict[Status, float]:
    """The sum of what each verdict adds to each status: in all, as many as there are answers."""
    out: dict[Status, float] = defaultdict(float)
    for judged in answers:
        for status, share in judged.verdict.shares.items():
            out[status] += share
    return dict(out)
