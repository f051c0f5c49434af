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
from harness.site import BoardText, SiteResult, build
from harness.site.folder import STATE

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
    one = build(board.source(), tmp_path / "one")
    two = build(board.source(board.reports[::-1]), tmp_path / "two")
    assert read(tmp_path / "one") == read(tmp_path / "two")
    assert (one.pages, one.bytes) == (two.pages, two.bytes)
    ours = {name: data for name, data in read(tmp_path / "one").items() if name != STATE}
    assert one.bytes == sum(len(data) for data in ours.values())
    source = board.source()
    again = build(source, tmp_path / "one")
    assert (again.made, again.written, source.read) == ((), (), [])
    assert read(tmp_path / "one") == read(tmp_path / "two")
    assert build(board.source(), tmp_path / "one", fresh=True).written == ()


def test_a_rebuild_drops_what_is_gone(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.full_board(6)
    build(board.source(), tmp_path / "a")
    build(board.source(board.reports[:2]), tmp_path / "a")
    build(board.source(board.reports[:2]), tmp_path / "b")
    assert read(tmp_path / "a") == read(tmp_path / "b")


def test_one_run_more_or_less_writes_only_what_depends_on_it(
    fakes: ModuleType, tmp_path: Path
) -> None:
    board, other = fakes.full_board(6), fakes.Board(4, "arithmetic")
    other.add("tiny-s", "greedy")
    other.add("tiny-m", "greedy")
    last = board.reports[3]
    assert (last.model, last.budget) == ("tiny-s", "think@32")
    views = board.views | other.views
    fewer = [r for r in board.reports + other.reports if r is not last]
    out = tmp_path / "out"
    build(fakes.Invented(fewer, views), out)
    (out / "CNAME").write_text("board.example.org")
    (out / "runs/notes.txt").write_text("mine")
    source = fakes.Invented([*fewer, last], views)
    before, more = read(out), build(source, out)
    task = next(name for name in more.made if name.startswith("task:"))
    assert set(more.made) == {f"run:{last.id}", task, "model:tiny-s", "tables"}
    assert task.startswith("task:decimals-")
    assert set(source.read) == {last.id}
    changed = {name for name, data in read(out).items() if before.get(name) != data}
    assert changed - {STATE} == set(more.written)
    assert not [n for n in changed if n.startswith("runs/") and not n.startswith(f"runs/{last.id}")]
    build(fakes.Invented([*fewer, last], views), tmp_path / "whole")
    foreign = {"CNAME": b"board.example.org", "runs/notes.txt": b"mine"}
    assert read(out) == read(tmp_path / "whole") | foreign
    build(fakes.Invented(fewer, views), out)
    assert read(out) == before


def test_a_build_that_broke_off_is_mended(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.full_board(4)
    out = tmp_path / "out"
    build(board.source(board.reports[:6]), out)
    source = board.source()
    source.figures = lambda run: (_ for _ in ()).throw(RuntimeError("the power is out"))
    with pytest.raises(RuntimeError, match="power"):
        build(source, out)
    page = out / f"runs/{board.reports[0].id}/index.html"
    page.write_text(page.read_text().replace("tiny", "huge"))  # of the same size
    build(board.source(), out)
    build(board.source(), tmp_path / "whole")
    assert read(out) == read(tmp_path / "whole")


def test_golds_of_protected_tasks_are_withheld(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(6)
    report = board.add("tiny-s", "greedy")
    views = [
        replace(v, problem=replace(v.problem, gold="GOLD-7", lure="LURE-7"))
        for v in board.views[report.id]
    ]
    source = fakes.Invented([report], {report.id: views})
    for protected, found in (((), True), (("decimals",), False)):
        build(source, tmp_path / "out", board=BoardText(protected=protected))
        bodies = b"".join(read(tmp_path / "out").values())
        assert (b"GOLD-7" in bodies, b"LURE-7" in bodies) == (found, found)


@pytest.mark.parametrize(
    "wrong",
    [{"language": "xx"}, {"colours": {"accent": "red"}}, {"logo": Path("a.gif")}, {"url": "x"}],
)
def test_what_a_board_says_of_itself_is_checked(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        BoardText(**wrong)  # type: ignore[arg-type]


def test_a_folder_with_other_things_is_left_alone(fakes: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    board = fakes.full_board(2)
    with pytest.raises(UsageError, match="not empty"):
        build(board.source(), tmp_path)
    with pytest.raises(UsageError, match="is a file"):
        build(board.source(), tmp_path / "thesis.tex")
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
            sample=replace(view.sample, id=NASTY + view.id, text=f"<think>{NASTY}</think>{NASTY}"),
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
            verdict=Verdict(status=Status.WRONG, answer=NASTY, method=NASTY, reason=NASTY),
            verifier=NASTY,
        )
        for view in board.views[report.id]
    ]
    views.append(
        replace(
            views[0],
            sample=None,
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
    source = fakes.Invented([report], {report.id: views})
    result = build(source, tmp_path / "out", board=BoardText(title=NASTY))
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


def test_no_text_is_lost_and_no_page_is_large(
    fakes: ModuleType, crawl: ModuleType, tmp_path: Path
) -> None:
    board = fakes.Board(9, pool=30)
    report = board.add("tiny-m", "vote@8", size=8, selector="majority")
    views = board.views[report.id]
    long = "\n".join(f"line {i}" for i in range(60_000))
    bidi = "\u202e" * 30_000  # each of which takes 50 bytes to be spelled out
    given = {100: f"<think>{long}", 101: bidi, 102: "x" * 1_000_000, 103: "<" * 200_000}
    views[:] = [fakes.saying(v, given.get(i, f"The answer {i}.")) for i, v in enumerate(views)]
    build(board.source(), tmp_path / "out")
    for path in (tmp_path / "out").rglob("*.html"):
        assert path.stat().st_size < 500_000, path
    texts = [p.read_text(encoding="utf-8") for p in (tmp_path / "out").rglob("text-*.txt")]
    assert sorted(texts) == sorted(given.values())
    pages = [p for p in crawl.read_site(tmp_path / "out").values() if "samples-" in p.path.name]
    shown = {pre for page in pages for pre in page.pres}
    assert {f"The answer {i}." for i in range(len(views)) if i not in given} <= shown
    assert sum(len(re.findall("<article", p.path.read_text())) for p in pages) == len(views)
    cut = next(pre for pre in shown if pre.startswith("line 0\nline 1\n"))
    assert re.search(r"\[… [\d,]+ characters …\]", cut)
    assert cut.endswith("line 59999")


def test_budgets_of_one_pool_share_their_transcripts(site: Built) -> None:
    out, _ = site
    holders = {p.parent.name for p in out.rglob("samples-1.html")}
    pool = {f"tiny-s-decimals-{name}" for name in ("vote-2", "vote-4", "vote-8", "sample-2")}
    assert len(pool & holders) == 1
    page = (out / "runs/tiny-s-decimals-vote-4/index.html").read_text()
    assert f"../../runs/{(pool & holders).pop()}/samples-1.html#p1" in page


def test_unlike_runs_are_kept_apart(site: Built) -> None:
    out, _ = site
    html = (out / "index.html").read_text()
    ranked, coverage, unfinished = (
        html[html.index(f'data-part="{name}"') :].partition("</tbody>")[0]
        for name in ("ranked", "coverage", "unfinished")
    )
    assert "sample@" not in ranked
    assert len(re.findall('<th scope="row">', coverage)) == 6
    assert coverage.count("sample@") == 6
    assert "vote@8:think=64" in unfinished
    assert "15 of 30" in unfinished
    run = (out / "runs/tiny-m-decimals-vote-8-think-64/index.html").read_text()
    assert "unfinished: 15 of 30 problems" in run


def test_different_problems_never_share_a_table(fakes: ModuleType, tmp_path: Path) -> None:
    small, large = fakes.Board(8), fakes.Board(20)
    a = replace(small.add("tiny-s", "greedy"), id="a")
    b = replace(large.add("tiny-m", "greedy"), id="b")
    c = replace(b, id="c", verifier="math@2")
    views = {"a": small.views["tiny-s-decimals-greedy"], "b": large.views["tiny-m-decimals-greedy"]}
    build(fakes.Invented([a, b, c], {**views, "c": views["b"]}), tmp_path / "out")
    tables = [p.read_text() for p in (tmp_path / "out/tasks").glob("decimals-*/index.html")]
    assert len(tables) == 3
    assert all(len(re.findall("<tr data-i=", html)) == 1 for html in tables)


def test_unknown_is_not_available_never_zero(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(4)
    report = board.add("tiny-s", "greedy")
    bare = replace(report, usd=None, flops=None, seconds=None, charged=Usage(), spent=Usage())
    build(board.source([bare]), tmp_path / "out")
    for name in ("index.html", f"runs/{report.id}/index.html"):
        html = (tmp_path / "out" / name).read_text()
        assert "$0" not in html
        assert "0 FLOP" not in html
        assert html.count(">N/A<") >= 2


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
    view = board.views[report.id][0]
    failed = replace(
        view,
        sample=None,
        prompt="",
        verdict=None,
        verifier=None,
        usage=Usage(),
        error="connection refused",
    )
    build(fakes.Invented([report], {report.id: [failed]}), tmp_path / "one")
    pages = crawl.read_site(tmp_path / "one")
    assert any("connection refused" in page.text for page in pages.values())
    build(fakes.Invented([report], {report.id: []}), tmp_path / "two")
    assert crawl.dead_links(crawl.read_site(tmp_path / "two")) == []


def test_an_empty_store_says_so(fakes: ModuleType, crawl: ModuleType, tmp_path: Path) -> None:
    build(fakes.Invented([], {}), tmp_path / "out")
    pages = crawl.read_site(tmp_path / "out")
    assert "no run" in pages[(tmp_path / "out/index.html").resolve()].text


def test_infinite_figures_are_null_in_the_data(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(3)
    report = board.add("tiny-s", "greedy")
    odd = Estimate(value=float("inf"), low=0.0, high=float("inf"), n=3, clusters=3)
    report = replace(report, metrics={**report.metrics, "odd": odd})
    build(board.source([report]), tmp_path / "out")
    run = json.loads((tmp_path / f"out/runs/{report.id}/run.json").read_text())
    assert run["metrics"]["odd"]["value"] is None
    assert run["metrics"]["accuracy"]["value"] == report.accuracy.value


def test_a_run_given_twice_is_refused(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(2)
    report = board.add("tiny-s", "greedy")
    with pytest.raises(UsageError, match="twice"):
        build(board.source([report, report]), tmp_path / "out")


def test_a_cut_thought_is_marked(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(1)
    report = board.add("tiny-s", "think@8", think=8)
    view = fakes.saying(board.views[report.id][0], "<think>half a", finish=Finish.LENGTH)
    build(fakes.Invented([report], {report.id: [view]}), tmp_path / "out")
    html = (tmp_path / f"out/runs/{report.id}/samples-1.html").read_text()
    assert "Reasoning, cut before its end" in html
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
    build(board.source([replace(report, metrics={**report.metrics, **more})]), tmp_path / "out")
    crawl.read_site(tmp_path / "out")
    html = (tmp_path / f"out/runs/{report.id}/index.html").read_text()
    top, _, below = html.partition('<h3 id="breakdowns">')
    assert "place" not in top
    table = below[below.index("<table") : below.index("</table>")]
    assert "place: 3 × 3" in below
    assert re.findall(r"scope=\"row\">([^\n]*?)</th>", table) == ["&lt;b&gt;one", "two/2", "three"]
    shown = [1, 4, 7, 2, 5, 8, 3, 6]  # row by row, from 1
    assert re.findall(r", n (\d+)<", table) == [str(29 + i) for i in shown]
    assert re.findall(r">([\d.]+)%<", table) == [f"{100 * (i - 1) / 8:.1f}" for i in shown]
    assert table.count("N/A") == 1


def test_what_a_ceiling_stopped_is_said(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(12)
    free = board.add("tiny-s", "greedy")
    held = replace(free, id="held", budget="vote@4 tokens<=9", stopped=7)
    views = {run.id: board.views[free.id] for run in (free, held)}
    build(fakes.Invented([free, held], views), tmp_path / "out")
    held_page = (tmp_path / "out/runs/held/index.html").read_text()
    assert "<dt>Stopped by the ceiling</dt><dd>7<small>of 12 problems</small>" in held_page
    assert "the ceiling" not in (tmp_path / f"out/runs/{free.id}/index.html").read_text()


def test_the_ledger_parts_what_is_charged_by_role(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(2)
    report = board.add("tiny-s", "greedy")
    roles = {"generator": Usage(output_tokens=21), "reward": Usage(prompt_tokens=34)}
    for roles_now, lines in ((roles, ["Charged", "generator", "reward", "Spent"]),
                             ({"generator": report.charged}, ["Charged", "Spent"])):  # fmt: skip
        build(board.source([replace(report, charged_by_role=roles_now)]), tmp_path / "out")
        html = (tmp_path / f"out/runs/{report.id}/index.html").read_text()
        ledger = html[html.index("<h2>Ledger") : html.index("<h2>Manifest")]
        assert re.findall(r"scope=\"row\">(\w+)", ledger) == lines
    build(board.source([replace(report, charged_by_role=roles)]), tmp_path / "out")
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
        labelled = re.findall(r'<label for="([^"]*)"', html)
        assert set(labelled) == set(re.findall(r'<input[^>]* id="([^"]*)"', html))
