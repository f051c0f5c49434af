"""Best of n: the answer with the highest reward (Cobbe et al. 2021, arXiv 2110.14168)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from harness.budgets.selectors.rewarded import Rewarded
from harness.budgets.strategy import Judged
from harness.core import Status
from harness.stats import best_of_k


class Best(Rewarded):
    """The status of the best answer, as an exact expectation over k-subsets of the pool.

    A response without an answer is selected only if no other was drawn; ties are random.
    """

    name = "best"

    def expect(self, pool: Sequence[Judged], k: int) -> Mapping[Status, float]:
        """Probability of each status of the selected answer, by sorting the rewards."""
        chances = best_of_k([self.value(judged) for judged in pool], k)
        out: dict[Status, float] = defaultdict(float)
        for judged, chance in zip(pool, chances, strict=True):
            for status, share in judged.verdict.shares.items():
                out[status] += chance * share
        return dict(out)

    def error(self, pool: Sequence[Judged], k: int) -> float:
        """Exact."""
        return 0.0
