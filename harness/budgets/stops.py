"""Stop rules: when a vote is settled (`adaptive@40:stop=beta`), one per class.

Registered under `harness.stops` as a class; its keyword arguments are options of the budget.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

from harness.core import UsageError
from harness.core.origin import blamed, describe, misfit, version_of


class StopRule(Protocol):
    """Decides how many more samples a vote needs."""

    def more(self, votes: Sequence[int], drawn: int) -> int:
        """How many samples to draw before asking again; 0: the vote is settled.

        `votes` are the counts of the answers so far, largest first; `drawn` the samples so far,
        including those without an answer. All of these are requested at once, so a rule that
        wastes none returns what the leader would still need if all of them were its votes.
        """
        ...


class Beta:
    """Adaptive-Consistency (Aggarwal et al. 2023, arXiv 2305.11860), the Beta criterion.

    With a votes for the first answer and b for the second, the first is the true majority of the
    two with probability P(Beta(a+1, b+1) > 1/2), which is P(Binomial(a+b+1, 1/2) <= a). Above
    `p`, sampling stops.
    """

    version = "1"

    def __init__(self, p: float = 0.95) -> None:
        if not 0.5 <= p < 1:
            raise UsageError(
                f"p={p:g} must be a number from 0.5 on and below 1: no vote is ever certain"
            )
        self.p = p

    def more(self, votes: Sequence[int], drawn: int) -> int:
        """See `StopRule`."""
        first, second = [*votes, 0, 0][:2]
        if first and settled(first, second) > self.p:
            return 0
        return votes_needed(first, second, self.p)


class Stopping:
    """A rule named in a budget; a third-party one is checked against its contract."""

    def __init__(self, name: str, rule: Any) -> None:
        self._what, self._rule = f"the stop rule {name!r}", rule
        given = ",".join(f"{k}={v}" for k, v in sorted(vars(rule).items()) if k[0] != "_")
        self.identity = f"stop={name},{given},{version_of(rule)}"

    def more(self, votes: Sequence[int], drawn: int) -> int:
        """See `StopRule`."""
        with blamed(self._what, self._rule):
            more = self._rule.more(votes, drawn)
        if not isinstance(more, int) or more < 0:
            raise misfit(
                self._what, self._rule, "more", f"gave {describe(more)}", "a whole number from 0 on"
            )
        return more


def settled(first: int, second: int) -> float:
    """Probability that an answer with `first` votes is truly ahead of one with `second`.

    P(p > 1/2) for p ~ Beta(first + 1, second + 1), exact: the sum over whole binomials.
    """
    n = first + second + 1
    ways: int = sum(math.comb(n, i) for i in range(first + 1))
    return ways / (1 << n)


def votes_needed(first: int, second: int, p: float) -> int:
    """How many more consecutive votes settle the leader's win; at least 1."""
    more = 1
    while settled(first + more, second) <= p:
        more += 1
    return more
