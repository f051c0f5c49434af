"""`beam@16x4:reward=R`: beam search over steps (Snell et al. 2024, arXiv 2408.03314, sec. 5.2).

16 first steps are drawn and scored; the best 16/4 continue, with 4 continuations each. A finished
path leaves the search; the rest share 16 steps again, as in search-and-learn (Beeching et al.
2024), until there are 16 solutions, or 40 rounds are over.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from harness.budgets.search import StepSearch
from harness.budgets.strategy import Caller, Chain


class Beam(StepSearch):
    """n beams, width m."""

    async def propose(self, caller: Caller, n: int) -> AsyncGenerator[Chain, None]:
        """n solutions; they share the steps that they have in common."""
        async for path in self.steps.grow(caller, n, self.width):
            yield path.draws
