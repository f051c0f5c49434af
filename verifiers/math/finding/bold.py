"""Answers in bold type without a marker before them."""

from __future__ import annotations

import re

from harness.verifiers.math.finding.asked import Asked, asked, stem
from harness.verifiers.math.finding.conclusion import concludes, conclusion
from harness.verifiers.math.finding.stated import is_sentence, labelled
from harness.verifiers.math.reading.wording import number_words
from harness.verifiers.patterns import lazy_pattern

BOLD = lazy_pattern(r"(?:\*\*|__)([^*_\n]{1,200}?)(?:\*\*|__)")
NOTE = lazy_pattern(r"(?<=[\d$)*])\s*\((?=[^()]*[A-Za-z]{4})[^()]*\)\s*\.?\s*$")
_LINE = lazy_pattern(
    r"(?:^|\n)[ \t]*\*\*([A-Za-z][A-Za-z ]{2,40}):(?:\*\*)?[ \t]*([^*\n]*\d[^*\n]*)(?:\*\*)?"
    r"[ \t.]*(?=\n|$)"
)


def bold_answer(text: str, question: str) -> tuple[str, str] | None:
    """The bold answer of a text, and its last sentence."""
    sentence, last = conclusion(text)
    if line := _line(text, asked(question)):
        return line, last
    bold = BOLD.findall(NOTE.sub("", sentence)) or _before(text, last, asked(question))
    if len(bold) != 1 or not (re.search(r"\d|\\", bold[0]) or number_words(bold[0]) is not None):
        return None
    return labelled(bold[0], asked(question)) or bold[0].strip(), last  # "Tom: 30, Sue: 15"


def _line(text: str, asked: Asked) -> str | None:
    """`**Total players: 48**` on a line of its own, with no conclusion after it."""
    found = list(_LINE.finditer(text))
    if not found or not asked.numeric:
        return None
    label = {stem(w) for w in found[-1][1].split()}
    fits = label & (asked.nouns | {"total", "answer"}) and not is_sentence(found[-1][2])
    rest = text[found[-1].end() :]
    return found[-1][2].strip() if fits and "=" not in rest and not concludes(rest) else None


def _before(text: str, last: str, asked: Asked) -> list[str]:
    """The bold text of the last paragraph, if a remark that concludes nothing ends it."""
    paragraph = text.strip().rpartition("\n")[2]
    found = BOLD.findall(paragraph)
    if len(found) != 1 or asked.tells(found[0]) or concludes(last) or not asked.numeric:
        return []
    return found if re.search(r"\d", found[0]) and not paragraph.startswith("**") else []
