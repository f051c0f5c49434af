"""Every error that harness raises on purpose.

HarnessError                 exit code 1: something external failed
├── UsageError               exit code 2: the request cannot be carried out
│   ├── ParameterError       an invalid parameter value, or two that conflict
│   ├── UnknownNameError     no task, model, budget … of that name ("did you mean")
│   ├── MissingExtraError    an optional dependency is not installed
│   └── DataError            a file or data set is not as expected
├── PluginError              a third-party plugin violates its contract, or fails
├── BackendError             a model or server failed permanently (after retries)
│   └── ContextError         the request leaves no room in the model's context
└── StoreError               the database cannot be read or written

A message takes one or a few lines: what was wrong, where, and what to do. It names parameters as
keyword arguments; the command line shows them as its options.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any


def keyword(name: str, value: object) -> str:
    """A parameter as Python writes it: `limit=0`; `price=...` for one that must be given.

    An entry of a mapping is named with a dot: `model_args.api` is `model_args={'api': ...}`.
    """
    outer, dot, inner = name.partition(".")
    if dot:
        return f"{outer}={{{inner!r}: {'...' if value is ... else repr(value)}}}"
    return f"{name}=..." if value is ... else f"{name}={value!r}"


class HarnessError(Exception):
    """Base class; `exit_code` is the command line's exit code for it.

    `{limit}` in the message stands for the parameter `limit` with its value in `values` (`...`:
    must be given). `str` writes it as a keyword argument; `told` in the reader's notation.
    """

    exit_code = 1

    def __init__(self, message: str = "", **values: Any) -> None:
        self.message, self.values = message, values
        super().__init__(self.told(keyword))

    def told(self, write: Callable[[str, object], str]) -> str:
        """The message with each parameter rendered by `write` from its name and value."""
        if not self.values:
            return self.message
        names = "|".join(map(re.escape, self.values))
        return re.sub(rf"\{{({names})\}}", lambda m: write(m[1], self.values[m[1]]), self.message)


def backend_options(**options: object) -> dict[str, object]:
    """Backend options as values for an error's message, which refers to `{model_args.NAME}`.

    A name that is reserved in Python ends in `_`.
    """
    return {f"model_args.{name.rstrip('_')}": value for name, value in options.items()}


class UsageError(HarnessError):
    """The request cannot be carried out as given."""

    exit_code = 2


class ParameterError(UsageError):
    """A parameter's value is invalid, or conflicts with another's."""


class UnknownNameError(UsageError):
    """No `kind` is called `name`; the message suggests the closest known names."""

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        import difflib  # only needed for the message

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
    """A data set or input file is missing, unreadable or in another format."""


class PluginError(HarnessError):
    """A plugin violates its contract (exit code 2), or its code raised an exception (1)."""

    def __init__(self, message: str, *, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class BackendError(HarnessError):
    """A model call failed permanently.

    `fatal` means that no further call to this model can succeed (server gone, wrong key), so the
    whole command should stop instead of failing problem by problem.
    """

    def __init__(self, message: str, *, fatal: bool = False, **values: Any) -> None:
        super().__init__(message, **values)
        self.fatal = fatal


class ContextError(BackendError):
    """The prompt plus the assistant text so far fills the model's context.

    A backend raises it if only the server knows the context size; the call is then treated as
    a completion that was cut before its first token.
    """


class StoreError(HarnessError):
    """The database cannot be opened, read or written."""
