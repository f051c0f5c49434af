"""Answering a question from its words alone: a second opinion on every gold answer.

Shares no code with the generator: numbers, context and direction are read off the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from harness.core import HarnessError, Problem

_NUMBER = re.compile(r"(?<![\d.])-?\d+\.\d+")
_CLOSER = re.compile(r"closer to (?:chapter )?\$?10(?:\.\d)?(?: m\b)?|接近第?10(?:\.\d)?[元米章]?")
_PARTS = re.compile(r"version|chapter|date|软件版本|章节|日期")
_DOWN = re.compile(
    r"from (?:largest|highest|longest|newest|last|latest) to|从[大高长新后晚]到", re.I
)
_SORT = re.compile(r"\bfrom \w+ to \w+|从.到.", re.I)
_JUDGE = re.compile(r"true|对还是错|判断对错", re.I)
_SAME = re.compile(r"equal to|the same as|相等|相同")
_LARGER = re.compile(r"\b(?:larger|higher|longer|newer|later)\b|[大高长新后晚]")
_SMALLER = re.compile(r"\b(?:smaller|lower|shorter|older|earlier)\b|[小低短旧前早]")
_NOUNS = re.compile(r"长度|价格|软件版本|章节|月\.日")


class CertificateError(HarnessError):
    """A gold answer that the question's words do not bear out."""


def certify(problem: Problem) -> None:
    """Raise CertificateError unless the question's words lead to the gold answer."""
    gold = problem.gold
    if answer(problem.question) != gold:
        # Numbers of one value may stand in either order.
        found = [_NUMBER.findall(text or "") for text in (answer(problem.question), gold)]
        values = [list(map(Fraction, numbers)) for numbers in found]
        if len(values[0]) < 3 or values[0] != values[1] or _PARTS.search(problem.question):
            raise CertificateError(
                f"{problem.id}: {problem.question!r} is not answered by {gold!r}"
            )


def answer(question: str) -> str:
    """The answer to a question of this task; raises CertificateError for one it cannot read."""
    bare, closer = _CLOSER.subn("", question)
    numbers: list[str] = _NUMBER.findall(bare)
    parts = _PARTS.search(bare) is not None
    order = [_by_parts(n) if parts else (Fraction(n), 0) for n in numbers]
    if _SORT.search(bare):
        ranked = sorted(range(len(numbers)), key=lambda i: order[i])
        if _DOWN.search(bare):
            ranked.reverse()
        return ", ".join(numbers[i] for i in ranked)
    if len(numbers) != 2:
        raise CertificateError(f"expected two numbers: {question!r}")
    chinese = re.search(r"[\u4e00-\u9fff]", question) is not None
    asked = _below_ten(numbers) if closer else _asked(bare)
    sign = (order[0] > order[1]) - (order[0] < order[1])
    if _JUDGE.search(bare):
        no, yes = ("错", "对") if chinese else ("false", "true")
        return yes if sign == asked else no
    if sign == 0:
        return "相等" if chinese else "equal"
    return numbers[0] if sign == asked else numbers[1]


def _by_parts(number: str) -> tuple[Fraction, int]:
    head, tail = number.split(".")
    return Fraction(int(head)), int(tail)


def _below_ten(numbers: Sequence[str]) -> int:
    """1 when the larger of the two is closer to ten, -1 when the smaller is."""
    above = [Fraction(n) > 10 for n in numbers]
    if any(above) != all(above):
        raise CertificateError(f"ten lies between {numbers[0]} and {numbers[1]}")
    return -1 if all(above) else 1


def _asked(text: str) -> int:
    """1, -1 or 0: whether the words speak of the larger, the smaller, or of equality."""
    words = _NOUNS.sub("", text)
    if _SAME.search(words):
        return 0
    up, down = _LARGER.search(words), _SMALLER.search(words)
    if (up is None) == (down is None):
        raise CertificateError(f"no one direction in {text!r}")
    return 1 if up else -1
