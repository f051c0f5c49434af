"""The verifier of mathematical answers: extract, compare, say why."""

from __future__ import annotations

import functools
from typing import Any

from harness.core import Problem, Status, Verdict
from harness.verifiers.math.comparing.exact import key as tree_key
from harness.verifiers.math.comparing.judge import answer_key, read, same_answer
from harness.verifiers.math.comparing.options import Options
from harness.verifiers.math.comparing.quick import plain_value
from harness.verifiers.math.finding.extract import (
    Extraction,
    extract,
    has_words,
    is_prose,
    narrow,
)
from harness.verifiers.math.reading import wording
from harness.verifiers.math.reading.characters import clean, strip_surrogates
from harness.verifiers.math.reading.tree import Num
from harness.verifiers.patterns import lazy_pattern
from harness.verifiers.text import read_response


class MathVerifier:
    """Judges a response by the mathematical value of its final answer."""

    name = "math"
    version = "1"

    def __init__(self, **options: Any) -> None:
        self.options = Options.of(options)

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Judge `response`; a problem without gold is `ungraded` here."""
        try:
            return self._verify(response, problem, truncated)
        except Exception as error:  # noqa: BLE001 - a defect of ours costs this response alone
            reason = f"the verifier failed: {type(error).__name__}: {error}"[:300]
            return Verdict(status=Status.UNGRADED, method="failed", warning=3, reason=reason)

    def _verify(self, response: str, problem: Problem, truncated: bool) -> Verdict:
        view = read_response(response, problem, truncated=truncated)
        if view.verdict is not None:
            return view.verdict
        found = extract(view.text)
        if found is None or not view.trusts(found.rule):
            return view.unanswered("extraction")
        return view.settled(self._judge(found, problem), problem.gold)

    def _judge(self, found: Extraction, problem: Problem) -> Verdict:
        value = plain_value(found.answer) if len(found.answer) < 200 else None
        key = f"={tree_key(Num(value))}" if value is not None else answer_key(found.answer)

        def verdict(status: Status, method: str, reason: str) -> Verdict:
            return Verdict(
                status=status,
                answer=found.answer,
                key=key,
                method=f"{found.rule}/{method}",
                warning=found.warning,
                reason=reason,
            )

        if problem.gold is None:
            return verdict(
                Status.UNGRADED, "none", "the problem has no answer: judge it with a flaw verifier"
            )
        gold = gold_answer(problem.gold)
        outcome, reason = same_answer(gold, found.answer, self.options)
        if not outcome.equal:
            narrower = narrowed(found)
            if narrower is not None:
                return self._judge(narrower, problem)
        if outcome.equal:
            return verdict(Status.CORRECT, outcome.stage, reason)
        if problem.lure is not None:
            lured, why = same_answer(clean(problem.lure), found.answer, self.options)
            if lured.equal:
                return verdict(Status.LURED, lured.stage, f"the lure: {why}")
        if outcome.equal is None:
            return verdict(Status.UNGRADED, outcome.stage, reason)
        return verdict(Status.WRONG, outcome.stage, reason)


_EXCLAIMED = lazy_pattern(r"-?\d[\d.,]*!")


def narrowed(found: Extraction) -> Extraction | None:
    """A part of an extracted sentence that is mathematics, when the whole is not."""
    if found.rule == "marker" and _EXCLAIMED.fullmatch(found.answer):  # "The answer is 5!"
        return Extraction(found.answer[:-1], "marker", 1)
    if found.rule in ("formula", "number") or read(found.answer).readings:
        return None
    if wording.minutes(found.answer) is not None or not has_words(found.answer):
        return None
    part = narrow(found.answer)
    if part is None or part.answer == found.answer:
        return None
    return Extraction(part.answer, part.rule, max(found.warning, part.warning))


@functools.lru_cache(maxsize=4096)
def gold_answer(gold: str) -> str:
    """The answer in a gold, which may be a whole solution."""
    text = clean(strip_surrogates(gold))
    if "\\boxed" in text or (len(text) > 80 and is_prose(text[:2000])):
        found = extract(text)
        if found is not None:
            return found.answer
    return text


def verify(text: str, gold: str, *, lure: str | None = None, **options: Any) -> Verdict:
    """Judge free text or a bare answer against `gold`."""
    problem = Problem(id="", question="", gold=gold, lure=lure)
    return MathVerifier(**options).verify(text, problem)


__all__ = ["MathVerifier", "verify"]
