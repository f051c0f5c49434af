"""Frozen releases: a snapshot of a site at its own address, which later builds do not change.

`releases/NAME/` is a copy of all pages and data, which say that they are frozen. A release is
described by its `release.json`; the page `releases.html` lists them with the changes from one to
the next.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.core import UsageError
from harness.results.views import RunReport
from harness.site.folder import RELEASES as FOLDER
from harness.site.index import dumps

FACTS = "release.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MARK = re.compile(rb"<!-- frozen:((?:\.\./)*) -->")
_BANNER = (
    '<p class="frozen"><span class="wrap">Release <b>{name}</b>, frozen. '
    '<a href="{root}../../index.html">The newest pages</a></span></p>'
)


@dataclass(frozen=True, slots=True)
class Release:
    """A release: `newest` is the day of its newest run; `runs` are its runs' accuracies (None: none
    yet) with their verifiers, by id."""

    name: str
    newest: str
    runs: Mapping[str, tuple[float | None, str]]


@dataclass(frozen=True, slots=True)
class Change:
    """What is new in a release (or the present, `name` empty) since the one before."""

    name: str
    newest: str
    runs: int
    more: int
    gone: int
    other: int


def check_name(name: str) -> None:
    """UsageError unless it can be the name of a folder."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"release {name!r}: letters, digits, dots and dashes, as 2026-01")


def facts_of(reports: Iterable[RunReport], name: str = "") -> Release:
    """The record of some runs."""
    reports = list(reports)
    return Release(
        name,
        max((r.created[:10] for r in reports), default=""),
        {
            r.id: (a.value if (a := r.metrics.get("accuracy")) else None, r.verifier)
            for r in reports
        },
    )


def read_releases(out: Path) -> list[Release]:
    """The releases of a site, by name; unreadable ones are left out."""
    found = []
    for file in sorted((out / FOLDER).glob(f"*/{FACTS}")):
        try:
            raw = json.loads(file.read_text("utf-8"))
            runs = {run: (value, judge) for run, (value, judge) in raw["runs"].items()}
            found.append(Release(file.parent.name, str(raw["newest"]), runs))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return found


def changes(releases: Sequence[Release], now: Release) -> list[Change]:
    """The changes of each, newest first; `now` is the site outside all releases."""
    found = []
    before: Mapping[str, Any] = {}
    for one in (*releases, now):
        shared = before.keys() & one.runs.keys()
        found.append(
            Change(
                name=one.name,
                newest=one.newest,
                runs=len(one.runs),
                more=len(one.runs) - len(shared),
                gone=len(before) - len(shared),
                other=sum(list(before[run]) != list(one.runs[run]) for run in shared),
            )
        )
        before = one.runs
    return found[::-1]


def check_new(out: Path, name: str) -> None:
    """UsageError if the release already exists, or the name is invalid."""
    check_name(name)
    if (out / FOLDER / name).exists():
        raise UsageError(
            f"release {name!r} stands already in {out / FOLDER}, and releases never change: "
            "choose another name"
        )


def freeze(out: Path, name: str, paths: Iterable[str], reports: Iterable[RunReport]) -> Path:
    """Copy the files of a site to a release of it; UsageError if it already exists."""
    check_new(out, name)
    home = out / FOLDER / name
    half = home.with_name(f".{name}.half")
    shutil.rmtree(half, ignore_errors=True)
    for path in paths:
        target = half / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(".html"):
            body = _frozen((out / path).read_bytes(), name)
            if path == "releases.html":  # the others stand beside this one
                body = body.replace(b'href="releases/', b'href="../../releases/')
            target.write_bytes(body)
        else:
            shutil.copyfile(out / path, target)
    facts = facts_of(reports, name)
    kept = {run: list(one) for run, one in facts.runs.items()}
    told = {"name": name, "newest": facts.newest, "runs": kept}
    (half / FACTS).write_text(dumps(told), "utf-8")
    half.rename(home)
    return home


def _frozen(body: bytes, name: str) -> bytes:
    return _MARK.sub(
        lambda match: _BANNER.format(name=name, root=match[1].decode()).encode(), body, count=1
    )
