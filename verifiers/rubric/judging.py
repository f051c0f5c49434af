"""From a response to its propositions' values, and from those to a class and a score."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from harness.core import Status
from harness.verifiers.rubric.file import CONSTANT, Behaviour, Proposition, Rubric
from harness.verifiers.text import evasion, is_loop


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a rubric makes of a response.

    `values` are the propositions' (None: a model has not been asked), `label` the class, `value`
    the weighted score in [0, 1]. None where they depend on what is not known.
    """

    behaviour: Behaviour
    values: Mapping[str, bool | None]
    label: str | None
    value: float | None

    @property
    def unknown(self) -> list[str]:
        """The propositions that a model has to be asked about."""
        return [name for name, value in self.values.items() if value is None]


def by_rule(proposition: Proposition, response: str) -> bool | None:
    """Whether a proposition holds; None for one that a model judges."""
    if proposition.ask is not None:
        return None
    if proposition.pattern is not None:
        return re.search(proposition.pattern, response) is not None
    if proposition.detector == "loop":
        return is_loop(response)
    if proposition.detector is not None:
        wanted = Status.REFUSED if proposition.detector == "refusal" else Status.ABSTAINED
        return evasion(response) is wanted
    words = len(response.split())
    least, most = proposition.min_words or 0, proposition.max_words
    return least <= words and (most is None or words <= most)


def values_by_rule(rubric: Rubric, response: str) -> dict[str, bool | None]:
    """All propositions of a rubric for a response."""
    return {name: by_rule(one, response) for name, one in rubric.propositions.items()}


def judge(rubric: Rubric, behaviour: Behaviour, values: Mapping[str, bool | None]) -> Judgement:
    """The class and the score that the propositions' values give."""
    label = classify(rubric, behaviour, values)
    return Judgement(
        behaviour=behaviour,
        values=dict(values),
        label=label,
        value=None if label is None else _value(rubric, behaviour, values, label),
    )


def classify(rubric: Rubric, behaviour: Behaviour, values: Mapping[str, bool | None]) -> str | None:
    """The first class whose rule holds; None where one before it may."""
    for one in behaviour.classes[:-1]:
        holds = rubric.rules[behaviour.name, one.name].holds(values)
        if holds is None:
            return None
        if holds:
            return one.name
    return behaviour.classes[-1].name


def features(
    rubric: Rubric, behaviour: Behaviour, values: Mapping[str, bool | None], label: str
) -> list[float | None]:
    """One number per name of `Rubric.features`: 1 if the proposition holds or it is the class."""
    known = [values[name] for name in rubric.propositions]
    own = [one.name == label for one in behaviour.classes[:-1]]
    return [None if value is None else float(value) for value in (*known, *own)]


def _value(
    rubric: Rubric, behaviour: Behaviour, values: Mapping[str, bool | None], label: str
) -> float | None:
    """The weighted sum, clipped to [0, 1]; the class alone counts if no weights are fitted."""
    weights = rubric.file.weights.get(behaviour.name)
    if weights is None:
        place = [one.name for one in behaviour.classes].index(label)
        given = behaviour.classes[place].score
        return 1 - place / (len(behaviour.classes) - 1) if given is None else given
    total = weights[CONSTANT]
    names = rubric.features(behaviour)
    for name, value in zip(names, features(rubric, behaviour, values, label), strict=True):
        if value is None and weights[name] != 0:
            return None
        total += weights[name] * (value or 0.0)
    return min(1.0, max(0.0, total))
