"""Judging answers to comparisons: a number as written, "equal", true or false, or an order."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from harness.core import Problem, Status, Verdict
from harness.verifiers.rules import RuleVerifier

_NUMBER = re.compile(r"(?<![\d.])(?:(?<![\w)])-)?\d+(?:\.\d+)?(?!\.?\d)")
_NOT = re.compile(r"\bnot\b|n't\b|\bun|不|并非", re.I)
_EQUAL = re.compile(
    r"\b(?:equal|same|identical|neither|tie|equivalent)\b|相等|相同|一样|同一", re.I
)
_TRUE = re.compile(r"\b(?:true|correct|right|yes)\b|对|正确|是的|真", re.I)
_FALSE = re.compile(r"\b(?:false|incorrect|wrong|no)\b|错|不对|不正确|假|否", re.I)
_DESCENDING = re.compile(r"[>≥]")


class ComparisonVerifier:
    """Judges by the reading that `problem.meta["reading"]` names.

    `value`: 9.80 is 9.8. `parts` (versions, chapters, dates): 9.80 lies behind 9.9. Units and signs
    of money do not count; an order may be written with commas, `<` or `>`.
    """

    name = "comparison"
    version = "1"

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Judge a response."""
        judge = _Judge(problem.meta.get("reading", "value"), str(problem.meta.get("form", "pick")))
        return judge.verify(response, problem, truncated=truncated)


class _Judge(RuleVerifier):
    """The rules for one problem."""

    name = ComparisonVerifier.name
    version = ComparisonVerifier.version

    def __init__(self, reading: str, form: str) -> None:
        self.reading, self.form = reading, form

    def same(self, answer: str, expected: str) -> bool:
        found = self.read(answer)
        return found is not None and found == self.read(expected)

    def key(self, answer: str) -> str:
        found = self.read(answer)
        return answer.strip() if found is None else repr(found)

    def _status(self, answer: str, problem: Problem) -> tuple[Status, str]:
        status, reason = super()._status(answer, problem)
        if status is Status.WRONG and self.read(answer) is None:
            return Status.UNPARSED, "no number, truth value or order in the answer"
        return status, reason

    def read(self, answer: str) -> Any:
        """What an answer says: a truth value, "equal", a number or a tuple of them; or None."""
        if self.form == "judge":
            return _truth(answer)
        numbers = [self._value(n) for n in _NUMBER.findall(answer)]
        if self.form == "sort":
            if len(numbers) < 2:
                return None
            return tuple(reversed(numbers) if _DESCENDING.search(answer) else numbers)
        if _EQUAL.search(answer) and not _NOT.search(answer):
            return "equal"
        return numbers[0] if numbers else None

    def _value(self, number: str) -> Any:
        if self.reading == "value":
            return Fraction(number)
        head, _, tail = number.partition(".")
        return int(head), int(tail or 0)


def _truth(answer: str) -> bool | None:
    if _FALSE.search(answer):
        return False
    if _TRUE.search(answer):
        return _NOT.search(answer) is None
    return None
