"""What a text is rid of before its answer is looked for."""

from __future__ import annotations

import re

from harness.verifiers.math.reading.wording import number_words
from harness.verifiers.patterns import lazy_pattern

PROVED = lazy_pattern(
    r"\s*(?:\$?\s*\\(?:blacksquare|square|Box|qed)\s*\$?|\bQ\.?E\.?D\b\.?|□|■)\s*$"
)
"""The sign that ends a proof."""
PROVED_ENDS = ("square", "Box", "qed", "D", "□", "■")
"""With what a text may end that ends in such a sign, apart from blanks, points and dollars."""
_AND_A_HALF = lazy_pattern(
    r"\b(an?|one|two|three|four|five|six|seven|eight|nine|ten|\d+)\s+"
    r"(hour|minute|day|week|month|year|mile|meter|metre|kilometer|inche?|foot|feet|pound|cup|gallon|liter"
    r"|litre|dozen)(s?)\s+and\s+a\s+half\b", re.I
)  # fmt: skip


def _half(told: re.Match[str]) -> str:
    """`an hour and a half` as 1.5 hours."""
    value = told[1] if told[1].isdigit() else number_words("one" if told[1][0] in "aA" else told[1])
    return f"{value}.5 {told[2]}{told[3] or 's'}"


def without_working(segment: str) -> str:
    """`segment` without the calculation in brackets at its end: "12 (20 - (3 + 5) = 12)"."""
    text = segment.rstrip(" .")
    if not text.endswith(")"):
        return segment
    depth = 0
    for place in range(len(text) - 1, -1, -1):
        depth += (text[place] == ")") - (text[place] == "(")
        if not depth:
            worked = "=" in text[place:] and re.search(r"\w \Z", text[:place]) is not None
            return text[:place] if worked else segment
    return segment


def with_halves(text: str) -> str:
    """`text` with the numbers of "an hour and a half" in digits."""
    return _AND_A_HALF.sub(_half, text)
