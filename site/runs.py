"""A run's pages: its figures, its problems, its transcripts."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from harness.core import Problem, Status, Usage
from harness.results.boards import BoardRun
from harness.results.searches import Node
from harness.results.views import RunReport
from harness.site import models
from harness.site.breakdowns import part
from harness.site.groups import Group, Row
from harness.site.index import Place, RunIndex, compact, dumps
from harness.site.names import run_folder, slug
from harness.site.transcripts import TranscriptPage, Transcripts, page_name
from harness.site.trees import draw_tree
from harness.site.verdicts import FAILED, VERDICTS

if TYPE_CHECKING:
    from harness.site.build import Site

LINES = 1500
"""Problems that a run's page lists; all are in its transcripts and in problems.json."""

_ORDER = [*(str(status) for status in Status), FAILED]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemLine:
    """One problem of a run: how its samples were judged, and where they stand."""

    problem: Problem
    counts: tuple[tuple[str, int], ...]  # in the order of Status
    correct: float | None
    tokens: float | None
    href: str


def in_order(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Verdicts with their numbers, in the order of Status."""
    return tuple((name, counts[name]) for name in _ORDER if counts.get(name))


def kinds_of(counts: Sequence[Sequence[tuple[str, int]]]) -> list[str]:
    """The verdicts that occur, in the order of Status."""
    seen = {name for each in counts for name, _ in each}
    return [name for name in _ORDER if name in seen]


def problem_href(group: Group, problem: str) -> str:
    """A problem's own page."""
    return f"tasks/{group.slug}/p/{slug(problem)}.html"


def transcripts_href(index: RunIndex, problem: str) -> str:
    """Where a problem's samples of a run stand; empty where there are none."""
    place = index.places.get(problem, Place(0, 0))
    if not place.page:
        return ""
    return f"runs/{run_folder(index.owner)}/{page_name(place.page)}#p{place.number}"


def write_run(site: Site, group: Group, row: Row, sharing: Sequence[RunReport]) -> None:
    """Write a run's files, or keep them; its index is in `site.indexes` afterwards.

    `sharing` are the runs whose transcripts stand here, none where they stand elsewhere.
    """
    report = row.report
    here, unit, owner = f"runs/{run_folder(report.id)}", f"run:{report.id}", site.owners[report.id]
    withheld = site.board.protects(report.task)
    site.keys[report.id] = site.key(report.to_json(), site.stamps[report.id])
    key = site.key(
        site.keys[report.id], group.slug, owner, withheld, [[r.id, r.budget] for r in sharing]
    )
    if site.folder.kept(unit, key):
        kept = site.folder.read(f"{here}/problems.json")
        if kept is not None:
            site.indexes[report.id] = RunIndex.from_json(kept)
            return
    board = site.source.figures(report.id)
    if withheld:
        board = without_golds(board)
    if owner == report.id:
        cut = Transcripts(site.source.samples(report.id))
        written = [_write_page(site, unit, here, page) for page in cut]
        index = RunIndex(
            board=board, places=cut.places, owner=owner, pages=cut.pages, samples=cut.samples
        )
        searches = site.source.searches(report.id) if report.manifest.whole else {}
        told = _Telling(group, report, sharing, index, searches)
        for page in written:
            _render_page(site, unit, here, page, told)
    else:
        of_owner = site.indexes[owner]
        index = replace(of_owner, board=board)
    body = compact(index.to_json())
    # As the next build reads it, so that it says the same to the last digit.
    site.indexes[report.id] = index = RunIndex.from_json(json.loads(body))
    site.folder.write(unit, f"{here}/problems.json", body + "\n")
    site.folder.write(unit, f"{here}/run.json", dumps(report.to_json()))
    _write_front(site, unit, group, row, index)


def without_golds(board: BoardRun) -> BoardRun:
    """The run without the right answers and lures of its problems, and what they were judged by."""
    bare = tuple(replace(p, gold="", lure=None, meta={}) for p in board.problems)
    return replace(board, problems=bare)


def _write_page(site: Site, unit: str, here: str, page: TranscriptPage) -> TranscriptPage:
    for name, text in page.files.items():
        site.folder.write(unit, f"{here}/{name}", text.encode("utf-8", "backslashreplace"))
    page.files.clear()
    return page


@dataclass(frozen=True, slots=True)
class _Telling:
    """What the pages of a run's transcripts say beside the samples."""

    group: Group
    report: RunReport
    sharing: Sequence[RunReport]
    index: RunIndex
    searches: Mapping[str, Sequence[Node]]


def _render_page(site: Site, unit: str, here: str, page: TranscriptPage, told: _Telling) -> None:
    shown = {s.problem.id for s in page.sheets}
    known = shown & {p.id for p in told.index.board.problems}
    site.page(
        unit,
        f"{here}/{page_name(page.number)}",
        "samples.html",
        page=page,
        pages=told.index.pages,
        page_name=page_name,
        report=told.report,
        group=told.group,
        sharing=[(r, f"../{run_folder(r.id)}/index.html") for r in told.sharing],
        hrefs={p: problem_href(told.group, p) for p in known},
        kinds=kinds_of([[(t.verdict, 1) for t in s.views] for s in page.sheets]),
        withheld=site.board.protects(told.report.task),
        searches={p: draw_tree(told.searches[p]) for p in shown & told.searches.keys()},
    )


def _write_front(site: Site, unit: str, group: Group, row: Row, index: RunIndex) -> None:
    report = row.report
    lines = [
        ProblemLine(
            problem=problem,
            counts=in_order(f.counts),
            correct=f.correct,
            tokens=f.tokens,
            href=transcripts_href(index, problem.id) or problem_href(group, problem.id),
        )
        for problem, f in zip(index.board.problems, index.board.figures, strict=True)
    ]
    listed, breakdowns = part(report.metrics)
    site.page(
        unit,
        row.href,
        "run.html",
        group=group,
        row=row,
        report=report,
        index=index,
        lines=lines,
        shown=lines[:LINES],
        model_href=models.href(report.model),
        transcripts=f"../{run_folder(index.owner)}/" if index.samples else "",
        kinds=kinds_of([line.counts for line in lines]),
        shares=_shares(report),
        metrics=listed,
        breakdowns=breakdowns,
        ledger=_ledger(report),
        withheld=site.board.protects(report.task),
    )


def _shares(report: RunReport) -> list[tuple[Any, float, float]]:
    """Each verdict with its expected number of problems and its share."""
    total = math.fsum(report.verdicts.values()) or 1.0
    return [
        (VERDICTS[name], report.verdicts[name], report.verdicts[name] / total)
        for name in _ORDER
        if report.verdicts.get(name, 0) > 0
    ]


def _ledger(report: RunReport) -> list[tuple[str, str, Usage]]:
    """Lines of the ledger: charged, its parts where several roles have one, and spent."""
    lines = [("Charged", "what this budget costs run alone", report.charged)]
    if len(report.charged_by_role) > 1:
        lines += [(role, "part of the charged", u) for role, u in report.charged_by_role.items()]
    return [*lines, ("Spent", "what this run really generated", report.spent)]
