"""A task's pages: its board, where models fail, who is better than whom, its problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.core import Estimate, HarnessError, Problem, Status, TaskSpec, registry
from harness.results.boards import BoardRun
from harness.site import problems as problem_pages
from harness.site.chart import NARROW, WIDE, draw
from harness.site.choose import Step, resampled, steps
from harness.site.folder import Files
from harness.site.groups import Group, Row
from harness.site.index import RunIndex, compact, dumps, score_table, table_json
from harness.site.pairs import MOST, paired_limits
from harness.site.picture import picture
from harness.tasks._faults import Fault, fault_of, faults, notes

if TYPE_CHECKING:
    from harness.site.build import Site
    from harness.site.shop import Shop

Boards = Mapping[str, BoardRun]
"""The runs of a group problem by problem, by id."""

ROWS = 300
"""Of a table in a page."""

PAIR_PARTS = (
    "pair_score", "pair_score/sensitivity", "pair_score/specificity",
    "false_alarms/control", "false_alarms/original", "pairs_solved",
)  # fmt: skip
"""Metrics of traps beside their controls, the headline first."""

MATRIX = 10
HEATS = 6
_LEVELS = (2, 24)  # of a factor that makes rows or columns of a heat map
_ROWS_FIRST = ("pattern", "flaw", "type", "subject", "topic", "kind")
_COLUMNS_FIRST = ("context", "variant", "level", "language", "places")


def board_values(shop: Shop, group: Group, boards: Boards) -> dict[str, Any]:
    """The arguments of the macro `whole` of board.html."""
    found, scores = score_table(group, boards)
    answers: dict[str, list[Step]] = {}
    if len(found) and len(group.ranked) > 1:
        drawn = resampled(scores, [p.cluster for p in found])
        accuracy = [row.accuracy.value if row.accuracy else 0.0 for row in group.ranked]
        for unit in group.units:
            answers[unit] = steps(accuracy, [row.cost(unit) for row in group.ranked], drawn)
    rows = [*group.ranked[:ROWS], *group.oracle[:ROWS], *group.partial[:ROWS]]
    languages = sorted(
        {
            n.partition("=")[2]
            for row in rows
            for n in row.report.metrics
            if n.startswith("language=")
        }
    )
    data = {
        "slug": group.slug,
        "task": group.task,
        "range": [group.low, group.high],
        "units": list(group.units),
        "columns": table_json(rows),
        "href": [row.href for row in rows],
        "languages": {name: [_language(row, name) for row in rows] for name in languages},
        "steps": {
            unit: [[s.cost, s.best, [[i, c] for i, c in s.chances]] for s in found_steps]
            for unit, found_steps in answers.items()
        },
        "words": shop.renderer.words(),
    }
    return {
        "wide": draw(group, "tokens", WIDE, say=shop.renderer.say),
        "narrow": draw(group, "tokens", NARROW, say=shop.renderer.say),
        "steps": answers,
        "data": data,
        "have": _have(group),
    }


def _language(row: Row, name: str) -> list[float] | None:
    figure = row.report.metrics.get(f"language={name}")
    return None if figure is None else [figure.value, figure.low, figure.high]


def _have(group: Group) -> set[str]:
    """The columns that say something in at least one row."""
    rows = group.rows
    have = {"tokens", "tokens_per_correct", "truncated", "ungraded", "problems", "created"}
    have |= {"refused", "yours", "usd", "usd_per_correct"}
    known = ("paired", "lure", "alarms", "attempted", "accuracy_attempted", "obeyed",
             "sequential", "flops", "seconds", "device_seconds")  # fmt: skip
    have |= {name for name in known if any(getattr(row, name) is not None for row in rows)}
    if any(row.usd is not None for row in rows):
        have.add("usd_known")
    return have


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskJob:
    """A task whose files are to be built: its runs' indexes, and the unit's `known` old files."""

    unit: str
    group: Group
    indexes: Mapping[str, RunIndex]
    known: Files

    def do(self, shop: Shop) -> tuple[Files, tuple[str, ...]]:
        """Make them in a worker."""
        pile = shop.pile(self.known)
        make_task(shop, self)
        return pile.files, tuple(pile.written)


def write_tasks(site: Site, groups: Sequence[Group]) -> None:
    """Write the files of all tasks, or keep them."""
    jobs = []
    for group in groups:
        unit = f"task:{group.slug}"
        runs = [[row.href, site.keys[row.report.id], row.device_seconds] for row in group.rows]
        where = [site.owners[row.report.id] for row in group.rows]
        if not site.folder.kept(unit, site.key(group.slug, runs, where)):
            indexes = {row.report.id: site.indexes[row.report.id] for row in group.rows}
            known = site.folder.lend(unit)
            jobs.append(TaskJob(unit=unit, group=group, indexes=indexes, known=known))
    for job, made in zip(jobs, site.crew.do(jobs), strict=True):
        if made is None:
            make_task(site, job)
        else:
            site.folder.adopt(job.unit, *made)


def make_task(shop: Shop, job: TaskJob) -> None:
    """Build a task's files."""
    unit, group = job.unit, job.group
    boards = {run: index.board for run, index in job.indexes.items()}
    best = best_of_models(group)
    views = problem_pages.write_problems(shop, unit, group, job.indexes, best)
    values = board_values(shop, group, boards)
    withheld = shop.board.protects(group.task)
    shop.page(
        unit,
        group.href,
        "task.html",
        group=group,
        summary=_summary(group.task),
        withheld=withheld,
        heats=[] if withheld else heat_maps(best[:HEATS], boards),
        matrix=_matrix(group, boards),
        problems=views,
        lists=problem_pages.lists(shop, views),
        faults=_faults(group, views),
        notes=notes(problem_pages.task_name(group.task)),
        pairs=_trap_pairs(best),
        **values,
    )
    shop.page(unit, f"tasks/{group.slug}/embed.html", "embed.html", group=group, **values)
    alone = picture(shop.renderer, group)
    if alone is not None:
        shop.files.write(unit, f"tasks/{group.slug}/chart.svg", alone)
    data = index_json(group, boards)
    shop.files.write(unit, f"tasks/{group.slug}/data.json", dumps(data))
    body = compact({**data, "pairs": _pairs(group, boards)})
    shop.files.write(unit, f"tasks/{group.slug}/data.js", f"harnessData({body})\n")


def _faults(
    group: Group, views: Sequence[problem_pages.ProblemView]
) -> list[tuple[Fault, list[problem_pages.ProblemView]]]:
    """The known faults of the problems that are shown; those of one list share an entry."""
    name = problem_pages.task_name(group.task)
    if not faults(name):
        return []
    found: dict[tuple[str, str], tuple[Fault, list[problem_pages.ProblemView]]] = {}
    for view in views:
        if (fault := fault_of(name, view.problem)) is not None:
            own = fault.question if fault.published else fault.reason
            found.setdefault((own, fault.source), (fault, []))[1].append(view)
    return list(found.values())


def _trap_pairs(best: Sequence[Row]) -> list[tuple[Row, list[Estimate | None]]]:
    """Each model's results on traps and on their controls; empty if the task has no such
    pairs."""
    lines = [(row, [row.report.metrics.get(name) for name in PAIR_PARTS]) for row in best]
    found = [(row, cells) for row, cells in lines if cells[0] is not None]
    return sorted(found, key=lambda line: -(line[1][0].value if line[1][0] else 0.0))[:ROWS]


def best_of_models(group: Group) -> list[Row]:
    """The most accurate finished budget of each model, the best model first."""
    first: dict[str, Row] = {}
    for row in group.ranked:
        first.setdefault(row.report.model, row)
    return list(first.values())


def _summary(task: str) -> str:
    try:
        return str(getattr(registry.find("tasks", TaskSpec.parse(task).name), "summary", ""))
    except HarnessError:  # a task of a plugin that is not loaded now
        return ""


def index_json(group: Group, boards: Boards) -> dict[str, Any]:
    """The columnar index of a task: its rows, its problems, and every chance to be right."""
    rows = group.rows
    order: dict[str, Problem] = {}
    for row in rows:
        for problem in boards[row.report.id].problems:
            order.setdefault(problem.id, problem)
    columns: dict[str, list[list[float | None]]] = {"correct": [], "lured": [], "tokens": []}
    for row in rows:
        mine = {f.problem: f for f in boards[row.report.id].figures}
        found = [mine.get(p) for p in order]
        columns["correct"].append([None if f is None else round(f.correct, 4) for f in found])
        columns["lured"].append(
            [None if f is None else round(f.statuses.get(Status.LURED, 0.0), 4) for f in found]
        )
        columns["tokens"].append(
            [None if f is None or f.tokens is None else round(f.tokens, 1) for f in found]
        )
    return {
        "task": group.task,
        "slug": group.slug,
        "task_version": group.task_version,
        "verifier": group.verifier,
        "planned": group.planned,
        "rows": table_json(rows),
        "href": [row.href for row in rows],
        "problems": {
            "id": list(order),
            "cluster": [p.cluster for p in order.values()],
            "variant": [p.variant for p in order.values()],
            "href": [problem_pages.problem_href(group, p) for p in order],
            "question": [" ".join(p.question.split())[:90] for p in order.values()],
            "factors": _factors(list(order.values())),
        },
        **columns,
    }


def _pairs(group: Group, boards: Boards) -> list[list[tuple[float, float]]]:
    found, scores = score_table(group, boards)
    if not len(found) or len(scores) < 2:
        return []
    limits = paired_limits(scores[:MOST], [p.cluster for p in found])
    return [[(round(a, 5), round(b, 5)) for a, b in line] for line in limits]


@dataclass(frozen=True, slots=True)
class PairCell:
    """A difference with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Matrix:
    """Paired differences, row minus column; None on the diagonal."""

    rows: Sequence[Row]
    lines: Sequence[tuple[Row, Sequence[PairCell | None]]]


def _matrix(group: Group, boards: Boards) -> Matrix | None:
    """The best budget of each model, and the frontier, against one another."""
    wanted = {row.report.id for row in best_of_models(group)[:MATRIX]}
    wanted |= {row.report.id for row in group.ranked if row.frontier}
    found, scores = score_table(group, boards)
    places = [i for i, row in enumerate(group.ranked) if row.report.id in wanted][:MATRIX]
    if len(places) < 2 or not found:
        return None
    rows, chosen = [group.ranked[i] for i in places], scores[places]
    limits = paired_limits(chosen, [p.cluster for p in found])
    means = chosen.mean(axis=1)
    cells: list[list[PairCell | None]] = [[None] * len(rows) for _ in rows]
    for i, line in enumerate(limits):
        for offset, (low, high) in enumerate(line):
            j = i + 1 + offset
            value = float(means[j] - means[i])
            cells[j][i] = PairCell(value, low, high)
            cells[i][j] = PairCell(-value, -high, -low)
    return Matrix(rows, list(zip(rows, cells, strict=True)))


@dataclass(frozen=True, slots=True)
class HeatCell:
    """Accuracy on the problems of a cell; `lured` is None if none has a lure."""

    accuracy: float
    n: int
    lured: float | None
    tint: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    """One row's accuracy by two factors of the problems."""

    model: str
    budget: str
    rows_name: str
    columns_name: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[HeatCell | None]]]


def _factors(items: Sequence[Problem]) -> dict[str, list[str]]:
    """Properties of problems with few levels: level by problem."""
    names = dict.fromkeys(name for p in items for name in p.meta)
    out = {}
    for name in ("variant", *names):
        values = [str(p.variant if name == "variant" else p.meta.get(name, "")) for p in items]
        if _LEVELS[0] <= len(set(values)) <= _LEVELS[1]:
            out[name] = values
    return out


def heat_maps(rows: Sequence[Row], boards: Boards) -> list[HeatMap]:
    """A heat map of each row, by the two factors that say most of its task."""
    if not rows:
        return []
    items = list(boards[rows[0].report.id].problems)
    factors = _factors(items)
    down = next((name for name in _ROWS_FIRST if name in factors), None)
    down = down or next((n for n in factors if n not in _COLUMNS_FIRST), None)
    across = next((name for name in _COLUMNS_FIRST if name in factors and name != down), None)
    across = across or next((n for n in factors if n != down), None)
    if down is None or across is None:
        return []
    return [_heat(row, boards[row.report.id], items, factors, down, across) for row in rows]


def _heat(
    row: Row,
    board: BoardRun,
    items: Sequence[Problem],
    factors: Mapping[str, Sequence[str]],
    down: str,
    across: str,
) -> HeatMap:
    mine = {f.problem: f for f in board.figures}
    cells: dict[tuple[str, str], list[tuple[float, float | None]]] = {}
    for i, problem in enumerate(items):
        f = mine.get(problem.id)
        if f is not None:
            lured = None if problem.lure is None else f.statuses.get(Status.LURED, 0.0)
            cells.setdefault((factors[down][i], factors[across][i]), []).append((f.correct, lured))
    columns = sorted(set(factors[across]))
    lines = [
        (name, [_heat_cell(cells.get((name, column))) for column in columns])
        for name in sorted(set(factors[down]))
    ]
    return HeatMap(row.report.model, row.report.budget, down, across, columns, lines)


def _heat_cell(values: Sequence[tuple[float, float | None]] | None) -> HeatCell | None:
    if not values:
        return None
    accuracy = float(np.mean([v for v, _ in values]))
    lured = [v for _, v in values if v is not None]
    return HeatCell(
        accuracy, len(values), float(np.mean(lured)) if lured else None, min(9, int(10 * accuracy))
    )
