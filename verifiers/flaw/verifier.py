"""The verifier of trap tasks: flaw recognition, else mathematics."""

from __future__ import annotations

import dataclasses
import re

from harness.core import Problem, Prompt, Status, Verdict
from harness.verifiers.flaw.judge import JUDGE_VERSION, judge_prompt, judged
from harness.verifiers.flaw.rules import Stance, is_marked, stance
from harness.verifiers.math import MathVerifier
from harness.verifiers.patterns import lazy_pattern
from harness.verifiers.text import Response, read_response

_CLOSE = lazy_pattern(
    r"</(?:think|thinking|thought|reasoning)>|◁/think▷|<\|end_of_thought\|>", re.I
)
_OPEN = lazy_pattern(r"<(?:think|thinking|thought|reasoning)>|◁think▷|<\|begin_of_thought\|>", re.I)
_IGNORANT = lazy_pattern(
    r"\W*(?:(?:sorry,? )?I (?:really |just |simply )?(?:don['’]?t|do not) know(?: the answer)?"
    r"|dunno|(?:I have )?no idea|I(?:['’]m| am) not sure"
    r"|(?:抱歉,?\s*)?我?(?:真的)?不(?:知道|会|清楚)(?:答案)?)\W*",
    re.I,
)
_REASONS = {
    Stance.RECOGNISED: "the response concludes that the problem has no answer",
    Stance.HEDGED: "a doubt is voiced, but an answer is given",
    Stance.ASSUMED: "the flaw is assumed away and an answer given",
    Stance.ANSWERED: "an answer is given as if the problem were sound",
    Stance.REFUSED: "the response refuses",
    Stance.NONE: "neither an answer nor a judgement was found",
}


def visible(response: str) -> str:
    """The response after its thinking; empty if the thinking has not ended."""
    parts = _CLOSE.split(response)
    if len(parts) > 1:
        return parts[-1]
    return "" if _OPEN.search(response) else response


class FlawVerifier:
    """`correct` on a problem without an answer means that the response names the flaw.

    A problem with an answer is graded by the math verifier; a response that calls a sound
    problem flawed is `abstained`.
    """

    name = "flaw"
    version = "8"
    judge_version = JUDGE_VERSION

    def __init__(self) -> None:
        self._math = MathVerifier()

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Judge a response; see the class."""
        read = read_response(response, problem, truncated=truncated)
        if read.verdict is not None:
            return read.verdict
        if problem.gold is not None:
            return self._sound(response, read, problem, truncated)
        if read.truncated and not is_marked(read.text):
            return read.unanswered("flaw")
        if _IGNORANT.fullmatch(read.text):
            return read.unanswered("flaw")  # not to know is to name no flaw
        view = stance(read.text, problem.question)
        if view is Stance.RECOGNISED:
            return read.noted(Verdict(
                status=Status.CORRECT, answer="no answer", key="flaw", method="flaw/recognised",
                reason=_REASONS[view],
            ))  # fmt: skip
        if view is Stance.REFUSED:
            return read.noted(_refused())
        return read.noted(self._answered(response, problem, view, truncated))

    def _answered(self, response: str, problem: Problem, view: Stance, truncated: bool) -> Verdict:
        """The math verifier extracts the answer, and checks whether it is the lure."""
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

    def _sound(self, response: str, read: Response, problem: Problem, truncated: bool) -> Verdict:
        """For a sound problem. Declaring a flaw is a claim, and votes as one: the voter does not
        know whether the problem is sound."""
        verdict = self._math.verify(response, problem, truncated=truncated)
        if verdict.status in (Status.CORRECT, Status.TRUNCATED):
            return verdict
        view = stance(read.text, problem.question)
        if view is Stance.RECOGNISED:
            return read.noted(Verdict(
                status=Status.ABSTAINED,
                answer=verdict.answer,
                key="flaw",
                method="flaw/false alarm",
                reason="declares a sound problem flawed",
            ))  # fmt: skip
        return read.noted(_refused()) if view is Stance.REFUSED else verdict

    def question(self, response: str, problem: Problem, *, vote: int = 0) -> Prompt | None:
        """The judge's prompt, only if the problem has no answer and the response is not empty."""
        text = visible(response).strip()
        return judge_prompt(problem, text, vote) if problem.gold is None and text else None

    def judged(self, reply: str, rules: Verdict) -> Verdict:
        """The verdict given by a judge's reply."""
        return judged(visible(reply), rules)


def _refused() -> Verdict:
    return Verdict(status=Status.REFUSED, method="flaw/refused", reason=_REASONS[Stance.REFUSED])
