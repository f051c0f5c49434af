"""`adaptive@40:p=0.95`: votes are drawn until the winner is settled (Adaptive-Consistency).

Aggarwal et al. 2023 (arXiv 2305.11860), the Beta criterion: with a votes for the first answer and
b for the second, the first is the true majority of the two with probability
P(Beta(a+1, b+1) > 1/2), which is P(Binomial(a+b+1, 1/2) <= a). Above p, sampling stops.

The samples are those of `vote@n`, index for index. They are asked for in the largest groups that
can waste none: as many at once as the leader would still need if all of them were its votes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import AsyncGenerator, Sequence

from harness.budgets import options
from harness.budgets.answering import OPTIONS, Answering, AnswerProposer, sampling_of
from harness.budgets.grammar import Budget
from harness.budgets.strategy import Caller, Chain, Reward
from harness.core import UsageError


def settled(first: int, second: int) -> float:
    """Probability that an answer with `first` votes is ahead of one with `second` for good.

    P(p > 1/2) for p ~ Beta(first + 1, second + 1), exact: the sum over whole binomials.
    """
    n = first + second + 1
    ways: int = sum(math.comb(n, i) for i in range(first + 1))
    return ways / (1 << n)


def votes_needed(first: int, second: int, p: float) -> int:
    """How many more votes in a row settle the leader's win; at least 1."""
    more = 1
    while settled(first + more, second) <= p:
        more += 1
    return more


def replay(keys: Sequence[str | None], p: float = 0.95) -> int:
    """How many of these answers, in their order, the rule would have drawn.

    `keys` are the classes of a pool's answers (None: no answer, no vote). For pools that were
    drawn whole, an imported one's say: the first so many are the attempt, and its cost.
    """
    votes: Counter[str] = Counter()
    done = 0
    while done < len(keys):
        first, second, *_ = [count for _, count in votes.most_common(2)] + [0, 0]
        if first and settled(first, second) > p:
            break
        more = min(votes_needed(first, second, p), len(keys) - done)
        votes.update(key for key in keys[done : done + more] if key is not None)
        done += more
    return done


class Adaptive(AnswerProposer):
    """At most n samples; the vote over those drawn decides."""

    exchangeable = False

    def __init__(self, budget: Budget, reward: Reward | None = None) -> None:
        options.check_known(budget, (*OPTIONS, "p"))
        if not budget.n or budget.width is not None or budget.depth is not None:
            raise UsageError(f"budget {str(budget)!r}: write adaptive@40, at most 40 samples")
        p = options.number(budget, "p", low=0.5, high=1)
        self.p = 0.95 if p is None else p
        if self.p == 1:
            raise UsageError(f"budget {str(budget)!r}: no vote is ever certain; p must be below 1")
        self.size = budget.n
        sampling = sampling_of(budget)
        if sampling.temperature == 0 and self.size > 1:
            raise UsageError(f"budget {str(budget)!r}: at temperature 0 all samples are the same")
        self.answers = Answering(budget, options.integer(budget, "think"), sampling)

    @property
    def family(self) -> str:
        """Another n or p stops elsewhere; the samples are shared through the store."""
        return f"adaptive@{self.size}:p={self.p},{self.answers.identity}"

    async def propose(self, caller: Caller, n: int) -> AsyncGenerator[Chain, None]:
        """Chains in the order of their indices, until the vote is settled."""
        done = 0
        votes: Counter[str] = Counter()
        while done < n:
            ranked = [count for _, count in votes.most_common(2)] + [0, 0]
            if ranked[0] and settled(ranked[0], ranked[1]) > self.p:
                break
            more = min(votes_needed(ranked[0], ranked[1], self.p), n - done)
            drawn: list[Chain] = []
            async for chain in self.answers.stream(caller, range(done, done + more)):
                drawn.append(chain)
                yield chain
            verdicts = await caller.verdicts([chain[-1] for chain in drawn])
            votes.update(v.key for v in verdicts if v.key is not None)
            done += more
