"""Reading a study file: everything that is wrong with it, one line each, before anything is run."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from harness.budgets import expand, resolve
from harness.core import HarnessError, UnknownNameError, UsageError
from harness.core.registry import load_plugin
from harness.core.secrets import KINDS, environment_secrets
from harness.study.file import StudyFile

_SECRET_KEY = re.compile(
    r"(^|[_-])(api[_-]?key|key|secret|password|passwd|credentials?|authorization|bearer"
    r"|(access|auth|api|hf|bearer)[_-]?token|token)$",
    re.IGNORECASE,
)
_SAYS_KEYS = (
    "a study file holds no keys, for it is shared: put it into an environment variable "
    "(api_key_env = NAME in args, where it is not the provider's usual one)"
)


class StudyError(UsageError):
    """What is wrong with a study: `faults` are lines that each say where and what to do."""

    def __init__(self, path: Path, faults: Sequence[str]) -> None:
        self.path, self.faults = path, tuple(faults)
        super().__init__("\n".join(f"{path}: {fault}" for fault in self.faults))


def read_study(path: Path) -> StudyFile:
    """The study in a TOML file; StudyError says all that is wrong with it."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyError(path, [f"not UTF-8 text (byte {error.start}): convert it"]) from error
    except OSError as error:
        hint = "; `harness study new` writes one" if isinstance(error, FileNotFoundError) else ""
        raise StudyError(path, [f"{error.strerror or error}{hint}"]) from error
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise StudyError(path, [f"not TOML: {error}"]) from error
    if faults := list(_secrets(raw)):
        raise StudyError(path, faults)
    if faults := list(_unknown(raw, StudyFile)):
        raise StudyError(path, faults)
    try:
        study = msgspec.convert(raw, StudyFile)
    except msgspec.ValidationError as error:
        raise StudyError(path, [_said(error)]) from error
    if faults := [*_plugins(study, path.parent), *_faults(study)]:
        raise StudyError(path, faults)
    return study


def _secrets(value: Any, where: str = "") -> Iterator[str]:
    """Keys and passwords; no line repeats one."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            place = f"{where}.{name}" if where else str(name)
            if _SECRET_KEY.search(str(name)) and isinstance(inner, str) and inner:
                yield f"{place}: {_SAYS_KEYS}"
            else:
                yield from _secrets(inner, place)
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _secrets(inner, f"{where} #{number}")
    elif isinstance(value, str):
        held = any(secret in value for secret in environment_secrets().values())
        if held or any(pattern.search(value) for pattern in KINDS.values()):
            yield f"{where} looks like a key or a password: {_SAYS_KEYS}"


def _unknown(value: Any, kind: Any, where: str = "") -> Iterator[str]:
    """Keys that the dataclass, or one in it, does not have."""
    if isinstance(value, list):
        [inner, *_] = [*map(_dataclass, get_args(kind)), None]
        for number, one in enumerate(value, 1) if inner is not None else ():
            yield from _unknown(one, inner, f"{where} #{number}")
    if not is_dataclass(kind) or not isinstance(value, Mapping):
        return
    types = get_type_hints(kind)
    for name, inner in value.items():
        place = f"{where}: " if where else ""
        if name not in types:
            yield f"{place}{UnknownNameError('key', name, [f.name for f in fields(kind)])}"
        else:
            wanted = types[name]
            inner_kind = wanted if get_origin(wanted) is tuple else _dataclass(wanted)
            yield from _unknown(inner, inner_kind, f"{where}.{name}" if where else name)


def _dataclass(kind: Any) -> Any:
    """The dataclass that an annotation names, alone or as an alternative to None."""
    return next((k for k in (kind, *get_args(kind)) if is_dataclass(k)), None)


def _said(error: msgspec.ValidationError) -> str:
    """A message of msgspec's with the place as this file's reader would name it."""
    message, _, path = str(error).partition(" - at ")
    place = re.sub(r"\[(\d+)\]", lambda m: f" #{int(m[1]) + 1}", path.strip("`").lstrip("$."))
    message = message.replace("Object missing required field", "a key is missing:")
    words = {"`int`": "a whole number", "`float`": "a number", "`str`": "text", "`array`": "a list",
             "`object`": "a table", "`bool`": "true or false", "`null`": "nothing"}  # fmt: skip
    for name, plain in words.items():
        message = message.replace(name, plain)
    message = message[0].lower() + message[1:]
    return f"{place}: {message}" if place else message


def _plugins(study: StudyFile, folder: Path) -> Iterator[str]:
    for number, name in enumerate(study.plugins, 1):
        try:
            load_plugin(folder / name)
        except HarnessError as error:
            yield f"plugins #{number}: {error}"


def _faults(study: StudyFile) -> Iterator[str]:
    """What the types cannot say."""
    if not study.models:
        yield 'no model: add [[models]] with model = "onnx:tiny-s", for a start'
    if not study.tasks:
        yield 'no task: add [[tasks]] with task = "decimals", for a start; `harness tasks` has all'
    yield from _without_budget(study)
    yield from _bad_budgets(study)
    yield from _twice(study)


def _without_budget(study: StudyFile) -> Iterator[str]:
    if study.budgets or all(model.budgets for model in study.models):
        return
    for number, task in enumerate(study.tasks, 1):
        if not task.budgets:
            yield f'tasks #{number} ({task.task}): no budget: add budgets = ["greedy"], for a start'


def _bad_budgets(study: StudyFile) -> Iterator[str]:
    places = [("budgets", study.budgets)]
    places += [(f"models #{i}.budgets", m.budgets) for i, m in enumerate(study.models, 1)]
    places += [(f"tasks #{i}.budgets", t.budgets) for i, t in enumerate(study.tasks, 1)]
    for place, texts in places:
        for text in texts:
            try:
                for budget in expand([text]):
                    resolve(budget)
            except HarnessError as error:
                yield f"{place}: {error}"


def _twice(study: StudyFile) -> Iterator[str]:
    """Names must tell models apart, and no task may be asked twice in the same way."""
    names: dict[str, int] = {}
    for number, model in enumerate(study.models, 1):
        name = model.name or model.model
        first = names.setdefault(name, number)
        if first != number:
            yield (
                f"models #{number}: the name {name!r} is that of models #{first} already: "
                "give each a `name` of its own"
            )
    tasks: dict[Any, int] = {}
    for number, task in enumerate(study.tasks, 1):
        wording = task.prompt, task.system, task.shots
        key = task.task, tuple(sorted((k, str(v)) for k, v in task.options.items())), wording
        first = tasks.setdefault(key, number)
        if first != number:
            yield (
                f"tasks #{number}: {task.task} stands in tasks #{first} already, with the same "
                "options: put all budgets into one"
            )
