"""Gate rules, as written in pyproject.toml or harness.toml."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.core import DataError, UnknownNameError, UsageError

METRICS: Mapping[str, int] = {
    "accuracy": 1,
    "trap_ratio": 1,
    "lure_rate": -1,
    "false_alarm_rate": -1,
    "truncation_rate": -1,
    "ungraded_rate": -1,
    "tokens_per_problem": -1,
    "tokens_per_correct": -1,
    "usd_per_problem": -1,
    "usd_per_correct": -1,
}
"""The metrics of rules, with +1 if higher is better and -1 if lower is."""

RATES = ("accuracy", "lure_rate", "false_alarm_rate", "truncation_rate", "ungraded_rate")
"""Metrics that are mean shares over problems: they take absolute margins."""

SAMPLED = ("accuracy", "trap_ratio", "lure_rate", "tokens_per_correct", "usd_per_correct")
"""Metrics that depend on which answers are right, and so are affected by flaky problems."""

_KEYS = ("metric", "margin", "min", "max", "confidence", "task", "budget", "observed")
_HEAD = re.compile(r"\s*\[\[\s*(tool\.harness\.)?gate\.rules\s*\]\]")
_METRIC = re.compile(r"(\w+)(?:\[([^=\]]+)=([^\]]+)\])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One requirement on one metric.

    Against the baseline: it must not be worse by `margin` or more (`relative`: a share of the
    baseline's figure). Absolute: `limit` must be kept (a minimum if higher is better). `where`
    selects problems of one variant or metadata value. `observed` compares the observed figures,
    without statistics. `line` is the rule's line in its file.
    """

    metric: str
    margin: float | None = None
    relative: bool = False
    limit: float | None = None
    where: tuple[str, str] | None = None
    confidence: float = 0.95
    task: str | None = None
    budget: str | None = None
    observed: bool = False
    line: int = field(default=1, compare=False)

    @property
    def sign(self) -> int:
        """+1 if higher is better."""
        return METRICS[self.metric]

    def __str__(self) -> str:
        part = f"[{self.where[0]}={self.where[1]}]" if self.where else ""
        if self.limit is not None:
            return f"{self.metric}{part} {'>=' if self.sign > 0 else '<='} {self.limit:g}"
        margin = f"{self.margin:.4g}" if not self.relative else f"{100 * (self.margin or 0):g}%"
        return f"{self.metric}{part} not worse by {margin}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateConfig:
    """A gate's rules, its baseline file (None if all rules are absolute) and its own file."""

    rules: tuple[Rule, ...]
    baseline: Path | None
    path: Path


def read_config(path: Path | None = None) -> GateConfig:
    """Read `harness.toml` ([gate]) or `pyproject.toml` ([tool.harness.gate]) in this folder.

    DataError for a missing or unreadable file, UsageError for an invalid rule.
    """
    if path is None:
        path = next(
            (p for p in (Path("harness.toml"), Path("pyproject.toml")) if p.is_file()), None
        )
    if path is None:
        raise DataError(
            "no harness.toml or pyproject.toml here: {config} names the file of the rules",
            config=...,
        )
    try:
        text = path.read_text("utf-8")
        data = tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from error
    table = _inner(data, "tool", "harness", "gate") or data.get("gate")
    raw = table.get("rules") if isinstance(table, dict) else None
    if not isinstance(raw, list) or not raw or not all(isinstance(one, dict) for one in raw):
        raise DataError(
            f"{path} has no rules: write [[tool.harness.gate.rules]] (or [[gate.rules]])"
        )
    assert isinstance(table, dict)
    for key in table:
        if key not in ("rules", "baseline", "confidence"):
            raise UnknownNameError("gate setting", key, ("rules", "baseline", "confidence"))
    default = table.get("confidence", 0.95)
    heads = [i for i, line in enumerate(text.splitlines(), 1) if _HEAD.match(line)]
    lines = heads if len(heads) == len(raw) else [1] * len(raw)
    rules = tuple(
        replace(_rule(one, default), line=line) for one, line in zip(raw, lines, strict=True)
    )
    baseline = table.get("baseline")
    if not isinstance(baseline, str | None):
        raise UsageError(f"{path}: baseline is {baseline!r}, not the name of a file")
    file = None if baseline is None else path.parent / baseline
    return GateConfig(rules=rules, baseline=file, path=path)


def _inner(data: object, *keys: str) -> object:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _rule(raw: Mapping[str, Any], confidence: float) -> Rule:
    for key in raw:
        if key not in _KEYS:
            raise UnknownNameError("key of a gate rule", key, _KEYS)
    text = str(raw.get("metric", ""))
    match = _METRIC.fullmatch(text)
    if match is None or match[1] not in METRICS:
        raise UnknownNameError("metric", match[1] if match else text, METRICS)
    metric = match[1]
    bound, wrong = ("min", "max") if METRICS[metric] > 0 else ("max", "min")
    if wrong in raw:
        raise UsageError(f"rule on {text}: {wrong!r} makes no sense there; write {bound!r}")
    if ("margin" in raw) == (bound in raw):
        raise UsageError(f"rule on {text}: give either 'margin' (to the baseline) or {bound!r}")
    margin, relative = _margin(text, raw.get("margin"))
    if relative and metric in RATES:
        raise UsageError(f"rule on {text}: a rate takes an absolute margin, such as 0.02")
    if margin is not None and not relative and metric not in RATES and metric != "trap_ratio":
        raise UsageError(f'rule on {text}: a cost takes a relative margin, such as "10%"')
    if margin == 0 and not raw.get("observed"):
        raise UsageError(f"rule on {text}: a margin of 0 can never be proven; use a larger one")
    level = _finite(text, "confidence", raw.get("confidence", confidence))
    if not 0.5 < level < 1:
        raise UsageError(f"rule on {text}: confidence lies between 0.5 and 1, got {level}")
    return Rule(
        metric=metric,
        margin=margin,
        relative=relative,
        limit=_finite(text, bound, raw[bound]) if bound in raw else None,
        where=(match[2], match[3]) if match[2] else None,
        confidence=level,
        task=_typed(text, raw, "task", str),
        budget=_typed(text, raw, "budget", str),
        observed=bool(_typed(text, raw, "observed", bool)),
    )


def _typed(text: str, raw: Mapping[str, Any], name: str, kind: type) -> Any:
    value = raw.get(name)
    if value is not None and not isinstance(value, kind):
        raise UsageError(f"rule on {text}: {name} is {value!r}, not a {kind.__name__}")
    return value


def _margin(text: str, value: object) -> tuple[float | None, bool]:
    if value is None:
        return None, False
    if isinstance(value, str) and value.endswith("%"):
        try:
            share = float(value[:-1]) / 100
        except ValueError as error:
            raise UsageError(f"rule on {text}: margin {value!r} is not a percentage") from error
        return _finite(text, "margin", share), True
    return _finite(text, "margin", value), False


def _finite(text: str, name: str, value: object) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value < 0:  # type: ignore[arg-type, operator]
        raise UsageError(f"rule on {text}: {name} is {value!r}, not a number of at least 0")
    return float(value)  # type: ignore[arg-type]
