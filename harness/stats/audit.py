"""What labels by a person say of a verifier: its error rate, and the accuracy corrected by it.

Labelled samples are drawn by strata (say, by how sure the verifier was), each stratum at its own
rate. The error rate is the stratified mean (Cochran, Sampling Techniques, eq. 5.1 and 5.6). The
corrected accuracy is prediction-powered inference for a mean (Angelopoulos et al. 2023, arXiv
2301.09633, section 2.1): the verifier's accuracy over all samples, less what it is seen to add.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from harness.core import Estimate
from harness.stats.intervals import wilson
from harness.stats.special import normal_quantile


@dataclass(frozen=True, slots=True)
class Stratum:
    """`size` samples, of which some have a label: pairs (verdict is correct, answer is right)."""

    name: str
    size: int
    labels: tuple[tuple[bool, bool], ...]

    def __post_init__(self) -> None:
        if len(self.labels) > self.size:
            raise ValueError(f"stratum {self.name}: {len(self.labels)} labels, {self.size} samples")


def error_rate(strata: Sequence[Stratum], confidence: float = 0.95) -> Estimate:
    """The share of all samples whose verdict is wrong, with Wilson's interval.

    Wilson's n is the effective one, the n of a simple sample with the same variance; a stratum's
    share p is taken for (np + 1/2)/(n + 1) there, so that a few labels without an error do not
    claim certainty. Raises ValueError where a stratum has no label.
    """
    total, labelled = _totals(strata)
    rate = variance = 0.0
    for part in strata:
        errors = sum(said != is_right for said, is_right in part.labels)
        count, weight = len(part.labels), part.size / total
        rate += weight * errors / count
        smooth = (errors + 0.5) / (count + 1)
        unseen = 1 - count / part.size  # all labelled: nothing is left to chance
        variance += weight**2 * unseen * smooth * (1 - smooth) / count
    low = high = rate
    if variance > 0:
        spread = max(rate * (1 - rate), 0.25 / labelled)  # at 0 and 1 the share says too little
        low, high = wilson(rate * (n := spread / variance), n, confidence)
    extra = {"strata": len(strata), "samples": total}
    return Estimate(
        value=rate, low=low, high=high, n=labelled, clusters=labelled, confidence=confidence,
        method="stratified", extra=extra,
    )  # fmt: skip


def corrected_accuracy(
    plain: float, plain_se: float, strata: Sequence[Stratum], confidence: float = 0.95
) -> Estimate:
    """The accuracy corrected by the labels: `plain` less the mean of (verdict - truth).

    `plain_se` is the standard error of `plain`, clustered where samples are; the labels' variance
    is added to it. With every sample labelled it is the accuracy of the labels.
    """
    total, labelled = _totals(strata)
    excess = variance = 0.0
    for part in strata:
        gaps = [float(said) - float(is_right) for said, is_right in part.labels]
        count, weight = len(gaps), part.size / total
        mean = sum(gaps) / count
        excess += weight * mean
        square = sum((gap - mean) ** 2 for gap in gaps)
        # half an error more, so that agreement throughout is no certainty; none where all are seen
        spread = (square + 0.5) / count
        variance += weight**2 * (1 - count / part.size) * spread / count
    value = plain - excess
    half = normal_quantile(0.5 + confidence / 2) * math.sqrt(plain_se**2 + variance)
    return Estimate(
        value=value, low=max(0.0, value - half), high=min(1.0, value + half), n=labelled,
        clusters=labelled, confidence=confidence, method="prediction-powered",
        extra={"plain": plain, "correction": -excess},
    )  # fmt: skip


def _totals(strata: Sequence[Stratum]) -> tuple[int, int]:
    """Samples and labels; every stratum with samples needs a label."""
    empty = [part.name for part in strata if not part.labels]
    if empty or not strata:
        raise ValueError(f"no label in stratum {', '.join(empty) or '(there are none)'}")
    return sum(part.size for part in strata), sum(len(part.labels) for part in strata)
