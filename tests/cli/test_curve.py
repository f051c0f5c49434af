"""`harness curve`, on the counting stub and on imported samples."""

from __future__ import annotations

import csv
import json
import math
import random
import shutil
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import pytest

from harness.verifiers.math import MathVerifier

VERSION = MathVerifier.version
PLUGIN = str(Path(__file__).parents[1] / "run" / "stub_plugin.py")
MANY = """
import harness
from harness.core import Problem, Prompt, VerifierSpec


class Many:
    name = "many"
    version = "1"
    summary = "four hundred digits (for tests)"

    def load(self, source):
        return [Problem(id=f"p{i}", question=f"{i}?", gold="1") for i in range(400)]

    def prompt(self, problem):
        return Prompt.user(problem.question)

    def verifier(self):
        return VerifierSpec("math")

    def metrics(self, scored):
        return {}


harness.register("tasks", "many", Many)
"""


@pytest.fixture
def stored(stub_eval, cli, once):
    """`harness curve` over a pool of eight and two thinking budgets."""
    words = ("--budget", "vote@8", "--budget", "think@{0,8}", "--quiet")
    shutil.copyfile(
        once("curve.sqlite", lambda db: stub_eval(*words, "--db", db)), "harness.sqlite"
    )

    def go(*more):
        return cli("curve", "--plugin", PLUGIN, *more)

    return go


def test_points_agree_with_the_reports(stored, cli) -> None:
    result = stored("--json")
    assert result.code == 0, result.err
    points = {p["budget"]: p for p in json.loads(result.out)["points"]}
    assert {"pass@1", "pass@8", "vote@4", "think@0", "think@8"} <= points.keys()
    reports = json.loads(cli("show", "--plugin", PLUGIN, "--json").out)
    runs = {run["budget"]: run for run in reports}
    for k in (1, 2, 4, 8):
        wanted = runs["vote@8"]["metrics"][f"pass@{k}"]["value"]
        assert points[f"pass@{k}"]["accuracy"] == pytest.approx(wanted, abs=1e-12)
    for name in ("vote@8", "think@0", "think@8"):
        run = runs[name]
        assert points[name]["accuracy"] == run["metrics"]["accuracy"]["value"]
        assert points[name]["tokens"] * 6 == pytest.approx(run["charged"]["output_tokens"])
    assert points["think@8"]["usd"] is None
    gaps = {g["k"]: g["value"] for g in json.loads(result.out)["selection_gap"]}
    assert 1 not in gaps  # of one sample there is nothing to choose
    assert gaps[8] == pytest.approx(points["pass@8"]["accuracy"] - points["vote@8"]["accuracy"])


def test_dollars_by_price_and_by_the_hour(stored) -> None:
    priced = json.loads(stored("--json", "--price", "0,1000000").out)["points"]
    assert all(p["usd"] == pytest.approx(p["tokens"]) for p in priced)
    hourly = json.loads(stored("--json", "--gpu-usd-per-hour", "3600").out)["points"]
    rates = {round(p["usd"] / p["tokens"], 12) for p in hourly if p["usd"]}
    assert len(rates) <= 1
    assert stored("--gpu-usd-per-hour", "-1").code == 2


def test_csv_and_svg(stored, tmp_path: Path) -> None:
    assert stored("--csv", "c.csv", "--svg", "c.svg").code == 0
    rows = list(csv.DictReader((tmp_path / "c.csv").read_text().splitlines()))
    assert {row["curve"] for row in rows} == {"pass@k", "vote@k", "think@n"}
    assert all(row["usd"] == "" for row in rows)
    root = ET.parse(tmp_path / "c.svg").getroot()
    circles = [e for e in root.iter() if e.tag.endswith("circle")]
    assert len(circles) == len(rows)
    assert stored("--svg", "no/such/folder.svg").code == 2


def test_the_terminal_shows_all(stored) -> None:
    result = stored("--fit", "--k", "100", "--compare", "vote@k", "think@n")
    assert result.code in (0, 2)
    result = stored("--fit", "--k", "100")
    assert result.code == 0, result.err
    for word in ("tokens per problem, logarithmic", "Pareto frontier", "coverage minus selection",
                 "no beta", "pass@100"):  # fmt: skip
        assert word in result.out


def test_no_figure_is_minus_zero_and_the_best_has_an_interval(stored) -> None:
    out = stored().out
    assert "-0.0" not in out
    assert "best budget, scored on problems not used to choose it" in out
    found = json.loads(stored("--json").out)
    gaps = {gap["k"] for gap in found["selection_gap"]}
    assert 1 not in gaps  # of one sample there is nothing to choose
    for figure in found["figures"]:
        best = figure["best"]
        if figure["curve"].startswith("pass@k"):
            assert best is None  # nobody gets coverage without knowing the answers
            continue
        assert best["low"] < best["high"]
        assert best["budget"]
    for point in found["points"]:
        if point["tokens_per_correct"] is not None:
            assert point["tokens_per_correct_low"] <= point["tokens_per_correct"]
    assert {place["verifier"] for place in found["frontier"]} == {"math@" + VERSION}


def test_verifiers_have_frontiers_of_their_own(stored, cli, tmp_path) -> None:
    """What one verifier graded does not push off what another one did."""
    rows = [{"problem": f"p{i}", "text": "Answer: 1", "output_tokens": 1} for i in range(6)]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    words = ["import", "rows.jsonl", "--plugin", PLUGIN, "--task", "thirds", "--model", "other"]
    assert cli(*words, "--only-given").code == 0
    [path] = tmp_path.glob("*.sqlite")
    with closing(sqlite3.connect(path)) as connection, connection:
        runs = "(SELECT id FROM run WHERE model_id IN (SELECT id FROM model WHERE name = 'other'))"
        connection.execute(f"UPDATE run SET verifier_version = 'old' WHERE id IN {runs}")
        charged = f"(SELECT sample_id FROM charge WHERE run_id IN {runs})"
        connection.execute(f"UPDATE verdict SET version = 'old' WHERE sample_id IN {charged}")
    found = json.loads(stored("--json").out)["frontier"]
    by: dict[str, list[float]] = {}
    for place in found:
        by.setdefault(place["verifier"], []).append(place["cost"])
    assert by.keys() == {"math@" + VERSION, "math@old"}
    assert min(by["math@old"]) < min(by["math@" + VERSION])  # cheaper, and yet both have one
    shown = stored().out
    assert shown.count("Pareto frontier") == 2
    assert "math@old" in shown


def test_limits_of_coverage_do_not_fall_with_k(stored) -> None:
    points = json.loads(stored("--json").out)["points"]
    cover = sorted((p["size"], p["low"], p["high"]) for p in points if p["curve"] == "pass@k")
    assert len(cover) == 4
    assert [low for _, low, _ in cover] == sorted(low for _, low, _ in cover)
    assert [high for _, _, high in cover] == sorted(high for _, _, high in cover)


def test_comparison_at_equal_cost(stored) -> None:
    points = {p["budget"]: p for p in json.loads(stored("--json").out)["points"]}
    cost = points["vote@4"]["tokens"]
    args = ("--compare", "vote@k", "pass@k", "--at", str(cost), "--json")
    [found] = json.loads(stored(*args).out)["compare"]
    wanted = points["pass@4"]["accuracy"] - points["vote@4"]["accuracy"]
    assert found["difference"]["value"] == pytest.approx(wanted)
    outside = stored("--compare", "vote@k", "pass@k", "--at", "1e9")
    assert (outside.code, "outside" in outside.err) == (2, True)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--k", "5"), "--fit"),
        (("--at", "5"), "--compare"),
        (("--limit", "5"), "--policy"),
        (("--probe", "2"), "--policy predicted"),
        (("--policy", "oracle", "--probe", "2"), "--policy predicted"),
        (("--compare", "nope", "vote@k"), "no curve"),
        (("--compare", "stub", "vote@k"), "curves"),
        (("--task", "nope"), "no run matches"),
        (("--by", "usd", "--svg", "x.svg"), "--price"),
        (("--policy", "predicted", "--limit", "0.001"), "no budget fits"),
    ],
)
def test_bad_input_is_one_line(stored, args, says) -> None:
    result = stored(*args)
    assert result.code == 2
    assert says in result.err
    assert "Traceback" not in result.err


def test_no_database_and_no_finished_problem(cli) -> None:
    result = cli("curve")
    assert (result.code, "no database" in result.err) == (2, True)


@pytest.mark.slow
def test_four_hundred_problems_of_24_recorded_samples(cli, tmp_path: Path) -> None:
    """Imported samples give pass@k of an independent computation, in fractions, to 1e-12."""
    (tmp_path / "many.py").write_text(MANY)
    rng = random.Random(7)
    counts, lines = [], []
    for i in range(400):
        rate = rng.betavariate(0.6, 0.9)
        right = [rng.random() < rate for _ in range(24)]
        counts.append(sum(right))
        for s, good in enumerate(right):
            text = f"The answer is {1 if good else rng.choice([2, 3, 4])}."
            lines.append({"problem": f"p{i}", "text": text, "sample": s, "output_tokens": 5 + s})
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    args = ("--plugin", "many.py", "--json")
    done = cli("import", "rows.jsonl", "--task", "many", "--model", "recorded", *args)
    assert done.code == 0, done.err
    result = json.loads(cli("curve", "--fit", "--k", "48", *args).out)
    points = {p["budget"]: p for p in result["points"]}
    for k in (1, 2, 4, 8, 16, 24):
        wanted = sum(
            1 - Fraction(math.comb(24 - c, k), math.comb(24, k)) for c in counts
        ) / Fraction(400)
        assert points[f"pass@{k}"]["accuracy"] == pytest.approx(float(wanted), abs=1e-12)
        assert points[f"pass@{k}"]["tokens"] == pytest.approx(k * 16.5)
    [fit] = result["fits"]
    assert fit["beta"]["a"] == pytest.approx(0.6, rel=0.25)
    assert fit["beta"]["b"] == pytest.approx(0.9, rel=0.25)
    assert points["vote@24"]["accuracy"] < points["pass@24"]["accuracy"]


def test_a_vote_that_does_as_well_as_coverage_keeps_its_place(tmp_path, monkeypatch, cli):
    """Every sample of a problem is right, or every one wrong: maj@k is pass@k, and no coverage."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "many.py").write_text(MANY)
    lines = [
        {"problem": f"p{i}", "text": f"The answer is {1 + i % 2}.", "sample": s, "output_tokens": 5}
        for i in range(60)
        for s in range(4)
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    args = ("--plugin", "many.py", "--json")
    for budgets in (("vote@4", "sample@4"), ("sample@4",)):
        named = [word for budget in budgets for word in ("-b", budget)]
        db = ("--db", f"{len(budgets)}.sqlite")
        words = ("--task", "many", "--limit", "60", "--model", "m", *named, *db, *args)
        done = cli("import", "rows.jsonl", *words)
        assert done.code == 0, done.err
        result = json.loads(cli("curve", *db, *args).out)
        points = {p["budget"]: p["accuracy"] for p in result["points"]}
        votes = {f"vote@{k}": 0.5 for k in (1, 2, 4) if "vote@4" in budgets}
        assert points == {"pass@1": 0.5, "pass@2": 0.5, "pass@4": 0.5} | votes
        assert [p["budget"] for p in result["frontier"]] == (["vote@1"] if votes else [])
