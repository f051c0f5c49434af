"""Figures of pairs and groups, of raters, and of curves at equal cost: by the product's functions.

An original and its trap share a difficulty, as two groups of samples may; a judge and a person
label the same samples; two strategies are compared where their mean costs are equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from calibration_worlds import Cell, Floats, Limits, cell
from numpy.typing import NDArray
from scipy import special

from harness.core import Estimate
from harness.stats import (
    group_contrast,
    independent_difference,
    mean_interval,
    paired_difference,
    ratio_interval,
)
from harness.stats.agreement import cohen_kappa
from harness.stats.audit import Stratum, corrected_accuracy, error_rate


def limits_of(found: Sequence[Estimate]) -> Limits:
    """The limits of many figures."""
    return np.array([e.low for e in found]), np.array([e.high for e in found])


def _two(
    rng: np.random.Generator, draws: int, clusters: int, means: tuple[float, float], rho: float
) -> tuple[Floats, Floats]:
    """Right or wrong twice in each cluster: rates are Beta of size 2, tied by a normal copula."""
    z = rng.normal(size=(2, draws, clusters))
    z[1] = rho * z[0] + np.sqrt(1 - rho * rho) * z[1]
    u = special.ndtr(z)
    rates = [special.betaincinv(2 * m, 2 * (1 - m), u[i]) for i, m in enumerate(means)]
    one, other = (rng.random(r.shape) < r for r in rates)
    return one.astype(float), other.astype(float)


def pairs(draws: int, quick: bool) -> Iterator[Cell]:
    """Originals and traps: traps over originals, the drop, and the share of whole pairs solved."""
    rng = np.random.default_rng(27)
    cases = ((0.9, 0.6), (0.6, 0.3), (0.95, 0.95), (0.5, 0.05))
    for means in cases[:2] if quick else cases:
        for clusters in (10, 30) if quick else (10, 30, 100, 300):
            one, other = _two(rng, draws, clusters, means, 0.7)
            both = float(_both(means, 0.7))
            world = f"original {means[0]}, trap {means[1]}; {clusters} pairs"
            solved = limits_of([mean_interval(a * b) for a, b in zip(one, other, strict=True)])
            yield cell("pairs", f"solved, {world}", clusters, both, {"ours": solved})
            drop = [paired_difference(a, b) for a, b in zip(one, other, strict=True)]
            truth = means[0] - means[1]
            yield cell("pairs", f"drop, {world}", clusters, truth, {"ours": limits_of(drop)})
            used = one.sum(axis=1) > 0
            ratio = [
                ratio_interval(b, a, share=False)
                for a, b in zip(one[used], other[used], strict=True)
            ]
            truth = means[1] / means[0]
            yield cell("pairs", f"ratio, {world}", clusters, truth, {"ours": limits_of(ratio)})


def _both(means: tuple[float, float], rho: float) -> Floats:
    """The chance that both of a pair are right, by Gauss-Hermite quadrature."""
    nodes, weights = special.roots_hermitenorm(60)
    weights = weights / weights.sum()
    first = special.betaincinv(2 * means[0], 2 * (1 - means[0]), special.ndtr(nodes))
    second = special.ndtr(rho * nodes[:, None] + np.sqrt(1 - rho * rho) * nodes)
    rates = special.betaincinv(2 * means[1], 2 * (1 - means[1]), second)
    out: Floats = weights @ (first * (rates @ weights))
    return out


def contrasts(draws: int, quick: bool) -> Iterator[Cell]:
    """Two groups of problems: in common clusters (`group_contrast`), or of different sources."""
    rng = np.random.default_rng(28)
    cases = ((0.8, 0.7), (0.5, 0.5), (0.97, 0.9))
    for means in cases[:1] if quick else cases:
        for clusters in (10, 30) if quick else (10, 30, 100):
            one, other = _two(rng, draws, clusters, means, 0.7)
            x = np.concatenate([one, other], axis=1)
            first, labels = [True] * clusters + [False] * clusters, [*range(clusters)] * 2
            found = [group_contrast(row, first, labels) for row in x]
            world = f"{means[0]} and {means[1]}; {clusters} of each"
            truth = means[0] - means[1]
            yield cell(
                "contrasts", f"common clusters, {world}", clusters, truth,
                {"ours": limits_of(found)},
            )  # fmt: skip
            mine, theirs = (_two(rng, draws, clusters, (m, m), 0.0)[0] for m in means)
            apart = [
                independent_difference(mean_interval(a), mean_interval(b))
                for a, b in zip(mine, theirs, strict=True)
            ]
            yield cell(
                "contrasts", f"different problems, {world}", clusters, truth,
                {"ours": limits_of(apart)},
            )  # fmt: skip


def raters(draws: int, quick: bool) -> Iterator[Cell]:
    """A judge against a person: kappa, the rate of wrong verdicts, and the corrected accuracy."""
    rng = np.random.default_rng(29)
    draws = max(100, draws // 4)
    cases = ((0.7, 0.9, 0.85), (0.5, 0.97, 0.97), (0.9, 0.98, 0.8))
    for right, hit, pass_ in cases[:1] if quick else cases:
        for labels in (30, 100) if quick else (30, 100, 300):
            world = f"{right:.0%} right, of which {hit:.0%} accepted, else {1 - pass_:.0%}"
            agreed = right * hit + (1 - right) * pass_
            said = right * hit + (1 - right) * (1 - pass_)
            by_chance = said * right + (1 - said) * (1 - right)
            kappa: list[Estimate] = []
            wrong: list[Estimate] = []
            seen: list[float] = []  # the rate among these samples, of which `error_rate` speaks
            corrected: list[Estimate] = []
            for _ in range(draws):
                truth = rng.random(2000) < right
                verdict = rng.random(2000) < np.where(truth, hit, 1 - pass_)
                rows = [(bool(v), bool(t)) for v, t in zip(verdict[:labels], truth, strict=False)]
                if len({v for v, _ in rows} | {t for _, t in rows}) > 1:
                    kappa.append(cohen_kappa([v for v, _ in rows], [t for _, t in rows]))
                strata = _strata(verdict, truth, labels)
                if strata is None:
                    continue
                wrong.append(error_rate(strata))
                seen.append(float((verdict != truth).mean()))
                corrected.append(corrected_accuracy(mean_interval(verdict.astype(float)), strata))
            name = f"{world}; {labels} labels"
            low, high = limits_of(wrong)
            limits = {"ours": (low - np.array(seen), high - np.array(seen))}
            yield cell("raters", f"wrong verdicts: {name}", labels, 0.0, limits)
            for what, value, found in (
                ("kappa", (agreed - by_chance) / (1 - by_chance), kappa),
                ("corrected accuracy", right, corrected),
            ):
                yield cell("raters", f"{what}: {name}", labels, value, {"ours": limits_of(found)})


def _strata(
    verdict: NDArray[np.bool_], truth: NDArray[np.bool_], labels: int
) -> list[Stratum] | None:
    """Half of the labels on accepted answers, half on refused ones; None if one group is small."""
    parts = []
    for name, group in (("accepted", verdict), ("refused", ~verdict)):
        where = np.flatnonzero(group)
        if len(where) < labels // 2:
            return None
        pairs_ = tuple((bool(verdict[i]), bool(truth[i])) for i in where[: labels // 2])
        parts.append(Stratum(name, len(where), pairs_))
    return parts
