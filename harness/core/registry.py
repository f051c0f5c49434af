"""Finding plugins: entry points for installed packages, `register` for single files."""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.core.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

KINDS = ("families", "tasks", "verifiers", "models", "proposers", "selectors", "rewards")
_registered: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
_plugin_files: dict[str, tuple[tuple[str, str], ...]] = {}  # file: the (kind, name) it brought
_log: list[tuple[str, str]] = []


def register(kind: str, name: str, plugin: Any) -> None:
    """Add a plugin by hand, as a `--plugin file.py` does; it wins over an installed one."""
    if kind not in KINDS:
        raise UnknownNameError("kind of plugin", kind, KINDS)
    _registered[kind][name] = plugin
    _log.append((kind, name))


@functools.cache
def _entry_points(kind: str) -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points  # slow to import, and not needed for --help

    return {point.name: point for point in entry_points(group=f"harness.{kind}")}


def names(kind: str) -> list[str]:
    """The names of all plugins of one kind, without importing them."""
    if kind not in KINDS:
        raise UnknownNameError("kind of plugin", kind, KINDS)
    return sorted({*_entry_points(kind), *_registered[kind]})


def find(kind: str, name: str) -> Any:
    """The plugin registered as `name`; raises UnknownNameError with the nearest names.

    A task `family:name` is what the family makes of `name`: families are registered callables from
    a name to what is called without arguments for a task.
    """
    if name in _registered.get(kind, {}):
        return _registered[kind][name]
    family, colon, rest = name.partition(":")
    if kind == "tasks" and colon and family in names("families"):
        return find("families", family)(rest)
    if name not in names(kind):
        raise UnknownNameError(kind.removesuffix("s"), name, names(kind))
    point = _entry_points(kind)[name]
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        package = point.dist.name if point.dist else "unknown"
        raise UsageError(
            f"the {kind.removesuffix('s')} {name!r} of the package {package!r} cannot be loaded: "
            f"{error}"
        ) from error


def load_plugin(path: str | Path) -> tuple[tuple[str, str], ...]:
    """Run a plugin file, which calls `harness.register(kind, name, plugin)`.

    Gives the (kind, name) of what it registered; a file runs once, however often it is named.
    """
    import importlib.util

    file = Path(path).resolve()
    if str(file) in _plugin_files:
        return _plugin_files[str(file)]
    spec = importlib.util.spec_from_file_location(f"harness_plugin_{file.stem}", file)
    if not file.is_file() or spec is None or spec.loader is None:
        raise UsageError(f"plugin {path}: no such Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    before = len(_log)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # a stranger's code may raise anything; name the file
        raise UsageError(f"plugin {path} failed: {type(error).__name__}: {error}") from error
    _plugin_files[str(file)] = tuple(_log[before:])
    return _plugin_files[str(file)]


INCLUDE_VARIABLE = "HARNESS_INCLUDE_PATH"


def include(folder: str | Path) -> None:
    """Add a folder in which families look for definitions of tasks; the last added is the first.

    It stands in the environment, so that worker processes look there too.
    """
    path = Path(folder)
    if not path.is_dir():
        raise UsageError(f"--include-path {folder}: no such folder")
    known = [p for p in include_paths() if p != path.resolve()]
    os.environ[INCLUDE_VARIABLE] = os.pathsep.join(map(str, [path.resolve(), *known]))


def include_paths() -> list[Path]:
    """The folders of `include` and of the variable HARNESS_INCLUDE_PATH, first to be searched."""
    return [Path(p) for p in os.environ.get(INCLUDE_VARIABLE, "").split(os.pathsep) if p]


def plugin_files() -> tuple[str, ...]:
    """The plugin files loaded so far: worker processes load them too."""
    return tuple(_plugin_files)
