"""Answers in labelled parts, "maximum 5, minimum -3" or "increasing on (0, 1), decreasing on
(1, 2)": compared label by label.
"""

from __future__ import annotations

import re

from harness.verifiers.math.reading import wording
from harness.verifiers.patterns import lazy_pattern

_PART = lazy_pattern(
    r"(?:the\s+)?(?P<label>[A-Za-z][A-Za-z ]{2,40}?)\s*"
    r"(?:[:=]|\b(?:is|are|on|at|of|in)\b)?\s*[:=]?\s*"
    r"(?P<value>[-+]?(?:\d|\\(?:frac|dfrac|sqrt|pi|left)|[(\[{]).*)", re.I | re.S
)  # fmt: skip
_WORD_FIRST = lazy_pattern(r"\W*(?:\\?text\w*\W*)?[A-Za-z]{3}[^,;]*(?:[,;]|\band\b)")
_SHORT = {"max": "maximum", "min": "minimum"}
_KIND = lazy_pattern(
    r"\b(?:value|interval|the|function|f|is|on|at|of|in|largest|smallest)\b|\s+", re.I
)


def labelled(text: str) -> dict[str, str] | None:
    """The values of a text by their labels; None if it is not wholly of such parts."""
    if len(text) > 300 or not _WORD_FIRST.match(text):
        return None
    plain = wording.words_only(text)
    found: dict[str, str] = {}
    for part in _pieces(plain):
        told = _PART.fullmatch(part.strip(" ."))
        if told is None:
            return None
        label = _KIND.sub("", told["label"]).casefold()
        label = _SHORT.get(label, label)
        if not label or label in found or len(told["label"].split()) > 4:
            return None
        found[label] = told["value"].strip(" .")
    return found if len(found) > 1 else None


def _pieces(text: str) -> list[str]:
    """A text, parted at its commas, semicolons and "and" outside brackets."""
    pieces, depth, start = [], 0, 0
    for match in re.finditer(r"[(\[{]|[)\]}]|[,;]\s*(?:and\b)?|\band\b", text):
        sign = match.group()
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif depth == 0:
            pieces.append(text[start : match.start()])
            start = match.end()
    return [p for p in (*pieces, text[start:]) if p.strip()]
