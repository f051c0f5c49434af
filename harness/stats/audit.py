"""What human labels imply about a verifier: its error rate, and a corrected accuracy.

Labelled samples are drawn at random within strata (such as the verifier's certainty), each stratum
at its own rate. A rate is the stratified mean (Cochran, Sampling Techniques, eq. 5.1 and 5.6). The
corrected accuracy is prediction-powered inference for a mean (Angelopoulos et al. 2023, arXiv
2301.09633, section 2.1): the verifier's accuracy over all samples, minus its estimated bias.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.core import Estimate
from harness.core.counting import counted
from harness.stats.agreement import influences, kappa_interval
from harness.stats.intervals import check_confidence
from harness.stats.special import beta_quantile

_UNSEEN = 0.5
"""The number of extra errors assumed by the upper limit, each with the largest label weight."""

Chosen = Callable[[bool, bool], bool]
"""A function of (the verdict is correct, the answer is right): whether a label is counted."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """`size` samples, some of them labelled: pairs (verdict is correct, answer is right)."""

    name: str
    size: int
    labels: tuple[tuple[bool, bool], ...]

    def __post_init__(self) -> None:
        if len(self.labels) > self.size:
            labels, samples = counted(len(self.labels), "label"), counted(self.size, "sample")
            raise ValueError(f"stratum {self.name}: {labels}, {samples}")


def allocation(sizes: Mapping[str, int], errors: Mapping[str, float], count: int) -> dict[str, int]:
    """How many samples to draw from each stratum to estimate the error rate most precisely.

    `errors` are the expected shares of wrong verdicts. Neyman allocation, solved exactly
    in integers (Wright 2012, American Statistician 66, 217-224), with at least two from each
    stratum, as far as it has them: a stratum without a label cannot be estimated.
    """
    shares = {name: min(2, size) for name, size in sizes.items()}
    spread = {name: math.sqrt(p * (1 - p)) * sizes[name] for name, p in errors.items()}
    while sum(shares.values()) < min(count, sum(sizes.values())):
        open_ = [name for name, size in sizes.items() if shares[name] < size]
        best = max(open_, key=lambda n: spread[n] / math.sqrt(shares[n] * (shares[n] + 1)))
        shares[best] += 1
    return shares


def error_rate(strata: Sequence[Stratum], confidence: float = 0.95) -> Estimate:
    """The share of all samples whose verdict is wrong.

    Limits as for directly standardised rates (Fay and Feuer 1997, Statistics in Medicine 16,
    791-801), with Beta instead of gamma distributions: the lower is a quantile of the one with the
    rate's mean and variance, the upper of the one with half an unseen error added, with the largest
    weight of any label. Exact if all samples are labelled. Raises ValueError if a stratum has no
    label.
    """
    total, labelled = _totals(strata)
    rate, low, high = _limits(strata, lambda said, right: said != right, confidence)
    return Estimate(
        value=rate, low=low, high=high, n=labelled, clusters=labelled, confidence=confidence,
        method="stratified", extra={"strata": len(strata), "samples": total},
    )  # fmt: skip


def corrected_accuracy(plain: Estimate, strata: Sequence[Stratum]) -> Estimate:
    """`plain` minus verdicts that are wrongly correct, plus those that are wrongly not.

    The limits of the three rates are combined by MOVER (Donner and Zou 2012): squared distances
    to them add up. Those of `plain` represent the sampling of these problems; they are
    widened if a share as near to 1/2 as the corrected one would vary more. Raises ValueError if a
    stratum has no label.
    """
    total, labelled = _totals(strata)
    above, above_low, above_high = _limits(strata, lambda s, r: s and not r, plain.confidence)
    below, below_low, below_high = _limits(strata, lambda s, r: r and not s, plain.confidence)
    value = min(1.0, max(0.0, plain.value - above + below))
    own = plain.value * (1 - plain.value)
    wider = max(1.0, value * (1 - value) / own) if own > 0 else 1.0
    down = wider * (plain.value - plain.low) ** 2 + (above_high - above) ** 2
    up = wider * (plain.high - plain.value) ** 2 + (above - above_low) ** 2
    down, up = down + (below - below_low) ** 2, up + (below_high - below) ** 2
    return Estimate(
        value=value,
        low=max(0.0, value - math.sqrt(down)),
        high=min(1.0, value + math.sqrt(up)),
        n=labelled,
        clusters=labelled,
        confidence=plain.confidence,
        method="prediction-powered",
        extra={"plain": plain.value, "samples": total},
    )


def stratified_kappa(strata: Sequence[Stratum], confidence: float = 0.95) -> Estimate:
    """Cohen's kappa of the verdicts and the labels over all samples.

    Each label counts for as many samples as it represents. The interval is that of
    `harness.stats.agreement.cohen_kappa` for a simple sample, with no more items than there are
    labels, of the same uncertainty by kappa's linearised variance within the strata. Raises
    ValueError if a stratum has no label, and if there is only one label value.
    """
    check_confidence(confidence)
    total, labelled = _totals(strata)
    pairs = np.array([pair for part in strata for pair in part.labels], dtype=np.intp)
    counts = np.array([len(part.labels) for part in strata])
    sizes = np.array([part.size for part in strata])
    weights = np.repeat(sizes / total / counts, counts)
    shares = np.zeros((2, 2))
    np.add.at(shares, (pairs[:, 0], pairs[:, 1]), weights)
    if np.diag(shares).max() > 1 - 1e-12:
        raise ValueError("verdicts and labels are constant: kappa is undefined")
    parts = influences(shares, pairs[:, 0], pairs[:, 1])
    within = [np.var(part) for part in np.split(parts, np.cumsum(counts)[:-1])]
    variance = float(np.sum((sizes / total) ** 2 * (1 - counts / sizes) * within / counts))
    effective = 1 / float(weights @ weights)  # Kish, if all agree
    if variance > 1e-12:
        effective = min(float(labelled), float(weights @ parts**2) / variance)
    return kappa_interval(shares, effective, labelled, labelled, confidence)


def _limits(
    strata: Sequence[Stratum], chosen: Chosen, confidence: float
) -> tuple[float, float, float]:
    """The share of all samples for which `chosen` holds, with its limits."""
    check_confidence(confidence)
    total, _ = _totals(strata)
    rate = variance = largest = 0.0
    for part in strata:
        count, weight = len(part.labels), part.size / total
        seen = sum(chosen(said, is_right) for said, is_right in part.labels)
        unseen = 1 - count / part.size  # 0 if all are labelled: nothing is left to chance
        rate += weight * seen / count
        smooth = (seen + 0.5) / (count + 1) if seen else 0.0  # two out of two is not certainty
        variance += weight**2 * unseen * smooth * (1 - smooth) / count
        largest = max(largest, weight * unseen / count)
    tail = (1 - confidence) / 2
    low = _quantile(tail, rate, variance)
    more = _UNSEEN * largest
    high = _quantile(1 - tail, rate + more, variance + more * largest)
    return rate, min(low, rate), max(high, rate)


def _quantile(p: float, mean: float, variance: float) -> float:
    """Quantile of the Beta distribution with this mean and variance."""
    if variance <= 0 or not 0 < mean < 1:
        return min(1.0, mean)
    size = max(1e-3, mean * (1 - mean) / variance - 1)
    return beta_quantile(p, mean * size, (1 - mean) * size)


def _totals(strata: Sequence[Stratum]) -> tuple[int, int]:
    """Samples and labels; every stratum with samples needs a label."""
    empty = [part.name for part in strata if not part.labels]
    if empty or not strata:
        raise ValueError(f"no label in stratum {', '.join(empty) or '(there are none)'}")
    return sum(part.size for part in strata), sum(len(part.labels) for part in strata)
