"""`lookahead@16x4+3:reward=R`: beam search scored k steps ahead (Snell et al. 2024, sec. 5.2).

Before a path is scored, 3 more steps are rolled out from it at temperature 0 and the reward is
computed at their end; then they are discarded. A round costs up to n(k+1) steps.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from harness.budgets.search import StepSearch
from harness.budgets.strategy import Caller, Chain


class Lookahead(StepSearch):
    """n beams, width m, k steps ahead."""

    needs_ahead = True

    async def propose(self, caller: Caller, n: int) -> AsyncGenerator[Chain, None]:
        """n solutions; they share the steps that they have in common."""
        async for path in self.steps.grow(caller, n, self.width, self.ahead):
            yield path.draws
