"""The builder: a source of runs in, a folder of plain files out."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness._version import __version__
from harness.core import Problem, UsageError, registry
from harness.core.hashing import content_hash
from harness.results.boards import BoardRun
from harness.results.views import RunReport
from harness.site import downloads, models, releases, runs, tasks
from harness.site.board_text import BoardText
from harness.site.crew import Crew, Setup, crew
from harness.site.folder import GENERATOR, MARK, Folder
from harness.site.groups import Group, Row, group_runs, with_costs
from harness.site.index import RunIndex, compact, dumps, finite
from harness.site.names import run_folder
from harness.site.privacy import Guard, public_report
from harness.site.render import Renderer, code_state, static_files
from harness.site.shop import Shop
from harness.site.source import Recipe, Source, StampJob

MODELS_SHOWN = 200
"""Of the matrix of models and tasks on the front page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteResult:
    """What was built: `index` is the page to open; `pages` counts the HTML files.

    `samples` counts each sample once, however many runs share it. `made` are the parts that were
    rebuilt (`run:ID`, `task:NAME` …), `written` the files that changed.
    """

    index: Path
    pages: int
    runs: int
    samples: int
    bytes: int
    made: tuple[str, ...] = ()
    written: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Site(Shop):
    """One build in progress: the state its parts share."""

    folder: Folder
    base: str  # a hash of the code and of the board's words: part of every key
    reports: Sequence[RunReport]
    owners: Mapping[str, str]
    stamps: Mapping[str, str]
    crew: Crew
    keys: dict[str, str] = field(default_factory=dict)
    indexes: dict[str, RunIndex] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)  # each once, by its content

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
    release: str | None = None,
) -> SiteResult:
    """Write the leaderboard of a source to the folder `out`; the same input gives the same bytes.

    Private addresses and local paths are replaced by names; UsageError if a page would contain
    what looks like a key or a password, unless `allow_secrets`.

    An older site in `out` is updated: parts built from the same runs as before are kept (unless
    `fresh`), files that no longer belong to the site are removed, all other files are kept. Raises
    UsageError if `out` is not empty and not a site. `live`: the pages ask a server on this machine
    whether they have changed. `release`: the build is copied to `releases/` under this name, where
    later builds do not change it; UsageError if it already exists.
    """
    if release is not None:
        releases.check_new(out, release)
    board = board or BoardText()
    recipe: Recipe | None = getattr(source, "recipe", None)
    setup = None
    if recipe is not None:
        setup = Setup(
            recipe=recipe,
            board=board,
            out=out,
            live=live,
            allow_secrets=allow_secrets,
            plugins=registry.plugin_files(),
        )
    folder = Folder(out, None if allow_secrets else Guard(), fresh=fresh)
    with crew(setup) as workers:
        site = _opened(source, folder, board, workers, live=live)
        _write(site)
    files = list(site.folder.facts())
    if release is not None:
        releases.freeze(out, release, (path for path, _, _ in files), site.reports)
        _releases(site)
        site.folder.finish()
    return SiteResult(
        index=out / "index.html",
        pages=sum(path.endswith(".html") for path, _, _ in files),
        runs=len(site.reports),
        samples=sum(site.indexes[owner].samples for owner in set(site.owners.values())),
        bytes=sum(size for _, _, size in files),
        made=tuple(site.folder.made),
        written=tuple(site.folder.written),
    )


def _opened(source: Source, folder: Folder, board: BoardText, workers: Crew, *, live: bool) -> Site:
    """The site's state at its beginning; UsageError if a run is given twice."""
    found = map(public_report, source.reports(workers.do))
    reports = sorted(found, key=lambda r: (r.created, r.id))
    if len({r.id for r in reports}) < len(reports):
        raise UsageError("a run is given twice: every run id may stand in a site once")
    made = workers.do([StampJob(r.id) for r in reports], start=False)
    stamps = {r.id: stamp or source.stamp(r.id) for r, stamp in zip(reports, made, strict=True)}
    first: dict[str, str] = {}
    return Site(
        board=board,
        renderer=Renderer(board, live=live),
        folder=folder,
        files=folder,
        source=source,
        base=content_hash(__version__, code_state(), repr(board), live),
        reports=reports,
        owners={r.id: first.setdefault(stamps[r.id], r.id) for r in reports},
        stamps=stamps,
        crew=workers,
    )


def _write(site: Site) -> None:
    """Write all files, or keep them."""
    _mark(site)
    hrefs = {r.id: f"runs/{run_folder(r.id)}/index.html" for r in site.reports}
    groups = group_runs(site.reports, hrefs)
    rows = {row.report.id: (group, row) for group in groups for row in group.rows}
    runs.write_runs(site, rows)
    groups = [_costed(site, group) for group in groups]
    models.write_models(site, groups)
    tasks.write_tasks(site, groups)
    site.crew.end()
    _front(site, groups)
    downloads.write_downloads(site, groups)
    site.folder.finish()


def _mark(site: Site) -> None:
    """First the file that marks the folder as ours, then the files that all pages load."""
    site.folder.always("board")
    reports = ",\n".join(dumps(r.to_json()).rstrip() for r in site.reports)  # few objects at once
    facts = {"generator": GENERATOR, "title": site.board.title, "version": __version__}
    body = "".join(f"{compact(name)}: {compact(value)},\n" for name, value in facts.items())
    site.folder.write("board", MARK, f'{{{body}"runs": [{reports}]}}\n')
    for path, data in static_files(site.board).items():
        site.folder.write("board", path, data)


def _boards(site: Site, group: Group) -> dict[str, BoardRun]:
    return {row.report.id: site.indexes[row.report.id].board for row in group.rows}


def _costed(site: Site, group: Group) -> Group:
    boards = _boards(site, group)
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
        **(tasks.board_values(site, main, _boards(site, main)) if main else {}),
    )
    site.page("board", "method.html", "method.html", groups=groups)
    _releases(site)
    site.page("board", "compare.html", "compare.html", groups=groups, words=site.renderer.words())


def _releases(site: Site) -> None:
    known = releases.read_releases(site.folder.out)
    changed = releases.changes(known, releases.facts_of(site.reports))
    site.page("board", "releases.html", "releases.html", changes=changed)


def _mean(rows: Iterable[Row]) -> float:
    return statistics.fmean(row.accuracy.value if row.accuracy else 0.0 for row in rows)
