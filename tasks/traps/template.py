"""What a template is: an author's scenario, its formal model, and its wordings.

One template gives, for each draw of its numbers, a cluster of four problems: the `original`, a
`concept` question that asks for what one must know to see the flaw, the twisted problem (variant
`trap`, `distractor` or `lure`), and a `control` that is sound. A trap and its control share every
word: the numbers, or the places of two words, make the difference.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from harness.tasks.traps.solve import Domain, Number

Q: Domain = None
"""The domain of an unknown that may be any rational number."""


class Flaw(StrEnum):
    """What is wrong with the twisted problem; the first five after MathTrap (arXiv
    2405.06680), the next two after UMWP (arXiv 2403.03558)."""

    UNDEFINED = "concept undefined"
    MISSING = "missing condition"
    DIRECT = "direct contradiction"
    INDIRECT = "indirect contradiction"
    SENSE = "violated common sense"
    AMBIGUOUS = "ambiguous reference"
    UNRELATED = "unrelated question"
    DISTRACTOR = "distractor"  # sound: a number that changes nothing
    LURE = "lure"  # sound: the tempting line of thought is wrong

    @property
    def sound(self) -> bool:
        """Whether the twisted problem still has exactly one answer."""
        return self in (Flaw.DISTRACTOR, Flaw.LURE)

    @property
    def variant(self) -> str:
        """The variant of the twisted problem."""
        return self.value if self.sound else "trap"


PARTS = ("original", "concept", "twist", "control")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What a text says, as expressions over its numbers and unknowns.

    `facts` are what the text states, `laws` what mathematics adds (the triangle inequality),
    `sense` what the world adds (no day has 26 hours). `ask` is the question's expression; `best`
    picks the largest or smallest value of it, or counts the solutions. `shortcut` is the
    expression that a hasty reader computes: it gives the lure. `family` is the step along which
    an unbounded problem's solutions go on for ever.
    """

    unknowns: Mapping[str, Domain] = field(default_factory=dict)
    facts: tuple[str, ...] = ()
    ask: str = ""
    laws: tuple[str, ...] = ()
    sense: tuple[str, ...] = ()
    best: str = ""  # "", "max", "min", "count"
    shortcut: str = ""
    family: str = ""
    claim: str = ""  # of a flawed problem, where the flaw alone does not tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One drawn item: the numbers in its text, and what the author's formula says of it.

    `answer` is the right answer (None: the problem has none); `lure` the shortcut's answer;
    `witnesses` two assignments that fit the text and answer differently. `noise` names numbers
    of the text that no fact uses. `model` names the template's model (default: the part's own).
    """

    values: Mapping[str, Number]
    answer: Number | None = None
    lure: Number | None = None
    witnesses: tuple[Mapping[str, Number], ...] = ()
    noise: tuple[str, ...] = ()
    model: str = ""
    text: str = ""  # which text of the wording; default: the part's own
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # language -> slot -> word
    texts: Mapping[str, str] = field(default_factory=dict)  # what the model reads letters of


Wording = Mapping[str, str]
"""Texts by part. A control without a text of its own has the twist's, a twist the original's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One scenario. `draw` gives the four cases of a cluster and depends on its generator alone.

    `words` has at least three wordings a language. The slots of a text are the case's values,
    words and texts, and {A}, {B}, {C}: persons. `ranges` names what a number measures in the real
    world (`world.py` has the limits). `concept` holds questions that serve all wordings, and
    `framed` puts an opening before texts without persons: both are of the training's lessons.
    `taught`: a lesson has this name, so that numbers of the training part are never asked.
    """

    name: str
    topic: str
    flaw: Flaw
    draw: Callable[[random.Random], Mapping[str, Case]]
    models: Mapping[str, Model]
    words: Mapping[str, tuple[Wording, ...]]
    ranges: Mapping[str, str] = field(default_factory=dict)
    concept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    framed: bool = False
    taught: bool = False

    def text(self, part: str, case: Case, language: str, wording: int) -> str:
        """The unfilled text of a part."""
        if part == "concept" and self.concept:
            texts = self.concept[language]
            return texts[wording % len(texts)]
        texts_of = self.words[language][wording]
        order = [case.text] if case.text else []
        order += {"control": ["control", "twist"]}.get(part, [part])
        return next(texts_of[key] for key in [*order, "original"] if key in texts_of)

    def model(self, part: str, case: Case) -> Model:
        """The formal model of a part: its own, the twist's, or the original's."""
        order = [case.model] if case.model else []
        order += {"control": ["control", "twist"], "twist": ["twist"]}.get(part, [part])
        return next(self.models[key] for key in [*order, "original"] if key in self.models)


def number(value: Number) -> str:
    """A number as a text shows it: whole, decimal where that is exact and short, else a/b."""
    value = Fraction(value)
    if value.denominator == 1:
        return str(value.numerator)
    scaled = value * 10_000
    if scaled.denominator == 1:
        sign, digits = "-" * (value < 0), str(abs(scaled.numerator)).rjust(5, "0")
        return f"{sign}{digits[:-4]}.{digits[-4:].rstrip('0')}"
    return f"{value.numerator}/{value.denominator}"


def wordings(*texts: str | tuple[str, ...]) -> tuple[Wording, ...]:
    """Wordings from texts (original, twist, control); what is left out falls back."""
    keys = ("original", "twist", "control")
    rows = [(text,) if isinstance(text, str) else text for text in texts]
    return tuple(dict(zip(keys, row, strict=False)) for row in rows)


def told(*rows: tuple[str, ...]) -> tuple[Wording, ...]:
    """Wordings from texts, the concept question last.

    Two texts: one for all sound and flawed problems; three: original and twist, which the control
    shares; four: original, twist and control.
    """
    keys = {
        2: ("original", "concept"),
        3: ("original", "twist", "concept"),
        4: ("original", "twist", "control", "concept"),
    }
    return tuple(dict(zip(keys[len(row)], row, strict=True)) for row in rows)


def sound(answer: Number, lure: Number | None = None, /, **values: Number) -> Case:
    """A case with an answer; a lure where the shortcut gives another."""
    return Case(values=values, answer=answer, lure=lure)


def flawed(lure: Number | None, *witnesses: Mapping[str, Number], **values: Number) -> Case:
    """A case without an answer."""
    return Case(values=values, lure=lure, witnesses=witnesses)


def four(original: Case, concept: Case, twist: Case, control: Case) -> dict[str, Case]:
    """The cases of a cluster by part."""
    return dict(zip(PARTS, (original, concept, twist, control), strict=True))


Numbers = dict[str, int]
Formula = Callable[[Numbers], Number]


def tempted(
    trap: Numbers, control: Numbers, right: Formula, hasty: Formula, original: Case, concept: Case
) -> dict[str, Case]:
    """The cases of a lure: the hasty formula is wrong in the trap and right in the control."""
    twist = sound(right(trap), hasty(trap), **trap)
    return four(original, concept, twist, sound(hasty(control), **control))


def distracted(
    trap: Numbers,
    control: Numbers,
    noise: tuple[str, ...],
    right: Formula,
    hasty: Formula,
    concept: Case,
) -> dict[str, Case]:
    """The cases of a distractor: in the trap the numbers `noise` change nothing, in the control
    the hasty formula uses them rightly; the original is the trap without them."""
    plain = {name: value for name, value in trap.items() if name not in noise}
    twist = Case(values=trap, answer=right(trap), lure=hasty(trap), noise=noise)
    return four(sound(right(trap), **plain), concept, twist, sound(hasty(control), **control))
