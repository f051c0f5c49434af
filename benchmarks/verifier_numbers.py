"""Rational golds in other dresses, and near misses of them, for `verifier_pairs.py`."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from fractions import Fraction


def latex(value: Fraction, command: str = "\\frac") -> str:
    """An integer, or a fraction with its sign before it."""
    if value.denominator == 1:
        return str(value.numerator)
    sign = "-" if value < 0 else ""
    return f"{sign}{command}{{{abs(value.numerator)}}}{{{value.denominator}}}"


def terminating(value: Fraction) -> str | None:
    """The decimal of at most eight places, or None."""
    for places in range(1, 9):
        if (value * 10**places).denominator == 1:
            return f"{float(value):.{places}f}"
    return None


def read(text: str) -> Fraction | None:
    """A plain integer, fraction or decimal."""
    found = re.fullmatch(r"(-?)\\[dt]?frac\{?(\d+)\}?\{?(\d+)\}?", text)
    if found:
        value = Fraction(int(found[2]), int(found[3])) if int(found[3]) else None
        return -value if value is not None and found[1] else value
    return Fraction(text) if re.fullmatch(r"-?\d+(?:\.\d+)?", text) else None


def repeating(value: Fraction) -> str | None:
    r"""`0.1\overline{6}`, for periods of at most six digits."""
    if value <= 0 or terminating(value):
        return None
    whole, rest = divmod(value.numerator, value.denominator)
    digits, seen = "", dict[int, int]()
    while rest and rest not in seen and len(digits) < 9:
        seen[rest] = len(digits)
        digit, rest = divmod(rest * 10, value.denominator)
        digits += str(digit)
    if rest not in seen:
        return None
    return f"{whole}.{digits[: seen[rest]]}\\overline{{{digits[seen[rest] :]}}}"


def number_rules() -> Iterator[tuple[str, bool, Callable[[Fraction, random.Random], str | None]]]:
    """(name, equal, rule) for rational golds."""
    yield (
        "scaled",
        True,
        lambda v, r: f"\\frac{{{v.numerator * (k := r.randint(2, 9))}}}{{{v.denominator * k}}}",
    )
    yield (
        "sum",
        True,
        lambda v, r: f"{(k := r.randint(1, 40))} + {latex(v - k)}" if v > 40 else None,
    )
    yield (
        "fractions",
        True,
        lambda v, r: (
            f"{latex(q := Fraction(1, r.randint(2, 9)))} + {latex(v - q)}" if v > 1 else None
        ),
    )
    yield "decimal", True, lambda v, r: terminating(v)
    yield (
        "percent",
        True,
        lambda v, r: (
            f"{latex(v * 100)}\\%" if v.denominator > 1 and (v * 100).denominator == 1 else None
        ),
    )
    yield (
        "slash",
        True,
        lambda v, r: f"{v.numerator}/{v.denominator}" if v.denominator > 1 else None,
    )
    yield "dfrac", True, lambda v, r: latex(v, "\\dfrac") if v.denominator > 1 else None
    yield (
        "mixed",
        True,
        lambda v, r: (
            f"{int(v)}\\frac{{{(v - int(v)).numerator}}}{{{v.denominator}}}"
            if v > 1 and v.denominator > 1
            else None
        ),
    )
    yield "repeating", True, lambda v, r: repeating(v)
    yield (
        "product",
        True,
        lambda v, r: f"{(k := r.choice([2, 3, 5, 7]))} \\cdot {latex(v / k)}" if v > 0 else None,
    )
    yield "root", True, lambda v, r: f"\\sqrt{{{latex(v * v)}}}" if 0 < v < 1000 else None
    yield "words around", True, lambda v, r: f"x = {latex(v)}"
    yield "python", True, lambda v, r: f"({v.numerator})/({v.denominator})"
    yield (
        "thousands",
        True,
        lambda v, r: (
            r.choice([f"{v.numerator:,}", f"{v.numerator:,}".replace(",", "{,}")])
            if v.denominator == 1 and abs(v) >= 1000
            else None
        ),
    )
    yield (
        "scientific",
        True,
        lambda v, r: (
            f"{v.numerator // 100}.{v.numerator % 100:02d} \\times 10^2"
            if v.denominator == 1 and v > 1000
            else None
        ),
    )
    yield (
        "base two",
        True,
        lambda v, r: f"{int(v):b}_2" if v.denominator == 1 and 3 < v < 2000 else None,
    )
    yield (
        "powers",
        True,
        lambda v, r: (
            f"2^{{{int(v).bit_length() - 1}}} + {int(v) - (1 << (int(v).bit_length() - 1))}"
            if v.denominator == 1 and v > 16
            else None
        ),
    )
    yield "off by one", False, lambda v, r: latex(v + r.choice([-1, 1]))
    yield "sign", False, lambda v, r: latex(-v) if v else None
    yield "inverted", False, lambda v, r: latex(1 / v) if v not in (0, 1, -1) else None
    yield "ten times", False, lambda v, r: latex(v * r.choice([10, 100])) if v > 1 else None
    yield (
        "denominator",
        False,
        lambda v, r: latex(Fraction(v.numerator, v.denominator + 1)) if v else None,
    )
    yield "wrong sum", False, lambda v, r: f"{r.randint(1, 40)} + {latex(v)}"
    yield (
        "root of it",
        False,
        lambda v, r: f"\\sqrt{{{latex(v)}}}" if v not in (0, 1) and v > 0 else None,
    )
    yield (
        "truncated",
        False,
        lambda v, r: f"{float(v):.6f}" if v.denominator > 1 and terminating(v) is None else None,
    )
    yield (
        "small percent",
        False,
        lambda v, r: f"{terminating(v)}\\%" if 0 < v < 1 and terminating(v) else None,
    )
    # a decimal gold may be a rounded one: what is close to it may round to it
    yield (
        "close",
        False,
        lambda v, r: (
            latex(v + Fraction(1, r.choice([999, 10**4, 10**6])))
            if v.denominator == 1 or terminating(v) is None
            else None
        ),
    )
