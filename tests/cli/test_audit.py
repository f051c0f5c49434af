"""`harness audit`: samples to label, the labels stored, and what follows from them."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from harness import api, load_plugin
from harness.stats import mean_interval
from harness.verifiers.math import MathVerifier

PLUGIN = str(Path(__file__).parents[1] / "run" / "stub_plugin.py")
N = 240
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One answer to each of 240 problems; half are right, in forms of all kinds."""
    folder = tmp_path_factory.mktemp("audited")
    forms = ("Answer: {}", "\\boxed{{{}}}", "So it is {}", "I take {} of these")
    rng = random.Random(4)
    rows = [
        {"problem": f"p{i}", "text": forms[i % 4].format(i % 3 if rng.random() < 0.5 else 7)}
        for i in range(N)
    ]
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    load_plugin(PLUGIN)
    db = folder / "harness.sqlite"
    api.import_outputs(folder / "rows.jsonl", "thirds", model="m", limit=N, db=db)
    return db


@pytest.fixture
def run(imported: Path, cli: Callable[..., Any], tmp_path: Path) -> str:
    """The run in a database of the test's own, where the test is."""
    (tmp_path / "harness.sqlite").write_bytes(imported.read_bytes())
    (report,) = api.show()
    return report.id


def listed(cli: Callable[..., Any], run: str, *more: object) -> Rows:
    result = cli("audit", "list", run, "--plugin", PLUGIN, *more)
    assert result.code == 0, result.err
    return [json.loads(line) for line in result.out.splitlines()]


def stored(
    cli: Callable[..., Any], rows: Rows, label: Callable[[dict[str, Any]], Any], *more: object
) -> Any:
    """Labels on some rows, imported."""
    lines = [json.dumps({**row, "label": label(row)}) for row in rows]
    Path("labels.jsonl").write_text("\n".join(lines), "utf-8")
    return cli("audit", "import", "labels.jsonl", *more)


def right(row: Mapping[str, Any]) -> bool:
    """The truth of the test's own world: the verifier is wrong about every "7 of these"."""
    return row["verdict"] == "correct" or row["response"] == "I take 7 of these"


def test_labels_are_stored_and_correct_the_accuracy_beside_the_plain_one(
    cli: Callable[..., Any], run: str
) -> None:
    before = json.loads(cli("show", "--json").out)[0]
    rows = listed(cli, run, "--count", 90)
    assert len(rows) == 90
    assert all(row["label"] is None for row in rows)
    taken = stored(cli, rows, right, "--author", "ann", "--json")
    assert json.loads(taken.out) == {"stored": 90, "unsure": 0, "open": 0}
    found = json.loads(cli("audit", "show", run, "--json").out)
    truth = [float(right({"verdict": v.verdict.status, "response": v.response}))
             for v in api.samples(run) if v.verdict]  # fmt: skip
    wrong = sum(truth) / N - before["metrics"]["accuracy"]["value"]
    assert wrong > 0.05
    assert found["error_rate"]["low"] <= wrong <= found["error_rate"]["high"]
    corrected = found["corrected_accuracy"]
    assert corrected["low"] <= sum(truth) / N <= corrected["high"]
    assert corrected["low"] > before["metrics"]["accuracy"]["value"]
    after = json.loads(cli("show", "--json").out)[0]
    assert after["metrics"] == before["metrics"]
    assert after["audit"]["corrected_accuracy"] == corrected
    lines = cli("show").out.splitlines()
    assert f"{before['metrics']['accuracy']['value']:.1%}" in lines[1]
    assert "corrected by 90 labels" in lines[2]
    assert f"{corrected['value']:.1%}" in lines[2]
    assert "wrong verdicts" in lines[0]
    row = api.show().to_frame().to_dict("records")[0]
    assert row["corrected_accuracy"] == corrected["value"]
    assert row["labels"] == 90


def test_all_labels_are_the_truth(cli: Callable[..., Any], run: str) -> None:
    stored(cli, listed(cli, run, "--count", N), lambda row: True)
    found = api.audit(run)
    assert found.corrected_accuracy is not None
    assert found.corrected_accuracy.value == pytest.approx(1.0)
    assert found.error_rate is not None
    plain = found.accuracy
    assert plain is not None
    assert found.error_rate.value == pytest.approx(1 - plain.value)
    assert found.error_rate.low == found.error_rate.high
    again = mean_interval(
        [float(v.verdict is not None and v.verdict.status == "correct") for v in api.samples(run)],
        [v.problem.cluster for v in api.samples(run)],
    )
    assert (plain.value, plain.low) == pytest.approx((again.value, again.low))


def test_the_least_sure_come_first_and_another_seed_draws_others(
    cli: Callable[..., Any], run: str
) -> None:
    rows = listed(cli, run, "--count", 40)
    order = ["guess", "likely", "sure"]
    kinds = [row["drawn"]["stratum"].partition(",")[0] for row in rows]
    assert kinds == sorted(kinds, key=order.index)
    assert len(set(kinds)) > 1
    assert rows == listed(cli, run, "--count", 40)
    assert rows != listed(cli, run, "--count", 40, "--seed", 1)


def test_a_second_draw_adds_to_the_first(cli: Callable[..., Any], run: str) -> None:
    for seed in (0, 1):
        stored(cli, listed(cli, run, "--count", 40, "--seed", seed), right)
    found = api.audit(run)
    assert 40 < found.labels <= 80
    assert found.error_rate is not None
    assert found.error_rate.n == found.labels


def test_where_a_second_judge_differs_is_listed_first(cli: Callable[..., Any], run: str) -> None:
    pytest.importorskip("math_verify")
    with closing(sqlite3.connect("harness.sqlite")) as db, db:
        db.execute("UPDATE verdict SET status = 'wrong' WHERE answer = '1' AND status = 'correct'")
        db.execute("DELETE FROM figures")
    rows = listed(cli, run, "--count", 30, "--judge", "math-verify")
    kinds = [row["drawn"]["stratum"] for row in rows]
    assert kinds[0] == "differs, not correct"
    first = [row for row in rows if row["drawn"]["stratum"] == kinds[0]]
    assert all(row["verdict"] == "wrong" for row in first)
    assert any(row["gold"] == "1" == row["answer"] for row in first)
    assert {row["drawn"]["by"] for row in rows} == {
        f"math@{MathVerifier.version} against math-verify"
    }


def test_unsure_and_open_labels_are_told_and_left_out(cli: Callable[..., Any], run: str) -> None:
    rows = listed(cli, run, "--count", 40)
    labels = [None, "unsure", *(right(row) for row in rows[2:])]
    lines = [json.dumps({**row, "label": one}) for row, one in zip(rows, labels, strict=True)]
    Path("labels.jsonl").write_text("\n".join(lines), "utf-8")
    taken = cli("audit", "import", "labels.jsonl")
    assert "39 labels stored, 1 of them unsure; 1 line has none yet" in taken.out
    found = api.audit(run)
    assert (found.labels, found.unsure) == (38, 1)


def test_people_who_differ_decide_nothing(cli: Callable[..., Any], run: str) -> None:
    rows = listed(cli, run, "--count", 40)
    stored(cli, rows, right, "--author", "ann")
    stored(cli, rows[:1], lambda row: not right(row), "--author", "bob")
    found = api.audit(run)
    assert (found.labels, found.people, found.unsure) == (39, 2, 1)


def test_labels_that_were_not_drawn_give_no_estimate(cli: Callable[..., Any], run: str) -> None:
    views = api.samples(run)[:20]
    lines = [json.dumps({"id": view.id, "correct": i % 2 == 0}) for i, view in enumerate(views)]
    Path("labels.jsonl").write_text("\n".join(lines), "utf-8")
    assert cli("audit", "import", "labels.jsonl").code == 0
    found = api.audit(run)
    assert (found.labels, found.error_rate) == (20, None)
    assert found.kappa is not None
    assert "not drawn" in cli("audit", "show", run).out


def test_labels_of_some_strata_alone_give_no_estimate(cli: Callable[..., Any], run: str) -> None:
    rows = listed(cli, run, "--count", 40)
    stored(cli, rows[:3], right)
    said = cli("audit", "show", run).out
    assert "no estimate from these labels: no label yet in: " in said


def test_labels_of_a_run_that_has_grown_must_be_drawn_again(
    cli: Callable[..., Any], run: str
) -> None:
    stored(cli, listed(cli, run, "--count", 40), right)
    with closing(sqlite3.connect("harness.sqlite")) as db, db:
        (gone,) = db.execute(
            "SELECT problem_id FROM charge WHERE sample_id NOT IN (SELECT sample_id FROM label)"
        ).fetchone()
        for table in ("charge", "attempt"):
            db.execute(f"DELETE FROM {table} WHERE problem_id = ?", (gone,))
    assert "draw again" in cli("audit", "show", run).out


def test_a_run_without_labels_says_how_to_get_them(cli: Callable[..., Any], run: str) -> None:
    result = cli("audit", "show", run)
    assert result.code == 2
    assert f"harness audit list {run[:12]}" in result.err


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 1: not JSON"),
        ("[]", "line 1: write"),
        ('{"label": true}', "line 1: write"),
        ('{"problem": "p1", "label": true}', "by its id"),
        ('{"sample": "x", "label": 1}', "true, false or"),
        ('{"sample": "x"}', "is one of correct, "),
        ('{"sample": "x", "label": true}', "no answer x in this database"),
        ('{"sample": "x", "label": true, "drawn": {"size": 3}}', 'leave "drawn"'),
        ('{"sample": "x", "label": null}', "no line has a label yet"),
        ("", "no label in it"),
    ],
)
def test_a_bad_label_is_one_clear_message(
    cli: Callable[..., Any], run: str, tmp_path: Path, line: str, says: str
) -> None:
    (tmp_path / "labels.jsonl").write_text(line, "utf-8")
    result = cli("audit", "import", "labels.jsonl")
    assert result.code == 2
    assert says in result.err
    assert "Traceback" not in result.err


def test_the_page_labels_in_a_browser_without_network(
    cli: Callable[..., Any], run: str, tmp_path: Path
) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    result = cli("audit", "list", run, "--count", 40, "--page", "label.html")
    assert result.code == 0
    assert result.out == ""
    with playwright.sync_playwright() as engines:
        try:
            browser = engines.chromium.launch(executable_path=_chromium())
        except playwright.Error as error:
            pytest.skip(f"no browser: {str(error).splitlines()[0]}")
        page = browser.new_context(offline=True).new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda r: faults.append(r.url) if r.url.startswith("http") else None)
        page.goto((tmp_path / "label.html").as_uri())
        page.fill("#author", "ann")
        page.click("#right")
        page.reload()  # what was said is kept
        assert "1 labelled" in page.inner_text("#place")
        page.click("#on")
        page.fill("#note", "odd")
        for key in ("2", "3"):
            page.click("h1")
            page.keyboard.press(key)
        for _ in range(37):
            page.click("#right")
        assert "40 of 40, 40 labelled" in page.inner_text("#place")
        with page.expect_download() as got:
            page.click("#save")
        got.value.save_as(tmp_path / "labels.jsonl")
        browser.close()
    assert faults == []
    taken = json.loads(cli("audit", "import", "labels.jsonl", "--json").out)
    assert taken == {"stored": 40, "unsure": 1, "open": 0}
    with closing(sqlite3.connect("harness.sqlite")) as db:
        rows = db.execute("SELECT author, status, note FROM label").fetchall()
    assert {author for author, _, _ in rows} == {"ann"}
    assert sorted(s for _, s, _ in rows if s != "correct") == ["ungraded", "wrong"]
    assert [s for _, s, note in rows if note == "odd"] == ["wrong"]
    assert api.audit(run).labels == 39


def _chromium() -> str | None:
    import shutil

    return shutil.which("chromium") or shutil.which("chromium-browser")
