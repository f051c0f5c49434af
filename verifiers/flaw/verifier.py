"""The verifier of trap tasks: flaw recognition, else mathematics."""

from __future__ import annotations

import dataclasses
import re

from harness.core import Problem, Prompt, Status, Verdict
from harness.verifiers.flaw.judge import JUDGE_VERSION, judge_prompt, judged
from harness.verifiers.flaw.rules import Stance, stance
from harness.verifiers.math import MathVerifier
from harness.verifiers.patterns import lazy_pattern

_CLOSE = lazy_pattern(
    r"</(?:think|thinking|thought|reasoning)>|◁/think▷|<\|end_of_thought\|>", re.I
)
_OPEN = lazy_pattern(r"<(?:think|thinking|thought|reasoning)>|◁think▷|<\|begin_of_thought\|>", re.I)
_REASONS = {
    Stance.RECOGNISED: "the response concludes that the problem has no answer",
    Stance.HEDGED: "a doubt is voiced, but an answer is given",
    Stance.ASSUMED: "the flaw is assumed away and an answer given",
    Stance.ANSWERED: "an answer is given as if the problem were sound",
    Stance.REFUSED: "the response refuses",
    Stance.NONE: "neither an answer nor a judgement was found",
}


def visible(response: str) -> str:
    """The response behind its thinking; empty while the thinking has not ended."""
    parts = _CLOSE.split(response)
    if len(parts) > 1:
        return parts[-1]
    return "" if _OPEN.search(response) else response


class FlawVerifier:
    """`correct` on a problem without answer means that the response names the flaw.

    On a problem with an answer the math verifier judges; a response that declares a sound problem
    flawed is `abstained`.
    """

    name = "flaw"
    version = "2"
    judge_version = JUDGE_VERSION

    def __init__(self) -> None:
        self._math = MathVerifier()

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Judge a response; see the class."""
        text = visible(response)
        if problem.gold is not None:
            return self._sound(response, text, problem, truncated)
        view = stance(text)
        if view is Stance.RECOGNISED:
            return Verdict(
                status=Status.CORRECT, answer="no answer", key="flaw", method="flaw/recognised",
                reason=_REASONS[view],
            )  # fmt: skip
        if view is Stance.REFUSED:
            return Verdict(status=Status.REFUSED, method="flaw/refused", reason=_REASONS[view])
        return self._answered(response, problem, view, truncated)

    def _answered(self, response: str, problem: Problem, view: Stance, truncated: bool) -> Verdict:
        """The math verifier extracts what was answered, and sees whether it is the lure."""
        gold = problem.lure if problem.lure is not None else "0"
        asked = dataclasses.replace(problem, gold=gold, lure=None)
        verdict = self._math.verify(response, asked, truncated=truncated)
        status = verdict.status
        if status is Status.CORRECT:
            status = Status.LURED if problem.lure is not None else Status.WRONG
        elif status is Status.UNGRADED:
            status = Status.WRONG  # whatever it is, it is an answer to a problem without one
        return dataclasses.replace(
            verdict, status=status, method=f"flaw/{view}", reason=_REASONS[view]
        )

    def _sound(self, response: str, text: str, problem: Problem, truncated: bool) -> Verdict:
        verdict = self._math.verify(response, problem, truncated=truncated)
        if verdict.status is Status.CORRECT:
            return verdict
        view = stance(text)
        if view is Stance.RECOGNISED:
            return Verdict(
                status=Status.ABSTAINED,
                answer=verdict.answer,
                key="flaw",
                method="flaw/false alarm",
                reason="declares a sound problem flawed",
            )
        if view is Stance.REFUSED:
            return Verdict(status=Status.REFUSED, method="flaw/refused", reason=_REASONS[view])
        return verdict

    def question(self, response: str, problem: Problem, *, vote: int = 0) -> Prompt | None:
        """What a judge is asked: only where there is no answer, and something was said."""
        text = visible(response).strip()
        return judge_prompt(problem, text, vote) if problem.gold is None and text else None

    def judged(self, reply: str, rules: Verdict) -> Verdict:
        """The verdict by a judge's reply."""
        return judged(visible(reply), rules)
