"""Making the problems: item i of seed s is a function of (s, i) alone."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from harness.core import Problem, UsageError
from harness.core.hashing import derive_seed
from harness.tasks._generate import Part, part_of
from harness.tasks.traps.levels import NO_TAIL, Tail, follow_up
from harness.tasks.traps.names import FRAMES, SECOND, persons
from harness.tasks.traps.solve import Number
from harness.tasks.traps.template import PARTS, Case, Flaw, Model, Template, number
from harness.tasks.traps.templates import TEMPLATES
from harness.tasks.traps.world import of_one_size

VERSION = "7"
_STREAM = "2"  # of the random draws: the embedded models' lessons hang on it
LANGUAGES = ("en", "zh")
CANARY = "harness-traps canary 7d0c1a52-5f0e-4a6e-9d3b-61f2b8a4c9e7"
"""Carried by every item's metadata, so that a training corpus that holds them can be found."""


def _claim(flaw: Flaw, case: Case, model: Model) -> str:
    if case.answer is not None:
        return "one"
    if model.claim:
        return model.claim
    if flaw in (Flaw.MISSING, Flaw.AMBIGUOUS, Flaw.UNRELATED):
        return "many"
    if flaw is Flaw.UNDEFINED:
        return "unbounded" if model.family else "undefined"
    return "none"


def _certificate(
    template: Template, part: str, case: Case, language: str, tail: Tail
) -> dict[str, Any]:
    model = template.model(part, case)
    ranges = {k: v for k, v in template.ranges.items() if k in case.values or k in model.unknowns}
    return {
        "claim": _claim(template.flaw, case, model),
        "given": {name: number(v) for name, v in {**case.values, **tail.values}.items()},
        "texts": dict(case.texts),
        "words": sorted(set(case.words.get(language, {}).values())),
        "then": tail.formula,
        "ranges": ranges,
        "unknowns": {name: list(d) if d else None for name, d in model.unknowns.items()},
        "facts": list(model.facts),
        "laws": list(model.laws),
        "sense": list(model.sense),
        "ask": model.ask,
        "best": model.best,
        "family": model.family,
        "shortcut": model.shortcut if case.lure is not None else "",
        "noise": sorted(case.noise),
        "witnesses": [{k: number(v) for k, v in w.items()} for w in case.witnesses],
    }


def _framed(text: str, language: str, frame: int) -> str:
    """A text of the lessons with its opening."""
    if "{A}" not in text:
        return FRAMES[language][frame % len(FRAMES[language])] + text
    if "{B}" not in text:
        return SECOND[language][frame % len(SECOND[language])] + text
    return text


def _question(text: str, language: str, names: Mapping[str, str], case: Case) -> str:
    slots = {k: number(v).removeprefix("-") for k, v in case.values.items()}
    return text.format_map({**slots, **names, **case.texts, **case.words.get(language, {})})


def place(seed: int, cluster: int) -> tuple[Template, str]:
    """The template and the language of a cluster.

    Templates come in shuffled rounds, each once a round; a template's languages alternate.
    """
    cycle, position = divmod(cluster, len(TEMPLATES))
    order = list(range(len(TEMPLATES)))
    random.Random(derive_seed("traps-round", _STREAM, seed, cycle)).shuffle(order)
    index = order[position]
    first = derive_seed("traps-language", _STREAM, seed, index)
    return TEMPLATES[index], LANGUAGES[(first + cycle) % 2]


def cluster_items(
    seed: int, cluster: int, language: str | None = None, level: int = 1
) -> list[Problem]:
    """The four problems of a cluster: original, concept, twist, control.

    `language` ("en" or "zh") overrides the cluster's own; `level` is the number of steps from the
    given facts to the answer, 1 to LEVELS: each step after the first continues with the result.
    """
    template, own = place(seed, cluster)
    return instance(template, seed, cluster, language or own, level=level)


def split_of(template: Template, part: str, case: Case) -> Part:
    """The part that a content belongs to, in any wording: three quarters are for evaluation.

    This applies to the lessons, and to templates with a lesson's name; no model of this project
    has been taught anything about the others.
    """
    if not (template.framed or template.taught):
        return "evaluation"
    values = " ".join(f"{name}={number(v)}" for name, v in sorted(case.values.items()))
    return part_of(f"traps {template.name} {part} {values}", evaluation=192)


def _of_one_size(cases: Mapping[str, Case]) -> bool:
    """Numbers of one name (from 5 on) are within a factor of ten of the twist's."""
    twist = cases["twist"].values
    return all(
        of_one_size(value, twist[name])
        for case in cases.values()
        for name, value in case.values.items()
        if name in twist
    )


def instance(
    template: Template,
    seed: int,
    cluster: int,
    language: str,
    split: Part = "evaluation",
    parts: Sequence[str] = PARTS,
    level: int = 1,
) -> list[Problem]:
    """The cluster of a template for (seed, cluster) in one language, or some `parts` of it.

    All contents belong to `split`. Raises UsageError if no such content is drawn.
    """
    names = persons(language, seed, cluster)
    rng = random.Random(derive_seed("traps", _STREAM, seed, cluster, template.name))
    wording = rng.randrange(len(template.words[language]))
    frame = rng.randrange(1 << 20)
    if not template.framed:  # in turn: no wording comes twice in three rounds
        first = derive_seed("traps-wording", seed, template.name)
        wording = (first + cluster // len(TEMPLATES)) % len(template.words[language])
    tail = follow_up(derive_seed("traps-level", seed, cluster, template.name), language, level)
    tails = {part: NO_TAIL if part == "concept" else tail for part in parts}
    for _ in range(1000):  # a draw whose problems are alike, or far apart, is thrown away
        cases = template.draw(rng)
        if any(split_of(template, part, cases[part]) != split for part in parts):
            continue
        if not template.framed and not _of_one_size(cases):
            continue
        texts = {}
        for part in parts:
            text = template.text(part, cases[part], language, wording)
            text = _framed(text, language, frame) if template.framed else text
            texts[part] = _question(text, language, names, cases[part]) + tails[part].text
        if len(set(texts.values())) == len(parts):
            break
    else:
        raise UsageError(f"traps: template {template.name!r} has no cluster for {split}")
    where = (seed, language, cluster, wording, level)
    return [
        _problem(template, part, cases[part], texts[part], tails[part], where) for part in parts
    ]


def _problem(
    template: Template,
    part: str,
    case: Case,
    text: str,
    tail: Tail,
    where: tuple[int, str, int, int, int],
) -> Problem:
    seed, language, cluster, wording, level = where
    variant = template.flaw.variant if part == "twist" else part
    index = len(PARTS) * cluster + PARTS.index(part)
    mark = f"-l{level}" if level > 1 else ""

    def shown(value: Number | None) -> str | None:
        return None if value is None else number(tail.of(value))

    return Problem(
        id=f"s{seed}-{language}-{index}-{variant}{mark}",
        question=text,
        gold=shown(case.answer),
        lure=shown(case.lure),
        variant=variant,
        cluster=f"s{seed}-{language}-{cluster}{mark}",
        meta={
            "template": template.name,
            "topic": template.topic,
            "flaw": template.flaw.value,
            "language": language,
            "seed": seed,
            "index": index,
            "wording": wording,
            "level": level,
            "certificate": _certificate(template, part, case, language, tail),
            "canary": CANARY,
        },
    )


def item(seed: int, index: int, language: str | None = None, level: int = 1) -> Problem:
    """Item `index` of seed `seed`; it depends on nothing else."""
    cluster, part = divmod(index, len(PARTS))
    return cluster_items(seed, cluster, language, level)[part]
