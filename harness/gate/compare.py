"""Two runs on the same problems: accuracy, lures and costs, with tests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from harness.core import Estimate, UsageError
from harness.gate.sides import differing_facts, joined
from harness.results.outcomes import ProblemOutcome, RunOutcomes
from harness.stats import detectable_difference, holm, paired_difference
from harness.stats.skewed import Reach
from harness.stats.spread import cluster_codes

Pairs = Sequence[tuple[ProblemOutcome, ProblemOutcome]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A problem whose outcome differs: probabilities of being right in a and in b."""

    problem: str
    a: float
    b: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """b minus a on the problems of both. Differences are None if a figure is unknown.

    `mcnemar_p` is exact and assumes independent problems: None for fractional scores or
    clusters of several problems. `bayes` is the 95% credible interval (Bayesian bootstrap over
    clusters). `detectable` is the smallest true difference detected with power 0.8.
    `adjusted_p` is `accuracy.extra["p"]` corrected for all comparisons of the command.
    """

    a: RunOutcomes
    b: RunOutcomes
    means: tuple[float, float]
    accuracy: Estimate
    adjusted_p: float
    mcnemar_p: float | None
    bayes: tuple[float, float]
    detectable: float | None
    lure_rate: Estimate | None
    tokens: Estimate | None
    usd: Estimate | None
    flips: tuple[Flip, ...]
    warnings: tuple[str, ...]

    @property
    def measure(self) -> str:
        """What the scores measure: accuracy, or coverage if an oracle selects."""
        return "coverage" if self.a.selector == "oracle" else "accuracy"

    def to_json(self) -> dict[str, Any]:
        """The object that `harness compare --json` prints."""
        side = ("id", "model", "task", "budget", "selector", "planned")
        out: dict[str, Any] = {
            name: {key: getattr(run, key) for key in side}
            for name, run in (("a", self.a), ("b", self.b))
        }
        for name in ("accuracy", "lure_rate", "tokens", "usd"):
            estimate: Estimate | None = getattr(self, name)
            out[name] = None if estimate is None else estimate.to_json()
        for name in ("measure", "means", "adjusted_p", "mcnemar_p", "bayes", "detectable"):
            out[name] = getattr(self, name)
        out["flips"] = [asdict(flip) for flip in self.flips]
        out["warnings"] = list(self.warnings)
        return out


def compare_runs(
    pairs: Sequence[tuple[RunOutcomes, RunOutcomes]],
    *,
    anyway: bool = False,
    confidence: float = 0.95,
    correction: str = "holm",
) -> list[Comparison]:
    """Compare pair by pair; UsageError if two runs are not comparable, unless `anyway`.

    `correction` is "holm" (family-wise error) or "bh" (false discovery rate).
    """
    found = [_compare(a, b, anyway, confidence) for a, b in pairs]
    correct = {"holm": holm, "bh": benjamini_hochberg}[correction]
    adjusted = correct([float(c.accuracy.extra["p"]) for c in found])
    fields = Comparison.__slots__
    return [
        Comparison(**{**{f: getattr(c, f) for f in fields}, "adjusted_p": p})
        for c, p in zip(found, adjusted, strict=True)
    ]


def _compare(a: RunOutcomes, b: RunOutcomes, anyway: bool, confidence: float) -> Comparison:
    reasons = differing_facts(a, b)
    if reasons and not anyway:
        raise UsageError(
            f"{a.label} and {b.label} are not comparable: {'; '.join(reasons)} "
            "({anyway} compares the problems that both have)",
            anyway=True,
        )
    pairs = joined(a, b)
    clusters = [x.cluster for x, _ in pairs]
    old = np.array([x.correct for x, _ in pairs])
    new = np.array([y.correct for _, y in pairs])
    accuracy = paired_difference(new, old, clusters, confidence)
    se = accuracy.extra["se"]
    tempted = [(x, y) for x, y in pairs if x.lured is not None and y.lured is not None]
    return Comparison(
        a=a,
        b=b,
        means=(float(old.mean()), float(new.mean())),
        accuracy=accuracy,
        adjusted_p=float(accuracy.extra["p"]),
        mcnemar_p=_mcnemar_of(pairs),
        bayes=bayesian_interval(new - old, clusters, confidence),
        detectable=detectable_difference(se, accuracy.clusters, confidence=confidence)
        if se
        else None,
        lure_rate=paired_difference(
            [y.lured or 0.0 for _, y in tempted],
            [x.lured or 0.0 for x, _ in tempted],
            [x.cluster for x, _ in tempted],
            confidence,
        )
        if tempted
        else None,
        tokens=_cost(pairs, "tokens", confidence),
        usd=_cost(pairs, "usd", confidence),
        flips=tuple(
            Flip(problem=x.id, a=x.correct, b=y.correct)
            for x, y in pairs
            if abs(x.correct - y.correct) >= 0.5
        ),
        warnings=tuple(reasons),
    )


def _cost(pairs: Pairs, name: str, confidence: float) -> Estimate | None:
    """A mean difference of costs with its interval; None if one is unknown."""
    values = [(getattr(x, name), getattr(y, name)) for x, y in pairs]
    if any(v is None for pair in values for v in pair):
        return None
    d = np.array([new - old for old, new in values], dtype=np.float64)
    codes = cluster_codes([x.cluster for x, _ in pairs], len(pairs))
    mean = float(d.mean())
    reach = Reach.of((d - mean) / len(d), codes)
    if reach.spread.groups < 2:
        return None
    below, above = reach.below_and_above(confidence)
    return Estimate(
        value=mean,
        low=mean - below,
        high=mean + above,
        n=len(d),
        clusters=reach.spread.groups,
        confidence=confidence,
        method="paired-skewed-t",
        extra={"se": reach.spread.se},
    )


def _mcnemar_of(pairs: Pairs) -> float | None:
    scores = [(x.correct, y.correct) for x, y in pairs]
    if any(v not in (0.0, 1.0) for pair in scores for v in pair):
        return None
    if len({x.cluster for x, _ in pairs}) < len(pairs):
        return None
    return mcnemar_exact(scores.count((0.0, 1.0)), scores.count((1.0, 0.0)))


def mcnemar_exact(better: int, worse: int) -> float:
    """Two-sided exact p of McNemar's test: binomial(better + worse, 1/2), doubled tail."""
    n = better + worse
    tail = sum(math.comb(n, i) for i in range(min(better, worse) + 1))
    return min(1.0, float(2 * tail / (1 << n)))


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """p values adjusted for the false discovery rate (Benjamini and Hochberg 1995)."""
    count = len(p_values)
    order = sorted(range(count), key=lambda i: -p_values[i])
    out, best = [0.0] * count, 1.0
    for place, i in enumerate(order):
        best = min(best, p_values[i] * count / (count - place))
        out[i] = best
    return out


def bayesian_interval(
    differences: np.ndarray[Any, np.dtype[np.float64]],
    clusters: Sequence[str],
    confidence: float = 0.95,
    *,
    draws: int = 4000,
    seed: int = 0,
) -> tuple[float, float]:
    """Credible interval of the mean difference, scores in [0, 1].

    Bayesian bootstrap (Rubin 1981) over clusters. Two pseudo-clusters of mean size, one all won
    and one all lost, with weight 1/2 each, prevent zero length when nothing differs.
    """
    codes = cluster_codes(clusters, len(differences))
    sizes = np.bincount(codes).astype(np.float64)
    sums = np.bincount(codes, weights=differences)
    typical = float(sizes.mean())
    sums = np.concatenate([sums, [typical, -typical]])
    sizes = np.concatenate([sizes, [typical, typical]])
    shape = np.concatenate([np.ones(len(sums) - 2), [0.5, 0.5]])
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(shape, size=draws)
    means = (weights @ sums) / (weights @ sizes)
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
