"""What the sections of `calibration.py` share: cells, and worlds whose truth is known."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from harness.stats import pass_at_k

Floats = NDArray[np.float64]
Limits = tuple[Floats, Floats]
Rates = tuple[tuple[float, float, float | None], ...]
"""A mixture of success rates: (weight, a, b) of Beta(a, b), or (weight, rate, None) of a point."""

ONE_SIDED = ("frontiers", "gates", "cost gates")
"""Sections whose "held" is a chance of no false claim: the more the better."""

GOAL = {"few": (0.91, 1.0), "many": (0.93, 0.985)}


@dataclass(frozen=True, slots=True)
class Cell:
    """Coverage and mean width of each method in one world."""

    section: str
    world: str
    clusters: int
    truth: float
    draws: int
    held: dict[str, float]
    width: dict[str, float]

    def out(self, method: str = "ours") -> float:
        """By how much the coverage is out of bounds, beyond two standard errors; 0 within."""
        low, high = GOAL["many" if self.clusters >= 30 else "few"]
        if self.section in ONE_SIDED or self.world.startswith("gain"):
            low, high = 0.95, 1.0
        held = self.held[method]
        below, above = (2 * math.sqrt(goal * (1 - goal) / self.draws) for goal in (low, high))
        return max(0.0, low - below - held, held - high - above)


def cell(section: str, world: str, clusters: int, truth: float, limits: dict[str, Limits]) -> Cell:
    """Count."""
    held, width = {}, {}
    for name, (low, high) in limits.items():
        held[name] = float(((low <= truth + 1e-9) & (truth - 1e-9 <= high)).mean())
        width[name] = float((high - low).mean())
    draws = len(next(iter(limits.values()))[0])
    return Cell(section, world, clusters, truth, draws, held, width)


def beta(mean: float, size: float) -> Rates:
    """Beta rates with this mean; a + b = size."""
    return ((1.0, mean * size, (1 - mean) * size),)


def worlds(quick: bool) -> dict[str, Rates]:
    """Distributions of the problems' success rates, by name."""
    means = (0.01, 0.02, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.98, 0.99)
    found: dict[str, Rates] = {f"rate {m}": ((1.0, m, None),) for m in means}
    for size in (0.5, 2, 5.5, 20):
        found |= {f"Beta {m}, {size}": beta(m, size) for m in means}
    found["Beta(1.5, 4)"] = ((1.0, 1.5, 4.0),)
    found["half 0.1, half 0.9"] = ((0.5, 0.1, None), (0.5, 0.9, None))
    found["30% never, Beta(2, 2)"] = ((0.3, 0.0, None), (0.7, 2.0, 2.0))
    found["60% always, Beta(2, 5)"] = ((0.6, 1.0, None), (0.4, 2.0, 5.0))
    found["5% at 0.2, else 0.999"] = ((0.95, 0.999, None), (0.05, 0.2, None))
    found["5% at 0.7, else 0.01"] = ((0.95, 0.01, None), (0.05, 0.7, None))
    found["5% never, else 0.5"] = ((0.05, 0.0, None), (0.95, 0.5, None))
    return (
        dict(list(found.items())[3::7]) | {"Beta(1.5, 4)": ((1.0, 1.5, 4.0),)} if quick else found
    )


FIGURES = (("pass", 1, 1), ("pass", 4, 1), ("pass", 16, 1), ("pass", 16, 4), ("maj", 16, 4),
           ("maj", 16, 9), ("pass", 100, 64), ("pass", 256, 16), ("pass", 256, 256),
           ("pass", 256, 1), ("best", 16, 4))  # fmt: skip
"""What is measured, of a pool of so many samples, for which k."""

QUALITY = 1.2
"""How much higher a right answer's reward is, in standard deviations (for "best", bo@n)."""


@functools.cache
def table(kind: str, pool: int, k: int) -> Floats:
    """The score of a problem with 0 … pool correct samples."""
    if kind == "pass":
        return np.array([pass_at_k(pool, c, k) for c in range(pool + 1)])
    drawn = np.arange(k + 1)
    win = (2 * drawn > k) + 0.5 * (2 * drawn == k)  # wrong answers are all alike
    return np.array([stats.hypergeom(pool, c, k).pmf(drawn) @ win for c in range(pool + 1)])


def truth_of(rates: Rates, kind: str, pool: int, k: int) -> float:
    """The mean that a figure estimates."""
    if kind != "best":
        return float(chances(rates, pool) @ table(kind, pool, k))
    # the best of k is right: k p f1 (p F1 + (1 - p) F0)^(k-1), over the reward x of the best
    x = np.linspace(-7, 7 + QUALITY, 3001)
    right, wrong = stats.norm.cdf(x - QUALITY), stats.norm.cdf(x)
    nodes = (np.arange(400) + 0.5) / 400
    out, total = 0.0, sum(weight for weight, _, _ in rates)
    for weight, a, b in rates:
        p = np.array([[a]]) if b is None else stats.beta.ppf(nodes, a, b)[:, None]
        density = k * p * stats.norm.pdf(x - QUALITY) * (p * right + (1 - p) * wrong) ** (k - 1)
        out += weight / total * float(np.trapezoid(density, x, axis=1).mean())
    return out


def draw_scores(rng: np.random.Generator, p: Floats, kind: str, pool: int, k: int) -> Floats:
    """The scores of problems with these success rates."""
    if kind != "best":
        return table(kind, pool, k)[rng.binomial(pool, p)]
    right = rng.random((*p.shape, pool)) < p[..., None]
    order = np.argsort(rng.normal(QUALITY * right), axis=-1)
    ranks = np.arange(pool)
    chosen = special.comb(ranks, k - 1) / special.comb(pool, k)  # the best of k has this rank
    out: Floats = np.take_along_axis(right, order, axis=-1) @ chosen
    return out


def chances(rates: Rates, pool: int) -> Floats:
    """Probability of 0 … pool correct samples."""
    c = np.arange(pool + 1)
    out = np.zeros(pool + 1)
    for weight, a, b in rates:
        if b is None:
            out += weight * stats.binom.pmf(c, pool, a)
        else:
            out += weight * stats.betabinom.pmf(c, pool, a, b)
    return out


def draw_rates(rng: np.random.Generator, rates: Rates, shape: tuple[int, ...]) -> Floats:
    """Success rates of problems (or clusters)."""
    weights = np.array([w for w, _, _ in rates])
    which = rng.choice(len(rates), p=weights / weights.sum(), size=shape)
    out = np.zeros(shape)
    for i, (_, a, b) in enumerate(rates):
        out = np.where(which == i, a if b is None else rng.beta(a, b, size=shape), out)
    return out


def cluster_sizes(kind: str, clusters: int) -> NDArray[np.intp]:
    """1, 5, or unequal: from 1 to 20, the same for every draw."""
    if kind == "unequal":
        sizes = np.random.default_rng(7).gamma(1.0, 4.0, clusters)
        return np.clip(np.round(sizes), 1, 20).astype(np.intp)
    return np.full(clusters, int(kind))
