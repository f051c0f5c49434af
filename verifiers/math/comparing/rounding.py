"""Decimals that represent a rounded value.

The rule, whatever form the answer has: a gold like 3.14 or 16386.17 is taken as rounded to the
places it shows; one like 0.5 or 2.25 (a fraction of small denominator) as exact, unless it has
three digits, two of them decimals, and the answer has no finite decimal (1587/52), or three
digits and the answer is irrational (40π, √6): then it could not have been written otherwise. A gold
that was computed with 3.14 for π (12.56 for 4π) accepts the exact answer. The answer must lie
within half a unit of the last place, measured through the whole expression: each decimal is moved
by half a unit, and the moves must reach the answer.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from harness.verifiers.math.comparing.exact import UnknownError, exact
from harness.verifiers.math.comparing.probe import evaluate
from harness.verifiers.math.comparing.quick import PRINTED
from harness.verifiers.math.reading.tree import (
    Node,
    Num,
    Op,
    contents,
    free_symbols,
    substitute,
    walk,
)

_SCHOOL_PI = (Fraction(157, 50), Fraction(31416, 10000))
SIMPLE = 25  # denominators up to this one look exact


def significant_digits(number: Num) -> int:
    """Digits from the first nonzero one, as written."""
    places = number.places or 0
    return len(str(abs(int(number.value * 10**places))).lstrip("0"))


def snapped(node: Node, value: Fraction) -> Fraction:
    """`value`, or the short decimal that a floating-point number represents.

    28.000000000000004 is 28: at least 15 digits, and within 8 units of a double's last place
    (2^-49 of the value) of a decimal of 12.
    """
    if not isinstance(node, Num) or not node.places or significant_digits(node) < 15:
        return value
    places = PRINTED - (significant_digits(node) - node.places)
    short = round(value, places)
    return short if abs(value - short) <= abs(value) / 2**49 else value


def looks_rounded(number: Num) -> bool:
    """Whether a decimal looks like the rounding of something longer."""
    if not number.places or number.places > 60:
        return False
    return number.value.denominator > SIMPLE and significant_digits(number) >= 2


def _decimals(node: Node) -> list[Num]:
    return [n for n in walk(node) if isinstance(n, Num) and looks_rounded(n)]


def _moved(node: Node, target: Num, step: Fraction) -> Node:
    if node is target:
        return Num(target.value + step, target.places)
    if isinstance(node, Op):
        return Op(node.head, tuple(_moved(a, target, step) for a in node.args))
    return node


def rounds_to(rounded: Node, value: Node, *, points: int = 3) -> bool:
    """Whether `value` rounds to `rounded`, an expression with decimals in it."""
    decimals = _decimals(rounded)
    if not decimals or len(decimals) > 6:
        return False
    if isinstance(rounded, Num):
        single = rounded
        number = exact(value)
        if number is not None:
            return _number_rounds(single, number, value)
    told = 0
    try:
        for point in range(points):
            here = evaluate(rounded, point, real=True, many_digits=True)
            there = evaluate(value, point, real=True, many_digits=True)
            if here is None or there is None:
                here = evaluate(rounded, point, real=False, many_digits=True)
                there = evaluate(value, point, real=False, many_digits=True)
            if here is None or there is None:
                continue
            told += 1
            reach = sum(_reach(rounded, d, point, here[0]) for d in decimals)
            if abs(here[0] - there[0]) > reach * 1.000001:
                return False
    except UnknownError:
        return False
    return told > 0


def _reach(node: Node, decimal: Num, point: int, here: Any) -> Any:
    """How far the value moves when one decimal moves by half a unit of its last place."""
    half = Fraction(1, 2 * 10 ** (decimal.places or 0))
    if significant_digits(decimal) >= PRINTED:
        half *= 4  # printed machine numbers may be off by more
    moved = evaluate(_moved(node, decimal, half), point, real=True, many_digits=True) or evaluate(
        _moved(node, decimal, half), point, real=False, many_digits=True
    )
    return abs(moved[0] - here) if moved else 0


def _number_rounds(rounded: Num, number: Fraction, source: Node) -> bool:
    """A plain decimal gold against a rational answer.

    A decimal answer must be longer than the gold, and the gold must have at least three digits:
    0.33 accepts 1/3, but not 0.334; 3.142 accepts 3.1416.
    """
    places = rounded.places or 0
    shown = source.places if isinstance(source, Num) else None
    if shown is not None and (shown <= places or significant_digits(rounded) < 3):
        return False
    gap = abs(rounded.value - number)
    slack = 4 if significant_digits(rounded) >= PRINTED else 1
    return bool(gap * 2 * 10**places <= slack)


def _endless(value: Fraction) -> bool:
    """Whether a fraction has no finite decimal, so that a decimal for it must be rounded."""
    bottom = value.denominator
    for prime in (2, 5):
        while bottom % prime == 0:
            bottom //= prime
    return bottom > 1


def printed_value(answer: Node, gold: Node) -> bool:
    """Whether a long decimal is the exact gold as printed by a machine."""
    if not isinstance(answer, Num) or not answer.places:
        return False
    if significant_digits(answer) < PRINTED or not looks_rounded(answer):
        return False
    return rounds_to(answer, gold)


def rounded_answer(answer: Node, gold: Node) -> bool:
    """Whether a decimal answer is the exact gold, rounded to two places or three digits."""
    if not isinstance(answer, Num) or not answer.places:
        return False
    if answer.places < 2 and significant_digits(answer) < 3:
        return False
    number = exact(gold)
    half = Fraction(1, 2 * 10**answer.places)
    if number is not None:
        return abs(number - answer.value) <= half
    moved = Num(answer.value + Fraction(1, 10 ** (answer.places + 30)), answer.places)
    return looks_rounded(moved) and rounds_to(moved, gold)


def _worked_with_decimals(gold: Num, answer: Node) -> bool:
    """Whether a gold is a multiple of pi computed with 3.14 for pi: 12.56 for 4 pi."""
    if "pi" not in contents(answer)[1]:
        return False
    return any(exact(substitute(answer, "pi", Num(p))) == gold.value for p in _SCHOOL_PI)


def stands_for_endless(gold: Node, answer: Node) -> bool:
    """Whether an answer without a finite decimal (a fraction, a root or a multiple of pi) rounds
    to a decimal gold of three or more digits.

    2.45 looks exact, but an answer like sqrt(6) shows that it was rounded; 30.52 is 1587/52.
    """
    if not isinstance(gold, Num) or not gold.places or significant_digits(gold) < 3:
        return False
    if _worked_with_decimals(gold, answer):
        return True
    number = exact(answer)
    if number is not None:
        if gold.places < 2:
            return False
        gap = abs(number - gold.value) * 2 * 10 ** (gold.places or 0)
        return _endless(number) and gap <= 1
    try:
        found = evaluate(answer, 0, real=True, many_digits=True)
    except UnknownError:
        return False
    if found is None or free_symbols(answer):
        return False
    scale = 2 * 10 ** (gold.places or 0)
    return bool(abs(found[0] * scale - int(gold.value * scale)) <= 1)
