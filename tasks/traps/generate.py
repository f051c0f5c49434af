"""Making the problems: item i of seed s is a function of (s, i) alone."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from harness.core import Problem, UsageError
from harness.core.hashing import derive_seed
from harness.tasks._generate import Part, part_of
from harness.tasks.traps.names import FRAMES, SECOND, persons
from harness.tasks.traps.template import PARTS, Case, Flaw, Model, Template, number
from harness.tasks.traps.templates import TEMPLATES

VERSION = "3"
_STREAM = "2"  # of the random draws: the embedded models were trained on what it gives
LANGUAGES = ("en", "zh")
CANARY = "harness-traps canary 7d0c1a52-5f0e-4a6e-9d3b-61f2b8a4c9e7"
"""Carried by every item's metadata, so that a training corpus that holds them can be found."""


def _claim(flaw: Flaw, case: Case, model: Model) -> str:
    if case.answer is not None:
        return "one"
    if flaw is Flaw.MISSING:
        return "many"
    if flaw is Flaw.UNDEFINED:
        return "unbounded" if model.family else "undefined"
    return "none"


def _certificate(template: Template, part: str, case: Case) -> dict[str, Any]:
    model = template.model(part, case)
    return {
        "claim": _claim(template.flaw, case, model),
        "given": {name: number(v) for name, v in case.values.items()},
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


def _question(text: str, language: str, names: Mapping[str, str], frame: int, case: Case) -> str:
    if "{A}" not in text:
        text = FRAMES[language][frame % len(FRAMES[language])] + text
    elif "{B}" not in text:
        text = SECOND[language][frame % len(SECOND[language])] + text
    slots = {k: number(v).removeprefix("-") for k, v in case.values.items()}
    return text.format_map({**slots, **names, **case.words.get(language, {})})


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


def cluster_items(seed: int, cluster: int, language: str | None = None) -> list[Problem]:
    """The four problems of a cluster: original, concept, twist, control.

    `language` ("en" or "zh") overrides the cluster's own.
    """
    template, own = place(seed, cluster)
    return instance(template, seed, cluster, language or own)


def split_of(template: Template, part: str, case: Case) -> Part:
    """The part that a content belongs to, whatever its wording: three quarters are for evaluation.

    A cluster is used where all its four contents are for evaluation.
    """
    values = " ".join(f"{name}={number(v)}" for name, v in sorted(case.values.items()))
    return part_of(f"traps {template.name} {part} {values}", evaluation=192)


def instance(
    template: Template,
    seed: int,
    cluster: int,
    language: str,
    split: Part = "evaluation",
    parts: Sequence[str] = PARTS,
) -> list[Problem]:
    """The cluster of a template for (seed, cluster) in one language, or some `parts` of it.

    All contents belong to `split`. Raises UsageError when none such is drawn.
    """
    names = persons(language, seed, cluster)
    rng = random.Random(derive_seed("traps", _STREAM, seed, cluster, template.name))
    wording = rng.randrange(len(template.words[language]))
    frame = rng.randrange(1 << 20)
    for _ in range(1000):  # a draw whose original and control happen to be alike is thrown away
        cases = template.draw(rng)
        if any(split_of(template, part, cases[part]) != split for part in parts):
            continue
        texts = {
            part: _question(
                template.text(part, cases[part], language, wording),
                language, names, frame, cases[part],
            )
            for part in parts
        }  # fmt: skip
        if len(set(texts.values())) == len(parts):
            break
    else:
        raise UsageError(f"traps: template {template.name!r} has no cluster for {split}")
    where = (seed, language, cluster, wording)
    return [_problem(template, part, cases[part], texts[part], where) for part in parts]


def _problem(
    template: Template, part: str, case: Case, text: str, where: tuple[int, str, int, int]
) -> Problem:
    seed, language, cluster, wording = where
    variant = template.flaw.variant if part == "twist" else part
    index = len(PARTS) * cluster + PARTS.index(part)
    return Problem(
        id=f"s{seed}-{language}-{index}-{variant}",
        question=text,
        gold=None if case.answer is None else number(case.answer),
        lure=None if case.lure is None else number(case.lure),
        variant=variant,
        cluster=f"s{seed}-{language}-{cluster}",
        meta={
            "template": template.name,
            "topic": template.topic,
            "flaw": template.flaw.value,
            "language": language,
            "seed": seed,
            "index": index,
            "wording": wording,
            "certificate": _certificate(template, part, case),
            "canary": CANARY,
        },
    )


def item(seed: int, index: int, language: str | None = None) -> Problem:
    """Item `index` of seed `seed`; it depends on nothing else."""
    cluster, part = divmod(index, len(PARTS))
    return cluster_items(seed, cluster, language)[part]
