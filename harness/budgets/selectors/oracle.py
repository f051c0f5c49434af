"""A perfect selector: solved if any sample is correct. Its score is coverage, pass@k."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from harness.budgets.selectors.exact import Exact
from harness.budgets.selectors.tally import tally
from harness.budgets.strategy import Judged
from harness.core import Status
from harness.stats import best_of_k, pass_at_k


def coverage(pool: Sequence[Judged], k: int) -> float:
    """pass@k (Chen et al. 2021, arXiv 2107.03374, eq. 1).

    With partial credit, the expected score of the best of k samples: the same for 0 and 1.
    Raises ValueError for k outside 1 … pool size.
    """
    counts = Counter(j.verdict.status for j in pool)
    if all(judged.verdict.score is None for judged in pool):
        return pass_at_k(len(pool), counts[Status.CORRECT], k)
    scores = [judged.verdict.shares.get(Status.CORRECT, 0.0) for judged in pool]
    chances = best_of_k(scores, k)
    return min(1.0, sum(s * chance for s, chance in zip(scores, chances, strict=True)))


class Oracle(Exact):
    """The best answer, which requires knowing the gold."""

    name = "oracle"

    def expect(self, pool: Sequence[Judged], k: int) -> Mapping[Status, float]:
        """Correct with probability `coverage`; the rest by the shares of the other statuses."""
        solved = coverage(pool, k)
        counts = tally(pool)
        counts.pop(Status.CORRECT, None)
        others = sum(counts.values())
        spread = {s: (1 - solved) * c / others for s, c in counts.items()} if others else {}
        return {Status.CORRECT: solved, **spread}
