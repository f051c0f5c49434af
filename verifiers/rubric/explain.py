"""Explains how a rubric reached its judgement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from harness.core import Problem
from harness.verifiers.flaw.verifier import visible
from harness.verifiers.rubric.file import CONSTANT, Proposition
from harness.verifiers.rubric.verifier import RubricVerifier

_SHOWN = {True: "yes", False: "no", None: "?"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Each proposition (name, how judged, whether it holds, weight) and the rule of each class."""

    behaviour: str | None
    propositions: tuple[tuple[str, str, bool | None, float | None], ...] = ()
    classes: tuple[tuple[str, str, bool | None, float | None], ...] = ()
    label: str | None = None
    value: float | None = None
    constant: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The explanation as plain JSON."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """The explanation as lines of text."""
        yield f"wanted   {self.behaviour or 'the gold names no behaviour'}"
        for kind, rows in (("holds", self.propositions), ("class", self.classes)):
            for name, how, holds, weight in rows:
                weighs = "" if weight is None else f"{weight:+.4f}"
                yield f"{kind:<8} {_SHOWN[holds]:<4}{name:<20} {weighs:<9} {_cut(how)}"
        if self.behaviour:
            value = "?" if self.value is None else f"{self.value:.3f}"
            start = "" if self.constant is None else f", from a constant {self.constant:+.4f}"
            yield f"weighed  {value}{start}"
            yield f"class    {self.label or '? (a model must be asked)'}"


def explain(verifier: RubricVerifier, response: str, problem: Problem) -> Told:
    """Each proposition and each rule on a response, by the rules alone."""
    rubric = verifier.rubric
    found = verifier.judgement(visible(response).strip(), problem)
    if found is None:
        return Told(behaviour=None)
    weights = rubric.file.weights.get(found.behaviour.name, {})
    classes = found.behaviour.classes
    rules = [(c, rubric.rules.get((found.behaviour.name, c.name))) for c in classes]
    return Told(
        behaviour=found.behaviour.name,
        propositions=tuple(
            (name, how(rubric.propositions[name]), value, weights.get(name))
            for name, value in found.values.items()
        ),
        classes=tuple(
            (
                c.name,
                c.when or "all others",
                c.name == found.label if rule is None else rule.holds(found.values),
                weights.get(c.name),
            )
            for c, rule in rules
        ),
        label=found.label,
        value=found.value,
        constant=weights.get(CONSTANT),
    )


def _cut(text: str) -> str:
    """The text on one line, shortened if it is long."""
    text = " ".join(text.split())
    return text if len(text) <= 90 else f"{text[:89]}…"


def how(proposition: Proposition) -> str:
    """How a proposition is judged."""
    if proposition.ask is not None:
        return f"a model is asked: {proposition.ask}"
    if proposition.pattern is not None:
        return f"pattern {proposition.pattern}"
    if proposition.detector is not None:
        return f"detector of {proposition.detector}"
    least, most = proposition.min_words or 0, proposition.max_words
    return f"words from {least}" + ("" if most is None else f" to {most}")
