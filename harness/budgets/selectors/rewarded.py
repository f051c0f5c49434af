"""Base of selectors by reward: one value per answer from its step values."""

from __future__ import annotations

import math
from collections.abc import Mapping

from harness.budgets.selectors.aggregations import Aggregation, aggregation
from harness.budgets.strategy import Judged
from harness.core import HarnessError


def reward_of(judged: Judged, join: Aggregation) -> float:
    """The reward of one answer; HarnessError if it has none."""
    if judged.steps is None:
        raise HarnessError("an answer has no reward: run the same command again to score it")
    value = join(judged.steps)
    if math.isnan(value):
        raise HarnessError("a reward is NaN: an answer without a reward cannot be ranked")
    return value


class Rewarded:
    """Built with the aggregation, `agg`."""

    def __init__(self, agg: str = "last") -> None:
        self.agg, self._join = agg, aggregation(agg)

    @property
    def args(self) -> Mapping[str, str | int]:
        """The aggregation."""
        return {"agg": self.agg}

    def value(self, judged: Judged) -> float:
        """The reward of one answer; -inf for a response without one, which is selected last."""
        value = reward_of(judged, self._join)
        return value if judged.verdict.key is not None else -math.inf
