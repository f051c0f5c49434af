"""Families of budgets: runs that share a pool of samples, in the order in which they are run."""

from __future__ import annotations

import math
from collections.abc import Sequence

from harness.run.plan import PlannedRun


def families(runs: Sequence[PlannedRun]) -> list[list[PlannedRun]]:
    """Runs that share a pool, grouped; the longest traces first, so that the rest can be cut."""
    groups: dict[str, list[PlannedRun]] = {}
    for run in runs:
        groups.setdefault(run.strategy.family, []).append(run)
    return sorted(groups.values(), key=lambda group: _shortness(group[0]))


def _shortness(run: PlannedRun) -> tuple[bool, float, float, int]:
    """Ceilings cut samples, the lower the shorter; so do shorter thinking limits."""
    budget = run.strategy.budget
    limits = {what: float(limit) for what, limit in budget.ceilings}
    tokens, usd = limits.get("tokens", math.inf), limits.get("usd", math.inf)
    return run.strategy.capped, -tokens, -usd, -run.strategy.proposer.depth
