"""Outcomes made by hand, and the command line in an empty folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from harness.core import Problem
from harness.results.outcomes import ProblemOutcome, RunOutcomes


def outcome(i: int, correct: float, cluster: str = "", **more: object) -> ProblemOutcome:
    """Problem i with a figure for all that is needed."""
    cluster = cluster or f"c{i}"
    given = {"lured": None, "ungraded": 0.0, "truncated": 0.0, "tokens": 10.0, "usd": None, **more}
    problem = Problem(id=f"p{i}", question="?", gold="1", cluster=cluster)
    return ProblemOutcome(
        id=f"p{i}", cluster=cluster, correct=correct, pool_correct=correct, problem=problem, **given
    )


@pytest.fixture
def make_run() -> Callable[..., RunOutcomes]:
    """A run of the given scores, one cluster a problem."""

    def make(scores: Sequence[float], **more: object) -> RunOutcomes:
        given = {
            "id": "r1",
            "model": "m",
            "task": "t",
            "budget": "greedy",
            "selector": "first",
            "planned": len(scores),
            "facts": {
                "task": "t",
                "task_version": "1",
                "data": "d",
                "prompts": "p",
                "verifier": "v@1",
            },
            "outcomes": tuple(outcome(i, s) for i, s in enumerate(scores)),
            **more,
        }
        return RunOutcomes(**given)

    return make
