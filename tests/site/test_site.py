"""The built site: whole, strict, the same every time, and safe with hostile text."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from harness.core import Command, Estimate, Finish, RunManifest, Usage, UsageError, Verdict
from harness.core.verdict import Status
from harness.results.views import RunReport, SampleView
from harness.site import SiteResult, build

Built = tuple[Path, SiteResult]


def read(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def test_every_page_is_well_formed_and_every_link_resolves(site: Built, crawl: ModuleType) -> None:
    out, result = site
    pages = crawl.read_site(out)
    assert len(pages) == result.pages > 40
    assert result.index == out / "index.html"
    assert crawl.dead_links(pages) == []
    reached, todo = set(), [result.index.resolve()]
    while todo:
        path = todo.pop()
        if path in reached or path.suffix != ".html":
            continue
        reached.add(path)
        links = [link.partition("#")[0] for link in pages[path].links]
        todo += [(path.parent / link).resolve() for link in links if link and "://" not in link]
    assert reached == set(pages)


def test_the_same_input_gives_the_same_bytes(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.full_board(6)
    one = build(board.reports, board.samples, tmp_path / "one")
    two = build(board.reports[::-1], board.samples, tmp_path / "two")
    assert read(tmp_path / "one") == read(tmp_path / "two")
    assert (one.pages, one.bytes) == (two.pages, two.bytes)
    assert one.bytes == sum(len(b) for b in read(tmp_path / "one").values())
    build(board.reports, board.samples, tmp_path / "one")
    assert read(tmp_path / "one") == read(tmp_path / "two")


def test_a_rebuild_drops_what_is_gone(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.full_board(6)
    build(board.reports, board.samples, tmp_path / "a")
    build(board.reports[:2], board.samples, tmp_path / "a")
    build(board.reports[:2], board.samples, tmp_path / "b")
    assert read(tmp_path / "a") == read(tmp_path / "b")


def test_a_folder_with_other_things_is_left_alone(fakes: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    board = fakes.full_board(2)
    with pytest.raises(UsageError, match="not empty"):
        build(board.reports, board.samples, tmp_path)
    with pytest.raises(UsageError, match="is a file"):
        build(board.reports, board.samples, tmp_path / "thesis.tex")
    assert read(tmp_path) == {"thesis.tex": b"years of work"}


NASTY = (
    "<script>alert(1)</script></pre></textarea></style><!-- <img src=x onerror=alert(2)> "
    "\"' onmouseover='x' javascript:alert(3) {{ 7 * 7 }} {% raw %} &lt; &#60; ]]> "
    "\u202eevil\u202c \x00\x07\x1b[31m \u200b\ufeff \ud83d end\r\nnext\rline"
)
SHOWN = (
    NASTY.replace("\r\n", "\n")
    .replace("\u202e", "[U+202E]")
    .replace("\u202c", "[U+202C]")
    .replace("\u200b", "[U+200B]")
    .replace("\ufeff", "[U+FEFF]")
    .replace("\ud83d", "[U+D83D]")
    .replace("\x00", "␀")
    .replace("\x07", "␇")
    .replace("\x1b", "␛")
    .replace("\r", "␍")
)


def hostile(fakes: ModuleType) -> tuple[RunReport, list[SampleView]]:
    board = fakes.Board(2)
    report = board.add("tiny-s", "think@8", think=8)
    views = [
        replace(
            view,
            id=NASTY + view.id,
            problem=replace(
                view.problem,
                question=NASTY,
                gold=NASTY,
                lure=NASTY,
                cluster=NASTY,
                variant=NASTY,
                id=view.problem.id + NASTY,
            ),
            prompt=NASTY,
            response=f"<think>{NASTY}</think>{NASTY}",
            verdict=Verdict(status=Status.WRONG, answer=NASTY, method=NASTY, reason=NASTY),
            verifier=NASTY,
        )
        for view in board.views[report.id]
    ]
    views.append(
        replace(
            views[0],
            id="",
            problem=replace(views[0].problem, id="other"),
            verdict=None,
            verifier=None,
            error=NASTY,
        )
    )
    report = replace(
        report,
        model=NASTY,
        model_spec=NASTY,
        task=NASTY,
        budget=NASTY,
        verifier=NASTY,
        task_version=NASTY,
        selector=NASTY,
        created=NASTY,
        id=f"../../{NASTY}",
        metrics={**report.metrics, NASTY: report.metrics["accuracy"]},
        manifest=RunManifest(
            command=Command((NASTY,)),
            selector=NASTY,
            extra={NASTY: [NASTY]},
            price={
                "source": "javascript:alert(1)",
                "date": NASTY,
                "input": NASTY,
                "output": NASTY,
            },
        ),
    )
    return report, views


def test_hostile_text_stays_text(fakes: ModuleType, crawl: ModuleType, tmp_path: Path) -> None:
    report, views = hostile(fakes)
    result = build([report], lambda _: iter(views), tmp_path / "out", title=NASTY)
    pages = crawl.read_site(
        tmp_path / "out"
    )  # no script, no handler, all tags closed, all ids once
    assert len(pages) == result.pages
    assert crawl.dead_links(pages) == []
    assert not [link for p in pages.values() for link in p.links if "javascript" in link]
    transcript = next(p for p in pages.values() if p.path.name == "samples-1.html")
    assert transcript.pres.count(SHOWN) == 3 + 3 + 2 * 2 + 1  # questions, prompts, texts, error
    for page in pages.values():
        raw = page.path.read_text(encoding="utf-8")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\ufeff]", raw)
    assert all(
        p.resolve().is_relative_to((tmp_path / "out").resolve()) for p in tmp_path.rglob("*")
    )
    loaded = json.loads((tmp_path / "out/leaderboard.json").read_text(encoding="ascii"))
    assert loaded["runs"][0]["model"] == NASTY


def test_no_text_is_cut_and_no_sample_is_lost(
    fakes: ModuleType, crawl: ModuleType, tmp_path: Path
) -> None:
    board = fakes.Board(9, pool=30)
    report = board.add("tiny-m", "vote@8", size=8, selector="majority")
    views = board.views[report.id]
    long = "\n".join(f"line {i}" for i in range(60_000))
    views[100] = replace(views[100], response=f"<think>{long}")
    texts = {f"The answer {i}." for i in range(len(views))}
    views[:] = [
        v if i == 100 else replace(v, response=f"The answer {i}.") for i, v in enumerate(views)
    ]
    build([report], board.samples, tmp_path / "out")
    pages = [p for p in crawl.read_site(tmp_path / "out").values() if "samples-" in p.path.name]
    assert len(pages) > 5
    shown = [pre for page in pages for pre in page.pres]
    assert shown.count(long) == 1
    assert {s for s in shown if s.startswith("The answer")} == texts - {"The answer 100."}
    assert sum(len(re.findall("<article", p.path.read_text())) for p in pages) == len(views)


def test_budgets_of_one_pool_share_their_transcripts(site: Built) -> None:
    out, _ = site
    holders = {p.parent.name for p in out.rglob("samples-1.html")}
    pool = {f"tiny-s-decimals-{name}" for name in ("vote-2", "vote-4", "vote-8", "sample-2")}
    assert len(pool & holders) == 1
    page = (out / "runs/tiny-s-decimals-vote-4/index.html").read_text()
    assert f"../{(pool & holders).pop()}/samples-1.html#p1" in page


def test_unlike_runs_are_kept_apart(site: Built) -> None:
    out, _ = site
    html = (out / "index.html").read_text()
    board = html[html.index("<h2>decimals") :]
    ranked = board[: board.index("Coverage <span>")]
    assert "sample@" not in ranked[ranked.index("<table") :]
    coverage = board[board.index("Coverage <span>") : board.index("Unfinished <span>")]
    assert len(re.findall(r"<th scope=\"row\">", coverage)) == 6
    assert coverage.count('<span class="badge">coverage</span>') == 6
    unfinished = board[board.index("Unfinished <span>") :]
    assert "vote@8:think=64" in unfinished
    assert "15 of 30" in unfinished
    run = (out / "runs/tiny-m-decimals-vote-8-think-64/index.html").read_text()
    assert "This run is not finished" in run
    assert "rank" not in run[run.index("<h1>") : run.index("<dl")]


def test_different_problems_never_share_a_table(fakes: ModuleType, tmp_path: Path) -> None:
    small, large = fakes.Board(8), fakes.Board(20)
    a = replace(small.add("tiny-s", "greedy"), id="a")
    b = replace(large.add("tiny-m", "greedy"), id="b")
    c = replace(b, id="c", verifier="math@2")
    views = {"a": small.views["tiny-s-decimals-greedy"], "b": large.views["tiny-m-decimals-greedy"]}
    build([a, b, c], lambda i: iter(views.get(i, views["b"])), tmp_path / "out")
    html = (tmp_path / "out/index.html").read_text()
    assert html.count("<h2>decimals</h2>") == 3
    assert html.count('class="board"') == 3


def test_unknown_is_not_available_never_zero(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(4)
    report = board.add("tiny-s", "greedy")
    bare = replace(report, usd=None, flops=None, seconds=None, charged=Usage(), spent=Usage())
    build([bare], board.samples, tmp_path / "out")
    for name in ("index.html", f"runs/{report.id}/index.html"):
        html = (tmp_path / "out" / name).read_text()
        assert "$0" not in html
        assert "0 FLOP" not in html
        assert html.count("N/A") >= 4


def test_a_run_without_any_answer(fakes: ModuleType, crawl: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(4)
    report = replace(
        board.add("tiny-s", "greedy"),
        status="partial",
        problems=0,
        failed=1,
        metrics={},
        verdicts={},
        correct=0.0,
    )
    view = next(board.samples(report.id))
    failed = replace(
        view,
        id="",
        response="",
        prompt="",
        verdict=None,
        verifier=None,
        finish="",
        usage=Usage(),
        error="connection refused",
    )
    build([report], lambda _: iter([failed]), tmp_path / "one")
    pages = crawl.read_site(tmp_path / "one")
    assert any("connection refused" in page.text for page in pages.values())
    build([report], lambda _: iter([]), tmp_path / "two")
    assert crawl.dead_links(crawl.read_site(tmp_path / "two")) == []


def test_an_empty_store_says_so(crawl: ModuleType, tmp_path: Path) -> None:
    build([], lambda _: iter([]), tmp_path / "out")
    pages = crawl.read_site(tmp_path / "out")
    assert "no run" in pages[(tmp_path / "out/index.html").resolve()].text


def test_infinite_figures_are_null_in_the_data(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(3)
    report = board.add("tiny-s", "greedy")
    odd = Estimate(value=float("inf"), low=0.0, high=float("inf"), n=3, clusters=3)
    report = replace(report, metrics={**report.metrics, "odd": odd})
    build([report], board.samples, tmp_path / "out")
    run = json.loads((tmp_path / f"out/runs/{report.id}/run.json").read_text())
    assert run["metrics"]["odd"]["value"] is None
    assert run["metrics"]["accuracy"]["value"] == report.accuracy.value


def test_a_run_given_twice_is_refused(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(2)
    report = board.add("tiny-s", "greedy")
    with pytest.raises(UsageError, match="twice"):
        build([report, report], board.samples, tmp_path / "out")


def test_a_cut_thought_is_marked(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(1)
    report = board.add("tiny-s", "think@8", think=8)
    view = replace(board.views[report.id][0], response="<think>half a", finish=str(Finish.LENGTH))
    build([report], lambda _: iter([view]), tmp_path / "out")
    html = (tmp_path / f"out/runs/{report.id}/samples-1.html").read_text()
    assert "Thinking, cut before its end" in html
    assert "cut off by the limit" in html


def test_breakdowns_stand_in_tables_of_levels(
    fakes: ModuleType, crawl: ModuleType, tmp_path: Path
) -> None:
    board = fakes.Board(4)
    report = board.add("tiny-s", "greedy")
    levels = ("<b>one", "two/2", "three")
    more = {
        f"{figure}place={level}": Estimate(value=i / 8, low=0, high=1, n=30 + i, clusters=3)
        for i, (figure, level) in enumerate(
            (f, v) for f in ("", "lure_rate/", "odd/figure/") for v in levels
        )
    }
    del more["odd/figure/place=three"]
    build([replace(report, metrics={**report.metrics, **more})], board.samples, tmp_path / "out")
    crawl.read_site(tmp_path / "out")
    html = (tmp_path / f"out/runs/{report.id}/index.html").read_text()
    top, _, below = html.partition('<h3 id="breakdowns">')
    assert "place" not in top
    table = below[below.index("<table") : below.index("</table>")]
    assert "By <b>place</b>: 3 levels, 3 figures" in below
    assert re.findall(r"scope=\"row\">([^\n]*?)</th>", table) == ["&lt;b&gt;one", "two/2", "three"]
    shown = [1, 4, 7, 2, 5, 8, 3, 6]  # row by row, from 1
    assert re.findall(r", n (\d+)<", table) == [str(29 + i) for i in shown]
    assert re.findall(r">([\d.]+)%<", table) == [f"{100 * (i - 1) / 8:.1f}" for i in shown]
    assert table.count("N/A") == 1


def test_what_a_ceiling_stopped_is_said(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(12)
    free = board.add("tiny-s", "greedy")
    held = replace(free, id="held", budget="vote@4 tokens<=9", stopped=7)
    build([free, held], lambda _: board.samples(free.id), tmp_path / "out")
    assert (tmp_path / "out/index.html").read_text().count("7 stopped by") == 1
    tile = "<dt>Stopped by the ceiling</dt><dd>7<small>of 12 problems</small>"
    assert tile in (tmp_path / "out/runs/held/index.html").read_text()
    assert "the ceiling" not in (tmp_path / f"out/runs/{free.id}/index.html").read_text()


def test_the_ledger_parts_what_is_charged_by_role(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(2)
    report = board.add("tiny-s", "greedy")
    roles = {"generator": Usage(output_tokens=21), "reward": Usage(prompt_tokens=34)}
    for roles_now, lines in ((roles, ["Charged", "generator", "reward", "Spent"]),
                             ({"generator": report.charged}, ["Charged", "Spent"])):  # fmt: skip
        build([replace(report, charged_by_role=roles_now)], board.samples, tmp_path / "out")
        html = (tmp_path / f"out/runs/{report.id}/index.html").read_text()
        ledger = html[html.index("<h2>Ledger") : html.index("<h2 id=")]
        assert re.findall(r"scope=\"row\">(\w+)", ledger) == lines
    build([replace(report, charged_by_role=roles)], board.samples, tmp_path / "out")
    html = (tmp_path / f"out/runs/{report.id}/index.html").read_text()
    reward = html[html.index(">reward<") :]
    cells = re.findall(r"<td class=\"r\">([^<]*)", reward)[:4]
    assert cells == ["34", "N/A", "N/A", "N/A"]


def test_headings_headers_and_pictures_can_be_read_aloud(site: Built) -> None:
    out, _ = site
    for path in out.rglob("*.html"):
        html = path.read_text()
        levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", html)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(b <= a + 1 for a, b in itertools.pairwise(levels)), path
        for attributes, words in re.findall(r"<th\b([^>]*)>(.*?)</th>", html, re.DOTALL):
            assert "scope=" in attributes
            assert re.sub(r"<[^>]*>|\s", "", words), path
        for attributes in re.findall(r"<svg\b([^>]*)>", html):
            assert "aria-hidden" in attributes or "aria-labelledby" in attributes
        tables = re.findall(r'aria-label="(Table: [^"]*)"', html)
        assert len(tables) == html.count("<table")
        if path.parent != out:  # of several tasks of one name, the overview has a table each
            assert len(set(tables)) == len(tables)
        labelled = re.findall(r'<label for="([^"]*)"', html)
        assert labelled == re.findall(r'<input[^>]*id="([^"]*)"', html)
