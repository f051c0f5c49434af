"""Thresholds that are chosen and then scored: the p of `adaptive@n`, which stops early."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from calibration_choices import Same, strategy
from calibration_worlds import Cell, Floats, cell
from numpy.typing import NDArray

from harness.analysis.crossfit import best_budget
from harness.analysis.curves import Curve, CurvePoint
from harness.analysis.policy import compute_optimal
from harness.analysis.pools import Pool
from harness.budgets import Judged
from harness.budgets.proposers.adaptive import replay
from harness.budgets.stops import Beta
from harness.core import Status, Verdict
from harness.stats import mean_interval

LEVELS = (0.8, 0.9, 0.95, 0.99)
MOST = 24

_JUDGED = {
    right: Judged(verdict=Verdict(status=Status.CORRECT if right else Status.WRONG, key=key))
    for right, key in ((True, "r"), (False, "w"))
}


def stopped(right: NDArray[np.bool_], level: float) -> tuple[Floats, list[int]]:
    """The chance that the vote is right, and the samples drawn, of each problem."""
    rule = Beta(p=level)
    drawn = [replay(["r" if r else "w" for r in row], rule) for row in right]
    won = [2 * int(row[:n].sum()) - n for row, n in zip(right, drawn, strict=True)]
    return np.array([0.5 * (1 + np.sign(w)) for w in won]), drawn


def _adaptive(level: float, right: NDArray[np.bool_]) -> Curve:
    scores, drawn = stopped(right, level)
    name, problems = f"adaptive@{MOST}:p={level}", len(right)
    judged = tuple(
        tuple(_JUDGED[bool(r)] for r in row[:n]) for row, n in zip(right, drawn, strict=True)
    )
    ids = tuple(
        tuple(frozenset({f"{name},{i}.{j}"}) for j in range(n)) for i, n in enumerate(drawn)
    )
    pool = Pool(judged=judged, samples=ids, selector=Same(), whole=True)  # type: ignore[arg-type]
    costs = {"tokens": tuple(10.0 * n for n in drawn), "flops": None, "usd": None}
    point = CurvePoint(
        budget=name, size=float(MOST), accuracy=mean_interval(scores),
        scores=tuple(scores.tolist()), costs=costs, pool=pool,
    )  # fmt: skip
    return Curve(
        model="m", task="t", metric=name, run=name, points=(point,),
        clusters=tuple(f"c{i}" for i in range(problems)),
        problems=tuple(f"p{i}" for i in range(problems)),
        facts=dict.fromkeys(("task", "task_version", "data", "prompts", "verifier"), ""),
    )  # fmt: skip


def thresholds(draws: int, quick: bool) -> Iterator[Cell]:
    """The best p of four, each with its own samples, and the policy that chooses p by difficulty.

    "best" holds the true accuracy of the two that were chosen. "gain" counts as held unless a gain
    is claimed: choosing p by how hard a problem looks gains nothing, for every p stops by itself.
    """
    rng = np.random.default_rng(26)
    many = rng.random((4000, MOST)) < rng.beta(1, 1, (4000, 1))
    true = {f"adaptive@{MOST}:p={p}": float(stopped(many, p)[0].mean()) for p in LEVELS}
    for problems in (30,) if quick else (30, 100, 300):
        lows: list[float] = []
        highs: list[float] = []
        truths: list[float] = []
        gains: list[float] = []
        for _ in range(max(40, draws // 5)):
            rates = rng.beta(1, 1, (problems, 1))
            probe = strategy("pass@k", rng.random((problems, 8)) < rates, 8, 1.0)
            curves = [_adaptive(p, rng.random((problems, MOST)) < rates) for p in LEVELS]
            best = best_budget(curves)
            if best is None:
                continue
            lows.append(best.accuracy.low)
            highs.append(best.accuracy.high)
            truths.append(float(np.mean([true[name] for name in best.chosen])))
            gain = compute_optimal([probe, *curves], "tokens", 1000, probe=4).gain
            gains.append(gain.low)
        shift = np.array(truths)
        limits = {"ours": (np.array(lows) - shift, np.array(highs) - shift)}
        yield cell("thresholds", f"best p; {problems} problems", problems, 0.0, limits)
        never = np.ones(len(gains))
        limits = {"ours": (np.array(gains), never)}
        yield cell("thresholds", f"gain of choosing p; {problems} problems", problems, 0.0, limits)
