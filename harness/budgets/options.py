"""Reading a budget's options as numbers, with errors that name the budget."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from harness.budgets.grammar import Budget
from harness.core import UnknownNameError, UsageError

_MOST = 10**9


def check_known(budget: Budget, known: Collection[str]) -> None:
    """UnknownNameError for the first option that is not in `known`."""
    for key, _ in budget.options:
        if key not in known:
            raise UnknownNameError(f"option of budget {budget.name!r}:", key, known)


def integer(budget: Budget, key: str, *, low: int = 0) -> int | None:
    """A whole number from `low` to a thousand million, or None when the option is absent."""
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
    """A number in [low, high], or None when the option is absent."""
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
    """One of some words, the first when the option is absent."""
    value = budget.option(key)
    if value is None:
        return known[0]
    if value not in known:
        raise UnknownNameError(f"{key}= of budget {budget.name!r}:", value, known)
    return value


_ESCAPES = {"n": "\n", "t": "\t", "s": " ", "c": ",", "\\": "\\"}


def text(budget: Budget, key: str, default: str) -> str:
    r"""A piece of text; `\s` `\c` `\n` `\t` `\\` stand for what budgets cannot hold."""
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
