"""A problem's score under a budget, and an estimate with its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.core.problem import Problem
from harness.core.verdict import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One problem under one budget, in expectation over the budget's own randomness.

    `statuses` gives the probability of each status of the selected answer (they sum to 1);
    `output_tokens` the expected number of generated tokens, None if unknown.
    """

    problem: Problem
    statuses: Mapping[Status, float]
    output_tokens: float | None = None

    @property
    def score(self) -> float:
        """Probability that the budget's answer is correct."""
        return self.statuses.get(Status.CORRECT, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its confidence interval; `n` observations in `clusters` clusters."""

    value: float
    low: float
    high: float
    n: int
    clusters: int
    confidence: float = 0.95
    method: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The fields for scripts; an unknown bound is null."""
        return {
            "value": self.value,
            "low": self.low if math.isfinite(self.low) else None,
            "high": self.high if math.isfinite(self.high) else None,
            "n": self.n,
            "clusters": self.clusters,
            "confidence": self.confidence,
            "method": self.method,
            **self.extra,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Estimate:
        """The inverse of `to_json`."""
        names = ("value", "low", "high", "n", "clusters", "confidence", "method")
        extra = {name: value for name, value in data.items() if name not in names}
        known = {name: data[name] for name in names}
        for bound, unknown in (("low", -math.inf), ("high", math.inf)):
            known[bound] = unknown if known[bound] is None else known[bound]
        return cls(**known, extra=extra)
