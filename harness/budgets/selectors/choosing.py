"""A base for selectors that only choose an answer: the expectation is computed for them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

from harness.budgets.selectors.tally import tally
from harness.budgets.selectors.weighted import MOST_SUBSETS, subsets
from harness.budgets.strategy import Judged
from harness.core import Status
from harness.core.hashing import derive_seed


class Choosing:
    """Subclasses have a `name` and `choose`; those with arguments also `args`.

    A budget of size k is scored by what it would choose from each k-subset of the pool: from all
    of them, or from 2,000 seeded ones if there are more. An attempt that is a unit has one.
    """

    name = ""

    @property
    def args(self) -> Mapping[str, str | int]:
        """The arguments that it was built with."""
        return {}

    def choose(self, answers: Sequence[Judged]) -> Judged:
        """One of the answers, given in the order in which they came."""
        raise NotImplementedError

    def expect(self, pool: Sequence[Judged], k: int) -> Mapping[Status, float]:
        """Probability of each status of the selected answer."""
        chosen = self._chosen(pool, k)
        return {status: count / len(chosen) for status, count in tally(chosen).items()}

    def error(self, pool: Sequence[Judged], k: int) -> float:
        """The standard error of the sampled probability of `correct`; 0 if it is exact."""
        if math.comb(len(pool), k) <= MOST_SUBSETS:
            return 0.0
        chosen = self._chosen(pool, k)
        scores = [judged.verdict.shares.get(Status.CORRECT, 0.0) for judged in chosen]
        return statistics.stdev(scores) / math.sqrt(len(scores))

    def _chosen(self, pool: Sequence[Judged], k: int) -> list[Judged]:
        """The choice from each subset; equal seeds give the same subsets."""
        rows = subsets(len(pool), k, derive_seed(self.name, len(pool), k))
        return [self.choose([pool[i] for i in row.nonzero()[0]]) for row in rows]
