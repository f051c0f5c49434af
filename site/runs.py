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
from harness.site.folder import Files
from harness.site.groups import Group, Row
from harness.site.index import Place, RunIndex, compact, dumps
from harness.site.names import run_folder, slug
from harness.site.transcripts import TranscriptPage, Transcripts, page_name
from harness.site.trees import draw_tree
from harness.site.verdicts import FAILED, VERDICTS

if TYPE_CHECKING:
    from harness.site.build import Site
    from harness.site.shop import Shop

LINES = 1500
"""Problems that a run's page lists; all are in its transcripts and in problems.json."""

_ORDER = [*(str(status) for status in Status), FAILED]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemLine:
    """One problem of a run: how its samples were graded, and where they are."""

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
    """Where a problem's samples of a run are; empty if there are none."""
    place = index.places.get(problem, Place(0, 0))
    if not place.page:
        return ""
    return f"runs/{run_folder(index.owner)}/{page_name(place.page)}#p{place.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPart:
    """A run whose files are to be built. `group` has no rows; `sharing` are the runs whose
    transcripts are here, none if they are elsewhere; `known` are the unit's old files."""

    unit: str
    group: Group
    row: Row
    sharing: tuple[RunReport, ...]
    owner: str
    known: Files


@dataclass(frozen=True, slots=True)
class MadeRun:
    """The result for one run: its index, as in its file, and its files."""

    run: str
    unit: str
    index: str
    files: Files
    written: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FamilyJob:
    """Runs that share transcripts, the owner of these first; `of_owner`: its index, if it already
    exists."""

    parts: tuple[RunPart, ...]
    of_owner: RunIndex | None

    def do(self, shop: Shop) -> list[MadeRun]:
        """Make them in a worker."""
        made, of_owner = [], self.of_owner
        for one in self.parts:
            pile = shop.pile(one.known)
            body = make_run(shop, one, of_owner)
            if one.owner == one.row.report.id:
                of_owner = RunIndex.from_json(json.loads(body))
            written = tuple(pile.written)
            made.append(MadeRun(one.row.report.id, one.unit, body, pile.files, written))
        return made


def write_runs(site: Site, rows: Mapping[str, tuple[Group, Row]]) -> None:
    """Write the files of all runs, or keep them; their indexes are in `site.indexes` afterwards."""
    sharing: dict[str, list[RunReport]] = {}
    for report in site.reports:
        sharing.setdefault(site.owners[report.id], []).append(report)
    families: dict[str, list[RunPart]] = {}
    for report in site.reports:  # the oldest first: owners before those who share their pages
        wanted = _to_make(site, *rows[report.id], tuple(sharing.get(report.id, ())))
        if wanted is not None:
            families.setdefault(wanted.owner, []).append(wanted)
    jobs = [FamilyJob(tuple(parts), site.indexes.get(owner)) for owner, parts in families.items()]
    for job, made in zip(jobs, site.crew.do(jobs), strict=True):
        if made is None:
            for wanted in job.parts:
                _keep(
                    site,
                    wanted.row.report.id,
                    make_run(site, wanted, site.indexes.get(wanted.owner)),
                )
            continue
        for one in made:
            site.folder.adopt(one.unit, one.files, one.written)
            _keep(site, one.run, one.index)


def _keep(site: Site, run: str, body: str) -> None:
    """An index as the next build will read it, so that it is the same to the last digit."""
    site.indexes[run] = RunIndex.from_json(json.loads(body), site.problems)


def _to_make(site: Site, group: Group, row: Row, sharing: tuple[RunReport, ...]) -> RunPart | None:
    """The job for a run; None if it is up to date, and then its index is read."""
    report = row.report
    unit, owner = f"run:{report.id}", site.owners[report.id]
    withheld = site.board.protects(report.task)
    site.keys[report.id] = site.key(report.to_json(), site.stamps[report.id])
    key = site.key(
        site.keys[report.id], group.slug, owner, withheld, [[r.id, r.budget] for r in sharing]
    )
    if site.folder.kept(unit, key):
        kept = site.folder.read(f"runs/{run_folder(report.id)}/problems.json")
        if kept is not None:
            site.indexes[report.id] = RunIndex.from_json(kept, site.problems)
            return None
    bare = replace(group, ranked=(), oracle=(), partial=())
    return RunPart(
        unit=unit,
        group=bare,
        row=row,
        sharing=sharing,
        owner=owner,
        known=site.folder.lend(unit),
    )


def make_run(shop: Shop, part: RunPart, of_owner: RunIndex | None) -> str:
    """Build a run's files; return its index as written. `of_owner`: the index of the run that owns
    its transcripts."""
    report, unit = part.row.report, part.unit
    here, withheld = f"runs/{run_folder(report.id)}", shop.board.protects(report.task)
    board = shop.source.figures(report.id)
    if withheld:
        board = without_golds(board)
    if part.owner == report.id:
        cut = Transcripts(shop.source.samples(report.id))
        written = [_write_page(shop, unit, here, page) for page in cut]
        index = RunIndex(
            board=board, places=cut.places, owner=report.id, pages=cut.pages, samples=cut.samples
        )
        searches = shop.source.searches(report.id) if report.manifest.whole else {}
        told = _Telling(part.group, report, part.sharing, index, searches)
        for page in written:
            _render_page(shop, unit, here, page, told)
    else:
        assert of_owner is not None  # owners come first
        index = replace(of_owner, board=board)
    body = compact(index.to_json())
    index = RunIndex.from_json(json.loads(body))
    shop.files.write(unit, f"{here}/problems.json", body + "\n")
    shop.files.write(unit, f"{here}/run.json", dumps(report.to_json()))
    _write_front(shop, unit, part.group, part.row, index)
    return body


def without_golds(board: BoardRun) -> BoardRun:
    """The run without its problems' gold answers, lures and grading data."""
    bare = tuple(replace(p, gold="", lure=None, meta={}) for p in board.problems)
    return replace(board, problems=bare)


def _write_page(shop: Shop, unit: str, here: str, page: TranscriptPage) -> TranscriptPage:
    for name, text in page.files.items():
        shop.files.write(unit, f"{here}/{name}", text.encode("utf-8", "backslashreplace"))
    page.files.clear()
    return page


@dataclass(frozen=True, slots=True)
class _Telling:
    """What the pages of a run's transcripts show in addition to the samples."""

    group: Group
    report: RunReport
    sharing: Sequence[RunReport]
    index: RunIndex
    searches: Mapping[str, Sequence[Node]]


def _render_page(shop: Shop, unit: str, here: str, page: TranscriptPage, told: _Telling) -> None:
    shown = {s.problem.id for s in page.sheets}
    known = shown & {p.id for p in told.index.board.problems}
    shop.page(
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
        withheld=shop.board.protects(told.report.task),
        searches={p: draw_tree(told.searches[p]) for p in shown & told.searches.keys()},
    )


def _write_front(shop: Shop, unit: str, group: Group, row: Row, index: RunIndex) -> None:
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
    shop.page(
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
        withheld=shop.board.protects(report.task),
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
