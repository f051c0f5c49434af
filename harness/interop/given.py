"""The reward of imported rows: scores that were given elsewhere, and cannot be asked for."""

from __future__ import annotations

from collections.abc import Sequence

from harness.budgets import Caller, Graded
from harness.core import ModelInfo, UsageError

NAME = "given"


class GivenReward:
    """`reward=given`, or `reward=given:NAME` to say which model gave them.

    What it cost to give them is unknown.
    """

    has_model = False

    def __init__(self, argument: str | None = None) -> None:
        spec = f"reward:{NAME}" if argument is None else f"reward:{NAME}:{argument}"
        self.info = ModelInfo(spec=spec, name=argument or NAME, fingerprint=f"{spec}@1")

    async def score(self, caller: Caller, responses: Sequence[str]) -> list[Graded]:
        """UsageError: there is nobody to ask."""
        raise UsageError(
            "reward=given is for imported rows that hold their scores (`harness import "
            "--field reward=…`); take a reward that can be asked, as reward=steps"
        )
