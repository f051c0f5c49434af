"""Numbers: equal within a tolerance, compared decimals, and orders of several numbers."""

from __future__ import annotations

import re
from fractions import Fraction

from harness.core import UsageError
from harness.verifiers.math.comparing.exact import UnknownError, exact
from harness.verifiers.math.comparing.exact import key as tree_key
from harness.verifiers.math.comparing.judge import read
from harness.verifiers.math.comparing.probe import evaluate
from harness.verifiers.math.comparing.statements import settle, value_of
from harness.verifiers.math.comparing.values import split_unit
from harness.verifiers.math.finding.extract import narrow
from harness.verifiers.math.reading.tree import Num, unbound
from harness.verifiers.rules.base import RuleVerifier

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?")


def number(text: str) -> Fraction | None:
    """The number that an answer is, units aside; irrational ones to machine precision."""
    readings = read(text).readings
    if not readings:
        part = narrow(text)
        readings = read(part.answer).readings if part else ()
    if not readings:
        return None
    node = split_unit(value_of(settle(readings[0])))[0]
    value = exact(node)
    if value is not None:
        return value
    if unbound(node):
        return None  # x + 1 is no number
    try:
        found = evaluate(node, 0, real=True, many_digits=False)
        return Fraction(float(found[0])) if found else None
    except (OverflowError, ValueError, UnknownError):  # a list, an interval, out of reach
        return None


class NumericVerifier(RuleVerifier):
    """Equal within `relative` or `absolute` tolerance; both 0 is exact."""

    name = "numeric"

    def __init__(self, *, relative: float = 0.0, absolute: float = 0.0) -> None:
        if relative < 0 or absolute < 0:
            raise UsageError("numeric verifier: tolerances must not be negative")
        self.relative, self.absolute = Fraction(relative), Fraction(absolute)

    def key(self, answer: str) -> str:
        value = number(answer)
        return f"={tree_key(Num(value))}" if value is not None else answer.strip()

    def same(self, answer: str, expected: str) -> bool:
        left, right = number(answer), number(expected)
        if right is None:
            raise UsageError(f"numeric verifier: the gold {expected!r} is not a number")
        if left is None:
            return False
        return abs(left - right) <= max(self.absolute, self.relative * abs(right))


class DecimalVerifier(NumericVerifier):
    """The answer is one of the compared numbers, exactly: 9.80 is 9.8, 9.11 is not 9.110001."""

    name = "decimal"

    def __init__(self) -> None:
        super().__init__()


class OrderingVerifier(RuleVerifier):
    """The gold is an order of numbers or words, separated by `<`, `>` or commas.

    An answer written with `>` where the gold has `<` counts when read backwards.
    """

    name = "ordering"

    def key(self, answer: str) -> str:
        return " < ".join(ordered(answer))

    def same(self, answer: str, expected: str) -> bool:
        return ordered(answer) == ordered(expected)


def ordered(text: str) -> list[str]:
    """The members of an order, smallest first where signs say so."""
    text = re.sub(
        r"\\(?:text\w*|left|right)|[$*{}\\]", " ", text.replace("\\lt", "<").replace("\\gt", ">")
    )
    signs = set(re.findall(r"[<>≤≥]", text))
    parts = re.split(r"[<>≤≥,;]|\bthen\b|\band\b|→", text)
    members = [_member(p) for p in parts if p.strip()]
    if signs and signs <= {">", "≥"}:
        members.reverse()
    return members


def _member(part: str) -> str:
    found = _NUMBER.search(part)
    if found:
        return str(Fraction(found.group().replace(",", "")))
    return part.strip().casefold()
