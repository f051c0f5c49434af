"""Why a stored sample got its verdict, as plain data for a page or a script.

    explained = explain_sample(view)
    explained.span        # where the answer is in view.response
    explained.to_json()

The verdict is the stored one and is never recomputed. How it came about is found with the current
code, and left out if that disagrees with the verifier that gave the verdict.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from harness.core import Problem, Verdict
from harness.results.views import SampleView
from harness.verifiers.math.explain import Number, Tried, explain
from harness.verifiers.text import read_response

Span = tuple[int, int]
"""Start and end in characters of the response, end exclusive."""

_BY_MATH = ("math", "flaw")
"""Verifiers whose verdicts on problems with an answer are those of the math verifier."""
_LONGEST = 20_000
"""Maximum response length for replaying the rules; longer ones only show the verdict."""
_SURENESS = ("sure", "likely", "a guess", "a guess")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One verdict, step by step.

    `span` is where the answer is in the response and `read` the part of it that was graded
    (after the thinking, up to another turn); None if they cannot be located. `rule` found the
    answer and `stage` decided the comparison, "" if there was none. `tried` are the extraction
    rules in order, and `numbers` those of the sentence that was read, each with its
    role in it; `readings` and `gold_readings` are the answers as trees. They are empty if the
    verifier has no such steps.
    """

    status: str
    answer: str | None
    rule: str
    stage: str
    sureness: str
    reason: str
    span: Span | None = None
    read: Span | None = None
    tried: tuple[Tried, ...] = ()
    numbers: tuple[Number, ...] = ()
    readings: tuple[str, ...] = ()
    gold_readings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


def explain_sample(view: SampleView) -> Explanation | None:
    """Why a sample got its verdict; None if it has none."""
    if view.verdict is None:
        return None
    return explain_verdict(
        view.response,
        view.problem,
        view.verdict,
        verifier=view.verifier or "",
        truncated=view.finish == "length",
    )


def explain_verdict(
    response: str,
    problem: Problem,
    verdict: Verdict,
    *,
    verifier: str = "math",
    truncated: bool = False,
) -> Explanation:
    """Why `verifier` (its name, with or without a version) gave `response` this verdict.

    Pure, and bounded by the response's length: answers are not compared again.
    """
    rule, _, stage = verdict.method.rpartition("/")
    answer = verdict.answer or ""
    told = Explanation(
        status=str(verdict.status),
        answer=verdict.answer,
        rule=rule,
        stage=stage,
        sureness=_SURENESS[min(max(verdict.warning, 0), 3)],
        reason=verdict.reason,
    )
    if len(response) > _LONGEST:
        return replace(told, span=_last(response, answer))
    if problem.gold is None or not verifier.startswith(_BY_MATH):
        text = read_response(response, problem, truncated=truncated).text
        return _placed(told, response, text)
    steps = explain(response, problem, truncated=truncated, verdict=verdict)
    if steps.found == answer or not answer:  # otherwise another version read it
        told = replace(
            told,
            tried=steps.tried,
            numbers=steps.numbers,
            readings=steps.answer,
            gold_readings=steps.gold,
        )
    return _placed(told, response, steps.text)


def _placed(told: Explanation, response: str, text: str) -> Explanation:
    """With the positions in the response of a part of it, which a verifier may have cleaned."""
    answer = told.answer or ""
    start = response.rfind(text) if text else -1
    if start < 0:  # cleaned: search for the answer as is
        return replace(told, span=_last(response, answer))
    here = _last(text, answer)
    span = None if here is None else (start + here[0], start + here[1])
    return replace(told, span=span, read=(start, start + len(text)))


def _last(text: str, answer: str) -> Span | None:
    start = text.rfind(answer) if answer else -1
    return None if start < 0 else (start, start + len(answer))
