"""Figures of curves: rows for CSV and JSON, cost of pass, area, s1's three figures, fits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from harness.analysis.crossfit import Best, best_budget
from harness.analysis.curves import UNITS, Curve, CurvePoint
from harness.core import Estimate, HarnessError
from harness.cost import area_under_log_cost, cost_of_pass
from harness.stats import ratio_interval
from harness.stats.fits import (
    BetaFit,
    FitError,
    HeldOut,
    PowerLaw,
    fit_beta,
    fit_power_law,
    held_out_check,
)
from harness.stats.scaling import performance, scaling

COLUMNS = (
    "model", "task", "curve", "budget", "size", "accuracy", "low", "high", "problems", "clusters",
    *UNITS[:3], *(f"{unit}_per_correct" for unit in UNITS[:3]),
    "control", "run",
    *(f"{unit}_per_correct_{end}" for unit in UNITS[:3] for end in ("low", "high")),
    "seconds", *(f"seconds_per_correct{end}" for end in ("", "_low", "_high")),
)  # fmt: skip


def rows(curve: Curve) -> list[dict[str, Any]]:
    """A curve's points as flat rows with the keys `COLUMNS`; unknown and infinite are None.

    `low` and `high` are the 95% interval of the accuracy, `tokens_per_correct_low` and so on those
    of the costs.
    """
    return [_row(curve, point) for point in curve.points]


def _row(curve: Curve, point: CurvePoint) -> dict[str, Any]:
    figure = point.accuracy
    costs = {unit: point.cost(unit) for unit in UNITS}
    passes = {unit: cost_of_pass(cost, figure.value) for unit, cost in costs.items()}
    spans = {unit: per_correct(curve, point, unit) for unit in UNITS}
    return {
        "model": curve.model,
        "task": curve.task,
        "curve": curve.metric,
        "budget": point.budget,
        "size": point.size,
        "accuracy": figure.value,
        "low": figure.low,
        "high": figure.high,
        "problems": figure.n,
        "clusters": figure.clusters,
        **costs,
        **{f"{u}_per_correct": None if p == math.inf else p for u, p in passes.items()},
        "control": point.control,
        "run": curve.run,
        **{
            f"{unit}_per_correct_{end}": None if span is None else _finite(getattr(span, end))
            for unit, span in spans.items()
            for end in ("low", "high")
        },
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def per_correct(curve: Curve, point: CurvePoint, unit: str) -> Estimate | None:
    """The cost of one correct answer with its interval; None if unknown or infinite."""
    costs = point.costs.get(unit)
    if costs is None or not any(point.scores) or len(set(curve.clusters)) < 2:
        return None
    return ratio_interval(costs, point.scores, curve.clusters, share=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A curve's summary figures for one unit of cost.

    `area` is the mean accuracy over log-cost between `low` and `high`; `scaling` the mean slope
    of accuracy (per unit of cost), `performance` the highest accuracy, `control` the mean share of
    problems within the thinking limits (s1). None if undefined. `performance` is
    biased upwards, because the best budget was partly chosen for luck: `best` is that
    budget's accuracy on problems that were not used to choose it.
    """

    area: float | None
    low: float
    high: float
    scaling: float | None
    performance: float
    best: Best | None
    control: float | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        best = None
        if self.best is not None:
            named = {"budget": self.best.budget, "chosen": list(self.best.chosen)}
            best = named | self.best.accuracy.to_json()
        return {n: getattr(self, n) for n in self.__slots__ if n != "best"} | {"best": best}


def figures(curve: Curve, unit: str, low: float, high: float) -> Figures | None:
    """The figures of a curve; None if no point has a positive known cost."""
    points = [(c, p.accuracy.value) for p in curve.points if (c := p.cost(unit))]
    if not points:
        return None
    controls = [p.control for p in curve.points if p.control is not None]
    distinct = len({cost for cost, _ in points}) > 1
    return Figures(
        area=area_under_log_cost(points, low, high),
        low=low,
        high=high,
        scaling=scaling(points) if distinct else None,
        performance=performance(points),
        best=best_budget([curve], unit),
        control=math.fsum(controls) / len(controls) if controls else None,
    )


def cost_span(curves: Sequence[Curve], unit: str) -> tuple[float, float] | None:
    """The cheapest and most expensive point of all, between which areas are comparable."""
    costs = [c for curve in curves for p in curve.points if (c := p.cost(unit))]
    return (min(costs), max(costs)) if costs else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageFit:
    """Both fits of a coverage curve; `refused` says why a fit is missing, by its name."""

    power_law: PowerLaw | None
    beta: BetaFit | None
    held_out: HeldOut | None
    refused: dict[str, str]

    def to_json(self, ks: Sequence[int] = ()) -> dict[str, Any]:
        """Parameters, the check, and both predictions for `ks`."""
        law, beta = self.power_law, self.beta
        foretold = [
            {
                "k": k,
                "power_law": law.coverage(k) if law else None,
                "beta": beta.interval(k).to_json() if beta else None,
            }
            for k in ks
        ]
        held = self.held_out
        return {
            "power_law": asdict(law) if law else None,
            "beta": {"a": beta.a, "b": beta.b, "scale": beta.scale} if beta else None,
            "held_out": {**asdict(held), "observed": held.observed.to_json()} if held else None,
            "refused": self.refused,
            "foretold": foretold,
        }


def fit_coverage(curve: Curve) -> CoverageFit:
    """Fit a pool's coverage; HarnessError for a curve without a pool."""
    if curve.counts is None:
        raise HarnessError(
            f"{curve.label} has no pool of samples that are right or wrong: fits need sample@n or "
            "vote@n, and a verifier without partial credit"
        )
    refused: dict[str, str] = {}
    cover = list(curve.points)

    def attempt(name: str, fit: Any) -> Any:
        try:
            return fit()
        except FitError as error:
            refused[name] = str(error)
            return None

    counts, clusters = curve.counts, curve.clusters
    return CoverageFit(
        power_law=attempt(
            "power_law",
            lambda: fit_power_law([p.size for p in cover], [p.accuracy.value for p in cover]),
        ),
        beta=attempt("beta", lambda: fit_beta(counts, clusters)),
        held_out=attempt("held_out", lambda: held_out_check(counts, clusters)),
        refused=refused,
    )
