"""The reward of imported rows: scores that were given elsewhere and cannot be computed here."""

from __future__ import annotations

from collections.abc import Sequence

from harness.budgets import Caller, Graded
from harness.core import ModelInfo, UsageError

NAME = "given"


class GivenReward:
    """`reward=given`, or `reward=given:NAME` to name the model that gave them.

    Their cost is unknown.
    """

    has_model = False

    def __init__(self, argument: str | None = None) -> None:
        spec = f"reward:{NAME}" if argument is None else f"reward:{NAME}:{argument}"
        self.info = ModelInfo(spec=spec, name=argument or NAME, fingerprint=f"{spec}@1")

    async def score(self, caller: Caller, responses: Sequence[str]) -> list[Graded]:
        """UsageError: nothing can compute the scores."""
        raise UsageError(
            "reward=given is for imported rows that contain their scores (`harness import "
            "--field reward=…`); use a reward that can be computed, such as reward=steps"
        )
