"""The site in a real Chromium: clean everywhere, and each question answered in three clicks."""

from __future__ import annotations

import gzip
import importlib.util
import json
import shutil
import statistics
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import harness
from harness.results.views import RunReport
from harness.site import BoardText, build, make_server, numbers

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
HERE = importlib.util.find_spec("playwright") is not None
pytestmark = [
    pytest.mark.skipif(not HERE, reason="needs playwright (pip install playwright)"),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (apt-get install chromium)"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
PHONE, DESKTOP = 390, 1280


@dataclass
class Demo:
    """A site of real runs, where it is served, and what it was made from."""

    folder: Path
    url: str
    db: Path
    reports: list[RunReport] = field(default_factory=list)

    def pages(self) -> list[str]:
        """All pages, as addresses below `url`."""
        return sorted(str(p.relative_to(self.folder)) for p in self.folder.rglob("*.html"))

    def kinds(self) -> list[str]:
        """One page of each kind."""
        first: dict[str, str] = {}
        for page in self.pages():
            parts = page.split("/")
            first.setdefault("/".join([parts[0], *parts[2:-1], parts[-1][:8]]), page)
        problems = [p for p in first.values() if "/p/" in p][:1]
        return [p for p in first.values() if "/p/" not in p] + problems


@pytest.fixture(scope="session")
def demo(runs_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder, db = tmp_path_factory.mktemp("demo"), runs_db
    out = folder / "site"
    harness.build_site(
        out, db, board=BoardText(title="Demo", report="https://example.org/wrong?run={run}")
    )
    server = make_server(out, port=0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Demo(out, f"http://127.0.0.1:{server.server_address[1]}/", db, list(harness.show(db)))
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """A page that keeps what must not happen: errors, warnings, requests outside."""

    def __init__(self, browser: Any, base: str, **options: Any) -> None:
        width = options.pop("width", DESKTOP)
        self.context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        self.page, self.faults = self.context.new_page(), []
        self.page.on("console", lambda m: self._note(m.type in ("error", "warning"), m.text))
        self.page.on("pageerror", lambda error: self._note(True, str(error)))
        self.page.on("request", lambda r: self._note(not _inside(r.url, base), r.url))
        self.page.on("response", lambda r: self._note(r.status >= 400, f"{r.status} {r.url}"))
        self.page.on("dialog", lambda d: (self._note(True, d.message), d.dismiss()))

    def _note(self, wrong: bool, what: str) -> None:
        if wrong:
            self.faults.append(f"{self.page.url}: {what}")

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


def _inside(url: str, base: str) -> bool:
    return url.startswith((base, "data:"))


@pytest.mark.parametrize(
    ("width", "scheme", "script", "every"),
    [
        (PHONE, "light", True, False),
        pytest.param(DESKTOP, "dark", True, False, marks=pytest.mark.slow),
        pytest.param(PHONE, "dark", False, False, marks=pytest.mark.slow),
        pytest.param(PHONE, "light", True, True, marks=pytest.mark.slow),
        *(
            pytest.param(width, scheme, script, True, marks=pytest.mark.nightly)
            for width in (PHONE, DESKTOP)
            for scheme in ("light", "dark")
            for script in (True, False)
            if (width, scheme, script) != (PHONE, "light", True)
        ),
    ],
)  # fmt: skip
def test_every_page_is_clean_and_fits(
    chromium: Any, demo: Demo, width: int, scheme: str, script: bool, every: bool
) -> None:
    # All pages once; elsewhere one of each kind: they come from the same templates.
    pages = demo.pages() if every else demo.kinds()
    options = {"width": width, "color_scheme": scheme, "java_script_enabled": script}
    with Watched(chromium, demo.url, **options) as watched:
        for name in pages:
            watched.page.goto(demo.url + name)
            box = watched.page.locator("main").bounding_box()
            assert box["width"] <= width, name
            assert watched.page.locator("h1").inner_text(), name
            if script:
                wide = watched.page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{name} is {wide} wide"
        assert watched.faults == []


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")])
def test_axe_finds_nothing(
    chromium: Any, demo: Demo, crawl: ModuleType, width: int, scheme: str
) -> None:
    found = []
    with Watched(chromium, demo.url, width=width, color_scheme=scheme) as watched:
        for name in demo.kinds():
            watched.page.goto(demo.url + name)
            found += crawl.axe_faults(watched.page)
    assert found == []


def test_no_link_leads_nowhere(demo: Demo, crawl: ModuleType) -> None:
    assert crawl.dead_links(crawl.read_site(demo.folder)) == []


@pytest.mark.slow
def test_boards_at_the_edge_are_clean(
    chromium: Any, fakes: ModuleType, crawl: ModuleType, tmp_path: Path
) -> None:
    for name, board in fakes.small_boards().items():
        out = tmp_path / name.replace(" ", "-")
        build(board.source(), out)
        base = out.as_uri()
        with Watched(chromium, base, width=PHONE) as watched:
            for page in Demo(out, base, out).kinds():
                watched.page.goto(f"{base}/{page}")
                assert watched.page.evaluate("document.documentElement.scrollWidth") <= PHONE
                assert crawl.axe_faults(watched.page) == []
            assert watched.faults == []


def test_it_works_from_a_disk(chromium: Any, demo: Demo) -> None:
    base = demo.folder.as_uri()
    with Watched(chromium, base) as watched:
        for name in demo.kinds()[::3]:  # the links of all are checked without a browser
            watched.page.goto(f"{base}/{name}")
        watched.page.goto(f"{base}/index.html")
        watched.page.get_by_text("FLOPs", exact=True).first.click()
        assert watched.page.url.endswith("#unit=flops")
        watched.page.goto(f"{base}/compare.html")
        watched.page.wait_for_selector("#said")
        assert watched.faults == []


def _rows(page: Any) -> list[str]:
    return page.evaluate(
        "[...document.querySelectorAll('tr[data-i]')].filter(r => !r.hidden).map(r => r.dataset.i)"
    )


def test_the_address_keeps_what_was_chosen(chromium: Any, demo: Demo) -> None:
    with Watched(chromium, demo.url) as watched:
        page = watched.page
        page.goto(demo.url)
        before = _rows(page)
        page.get_by_text("Sequential tokens", exact=True).first.click()
        page.get_by_role("button", name="Tokens", exact=True).click()
        page.locator("[data-f=model]").select_option("tiny-s")
        page.locator("[data-columns] summary").click()
        page.locator("[data-columns] input[value=flops]").check()
        page.keyboard.press("Escape")
        page.locator("#limit").evaluate(
            "e => { e.value = 500; e.dispatchEvent(new Event('input', {bubbles: true})); }"
        )
        for part in ("unit=sequential", "sort=tokens", "dir=asc", "model=tiny-s", "flops", "max="):
            assert part in page.url
        chosen, answer = _rows(page), page.locator("[data-answer]").inner_text()
        tokens = {r.id: (r.charged.output_tokens or 0) / r.problems for r in demo.reports}
        oracle = {r.id for r in demo.reports if r.selector == "oracle"}
        ranked = [run for run in chosen if run not in oracle]
        assert ranked == sorted(ranked, key=lambda run: tokens[run])
        assert set(chosen) == {r.id for r in demo.reports if r.model == "tiny-s"}
        address = page.url
        page.get_by_text("The same as a table").click()
        assert _rows(page) == chosen
        again = watched.context.new_page()
        again.goto(address)
        assert _rows(again) == chosen
        assert again.locator("[data-answer]").inner_text() == answer
        assert again.locator("input[name=unit][value=sequential]").is_checked()
        assert again.locator("th[data-k=flops]").is_visible()
        assert again.locator("svg.drawn g.model").count() == 1
        again.goto(demo.url)
        assert _rows(again) == before
        assert watched.faults == []


def test_a_keyboard_alone_leads_to_a_transcript(chromium: Any, demo: Demo) -> None:
    with Watched(chromium, demo.url) as watched:
        page = watched.page
        page.goto(demo.url)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        for part in ("/runs/", "samples-"):
            for _ in range(150):
                page.keyboard.press("Tab")
                if part in (page.evaluate("document.activeElement.href || ''")):
                    break
            page.keyboard.press("Enter")
            page.wait_for_url(f"**{part}**")
        page.keyboard.press("j")
        assert page.evaluate("!!document.activeElement.closest('article.sample')")
        assert watched.faults == []


class Reader:
    """Someone who clicks, and counts it."""

    def __init__(self, watched: Watched, url: str) -> None:
        self.page, self.clicks = watched.page, 0
        self.page.goto(url)

    def click(self, where: Any) -> Reader:
        """One click on the first of what is found."""
        where.first.click()  # which waits for the beginning of a page
        self.page.wait_for_load_state()
        self.clicks += 1
        return self

    def reads(self, *words: str) -> None:
        """The page says it, and it took three clicks at most."""
        text = self.page.locator("main").inner_text()
        for word in words:
            assert word in text, word
        assert self.clicks <= 3


def test_eight_questions_take_three_clicks_each(chromium: Any, demo: Demo) -> None:
    best = max((r for r in demo.reports if r.selector != "oracle"), key=lambda r: r.accuracy.value)
    lured = next(r for r in demo.reports if r.budget == "think@0" and r.model == "tiny-s")
    with Watched(chromium, demo.url) as watched:
        page = watched.page

        # Which is the cheapest way to so much?
        ranked = [r for r in demo.reports if r.selector != "oracle"]
        wanted = statistics.median(r.accuracy.value for r in ranked)
        able = [r for r in ranked if r.accuracy.value >= wanted]
        cheapest = min(able, key=lambda r: r.charged.output_tokens / r.problems)
        reader = Reader(watched, demo.url).click(page.get_by_text("The answer for every limit"))
        steps = page.locator("[data-choose] tbody tr")
        shares = [
            float(said.rstrip("%")) for said in steps.locator("td:nth-child(3)").all_inner_texts()
        ]
        first = next(i for i, share in enumerate(shares) if share >= 100 * wanted - 0.05)
        assert steps.nth(first).locator("th").inner_text() == f"{cheapest.model} {cheapest.budget}"
        answer = page.locator("[data-answer]").inner_text()
        assert numbers.percent(best.accuracy.value) in answer
        reader.reads("Chance that it is truly the best")

        # Did this model fall for the lure?
        reader = Reader(watched, demo.url)
        reader.reads("Lured")
        cell = page.locator(f"tr[data-i='{lured.id}'] td[data-l=Lured]").inner_text()
        assert cell == numbers.percent(lured.metrics["lure_rate"].value)

        # Show me a transcript where it did.
        reader.click(page.locator(f"tr[data-i='{lured.id}'] a"))
        reader.click(page.locator("label[for=f-lured]"))
        reader.click(page.locator("tr[data-v~=lured] th a"))
        reader.reads("Lure", "lured", "Settled by")

        # Is A really better than B?
        reader = Reader(watched, demo.url).click(
            page.get_by_role("link", name="Compare", exact=True)
        )
        page.wait_for_selector("#said")
        reader.reads("points of accuracy", "95%:")

        # What would it cost me on my own GPU?
        reader = Reader(watched, demo.url).click(page.locator("[data-price] summary"))
        page.locator("[data-f=hour]").fill("2")
        column = page.locator(f"tr[data-i='{best.id}'] td[data-l='At your price']")
        assert column.inner_text().startswith("$")
        reader.reads("At your price")

        # Where does this number come from?
        reader = Reader(watched, demo.url).click(page.get_by_text("How each column is made"))
        reader.reads("The mean over problems")

        # How do I run it again?
        reader = Reader(watched, demo.url).click(page.locator(f"tr[data-i='{best.id}'] a"))
        reader.reads("Run it again", f"--budget '{best.budget}'")

        # How do I add my model?
        Reader(watched, demo.url).reads("Add your model", "harness site build")
        assert watched.faults == []


def test_printed_figures_are_those_of_show(chromium: Any, demo: Demo) -> None:
    shown = [json.loads(json.dumps(r.to_json())) for r in demo.reports]
    with Watched(chromium, demo.url) as watched:
        watched.page.goto(demo.url)
        for run in shown:
            accuracy = run["metrics"]["accuracy"]
            row = watched.page.locator(f"tr[data-i='{run['id']}']")
            assert row.locator(".figure").inner_text() == numbers.percent(accuracy["value"])
            interval = f"{100 * accuracy['low']:.1f}–{100 * accuracy['high']:.1f}"
            assert row.locator(".acc .muted").inner_text() == interval
            tokens = numbers.tokens(run["charged"]["output_tokens"] / run["problems"])
            assert row.locator("td[data-l=Tokens]").inner_text() == tokens
            usd = row.locator("td[data-l=Dollars]").text_content()
            assert (run["usd"], usd) == (None, "N/A")
        # what the scripts write is what the pages have: the same rules in two languages
        page = watched.page
        written = page.locator("td.acc .figure").all_inner_texts()
        page.goto(demo.url + "#sort=model")
        page.reload()
        assert sorted(page.locator("td.acc .figure").all_inner_texts()) == sorted(written)


def test_a_vote_a_seed_and_the_extraction_are_shown(chromium: Any, demo: Demo) -> None:
    vote = next(r for r in demo.reports if r.budget.startswith("vote@4"))
    with Watched(chromium, demo.url) as watched:
        page = watched.page
        page.goto(f"{demo.url}runs/{vote.id}/index.html")
        page.get_by_text("all transcripts").click()
        page.wait_for_url("**/samples-1.html")  # all of it: a click waits for its beginning
        assert page.locator("table.votes").count() >= 14
        assert page.locator("mark.x").count() > 20
        assert "seed" in page.locator("article.sample .end").first.inner_text()
        assert not page.locator("details.think pre").first.is_visible()
        link = page.get_by_text("report a wrong verdict").first.get_attribute("href")
        assert link.startswith("https://example.org/wrong?run=")
        page.locator("label[for=f-correct]").click()
        kinds = page.evaluate(
            "[...document.querySelectorAll('article.sample')].filter(a => a.offsetParent)"
            ".map(a => a.dataset.v)"
        )
        assert set(kinds) == {"correct"}
        assert page.url.endswith("#only=correct")
        page.reload()
        assert page.locator("#f-correct").is_checked()


@pytest.mark.slow
def test_a_model_called_script_and_three_hundred_rows(
    chromium: Any, fakes: ModuleType, tmp_path: Path
) -> None:
    board = fakes.Board(6)
    report = board.add("tiny-s", "greedy")
    reports, views = [], {}
    for i in range(300):
        name = "<script>alert(1)</script>" if i == 0 else f"model-{i % 60}"
        run = f"r{i}"
        budget = f"think@{16 + i}"
        share = (i % 97) / 97
        accuracy = replace(report.accuracy, value=share, low=share * 0.8, high=min(1, share + 0.1))
        reports.append(
            replace(report, id=run, model=name, budget=budget, metrics={"accuracy": accuracy},
                    charged=replace(report.charged, output_tokens=60 + i))
        )  # fmt: skip
        views[run] = board.views[report.id]
    build(fakes.Invented(reports, views), tmp_path / "out")
    front = (tmp_path / "out/index.html").read_bytes()
    assert len(gzip.compress(front)) < 150_000
    for path in (tmp_path / "out").rglob("*.html"):
        assert path.stat().st_size < 500_000, path
    base = (tmp_path / "out").as_uri()
    for width in (PHONE, DESKTOP):
        with Watched(chromium, base, width=width) as watched:
            page = watched.page
            page.goto(f"{base}/index.html")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.locator("[data-f=q]").fill("<script>")
            assert len(_rows(page)) == 1
            assert "<script>alert(1)</script>" in page.locator("main").inner_text()
            assert watched.faults == []


def test_hostile_transcripts_in_a_browser(chromium: Any, fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(2)
    report = board.add("tiny-s", "think@8", think=8)
    attack = (
        "<svg onload=alert(1)></svg><script>alert(2)</script><img src=x onerror=alert(3)>"
        "\u202e\u2066 \x00 \ud800 </pre></article><style>*{display:none}</style>"
    )
    views = [fakes.saying(v, attack + "y" * 400_000) for v in board.views[report.id]]
    build(fakes.Invented([report], {report.id: views}), tmp_path / "out")
    base = (tmp_path / "out").as_uri()
    with Watched(chromium, base, width=PHONE) as watched:
        watched.page.goto(f"{base}/runs/{report.id}/samples-1.html")
        assert "<script>alert(2)</script>" in watched.page.locator("pre.answer").first.inner_text()
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= PHONE
        assert watched.faults == []
