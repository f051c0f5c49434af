"""Gates: how often a true change of exactly the margin passes, stated as 5% at most."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from calibration_worlds import Cell, Floats, Limits, cell

from harness.core import Problem
from harness.gate.evidence import absolute_evidence, paired_evidence
from harness.gate.rules import Rule
from harness.results.outcomes import ProblemOutcome
from harness.stats.comparisons import difference_limits


def gates(draws: int, quick: bool) -> Iterator[Cell]:
    """A true drop of exactly the margin: the chance of a pass, stated as 5% at most.

    The interval is that of the gate (one-sided 95%), "held" that it does not pass.
    """
    rng = np.random.default_rng(24)
    shapes = ((300, 1, 1.0), (60, 5, 1.0), (12, 25, 0.25), (20, 15, 0.25))
    for clusters, size, share in shapes[1:3] if quick else shapes:
        for base in (0.8, 0.95):
            hit = np.repeat(rng.random((draws, clusters)) < share, size, axis=1)
            old = rng.random(hit.shape) < base
            new = rng.random(hit.shape) < base - 0.05 / share * hit
            d = new.astype(float) - old
            starts = np.arange(clusters) * size
            limits = {}
            for name, exact in (("ours", True), ("not exact", False)):
                low, _, _ = difference_limits(d, starts, 0.9, exact=exact)
                limits[name] = (np.maximum(low, -1.0), np.ones(draws))
            world = f"{clusters} of {size}, the loss in {share:.0%} of them, from {base:.0%}"
            yield cell("gates", world, 29 if clusters < 30 else clusters, -0.05, limits)


def _costed(clusters: int, size: int, right: Floats, tokens: Floats) -> list[ProblemOutcome]:
    return [
        ProblemOutcome(
            id=f"p{i}", cluster=f"c{i // size}", correct=float(right[i]), lured=None, ungraded=0.0,
            truncated=0.0, tokens=float(tokens[i]), usd=None, pool_correct=float(right[i]),
            problem=_PROBLEM,
        )
        for i in range(clusters * size)
    ]  # fmt: skip


_PROBLEM = Problem(id="p", question="?", gold="1")


def cost_gates(draws: int, quick: bool) -> Iterator[Cell]:
    """Rules on tokens, where they truly rose by the margin, or lie at the limit.

    Tokens of a problem are log-normal with a coefficient of variation near 0.6 (1.3: "wide"); a
    tenth more falls on all clusters, or on some as much more. By the product's own evidence.
    """
    rng = np.random.default_rng(25)
    shapes = ((300, 1, 1.0), (60, 5, 1.0), (60, 5, 0.1), (12, 25, 0.25), (20, 15, 0.25))
    for clusters, size, share in shapes[1:4:2] if quick else shapes:
        for name, sigma in (("", 0.4), (" wide", 0.7)):
            highs: dict[str, list[tuple[float, float]]] = {}
            for _ in range(max(100, draws // 4)):
                own = np.repeat(rng.normal(0, sigma, clusters), size)
                base = 100 * np.exp(own + rng.normal(0, sigma, clusters * size))
                rate = np.repeat(rng.beta(2, 1.5, clusters), size)
                hit = np.repeat(rng.random(clusters) < share, size)
                sides = []
                for more in (0.0, 0.1 / share):
                    tokens = base * (1 + more * hit) * rng.gamma(16, 1 / 16, len(base))
                    sides.append(_costed(clusters, size, rng.random(len(base)) < rate, tokens))
                mean = 100 * float(np.exp(sigma**2))
                limits = {"tokens_per_problem": mean, "tokens_per_correct": mean * 3.5 / 2}
                for metric, limit in limits.items():
                    rule = Rule(metric=metric, margin=0.1, relative=True)
                    found = paired_evidence(rule, sides[1], sides[0]).bounds(0.9)
                    highs.setdefault(f"{metric} +10%", []).append(found)
                    if share == 1.0:
                        found = absolute_evidence(Rule(metric=metric, limit=limit), sides[0])
                        highs.setdefault(f"{metric} at its limit", []).append(found.bounds(0.9))
            for what, found_all in highs.items():
                low = np.array([pair[0] for pair in found_all])
                world = f"{what}{name}; {clusters} of {size}, in {share:.0%} of them"
                held: Limits = (low, np.full(len(low), np.inf))
                found_limits = {"ours": (held[0], np.ones(len(low)))}
                yield cell(
                    "cost gates", world, 29 if clusters < 30 else clusters, 0.0, found_limits
                )
