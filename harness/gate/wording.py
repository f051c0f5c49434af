"""A gate's messages about a rule, for people who have not read its documentation."""

from __future__ import annotations

import math
from collections.abc import Mapping

from harness.gate.evidence import Evidence
from harness.gate.rules import RATES, Rule

_NOUNS: Mapping[str, str] = {
    "accuracy": "accuracy",
    "trap_ratio": "trap ratio",
    "lure_rate": "lured",
    "false_alarm_rate": "false alarms",
    "truncation_rate": "cut off",
    "ungraded_rate": "ungraded",
    "tokens_per_problem": "tokens per problem",
    "tokens_per_correct": "tokens per correct answer",
    "usd_per_problem": "dollars per problem",
    "usd_per_correct": "dollars per correct answer",
}


def figures(rule: Rule, e: Evidence) -> str:
    """What was measured and required: "accuracy 66.0%, was 69.1%; may fall by 5 points"."""
    name = _NOUNS[rule.metric]
    value = "no correct answer" if e.value is None else f"{name} {amount(rule, e.value)}"
    if rule.limit is not None:
        return (
            f"{value}; must be at {'least' if rule.sign > 0 else 'most'} {amount(rule, rule.limit)}"
        )
    same = e.value is not None and amount(rule, e.value) == amount(rule, e.reference)
    before = ", as before" if same else f", was {amount(rule, e.reference)}"
    return f"{value}{before}; may {_worse(rule)} by {_margin(rule)}"


def evidence(rule: Rule, e: Evidence, low: float, high: float) -> str:
    """What the data leave open, in the unit of the rule; empty for observed figures."""
    if rule.observed:
        return ""
    sure = f"({rule.confidence:.0%} sure)"
    if rule.limit is not None:
        bounds = [rule.limit + rule.sign * room for room in (low, high)]
        return f"the true figure lies {_between(rule, *sorted(bounds))} {sure}"
    margin = (rule.margin or 0.0) * (abs(e.reference) if rule.relative else 1.0)
    loss = margin - high, margin - low  # how much worse it got, at least and at most
    if loss[1] <= 0:
        return "" if e.value == e.reference else f"it got better {sure}"
    if math.isinf(loss[1]):
        return "how much worse it got is unknown"
    least, most = (_change(rule, x, e.reference) for x in loss)
    if loss[0] > margin:
        return f"it got worse by at least {least} {sure}"
    if loss[0] > 0 and loss[1] > margin:
        return f"it got worse by {least.split()[0]} to {most} {sure}"
    return f"if it got worse, then by at most {most} {sure}"


def amount(rule: Rule, value: float) -> str:
    """A formatted figure of the rule's metric."""
    if rule.metric in RATES:
        return f"{100 * value:.1f}%"
    if rule.metric == "trap_ratio":
        return f"{value:.3f}"
    if rule.metric.startswith("usd"):
        return f"${value:.4g}"
    return f"{value:,.1f}" if value < 1000 else f"{value:,.0f}"


def _worse(rule: Rule) -> str:
    return "fall" if rule.sign > 0 else "rise"


def _margin(rule: Rule) -> str:
    margin = rule.margin or 0.0
    return f"{100 * margin:g}%" if rule.relative else _change(rule, margin, 1.0)


def _change(rule: Rule, value: float, reference: float) -> str:
    """A change in the unit of the rule's margin."""
    if rule.relative:
        return f"{100 * value / abs(reference):.1f}%"
    if rule.metric not in RATES:
        return amount(rule, value)
    return points(value)


def points(share: float) -> str:
    """A difference of two rates: "5 points"."""
    number = f"{100 * share:.1f}".removesuffix(".0")
    return f"{number} point{'' if number == '1' else 's'}"


def _between(rule: Rule, low: float, high: float) -> str:
    """The available bounds; a rate stays in [0, 1]."""
    if rule.metric in RATES:
        low, high = max(0.0, low), min(1.0, high)
    if math.isinf(low) and math.isinf(high):
        return "anywhere"
    if math.isinf(high):
        return f"above {amount(rule, low)}"
    if math.isinf(low):
        return f"below {amount(rule, high)}"
    return f"between {amount(rule, low)} and {amount(rule, high)}"
