"""Accuracy split by a property of the problems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from harness.core import Estimate, Problem, Scored, Status
from harness.stats import mean_interval


def by_factor(
    scored: Sequence[Scored],
    name: str,
    level: Callable[[Problem], object],
    status: Status = Status.CORRECT,
) -> Mapping[str, Estimate]:
    """Accuracy (or the rate of another status) at each level of a factor, keyed `name=level`.

    Intervals are by cluster.
    """
    groups: dict[str, list[Scored]] = defaultdict(list)
    for one in scored:
        groups[f"{name}={level(one.problem)}"].append(one)
    return {
        key: mean_interval(
            [one.statuses.get(status, 0.0) for one in group],
            [one.problem.cluster for one in group],
        )
        for key, group in sorted(groups.items())
    }
