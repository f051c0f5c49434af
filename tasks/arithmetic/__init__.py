"""One to three steps of arithmetic: a generated task for a check that takes seconds."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from harness.core import DataSource, Estimate, Problem, Prompt, Scored, VerifierSpec
from harness.tasks._generate import DEFAULT_COUNT, check_options, distinct_items, whole
from harness.tasks._metrics import by_factor
from harness.tasks.arithmetic._items import Expression, draw_expression

ENDING = '\nEnd with "Answer: <number>".'


class Arithmetic:
    """Sums, differences and products of small numbers, in one to three steps."""

    name = "arithmetic"
    version = "1"
    summary = "sums, differences and products in one to three steps (generated)"
    public_seed = 0

    def load(self, source: DataSource) -> Sequence[Problem]:
        """`source.limit` problems (default: 400) of `seed=`."""
        check_options(self.name, source.options, ("seed",))
        seed = whole(self.name, source.options, "seed", self.public_seed)
        items = distinct_items(self.name, seed, draw_expression, "evaluation")
        count = DEFAULT_COUNT if source.limit is None else source.limit
        return [
            arithmetic_problem(f"s{seed}-{i}", x)
            for i, x in enumerate(itertools.islice(items, count))
        ]

    def prompt(self, problem: Problem) -> Prompt:
        """The question and the answer format."""
        return Prompt.user(problem.question + ENDING)

    def verifier(self) -> VerifierSpec:
        """Numbers compare by value."""
        return VerifierSpec("math")

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """Accuracy by the number of steps and by the kind of expression."""
        return {
            **by_factor(scored, "steps", lambda p: p.meta["steps"]),
            **by_factor(scored, "kind", lambda p: p.meta["kind"]),
        }


def arithmetic_problem(name: str, item: Expression) -> Problem:
    """The problem made from an item, with the id `name`."""
    return Problem(
        id=name,
        question=item.question,
        gold=item.gold,
        meta={"kind": item.kind, "steps": len(item.steps), "wording": item.wording},
    )
