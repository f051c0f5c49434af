"""Telling sentences from bare answers, by their words."""

from __future__ import annotations

from harness.verifiers.math.reading.families import is_family
from harness.verifiers.math.reading.spoken import is_range
from harness.verifiers.math.reading.units import is_unit
from harness.verifiers.math.reading.vocabulary import FUNCTIONS, SHORT_WORDS
from harness.verifiers.patterns import lazy_pattern

_MOST = 2_000  # characters that are looked through for words
WORD = lazy_pattern(r"(?<![A-Za-z\\])[A-Za-zÀ-ÖØ-öø-ɏ]{2,}")
_FOREIGN = lazy_pattern(r"[^\W\d_\u0000-\u03ff\u1d00-\u2bff\U0001d400-\U0001d7ff]")
_MATH = lazy_pattern(r"[\d\\$]")
LATEX_WORDS = lazy_pattern(
    r"\\(?:text\w*|mathrm|mbox|operatorname|begin|end)\s*\{[^{}]*\}|\\[A-Za-z]+"
)
_SHORT = SHORT_WORDS | {"is", "in", "or", "be"}


def is_prose(text: str) -> bool:
    """Whether a text is a sentence around an answer rather than a bare answer."""
    plain = LATEX_WORDS.sub(" ", text)
    words = [
        w
        for w in WORD.findall(plain)
        if w.lower() not in FUNCTIONS and (len(w) > 2 or w.lower() in _SHORT)
    ]
    if text[:1].isdigit():
        words = [w for w in words if not is_unit(w)]
    if is_range(text) or is_family(text):
        return False
    foreign = len(_FOREIGN.findall(plain))
    if "\n" in text.strip() and (words or foreign):
        return True
    return ((len(words) >= 3 or foreign >= 6) and bool(_MATH.search(text))) or len(words) > 12


def has_words(text: str) -> bool:
    """Whether there are words beside the mathematics."""
    plain = LATEX_WORDS.sub(" ", text[:_MOST])
    return bool(_FOREIGN.search(plain)) or any(
        len(w) > 2 and w.lower() not in FUNCTIONS for w in WORD.findall(plain)
    )
