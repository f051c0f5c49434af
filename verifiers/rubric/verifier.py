"""A rubric as a verifier."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.core import Problem, Prompt, Status, UnknownNameError, Verdict
from harness.verifiers.flaw.verifier import visible
from harness.verifiers.rubric.asking import ASK_VERSION, question, read_reply
from harness.verifiers.rubric.file import Rubric, read_rubric, rubric_of
from harness.verifiers.rubric.judging import Judgement, judge, values_by_rule

_MOST = 0.99  # what a response short of the right class can score
_SHOWN = {True: "yes", False: "no", None: "?"}


class RubricVerifier:
    """Judges a response by a rubric: its class decides, and its weights give partial credit.

    `rubric` is a file, or the table that it holds. The gold of a problem names the behaviour that
    is wanted, where the rubric has several. A response of a class that is `correct` has the full
    mark; another is `wrong`, with the weighted score as its share of the mark. Where the class or
    the score depends on what a model must be asked, the verdict is `ungraded` until it is.
    `behaviour` is wanted whatever the gold.
    """

    name = "rubric"
    version = "1"
    judge_version = ASK_VERSION
    reads = ("rubric",)  # options that may name a file beside a task file

    def __init__(self, *, rubric: str | Mapping[str, Any], behaviour: str | None = None) -> None:
        self.rubric: Rubric = (
            read_rubric(Path(rubric)) if isinstance(rubric, str) else rubric_of(rubric)
        )
        if behaviour is not None and self.rubric.behaviour(behaviour) is None:
            known = [b.name for b in self.rubric.file.behaviours]
            raise UnknownNameError("behaviour", behaviour, known)
        self._wanted = behaviour

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Judge the response after its thinking, by rules alone; see the class."""
        text = visible(response).strip()
        if not text:
            status = Status.TRUNCATED if truncated else Status.UNPARSED
            reason = "cut off before an answer" if truncated else "nothing was said"
            return Verdict(status=status, method="rubric", reason=reason)
        judgement = self.judgement(text, problem)
        if judgement is None:
            known = ", ".join(b.name for b in self.rubric.file.behaviours)
            reason = f"the gold {problem.gold!r} names none of the rubric's behaviours: {known}"
            return Verdict(status=Status.UNGRADED, method="rubric", reason=reason)
        return self._verdict(judgement, "rules")

    def judgement(self, text: str, problem: Problem) -> Judgement | None:
        """The class and score by rules alone; None if the gold names no behaviour."""
        behaviour = self.rubric.behaviour(self._wanted or problem.gold)
        if behaviour is None:
            return None
        return judge(self.rubric, behaviour, values_by_rule(self.rubric, text))

    def question(self, response: str, problem: Problem, *, vote: int = 0) -> Prompt | None:
        """Everything a model must be asked, in one prompt; None if the rules are enough."""
        text = visible(response).strip()
        found = self.judgement(text, problem) if text else None
        if found is None or self._settled(found):
            return None
        return question(self.rubric, found.unknown, text, problem, vote)

    def judged(self, reply: str, rules: Verdict) -> Verdict:
        """The verdict with a judge's word on what the rules left open.

        `ungraded` where the reply has no word on one of the propositions.
        """
        name, values = read_answer(rules.answer or "")
        behaviour = self.rubric.behaviour(name)
        if behaviour is None or set(values) != set(self.rubric.propositions):
            return rules
        unknown = [n for n, value in values.items() if value is None]
        said = read_reply(visible(reply), unknown)
        if missing := [n for n in unknown if n not in said]:
            reason = f"the judge's reply has no word on {', '.join(missing)}"
            return Verdict(status=Status.UNGRADED, method="rubric/judge", reason=reason)
        return self._verdict(judge(self.rubric, behaviour, {**values, **said}), "judge")

    def _settled(self, found: Judgement) -> bool:
        """Whether what is not known can change neither the verdict nor its score."""
        if found.label in self.rubric.correct(found.behaviour):
            return True
        return found.label is not None and found.value is not None

    def _verdict(self, found: Judgement, by: str) -> Verdict:
        told = " ".join(f"{name}={_SHOWN[value]}" for name, value in found.values.items())
        answer, method = f"{found.behaviour.name}: {told}", f"rubric/{by}"
        if not self._settled(found):
            asked = ", ".join(found.unknown)
            reason = f"a model must be asked about {asked}"
            return Verdict(status=Status.UNGRADED, answer=answer, method=method, reason=reason)
        right = found.label in self.rubric.correct(found.behaviour)
        return Verdict(
            status=Status.CORRECT if right else Status.WRONG,
            answer=answer,
            key=found.label,
            method=method,
            reason=f"class {found.label}",
            score=1.0 if right else min(_MOST, found.value or 0.0),
        )


def read_answer(answer: str) -> tuple[str, dict[str, bool | None]]:
    """The behaviour and the propositions' values of a verdict, from its answer."""
    name, _, told = answer.rpartition(": ")
    words = {shown: value for value, shown in _SHOWN.items()}
    pairs = (pair.partition("=") for pair in told.split())
    return name, {key: words.get(value) for key, _, value in pairs}
