"""Dates in words and digits."""

from __future__ import annotations

import functools
import re

from harness.verifiers.math.reading import wording
from harness.verifiers.patterns import lazy_pattern

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH = rf"(?P<month>{'|'.join(m[:3] + f'(?:{m[3:]})?' for m in _MONTHS)}|sept)\.?"
_DAY = r"(?:the\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DATES = tuple(
    lazy_pattern(rf"(?:[a-z]+day,?\s+)?{order}(?:,?\s*(?P<year>\d{{4}}))?", re.I)
    for order in (rf"{_MONTH}\s+{_DAY}", rf"{_DAY}\s+(?:of\s+)?{_MONTH}")
)
_DATED = lazy_pattern(r"\d.*[A-Za-z]{3}|[A-Za-z]{3}.*\d|\d-\d\d-\d")


@functools.lru_cache(maxsize=4096)
def date(text: str) -> tuple[int, int, int | None] | None:
    """(month, day, year if it is told) of `June 20th`, `20 June 2024`; None for other texts."""
    text = wording.words_only(text).strip(" .")
    if len(text) > 40 or not _DATED.search(text):
        return None
    if iso := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text):
        return int(iso[2]), int(iso[3]), int(iso[1])
    for pattern in _DATES:
        found = pattern.fullmatch(text)
        if found:
            month = next(i for i, m in enumerate(_MONTHS) if m[:3] == found["month"].lower()[:3])
            return month + 1, int(found["day"]), int(found["year"]) if found["year"] else None
    return None


def same_date(gold: str, answer: str) -> bool | None:
    """Whether two dates are the same; None when one is no date."""
    left, right = date(gold), date(answer)
    if left is None or right is None:
        return None
    years = {left[2], right[2]} - {None}
    return left[:2] == right[:2] and len(years) < 2
