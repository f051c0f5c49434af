"""Files for programs and feed readers: indexes, tables, a feed, badges, checksums."""

from __future__ import annotations

import base64
import csv
import importlib
import io
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from harness._version import __version__
from harness.core import Status
from harness.core.hashing import content_hash
from harness.site import cards, models, text
from harness.site.dictionary import PROBLEM_COLUMNS, RUN_COLUMNS
from harness.site.groups import Group, Row
from harness.site.index import COLUMNS, dumps, table_json
from harness.site.names import slug
from harness.site.numbers import percent
from harness.store.export import write_sqlite

if TYPE_CHECKING:
    from harness.site.build import Site

FEED = 50

QUERIES = (
    (
        "Best budget of each model",
        """SELECT model, budget, task, max(accuracy) AS accuracy, tokens
FROM runs
WHERE part = 'ranked'
GROUP BY task, model
ORDER BY task, accuracy DESC""",
    ),
    (
        "Hardest problems",
        """SELECT "group", problem, avg(correct) AS correct, avg(lured) AS lured
FROM problems
GROUP BY "group", problem
ORDER BY correct
LIMIT 20""",
    ),
    (
        "Cheapest above 80%",
        """SELECT task, model, budget, accuracy, low, min(tokens) AS tokens
FROM runs
WHERE part = 'ranked' AND accuracy >= 0.8
GROUP BY task""",
    ),
)
"""Examples of the page to query: their names and their SQL."""

Table = tuple[Sequence[str], Sequence[Sequence[Any]]]
"""Names of columns, and rows of plain values."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file to download: `what` it is, its size in bytes and its SHA-256."""

    path: str
    what: str
    size: int
    sha: str


def write_downloads(site: Site, groups: Sequence[Group]) -> None:
    """Write the tables, the index, the feed, the badges, and the page that lists them."""
    unit = "board"
    _badges(site, groups)
    _feed(site, groups)
    runs, problems = _runs(groups), _problems(site, groups)
    if site.board.sql_js is not None:
        site.page(unit, "query.html", "query.html", examples=QUERIES, words=site.renderer.words())
    files = [
        ("data/runs.csv", "runs, one a row", _csv(runs)),
        ("data/problems.csv", "every run on every problem, one a row", _csv(problems)),
    ]
    for path, _, body in files:
        site.folder.write(unit, path, body)
    tables = {"runs": runs, "problems": problems}
    key = site.key("tables", content_hash([body for _, _, body in files]))
    listed = [(path, what) for path, what, _ in files]
    listed += _packed(site, tables, key)
    index = {
        "title": site.board.title,
        "version": __version__,
        "groups": [
            {
                "task": g.task,
                "slug": g.slug,
                "page": g.href,
                "data": f"tasks/{g.slug}/data.json",
                "task_version": g.task_version,
                "verifier": g.verifier,
                "planned": g.planned,
                "rows": table_json(g.rows),
            }
            for g in groups
        ],
        "models": {m: models.href(m) for m in sorted({r.model for r in site.reports})},
        "runs": {row.report.id: row.href for g in groups for row in g.rows},
    }
    site.folder.write(unit, "index.json", dumps(index))
    listed += [
        ("index.json", "every task, model and run with its page"),
        ("leaderboard.json", "every report in full, as printed by harness show --json"),
    ]
    columnar = site.renderer.say("columnar index of {task}")
    listed += [(f"tasks/{g.slug}/data.json", columnar.format(task=g.task)) for g in groups]
    facts = {path: (sha, size) for path, sha, size in site.folder.facts()}
    downloads = [Download(p, what, facts[p][1], facts[p][0]) for p, what in listed if p in facts]
    site.folder.write(unit, "SHA256SUMS", "".join(f"{d.sha}  {d.path}\n" for d in downloads))
    site.page(
        unit,
        "data.html",
        "data.html",
        downloads=downloads,
        columns=RUN_COLUMNS,
        problem_columns=PROBLEM_COLUMNS,
        groups=groups,
        cards=cards.can_draw(),
        embed=f"{site.board.url.rstrip('/')}/" if site.board.url else "",
    )


def _runs(groups: Sequence[Group]) -> Table:
    rows: list[Sequence[Any]] = []
    for group in groups:
        columns = table_json(group.rows)
        rows += [
            [group.task, group.slug, *values]
            for values in zip(*(columns[name] for name in COLUMNS), strict=True)
        ]
    return ("task", "group", *COLUMNS), rows


def _problems(site: Site, groups: Sequence[Group]) -> Table:
    rows: list[Sequence[Any]] = []
    for group in groups:
        for row in group.rows:
            board = site.indexes[row.report.id].board
            for problem, f in zip(board.problems, board.figures, strict=True):
                lured = f.statuses.get(Status.LURED, 0.0) if problem.lure is not None else None
                rows.append(
                    (group.slug, board.run, problem.id, problem.cluster, problem.variant,
                     f.correct, lured, sum(f.counts.values()), f.counts.get(Status.CORRECT, 0),
                     f.tokens, f.sequential, f.flops, f.usd, f.seconds)
                )  # fmt: skip
    return tuple(name for name, _ in PROBLEM_COLUMNS), rows


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table[0])
    writer.writerows([_plain(v) for v in row] for row in table[1])
    return out.getvalue()


def _plain(value: Any) -> Any:
    """A value for a cell; text that a spreadsheet would take for a formula is quoted."""
    if isinstance(value, str):
        shown = text.plain(value)
        return f"'{shown}" if shown[:1] in ("=", "+", "-", "@") else shown
    return value


def _packed(site: Site, tables: Mapping[str, Table], key: str) -> list[tuple[str, str]]:
    """SQLite, and Parquet if pyarrow is installed; rebuilt when a table has changed."""
    arrow = _arrow()
    listed = [("data/leaderboard.sqlite", "both tables, to query")]
    if arrow is not None:
        listed += [(f"data/{name}.parquet", f"the table {name}") for name in tables]
    asked = site.board.sql_js is not None
    if site.folder.kept("tables", site.key(key, arrow is not None, asked)):
        return listed
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        write_sqlite(place / "leaderboard.sqlite", tables)
        packed = (place / "leaderboard.sqlite").read_bytes()
        site.folder.write("tables", "data/leaderboard.sqlite", packed)
        if asked:  # as a script: a page from a disk may load no other file
            script = f'harnessDatabase("{base64.b64encode(packed).decode()}")\n'
            site.folder.write("tables", "data/leaderboard.js", script.encode())
        for name, (columns, rows) in tables.items() if arrow is not None else ():
            values = {c: [text.plain(row[i]) for row in rows] for i, c in enumerate(columns)}
            arrow.parquet.write_table(arrow.table(values), place / f"{name}.parquet")
            site.folder.write(
                "tables", f"data/{name}.parquet", (place / f"{name}.parquet").read_bytes()
            )
    return listed


def _arrow() -> Any:
    try:
        arrow = importlib.import_module("pyarrow")
        importlib.import_module("pyarrow.parquet")
    except ImportError:
        return None
    return arrow


def _feed(site: Site, groups: Sequence[Group]) -> None:
    """The newest runs as an Atom feed; its times are those of the runs."""
    rows = [(row, group) for group in groups for row in group.rows]
    rows.sort(key=lambda pair: (pair[0].report.created, pair[0].report.id), reverse=True)
    base = site.board.url.rstrip("/")
    updated = _time(rows[0][0].report.created) if rows else "1970-01-01T00:00:00Z"
    entries = "".join(_entry(row, group, base) for row, group in rows[:FEED])
    link = f"<link href={quoteattr(base + '/')}/>" if base else ""
    site.folder.write(
        "board",
        "feed.xml",
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>{_xml(site.board.title)}</title><id>urn:harness:{slug(site.board.title)}</id>"
        f"{link}<updated>{updated}</updated><author><name>{_xml(site.board.title)}</name></author>"
        f"{entries}</feed>\n",
    )


def _entry(row: Row, group: Group, base: str) -> str:
    report = row.report
    said = percent(row.accuracy.value) if row.accuracy else "N/A"
    title = f"{report.model} {report.budget}: {said}, {group.task}"
    address = f"{base}/{row.href}" if base else row.href
    return (
        f"<entry><title>{_xml(title)}</title><id>urn:harness:run:{_xml(report.id)}</id>"
        f"<link href={quoteattr(address)}/><updated>{_time(report.created)}</updated></entry>\n"
    )


def _time(created: str) -> str:
    return created if created.endswith("Z") or "+" in created else f"{created}Z"


def _xml(value: str) -> str:
    return escape(str(text.plain(value)))


def _badges(site: Site, groups: Iterable[Group]) -> None:
    """An SVG per model (its best figure on the task with most rows), and per model and task."""
    done: set[str] = set()
    for group in sorted(groups, key=lambda g: (-len(g.ranked), g.slug)):
        for model in group.models:
            best = next((r for r in group.ranked if r.report.model == model), None)
            said = percent(best.accuracy.value) if best and best.accuracy else "N/A"
            svg = badge(f"{group.task}: {model}", said)
            home = f"models/{slug(model)}"
            site.folder.write("board", f"{home}/{group.slug}.svg", svg)
            if model not in done:
                done.add(model)
                site.folder.write("board", f"{home}/badge.svg", svg)


def badge(name: str, value: str) -> str:
    """A small picture of two fields, for a README."""
    name, value = name[:60], value[:20]
    left, right = 12 + round(6.6 * len(name)), 12 + round(6.9 * len(value))
    safe_name, safe_value = _xml(name), _xml(value)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img">'
        f"<title>{safe_name}: {safe_value}</title>"
        f'<rect width="{left + right}" height="20" rx="3" fill="#3b4250"/>'
        f'<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H{left}z" fill="#2b46c9"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="6" y="14" textLength="{left - 12}">{safe_name}</text>'
        f'<text x="{left + 6}" y="14" textLength="{right - 12}">{safe_value}</text></g></svg>\n'
    )
