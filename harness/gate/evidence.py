"""Evidence: how far a run's figure is from a rule's limit, and how certain that is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from harness.core import UsageError
from harness.gate.rules import RATES, Rule
from harness.results.outcomes import ProblemOutcome
from harness.stats import mean_interval
from harness.stats.comparisons import Differences
from harness.stats.skewed import Reach
from harness.stats.spread import Floats, cluster_codes

Bounds = Callable[[float], tuple[float, float]]


_FAR = 700.0  # beyond which the exponential overflows


class UndefinedError(UsageError):
    """A rule's figure is undefined on these problems; on more of them it may be defined."""


_ASKED = {"lure_rate": "lured", "false_alarm_rate": "alarmed"}  # not defined for every problem
_FIGURES = {
    "accuracy": "correct",
    "truncation_rate": "truncated",
    "ungraded_rate": "ungraded",
    **_ASKED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The distance to a rule's limit: positive passes, 0 is on the limit.

    `room` is the estimate; `bounds(c)` its two-sided interval of confidence c.
    """

    value: float | None  # None: a cost per correct answer when nothing is correct
    reference: float
    room: float
    bounds: Bounds = field(repr=False)
    n: int


def kept_by(rule: Rule, outcomes: Sequence[ProblemOutcome]) -> list[ProblemOutcome]:
    """The problems that a rule applies to; UsageError if there are none."""
    kept = []
    for o in outcomes:
        if rule.metric in _ASKED and getattr(o, _ASKED[rule.metric]) is None:
            continue
        if rule.where is not None:
            if o.problem is None:
                raise UsageError(
                    f"rule '{rule}': a baseline file does not contain {rule.where[0]!r}"
                )
            key, wanted = rule.where
            found = o.problem.variant if key == "variant" else o.problem.meta.get(key)
            if str(found) != wanted:
                continue
        kept.append(o)
    if not kept:
        raise UndefinedError(f"rule '{rule}': no problem of the run is of that kind")
    return kept


def _columns(rule: Rule, outcomes: Sequence[ProblemOutcome], kinds: Sequence[str]) -> Floats:
    """Numerators and denominators, shape (2, n), of a metric that is Σ num / Σ den."""
    ones = [1.0] * len(outcomes)
    correct = [o.correct for o in outcomes]
    if rule.metric == "trap_ratio":
        traps, originals = kinds.count("trap"), kinds.count("original")
        if not traps or not originals:
            raise UndefinedError("trap_ratio needs problems of the variants 'trap' and 'original'")
        top = [c / traps * (k == "trap") for c, k in zip(correct, kinds, strict=True)]
        bottom = [c / originals * (k == "original") for c, k in zip(correct, kinds, strict=True)]
        return _ratio(rule, top, bottom)
    name = _FIGURES.get(rule.metric, rule.metric.partition("_")[0])
    values = [getattr(o, name) for o in outcomes]
    if any(v is None for v in values):
        raise UsageError(f"rule '{rule}': {name} are unknown for some problems")
    return _ratio(rule, values, correct if rule.metric.endswith("_correct") else ones)


def _ratio(rule: Rule, top: Sequence[float], bottom: Sequence[float]) -> Floats:
    if rule.metric == "trap_ratio" and not sum(bottom) > 0:
        raise UndefinedError(f"rule '{rule}': undefined, no original is answered correctly")
    return np.array([top, bottom], dtype=np.float64)


def _nothing_correct(line: float, costs: Floats, clusters: Sequence[str]) -> Evidence:
    """A cost per correct answer that is at least the cost divided by the accuracy's upper limit."""
    none = [0.0] * len(costs)

    def bounds(confidence: float) -> tuple[float, float]:
        return -math.inf, line - float(costs.mean()) / mean_interval(
            none, clusters, confidence, exact=True
        ).high

    room = bounds(0.9)[1]
    return Evidence(value=None, reference=line, room=room, bounds=bounds, n=len(costs))


def absolute_evidence(rule: Rule, outcomes: Sequence[ProblemOutcome]) -> Evidence:
    """How far a run's figure is on the passing side of the rule's limit."""
    limit, sign = rule.limit or 0.0, rule.sign
    clusters = [o.cluster for o in outcomes]
    top, bottom = _columns(rule, outcomes, _kinds(outcomes))
    if not bottom.any():
        return _nothing_correct(limit, top, clusters)
    value = float(top.sum() / bottom.sum())
    room = sign * (value - limit) + 0.0  # no -0
    bounds: Bounds
    if rule.metric in RATES:

        def of_mean(confidence: float) -> tuple[float, float]:
            e = mean_interval(top, clusters, confidence, exact=True)
            return _ordered(sign * (e.low - limit), sign * (e.high - limit))

        bounds = of_mean
    else:
        influence = (top - value * bottom) / bottom.sum()
        bounds = (
            _scaled_bounds(value, limit, sign, influence, clusters)
            if value > 0
            else _cost_bounds(room, sign * influence, clusters)
        )
    return Evidence(value=value, reference=limit, room=room, bounds=bounds, n=len(outcomes))


def paired_evidence(
    rule: Rule, new: Sequence[ProblemOutcome], old: Sequence[ProblemOutcome]
) -> Evidence:
    """How far the change from the baseline is on the passing side of the rule's margin."""
    margin, sign = rule.margin or 0.0, rule.sign
    clusters = [o.cluster for o in new]
    kinds = _kinds(new)
    (new_top, new_bottom), (old_top, old_bottom) = (
        _columns(rule, new, kinds),
        _columns(rule, old, kinds),
    )
    if not old_bottom.any():
        raise UndefinedError(f"rule '{rule}': undefined, nothing is correct in the baseline")
    reference = float(old_top.sum() / old_bottom.sum())
    if not new_bottom.any():
        return _nothing_correct(reference * (1 - sign * margin), new_top, clusters)
    value = float(new_top.sum() / new_bottom.sum())
    line = reference * (1 - sign * margin) if rule.relative else reference - sign * margin
    room = sign * (value - line)
    bounds: Bounds
    if rule.metric in RATES:
        pairs = Differences.of(new_top, old_top, clusters)

        def of_difference(confidence: float) -> tuple[float, float]:
            low, high = pairs.bounds(confidence, exact=True)
            low, high = _ordered(sign * low, sign * high)
            return low + margin, high + margin

        bounds = of_difference
    else:
        scale = 1 - sign * margin if rule.relative else 1.0
        influence = sign * (
            (new_top - value * new_bottom) / new_bottom.sum()
            - scale * (old_top - reference * old_bottom) / old_bottom.sum()
        )
        bounds = _cost_bounds(room, influence, clusters)
    return Evidence(value=value, reference=reference, room=room, bounds=bounds, n=len(new))


def _kinds(outcomes: Sequence[ProblemOutcome]) -> list[str]:
    return ["" if o.problem is None else o.problem.variant for o in outcomes]


def _ordered(one: float, other: float) -> tuple[float, float]:
    return min(one, other), max(one, other)


def _cost_bounds(room: float, influence: Floats, clusters: Sequence[str]) -> Bounds:
    """From the influence values, which sum to the error of `room`: see `harness.stats.skewed`."""
    reach = Reach.of(influence, cluster_codes(clusters, len(influence)))

    def bounds(confidence: float) -> tuple[float, float]:
        below, above = reach.below_and_above(confidence)
        return room - below, room + above

    return bounds


def _scaled_bounds(
    value: float, limit: float, sign: int, influence: Floats, clusters: Sequence[str]
) -> Bounds:
    """The same on the log scale, on which costs are hardly skewed."""
    reach = Reach.of(influence / value, cluster_codes(clusters, len(influence)))

    def bounds(confidence: float) -> tuple[float, float]:
        below, above = reach.below_and_above(confidence)
        low, high = value * math.exp(-below), value * math.exp(min(above, _FAR))
        return _ordered(sign * (low - limit), sign * (high - limit))

    return bounds
