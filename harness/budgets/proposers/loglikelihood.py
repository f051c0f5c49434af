"""`loglikelihood`: the model reads each given choice, and the likeliest counts.

How lm-eval scores its multiple-choice tasks (Gao et al. 2021, doi 10.5281/zenodo.5371628). Which
choice counts as the likeliest (by the sum, or for its length) is the task's metric.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from harness.budgets import options
from harness.budgets.grammar import Budget
from harness.budgets.strategy import Caller, Chain, Reward
from harness.core import UsageError


class Loglikelihood:
    """One reading of the prompt's choices: one sample that tells how likely each of them is."""

    size = 1
    family = "loglikelihood"
    exchangeable = True
    depth = 0
    needs_marks = False
    reads_choices = True

    def __init__(self, budget: Budget, reward: Reward | None = None) -> None:
        options.check_known(budget, ())
        if (budget.n, budget.width, budget.depth, budget.level) != (None,) * 4 or budget.ceilings:
            raise UsageError(
                f"budget {str(budget)!r}: loglikelihood reads each choice once, and takes no size "
                "and no ceiling"
            )

    def most_tokens(self, max_output_tokens: int) -> int:
        """Nothing is generated."""
        return 0

    async def propose(self, caller: Caller, n: int) -> AsyncGenerator[Chain, None]:
        """One chain of one sample: every reading is the same."""
        yield (await caller.likelihoods(),)
