"""`dvts@16x4:reward=R`: diverse verifier tree search (Beeching et al. 2024, search-and-learn).

16/4 independent subtrees; each draws 4 steps at a time and continues from the best of them, until
the best is a finished solution. The 4 of that last round are its answers, including unfinished
ones. This keeps the diversity that beam search loses by keeping the children of one good path.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from harness.budgets.search import Indices, StepSearch
from harness.budgets.strategy import Caller, Chain, side_by_side


class Dvts(StepSearch):
    """n/m subtrees of width m."""

    async def propose(self, caller: Caller, n: int) -> AsyncGenerator[Chain, None]:
        """The answers of the first subtree, then those of the second …"""
        subtrees = [
            self.steps.descend(caller, self.width, Indices(branch))
            for branch in range(n // self.width)
        ]
        async for path in side_by_side(caller, subtrees):
            yield path.draws
