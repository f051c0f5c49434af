"""A model's page: all that it did, on every task."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from harness.analysis.curve_figures import CoverageFit, fit_coverage
from harness.analysis.curves import UNITS, Curve, CurvePoint
from harness.analysis.equal_cost import selection_gap
from harness.analysis.policy import Policy, compute_optimal
from harness.core import Estimate, HarnessError
from harness.core.hashing import content_hash
from harness.site import cards
from harness.site.curves import CurveChart, draw_curves
from harness.site.groups import Group, Row
from harness.site.index import dumps
from harness.site.names import slug
from harness.site.numbers import is_share

if TYPE_CHECKING:
    from harness.site.build import Site
    from harness.site.shop import Shop

FITS = 60
"""Fits of coverage in a site, at a second or more each: of all models on all tasks if they are no
more, and otherwise of the most accurate on each task's frontier, as many a task."""

_EDGES = 4
_ENOUGH = 5  # problems of a level that is called a strength or a weakness


def href(model: str) -> str:
    """A model's own page."""
    return f"models/{slug(model)}/index.html"


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a factor, with the accuracy of the best budget there."""

    name: str
    figure: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A model on one task."""

    group: Group
    rows: tuple[Row, ...]
    best: Row | None
    chart: CurveChart | None
    curves: tuple[Curve, ...]
    gaps: tuple[tuple[str, tuple[tuple[float, Estimate], ...]], ...]
    fit: CoverageFit | None
    policy: Policy | None
    policy_why: str
    weak: tuple[Level, ...]
    strong: tuple[Level, ...]

    @property
    def known(self) -> set[str]:
        """The columns of its table that not all tasks and models have, if any row has them."""
        names = ("lure", "seconds", "obeyed")
        return {n for n in names if any(getattr(row, n) is not None for row in self.rows)}


def write_models(site: Site, groups: Sequence[Group]) -> None:
    """Write every model's page, or keep it."""
    by_model: dict[str, list[Group]] = {}
    for group in groups:
        for model in group.models:
            by_model.setdefault(model, []).append(group)
    total = sum(map(len, by_model.values()))
    chosen = {g.slug: _on_frontier(g)[: max(1, FITS // len(groups))] for g in groups}
    todo: list[tuple[str, list[Group], FiguresJob]] = []
    for model, own in sorted(by_model.items()):
        unit = f"model:{slug(model)}"
        facts = [
            [g.slug, [[r.href, site.keys[r.report.id], r.device_seconds] for r in _rows(g, model)]]
            for g in own
        ]
        fitted = [total <= FITS or model in chosen[g.slug] for g in own]
        if site.folder.kept(unit, site.key(facts, fitted, cards.can_draw())):
            continue
        graded = [
            tuple(r.report.id for r in _rows(g, model) if r.accuracy is not None) for g in own
        ]
        todo.append((model, own, FiguresJob(tuple(zip(graded, fitted, strict=True)))))
    jobs = [job for _, _, job in todo]
    for (model, own, job), done in zip(todo, site.crew.do(jobs), strict=True):
        _write_model(site, model, own, done or job.do(site))


def _on_frontier(group: Group) -> list[str]:
    """The models on a task's frontier, the most accurate first; equal rows all stand on it."""
    return list(dict.fromkeys(row.report.model for row in group.ranked if row.frontier))


def _write_model(
    site: Site, model: str, own: Sequence[Group], figures: Sequence[ModelFigures]
) -> None:
    unit = f"model:{slug(model)}"
    sections = [
        _section(g, model, found, site.renderer.say) for g, found in zip(own, figures, strict=True)
    ]
    reports = [row.report for s in sections for row in s.rows]
    prices = {content_hash(r.manifest.price): r.manifest.price for r in reports}
    site.page(
        unit,
        href(model),
        "model.html",
        model=model,
        sections=sections,
        specs=sorted({r.model_spec for r in reports}),
        own=sections[0].rows[0].own,
        dates=(min(r.created for r in reports)[:10], max(r.created for r in reports)[:10]),
        prices=[p for p in prices.values() if p],
        badge=f"{sections[0].group.slug}.svg",
        parameters=_parameters(site, reports[0].id),
        card=cards.can_draw() and any(s.best is not None for s in sections),
    )
    ranked = [(s.group.task, s.best) for s in sections if s.best is not None]
    if ranked and cards.can_draw():
        accent = site.board.colours.get("accent", "#2b46c9")
        picture = cards.card(model, site.board.title, ranked, accent)
        site.folder.write(unit, f"models/{slug(model)}/card.png", picture)
    site.folder.write(unit, f"models/{slug(model)}/curves.json", dumps(_json(sections)))


def _parameters(site: Site, run: str) -> int | None:
    info = site.source.about(run).info
    return None if info is None else info.parameters


def _rows(group: Group, model: str) -> tuple[Row, ...]:
    return tuple(row for row in group.rows if row.report.model == model)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFigures:
    """A model's runs on one task, combined."""

    curves: tuple[Curve, ...] = ()
    gaps: tuple[tuple[str, tuple[tuple[float, Estimate], ...]], ...] = ()
    fit: CoverageFit | None = None
    policy: Policy | None = None
    policy_why: str = ""


@dataclass(frozen=True, slots=True)
class FiguresJob:
    """The runs of a model, task by task, and whether coverage is fitted there."""

    tasks: tuple[tuple[tuple[str, ...], bool], ...]

    def do(self, shop: Shop) -> list[ModelFigures]:
        """Read and compute them."""
        return [_figures(shop, runs, fitted) for runs, fitted in self.tasks]


def _figures(shop: Shop, runs: Sequence[str], fitted: bool) -> ModelFigures:
    curves = tuple(shop.source.curves(runs)) if runs else ()
    cover = [c for c in curves if c.oracle and c.counts is not None]
    fit = (
        _attempt(fit_coverage, max(cover, key=lambda c: len(c.points)))
        if cover and fitted
        else None
    )
    policy, why = _policy(curves)
    return ModelFigures(
        # What is shown of a point needs no pool, and the pools are most of what there is.
        curves=tuple(replace(c, points=tuple(map(_light, c.points)), answers=None) for c in curves),
        gaps=tuple(_gaps(curves)),
        fit=fit,
        policy=policy,
        policy_why=why,
    )


def _light(point: CurvePoint) -> CurvePoint:
    return replace(point, pool=None)


def _section(group: Group, model: str, figures: ModelFigures, say: Callable[[str], str]) -> Section:
    rows = _rows(group, model)
    best = next((r for r in rows if r.rank), None)
    weak, strong = _edges(best)
    return Section(
        group=group,
        rows=rows,
        best=best,
        chart=draw_curves(figures.curves, say=say),
        curves=figures.curves,
        gaps=figures.gaps,
        fit=figures.fit,
        policy=figures.policy,
        policy_why=figures.policy_why,
        weak=weak,
        strong=strong,
    )


def _attempt(function: Any, *args: Any) -> Any:
    try:
        return function(*args)
    except HarnessError:  # the data do not allow it
        return None


def _policy(curves: Sequence[Curve]) -> tuple[Policy | None, str]:
    """The compute-optimal policy within the median budget's cost."""
    costs = sorted(
        cost for c in curves if not c.oracle for p in c.points if (cost := p.cost("tokens"))
    )
    if len(costs) < 3:
        return None, ""
    try:
        return compute_optimal(curves, "tokens", 1.001 * costs[(3 * len(costs)) // 4]), ""
    except HarnessError as error:
        return None, str(error)


def _gaps(
    curves: Sequence[Curve],
) -> list[tuple[str, tuple[tuple[float, Estimate], ...]]]:
    """Coverage minus the accuracy of the chosen answers, for every pool with a chooser."""
    found = []
    for cover in (c for c in curves if c.oracle):
        for chosen in (c for c in curves if not c.oracle and c.counts is not None):
            if chosen.counts == cover.counts:
                gap = _attempt(selection_gap, cover, chosen)
                if gap:
                    found.append((chosen.metric, tuple(gap)))
    return found


def _edges(best: Row | None) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
    """Levels of factors at which the best budget is clearly below or above its own accuracy."""
    if best is None or best.accuracy is None:
        return (), ()
    levels = [
        Level(name, e)
        for name, e in best.report.metrics.items()
        if "=" in name and "/" not in name.partition("=")[0] and e.n >= _ENOUGH and is_share(e)
    ]
    mean = best.accuracy.value
    weak = sorted((v for v in levels if v.figure.high < mean), key=lambda v: v.figure.value)
    strong = sorted((v for v in levels if v.figure.low > mean), key=lambda v: -v.figure.value)
    return tuple(weak[:_EDGES]), tuple(strong[:_EDGES])


def _json(sections: Sequence[Section]) -> list[Mapping[str, Any]]:
    """All points of all curves, for programs."""
    return [
        {
            "task": s.group.task,
            "group": s.group.slug,
            "metric": c.metric,
            "points": [
                {
                    "budget": p.budget,
                    "size": p.size,
                    **{u: p.cost(u) for u in UNITS},
                    "accuracy": p.accuracy.to_json(),
                }
                for p in c.points
            ],
        }
        for s in sections
        for c in s.curves
    ]
