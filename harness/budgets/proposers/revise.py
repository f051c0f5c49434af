"""`revise@8`, `revise@4x2`: chains of revisions, parallel x sequential (Snell et al. 2024).

arXiv 2408.03314, sec. 6: each answer is drawn with the chain's last four answers before it. A
model trained to revise sees them in its own format; here they are earlier turns of the chat, each
followed by the request to look again, which any chat model can follow. `revise@8` is one chain of
eight answers. The first answers are those of `vote@n`, index by index.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

from harness.budgets import options
from harness.budgets.answering import (
    OPTIONS,
    Answering,
    AnswerProposer,
    sampling_of,
    without_thought,
)
from harness.budgets.grammar import Budget
from harness.budgets.strategy import Caller, Chain, Reward, side_by_side
from harness.core import Message, Prompt, UsageError

WINDOW = 4
REQUEST = (
    "Look at your answer again: check each step, and mend what is wrong. "
    "Then give the whole solution once more, and end it in the same form."
)


class Revise(AnswerProposer):
    """n concurrent chains, each of m sequential answers."""

    exchangeable = False
    depth = 0

    def __init__(self, budget: Budget, reward: Reward | None = None) -> None:
        options.check_known(budget, (*OPTIONS, "agg", "reward", "select", "window"))
        if not budget.n or budget.width == 0 or budget.depth is not None:
            raise UsageError(
                f"budget {str(budget)!r}: write revise@8 (one chain of 8 answers) or revise@4x2 "
                "(4 chains of 2)"
            )
        self.chains, self.length = (
            (1, budget.n) if budget.width is None else (budget.n, budget.width)
        )
        self.size = self.chains * self.length
        self.window = options.integer(budget, "window", low=1) or WINDOW
        sampling = sampling_of(budget)
        if sampling.temperature == 0 and self.chains > 1:
            raise UsageError(f"budget {str(budget)!r}: at temperature 0 all chains are the same")
        self.answers = Answering(budget, options.integer(budget, "think"), sampling)

    @property
    def family(self) -> str:
        """Everything that shapes the answers."""
        return f"revise@{self.chains}x{self.length}:{self.window},{self.answers.identity}"

    async def propose(self, caller: Caller, n: int) -> AsyncGenerator[Chain, None]:
        """The answers of the first chain in order, then those of the second …"""
        chains = (self._chain(caller, i) for i in range(self.chains))
        async for answer in side_by_side(caller, chains):
            yield answer

    async def _chain(self, caller: Caller, number: int) -> AsyncGenerator[Chain, None]:
        said: list[str] = []
        for turn in range(self.length):
            prompt = self._prompt(caller, said[-self.window :]) if said else None
            # Another index each turn: the same preceding text must not give the same answer.
            [answer] = await self.answers.draw(caller, [turn * self.chains + number], prompt=prompt)
            yield answer
            said.append(without_thought(answer[-1].response, caller.marks))

    def _prompt(self, caller: Caller, said: Sequence[str]) -> Prompt:
        """The problem with the answers so far; the oldest are left out if there is no room."""
        wanted = self.most_tokens(caller.max_output_tokens)
        for start in range(len(said)):
            prompt = revision_prompt(caller.prompt, said[start:])
            room = caller.room(prompt=prompt)
            if room is None or room >= wanted:
                break
        return prompt


def revision_prompt(prompt: Prompt, said: Sequence[str]) -> Prompt:
    """The chat so far: each answer as the assistant's turn, then the request to look again."""
    turns = [
        message
        for answer in said
        for message in (Message("assistant", answer), Message("user", REQUEST))
    ]
    return replace(prompt, messages=(*prompt.messages, *turns))
