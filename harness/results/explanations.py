"""Why a stored sample was judged as it was, as plain data for a page or a script.

    explained = explain_sample(view)
    explained.span        # where in view.response the answer stands
    explained.to_json()

The verdict is the stored one, never worked out again. What led to it is found by today's code, and
left out where that finds something else than the verifier of that day did.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from harness.core import Problem, Verdict
from harness.results.views import SampleView
from harness.verifiers.math.explain import Number, Tried, explain
from harness.verifiers.text import read_response

Span = tuple[int, int]
"""Beginning and end in characters of the response, the end not included."""

_BY_MATH = ("math", "flaw")
"""Verifiers whose verdicts on problems with an answer are those of mathematics."""
_LONGEST = 20_000
"""Characters of a response up to which rules are tried again; longer ones show the verdict."""
_SURENESS = ("sure", "likely", "a guess", "a guess")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One judgement in its steps.

    `span` is where the answer stands in the response and `read` the part of it that was judged
    (behind the thinking, up to another turn); None where they cannot be placed. `rule` found the
    answer and `stage` settled the comparison, "" where there was neither. `tried` are the rules of
    extraction in their order, and `numbers` those of the sentence that was read, each with its
    part in it; `readings` and `gold_readings` are the answers as trees. They are empty where the
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
    """Why a sample was judged as it was; None where it has no verdict."""
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

    Pure, and bounded by the response's length: nothing is compared again.
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
    if steps.found == answer or not answer:  # else another version read it
        told = replace(
            told,
            tried=steps.tried,
            numbers=steps.numbers,
            readings=steps.answer,
            gold_readings=steps.gold,
        )
    return _placed(told, response, steps.text)


def _placed(told: Explanation, response: str, text: str) -> Explanation:
    """With the places in the response of a part of it, which a verifier may have cleaned."""
    answer = told.answer or ""
    start = response.rfind(text) if text else -1
    if start < 0:  # cleaned: the answer is looked for as it is
        return replace(told, span=_last(response, answer))
    here = _last(text, answer)
    span = None if here is None else (start + here[0], start + here[1])
    return replace(told, span=span, read=(start, start + len(text)))


def _last(text: str, answer: str) -> Span | None:
    start = text.rfind(answer) if answer else -1
    return None if start < 0 else (start, start + len(answer))
