"""`harness plan`, on the counting stub."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PLUGIN = str(Path(__file__).parents[1] / "run" / "stub_plugin.py")
STUB = ("--plugin", PLUGIN, "--model", "stub:x", "--task", "thirds")


@pytest.fixture
def plan(cli):
    """`harness plan` of the stub's task."""

    def go(*more):
        return cli("plan", *STUB, *more)

    return go


def test_without_anything_stored_there_is_a_bound_and_no_guess(plan, tmp_path: Path) -> None:
    [row] = json.loads(plan("--budget", "vote@4", "--json").out)
    assert row["expected_tokens"] is None
    assert row["most_tokens"] > 0
    assert "--pilot" in plan("--budget", "vote@4").out
    assert not (tmp_path / "harness.sqlite").exists()


def test_a_pilot_foretells_what_the_eval_spends(plan, cli) -> None:
    [row] = json.loads(plan("--budget", "vote@4", "--pilot", "10", "--json").out)
    assert row["measured_on"] == 10
    expected = row["expected_tokens"]
    result = cli("eval", *STUB, "--budget", "vote@4", "--quiet", "--json")
    [run] = json.loads(result.out)
    spent = run["spent"]["output_tokens"]  # the pilot's samples are neither paid nor counted twice
    assert expected["low"] <= spent <= expected["high"]
    assert spent < run["charged"]["output_tokens"]
    done = plan("--budget", "vote@4")
    assert "nothing is left" in done.out
    dry = cli("eval", *STUB, "--budget", "vote@4", "--dry-run")
    assert "nothing is left" in dry.out


def test_dollars_by_price_and_by_the_hour(plan, stub_eval) -> None:
    stub_eval("--budget", "vote@4", "--quiet")
    args = ("--budget", "vote@4", "--json")
    [priced] = json.loads(plan(*args, "--price", "0,1000000").out)
    assert priced["expected_usd"]["value"] == pytest.approx(priced["expected_tokens"]["value"])
    [plain] = json.loads(plan(*args).out)
    assert plain["expected_usd"] is None
    [hourly] = json.loads(plan(*args, "--gpu-usd-per-hour", "3600").out)
    assert hourly["expected_usd"]["value"] == pytest.approx(hourly["expected_seconds"]["value"])


def test_what_a_decision_takes(cli, stub_eval) -> None:
    stub_eval("--budget", "sample@8", "--quiet")
    args = ("plan", "--plugin", PLUGIN, "--task", "thirds", "--detect", "0.05")
    found = json.loads(cli(*args, "--json").out)
    problems = [design["problems"] for design in found["designs"]]
    assert problems == sorted(problems, reverse=True)
    assert found["designs"][0]["tokens"] > 0
    assert found["components"]["problems"] == 6
    sharper = json.loads(cli(*args, "--json", "--power", "0.95").out)
    assert sharper["designs"][0]["problems"] > problems[0]
    shown = cli(*args).out
    assert "samples of each" in shown
    assert "within problems" in shown


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--detect", "0.02"), "one task"),
        (("--detect", "2", "--task", "thirds"), "--detect 2"),
        (("--detect", "0.02", "--power", "1.5", "--task", "thirds"), "--power"),
        (("--detect", "0.02", "--task", "thirds", "--model", "nope"), "no pool"),
        (("--detect", "0.02", "--task", "thirds", "--against", "nope"), "no pool"),
        (("--against", "x", "--task", "thirds", "--budget", "greedy"), "--detect"),
        (("--power", "0.9", "--task", "thirds", "--budget", "greedy"), "--power goes with"),
        (("--confidence", "0.9", "--task", "thirds", "--budget", "greedy"), "--detect"),
        (("--task", "thirds"), "no budget"),
    ],
)
def test_bad_input_is_one_line(cli, stub_eval, args, says) -> None:
    stub_eval("--budget", "sample@4", "--quiet")
    result = cli("plan", "--plugin", PLUGIN, *args)
    assert result.code == 2
    assert says in result.err
    assert "Traceback" not in result.err
