"""Groups of lm-eval's tasks: which tasks they hold, and how lm-eval joins their scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.core import TaskGroup, UsageError
from harness.interop import lm_eval_index


def find_group(name: str) -> TaskGroup | None:
    """The tasks below a group, groups within it opened; None where a task has the name.

    UnknownNameError where nothing has. A tag counts as a group without a score. UsageError for a
    member with settings of its own.
    """
    found_as = lm_eval_index.find(name)
    if found_as.kind == "task":
        return None
    lm_eval_index.look_at_all()
    if found_as.kind == "tag":
        return TaskGroup(name=name, members=tuple(lm_eval_index.tagged(name)), weighted=None)
    from lm_eval.tasks._yaml_loader import load_yaml

    found: Mapping[str, Any] = load_yaml(found_as.file)
    members = tuple(dict.fromkeys(_members(name, found.get("task") or ())))
    if not members:
        raise UsageError(f"lm-eval:{name} is a group without tasks ({found_as.file.name})")
    return TaskGroup(name=name, members=members, weighted=_weighted(found))


def _members(group: str, entries: Any) -> Iterator[str]:
    for entry in [entries] if isinstance(entries, str) else entries:
        if isinstance(entry, str):
            inner = find_group(entry)
            yield from (entry,) if inner is None else inner.members
        elif "group" in entry:
            yield from _members(group, entry.get("task") or ())
        elif set(entry) == {"task"}:
            yield from _members(group, entry["task"])
        else:
            raise UsageError(
                f"lm-eval:{group}: its member {entry.get('task')!r} has settings of its own "
                f"({', '.join(sorted(set(entry) - {'task'}))}), which are not read: give its tasks "
                "one by one"
            )


def _weighted(found: Mapping[str, Any]) -> bool | None:
    entries = found.get("aggregate_metric_list")
    if not entries:
        return None
    first = entries[0] if isinstance(entries, Sequence) else entries
    return bool(first.get("weight_by_size", True))
