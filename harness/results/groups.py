"""The figure of a group of tasks from the runs of its members, as lm-eval joins them.

Weighted by size it is the mean over all problems, else the plain mean of the members' accuracies
(`lm_eval.api.metrics.aggregate_subtask_metrics`). The interval takes the members as independent:
its standard error is the root of the sum of (weight x standard error)^2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.core import Estimate
from harness.results.views import RunReport
from harness.stats.special import normal_quantile

KEY = "groups"
"""In a run's manifest: the groups that it was measured for, by name, see `membership`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigure:
    """What a model's runs of a group's members come to under one budget.

    `accuracy` is None where the group states no score of its own.
    """

    group: str
    model: str
    budget: str
    tasks: int
    problems: int
    weighted: bool | None
    accuracy: Estimate | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "group": self.group,
            "model": self.model,
            "budget": self.budget,
            "tasks": self.tasks,
            "problems": self.problems,
            "weighted": self.weighted,
            "accuracy": None if self.accuracy is None else self.accuracy.to_json(),
        }


def membership(members: int, weighted: bool | None) -> dict[str, Any]:
    """What a member's run keeps of a group: how many members it has, and how they are joined."""
    return {"members": members, "weighted": weighted}


def group_figures(
    reports: Sequence[RunReport], groups: Mapping[str, Mapping[str, Any]] | None = None
) -> list[GroupFigure]:
    """A figure for each group of which a model has all members under one budget, complete.

    `groups` are those of each task, by its name; None: those that its run keeps.
    """
    found: dict[tuple[str, str, str], dict[str, RunReport]] = {}
    kept: dict[str, Mapping[str, Any]] = {}
    for report in reports:
        told = report.manifest.extra.get(KEY, {}) if groups is None else groups[report.task]
        for group, how in told.items():
            kept[group] = how
            runs = found.setdefault((group, report.model, report.budget), {})
            if report.status == "complete" and "accuracy" in report.metrics:
                runs[report.task] = report
    return [
        _figure(group, model, budget, list(runs.values()), kept[group]["weighted"])
        for (group, model, budget), runs in found.items()
        if len(runs) == kept[group]["members"]
    ]


def _figure(
    group: str, model: str, budget: str, runs: Sequence[RunReport], weighted: bool | None
) -> GroupFigure:
    return GroupFigure(
        group=group,
        model=model,
        budget=budget,
        tasks=len(runs),
        problems=sum(run.problems for run in runs),
        weighted=weighted,
        accuracy=None if weighted is None else joined(runs, weighted=weighted),
    )


def joined(runs: Sequence[RunReport], *, weighted: bool) -> Estimate:
    """The mean of the runs' accuracies, weighted by their problems or not."""
    sizes = [run.problems if weighted else 1 for run in runs]
    parts = [run.metrics["accuracy"] for run in runs]
    total = sum(sizes)
    value = math.fsum(p.value * n for p, n in zip(parts, sizes, strict=True)) / total
    z = normal_quantile(0.5 + parts[0].confidence / 2)
    errors = [(p.high - p.low) / (2 * z) for p in parts]
    half = (
        z * math.sqrt(math.fsum((n * e) ** 2 for n, e in zip(sizes, errors, strict=True))) / total
    )
    return Estimate(
        value=value,
        low=max(0.0, value - half),
        high=min(1.0, value + half),
        n=sum(p.n for p in parts),
        clusters=sum(p.clusters for p in parts),
        confidence=parts[0].confidence,
        method="members' intervals joined",
    )
