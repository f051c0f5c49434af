"""Independent samples, with or without a thinking budget.

Covers `greedy`, `sample@n`, `vote@n` (repeated sampling, Brown et al. 2024, arXiv 2407.21787;
self-consistency, Wang et al. 2022, arXiv 2203.11171), `best@n` and `weighted@n` (Cobbe et al.
2021, arXiv 2110.14168), `think@n` or `…:think=n` (see `harness.budgets.answering`), `effort@level`
or `…:effort=level`, and `ask@n` or `…:ask=n` (see `harness.budgets.asking`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from harness.budgets import options
from harness.budgets.answering import (
    DEFAULT_TEMPERATURE,
    OPTIONS,
    Answering,
    AnswerProposer,
    sampling_of,
)
from harness.budgets.grammar import Budget
from harness.budgets.strategy import Caller, Chain, Reward
from harness.core import UsageError

_SINGLE = ("greedy", "think", "effort", "ask")
_OWN_OPTION = ("think", "effort", "ask")  # budgets whose size is this option of other budgets


class Independent(AnswerProposer):
    """n samples, each drawn independently; `think` limits the thinking tokens of each."""

    exchangeable = True

    def __init__(self, budget: Budget, reward: Reward | None = None) -> None:
        self._check(budget, reward)
        single = budget.name in _SINGLE
        self.size = 1 if single else budget.n or 1
        think = budget.n if budget.name == "think" else options.integer(budget, "think")
        sampling = sampling_of(budget, temperature=0.0 if single else DEFAULT_TEMPERATURE)
        if sampling.temperature == 0 and self.size > 1:
            raise UsageError(f"budget {str(budget)!r}: at temperature 0 all samples are the same")
        ask = budget.n if budget.name == "ask" else None
        self.answers = Answering(budget, think, sampling, ask)

    @staticmethod
    def _check(budget: Budget, reward: Reward | None) -> None:
        options.check_known(budget, (*OPTIONS, "select", *(("reward", "agg") if reward else ())))
        if budget.width is not None or budget.depth is not None:
            raise UsageError(f"budget {str(budget)!r}: {budget.name} takes one size, no x or +")
        if budget.name == "greedy" and (budget.n is not None or budget.option("temperature")):
            raise UsageError(f"budget {str(budget)!r}: greedy is one sample at temperature 0")
        name = budget.name
        if name in _OWN_OPTION and budget.option(name):
            raise UsageError(f"budget {str(budget)!r}: write {name}@n or vote@k:{name}=n")
        if name == "effort":
            if budget.level is None:
                raise UsageError(f"budget {str(budget)!r} needs a level: write effort@low")
            return
        if name == "ask" and budget.n == 0:
            raise UsageError(f"budget {str(budget)!r}: must ask for at least one token")
        if budget.name != "greedy" and budget.n is None:
            raise UsageError(f"budget {str(budget)!r} needs a size: write {budget.name}@16")
        if budget.name not in _SINGLE and budget.n == 0:
            raise UsageError(f"budget {str(budget)!r}: at least one sample is needed")

    @property
    def family(self) -> str:
        """Everything that shapes one sample."""
        return f"independent:{self.answers.identity}"

    async def propose(self, caller: Caller, n: int) -> AsyncGenerator[Chain, None]:
        """n chains: the answer alone, or thinking and answer."""
        async for chain in self.answers.stream(caller, range(n)):
            yield chain
