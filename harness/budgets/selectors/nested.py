"""For revision chains: select an answer within each chain, then one across the chains.

As in Snell et al. 2024 (arXiv 2408.03314, sec. 6): each chain's winner represents the chain, then
the winners compete. Within a chain, ties go to the later answer, which has seen the earlier ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.budgets.selectors.aggregations import aggregation
from harness.budgets.selectors.best import Best
from harness.budgets.selectors.majority import Majority
from harness.budgets.selectors.rewarded import reward_of
from harness.budgets.selectors.weighted import Weighted
from harness.budgets.strategy import Judged, Selector
from harness.core import Status


class Nested:
    """`choose`: "vote", "last" (then a vote across), "best" or "weighted"; `length`: of a chain."""

    name = "nested"

    def __init__(self, choose: str = "vote", length: int = 1, agg: str = "last") -> None:
        self.choose, self.length, self.agg = choose, length, agg
        self._join = aggregation(agg)
        across: dict[str, Selector] = {"best": Best("last"), "weighted": Weighted("last")}
        self._across = across.get(choose, Majority())

    @property
    def args(self) -> Mapping[str, str | int]:
        """The arguments that it was built with."""
        return {"choose": self.choose, "length": self.length, "agg": self.agg}

    def expect(self, pool: Sequence[Judged], k: int) -> Mapping[Status, float]:
        """The selected answer of the whole attempt: `k` must be all of it."""
        winners = self._winners(pool, k)
        return self._across.expect(winners, len(winners))

    def error(self, pool: Sequence[Judged], k: int) -> float:
        """Exact: there are no subsets."""
        return 0.0

    def _winners(self, pool: Sequence[Judged], k: int) -> list[Judged]:
        if k != len(pool):
            raise ValueError(f"{k} answers wanted of {len(pool)}: revisions are a unit")
        chains = [pool[i : i + self.length] for i in range(0, len(pool), self.length)]
        return [self._within(chain) for chain in chains]

    def _within(self, chain: Sequence[Judged]) -> Judged:
        """The chain's answer; its value across chains is what won it here."""
        answered = [judged for judged in chain if judged.verdict.key is not None]
        if not answered or self.choose == "last":
            return chain[-1]
        if self.choose == "vote":
            return self._top(answered, [1.0] * len(answered))
        values = [reward_of(judged, self._join) for judged in answered]
        if self.choose == "weighted":
            return self._top(answered, values)
        place = max(range(len(answered)), key=lambda i: (values[i], i))
        return replace(answered[place], steps=(values[place],))

    @staticmethod
    def _top(answered: Sequence[Judged], weights: Sequence[float]) -> Judged:
        """The last member of the heaviest class, with the class's weight."""
        sums: dict[str | None, float] = defaultdict(float)
        latest: dict[str | None, int] = {}
        for i, (judged, weight) in enumerate(zip(answered, weights, strict=True)):
            sums[judged.verdict.key] += weight
            latest[judged.verdict.key] = i
        key = max(sums, key=lambda key: (sums[key], latest[key]))
        return replace(answered[latest[key]], steps=(sums[key],))
