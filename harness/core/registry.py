"""Plugin discovery: entry points for installed packages, `register` for single files."""

from __future__ import annotations

import functools
import hashlib
import os
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.core import watch
from harness.core.errors import HarnessError, PluginError, UnknownNameError, UsageError
from harness.core.origin import blamed, is_builtin, said_by, version_of
from harness.core.sources import own_files

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from harness.core.problem import TaskSpec

KINDS = (
    "families",
    "tasks",
    "verifiers",
    "models",
    "proposers",
    "selectors",
    "rewards",
    "aggregations",
    "stops",
)
PACKAGE = "reasoning-harness"
QUESTION_FILES = (".yaml", ".yml", ".toml", ".csv", ".tsv", ".jsonl", ".json")
"""File name endings of question files: tasks of the family `file`."""


@dataclass(frozen=True, slots=True)
class _File:
    """A plugin file as it was when it ran, and the (kind, name) pairs that it registered."""

    digest: str
    brought: tuple[tuple[str, str], ...]


_registered: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
_files: dict[str, _File] = {}
_log: list[tuple[str, str]] = []


class BrokenPluginWarning(UserWarning):
    """An installed package declares a plugin that cannot be loaded."""


def register(kind: str, name: str, plugin: Any, *, replace: bool = False) -> None:
    """Register a plugin from code, as a `--plugin file.py` does.

    A name that was registered this way before is replaced (a notebook cell runs again). The
    name of a built-in or installed plugin is a UsageError, unless `replace` allows
    it.
    """
    _check_kind(kind)
    if not isinstance(name, str) or not name:
        raise UsageError(f"register: the name of a {singular(kind)} must be a string, not {name!r}")
    taken = _entry_points(kind).get(name)
    if taken is not None and _is(taken, plugin):
        return  # an installed plugin's module registers what its package declares
    if taken is not None and not replace:
        raise UsageError(
            f"the {singular(kind)} {name!r} already exists (from the package "
            f"{_package(taken)!r}): choose another name, or pass replace=True"
        )
    if not callable(plugin):
        raise PluginError(f"the {singular(kind)} {name!r}: {plugin!r} is not a class or function")
    _registered[kind][name] = plugin
    _log.append((kind, name))


def _is(point: EntryPoint, plugin: Any) -> bool:
    try:
        return bool(point.load() is plugin)
    except Exception:  # noqa: BLE001 - whatever that package raises, it is a different plugin
        return False


def singular(kind: str) -> str:
    """The word for one plugin of a kind in messages."""
    special = {"families": "family", "models": "backend", "stops": "stop rule"}
    return special.get(kind, kind.removesuffix("s"))


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise UnknownNameError("kind of plugin", kind, KINDS)


@functools.cache
def _entry_points(kind: str) -> dict[str, EntryPoint]:
    """Entry points by name; if two packages share a name, built-in wins, with a warning."""
    from importlib.metadata import entry_points  # slow to import, and not needed for --help

    found: dict[str, EntryPoint] = {}
    packages: dict[int, str] = {}  # by distribution: its name is parsed anew at every asking

    def foreign_last(point: EntryPoint) -> tuple[bool, str]:
        package = packages.setdefault(id(point.dist), "") or _package(point)
        packages[id(point.dist)] = package
        return package != PACKAGE, package

    for point in sorted(entry_points(group=f"harness.{kind}"), key=foreign_last):
        if point.name in found and found[point.name].value != point.value:
            warnings.warn(
                f"the {singular(kind)} {point.name!r} of the package {_package(point)!r} is not "
                f"used: {_package(found[point.name])!r} has one with the same name",
                BrokenPluginWarning,
                stacklevel=2,
            )
            continue
        found[point.name] = point
    return found


def is_ours(kind: str, name: str) -> bool:
    """Whether a name stands for a built-in plugin, which is not imported to find out."""
    point = _entry_points(kind).get(name)
    return name not in _registered[kind] and point is not None and _is_ours(point)


def _is_ours(point: EntryPoint) -> bool:
    return point.value.startswith("harness.")


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "unknown"


def names(kind: str) -> list[str]:
    """The names of all plugins of one kind, without importing them."""
    _check_kind(kind)
    return sorted({*_entry_points(kind), *_registered[kind]})


def find(kind: str, name: str) -> Any:
    """The plugin registered as `name`; raises UnknownNameError with the closest names.

    A task `family:name` is made by the family: families are registered callables that take
    a name and return a factory for the task. A name that ends like a file of questions
    is a task of the family `file`.
    """
    _check_kind(kind)
    if name in _registered[kind]:
        return _registered[kind][name]
    family, colon, rest = name.partition(":")
    if kind == "tasks" and colon and family in names("families"):
        return _of_family(family, rest)
    if name not in names(kind):
        if kind == "tasks" and Path(name).suffix.lower() in QUESTION_FILES:
            return _of_family("file", name)
        if kind == "tasks" and Path(name).is_file():
            raise UsageError(
                f"{name} is no file of questions, which end in {', '.join(QUESTION_FILES)}; "
                "a file of code is loaded by `--plugin FILE.py`"
            )
        raise UnknownNameError(singular(kind), name, names(kind))
    return _load(kind, _entry_points(kind)[name])


def _of_family(family: str, name: str) -> Any:
    made, what = find("families", family), f"the family {family!r}"
    with blamed(what, made):
        task = made(name)
    if not callable(task):
        raise PluginError(f"{what} gave {task!r} for {name!r}; expected a factory of the task")
    return task


def _load(kind: str, point: EntryPoint) -> Any:
    if _is_ours(point):
        return point.load()
    what = f"the {singular(kind)} {point.name!r} of the package {_package(point)!r}"
    said = f"{what} cannot be loaded ({point.value}): "
    try:
        with watch.limited(watch.IMPORT.seconds(), lambda _: said + watch.IMPORT.passed()):
            return point.load()
    except (HarnessError, KeyboardInterrupt):
        raise
    except watch.StillRunning:
        raise UsageError(said + watch.IMPORT.passed()) from None
    except BaseException as error:  # a third-party module may raise anything on import
        raise UsageError(said + said_by(error)) from error


def working(kind: str) -> dict[str, Any]:
    """All loadable plugins of one kind, by name; each of the others gives a warning."""
    found = {}
    for name in names(kind):
        try:
            found[name] = find(kind, name)
        except HarnessError as error:
            warnings.warn(str(error), BrokenPluginWarning, stacklevel=2)
    return found


def make(kind: str, name: str) -> Any:
    """`find`, then call it without arguments, as for a task; exceptions name their place."""
    plugin = find(kind, name)
    with blamed(f"the {singular(kind)} {name!r}", plugin):
        return plugin()


def make_task(spec: TaskSpec) -> Any:
    """A task that knows its options without having loaded its problems.

    A task whose verifier or figures depend on them has a method `configure(options)`.
    """
    task = make("tasks", spec.name)
    if hasattr(task, "configure"):
        task.configure(dict(spec.options))
    return task


def version(kind: str, name: str) -> str | None:
    """What identifies a plugin's code beyond its name: `harness.core.origin.version_of`."""
    return version_of(find(kind, name))


def foreign(kind: str) -> list[str]:
    """The names of the third-party plugins of one kind, without importing them."""
    hand = [name for name, plugin in _registered[kind].items() if not is_builtin(plugin)]
    points = [p.name for p in _entry_points(kind).values() if not _is_ours(p)]
    return sorted({*hand, *points})


def load_plugin(path: str | Path) -> tuple[tuple[str, str], ...]:
    """Run a plugin file, which calls `harness.register(kind, name, plugin)`.

    Returns the (kind, name) pairs that it registered. A file runs once, however often it is named,
    and again after it, or one of its own files that it imports, was edited. Files next to it can be
    imported: its folder is last on the search path.
    """
    import importlib.util

    file = Path(path).resolve()
    spec = importlib.util.spec_from_file_location(f"harness_plugin_{file.stem}", file)
    if not file.is_file() or spec is None or spec.loader is None:
        raise UsageError(f"plugin {path}: no such Python file")
    own = own_files(file)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in own)).hexdigest()
    known = _files.get(str(file))
    if known is not None and known.digest == digest:
        return known.brought
    for kind, name in known.brought if known is not None else ():
        _registered[kind].pop(name, None)
    if known is not None:
        _forget_modules(own[1:])
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    before = len(_log)
    if str(file.parent) not in sys.path:
        sys.path.append(str(file.parent))
    try:
        # Not by the loader: Python's bytecode cache may hold a text of the same second.
        with watch.limited(watch.IMPORT.seconds(), lambda _: f"plugin {path}: {_late()}"):
            exec(compile(file.read_bytes(), str(file), "exec"), module.__dict__)  # noqa: S102
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # third-party code may raise anything; name the file and line
        raise UsageError(f"plugin {path} failed{_line(error, file)}: {_said(error)}") from error
    _files[str(file)] = _File(digest, tuple(_log[before:]))
    return _files[str(file)].brought


def _forget_modules(files: Sequence[Path]) -> None:
    """Forget imported modules, so that the next import runs them again."""
    wanted = set(map(str, files))
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "")) in wanted:
            del sys.modules[name]


def _line(error: BaseException, file: Path) -> str:
    if isinstance(error, SyntaxError) and error.lineno:
        return f" at line {error.lineno}"
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return "" if line is None else f" at line {line}"


def _said(error: BaseException) -> str:
    if isinstance(error, watch.StillRunning):
        return _late()
    if isinstance(error, HarnessError):
        return str(error)
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}"
    return said_by(error)


def _late() -> str:
    return watch.IMPORT.passed()


INCLUDE_VARIABLE = "HARNESS_INCLUDE_PATH"


def include(folder: str | Path) -> None:
    """Add a folder in which families look for task definitions; the last added comes first.

    It is kept in the environment, so that worker processes search it too.
    """
    path = Path(folder)
    if not path.is_dir():
        raise UsageError("{include_path}: no such folder", include_path=str(folder))
    known = [p for p in include_paths() if p != path.resolve()]
    os.environ[INCLUDE_VARIABLE] = os.pathsep.join(map(str, [path.resolve(), *known]))


def include_paths() -> list[Path]:
    """The folders of `include` and the variable HARNESS_INCLUDE_PATH, in search order."""
    return [Path(p) for p in os.environ.get(INCLUDE_VARIABLE, "").split(os.pathsep) if p]


def plugin_files() -> tuple[str, ...]:
    """The plugin files loaded so far; worker processes load them too."""
    return tuple(_files)


def by_hand(kind: str, name: str) -> Any:
    """What code that worker processes do not run has registered under a name; or None."""
    brought = {one for file in _files.values() for one in file.brought}
    return None if (kind, name) in brought else _registered[kind].get(name)
