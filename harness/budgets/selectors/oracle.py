"""A perfect chooser: solved when any sample is correct. What it scores is coverage, pass@k."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from harness.budgets.selectors.exact import Exact
from harness.budgets.strategy import Judged
from harness.core import Status
from harness.stats import pass_at_k


class Oracle(Exact):
    """pass@k (Chen et al. 2021, arXiv 2107.03374, eq. 1)."""

    name = "oracle"

    def expect(self, pool: Sequence[Judged], k: int) -> Mapping[Status, float]:
        """Correct with probability pass@k; the rest by the shares of the other statuses."""
        counts = Counter(j.verdict.status for j in pool)
        solved = pass_at_k(len(pool), counts.pop(Status.CORRECT, 0), k)
        others = sum(counts.values())
        spread = {s: (1 - solved) * c / others for s, c in counts.items()} if others else {}
        return {Status.CORRECT: solved, **spread}
