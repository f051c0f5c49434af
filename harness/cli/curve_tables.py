"""Tables and lines of `harness curve`, and the same as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.markup import escape
from rich.table import Table

from harness.analysis.crossfit import best_budget
from harness.analysis.curve_figures import cost_span, figures, fit_coverage, rows
from harness.analysis.curves import Curve
from harness.analysis.equal_cost import (
    FrontierPoint,
    Matched,
    compare_at,
    frontier,
    on_common_problems,
    selection_gap,
    shared_costs,
)
from harness.analysis.policy import Policies, Policy
from harness.cli.tables import count, percent
from harness.core import UsageError

Extra = tuple[Any, list[str]]


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.3g}" if value < 1 or value >= 1e6 else count(value)


def _table(title: str, left: Sequence[str], right: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title=title, title_justify="left")
    for name in left:
        table.add_column(name, no_wrap=True)
    for name in right:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def points_table(curves: Sequence[Curve]) -> Table:
    """All points with their cost per problem and cost of pass in each unit."""
    table = _table(
        "",
        ("model", "budget"),
        (
            "accuracy [95%]",
            "tokens",
            "FLOPs",
            "usd",
            "seconds",
            "tokens/correct [95%]",
            "usd/correct [95%]",
        ),
    )
    for curve in curves:
        for row, point in zip(rows(curve), curve.points, strict=True):
            table.add_row(
                escape(curve.model),
                escape(point.budget),
                percent(point.accuracy),
                count(row["tokens"]),
                _number(row["flops"]),
                "N/A" if row["usd"] is None else f"{row['usd']:.3g}",
                "–" if row["seconds"] is None else f"{row['seconds']:.3g}",
                _per_correct(row, "tokens"),
                "N/A" if row["usd"] is None else _per_correct(row, "usd"),
            )
    return table


def _per_correct(row: dict[str, Any], unit: str) -> str:
    """`603 [550, 671]`: the cost of a correct answer."""
    value, low, high = (row[f"{unit}_per_correct{end}"] for end in ("", "_low", "_high"))
    if value is None or low is None:
        return _number(value)
    return f"{_number(value)} [{_number(low)}, {'∞' if high is None else _number(high)}]"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def figures_table(curves: Sequence[Curve], unit: str) -> Table:
    """Area under accuracy over log-cost, control and scaling (s1), and the best budget's accuracy.

    The best budget is scored on problems that it was not chosen on.
    """
    span = cost_span(curves, unit)
    title = "" if span is None else f"area from {span[0]:.4g} to {span[1]:.4g} {unit} per problem"
    table = _table(
        title,
        ("curve",),
        ("area", f"scaling (points per {_hundred(unit)})", "best [95%]", "control"),
    )
    for curve in curves if span else ():
        figure = figures(curve, unit, *(span or (1.0, 1.0)))
        if figure is None:
            continue
        slope = None if figure.scaling is None else 100 * _step(unit) * figure.scaling
        table.add_row(
            escape(curve.label),
            _share(figure.area),
            "–" if slope is None else f"{slope:+.3g}",
            "–" if figure.best is None else percent(figure.best.accuracy),
            _share(figure.control),
        )
    return table


def _step(unit: str) -> float:
    return {"tokens": 100.0, "flops": 1e9, "usd": 0.01, "seconds": 1.0}[unit]


def _hundred(unit: str) -> str:
    return {"tokens": "100 tokens", "flops": "GFLOP", "usd": "cent", "seconds": "second"}[unit]


def frontier_table(curves: Sequence[Curve], unit: str) -> Table:
    """The Pareto frontier, with the probability of each place on it."""
    verifier = verifier_of(curves)
    graded = f", graded by {verifier}" if verifier else ""
    table = _table(
        f"Pareto frontier{escape(graded)}; chance: over resampled problems",
        ("model", "budget"),
        (unit, "accuracy [95%]", "chance"),
    )
    for place in frontier(curves, unit):
        table.add_row(
            escape(place.curve.model),
            escape(place.point.budget),
            _number(place.cost),
            percent(place.point.accuracy),
            f"{place.chance:.0%}",
        )
    return table


def best_line(curves: Sequence[Curve], unit: str) -> str:
    """The frontier's best budget, scored on problems not used to choose it; "" for none."""
    best = best_budget(on_common_problems([c for c in curves if not c.oracle]), unit)
    if best is None:
        return ""
    return (
        f"best budget, scored on problems not used to choose it: "
        f"{percent(best.accuracy).strip()} ({' | '.join(dict.fromkeys(best.chosen))})"
    )


def by_verifier(curves: Sequence[Curve]) -> list[list[Curve]]:
    """The curves by their verifier: those of different verifiers are not compared."""
    groups: dict[str, list[Curve]] = {}
    for curve in curves:
        groups.setdefault(curve.facts.get("verifier", ""), []).append(curve)
    return list(groups.values())


def verifier_of(curves: Sequence[Curve]) -> str:
    """The verifier that graded all of them."""
    return curves[0].facts.get("verifier", "") if curves else ""


def gaps_table(curves: Sequence[Curve]) -> Table:
    """Coverage minus accuracy: what perfect selection among the same samples could gain."""
    table = _table("coverage minus selection, in points", ("model", "curve"), ("k", "gap [95%]"))
    for gap in _gaps(curves):
        points = (100 * gap[name] for name in ("value", "low", "high"))
        figure = "{:z.1f} [{:+z.1f}, {:+z.1f}]".format(*points)
        table.add_row(escape(gap["model"]), escape(gap["curve"]), f"{gap['k']:g}", figure)
    return table


def curves_json(curves: Sequence[Curve], unit: str) -> dict[str, Any]:
    """The points of all curves, their figures, selection gaps and frontiers."""
    tasks: dict[str, list[Curve]] = {}
    for curve in curves:
        tasks.setdefault(curve.task, []).append(curve)
    out: dict[str, Any] = {"unit": unit, "points": [r for c in curves for r in rows(c)]}
    out["figures"], out["frontier"], out["selection_gap"] = [], [], []
    for task, members in tasks.items():
        span = cost_span(members, unit)
        for curve in members if span else ():
            figure = figures(curve, unit, *(span or (1.0, 1.0)))
            if figure is not None:
                named = {"model": curve.model, "task": task, "curve": curve.metric}
                out["figures"].append(named | figure.to_json())
        out["selection_gap"] += _gaps(members)
        out["frontier"] += [
            {
                "model": p.curve.model,
                "task": task,
                "verifier": verifier_of([p.curve]),
                "budget": p.point.budget,
                "cost": p.cost,
                "accuracy": p.point.accuracy.value,
                "chance": p.chance,
            }
            for graded in by_verifier(members)
            for p in _frontier(graded, unit)
        ]
    return out


def _frontier(curves: Sequence[Curve], unit: str) -> list[FrontierPoint]:
    try:
        return frontier(curves, unit)
    except UsageError:  # an unknown cost, or curves that were measured differently
        return []


def _gaps(curves: Sequence[Curve]) -> list[dict[str, Any]]:
    """Coverage minus accuracy for the chosen curves that come from a pool with coverage."""
    covers = {(c.model, c.run): c for c in curves if c.oracle}
    out = []
    for curve in curves:
        cover = covers.get((curve.model, curve.run)) or _cover_of(curve, curves)
        if curve.oracle or curve.counts is None or cover is None:
            continue
        for size, gap in selection_gap(cover, curve):
            named = {"model": curve.model, "task": curve.task, "curve": curve.metric, "k": size}
            out.append(named | gap.to_json())
    return out


def _cover_of(curve: Curve, curves: Sequence[Curve]) -> Curve | None:
    """The coverage of the same pool, if another run has it."""
    for other in curves:
        if other.oracle and other.model == curve.model and other.counts == curve.counts:
            return other
    return None


def fitted(curves: Sequence[Curve], ks: Sequence[int]) -> Extra:
    """Both fits of every coverage curve."""
    covers = [curve for curve in curves if curve.oracle]
    if not covers:
        raise UsageError("--fit needs a pool of samples: start by running sample@16")
    data, lines = [], []
    for curve in covers:
        fit = fit_coverage(curve)
        data.append({"model": curve.model, "task": curve.task} | fit.to_json(ks))
        lines.append(f"{curve.label} on {curve.task}:")
        if fit.power_law is not None:
            law = fit.power_law
            lines.append(f"  power law: ln coverage = {law.a:.4g} k^{law.b:.4g}")
        if fit.beta is not None:
            beta = fit.beta
            scale = "" if beta.scale == 1 else f", scaled to [0, {beta.scale:.3g}]"
            lines.append(f"  success rates: Beta({beta.a:.4g}, {beta.b:.4g}){scale}")
        held = fit.held_out
        if held is not None:
            lines.append(
                f"  held-out check: from {held.fitted_on} samples, pass@{held.k} is predicted as "
                f"{_share(held.power_law)} (power law) and {_share(held.beta)} (Beta); measured: "
                f"{percent(held.observed).strip()}"
            )
        lines += [f"  no {name.replace('_', ' ')}: {why}" for name, why in fit.refused.items()]
        for k in ks:
            law_says = fit.power_law.coverage(k) if fit.power_law else None
            beta_says = percent(fit.beta.interval(k)).strip() if fit.beta else "–"
            lines.append(f"  pass@{k}: {_share(law_says)} (power law), {beta_says} (Beta)")
    return data, lines


def _find(curves: Sequence[Curve], text: str) -> Curve:
    """The curve named by `text`: its full name, or a part that is unique."""
    exact = [c for c in curves if text in (c.label, c.metric)]
    found = exact or [c for c in curves if all(word in c.label for word in text.split())]
    if len(found) == 1:
        return found[0]
    names = ", ".join(repr(f"{c.label}") for c in (found or curves))
    said = "no curve" if not found else f"{len(found)} curves"
    raise UsageError(f"{text!r} names {said}; choose among {names}, or filter by --task")


def compared(curves: Sequence[Curve], a: str, b: str, unit: str, costs: Sequence[float]) -> Extra:
    """Two curves at equal cost."""
    left, right = _find(curves, a), _find(curves, b)
    at = list(costs) or shared_costs(left, right, unit)
    if not at:
        raise UsageError(
            f"{left.label} and {right.label} were never measured at a common cost in {unit}: "
            "run more budgets of either"
        )
    results = [compare_at(left, right, unit, cost) for cost in at]
    lines = [f"B {right.label} minus A {left.label} at equal {unit} per problem:"]
    lines += [f"  {_compared_line(result)}" for result in results]
    lines.append("  between measured budgets: their random mixture with exactly that mean cost")
    return [_compared_json(left, right, result) for result in results], lines


def _compared_line(m: Matched) -> str:
    d = m.difference
    return (
        f"{_number(m.cost)}: {m.a.accuracy:.1%} -> {m.b.accuracy:.1%}, "
        f"{100 * d.value:+z.1f} points "
        f"[{100 * d.low:+z.1f}, {100 * d.high:+z.1f}]  (A {_mix(m.a)}; B {_mix(m.b)})"
    )


def _mix(mixture: Any) -> str:
    if mixture.share >= 1 - 1e-9 or mixture.cheaper == mixture.dearer:
        return str(mixture.dearer)
    if mixture.share <= 1e-9:
        return str(mixture.cheaper)
    return f"{mixture.cheaper} / {mixture.share:.0%} {mixture.dearer}"


def _compared_json(a: Curve, b: Curve, m: Matched) -> dict[str, Any]:
    sides = {
        name: {
            "curve": curve.label,
            "accuracy": mix.accuracy,
            "cheaper": mix.cheaper,
            "dearer": mix.dearer,
            "share_of_dearer": mix.share,
        }
        for name, curve, mix in (("a", a, m.a), ("b", b, m.b))
    }
    return {"unit": m.unit, "cost": m.cost, **sides, "difference": m.difference.to_json()}


def policies(
    curves: Sequence[Curve],
    unit: str,
    difficulty: str,
    limits: Sequence[float] | None,
    probe: int,
) -> Extra:
    """The compute-optimal policy at some limits (None: each measured cost)."""
    ready = Policies(curves, unit, difficulty=difficulty, probe=probe)
    if limits is None:
        known = [c for curve in curves for p in curve.points if (c := p.cost(unit))]
        limits = sorted({float(f"{cost:.3g}") for cost in known})
        results: list[Policy] = []
        for limit in limits:
            try:
                results.append(ready.within(limit))
            except UsageError:
                if limit == limits[-1] and not results:
                    raise
    else:
        results = [ready.within(limit) for limit in limits]
    charged = f"{probe} samples, charged" if difficulty == "predicted" else "needs the answers"
    lines = [f"compute-optimal policy, {difficulty} difficulty ({charged}), five bins, two halves:"]
    for r in results:
        gain = r.gain
        lines.append(
            f"  within {_number(r.limit)} {unit}: {percent(r.accuracy).strip()} at "
            f"{_number(r.cost)}; best single budget {_share(r.fixed.value)} at "
            f"{_number(r.fixed_cost)}; gain {100 * gain.value:+z.1f} points "
            f"[{100 * gain.low:+z.1f}, {100 * gain.high:+z.1f}]"
        )
        for i, names in enumerate(r.choices):
            lines.append(f"    {'easy to hard:' if i == 0 else '':13} {' | '.join(names)}")
        if r.left_out:
            lines.append(
                f"    left out, because their samples are needed to estimate difficulty: "
                f"{', '.join(r.left_out)} (a larger pool would leave enough to score them)"
            )
    return [_policy_json(r) for r in results], lines


def _policy_json(policy: Policy) -> dict[str, Any]:
    named = ("accuracy", "fixed", "gain")
    return asdict(policy) | {name: getattr(policy, name).to_json() for name in named}
