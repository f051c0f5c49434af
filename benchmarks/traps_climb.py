"""Do higher levels of traps need more thought: a small model that can do them, by level and budget.

    python benchmarks/traps_climb.py FOLDER [examples] [test clusters a template]

The embedded `tiny-s` goes on learning from originals and controls (English) of the templates
below, at all four levels, each with the calculation written out, with the thought cut at a random
token, or with none. Then it answers originals and controls that it has not seen: other seeds, other
numbers in the scenario (split by a hash of them) and other persons. The wordings are the same.
Printed: accuracy by level and thinking budget with 95% intervals by cluster, and the tokens that a
thought takes. FOLDER keeps the weights; a folder that has them is tested only. Needs the extra
`train`; 20,000 examples take some 20 minutes of one core.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import harness
from harness.core import DataSource, Estimate, Problem, Prompt, Scored, VerifierSpec, registry
from harness.tasks._generate import Part, part_of
from harness.tasks.arithmetic._items import step
from harness.tasks.traps import TEMPLATES, Traps
from harness.tasks.traps.generate import instance
from harness.tasks.traps.levels import LEVELS
from harness.tasks.traps.names import POOLS, persons
from harness.train.data import CUT, FULL, Example, turn
from harness.train.school import think
from harness.train.thoughts import columns
from harness.train.tuning import plan_batches, tune

NAMES = (
    "a-day-never-told",
    "a-fruit-never-named",
    "a-part-never-named",
    "chord",
    "counted-twice",
    "he-or-she",
    "minutes-at-km-an-hour",
    "picking-fruit",
    "shelves-and-rows",
    "triangle-sides",
)
TAUGHT = tuple(t for t in TEMPLATES if t.name in NAMES)
PARTS = ("original", "control")
TRAINING_SEED, TEST_SEED = 20_000_000, 30_000_000
BUDGETS = "think@{0,16,32,64,96,128,192}"


def pairs(rng: random.Random, first_seed: int, part: Part, level: int) -> Iterator[list[Problem]]:
    """Endless originals and controls of one part, at level 1 and at `level`: two and two."""
    while True:
        template, seed = rng.choice(TAUGHT), first_seed + rng.randrange(10**6)
        if any(_half(name) != part for name in persons("en", seed, 0).values()):
            continue
        plain, asked = (instance(template, seed, 0, "en", parts=PARTS, level=n) for n in (1, level))
        if all(_numbers(p) == part for p in plain):
            yield [*plain, *asked]


def _half(name: str) -> Part:
    return "training" if POOLS["en"].index(name) % 2 else "evaluation"


def _numbers(problem: Problem) -> Part:
    given = sorted(problem.meta["certificate"]["given"].items())
    return part_of(f"traps-climb {problem.meta['template']} {given}", evaluation=64)


def thought(plain: Problem, asked: Problem) -> str:
    """The facts and how the scenario's number is computed, then a line for each further step."""
    certificate = asked.meta["certificate"]
    lines, value = [think(plain.meta["certificate"])], plain.gold or ""
    for op, name in re.findall(r"([+*]) (t\d)", certificate["then"]):
        done = step(value, op, certificate["given"][name])
        lines.append(columns(done))
        value = done.result
    if value != asked.gold:
        raise ValueError(f"{asked.id}: the steps give {value}, not {asked.gold}")
    return "\n".join(lines)


def examples(count: int, seed: int = 0) -> Iterator[Example]:
    """Training turns of all levels alike, in the shares that the embedded models were taught in."""
    rng = random.Random(seed)
    sources = [pairs(rng, TRAINING_SEED, "training", n + 1) for n in range(LEVELS)]
    for _ in range(count // 2):
        *plain, first, second = next(rng.choice(sources))
        for before, asked in zip(plain, (first, second), strict=True):
            (message,) = Traps().prompt(asked).messages
            text, kind = thought(before, asked), rng.random()
            keep = None if kind < FULL else rng.randint(1, len(text)) if kind < FULL + CUT else 0
            yield turn(message.content, text, f"\\boxed{{{asked.gold}}}", keep)


class Climb:
    """Unseen originals and controls of the taught templates; the same scenarios at every level."""

    name = "traps-climb"
    version = "1"
    summary = "Originals and controls of a few templates of traps, at one level"

    def load(self, source: DataSource) -> Sequence[Problem]:
        """`level=1..4`; two problems a cluster."""
        drawn = pairs(random.Random(1), TEST_SEED, "evaluation", int(source.options["level"]))
        found: dict[str, Problem] = {}
        while len(found) < (source.limit or 400):
            for p in next(drawn)[2:]:
                name, cluster = (f"{p.meta['template']} {own}" for own in (p.id, p.cluster))
                found[name] = Problem(**{**p.to_json(), "id": name, "cluster": cluster})
        return list(found.values())

    def prompt(self, problem: Problem) -> Prompt:
        """As the task words it."""
        return Traps().prompt(problem)

    def verifier(self) -> VerifierSpec:
        """As the task's."""
        return VerifierSpec("flaw")

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """Accuracy alone."""
        return {}


def main(folder: str, count: str = "20000", problems: str = "400") -> None:
    """Train unless the folder has weights, then print a line for each level and budget."""
    path = Path(folder)
    if not (path / "model.onnx").exists():
        plan = plan_batches(list(examples(int(count))), epochs=1, seed=0)
        tokens = sum(len(one.ids) for batch in plan for one in batch)
        print(f"{count} examples, {tokens:,} tokens, {len(plan)} batches", flush=True)
        tune("tiny-s", path, plan, lambda line: print(line, flush=True), learning_rate=1e-3, seed=0)
    registry.register("tasks", Climb.name, Climb)
    with tempfile.TemporaryDirectory() as scratch:
        for level in range(1, LEVELS + 1):
            result = harness.evaluate(
                f"onnx:{path.resolve()}",
                f"{Climb.name}:level={level}",
                BUDGETS,
                limit=int(problems),
                db=str(Path(scratch) / "climb.sqlite"),
            )
            for report in result.reports:
                found, spent = report.accuracy, report.charged.output_tokens
                print(
                    f"level {level}, {report.budget}: {found.value:.3f} "
                    f"[{found.low:.3f}, {found.high:.3f}], {spent / found.n:.0f} tokens",
                    flush=True,
                )


if __name__ == "__main__":
    main(*sys.argv[1:])
