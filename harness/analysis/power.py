"""The size of a decision: problems, samples, tokens and dollars to detect a given difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from harness.analysis.curves import Curve
from harness.analysis.equal_cost import on_common_problems
from harness.core import ParameterError, UsageError
from harness.stats.planning import (
    Components,
    Contrast,
    contrast_of_one,
    contrast_of_two,
    needed_problems,
    needed_samples,
    variance_components,
)

SAMPLES = (1, 2, 4, 8, 16, 32)
CORRELATION = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """One design: `samples` of each of `problems`, for one model; costs None if unknown."""

    samples: int
    problems: int
    tokens: float | None
    usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What it takes to detect `difference` in the mean accuracy of single samples.

    `designs` are alternatives; `cheapest` the one with the fewest tokens (or samples, if tokens
    are unknown). `with_these` is how many samples of each measured problem are enough;
    None: no number is. `floor` is the minimum number of problems, with unlimited samples.
    `share_within` is the share of the variance of a single sample's difference that more samples
    could remove. `assumed_correlation` is None if two models were measured.
    """

    model: str
    against: str | None
    task: str
    difference: float
    power: float
    confidence: float
    components: Components
    contrast: Contrast
    assumed_correlation: float | None
    designs: tuple[Design, ...]
    floor: int
    with_these: int | None

    @property
    def cheapest(self) -> Design:
        """The cheapest design."""
        return min(self.designs, key=lambda d: (d.tokens or 0.0, d.problems * d.samples))

    @property
    def share_within(self) -> float:
        """The share of a single sample's variance that more samples per problem could remove."""
        return self.contrast.share_within(1)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        extra = {"cheapest": asdict(self.cheapest), "share_within": self.share_within}
        return asdict(self) | extra


def plan_decision(
    pools: Sequence[Curve],
    difference: float,
    *,
    power: float = 0.8,
    confidence: float = 0.95,
    against: Curve | None = None,
    correlation: float = CORRELATION,
) -> Decision:
    """Plan from the largest of `pools` (curves of one model on one task).

    `against` is the other model's pool on the same problems; without it the other model is assumed
    to have the same variance, with success rates that correlate by `correlation` over problems.
    UsageError for a difference or power outside (0, 1), or without pools of at least two samples.
    """
    for name, value in {"difference": difference, "power": power, "confidence": confidence}.items():
        if not 0 < value < 1:
            raise ParameterError(
                f"{{{name}}}: must be between 0 and 1, such as 0.02 for two points", **{name: value}
            )
    if not 0 <= correlation <= 1:
        raise ParameterError("{correlation}: must be between 0 and 1", correlation=correlation)
    with_counts = [c for c in pools if c.counts is not None and min(n for n, _ in c.counts) > 1]
    if not with_counts:
        raise UsageError(
            "planning needs the variance within problems, from at least two samples of each: "
            "start by running sample@8 on a few problems"
        )
    pool = max(with_counts, key=lambda c: (len(c.problems), min(n for n, _ in c.counts or ())))
    if len(pool.problems) < 2:
        raise UsageError("planning needs at least two problems: evaluate more")
    components = variance_components(pool.counts or (), pool.clusters)
    if against is None:
        contrast = contrast_of_one(components, correlation)
    else:
        one, two = on_common_problems([pool, against])
        contrast = contrast_of_two(one.counts or (), two.counts or (), one.clusters)
    if contrast.per_problem(1) == 0:
        raise UsageError("all samples agree, so there is no variance to plan with")

    def problems_for(samples: int) -> int:
        return needed_problems(contrast, difference, samples, confidence=confidence, power=power)

    first = pool.points[0]
    designs = []
    for samples in SAMPLES:
        problems = problems_for(samples)
        costs = [
            None if (one_sample := first.cost(unit)) is None else one_sample * samples * problems
            for unit in ("tokens", "usd")
        ]
        designs.append(Design(samples=samples, problems=problems, tokens=costs[0], usd=costs[1]))
    return Decision(
        model=pool.model,
        against=None if against is None else against.model,
        task=pool.task,
        difference=difference,
        power=power,
        confidence=confidence,
        components=components,
        contrast=contrast,
        assumed_correlation=correlation if against is None else None,
        designs=tuple(designs),
        floor=problems_for(1 << 30),
        with_these=needed_samples(
            contrast, difference, len(pool.problems), confidence=confidence, power=power
        ),
    )
