"""How many problems and samples a decision needs, from the variance between and within problems.

Miller 2024 (arXiv 2411.00640), section 5: the mean difference of two models over n problems, with K
samples each, has the variance (omega² + within_A/K + within_B/K) / n. More samples only shrink the
second part; omega², the variance of the problems' true differences, needs more problems.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from harness.stats.intervals import check_confidence
from harness.stats.power import needed_clusters
from harness.stats.spread import cluster_codes, spread

Counts = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """Components of the variance of a mean accuracy.

    `between`: of the problems' success rates; `within`: of one sample of a problem, on average,
    p(1-p). `design` is the factor by which clusters of problems raise the variance of the mean
    (at least 1).
    """

    mean: float
    between: float
    within: float
    design: float
    problems: int

    def variance(self, problems: int, samples: int) -> float:
        """The variance of the mean accuracy over so many problems with so many samples each."""
        return self.design * (self.between + self.within / samples) / problems


def variance_components(counts: Counts, clusters: Sequence[Hashable] | None = None) -> Components:
    """Unbiased components from each problem's (samples, correct); moments (one-way ANOVA).

    ValueError for fewer than two problems, or with a single sample of each, because the two
    are then indistinguishable.
    """
    shares, noise, within = _moments(counts)
    between = float(shares.var(ddof=1)) - float(noise.mean())
    return Components(
        mean=float(shares.mean()),
        between=max(0.0, between),
        within=within,
        design=_design(shares, clusters),
        problems=len(counts),
    )


def _moments(counts: Counts) -> tuple[np.ndarray, np.ndarray, float]:
    if len(counts) < 2:
        raise ValueError(f"variance between problems needs two of them, got {len(counts)}")
    if min(n for n, _ in counts) < 2:
        raise ValueError("variance within problems needs two samples of each")
    n = np.array([n for n, _ in counts], dtype=np.float64)
    c = np.array([c for _, c in counts], dtype=np.float64)
    one = c * (n - c) / (n * (n - 1))  # unbiased for p(1-p)
    return c / n, one / n, float(one.mean())


def _design(values: np.ndarray, clusters: Sequence[Hashable] | None) -> float:
    deviations = values - values.mean()
    codes = cluster_codes(clusters, len(values))
    plain = spread(deviations, np.arange(len(values)), len(values))
    clustered = spread(deviations, codes, len(values))
    if clustered.groups < 2 or plain.variance <= 0:
        return 1.0
    return max(1.0, clustered.variance / plain.variance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """The variance of a comparison of two models on the same problems.

    `omega2`: of the problems' true differences; `within`: of one sample of each model, summed.
    """

    omega2: float
    within: float
    design: float

    def per_problem(self, samples: int) -> float:
        """Variance of one problem's difference with `samples` of each model, with clusters."""
        return self.design * (self.omega2 + self.within / samples)

    def share_within(self, samples: int) -> float:
        """The share of it that more samples could remove."""
        total = self.omega2 + self.within / samples
        return self.within / samples / total if total > 0 else 0.0


def contrast_of_one(components: Components, correlation: float) -> Contrast:
    """A comparison with a model that has not been measured, assuming the same components.

    `correlation` of the two models' success rates is an assumption: 0 for unrelated models,
    near 1 for two builds of one model. omega² = 2·between·(1 - correlation).
    """
    if not 0 <= correlation <= 1:
        raise ValueError(f"a correlation lies between 0 and 1 here, got {correlation}")
    return Contrast(
        omega2=2 * components.between * (1 - correlation),
        within=2 * components.within,
        design=components.design,
    )


def contrast_of_two(a: Counts, b: Counts, clusters: Sequence[Hashable] | None = None) -> Contrast:
    """A comparison of two models that have both been measured, problem by problem."""
    if len(a) != len(b):
        raise ValueError(f"the two models have {len(a)} and {len(b)} problems")
    shares_a, noise_a, within_a = _moments(a)
    shares_b, noise_b, within_b = _moments(b)
    difference = shares_a - shares_b
    omega2 = float(difference.var(ddof=1)) - float((noise_a + noise_b).mean())
    return Contrast(
        omega2=max(0.0, omega2), within=within_a + within_b, design=_design(difference, clusters)
    )


def needed_problems(
    contrast: Contrast,
    difference: float,
    samples: int,
    *,
    confidence: float = 0.95,
    power: float = 0.8,
) -> int:
    """The number of problems for a two-sided paired t test to detect `difference` with `power`.

    (z_{1-alpha/2} + z_power)²·variance / difference², Miller's equation 9, plus the additions of
    `needed_clusters` for the t distribution and for scores in steps of 1/samples.
    """
    check_confidence(confidence)
    if samples < 1 or not 0 < abs(difference) <= 1:
        raise ValueError(f"needs samples >= 1 and 0 < difference <= 1: {samples}, {difference}")
    sd = math.sqrt(contrast.per_problem(samples))
    return needed_clusters(
        sd, abs(difference), confidence=0.5 + confidence / 2, power=power, step=1 / samples
    )


def needed_samples(
    contrast: Contrast,
    difference: float,
    problems: int,
    *,
    confidence: float = 0.95,
    power: float = 0.8,
    most: int = 1 << 20,
) -> int | None:
    """The number of samples per problem with which `problems` are enough; None if none is."""

    def enough(samples: int) -> bool:
        wanted = needed_problems(contrast, difference, samples, confidence=confidence, power=power)
        return wanted <= problems

    if not enough(most):
        return None
    low, high = 0, 1
    while not enough(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
