"""Which is larger, 9.8 or 9.11? A factorial probe of comparing decimals, with computed lures.

The same digits appear as numbers, prices and lengths, and as versions, chapters and dates, where
the opposite order is right.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence

from harness.core import DataSource, Estimate, Problem, Prompt, Scored, UsageError, VerifierSpec
from harness.core.hashing import derive_seed
from harness.tasks._data import check_choice
from harness.tasks._generate import DEFAULT_COUNT, check_options, part_of, whole
from harness.tasks.decimals._design import FACTORS, Cell, balanced, cells, describe
from harness.tasks.decimals._items import Item, draw_item, prompt_text
from harness.tasks.decimals._metrics import decimals_metrics
from harness.tasks.decimals._numbers import MAX_PLACES, decided_at, places
from harness.tasks.decimals._words import CONTEXTS
from harness.tasks.decimals.certify import certify

_TRIES = 20_000


class Decimals:
    """Options: seed=N, places=N or M-N, and each factor with its levels (`ask=larger+sort`).

    A restricted design is a design of its own, not a selection: other levels, other problems.
    """

    name = "decimals"
    version = "2"
    summary = "comparing decimals over a factorial design, with computed lures (generated; en, zh)"
    public_seed = 0

    def load(self, source: DataSource) -> Sequence[Problem]:
        """`source.limit` problems (default: 400); any first n are balanced over the design."""
        seed = whole(self.name, source.options, "seed", self.public_seed)
        design, bounds = self._cells(source.options), _bounds(source.options)
        items = _items(design, _label(source.options), seed, *bounds)
        count = DEFAULT_COUNT if source.limit is None else source.limit
        return [
            decimals_problem(f"s{seed}-{i}", x)
            for i, x in enumerate(itertools.islice(items, count))
        ]

    def prompt(self, problem: Problem) -> Prompt:
        """The question, the instruction of the prompt condition, and the answer format."""
        meta = problem.meta
        return Prompt.user(
            prompt_text(problem.question, meta["prompt"], meta["language"], meta["form"])
        )

    def verifier(self) -> VerifierSpec:
        """By value or by parts, depending on the context."""
        return VerifierSpec("comparison")

    def certify(self, problem: Problem) -> None:
        """Recompute the gold answer from the words of the question."""
        certify(problem)

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """Accuracy and lure rate by factor, position bias, context sensitivity."""
        return decimals_metrics(scored)

    def design(self, source: DataSource) -> Mapping[str, Sequence[str]]:
        """The factors with the levels left by these options, and the number of cells."""
        found = self._cells(source.options)
        return {**describe(found), "cells": [str(len(found))]}

    def _cells(self, options: Mapping[str, str]) -> tuple[Cell, ...]:
        check_options(self.name, options, ("seed", "places", *FACTORS))
        levels = []
        for name, known in FACTORS.items():
            if name in options:
                wanted = options[name].split("+")
                levels.append(
                    (name, tuple(check_choice(self.name, name, w, known) for w in wanted))
                )
        found = cells(tuple(levels), *_bounds(options))
        if not found:
            raise UsageError("task decimals: no problem has all these levels: give fewer of them")
        return found


def _label(options: Mapping[str, str]) -> str:
    """The name of a design: its options without the seed."""
    rest = sorted((k, v) for k, v in options.items() if k != "seed")
    return "decimals " + " ".join(f"{k}={v}" for k, v in rest)


def _bounds(options: Mapping[str, str]) -> tuple[int, int]:
    """The minimum and maximum number of decimal places: `places=4` is 1 to 4, `places=3-5` 3-5."""
    text = options.get("places", str(MAX_PLACES))
    low, dash, high = text.partition("-")
    if not dash:
        low, high = "1", low
    if not (low.isdecimal() and high.isdecimal() and 1 <= int(low) <= int(high) <= 15):
        raise UsageError(f"task decimals: places={text} must be N or M-N, from 1 to 15")
    return int(low), int(high)


def _items(design: Sequence[Cell], name: str, seed: int, low: int, high: int) -> Iterator[Item]:
    """Endless items of the evaluation part with distinct questions, cell by cell."""
    seen: set[str] = set()
    for index, cell in enumerate(balanced(design, name, seed)):
        rng = random.Random(derive_seed(name, seed, index))  # not a secret: repeatable draws
        for _ in range(_TRIES):
            item = draw_item(rng, cell, low, high)
            if item is not None and item.question not in seen and part_of(item.key) == "evaluation":
                break
        else:
            raise UsageError(
                f"{name} has no more than {index} distinct problems with these options: "
                "ask for fewer ({limit}) or widen the options",
                limit=...,
            )
        seen.add(item.question)
        yield item


def decimals_problem(name: str, item: Item) -> Problem:
    """The problem made from an item, with the id `name`."""
    cell, lure = item.cell, item.lure
    lengths = sorted(map(places, item.pair))
    return Problem(
        id=name,
        question=item.question,
        gold=item.gold,
        lure=lure,
        variant="control" if lure is None else "trap",
        cluster=item.cluster,
        meta={
            "pattern": cell.pattern,
            "tempting": cell.tempting,
            "ask": "true-false" if item.form == "judge" else cell.ask,
            "order": cell.order,
            "language": cell.language,
            "prompt": cell.prompt,
            "context": cell.context,
            "reading": item.reading,
            "form": item.form,
            "picks": item.gold in item.numbers,
            "numbers": list(item.numbers),
            "places": f"{lengths[0]}-{lengths[1]}",
            "decided_at": decided_at(*item.pair),
        },
    )


__all__ = ["CONTEXTS", "FACTORS", "Decimals", "decimals_problem"]
