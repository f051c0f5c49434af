"""Why a response got its verdict: every step of one judgement, as data.

from harness.verifiers.math.explain import explain
explain("So she pays $64 for 16 glasses.", problem).numbers
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.core import Problem, Verdict
from harness.verifiers.math.comparing.answers import read
from harness.verifiers.math.finding.asked import asked
from harness.verifiers.math.finding.dollars import plain_money
from harness.verifiers.math.finding.extract import RULES, extract, prepared
from harness.verifiers.math.finding.mentions import mentions
from harness.verifiers.math.finding.stated import weight
from harness.verifiers.math.verifier import MathVerifier, gold_answer, resolved
from harness.verifiers.text import read_response


@dataclass(frozen=True, slots=True)
class Tried:
    """One extraction rule: what it found ("" for nothing), and why that was or was not used."""

    rule: str
    found: str
    why: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number in the sentence that states the answer: its role in the sentence and its weight."""

    text: str
    part: str
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """One verdict, step by step.

    `text` is the part of the response that was read (after the thinking, up to the next turn) and
    `span` is where the answer is in it, None if it is not written there verbatim. `tried` are the
    rules in order, `found` is the answer that was used ("" for none), `numbers` are those of the
    sentence that was read. `answer` and `gold` are trees as text, several if there are several
    readings. `stage` is the step that settled it.
    """

    text: str
    span: tuple[int, int] | None
    tried: tuple[Tried, ...]
    found: str
    numbers: tuple[Number, ...]
    answer: tuple[str, ...]
    gold: tuple[str, ...]
    stage: str
    verdict: Verdict

    @property
    def marked(self) -> str:
        """The text with the answer between » and «."""
        if self.span is None:
            return self.text
        start, end = self.span
        return f"{self.text[:start]}»{self.text[start:end]}«{self.text[end:]}"


def explain(
    response: str,
    problem: Problem,
    *,
    truncated: bool = False,
    verdict: Verdict | None = None,
    **options: Any,
) -> Explanation:
    """The steps by which `MathVerifier(**options)` judges `response`.

    A given `verdict` is used as is: comparing, the most expensive step, is skipped.
    """
    if verdict is None:
        verdict = MathVerifier(**options).verify(response, problem, truncated=truncated)
    view = read_response(response, problem, truncated=truncated)
    found = extract(view.text, problem.question) if view.verdict is None else None
    said = resolved(found, problem) if found is not None else None
    sentence = said.sentence if said is not None else ""
    return Explanation(
        text=view.text,
        span=_span(view.text, said.answer) if said is not None else None,
        tried=_tried(view.text, problem.question) if view.verdict is None else (),
        found=said.answer if said is not None else "",
        numbers=tuple(
            Number(plain_money(m.text), m.part, round(weight(m, asked(problem.question)), 2))
            for m in mentions(sentence)
        ),
        answer=_trees(said.answer) if said is not None else (),
        gold=_trees(gold_answer(problem.gold)) if problem.gold is not None else (),
        stage=verdict.method.rpartition("/")[2],
        verdict=verdict,
    )


def _span(text: str, answer: str) -> tuple[int, int] | None:
    start = text.rfind(answer) if answer else -1
    return None if start < 0 else (start, start + len(answer))


def _tried(text: str, question: str) -> tuple[Tried, ...]:
    """Each rule, and whether it won; weaker ones are tried as well, to show what they find."""
    shown = prepared(text)
    told: list[Tried] = []
    winner = ""
    for name, rule in RULES if shown else ():
        found = rule(shown, question)
        if found is None:
            told.append(Tried(name, "", "there is none"))
            continue
        why = f"{winner} is surer" if winner else (found.why or "the surest that finds something")
        winner = winner or name
        told.append(Tried(name, plain_money(found.answer), why))
    return tuple(told)


def _trees(text: str) -> tuple[str, ...]:
    answer = read(text)
    return tuple(map(repr, answer.readings)) or (f"words ({answer.problem})",)
