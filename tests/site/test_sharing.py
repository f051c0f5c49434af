"""What leaves a site: releases, cards, embeds, the page to query; and how many hands build it."""

from __future__ import annotations

import importlib.util
import json
import os
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from harness.core import UsageError
from harness.site import BoardText, StoreSource, build, picture
from harness.site.chart import Line
from harness.site.releases import FACTS
from harness.store import open_store
from harness.store.runs import find_runs
from harness.tasks import _faults

CREW = "harness.site.crew.size_for"
SQL_JS = os.environ.get("HARNESS_TEST_SQL_JS")  # sql-wasm-inline.js of the npm package sql.js


def read(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def test_a_release_stays_as_it_was(fakes: ModuleType, crawl: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(2)
    for think in (8, 16, 32, 64, 128):
        board.add("tiny-s", f"think@{think}", think=think)
    out = tmp_path / "out"
    first, rest = board.reports[:3], board.reports
    build(board.source(first), out, release="2026-01")
    kept = read(out / "releases/2026-01")
    better = [replace(r, verifier="math@2") if r is first[0] else r for r in rest]
    build(board.source(better[:-1]), out, release="2026-02")
    build(board.source(rest), out)
    assert read(out / "releases/2026-01") == kept
    pages = crawl.read_site(out)
    assert crawl.dead_links(pages) == []
    now, count = pages[(out / "releases.html").resolve()].text, len(rest)
    # Name, newest run, runs, new ones, gone, other figures: the cells stand one behind the other.
    for line in (
        f"now2026-01-02{count}101",
        f"2026-022026-01-02{count - 1}{count - 4}01",
        "2026-012026-01-023300",
    ):
        assert line in now
    old = (out / "releases/2026-01/index.html").read_text()
    assert "Release <b>2026-01</b>, frozen." in old
    assert 'href="../../index.html">The newest pages' in old
    run = (out / f"releases/2026-01/runs/{first[0].id}/index.html").read_text()
    assert 'href="../../../../index.html">The newest pages' in run
    assert "frozen." not in (out / "index.html").read_text()


def test_releases_are_named_once_and_soundly(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(2)
    board.add("tiny-s", "greedy")
    build(board.source(), tmp_path, release="one")
    for name, said in (("one", "stands already"), ("../two", "letters"), ("", "letters")):
        before = read(tmp_path)
        with pytest.raises(UsageError, match=said):
            build(board.source(), tmp_path, release=name)
        assert read(tmp_path) == before


def test_a_fresh_checkout_may_hold_releases_alone(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(2)
    board.add("tiny-s", "greedy")
    build(board.source(), tmp_path / "a", release="one")
    (tmp_path / "b").mkdir()
    (tmp_path / "a/releases").rename(tmp_path / "b/releases")
    build(board.source(), tmp_path / "b")
    assert json.loads((tmp_path / f"b/releases/one/{FACTS}").read_text())["name"] == "one"
    assert "releases/one/index.html" in (tmp_path / "b/releases.html").read_text()


@pytest.mark.skipif(importlib.util.find_spec("PIL") is None, reason="needs Pillow")
def test_each_model_has_a_card(fakes: ModuleType, tmp_path: Path) -> None:
    from PIL import Image

    board = fakes.Board(4)
    long = "a/very-long-name-of-a-model-" * 4 + "模型"
    for report in (board.add("tiny-s", "greedy"), board.add("tiny-m", "greedy")):
        if report.model == "tiny-m":
            board.reports[-1] = replace(report, model=long)
    for name in ("one", "two"):
        text = BoardText(title="Board", url="https://example.org/b/")
        build(board.source(), tmp_path / name, board=text)
    cards = sorted((tmp_path / "one").rglob("card.png"))
    assert len(cards) == 2
    for card in cards:
        with Image.open(card) as image:
            assert image.size == (1200, 630)
            assert len(image.convert("RGB").getcolors(100_000) or []) > 5
        assert card.stat().st_size < 60_000
    assert read(tmp_path / "one") == read(tmp_path / "two")
    page = (tmp_path / "one/models/tiny-s/index.html").read_text()
    assert 'og:image" content="https://example.org/b/models/tiny-s/card.png"' in page


def test_the_page_to_query_is_there_where_it_is_asked_for(
    fakes: ModuleType, crawl: ModuleType, tmp_path: Path
) -> None:
    board = fakes.Board(2)
    board.add("tiny-s", "greedy")
    build(board.source(), tmp_path / "out")
    assert not (tmp_path / "out/query.html").exists()
    file = tmp_path / "sql-wasm-inline.js"
    file.write_text("// SQLite")
    build(board.source(), tmp_path / "out", board=BoardText(sql_js=file))
    assert crawl.dead_links(crawl.read_site(tmp_path / "out")) == []
    assert (tmp_path / "out/assets/sql.js").read_text() == "// SQLite"
    assert 'src="assets/sql.js"' not in (tmp_path / "out/query.html").read_text()
    pages = {p.name for p in (tmp_path / "out").rglob("*.html") if "unsafe" in p.read_text()}
    assert pages == {"query.html"}
    with pytest.raises(UsageError, match="npm install"):
        BoardText(sql_js=tmp_path / "none.js")


@pytest.mark.skipif(not SQL_JS, reason="needs HARNESS_TEST_SQL_JS (npm install sql.js)")
def test_it_answers_from_a_disk(fakes: ModuleType, crawl: ModuleType, tmp_path: Path) -> None:
    api = pytest.importorskip("playwright.sync_api")
    board = fakes.Board(4)
    board.add("tiny-s", "greedy")
    board.add("tiny-m", "greedy")
    build(board.source(), tmp_path / "out", board=BoardText(sql_js=Path(str(SQL_JS))))
    with api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page, faults = browser.new_page(), []
        page.on("console", lambda m: faults.append(m.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto((tmp_path / "out/query.html").as_uri())
        page.locator("#sql").fill("SELECT count(*) AS n FROM runs")
        page.locator("#run").click()
        page.wait_for_selector("#result td")
        assert page.locator("#result td").inner_text() == str(len(board.reports))
        page.locator("[data-sql]").nth(1).click()
        page.wait_for_function("document.querySelectorAll('#result tr').length > 3")
        assert crawl.axe_faults(page) == []
        page.locator("#sql").fill("SELECT nonsense")
        page.locator("#run").click()
        page.wait_for_function("document.querySelector('#said').textContent.includes('nonsense')")
        assert faults == []
        browser.close()


def test_known_faults_stand_beside_the_problem_and_on_the_task(
    fakes: ModuleType, crawl: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = fakes.Board(4, "gsm8k")
    report = board.add("tiny-s", "greedy")
    problem = board.problems[1]
    fault = _faults.Fault(
        question=_faults.fingerprint(problem.question),
        row=1,
        published="THREE",
        right="FOUR",
        reason="it was added wrongly",
        source="the row's own solution",
    )
    unclear = [
        _faults.Fault(kind="question", question=_faults.fingerprint(one.question), row=row,
                      reason="it can be read two ways", source="its readers")
        for row, one in enumerate(board.problems[2:4], 2)
    ]  # fmt: skip
    note = _faults.Note(text="golds with commas", source="the file")
    by_mark = {one.question: one for one in (fault, *unclear)}
    known = _faults.Known(tasks=("gsm8k",), faults=by_mark, notes=(note,))
    monkeypatch.setattr(_faults, "_read", lambda: (known,))
    for protected in ((), ("gsm8k",)):
        build(board.source(), tmp_path / "out", board=BoardText(protected=protected))
        crawl.read_site(tmp_path / "out")
        task = next((tmp_path / "out/tasks").glob("*/index.html")).read_text()
        assert "golds with commas" in task
        listed = task[task.index('id="known"') :]
        assert all(one.id in listed for one in board.problems[1:4])
        assert listed.count("its readers") == 1
        pages = {p.stem: p.read_text() for p in (tmp_path / "out/tasks").rglob("p/*.html")}
        told = [name for name, body in pages.items() if "the problem is scored" in body.lower() or
                "It is scored" in body]  # fmt: skip
        assert sorted(told) == sorted(one.id for one in board.problems[1:4])
        bodies = task + "".join(pages.values())
        assert ("FOUR" in bodies) is not bool(protected)
    assert report.task == "gsm8k"


def test_many_hands_make_the_same_bytes(
    runs_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(name: str, hands: int) -> dict[str, bytes]:
        monkeypatch.setattr(CREW, lambda jobs: hands if jobs else 0)
        with open_store(runs_db) as store:
            build(StoreSource(store, find_runs(store)), tmp_path / name)
        return read(tmp_path / name)

    alone, together = made("alone", 0), made("together", 2)
    assert alone.keys() == together.keys()
    assert [name for name in alone if alone[name] != together[name]] == []
    again = made("together", 2)
    assert again == together


@pytest.mark.slow
def test_a_worker_that_cannot_leaves_it_to_the_builder(
    runs_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CREW, lambda jobs: 2 if jobs else 0)
    monkeypatch.setenv("SOME_API_KEY", "Transcripts")
    with open_store(runs_db) as store:
        source = StoreSource(store, find_runs(store))
        with pytest.raises(UsageError, match=r"nothing is published.*SOME_API_KEY"):
            build(source, tmp_path / "out")
        monkeypatch.delenv("SOME_API_KEY")
        build(source, tmp_path / "out")
        build(source, tmp_path / "whole")
    assert read(tmp_path / "out") == read(tmp_path / "whole")


def test_a_chart_is_a_file_that_needs_nothing_else(
    fakes: ModuleType, crawl: ModuleType, tmp_path: Path
) -> None:
    board = fakes.Board(6)
    names = ["<script>alert(1)</script>", "one\x00\u202etwo", *(f"model-{i}" for i in range(9))]
    for i, _ in enumerate(names):
        board.add("tiny-s", f"think@{8 + i}", think=8 + i)
    reports = [replace(r, model=name) for r, name in zip(board.reports, names, strict=True)]
    lonely = fakes.Board(4, "arithmetic")
    lonely.add("tiny-s", "greedy")
    source = fakes.Invented(reports + lonely.reports, board.views | lonely.views)
    build(source, tmp_path / "out", board=BoardText(title="A & B", url="https://example.org"))
    assert crawl.dead_links(crawl.read_site(tmp_path / "out")) == []
    [file] = (tmp_path / "out/tasks").glob("*/chart.svg")  # one run alone is no chart
    tree = ElementTree.fromstring(file.read_text(encoding="utf-8"))
    svg = "{http://www.w3.org/2000/svg}"
    assert {tree.find(svg + name).attrib["id"] for name in ("title", "desc")} == set(
        tree.attrib["aria-labelledby"].split()
    )
    assert not {e.tag for e in tree.iter()} & {svg + name for name in ("script", "a", "image")}
    assert not re.search(r"url\(|@import|href|var\(", file.read_text(encoding="utf-8"))
    words = [e.text or "" for e in tree.iter(svg + "text")]
    assert "<script>alert(1)</script>" in words
    assert "3 other models" in words
    assert any("A & B" in text and "https://example.org" in text for text in words)
    assert len(list(tree.iter(svg + "circle"))) + len(list(tree.iter(svg + "rect"))) > 8


def test_the_legend_of_a_chart_stays_within_it(fakes: ModuleType) -> None:
    lines = [Line(label="m" * n, colour=0, shape="circle", marks=()) for n in (70, 40, 5, 60, 90)]
    entries = picture.legend(lines, "2 other models", more=True)
    assert [e.name[:1] for e in entries] == [*"mmmmm", "2"]
    assert all(len(e.name) <= 60 for e in entries)
    rows: dict[float, list[float]] = {}
    for e in entries:
        rows.setdefault(e.y, []).append(e.x)
    assert all(xs == sorted(set(xs)) and xs[0] == picture.FRAME.left for xs in rows.values())
    assert len(rows) > 1
