"""Answers that only their question makes equal: yes for the statement that it asks about, degrees
for an angle, the ends of an interval on which a function rises or falls.
"""

from __future__ import annotations

import re

from harness.verifiers.math.comparing.answers import MAX_ANSWER
from harness.verifiers.math.comparing.judge import same_answer
from harness.verifiers.math.comparing.options import Options
from harness.verifiers.math.comparing.outcome import Outcome
from harness.verifiers.math.reading import wording
from harness.verifiers.math.reading.numbers import plain_number
from harness.verifiers.patterns import lazy_pattern

MAX_QUESTION = 4_000  # characters from its end

_YES_OR_NO = lazy_pattern(
    r"(?:^|[.!?:;,]\s+|\n)\s*(?:is|are|was|were|do|does|did|can|could|will|would|must|has|have|should)\b"
    r"[^.?!]*\?|\b(?:determine|decide|find out|state|check) (?:whether|if)\b", re.I
)  # fmt: skip
_NEGATIVE = lazy_pattern(r"\b(?:not|no|never|cannot|neither|nor|impossible|false)\b|n['’]t\b", re.I)
_SENTENCE = lazy_pattern(r"\b(?:is|are|was|were|do|does|can|will|must|has|have)\b", re.I)
_ANGLE = lazy_pattern(r"\bangles?\b|\\angle|∠|\bdegrees?\b|角", re.I)
_MONOTONE = lazy_pattern(
    r"monoton|(?:increasing|decreasing)\s+(?:\w+\s+)?intervals?|intervals?\b[^.?;]{0,80}\b"
    r"(?:increas|decreas)|单调", re.I
)  # fmt: skip
_RANGE = lazy_pattern(r"(\d+(?:\.\d+)?)\s*[-–—~]+\s*(\d+(?:\.\d+)?)")
_SPAN = lazy_pattern(r"(?<!\d)(\d++(?:\.\d+)?)\s*(?:to|and|[-–—~]+|至|到)\s*(\d+(?:\.\d+)?)")
_ASKS_FOR_RANGE = lazy_pattern(r"\brange\b|\bbetween\b|范围", re.I)
_WITH_BASE = lazy_pattern(r"\(?([0-9A-Z]{1,40})\)?_\{?\(?\d{1,2}\)?\}?")
_ASKS_FOR_BASE = lazy_pattern(
    r"\bbase\b|\bbinary\b|\boctal\b|\bhexadecimal\b|\bternary\b|进制", re.I
)
_ASKS_WHO = lazy_pattern(r"\b(?:who|which (?:player|person|team|student|child|one|of))\b", re.I)
_PROPER = lazy_pattern(r"[A-Z][a-z]+(?: [A-Z][a-z]+)?")
_LOSES = lazy_pattern(r"\b(?:loses?|lost|opposite|except)\b", re.I)
_ENDS = lazy_pattern(r"[\[(].*,.*[\])]", re.S)


def as_asked(gold: str, answer: str, question: str, options: Options) -> tuple[Outcome, str] | None:
    """Whether `question` makes the answer equal; None where it does not."""
    if len(answer) > MAX_ANSWER:
        return None
    question = question[-MAX_QUESTION:]
    return (
        _affirmed(gold, answer, question)
        or _in_degrees(gold, answer, question, options)
        or _between_ends(gold, answer, question, options)
        or _as_range(gold, answer, question)
        or _in_base(gold, answer, question)
        or _who(gold, answer, question)
    )


def _in_base(gold: str, answer: str, question: str) -> tuple[Outcome, str] | None:
    """The digits of `1011_2`, where the question names the base."""
    told = _WITH_BASE.fullmatch(gold.strip(" $"))
    if told is None or not _ASKS_FOR_BASE.search(question):
        return None
    same = told[1] == wording.words_only(answer).strip(" .")
    return (Outcome(True, "words"), "the digits in the base asked for") if same else None


def _who(gold: str, answer: str, question: str) -> tuple[Outcome, str] | None:
    """The name with which a gold's sentence begins, where the question asks who."""
    name, told = wording.words_only(answer).strip(" ."), wording.words_only(gold)
    if len(told) > 200 or not (_PROPER.fullmatch(name) and _ASKS_WHO.search(question)):
        return None
    rest = told.removeprefix(name)
    alone = rest is not told and re.match(r"\s+[a-z]+", rest) and not re.search(r"\s[A-Z]", rest)
    if not alone or _NEGATIVE.search(rest) or _LOSES.search(rest):
        return None
    return Outcome(True, "words"), "the one of whom the gold speaks"


def _affirmed(gold: str, answer: str, question: str) -> tuple[Outcome, str] | None:
    """ "Yes" for "The vectors are collinear", where the question is whether they are."""
    said = wording.polarity(answer)
    plain = wording.words_only(gold)
    if said not in ("yes", "no") or wording.polarity(gold) or not _YES_OR_NO.search(question):
        return None
    if len(plain) > 200 or not _SENTENCE.search(plain):
        return None
    if (said == "no") != (_NEGATIVE.search(plain) is not None):
        return None
    return Outcome(True, "words"), f"{said}, as the gold states"


def _as_range(gold: str, answer: str, question: str) -> tuple[Outcome, str] | None:
    """`20 to 30 minutes` for `20-30`, where the question asks for a range."""
    told, said = _RANGE.fullmatch(gold.strip(" $")), _SPAN.search(answer)
    if told is None or said is None or not _ASKS_FOR_RANGE.search(question):
        return None
    if len(re.findall(r"\d+(?:\.\d+)?", answer)) != 2:
        return None
    return Outcome(told.groups() == said.groups(), "words"), "a range"


def _in_degrees(
    gold: str, answer: str, question: str, options: Options
) -> tuple[Outcome, str] | None:
    r"""`60` for `\pi/3`, where the question is about an angle."""
    if plain_number(answer) is None or not re.search(r"pi|π", gold):
        return None
    if not _ANGLE.search(question):
        return None
    told, why = same_answer(gold, rf"{answer}^\circ", options)
    return (told, f"{why}: degrees of an angle") if told.equal else None


def _between_ends(
    gold: str, answer: str, question: str, options: Options
) -> tuple[Outcome, str] | None:
    """An interval on which a function rises, with or without its ends: both are usual."""
    if not (_ENDS.search(gold) and _ENDS.search(answer) and _MONOTONE.search(question)):
        return None
    first, second = (t.replace("[", "(").replace("]", ")") for t in (gold, answer))
    told, why = same_answer(first, second, options)
    return (told, f"{why}: but for the ends of the intervals") if told.equal else None
