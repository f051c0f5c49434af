"""Plain numbers in the notations that answers use, as exact fractions.

The fast path for most answers, without parser or tree. Anything that is not plainly one number is
None and goes to the parser.
"""

from __future__ import annotations

import functools
from fractions import Fraction

from harness.verifiers.patterns import lazy_pattern

MAX_DIGITS = 4000  # more digits than any benchmark's answer; int() of more is slow by design

_CURRENCY = r"(?:\\?\$|US\\?\$|USD|Rs\.?|[€£¥₹₽₩])"
_SEPARATOR = r"(?:\{,\}|,\\!|\\,|\\!,?|,\\ |\\ | )"
_GROUPED = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d*)?"
    rf"|\d{{1,3}}{_SEPARATOR}\d{{3}}(?:{_SEPARATOR}\d{{3}})*(?:\.\d*)?"
)
_NUMBER = lazy_pattern(
    rf"^\s*{_CURRENCY}?\s*([-+]?)\s*{_CURRENCY}?\s*"
    rf"({_GROUPED}|\d+(?:\.\d*)?|\.\d+)(?:[eE]([-+]?\d{{1,3}}))?"
    rf"(?:\s*/\s*(\d+))?\s*$"
)
_NOT_DIGIT = lazy_pattern(r"[^\d.]")


@functools.lru_cache(maxsize=4096)
def plain_number(text: str) -> Fraction | None:
    """The exact value of `text` if it is one plain number or fraction of integers, else None."""
    if len(text) > MAX_DIGITS:
        return None
    match = _NUMBER.match(text)
    if match is None:
        return None
    sign, digits, exponent, denominator = match.groups()
    value = Fraction(_NOT_DIGIT.sub("", digits).rstrip(".") or "0")
    if exponent:
        value *= Fraction(10) ** int(exponent)
    if denominator:
        if not int(denominator):
            return None
        value /= int(denominator)
    return -value if sign == "-" else value
