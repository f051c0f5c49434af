"""The contents of a rubric: the frozen dataclasses that its file is read into, and their checks."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import msgspec

from harness.core import DataError, UsageError
from harness.core.typed import read_table
from harness.verifiers.rubric.formula import NAME, WORDS, Formula, parse

Text = Annotated[str, msgspec.Meta(min_length=1)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Detector = Literal["refusal", "abstention", "loop"]

CONSTANT = "constant"  # the weight that is always added


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposition:
    """A statement about a response, judged in one of four ways.

    `ask` is put to a model. `pattern` is a regular expression that is found somewhere in the
    response, `detector` a detector of the verifiers, and the length in words is within `min_words`
    and `max_words`.
    """

    ask: Text | None = None
    pattern: Text | None = None
    detector: Detector | None = None
    min_words: Count | None = None
    max_words: Count | None = None

    @property
    def ways(self) -> list[str]:
        """The ways that are given; exactly one is allowed."""
        length = self.min_words is not None or self.max_words is not None
        given = {"ask": self.ask, "pattern": self.pattern, "detector": self.detector}
        return [n for n, value in given.items() if value is not None] + ["length"] * length


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """A kind of response: what it is called, and the rule that it fits (none: all others).

    `correct`: the verdict on it; without any in a behaviour, the first class is. `score` is its
    share of the full mark while no weights are fitted.
    """

    name: Text
    when: Text | None = None
    correct: bool = False
    score: Share | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What is wanted of a response; the gold of a problem names it. Classes stand best first."""

    name: Text
    classes: tuple[Class, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricFile:
    """A rubric as it is written; `weights` are by behaviour, then by proposition or class."""

    summary: str = ""
    propositions: dict[str, Proposition]
    behaviours: tuple[Behaviour, ...]
    weights: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """A file whose rules have been read: (behaviour, class) -> Formula."""

    file: RubricFile
    rules: Mapping[tuple[str, str], Formula]

    @property
    def propositions(self) -> Mapping[str, Proposition]:
        """By name."""
        return self.file.propositions

    def behaviour(self, gold: str | None) -> Behaviour | None:
        """The one that a gold names; the only one whatever the gold; None where it names none."""
        if len(self.file.behaviours) == 1:
            return self.file.behaviours[0]
        named = (gold or "").strip().casefold()
        return next((b for b in self.file.behaviours if b.name.casefold() == named), None)

    def features(self, behaviour: Behaviour) -> list[str]:
        """What has a weight: the propositions, and the classes but the last, in order.

        The last class is the complement of the others.
        """
        return [*self.propositions, *(c.name for c in behaviour.classes[:-1])]

    def correct(self, behaviour: Behaviour) -> set[str]:
        """The classes whose verdict is `correct`."""
        marked = {c.name for c in behaviour.classes if c.correct}
        return marked or {behaviour.classes[0].name}


def read_rubric(path: Path) -> Rubric:
    """The rubric in a TOML file; raises DataError with one line per fault."""
    return rubric_of(read_table_file(path), str(path))


def read_table_file(path: Path) -> dict[str, Any]:
    """The contents of a TOML file; raises DataError if it cannot be read."""
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path}: not TOML: {error}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text (byte {error.start}): convert it") from error
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error


def rubric_of(raw: Any, where: str = "rubric") -> Rubric:
    """The rubric in a table; raises DataError with one line per fault."""
    file, faults = read_table(raw, RubricFile)
    if file is None:
        raise DataError("\n".join(f"{where}: {fault}" for fault in faults))
    rules: dict[tuple[str, str], Formula] = {}
    faults = [*_propositions(file), *_behaviours(file, rules), *_weights(file)]
    if faults:
        raise DataError("\n".join(f"{where}: {fault}" for fault in faults))
    return Rubric(file=file, rules=rules)


def _propositions(file: RubricFile) -> Iterator[str]:
    if not file.propositions:
        yield "propositions: there are none"
    for name, one in file.propositions.items():
        place = f"propositions.{name}"
        if not NAME.fullmatch(name) or name in (*WORDS, CONSTANT):
            yield f"{place}: a name is letters, digits, - and _, and none of {', '.join(WORDS)}"
        if len(one.ways) != 1:
            said = " and ".join(one.ways) or "nothing"
            yield (
                f"{place}: give one of ask, pattern, detector and a length (min_words, "
                f"max_words), not {said}"
            )
        if None not in (one.min_words, one.max_words) and (
            cast("int", one.min_words) > cast("int", one.max_words)
        ):
            yield f"{place}: min_words is above max_words"
        if one.pattern is not None:
            try:
                re.compile(one.pattern)
            except re.error as error:
                yield f"{place}: the pattern {one.pattern!r} is no regular expression: {error}"


def _behaviours(file: RubricFile, rules: dict[tuple[str, str], Formula]) -> Iterator[str]:
    names = [b.name.casefold() for b in file.behaviours]
    if not names:
        yield "behaviours: there are none"
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield f"behaviours: {name} is there twice"
    for behaviour in file.behaviours:
        place = f"behaviour {behaviour.name}"
        classes = [c.name for c in behaviour.classes]
        if len(classes) < 2:
            yield f"{place}: needs two classes or more"
        for name in sorted({c for c in classes if classes.count(c) > 1}):
            yield f"{place}: the class {name} is there twice"
        for name in classes:
            if name in file.propositions or name == CONSTANT:
                yield f"{place}: the class {name} has the name of a proposition; rename one"
        for number, one in enumerate(behaviour.classes, 1):
            last = number == len(classes)
            if (one.when is None) != last:
                yield (
                    f"{place}: the last class has no `when`: it is what no other rule fits"
                    if last
                    else f"{place}: the class {one.name} needs a rule (`when`); the last alone "
                    "has none"
                )
            if one.when is not None:
                try:
                    rules[behaviour.name, one.name] = parse(one.when, file.propositions)
                except UsageError as error:
                    yield f"{place}: class {one.name}: {error}"


def _weights(file: RubricFile) -> Iterator[str]:
    known = {b.name: b for b in file.behaviours}
    for name, weights in file.weights.items():
        if name not in known:
            yield f"weights.{name}: no behaviour has this name"
            continue
        wanted = {*file.propositions, *(c.name for c in known[name].classes[:-1]), CONSTANT}
        if strange := sorted(set(weights) - wanted):
            yield f"weights.{name}: {', '.join(strange)}: no proposition and no class; fit again"
        if missing := sorted(wanted - set(weights)):
            yield f"weights.{name}: {', '.join(missing)} has no weight; fit again"
