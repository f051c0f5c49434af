"""Every page prints what `harness show --json` says, to the digit; and boards at the edge."""

from __future__ import annotations

import csv
import html
import json
import re
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import harness
from harness.site import BoardText, build, numbers

Run = dict[str, Any]


@pytest.fixture(scope="module")
def out(runs_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("figures") / "site"
    harness.build_site(folder, runs_db, board=BoardText(title="Figures"))
    return folder


@pytest.fixture(scope="module")
def shown(runs_db: Path, harness_command: Path) -> list[Run]:
    """What the command prints."""
    command = [harness_command, "show", "--json", "--db", runs_db]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    runs: list[Run] = json.loads(said)
    assert len(runs) == 8
    return runs


def cells(row: str) -> list[str]:
    """The text of a row's cells."""
    found = re.findall("<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
    return [" ".join(html.unescape(re.sub("<[^>]+>", " ", cell)).split()) for cell in found]


def share(figure: Run) -> str:
    return numbers.percent(figure["value"])


def interval(figure: Run) -> str:
    return f"{100 * figure['low']:.1f}–{100 * figure['high']:.1f}"


def tokens(run: Run) -> float:
    value: float = run["charged"]["output_tokens"] / run["problems"]
    return value


def per_correct(run: Run) -> str:
    return numbers.tokens(tokens(run) / run["metrics"]["accuracy"]["value"])


def test_tables_print_what_show_prints(out: Path, shown: list[Run]) -> None:
    (task,) = (out / "tasks").iterdir()
    for page in (out / "index.html", task / "index.html"):
        body = page.read_text("utf-8")
        for run in shown:
            row = re.search(f'<tr data-i="{run["id"]}">.*?</tr>', body, re.DOTALL)
            assert row is not None
            accuracy, lure = run["metrics"]["accuracy"], run["metrics"]["lure_rate"]
            _, name, first, *rest = cells(row[0])
            assert name.startswith(f"{run['model']} {run['budget']}")
            assert first == f"{share(accuracy)} {interval(accuracy)}"
            assert rest == [
                share(lure), numbers.tokens(tokens(run)), per_correct(run),
                numbers.percent(run["truncated"]), run["created"][:10],
            ]  # fmt: skip


def test_pages_of_models_and_runs_do_too(out: Path, shown: list[Run]) -> None:
    for run in shown:
        accuracy = run["metrics"]["accuracy"]
        model = (out / f"models/{run['model']}/index.html").read_text("utf-8")
        rows = [cells(row) for row in re.findall("<tr>.*?</tr>", model, re.DOTALL)]
        row = next(row for row in rows if row and row[0].split(" coverage")[0] == run["budget"])
        assert row[1] == f"{share(accuracy)} {interval(accuracy)}"
        assert row[3:6] == [numbers.tokens(tokens(run)), per_correct(run), "N/A"]
        page = (out / f"runs/{run['id']}/index.html").read_text("utf-8")
        tiles = {
            name: " ".join(re.sub("<[^>]+>", " ", value).split())
            for name, value in re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", page)
        }
        first = "Coverage" if run["selector"] == "oracle" else "Accuracy"
        assert tiles[first] == f"{share(accuracy)} {interval(accuracy)}"
        assert tiles["Tokens a problem"].split()[0] == numbers.tokens(tokens(run))
        assert tiles["Dollars a problem"] == "N/A no price is known"
        listed = {
            row[0]: row for row in map(cells, re.findall("<tr>.*?</tr>", page, re.DOTALL)) if row
        }
        for name, figure in run["metrics"].items():
            if "=" not in name:
                key = f"{name} coverage" if name == "accuracy" and first == "Coverage" else name
                assert listed[key][1] == share(figure), name


def test_files_hold_what_show_prints(out: Path, shown: list[Run]) -> None:
    board = json.loads((out / "leaderboard.json").read_text("utf-8"))
    by_id = {run["id"]: run for run in shown}
    assert {run["id"]: run for run in board["runs"]} == by_id
    with (out / "data/runs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["run"] for row in rows} == by_id.keys()
    for row in rows:
        run = by_id[row["run"]]
        accuracy = run["metrics"]["accuracy"]
        assert [float(row[n]) for n in ("accuracy", "low", "high")] == [
            accuracy["value"], accuracy["low"], accuracy["high"],
        ]  # fmt: skip
        assert float(row["tokens"]) == tokens(run)
        assert row["usd"] == ""


EDGES = ("empty", "one run", "one problem", "nothing right", "nothing wrong")


@pytest.mark.parametrize("name", EDGES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_boards_at_the_edge(
    fakes: ModuleType, crawl: ModuleType, tmp_path: Path, name: str, language: str
) -> None:
    board = fakes.small_boards()[name]
    build(board.source(), tmp_path, board=BoardText(title="Edge", language=language))
    pages = crawl.read_site(tmp_path)
    assert crawl.dead_links(pages) == []
    for path, page in pages.items():
        assert re.findall(r"\b(?:nan|inf|None|undefined)\b", page.text) == [], path
    front = (tmp_path / "index.html").read_text("utf-8")
    rows = {i: cells(row) for i, row in re.findall('(?s)<tr data-i="(.*?)">(.*?)</tr>', front)}
    for report in board.reports:
        row = rows.pop(report.id)
        low, high = (float(end) for end in row[2].split()[1].split("–"))
        assert low < high
        if name == "nothing right":
            assert row[2].startswith("0.0%")
            assert row[3] == "100.0%"
            assert row[5] == "∞"
        if name == "nothing wrong":
            assert row[2].startswith("100.0%")
            assert row[5] == row[4] == numbers.tokens(report.charged.output_tokens / 6)
    assert rows == {}
