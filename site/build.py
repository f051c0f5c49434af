"""The builder: a source of runs in, a folder of plain files out."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness._version import __version__
from harness.core import UsageError
from harness.core.hashing import content_hash
from harness.results.views import RunReport
from harness.site import downloads, models, runs, tasks
from harness.site.board_text import BoardText
from harness.site.folder import GENERATOR, MARK, Folder
from harness.site.groups import Group, Row, group_runs, with_costs
from harness.site.index import RunIndex, dumps, finite
from harness.site.names import run_folder
from harness.site.privacy import Guard, public_report
from harness.site.render import Renderer, code_state, static_files
from harness.site.source import Source

MODELS_SHOWN = 200
"""Of the matrix of models and tasks on the front page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteResult:
    """What was built: `index` is the page to open; `pages` counts the HTML files.

    `samples` counts each once, however many runs share it. `made` are the parts that were made
    anew (`run:ID`, `task:NAME` …), `written` the files that changed.
    """

    index: Path
    pages: int
    runs: int
    samples: int
    bytes: int
    made: tuple[str, ...] = ()
    written: tuple[str, ...] = ()


@dataclass(slots=True)
class Site:
    """One build under way: what its parts share."""

    board: BoardText
    renderer: Renderer
    folder: Folder
    source: Source
    base: str  # a hash of the code and of the board's words: part of every key
    reports: Sequence[RunReport]
    owners: Mapping[str, str]
    stamps: Mapping[str, str]
    keys: dict[str, str]
    indexes: dict[str, RunIndex]

    def page(self, unit: str, path: str, template: str, **values: Any) -> None:
        """Render a page and write it."""
        self.folder.write(unit, path, self.renderer.page(path, template, **values))

    def key(self, *parts: Any) -> str:
        """The key of a unit that follows from `parts`."""
        return content_hash(self.base, *finite(parts))


def build(
    source: Source,
    out: Path,
    *,
    board: BoardText | None = None,
    allow_secrets: bool = False,
    fresh: bool = False,
    live: bool = False,
) -> SiteResult:
    """Write the leaderboard of a source to the folder `out`; the same input gives the same bytes.

    Private addresses and local paths are replaced by names; UsageError where a page would hold
    what looks like a key or a password, unless `allow_secrets`.

    An older site in `out` is brought up to date: parts that follow from the same runs as before
    stay as they are (unless `fresh`), files that are no longer of the site are removed, others
    stay. Raises UsageError when `out` holds something and no site. `live`: the pages ask a server
    on this machine whether they have changed.
    """
    board = board or BoardText()
    reports = sorted(map(public_report, source.reports()), key=lambda r: (r.created, r.id))
    if len({r.id for r in reports}) < len(reports):
        raise UsageError("a run is given twice: every run id may stand in a site once")
    stamps = {r.id: source.stamp(r.id) for r in reports}
    first: dict[str, str] = {}
    site = Site(
        board=board,
        renderer=Renderer(board, live=live),
        folder=Folder(out, None if allow_secrets else Guard(), fresh=fresh),
        source=source,
        base=content_hash(__version__, code_state(), repr(board), live),
        reports=reports,
        owners={r.id: first.setdefault(stamps[r.id], r.id) for r in reports},
        stamps=stamps,
        keys={},
        indexes={},
    )
    _mark(site)
    hrefs = {r.id: f"runs/{run_folder(r.id)}/index.html" for r in reports}
    groups = group_runs(reports, hrefs)
    sharing: dict[str, list[RunReport]] = defaultdict(list)
    for report in reports:
        sharing[site.owners[report.id]].append(report)
    rows = {row.report.id: (group, row) for group in groups for row in group.rows}
    for report in reports:  # the oldest first: owners before those who share their pages
        runs.write_run(site, *rows[report.id], sharing[report.id])
    groups = [_costed(site, group) for group in groups]
    for group in groups:
        tasks.write_task(site, group)
    models.write_models(site, groups)
    _front(site, groups)
    downloads.write_downloads(site, groups)
    site.folder.finish()
    files = list(site.folder.facts())
    return SiteResult(
        index=out / "index.html",
        pages=sum(path.endswith(".html") for path, _, _ in files),
        runs=len(reports),
        samples=sum(site.indexes[owner].samples for owner in sharing if sharing[owner]),
        bytes=sum(size for _, _, size in files),
        made=tuple(site.folder.made),
        written=tuple(site.folder.written),
    )


def _mark(site: Site) -> None:
    """First of all the file that marks the folder as ours, and what all pages load."""
    site.folder.always("board")
    listing = {
        "generator": GENERATOR,
        "version": __version__,
        "title": site.board.title,
        "runs": [r.to_json() for r in site.reports],
    }
    site.folder.write("board", MARK, dumps(listing))
    for path, data in static_files(site.board).items():
        site.folder.write("board", path, data)


def _costed(site: Site, group: Group) -> Group:
    boards = {row.report.id: site.indexes[row.report.id].board for row in group.rows}
    seconds = {
        run: board.device_seconds(site.source.about(run).time) for run, board in boards.items()
    }
    return with_costs(group, boards, seconds)


def _front(site: Site, groups: Sequence[Group]) -> None:
    """The front page: the task with most finished runs, and all models on all tasks."""
    main = max(groups, key=lambda g: (len(g.ranked), len(g.rows)), default=None)
    best: dict[str, dict[str, Row]] = defaultdict(dict)
    for group in groups:
        for row in group.ranked:
            best[row.report.model].setdefault(group.slug, row)
    names = sorted(best, key=lambda m: (-len(best[m]), -_mean(best[m].values()), m))
    table = [
        (m, models.href(m), [best[m].get(g.slug) for g in groups]) for m in names[:MODELS_SHOWN]
    ]
    site.page(
        "board",
        "index.html",
        "index.html",
        groups=groups,
        group=main,
        running=[row for g in groups for row in g.partial],
        names=Counter(group.task for group in groups),
        runs=len(site.reports),
        models=len({r.model for r in site.reports}),
        tasks=len({r.task for r in site.reports}),
        rows=table,
        more=max(0, len(names) - MODELS_SHOWN),
        **(tasks.board_values(site, main) if main else {}),
    )
    site.page("board", "method.html", "method.html", groups=groups)
    site.page("board", "compare.html", "compare.html", groups=groups, words=site.renderer.words())


def _mean(rows: Iterable[Row]) -> float:
    return statistics.fmean(row.accuracy.value if row.accuracy else 0.0 for row in rows)
