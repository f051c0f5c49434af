"""Where a plugin's code is (for messages), and what identifies it (for a run's identity)."""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, FrameType, FunctionType, TracebackType
from typing import Any

from harness.core import watch
from harness.core.errors import HarnessError, PluginError
from harness.core.sources import own_files

_DIGITS = 12


def is_builtin(plugin: Any) -> bool:
    """Whether it is part of this package."""
    return _module_of(plugin).split(".", 1)[0] == "harness"


def where(plugin: Any, method: str | None = None) -> str:
    """`file, line n` of a plugin or its method; the module if there is no file."""
    kind = plugin if inspect.isclass(plugin) or inspect.isroutine(plugin) else type(plugin)
    target = inspect.unwrap(getattr(kind, method, kind) if method else kind)
    code = getattr(target, "__code__", None)
    try:
        file = code.co_filename if code else inspect.getsourcefile(target)
        line = code.co_firstlineno if code else inspect.getsourcelines(target)[1]
    except (OSError, TypeError):
        return _module_of(plugin)
    return f"{file}, line {line}"


def version_of(plugin: Any) -> str | None:
    """What identifies a plugin's code; None for a built-in plugin in its first version.

    A built-in plugin has a version, which a test checks against what it does. A third-party
    plugin has the version that it declares and a hash of its source: of its file, or of the class
    if it was defined in a notebook, including its own modules that it imports.
    """
    stated = getattr(plugin, "version", None)
    stated = stated if isinstance(stated, str) else None
    if is_builtin(plugin):
        return None if stated in (None, "1") else stated
    return f"{stated or '0'}+{code_hash(plugin)}"


def code_hash(plugin: Any) -> str:
    """A hash of a plugin's source: of its file and its own imported files
    (`harness.core.sources`), or of its compiled code where there is none.

    For a class in a notebook, it covers what the class and its bases contain, and the functions and
    constants of the notebook that they refer to.
    """
    kind = plugin if inspect.isclass(plugin) or inspect.isroutine(plugin) else type(plugin)
    functions = list(_functions(kind))
    files = {f.__code__.co_filename for _, f in functions}
    if not files:
        files = {str(getattr(sys.modules.get(_module_of(kind)), "__file__", ""))}
    if all(Path(file).is_file() for file in files):
        own = {str(path) for file in files for path in own_files(Path(file))[1:]}
        return _hash(b"".join(Path(file).read_bytes() for file in sorted({*files, *own})))
    values = [f"{name}={value!r}" for name, value in _values(kind)]
    seen: set[int] = set()
    return _hash("\n".join([*values, *(_code(f, seen) for _, f in functions)]).encode())


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_DIGITS]


def _members(kind: Any) -> Iterator[tuple[str, Any]]:
    """The members of a class and its bases, except ours and Python's; a function itself."""
    if not inspect.isclass(kind):
        yield kind.__name__, kind
        return
    for base in kind.__mro__:
        if base is not object and not is_builtin(base):
            yield from sorted(vars(base).items(), key=lambda item: item[0])


def _functions(kind: Any) -> Iterator[tuple[str, FunctionType]]:
    for name, member in _members(kind):
        found = getattr(member, "fget", None) or getattr(member, "__func__", member)
        if not inspect.isclass(found):
            found = inspect.unwrap(found) if callable(found) else found
        if isinstance(found, FunctionType):
            yield name, found


_PLAIN = (str, int, float, bool, tuple, type(None))


def _values(kind: Any) -> Iterator[tuple[str, Any]]:
    for name, member in _members(kind):
        if isinstance(member, _PLAIN) and not name.startswith("__"):
            yield name, member


def _code(function: FunctionType, seen: set[int]) -> str:
    """A function's code, with what it refers to in its own namespace; no file and no line."""
    if id(function) in seen:
        return ""
    seen.add(id(function))
    told = [_compiled(function.__code__), repr(function.__defaults__)]
    for name in function.__code__.co_names:
        value = function.__globals__.get(name)
        if isinstance(value, FunctionType) and value.__globals__ is function.__globals__:
            told.append(_code(value, seen))
        elif isinstance(value, _PLAIN):
            told.append(f"{name}={value!r}")
    return "\n".join(told)


def _compiled(code: CodeType) -> str:
    inner = [_compiled(c) if isinstance(c, CodeType) else repr(c) for c in code.co_consts]
    return f"{code.co_code.hex()}{code.co_names}{inner}"


def _module_of(plugin: Any) -> str:
    kind = plugin if hasattr(plugin, "__module__") and plugin.__module__ else type(plugin)
    return str(getattr(kind, "__module__", "") or "")


def describe(value: Any) -> str:
    """What a plugin returned, short enough for a message."""
    if inspect.iscoroutine(value):
        value.close()  # nobody will await it, and Python would warn about that
    kind = type(value).__name__
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - third-party code may raise anything
        text = f"<{kind}>"
    text = " ".join(text.split())
    shown = text if len(text) <= 60 else text[:57] + "…"
    return f"{shown} ({kind})" if value is not None else "None"


def misfit(what: str, plugin: Any, method: str | None, got: str, expected: str) -> PluginError:
    """The error for a plugin that violates its contract; `what` is like "the reward 'x'"."""
    label = f"{method} " if method else ""
    return PluginError(f"{what} ({where(plugin, method)}): {label}{got}; expected {expected}")


@contextlib.contextmanager
def blamed(what: str, plugin: Any, limit: watch.Limit = watch.QUICK) -> Iterator[None]:
    """Turn exceptions in third-party code into one line that names their place.

    Errors that harness raises on purpose pass through; `sys.exit()` counts as a fault here. Nothing
    may be awaited in the block, which is stopped after its time limit (`harness.core.watch`).
    """

    def tell(frame: FrameType | None) -> str:
        return f"{what} ({_stands_at(frame) or where(plugin)}): {limit.passed()}"

    watched = not is_builtin(plugin)
    try:
        with watch.limited(limit.seconds(), tell) if watched else contextlib.nullcontext():
            yield
    except HarnessError:
        raise
    except watch.StillRunning as error:
        place = _raised_at(error.__traceback__) or where(plugin)
        raise PluginError(f"{what} ({place}): {limit.passed()}", exit_code=1) from None
    except BaseException as error:
        if is_from_outside(error):
            raise
        raise fault(what, plugin, error) from error


def is_from_outside(error: BaseException) -> bool:
    """Whether an exception comes from outside a plugin: Ctrl-C, or a cancelled task."""
    from asyncio import CancelledError  # slow to import, and not needed for --help

    return isinstance(error, KeyboardInterrupt | GeneratorExit | CancelledError)


def unwritable(*texts: str | None) -> bool:
    """Whether one of them holds a lone surrogate, which UTF-8, and so the store, cannot hold."""
    try:
        "".join(text or "" for text in texts).encode()
    except UnicodeEncodeError:
        return True
    return False


def fault(what: str, plugin: Any, error: BaseException) -> PluginError:
    """The error for an exception raised by a plugin's code."""
    place = _raised_at(error.__traceback__) or where(plugin)
    return PluginError(f"{what} ({place}): {said_by(error)}", exit_code=1)


def said_by(error: BaseException) -> str:
    """An exception's type and message, on one line."""
    kind = type(error).__name__
    try:
        text = " ".join(str(error).split())
    except Exception:  # noqa: BLE001 - third-party code may raise anything
        text = ""
    return f"{kind}: {text}" if text else kind


def _raised_at(trace: TracebackType | None) -> str | None:
    """The deepest place of a traceback that is outside this package and the standard library."""
    places = []
    while trace is not None:
        places.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    return foreign_place(reversed(places))


def _stands_at(frame: FrameType | None) -> str | None:
    """The same for a running frame."""
    places = []
    while frame is not None:
        places.append((frame.f_code.co_filename, frame.f_lineno))
        frame = frame.f_back
    return foreign_place(places)


def foreign_place(places: Iterable[tuple[str, int]]) -> str | None:
    """The first of these places (file and line, deepest first) that is third-party code."""
    import sysconfig

    home = str(Path(__file__).resolve().parents[2])
    ours = tuple(f"{home}/{room}/" for room in ("harness", "tasks", "verifiers", "site"))
    known = (*ours, sysconfig.get_path("stdlib"), "<frozen")
    return next((f"{file}, line {n}" for file, n in places if not file.startswith(known)), None)
