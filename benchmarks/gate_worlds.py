"""Simulated runs for `gate_simulation.py`: populations of problems, and what a change does."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from harness.results.outcomes import ProblemOutcome, RunOutcomes

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

SINGLE, FIVES = (1,) * 300, (5,) * 60
MIXED = (1,) * 40 + (4,) * 20 + (12,) * 10


@dataclass(frozen=True)
class World:
    """A population of problems, and what the change does to them.

    `base` and `sway`: old chances are uniform in base ± sway, one draw a cluster. `shift` is the
    size of a cluster's own change, up or down, of mean zero. `drop` lowers every new chance.
    `samples`: of the old and of the new run, on each problem. `rules`: so many tasks, a rule each.
    """

    name: str
    sizes: tuple[int, ...]  # of the clusters
    margin: float = 0.05
    drop: float = 0.0
    base: float = 0.6
    sway: float = 0.2
    shift: float = 0.0
    samples: tuple[int, int] = (1, 1)
    rules: int = 1

    @property
    def sd(self) -> float:
        """Of one problem's difference, for clusters of one problem."""
        second = self.sway**2 / 3
        before = self.base * (1 - self.base) - second
        lower = self.base - self.drop
        after = lower * (1 - lower) - second
        return float(np.sqrt(before / self.samples[0] + after / self.samples[1] + self.shift**2))


def draw(world: World, rng: np.random.Generator) -> tuple[Floats, Floats, Codes]:
    """Old and new scores, and clusters, of one experiment."""
    count = len(world.sizes)
    codes = np.repeat(np.arange(count), world.sizes)
    chance = world.base + world.sway * rng.uniform(-1, 1, count)
    change = world.shift * rng.choice([-1.0, 1.0], count) - world.drop
    after = chance + change
    if after.min() < 0 or after.max() > 1:
        raise ValueError(f"{world.name}: a chance leaves [0, 1], which would change the mean")
    before, later = world.samples
    old = rng.binomial(before, chance[codes]) / before
    new = rng.binomial(later, after[codes]) / later
    return old, new, codes


_OUTCOMES: dict[tuple[int, int, float, float], ProblemOutcome] = {}


def _outcome(key: tuple[int, int, float, float]) -> ProblemOutcome:
    i, cluster, score, tokens = key
    made = ProblemOutcome(
        id=f"p{i}", cluster=f"c{cluster}", correct=score, lured=None, ungraded=0.0,
        truncated=0.0, tokens=tokens, usd=None, pool_correct=score,
    )  # fmt: skip
    return _OUTCOMES.setdefault(key, made)


def run_of(name: str, scores: Floats, codes: Codes) -> RunOutcomes:
    """Scores as a run; `pool_correct` is the score, so that fractions count as flaky."""
    keys = zip(range(len(scores)), codes.tolist(), scores.tolist(), repeat(1.0))
    outcomes = tuple(_OUTCOMES.get(key) or _outcome(key) for key in keys)
    return RunOutcomes(
        id=name, model=name, task=name, budget="greedy", selector="first",
        planned=len(outcomes), facts={"task": name}, outcomes=outcomes,
    )  # fmt: skip
