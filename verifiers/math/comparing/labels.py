"""Answers in labelled parts, "maximum 5, minimum -3" or "increasing on (0, 1), decreasing on
(1, 2)": compared label by label.
"""

from __future__ import annotations

import re

from harness.verifiers.math.reading import wording
from harness.verifiers.math.reading.parts import outside_brackets
from harness.verifiers.math.reading.units import is_unit
from harness.verifiers.patterns import lazy_pattern

_PART = lazy_pattern(
    r"(?:the\s+)?(?P<label>[A-Za-z][A-Za-z -]{2,40}?)\s*"
    r"(?:[:=]|\b(?:is|are|on|at|of|in|when|for|if)\b)?\s*[:=]?\s*"
    r"(?P<value>(?:[a-z]\s*=\s*)?[-+]?(?:\d|\\(?:frac|dfrac|sqrt|pi|left)|[(\[{]).*"
    r"|[a-z]\s*(?:[<>≤≥]|\\[lg]eq?(?![a-z])).*)", re.I | re.S
)  # fmt: skip
_COUNT = lazy_pattern(r"(?P<value>\d[\d,]*(?:\.\d+)?)\s+(?P<label>[A-Za-z][A-Za-z ]{2,40})")
_ABBREVIATED = tuple(
    (lazy_pattern(p), word)
    for p, word in (
        (r"\bpts?\b\.?", "point"),
        (r"(?<!\\)\bmin\b\.?(?![{(_.])", "minimum"),
        (r"(?<!\\)\bmax\b\.?(?![{(_.])", "maximum"),
    )
)
_PLURAL = lazy_pattern(r"(?<=[a-z]{2})s\b")
_VALUE = lazy_pattern(r"\(.*\)", re.S)
_COUNT_FIRST = lazy_pattern(
    r"\W*\d[\d,.]*\W+(?:\\?text\w*\W*)?[A-Za-z]{3}.*(?:[,;]|\band\b).*\d", re.S
)
_APART = lazy_pattern(r"[(\[{]|[)\]}]|[,;]\s*(?:and\b)?|\band\b")
_WORD_FIRST = lazy_pattern(r"\W*(?:\\?text\w*\W*)?[A-Za-z]{3}[^,;]*(?:[,;]|\band\b)")
_KIND = lazy_pattern(
    r"\b(?:value|interval|the|function|f|is|on|at|of|in|when|for|if|largest|smallest)\b|[\s-]+",
    re.I,
)


def labelled(text: str) -> dict[str, str] | None:
    """The values of a text by their labels; None if it is not wholly of such parts."""
    if len(text) > 300 or not (_WORD_FIRST.match(text) or _COUNT_FIRST.match(text)):
        return None
    plain = wording.words_only(text)
    for short, word in _ABBREVIATED:
        plain = short.sub(word, plain)
    found: dict[str, str] = {}
    last = ""
    for part in filter(str.strip, outside_brackets(_APART, plain)):
        told = _PART.fullmatch(part.strip(" .")) or _COUNT.fullmatch(part.strip(" ."))
        if told is None:
            if not last or not _VALUE.fullmatch(part.strip(" .")):
                return None
            found[last] += f", {part.strip(' .')}"  # saddle points (1, 0), (0, 1)
            continue
        label = _PLURAL.sub("", _KIND.sub(" ", told["label"]).casefold()).replace(" ", "")
        if not label or label in found or len(told["label"].split()) > 4 or is_unit(label):
            return None
        found[label] = told["value"].strip(" .")
        last = label
    return found if len(found) > 1 else None
