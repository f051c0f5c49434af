"""Groups of tasks, opened: each member is a task of its own, with runs of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from harness.core import TaskSpec, registry
from harness.core.protocols import Grouped
from harness.results.groups import membership


def open_groups(specs: Iterable[TaskSpec]) -> dict[TaskSpec, dict[str, Any]]:
    """The tasks that are meant, each once, with the groups for which it is measured by name.

    A group's options are those of its members.
    """
    found: dict[TaskSpec, dict[str, Any]] = {}
    for spec in specs:
        task = registry.make("tasks", spec.name)
        group = task.group() if isinstance(task, Grouped) else None
        if group is None:
            found.setdefault(spec, {})
            continue
        kept = membership(len(group.members), group.weighted)
        for name in group.members:
            found.setdefault(TaskSpec(name, spec.options), {})[str(spec)] = kept
    return found
