"""What the rule verifiers share: extraction, abstention, and the order gold, lure, wrong."""

from __future__ import annotations

import re

from harness.core import Problem, Status, Verdict
from harness.verifiers.math.finding.extract import Extraction, extract, final_part
from harness.verifiers.math.reading.characters import clean, strip_surrogates

_ABSTAINED = re.compile(
    r"\b(?:I (?:do not|don't|cannot|can't) (?:know|tell|determine|answer|say)"
    r"|(?:it )?(?:cannot|can't) be (?:determined|known|answered)|not enough information"
    r"|insufficient information|unable to determine)\b|无法确定|不知道|信息不足",
    re.I,
)


class RuleVerifier:
    """Base: extracts the final answer, then asks `same(answer, expected)` of gold and lure.

    A subclass sets `name` and `version` and defines `same`; it may define `find` (how the answer
    is taken from the text) and `key` (one string for equal answers).
    """

    name = "rule"
    version = "1"

    def same(self, answer: str, expected: str) -> bool:
        """Whether `answer` is `expected`."""
        raise NotImplementedError

    def key(self, answer: str) -> str:
        """One string for equal answers."""
        return answer.strip()

    def find(self, text: str) -> Extraction | None:
        """The answer in a response whose reasoning has been cut away."""
        return extract(text)

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Judge a response."""
        text = final_part(clean(strip_surrogates(response)))
        found = self.find(text) if text is not None else None
        if found is None or (truncated and found.warning >= 2):
            if text is not None and not truncated and _ABSTAINED.search(text[-2000:]):
                return Verdict(status=Status.ABSTAINED, method=self.name, reason="it abstained")
            status = Status.TRUNCATED if truncated else Status.UNPARSED
            return Verdict(status=status, method=self.name, reason="no answer was found")
        status, reason = self._status(found.answer, problem)
        if status is Status.WRONG and text is not None and _ABSTAINED.search(found.answer):
            status, reason = Status.ABSTAINED, "it abstained"
        return Verdict(
            status=status,
            answer=found.answer,
            key=self.key(found.answer),
            method=f"{found.rule}/{self.name}",
            warning=found.warning,
            reason=reason,
        )

    def _status(self, answer: str, problem: Problem) -> tuple[Status, str]:
        if problem.gold is None:
            return Status.UNGRADED, "the problem has no answer: judge it with a flaw verifier"
        if self.same(answer, clean(problem.gold)):
            return Status.CORRECT, "equal to the gold answer"
        if problem.lure is not None and self.same(answer, clean(problem.lure)):
            return Status.LURED, "equal to the lure"
        return Status.WRONG, f"not {problem.gold!r}"
