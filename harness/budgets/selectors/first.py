"""No selection: one sample, taken as is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.budgets.selectors.exact import Exact
from harness.budgets.selectors.tally import tally
from harness.budgets.strategy import Judged
from harness.core import Status


class First(Exact):
    """The status of a random sample of the pool; with one sample, its own."""

    name = "first"

    def expect(self, pool: Sequence[Judged], k: int) -> Mapping[Status, float]:
        """The share of each status; k does not matter, since the first of k is a random one."""
        if not 1 <= k <= len(pool):
            raise ValueError(f"{k} samples wanted from a pool of {len(pool)}")
        return {status: count / len(pool) for status, count in tally(pool).items()}
