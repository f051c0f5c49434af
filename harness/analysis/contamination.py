"""Public against fresh problems of a generated task: has a model seen the public ones?

The public seed is fixed and anyone may have trained on its problems; a fresh seed gives others of
the same kind, which nobody has. A model that is better on the public ones has seen them or was
lucky; the interval of the difference says which can be ruled out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.core import Estimate, ParameterError, TaskSpec, registry
from harness.core.protocols import Seeded
from harness.results.views import RunReport
from harness.stats import independent_difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Contamination:
    """One budget on the public and on the fresh problems of one task, by one model.

    `difference` is public minus fresh accuracy; `lure_rate` the same for the lure rate, None if
    the task has no lures. Both intervals account for each side's clusters.
    """

    model: str
    task: str
    fresh_task: str
    budget: str
    public: Estimate
    fresh: Estimate
    difference: Estimate
    lure_rate: Estimate | None

    def to_json(self) -> dict[str, Any]:
        """The fields for scripts."""
        return {
            "model": self.model,
            "task": self.task,
            "fresh_task": self.fresh_task,
            "budget": self.budget,
            "public": self.public.to_json(),
            "fresh": self.fresh.to_json(),
            "difference": self.difference.to_json(),
            "lure_rate": None if self.lure_rate is None else self.lure_rate.to_json(),
        }


def fresh_specs(specs: Iterable[TaskSpec], seed: int) -> dict[TaskSpec, TaskSpec]:
    """Each task with its fresh counterpart; ParameterError for a task without a seed."""
    found = {}
    for spec in specs:
        task = registry.make("tasks", spec.name)
        if not isinstance(task, Seeded):
            raise ParameterError(
                f"{{fresh_seed}}: the problems of task {spec.name} are not generated from a seed; "
                "leave it out, or evaluate that task on its own",
                fresh_seed=seed,
            )
        if any(name == "seed" for name, _ in spec.options):
            raise ParameterError(
                f"{{fresh_seed}} compares with the public seed, and {spec} sets another: "
                "leave out the option seed=",
                fresh_seed=seed,
            )
        if seed == task.public_seed or seed < 0:
            raise ParameterError(
                "{fresh_seed}: use a seed of at least 0 other than the public one", fresh_seed=seed
            )
        options = tuple(sorted((*spec.options, ("seed", str(seed)))))
        found[spec] = TaskSpec(spec.name, options)
    return found


def contaminations(
    reports: Sequence[RunReport], pairs: Mapping[TaskSpec, TaskSpec]
) -> list[Contamination]:
    """The comparison for each pair of tasks and each budget with problems on both."""
    by_place = {(report.task, report.budget): report for report in reports}
    found = []
    for public_spec, fresh_spec in pairs.items():
        for report in reports:
            other = by_place.get((str(fresh_spec), report.budget))
            if report.task != str(public_spec) or other is None:
                continue
            if "accuracy" in report.metrics and "accuracy" in other.metrics:
                found.append(_compare(report, other))
    return found


def _compare(public: RunReport, fresh: RunReport) -> Contamination:
    lures = [report.metrics.get("lure_rate") for report in (public, fresh)]
    return Contamination(
        model=public.model,
        task=public.task,
        fresh_task=fresh.task,
        budget=public.budget,
        public=public.accuracy,
        fresh=fresh.accuracy,
        difference=independent_difference(public.accuracy, fresh.accuracy),
        lure_rate=None
        if lures[0] is None or lures[1] is None
        else independent_difference(lures[0], lures[1]),
    )
