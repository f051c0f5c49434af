"""Refused, abstained, empty, cut-off and looping samples, and accuracy among what was attempted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from harness import api
from harness.stats import mean_interval
from harness.stats.ratios import ratio_interval

PLUGIN = str(Path(__file__).parents[1] / "run" / "stub_plugin.py")
LOOP = "The digit is the digit. " * 60
TEXTS = [
    ("Answer: 0", "stop"),
    ("Answer: 1", "stop"),
    ("Answer: 0", "stop"),  # the right one is 2
    ("I'm sorry, but I can't help with that.", "stop"),
    ("I don't know.", "stop"),
    ("", "stop"),
    (LOOP, "length"),
    ("Answer: 1", "stop"),
]


@pytest.fixture
def mixed(cli: Callable[..., Any], tmp_path: Path) -> None:
    rows = [
        {"problem": f"p{i}", "text": text, "finish_reason": finish}
        for i, (text, finish) in enumerate(TEXTS)
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    words = ["import", "rows.jsonl", "--plugin", PLUGIN, "--task", "thirds", "--model", "m"]
    assert cli(*words, "--limit", 8).code == 0


def test_every_kind_of_no_answer_has_its_share(mixed: None) -> None:
    (report,) = api.show()
    shares = {n: getattr(report, n) for n in ("refused", "abstained", "empty", "truncated")}
    assert shares == dict.fromkeys(shares, 1 / 8)
    assert report.looping == 1 / 8
    (row,) = api.show().to_frame().to_dict("records")
    assert {name: row[name] for name in shares} == shares
    assert row["accuracy"] == 3 / 8
    assert row["attempted"] == 4 / 8
    assert row["accuracy_attempted"] == 3 / 4
    assert "refused" in repr(api.show())
    assert row["accuracy_attempted_low"] < 3 / 4 < row["accuracy_attempted_high"]


def test_both_have_the_intervals_of_their_kind(mixed: None, cli: Callable[..., Any]) -> None:
    (run,) = json.loads(cli("show", "--plugin", PLUGIN, "--json").out)
    clusters = [i // 4 for i in range(8)]
    attempted = [float(i in (0, 1, 2, 7)) for i in range(8)]
    correct = [float(i in (0, 1, 7)) for i in range(8)]
    for name, wanted in (
        ("attempted", mean_interval(attempted, clusters)),
        ("accuracy_attempted", ratio_interval(correct, attempted, clusters)),
    ):
        got = run["metrics"][name]
        assert (got["value"], got["low"], got["high"]) == pytest.approx(
            (wanted.value, wanted.low, wanted.high)
        )
    assert run["looping"] == 1 / 8


def test_columns_are_there_where_they_say_something(
    mixed: None, cli: Callable[..., Any], tmp_path: Path
) -> None:
    lines = cli("show", "--plugin", PLUGIN).out.splitlines()
    heading = next(line for line in lines if line.startswith("model"))
    for name in ("attempted", "accuracy if attempted", "refused", "abstained", "cut off"):
        assert name in heading
    assert "12.5%" in lines[-1]
    rows = [{"problem": f"p{i}", "text": f"Answer: {i % 3}"} for i in range(8)]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    words = ["import", "rows.jsonl", "--plugin", PLUGIN, "--task", "thirds", "--model", "n"]
    assert cli(*words, "--limit", 8, "--db", "clean.sqlite").code == 0
    plain = cli("show", "--plugin", PLUGIN, "--db", "clean.sqlite").out
    assert not any(name in plain for name in ("attempted", "refused", "looping"))
    wide = cli("show", "--plugin", PLUGIN, "--db", "clean.sqlite", "--wide").out
    assert all(name in wide for name in ("attempted", "refused", "looping", "empty"))


def test_what_is_more_than_five_percent_stands_above_the_table(
    mixed: None, cli: Callable[..., Any]
) -> None:
    above = cli("show", "--plugin", PLUGIN).out.partition("\nmodel")[0]
    assert "cut off by the token limit: raise --max-output-tokens" in above
    assert "12% of the samples are loops, which a higher limit does not end" in above
    assert "refusals of the model" in above


def test_coverage_has_no_attempted_share(stub_eval: Callable[..., Any]) -> None:
    stub_eval("--budget", "sample@2", "--quiet")
    (report,) = api.show()
    assert "attempted" not in report.metrics


def test_a_run_of_which_nothing_is_graded_has_no_accuracy(
    mixed: None, cli: Callable[..., Any], tmp_path: Path
) -> None:
    """Unknown is not 0%: no figure in the table, in JSON or in a curve."""
    [path] = tmp_path.glob("*.sqlite")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM verdict")
        connection.execute("DELETE FROM figures")
    (run,) = json.loads(cli("show", "--plugin", PLUGIN, "--json").out)
    assert (run["problems"], run["ungraded"], run["metrics"]) == (8, 8, {})
    shown = cli("show", "--plugin", PLUGIN).out
    assert "8 ungraded" in shown
    assert "0.0%" not in shown
    assert "accuracy" not in shown
    curve = cli("curve", "--plugin", PLUGIN)
    assert curve.code != 0
    assert "0.0%" not in curve.out
