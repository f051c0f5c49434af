"""Ratios, extrapolations, and what is chosen and then scored: by the product's own functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from calibration_worlds import Cell, Floats, Limits, cell, table
from numpy.typing import NDArray
from scipy import stats

from harness.analysis.crossfit import best_budget
from harness.analysis.curves import Curve, CurvePoint
from harness.analysis.equal_cost import frontier
from harness.analysis.policy import compute_optimal
from harness.analysis.pools import Pool
from harness.budgets import Judged
from harness.core import Status, Verdict
from harness.stats import mean_interval, ratio_interval
from harness.stats.fits import FitError, beta_coverage, fit_beta


def _log_t(num: Floats, den: Floats) -> Limits:
    """The delta method on the logarithm."""
    ratio = num.sum(axis=1) / np.maximum(den.sum(axis=1), 1e-9)
    apart = (num - ratio[:, None] * den) / np.maximum(den.sum(axis=1), 1e-9)[:, None]
    n = num.shape[1]
    se = np.sqrt((apart**2).sum(axis=1) * n / (n - 1)) / np.maximum(ratio, 1e-9)
    half = stats.t.ppf(0.975, n - 1) * se
    return ratio * np.exp(-half), ratio * np.exp(half)


def ratios(draws: int, quick: bool) -> Iterator[Cell]:
    """Cost of a correct answer (hard problems cost more), and a rate over part of the problems."""
    rng = np.random.default_rng(19)
    for mean in (0.1, 0.5, 0.9) if quick else (0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98):
        for pool in (1, 16):
            for n in (10, 30) if quick else (10, 30, 100, 300):
                p = rng.beta(2 * mean, 2 * (1 - mean), (draws, n))
                right = rng.binomial(pool, p) / pool
                cost = rng.gamma(4.0, 25.0 * (2 - p))
                used = right.sum(axis=1) > 0
                right, cost = right[used], cost[used]
                if len(right) < 0.9 * draws:
                    continue
                found = [
                    ratio_interval(c, r, share=False) for c, r in zip(cost, right, strict=True)
                ]
                ours = (np.array([e.low for e in found]), np.array([e.high for e in found]))
                world = f"cost per correct, accuracy {mean}; {pool} samples; {n} problems"
                truth = 100 * (2 - mean) / mean
                yield cell("ratios", world, n, truth, {"ours": ours, "log t": _log_t(cost, right)})
                part = (rng.random(p.shape) < 0.6).astype(float)[used]
                found = [
                    ratio_interval(r * k, k)
                    for r, k in zip(right, part, strict=True)
                    if k.sum() > 0
                ]
                ours = (np.array([e.low for e in found]), np.array([e.high for e in found]))
                seen = int(0.6 * n)
                yield cell(
                    "ratios", f"rate over 60%, {mean}; {pool} samples; {n}", seen, mean,
                    {"ours": ours},
                )  # fmt: skip


def extrapolations(draws: int, quick: bool) -> Iterator[Cell]:
    """pass@1000 by the Beta fit, from 16 or 64 samples a problem; refused fits are left out."""
    rng = np.random.default_rng(20)
    known = {"Beta(0.5, 1.5)": (0.5, 1.5, 1.0), "Beta(0.2, 3)": (0.2, 3.0, 1.0),
             "Beta(2, 8)": (2.0, 8.0, 1.0), "0.5 Beta(0.6, 1.2)": (0.6, 1.2, 0.5)}  # fmt: skip
    for name, (a, b, scale) in list(known.items())[: 1 if quick else None]:
        for problems, samples in ((100, 16),) if quick else ((50, 16), (200, 16), (200, 64)):
            truth = beta_coverage(a, b, 1000, scale)
            lows, highs = [], []
            for _ in range(max(20, draws // 5)):
                rates = scale * rng.beta(a, b, problems)
                counts = [(samples, int(c)) for c in rng.binomial(samples, rates)]
                try:
                    e = fit_beta(counts).interval(1000)
                except FitError:
                    continue
                lows.append(e.low)
                highs.append(e.high)
            if len(lows) >= 20:
                world = f"{name}; {problems} problems of {samples} samples"
                limits = {"ours": (np.array(lows), np.array(highs))}
                yield cell("extrapolations", world, problems, truth, limits)


@dataclass(frozen=True, slots=True)
class Same:
    """A selector of which only the vote of right against wrong is needed."""

    name: str = "majority"

    def expect(self, pool: Sequence[Judged], k: int) -> dict[Status, float]:
        """The chance that right wins."""
        right = sum(j.verdict.status is Status.CORRECT for j in pool)
        return {Status.CORRECT: float(table("maj", len(pool), k)[right])}


_JUDGED = {
    right: Judged(verdict=Verdict(status=status, key=key), steps=None)
    for right, status, key in ((True, Status.CORRECT, "r"), (False, Status.WRONG, "w"))
}


def strategy(name: str, right: NDArray[np.bool_], k: int, cost: float = 10.0) -> Curve:
    """`vote@k` of one pool of samples, (problems, samples), which are its own."""
    problems, n = right.shape
    pool = Pool(
        judged=tuple(tuple(_JUDGED[bool(r)] for r in row) for row in right),
        samples=tuple(tuple(frozenset({f"{name}{i}.{j}"}) for j in range(n))
                      for i in range(problems)),
        selector=Same(),  # type: ignore[arg-type]
    )  # fmt: skip
    scores = table("maj", n, k)[right.sum(axis=1)]
    clusters = tuple(f"c{i}" for i in range(problems))
    point = CurvePoint(
        budget=name, size=k, accuracy=mean_interval(scores), scores=tuple(scores.tolist()),
        costs={"tokens": (cost,) * problems, "flops": None, "usd": None}, pool=pool,
    )  # fmt: skip
    return Curve(
        model="m", task="t", metric=name, run=name, points=(point,), clusters=clusters,
        problems=tuple(f"p{i}" for i in range(problems)),
        facts=dict.fromkeys(("task", "task_version", "data", "prompts", "verifier"), ""),
        counts=tuple((n, int(c)) for c in right.sum(axis=1)),
        answers=tuple(tuple("r" if r else "w" for r in row) for row in right),
    )  # fmt: skip


def choices(draws: int, quick: bool) -> Iterator[Cell]:
    """What is chosen and then scored, where all strategies are alike: each gain is 0.

    "false": how often a gain is claimed. Best: the accuracy of the best of them.
    """
    rng = np.random.default_rng(22)
    for problems in (30,) if quick else (30, 100, 300):
        for strategies, pool in ((2, 4),) if quick else ((2, 4), (2, 16), (6, 8)):
            policy: dict[str, list[tuple[float, float]]] = {"oracle": [], "predicted": []}
            best: list[tuple[float, float]] = []
            truth = float(stats.betabinom.pmf(np.arange(5), 4, 1, 1) @ table("maj", 4, 4))
            for _ in range(max(40, draws // 5)):
                rates = rng.beta(1, 1, (problems, 1))
                curves = [
                    strategy(f"s{i}", rng.random((problems, pool)) < rates, min(4, pool))
                    for i in range(strategies)
                ]
                for difficulty, found in policy.items():
                    gain = compute_optimal(
                        curves, "tokens", 100, difficulty=difficulty, probe=2
                    ).gain
                    found.append((gain.low, gain.high))
                chosen = best_budget(curves)
                if chosen is not None:
                    best.append((chosen.accuracy.low, chosen.accuracy.high))
            world = f"{strategies} alike, pools of {pool}; {problems} problems"
            for difficulty, found in policy.items():
                limits = {"ours": _both(found)}
                yield cell("choices", f"gain, {difficulty}, {world}", problems, 0.0, limits)
            yield cell("choices", f"best, {world}", problems, truth, {"ours": _both(best)})


def _both(found: Sequence[tuple[float, float]]) -> Limits:
    return np.array([low for low, _ in found]), np.array([high for _, high in found])


def frontiers(draws: int, quick: bool) -> Iterator[Cell]:
    """A dearer budget that is no better: how rarely its place on the frontier is called sure.

    The interval is [0, 0.95] of the chance, and "held" that the chance is in it: at least 95%.
    """
    rng = np.random.default_rng(23)
    for problems in (30,) if quick else (10, 30, 100, 300):
        highs = []
        for _ in range(max(40, draws // 5)):
            rates = rng.beta(1, 1, (problems, 1))
            pair = [
                strategy(f"s{i}", rng.random((problems, 4)) < rates, 4, 10.0 + i) for i in (0, 1)
            ]
            places = frontier(pair, resamples=400)
            highs.append(max((p.chance for p in places if p.point.budget == "s1"), default=0.0))
        sure = np.array(highs)
        limits = {"ours": (np.where(sure >= 0.95, 1.0, 0.0), np.ones(len(sure)))}
        yield cell("frontiers", f"a tie; {problems} problems", problems, 0.5, limits)
