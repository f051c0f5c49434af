"""Whether problems were answered at all, and how many of those answers are right."""

from __future__ import annotations

from collections.abc import Sequence

from harness.core import Estimate, Scored, Status
from harness.stats import mean_interval
from harness.stats.ratios import ratio_interval

UNANSWERED = (Status.REFUSED, Status.ABSTAINED, Status.TRUNCATED, Status.UNPARSED)
"""Verdicts on samples without an answer. An `ungraded` one may have one, and counts."""


def attempted_metrics(scored: Sequence[Scored]) -> dict[str, Estimate]:
    """The share of problems that were attempted, and the accuracy among those.

    The second is a ratio of two means, sum of P(correct) over sum of P(attempted), left out if
    nothing was attempted.
    """
    clusters = [item.problem.cluster for item in scored]
    attempted = [_attempted(item) for item in scored]
    metrics = {"attempted": mean_interval(attempted, clusters)}
    if sum(attempted) > 0:
        correct = [min(item.score, share) for item, share in zip(scored, attempted, strict=True)]
        metrics["accuracy_attempted"] = ratio_interval(correct, attempted, clusters)
    return metrics


def _attempted(item: Scored) -> float:
    unanswered = sum(item.statuses.get(status, 0.0) for status in UNANSWERED)
    return min(1.0, max(0.0, round(1.0 - unanswered, 12)))
