"""Metrics of the design: rates by factor, position bias, and sensitivity to context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.core import Estimate, Scored, Status
from harness.stats import group_contrast
from harness.tasks._metrics import by_factor

FACTORS = ("pattern", "ask", "order", "language", "prompt", "context", "tempting", "places")


def decimals_metrics(scored: Sequence[Scored]) -> Mapping[str, Estimate]:
    """Accuracy and lure rate by factor, and the two figures that compare levels.

    Lure rates are over the problems that have a lure. `position_bias`: accuracy where the right
    number is mentioned first, minus accuracy where it is mentioned later; 0 without bias, 1 for
    a model that always picks the first. `context_sensitivity`: over tempting problems, accuracy
    where decimals are numbers plus accuracy where they are versions, chapters or dates, minus 1
    (Youden's J); 0 for a model that guesses or always reads them alike, 1 for one never wrong.
    """
    tempting = [s for s in scored if s.problem.lure is not None]
    out: dict[str, Estimate] = {}
    for name in FACTORS:
        out |= by_factor(scored, name, lambda p, name=name: p.meta[name])  # type: ignore[misc]
    if tempting:
        for name in FACTORS[:-2]:
            out |= by_factor(
                tempting,
                f"lure_rate/{name}",
                lambda p, name=name: p.meta[name],  # type: ignore[misc]
                Status.LURED,
            )
    picks = [s for s in scored if s.problem.meta["form"] == "pick" and s.problem.meta["picks"]]
    first = [s.problem.meta["order"] == "first" for s in picks]
    if len(set(first)) > 1:
        out["position_bias"] = _contrast(picks, first, 0.0, -1)
    numbers = [s.problem.meta["reading"] == "value" for s in tempting]
    if len(set(numbers)) > 1:
        out["context_sensitivity"] = _contrast(tempting, numbers, -1.0, 1)
    return out


def _contrast(items: Sequence[Scored], first: Sequence[bool], shift: float, sign: int) -> Estimate:
    """Mean score of those marked `first`, plus `sign` times that of the others, plus `shift`."""
    clusters = [s.problem.cluster for s in items]
    found = group_contrast([s.score for s in items], first, clusters, sign=sign)
    return replace(found, value=found.value + shift, low=found.low + shift, high=found.high + shift)
