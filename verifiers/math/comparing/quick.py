"""The two cheapest stages: normalised text, and plain numbers with units around them."""

from __future__ import annotations

import functools
import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from harness.verifiers.math.reading.numbers import plain_number
from harness.verifiers.patterns import lazy_pattern

PRINTED = 12  # significant digits from which a decimal is taken for a printed machine number
SIMPLE_DENOMINATOR = 1_000
_DIGITS = Context(prec=PRINTED, rounding=ROUND_HALF_EVEN)
_WRAP = lazy_pattern(r"^\s*(?:\$\$(.*)\$\$|\$(.*)\$|\\\((.*)\\\)|\\\[(.*)\\\])\s*\.?\s*$", re.S)
_SPACE = lazy_pattern(r"\s+|\\[,;:! ]|\\(?:left|right|displaystyle|limits)(?![a-zA-Z])|~")
_APART = lazy_pattern(r"(?<=\d)\s+(?=[\d.])")  # a mixed number's space
_FRAC = lazy_pattern(r"^\s*(-?)\s*\\[dt]?frac\s*\{?\s*(-?\d+)\s*\}?\s*\{?\s*(-?\d+)\s*\}?\s*$")


@functools.lru_cache(maxsize=4096)
def unwrap(text: str) -> str:
    """`text` without math delimiters around the whole, and without a final full stop."""
    text = text.strip().strip("*`").strip()
    match = _WRAP.match(text)
    if match and "$" not in (inner := next(g for g in match.groups() if g is not None)):
        return inner.strip()
    return text.removesuffix(".").strip() if not text.endswith("..") else text


@functools.lru_cache(maxsize=4096)
def text_key(text: str) -> str:
    """`text` without spacing and sizing commands."""
    text = unwrap(text)
    if text.isalnum():
        return text
    text = text.replace("\\dfrac", "\\frac").replace("\\tfrac", "\\frac")
    return _SPACE.sub("", _APART.sub("_", text))


def plain_value(text: str) -> Fraction | None:
    """The exact number that `text` is, apart from a currency sign."""
    text = unwrap(text)
    value = plain_number(text)
    if value is not None:
        return value
    frac = _FRAC.match(text)
    if frac:
        sign, top, bottom = frac.groups()
        if not int(bottom):
            return None
        value = Fraction(int(top), int(bottom))
        return -value if sign else value
    return None


def number_key(value: Fraction) -> str:
    """The key of an exact number: integers as they are, others by 12 significant digits.

    If those digits match a fraction with a denominator up to 1,000, it is that fraction.
    """
    if value.denominator == 1:
        if value.numerator.bit_length() > 10_000:
            return f"={value.numerator:x}"  # linear, unlike decimal digits
        return f"={value.numerator}"
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > 10_000:
        return f"={value.numerator:x}/{value.denominator:x}"
    if value.denominator <= SIMPLE_DENOMINATOR:
        return f"={value}"
    simple, told = value.limit_denominator(SIMPLE_DENOMINATOR), _twelve(value)
    return f"={simple}" if simple and _twelve(simple) == told else f"={plain_decimal(told)}"


def _twelve(value: Fraction) -> Decimal:
    return _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))


def plain_decimal(number: Decimal) -> str:
    """A decimal without exponent and trailing zeros."""
    number = number.normalize(_DIGITS)
    return str(int(number)) if number == number.to_integral_value() else f"{number:f}"
