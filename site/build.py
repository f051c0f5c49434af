"""The builder: reports and samples in, a folder of plain files out."""

from __future__ import annotations

import contextlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from harness._version import __version__
from harness.core import Status, Usage, UsageError
from harness.core.hashing import content_hash
from harness.results.views import RunReport
from harness.site import numbers, text
from harness.site.breakdowns import part
from harness.site.chart import draw
from harness.site.groups import Group, Row, group_runs
from harness.site.privacy import Guard, public_report
from harness.site.samples import Pool, SampleSource, index_pool, page_name, pages
from harness.site.verdicts import VERDICTS

GENERATOR = "harness site"
_OURS = (
    "index.html",
    "guide.html",
    "leaderboard.json",
    "runs/*/index.html",
    "runs/*/run.json",
    "runs/*/samples-*.html",
)
"""All that a build writes; what else stands in the folder (CNAME, .nojekyll …) is left alone."""

_HERE = Path(__file__).parent
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteResult:
    """What was built: `index` is the page to open; `pages` counts the HTML files."""

    index: Path
    pages: int
    runs: int
    samples: int
    bytes: int


def build(
    reports: Sequence[RunReport],
    samples: SampleSource,
    out: Path,
    *,
    title: str = "Reasoning leaderboard",
    text: str = "",
    allow_secrets: bool = False,
) -> SiteResult:
    """Write the leaderboard of `reports` to the folder `out`; the same input gives the same bytes.

    `text` stands above the tables: plain text, a blank line parts paragraphs.

    Private addresses and local paths are replaced by names; UsageError where a page would hold
    what looks like a key or a password, unless `allow_secrets`.

    `samples(run_id)` gives all samples of a run, problem by problem; it is read twice. An older
    site in `out` is replaced, other files beside it stay; raises UsageError when `out` holds
    something and no site.
    """
    ordered = sorted(map(public_report, reports), key=lambda r: (r.created, r.id))
    if len({r.id for r in ordered}) < len(ordered):
        raise UsageError("a run is given twice: every run id may stand in a site once")
    _clear(out)
    writer = _Writer(out, title, None if allow_secrets else Guard())
    writer.data(  # first: it marks the folder as ours, should the build break off
        "leaderboard.json",
        {
            "generator": GENERATOR,
            "version": __version__,
            "title": title,
            "runs": [r.to_json() for r in ordered],
        },
    )
    folders = {r.id: r.id if _SAFE.fullmatch(r.id) else content_hash(r.id) for r in ordered}
    pools = {r.id: index_pool(r, samples(r.id)) for r in ordered}
    owners = _owners(ordered, pools)
    groups = group_runs(ordered, {r.id: f"runs/{folders[r.id]}/index.html" for r in ordered})
    for group in groups:
        for row in group.rows:
            owner = owners[row.report.id]
            _run_page(writer, group, row, pools[row.report.id], folders[owner])
    for owner in sorted(set(owners.values())):
        sharing = [r for r in ordered if owners[r.id] == owner]
        _transcripts(writer, sharing, pools[owner], folders, samples)
    samples_in_all = sum(pools[o].samples for o in set(owners.values()))
    _overview(writer, groups, samples_in_all, [p for p in re.split(r"\n\s*\n", text) if p.strip()])
    return SiteResult(
        index=out / "index.html",
        pages=writer.pages,
        runs=len(ordered),
        samples=samples_in_all,
        bytes=writer.bytes,
    )


def _clear(out: Path) -> None:
    """Make `out` an empty folder, unless it holds something that is not a site of ours."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file: name a folder for the site")
    if out.is_dir() and any(out.iterdir()):
        mark = out / "leaderboard.json"
        try:
            ours = json.loads(mark.read_text(encoding="utf-8")).get("generator") == GENERATOR
        except (OSError, ValueError, AttributeError):
            ours = False
        if not ours:
            raise UsageError(f"{out} is not empty and holds no site: name another folder")
        for path in {path for pattern in _OURS for path in out.glob(pattern)}:
            path.unlink()
        for folder in [*(out / "runs").glob("*"), out / "runs"]:
            with contextlib.suppress(OSError):  # not there, or holds what is not ours
                folder.rmdir()
    out.mkdir(parents=True, exist_ok=True)


def _owners(reports: Sequence[RunReport], pools: Mapping[str, Pool]) -> dict[str, str]:
    """The run whose folder holds the transcripts: the oldest of those with the same samples."""
    first: dict[str, str] = {}
    return {r.id: first.setdefault(pools[r.id].digest, r.id) for r in reports}


class _Writer:
    """Renders templates and writes files, counting both."""

    def __init__(self, out: Path, title: str, guard: Guard | None) -> None:
        self.out, self.title, self._guard = out, title, guard
        self.pages = self.bytes = 0
        self.env = _environment()

    def page(self, path: str, template: str, **values: Any) -> None:
        """Render one page; `root` leads from it back to the top folder."""
        root = "../" * path.count("/")
        html = self.env.get_template(template).render(
            site_title=self.title, root=root, version=__version__, **values
        )
        self.pages += 1
        self._write(path, html.rstrip() + "\n")

    def data(self, path: str, value: Any) -> None:
        """Write JSON: ASCII, keys sorted, infinite and undefined numbers as null."""
        body = json.dumps(_finite(value), sort_keys=True, indent=1, default=str)
        self._write(path, body + "\n")

    def _write(self, path: str, body: str) -> None:
        if self._guard is not None:
            self._guard.check(path, body)
        file = self.out / path
        file.parent.mkdir(parents=True, exist_ok=True)
        data = body.encode("utf-8")
        file.write_bytes(data)
        self.bytes += len(data)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(k): _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    return value


def _environment() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=text.plain,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    css = (_HERE / "templates" / "style.css").read_text(encoding="utf-8")
    env.globals |= {"css": Markup(css), "verdicts": VERDICTS}  # our own file
    env.tests["share"] = numbers.is_share
    env.filters |= {
        "percent": numbers.percent,
        "estimate": numbers.estimate,
        "interval": numbers.interval,
        "count": numbers.count,
        "points": numbers.points,
        "flop": partial(numbers.si, unit="FLOP"),
        "joule": partial(numbers.si, unit="J"),
        "usd": numbers.usd,
        "seconds": numbers.seconds,
        "visible": text.visible,
        "breakable": text.breakable,
        "excerpt": text.excerpt,
        "pretty": _pretty,
    }
    return env


def _pretty(value: Any) -> str:
    return json.dumps(_finite(value), indent=2, sort_keys=True, ensure_ascii=False, default=str)


def _overview(
    writer: _Writer, groups: Sequence[Group], samples: int, paragraphs: Sequence[str]
) -> None:
    reports = [row.report for group in groups for row in group.rows]
    writer.page(
        "index.html",
        "index.html",
        groups=groups,
        charts={group.slug: draw(group) for group in groups},
        runs=len(reports),
        models=len({r.model for r in reports}),
        tasks=len({r.task for r in reports}),
        samples=samples,
        paragraphs=paragraphs,
        days=sorted({r.created[:10] for r in reports}),
    )
    writer.page("guide.html", "guide.html")


def _run_page(writer: _Writer, group: Group, row: Row, pool: Pool, folder: str) -> None:
    report = row.report
    here = row.href.rsplit("/", 1)[0]
    names = {name for line in pool.lines for name, _ in line.verdicts}
    listed, breakdowns = part(report.metrics)
    writer.page(
        row.href,
        "run.html",
        group=group,
        row=row,
        report=report,
        pool=pool,
        transcripts=f"../{folder}/",
        filters=[v for v in VERDICTS.values() if v.name in names],
        shares=_shares(report),
        metrics=listed,
        breakdowns=breakdowns,
        ledger=_ledger(report),
    )
    writer.data(f"{here}/run.json", report.to_json())


def _shares(report: RunReport) -> list[tuple[Any, float, float]]:
    """Each verdict with its expected number of problems and its share."""
    total = math.fsum(report.verdicts.values()) or 1.0
    known = [str(status) for status in Status]
    return [
        (VERDICTS[name], report.verdicts[name], report.verdicts[name] / total)
        for name in known
        if report.verdicts.get(name, 0) > 0
    ]


def _ledger(report: RunReport) -> list[tuple[str, str, Usage]]:
    """Lines of the ledger: charged, its parts where several roles have one, and spent."""
    lines = [("Charged", "what this budget costs run alone", report.charged)]
    if len(report.charged_by_role) > 1:
        lines += [(role, "part of the charged", u) for role, u in report.charged_by_role.items()]
    return [*lines, ("Spent", "what this run really generated", report.spent)]


def _transcripts(
    writer: _Writer,
    sharing: Sequence[RunReport],
    pool: Pool,
    folders: Mapping[str, str],
    samples: SampleSource,
) -> None:
    owner = sharing[0]
    here = f"runs/{folders[owner.id]}"
    count = 0
    for number, sheets in enumerate(pages(samples(owner.id)), start=1):
        count = number
        writer.page(
            f"{here}/{page_name(number)}",
            "samples.html",
            sheets=sheets,
            number=number,
            pages=pool.pages,
            page_name=page_name,
            sharing=[(r, f"../{folders[r.id]}/index.html") for r in sharing],
            report=owner,
        )
    if count != pool.pages:
        raise UsageError(f"run {owner.id} changed while its pages were written: build again")
