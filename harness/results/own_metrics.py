"""Figures that a task computes itself, checked against their contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.core import Estimate, Scored, TaskSpec, UnknownNameError, registry
from harness.core.origin import blamed, describe, is_builtin, misfit


def own_metrics(label: str, scored: Sequence[Scored]) -> dict[str, Estimate]:
    """`task.metrics`; none if the task belongs to a plugin that is not loaded.

    PluginError if a third-party task fails, or returns something else.
    """
    spec = TaskSpec.parse(label)
    name = spec.name
    try:
        task = registry.make_task(spec)
    except UnknownNameError:
        return {}
    what = f"the task {name!r}"
    with blamed(what, task):
        found: Any = task.metrics(scored)
    if not is_builtin(task):
        expected = "a mapping from names to harness.core.Estimate"
        if not isinstance(found, Mapping):
            raise misfit(what, task, "metrics", f"gave {describe(found)}", expected)
        for key, value in found.items():
            if not isinstance(key, str) or not isinstance(value, Estimate):
                got = f"gave {describe(value)} for {key!r}"
                raise misfit(what, task, "metrics", got, expected)
    return dict(found)
