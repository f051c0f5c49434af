"""Shared code of the rule verifiers: extraction, abstention, and the order gold, lure, wrong."""

from __future__ import annotations

from harness.core import Problem, Status, Verdict
from harness.verifiers.math.finding.extract import Extraction, extract
from harness.verifiers.math.reading.characters import clean
from harness.verifiers.text import read_response


class RuleVerifier:
    """Base class: extracts the final answer and compares it with gold and lure by `same`.

    A subclass sets `name` and `version` and defines `same`; it may define `find` (how the answer
    is extracted from the text) and `key` (one string for equal answers).
    """

    name = "rule"
    version = "6"

    def same(self, answer: str, expected: str) -> bool:
        """Whether `answer` is `expected`."""
        raise NotImplementedError

    def key(self, answer: str) -> str:
        """One string for equal answers."""
        return answer.strip()

    def find(self, text: str) -> Extraction | None:
        """The answer in a response whose reasoning has been removed."""
        return extract(text)

    def find_for(self, text: str, problem: Problem) -> Extraction | None:
        """The same, for verifiers that need the problem to find it."""
        return self.find(text)

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Grade a response."""
        view = read_response(response, problem, truncated=truncated)
        if view.verdict is not None:
            return view.verdict
        found = self.find_for(view.text, problem)
        if found is None or not view.trusts(found.rule):
            return view.unanswered(self.name)
        status, reason = self._status(found.answer, problem)
        verdict = Verdict(
            status=status,
            answer=found.answer,
            key=self.key(found.answer) if status is not Status.UNPARSED else None,
            method=f"{found.rule}/{self.name}",
            warning=found.warning,
            reason=reason,
        )
        return view.settled(verdict, problem.gold)

    def _status(self, answer: str, problem: Problem) -> tuple[Status, str]:
        if problem.gold is None:
            return Status.UNGRADED, "the problem has no answer: judge it with a flaw verifier"
        if self.same(answer, clean(problem.gold)):
            return Status.CORRECT, "equal to the gold answer"
        if problem.lure is not None and self.same(answer, clean(problem.lure)):
            return Status.LURED, "equal to the lure"
        return Status.WRONG, f"not {problem.gold!r}"
