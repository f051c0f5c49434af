"""Reads pages strictly: every tag closed, every id once, nothing that runs or loads but our own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

VOID = {"meta", "link", "br", "input", "img", "hr", "wbr"}
NEVER = {"iframe", "object", "embed", "base", "form", "audio", "video", "frame"}


@dataclass
class Page(HTMLParser):
    """One parsed page: `links`, `ids`, the text of each `<pre>`, and all text."""

    path: Path
    stack: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    pres: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.path.read_text(encoding="utf-8"))
        self.close()
        assert not self.stack, f"{self.path}: not closed: {self.stack}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open(tag, attrs)
        if tag not in VOID:
            self.stack.append(tag)
        if tag == "pre":
            self.pres.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert "svg" in self.stack, f"{self.path}: <{tag}/> outside a picture"
        self._open(tag, attrs)

    def _open(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"{self.path}: repeated attribute in <{tag}>"
        assert tag not in NEVER, f"{self.path}: <{tag}>"
        for name, value in attrs:
            assert not name.startswith("on"), f"{self.path}: {name} in <{tag}>"
            if name == "id":
                assert value, f"{self.path}: empty id"
                assert value not in self.ids, f"{self.path}: id {value} twice"
                self.ids.add(value)
            assert name != "style", f"{self.path}: style in <{tag}>, which the policy forbids"
            if name in ("href", "src", "action", "data", "srcset", "poster", "xlink:href"):
                assert name == "href" or tag in ("script", "img"), f"{self.path}: {name} in <{tag}>"
                assert value is not None
                outside = urlsplit(value).scheme or value.startswith("//")
                loads = tag != "a" and outside and not value.startswith("data:")
                assert not loads, f"{self.path}: <{tag}> loads {value}"
                self.links.append(value)
        given = dict(attrs)
        if tag == "script" and given.get("type") != "application/json":
            source = given.get("src") or ""
            assert re.fullmatch(r"(\.\./)*assets/[a-z]+\.js", source), (
                f"{self.path}: <script {source}>"
            )

    def handle_endtag(self, tag: str) -> None:
        assert self.stack, f"{self.path}: </{tag}> closes nothing"
        assert self.stack[-1] == tag, f"{self.path}: </{tag}> closes <{self.stack[-1]}>"
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1] == "script":
            return
        self.text += data
        if "pre" in self.stack:
            self.pres[-1] += data


def read_site(out: Path) -> dict[Path, Page]:
    """All pages of a site by path."""
    return {path.resolve(): Page(path) for path in sorted(out.rglob("*.html"))}


def dead_links(site: dict[Path, Page]) -> list[str]:
    """Links that lead nowhere: missing files, missing anchors."""
    dead = []
    for path, page in site.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme in ("https", "data"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                dead.append(f"{path.name}: {link}")
            elif target.suffix != ".html" or "=" in parts.fragment:  # the address of a choice
                continue
            elif parts.fragment and unquote(parts.fragment) not in site[target].ids:
                dead.append(f"{path.name}: {link} (no such anchor)")
    return dead


def axe_faults(page: Any) -> list[str]:
    """What axe-core finds against WCAG A and AA in a browser's page."""
    package = pytest.importorskip("axe_playwright_python", reason="needs axe-playwright-python")
    page.evaluate((Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    levels = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']"
    ask = f"axe.run(document, {{runOnly: {levels}, preload: false}})"  # it would fetch the styles
    return [
        f"{page.url}: {fault['id']} at {[n['target'] for n in fault['nodes']][:3]}"
        for fault in page.evaluate(ask)["violations"]
    ]
