"""What selectors by reward have in common: one value for an answer from the values of its steps.

`last` is the value of the last step, as process rewards that judge "right so far" are read (Snell
et al. 2024, arXiv 2408.03314); `prod` and `min` join the values of steps that are judged alone
(Lightman et al. 2023, arXiv 2305.20050); `mean` is their mean.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence

from harness.budgets.strategy import Judged
from harness.core import HarnessError

AGGREGATIONS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "last": lambda steps: steps[-1],
    "prod": math.prod,
    "min": min,
    "mean": statistics.fmean,
}


def joined(steps: Sequence[float], agg: str) -> float:
    """One value of all steps."""
    return AGGREGATIONS[agg](steps)


def reward_of(judged: Judged, agg: str) -> float:
    """The reward of one answer; HarnessError when it has none."""
    if judged.steps is None:
        raise HarnessError("an answer has no reward: run the same command again to score it")
    value = joined(judged.steps, agg)
    if math.isnan(value):
        raise HarnessError("a reward is NaN: an answer without a reward cannot be ranked")
    return value


class Rewarded:
    """Built with the aggregation, `agg`."""

    def __init__(self, agg: str = "last") -> None:
        self.agg = agg

    @property
    def args(self) -> Mapping[str, str | int]:
        """The aggregation."""
        return {"agg": self.agg}

    def value(self, judged: Judged) -> float:
        """The reward of one answer; -inf for a response without one, which is chosen last."""
        value = reward_of(judged, self.agg)
        return value if judged.verdict.key is not None else -math.inf
