"""The problems of a task: the grid of problems and models, a page for each, and the odd ones."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.core import HarnessError, Problem, Status, TaskSpec
from harness.results.boards import Answer, ProblemFigures
from harness.site.groups import Group, Row
from harness.site.index import RunIndex
from harness.site.runs import in_order, kinds_of, problem_href, transcripts_href
from harness.tasks._faults import fault_of

if TYPE_CHECKING:
    from harness.site.shop import Shop

__all__ = ["lists", "problem_href", "write_problems"]

GRID_ROWS = 400
GRID_COLUMNS = 24
LINES = 300
LISTED = 8
_SURE, _NEVER = 0.995, 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemView:
    """One problem over all models' best budgets. `common` is a wrong answer that most gave."""

    id: str
    problem: Problem
    question: str
    href: str
    cells: tuple[tuple[str, str], ...]
    mean: float | None
    spread: float
    lured: float
    flags: str
    common: str
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverLine:
    """One run on one problem."""

    row: Row
    correct: float
    counts: tuple[tuple[str, int], ...]
    answers: tuple[Answer, ...]
    tokens: float | None
    href: str


@dataclass(frozen=True, slots=True)
class Sibling:
    """A problem of the same cluster."""

    problem: Problem
    href: str
    mean: float | None


def write_problems(
    shop: Shop, unit: str, group: Group, indexes: Mapping[str, RunIndex], best: Sequence[Row]
) -> list[ProblemView]:
    """Write the grid and every problem's page; the problems in the task's order."""
    figures = {run: {f.problem: f for f in one.board.figures} for run, one in indexes.items()}
    order: dict[str, Problem] = {}
    for row in group.rows:
        for problem in indexes[row.report.id].board.problems:
            order.setdefault(problem.id, problem)
    columns = list(best) or list(group.rows)
    views = [
        _view(group, p, [figures[r.report.id].get(p.id) for r in columns]) for p in order.values()
    ]
    _grid(shop, unit, group, columns[:GRID_COLUMNS], views)
    clusters: dict[str, list[ProblemView]] = {}
    for view in views:
        clusters.setdefault(view.problem.cluster, []).append(view)
    for i, view in enumerate(views):
        before = views[i - 1] if i else None
        after = views[i + 1] if i + 1 < len(views) else None
        beside = clusters[view.problem.cluster]
        _page(shop, unit, group, figures, indexes, view, (before, after), beside)
    return views


def task_name(task: str) -> str:
    """A task's name without its options; unchanged if it cannot be parsed."""
    try:
        return TaskSpec.parse(task).name
    except HarnessError:  # a hostile name
        return task


def _view(group: Group, problem: Problem, found: Sequence[ProblemFigures | None]) -> ProblemView:
    scores = [f.correct for f in found if f is not None]
    lured = [f.statuses.get(Status.LURED, 0.0) for f in found if f is not None]
    flags = []
    if lured and max(lured) > 0.5:
        flags.append("lured")
    if scores and max(scores) < _NEVER:
        flags.append("none")
    spread = statistics.pstdev(scores) if len(scores) > 1 else 0.0
    if spread >= 0.35:
        flags.append("split")
    return ProblemView(
        id=problem.id,
        problem=problem,
        question=problem.question,
        href=problem_href(group, problem.id),
        cells=tuple(_cell(f) for f in found[:GRID_COLUMNS]),
        mean=statistics.fmean(scores) if scores else None,
        spread=spread,
        lured=statistics.fmean(lured) if lured else 0.0,
        flags=" ".join(flags),
        common=_common(problem, found),
    )


def _cell(f: ProblemFigures | None) -> tuple[str, str]:
    """A mark and a tint: a digit is the chance to be right in tenths."""
    if f is None:
        return "·", ""
    if f.correct >= _SURE:
        return "✓", "t9"
    if f.correct <= _NEVER:
        lured = f.statuses.get(Status.LURED, 0.0) > 0.5
        return ("⚑", "tl") if lured else ("✗", "")
    digit = min(9, int(10 * f.correct))
    return str(digit), f"t{digit}"


def _common(problem: Problem, found: Sequence[ProblemFigures | None]) -> str:
    """The wrong first answer of more than half of the runs, if three or more; not a lure."""
    firsts: dict[str, int] = {}
    for f in found:
        if f is not None and f.answers and f.answers[0].status == Status.WRONG:
            firsts[f.answers[0].text] = firsts.get(f.answers[0].text, 0) + 1
    total = sum(f is not None for f in found)
    text, count = max(firsts.items(), key=lambda item: item[1], default=("", 0))
    return text if total >= 3 and count * 2 > total else ""


def _grid(
    shop: Shop, unit: str, group: Group, columns: Sequence[Row], views: Sequence[ProblemView]
) -> None:
    pages = max(1, -(-len(views) // GRID_ROWS))
    for number in range(1, pages + 1):
        name = "problems.html" if number == 1 else f"problems-{number}.html"
        shop.page(
            unit,
            f"tasks/{group.slug}/{name}",
            "problems.html",
            group=group,
            columns=columns,
            lines=views[(number - 1) * GRID_ROWS : number * GRID_ROWS],
            number=number,
            pages=pages,
        )


def _page(
    shop: Shop,
    unit: str,
    group: Group,
    figures: Mapping[str, Mapping[str, ProblemFigures]],
    indexes: Mapping[str, RunIndex],
    view: ProblemView,
    neighbours: tuple[ProblemView | None, ProblemView | None],
    beside: Sequence[ProblemView],
) -> None:
    problem = view.problem
    lines = []
    for row in group.rows:
        f = figures[row.report.id].get(problem.id)
        if f is None:
            continue
        lines.append(
            SolverLine(
                row=row,
                correct=f.correct,
                counts=in_order(f.counts),
                answers=f.answers,
                tokens=f.tokens,
                href=transcripts_href(indexes[row.report.id], problem.id),
            )
        )
    lines.sort(key=_solvers_first)
    before, after = (None if n is None else n.href.rsplit("/", 1)[1] for n in neighbours)
    facts = [(k, v) for k, v in problem.meta.items() if isinstance(v, str | int | float | bool)]
    shop.page(
        unit,
        view.href,
        "problem.html",
        group=group,
        p=problem,
        before=before,
        after=after,
        facts=facts[:12],
        fault=fault_of(task_name(group.task), problem),
        siblings=[
            Sibling(v.problem, v.href.rsplit("/", 1)[1], v.mean) for v in beside if v is not view
        ][:12],
        lines=lines[:LINES],
        total=len(lines),
        kinds=kinds_of([line.counts for line in lines[:LINES]]),
        withheld=shop.board.protects(group.task),
    )


def _solvers_first(line: SolverLine) -> tuple[bool, bool, float, float]:
    """Who solves the problem for least stands first; coverage and unfinished runs come last."""
    cost = math.inf if line.tokens is None else line.tokens
    return line.row.rank is None, not line.row.oracle, -line.correct, cost


@dataclass(frozen=True, slots=True)
class Listed:
    """A problem in a short list, with its remark."""

    id: str
    href: str
    question: str
    said: str


def lists(shop: Shop, views: Sequence[ProblemView]) -> list[tuple[str, str, list[Listed]]]:
    """The hardest problems, the most contested, the most tempting, and suspect golds."""
    say = shop.renderer.say
    known = [v for v in views if v.mean is not None]
    hardest = sorted((v for v in known if (v.mean or 0) < 0.5), key=lambda v: (v.mean or 0, v.id))
    contested = sorted((v for v in known if v.spread > 0.2), key=lambda v: (-v.spread, v.id))
    tempting = sorted((v for v in known if v.lured > 0.2), key=lambda v: (-v.lured, v.id))
    suspect = [v for v in known if v.common]

    def listed(chosen: Sequence[ProblemView], what: str) -> list[Listed]:
        return [Listed(v.id, v.href, v.question, _said(v, what)) for v in chosen[:LISTED]]

    wrong = "Most models agree on another answer than the one on record: look whether it is wrong."
    return [
        (say("Hardest"), say("Fewest models solve them."), listed(hardest, "mean")),
        (
            say("Most contested"),
            say("Some models always solve them, others never."),
            listed(contested, "mean"),
        ),
        (say("Most tempting"), say("Most models give the lure."), listed(tempting, "lured")),
        (say("Suspect answers"), say(wrong), listed(suspect, "common")),
    ]


def _said(view: ProblemView, what: str) -> str:
    if what == "common":
        return view.common[:40]
    return f"{100 * (view.lured if what == 'lured' else view.mean or 0):.0f}%"
