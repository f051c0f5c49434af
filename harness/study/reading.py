"""Reading a study file: reports everything that is wrong with it before anything is run."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.budgets import expand, resolve
from harness.core import HarnessError, UsageError
from harness.core.registry import load_plugin
from harness.core.secrets import environment_secrets, holds_secret, suspects
from harness.core.typed import read_table
from harness.study.file import StudyFile

_SAYS_KEYS = (
    "study files are shared and must not contain keys: put it into an environment variable "
    "(api_key_env = NAME in args, unless it is the provider's usual one)"
)


class StudyError(UsageError):
    """Errors in a study: `faults` are lines that each say where, and what to do."""

    def __init__(self, path: Path, faults: Sequence[str]) -> None:
        self.path, self.faults = path, tuple(faults)
        super().__init__("\n".join(f"{path}: {fault}" for fault in self.faults))


def read_study(path: Path) -> StudyFile:
    """The study in a TOML file; StudyError reports everything that is wrong with it."""
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
    study, faults = read_table(raw, StudyFile)
    if study is None:
        raise StudyError(path, faults)
    if faults := [*_plugins(study, path.parent), *_faults(study)]:
        raise StudyError(path, faults)
    return study


def _secrets(value: Any, where: str = "") -> Iterator[str]:
    """Keys and passwords; no line repeats one."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            place = f"{where}.{name}" if where else str(name)
            if holds_secret(str(name)) and isinstance(inner, str) and inner:
                yield f"{place}: {_SAYS_KEYS}"
            else:
                yield from _secrets(inner, place)
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _secrets(inner, f"{where} #{number}")
    elif isinstance(value, str) and any(suspects(value, environment_secrets())):
        yield f"{where} looks like a key or a password: {_SAYS_KEYS}"


def _plugins(study: StudyFile, folder: Path) -> Iterator[str]:
    for number, name in enumerate(study.plugins, 1):
        try:
            load_plugin(folder / name)
        except HarnessError as error:
            yield f"plugins #{number}: {error}"


def _faults(study: StudyFile) -> Iterator[str]:
    """What the types cannot express."""
    if not study.models:
        yield 'no model: start with [[models]] and model = "onnx:tiny-s"'
    if not study.tasks:
        yield 'no task: start with [[tasks]] and task = "decimals"; `harness tasks` lists them'
    yield from _without_budget(study)
    yield from _bad_budgets(study)
    yield from _twice(study)


def _without_budget(study: StudyFile) -> Iterator[str]:
    if study.budgets or all(model.budgets for model in study.models):
        return
    for number, task in enumerate(study.tasks, 1):
        if not task.budgets:
            yield f'tasks #{number} ({task.task}): no budget: start with budgets = ["greedy"]'


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
    """Names must identify models, and no task may be listed twice with the same settings."""
    names: dict[str, int] = {}
    for number, model in enumerate(study.models, 1):
        name = model.name or model.model
        first = names.setdefault(name, number)
        if first != number:
            yield (
                f"models #{number}: the name {name!r} is already used by models #{first}: "
                "give each its own `name`"
            )
    tasks: dict[Any, int] = {}
    for number, task in enumerate(study.tasks, 1):
        wording = task.prompt, task.system, task.shots
        key = task.task, tuple(sorted((k, str(v)) for k, v in task.options.items())), wording
        first = tasks.setdefault(key, number)
        if first != number:
            yield (
                f"tasks #{number}: {task.task} is already in tasks #{first}, with the same "
                "options: combine their budgets"
            )
