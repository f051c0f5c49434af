"""The body of a request: what a user adds to it, and leaves out of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.core import Request
from harness.models.options import Words


def shape(body: Mapping[str, Any], request: Request) -> tuple[Any, ...]:
    """The kind of request: its fields, and its thinking settings."""
    sampling = request.sampling
    return (tuple(sorted(body)), sampling.effort, sampling.thinking is None, bool(request.prefix))


def merged_with(body: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """`extra` merged into `body`, object by object, so that one nested field can be set or, with
    null, removed on its own."""
    merged = dict(body)
    for name, value in extra.items():
        if value is None:
            merged.pop(name, None)
            continue
        old = merged.get(name)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[name] = merged_with(old, value) if both else value  # type: ignore[arg-type] # as checked
    return merged


def without(body: Mapping[str, Any], names: Words) -> dict[str, Any]:
    """The body without some fields, at its top level or in its objects."""
    return {
        name: without(value, names) if isinstance(value, Mapping) else value
        for name, value in body.items()
        if name not in names
    }
