"""Parsing a budget's options as numbers, with errors that name the budget."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from harness.budgets.grammar import Budget
from harness.core import UnknownNameError, UsageError
from harness.core.origin import blamed

_MOST = 10**9


def check_known(budget: Budget, known: Collection[str]) -> None:
    """UnknownNameError for the first option that is not in `known`."""
    for key, _ in budget.options:
        if key not in known:
            raise UnknownNameError(f"option of budget {budget.name!r}:", key, known)


def integer(budget: Budget, key: str, *, low: int = 0) -> int | None:
    """A whole number from `low` to a thousand million, or None if the option is absent."""
    value = budget.option(key)
    if value is None:
        return None
    if not re.fullmatch("[0-9]{1,10}", value) or not low <= int(value) <= _MOST:
        raise UsageError(
            f"budget {str(budget)!r}: {key}={value} must be a whole number >= {low}"
            f"{'' if len(value) < 10 else f' and at most {_MOST}'}"
        )
    return int(value)


def number(budget: Budget, key: str, *, low: float, high: float) -> float | None:
    """A number in [low, high], or None if the option is absent."""
    text = budget.option(key)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise UsageError(
            f"budget {str(budget)!r}: {key}={text} must be a number from {low:g} to {high:g}"
        )
    return value


def choice(budget: Budget, key: str, known: Sequence[str]) -> str:
    """One of some words, the first if the option is absent."""
    value = budget.option(key)
    if value is None:
        return known[0]
    if value not in known:
        raise UnknownNameError(f"{key}= of budget {budget.name!r}:", value, known)
    return value


_ESCAPES = {"n": "\n", "t": "\t", "s": " ", "c": ",", "\\": "\\"}


def text(budget: Budget, key: str, default: str) -> str:
    r"""A piece of text; `\s` `\c` `\n` `\t` `\\` stand for characters that budgets cannot hold."""
    value = budget.option(key)
    if value is None:
        return default

    def plain(match: re.Match[str]) -> str:
        if match[1] not in _ESCAPES:
            raise UsageError(
                f"budget {str(budget)!r}: {key}={value} holds {match[0]!r}; known: "
                r"\n \t \s (space) \c (comma) \\"
            )
        return _ESCAPES[match[1]]

    return re.sub(r"\\(.?)", plain, value, flags=re.S)


_WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def parameters(kind: Any) -> Mapping[str, inspect.Parameter]:
    """The options of a selector or a stop rule: its keyword arguments."""
    try:
        found = inspect.signature(kind).parameters
    except (TypeError, ValueError):
        return {}
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {name: p for name, p in found.items() if p.kind in named}


def build(what: str, kind: Any, budget: Budget, **given: Any) -> Any:
    """An instance of a plugin's class, with the budget's options as its keyword arguments.

    An option is parsed by its argument's annotation (int, float, bool, else text), or the type
    of its default. UsageError if it is invalid, or an argument without a default is missing.
    """
    for name, parameter in parameters(kind).items():
        value = budget.option(name)
        if name in given:
            continue
        if value is not None:
            given[name] = _read(budget, name, value, parameter)
        elif parameter.default is inspect.Parameter.empty:
            raise UsageError(f"budget {str(budget)!r}: {what} needs the option {name}=")
    with blamed(what, kind):
        try:
            return kind(**given)
        except UsageError as error:
            raise UsageError(f"budget {str(budget)!r}: {error}") from error


def _read(budget: Budget, key: str, value: str, parameter: inspect.Parameter) -> Any:
    kind = parameter.annotation
    name = kind if isinstance(kind, str) else getattr(kind, "__name__", "")
    if kind is inspect.Parameter.empty:
        name = type(parameter.default).__name__
    words = set(re.findall(r"[a-z]+", name))
    try:
        if "bool" in words:
            return _WORDS[value.lower()]
        if "float" in words:
            return float(value)
        if "int" in words:
            return int(value)
    except (KeyError, ValueError):
        wanted = (
            "yes or no" if "bool" in words else "a number" if "float" in words else "a whole number"
        )
        raise UsageError(f"budget {str(budget)!r}: {key}={value} must be {wanted}") from None
    return value
