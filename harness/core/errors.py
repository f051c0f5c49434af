"""Every error that the product raises on purpose.

HarnessError                 exit code 1: something outside went wrong
├── UsageError               exit code 2: what was asked for cannot be done
│   ├── ParameterError       a parameter's value, or two that do not go together
│   ├── UnknownNameError     no task, model, budget … of that name ("did you mean")
│   ├── MissingExtraError    an optional dependency is not installed
│   └── DataError            a file or data set is not what it should be
├── PluginError              a stranger's plugin does not keep to its contract, or fails
├── BackendError             a model or server failed for good (retries included)
│   └── ContextError         what was asked leaves no room in the model's context
└── StoreError               the database cannot be read or written

A message is one line or a few: what was wrong, where, and what to do. Parameters in it are named as
keyword arguments, and by the command line as its options.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any


def keyword(name: str, value: object) -> str:
    """A parameter as Python writes it: `limit=0`; `price=...` for one that is to be given.

    One entry of a mapping is named with a dot: `model_args.api` is `model_args={'api': ...}`.
    """
    outer, dot, inner = name.partition(".")
    if dot:
        return f"{outer}={{{inner!r}: {'...' if value is ... else repr(value)}}}"
    return f"{name}=..." if value is ... else f"{name}={value!r}"


class HarnessError(Exception):
    """Base of all; `exit_code` is what the command line returns for it.

    `{limit}` in the message stands for the parameter `limit` with its value in `values` (`...`: to
    be given). `str` writes it as a keyword argument; `told` as its reader would.
    """

    exit_code = 1

    def __init__(self, message: str = "", **values: Any) -> None:
        self.message, self.values = message, values
        super().__init__(self.told(keyword))

    def told(self, write: Callable[[str, object], str]) -> str:
        """The message with each parameter as `write` makes it from its name and value."""
        if not self.values:
            return self.message
        names = "|".join(map(re.escape, self.values))
        return re.sub(rf"\{{({names})\}}", lambda m: write(m[1], self.values[m[1]]), self.message)


def backend_options(**options: object) -> dict[str, object]:
    """Options of a backend as values of an error's message, where `{model_args.NAME}` names them.

    A name that Python keeps for itself ends in `_`.
    """
    return {f"model_args.{name.rstrip('_')}": value for name, value in options.items()}


class UsageError(HarnessError):
    """What was asked for cannot be done as asked."""

    exit_code = 2


class ParameterError(UsageError):
    """A parameter's value makes no sense, or does not go with another's."""


class UnknownNameError(UsageError):
    """No `kind` is called `name`; the message suggests the nearest known names."""

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        import difflib  # for the message alone

        self.kind, self.name, self.known = kind, name, sorted(known)
        near = difflib.get_close_matches(name, self.known, n=3, cutoff=0.5)
        if near:
            advice = f"did you mean {' or '.join(repr(n) for n in near)}?"
        elif self.known:
            advice = f"known: {', '.join(self.known)}"
        else:
            advice = "none is installed"
        super().__init__(f"unknown {kind} {name!r}: {advice}{' ' + hint if hint else ''}")


class MissingExtraError(UsageError):
    """`feature` needs a package that only the extra `extra` installs."""

    def __init__(self, feature: str, package: str, extra: str) -> None:
        self.feature, self.package, self.extra = feature, package, extra
        super().__init__(
            f"{feature} needs the package {package!r}, which is not installed: "
            f"pip install 'reasoning-harness[{extra}]'"
        )


class DataError(UsageError):
    """A data set or an input file is missing, unreadable or of another schema."""


class PluginError(HarnessError):
    """A plugin does not do what its kind must (exit code 2), or its code raised something (1)."""

    def __init__(self, message: str, *, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class BackendError(HarnessError):
    """A model call failed for good.

    `fatal` says that no further call to this model can succeed (server gone, wrong key),
    so that the whole command should stop instead of failing problem by problem.
    """

    def __init__(self, message: str, *, fatal: bool = False, **values: Any) -> None:
        super().__init__(message, **values)
        self.fatal = fatal


class ContextError(BackendError):
    """The prompt, with what was said behind it, fills the model's context.

    A backend raises it where the context is known only to the server; the call is then taken for
    a completion that was cut before its first token.
    """


class StoreError(HarnessError):
    """The database cannot be opened, read or written."""
