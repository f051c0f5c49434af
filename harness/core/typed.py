"""Parsing tables of a file (TOML, YAML, JSON) into frozen dataclasses, with errors that name keys.

msgspec checks values against the annotations, but does not report unknown keys of dataclasses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from harness.core.errors import UnknownNameError

T = TypeVar("T")

_WORDS = {"`int`": "a whole number", "`float`": "a number", "`str`": "text", "`array`": "a list",
          "`object`": "a table", "`bool`": "true or false", "`null`": "nothing"}  # fmt: skip


def read_table(raw: Any, kind: type[T]) -> tuple[T | None, list[str]]:
    """The dataclass made from a table, or None and the errors, one line each."""
    if faults := list(unknown_keys(raw, kind)):
        return None, faults
    try:
        return msgspec.convert(raw, kind), []
    except msgspec.ValidationError as error:
        return None, [*_by_name(raw, kind)] or [_said(error)]


def _by_name(raw: Any, kind: type[Any]) -> Iterator[str]:
    """What is wrong in tables that are keyed by name: msgspec does not say in which entry."""
    for field, wanted in get_type_hints(kind).items():
        entries = raw.get(field) if isinstance(raw, Mapping) else None
        if get_origin(wanted) is not dict or not isinstance(entries, Mapping):
            continue
        for name, one in entries.items():
            try:
                msgspec.convert(one, get_args(wanted)[1])
            except msgspec.ValidationError as error:
                said = _said(error)
                inside = " - at " in str(error)
                yield f"{field}.{name}{'.' if inside else ': '}{said}"


def unknown_keys(value: Any, kind: Any, where: str = "") -> Iterator[str]:
    """Keys that the dataclass, or one nested in it, does not have."""
    if isinstance(value, list):
        [inner, *_] = [*map(_dataclass, get_args(kind)), None]
        for number, one in enumerate(value, 1) if inner is not None else ():
            yield from unknown_keys(one, inner, f"{where} #{number}")
    if get_origin(kind) is dict and isinstance(value, Mapping):  # by name
        for name, one in value.items():
            yield from unknown_keys(one, get_args(kind)[1], f"{where}.{name}" if where else name)
    if not is_dataclass(kind) or not isinstance(value, Mapping):
        return
    types = get_type_hints(kind)
    for name, inner in value.items():
        if name not in types:
            known = [f.name for f in fields(kind)]
            place = f"{where}: " if where else ""
            yield f"{place}{UnknownNameError('key', str(name), known)}"
        else:
            wanted = types[name]
            inner_kind = wanted if get_origin(wanted) in (tuple, dict) else _dataclass(wanted)
            yield from unknown_keys(inner, inner_kind, f"{where}.{name}" if where else name)


def _dataclass(kind: Any) -> Any:
    """The dataclass of an annotation, alone or as an alternative to None."""
    return next((k for k in (kind, *get_args(kind)) if is_dataclass(k)), None)


def _said(error: msgspec.ValidationError) -> str:
    """A msgspec message with the place as a reader of the file would name it."""
    message, _, path = str(error).partition(" - at ")
    place = re.sub(r"\[(\d+)\]", lambda m: f" #{int(m[1]) + 1}", path.strip("`").lstrip("$."))
    message = message.replace("Object missing required field", "a key is missing:")
    for name, plain in _WORDS.items():
        message = message.replace(name, plain)
    message = re.sub(r"`(\w+) \| null`", lambda m: _WORDS.get(f"`{m[1]}`", m[0]), message)
    message = message[0].lower() + message[1:]
    return f"{place}: {message}" if place else message
