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


@pytest.mark.parametrize(
    ("before", "budget"),
    [
        (("--budget", "vote@4", "--limit", "12"), "vote@4"),  # other problems, so another run
        (("--budget", "sample@8", "--limit", "12"), "vote@{2,4}"),  # a larger pool serves both
        (("--budget", "vote@2"), "vote@4"),  # half of each pool
        (("--budget", "best@4:reward=steps", "--limit", "12"), "vote@4"),
    ],
)
def test_what_another_command_has_stored_is_not_counted_again(plan, cli, before, budget) -> None:
    cli("eval", *STUB, *before, "--quiet")
    [row] = json.loads(plan("--budget", budget, "--json").out)
    result = cli("eval", *STUB, "--budget", budget, "--quiet", "--json")
    runs = json.loads(result.out)
    spent = sum(run["spent"]["output_tokens"] for run in runs)
    drawn = sum(run["calls"] for run in runs)
    assert row["samples"] == drawn
    assert spent <= row["most_tokens"] == drawn * 2048
    if row["expected_tokens"] is not None:
        assert row["expected_tokens"]["low"] <= spent <= row["expected_tokens"]["high"]


def test_the_bound_includes_a_judge(cli) -> None:
    words = ("--plugin", PLUGIN, "-m", "stub:x", "-t", "traps", "--limit", "12", "-b", "vote@2")
    judge = ("--judge", "stub:judge", "--judge-max-output-tokens", "64", "--judge-votes", "2")
    [plain] = json.loads(cli("plan", *words, "--json").out)
    [row] = json.loads(cli("plan", *words, *judge, "--json").out)
    assert row["most_tokens"] == plain["most_tokens"] + row["most_judge_tokens"]
    assert "the judge's" in cli("plan", *words, *judge).out
    [run] = json.loads(cli("eval", *words, *judge, "--quiet", "--json").out)
    judged = run["spent_by_role"]["judge"]
    assert 0 < judged["usage"]["output_tokens"] <= row["most_judge_tokens"]
    assert (
        judged["usage"]["output_tokens"]
        + run["spent_by_role"]["generator"]["usage"]["output_tokens"]
        <= row["most_tokens"]
    )


def test_a_judges_tokens_are_foretold_beside_the_models(cli) -> None:
    words = ("--plugin", PLUGIN, "-m", "stub:x", "-t", "traps", "-b", "vote@2")
    judge = ("--judge", "stub:judge", "--judge-max-output-tokens", "64", "--judge-votes", "2")
    [first] = json.loads(cli("eval", *words, *judge, "--limit", "24", "--quiet", "--json").out)
    [row] = json.loads(cli("plan", *words, *judge, "--limit", "96", "--json").out)
    assert "plus, for the judge" in cli("plan", *words, *judge, "--limit", "96").out
    [run] = json.loads(cli("eval", *words, *judge, "--limit", "96", "--quiet", "--json").out)
    assert first["spent_by_role"]["judge"]["usage"]["output_tokens"] > 0
    spent = run["spent_by_role"]["judge"]["usage"]["output_tokens"]
    assert spent == pytest.approx(row["expected_judge_tokens"], rel=0.25)


def test_the_bound_includes_a_model_that_is_its_own_reward(plan, cli) -> None:
    [row] = json.loads(plan("--budget", "best@2:reward=judge", "--limit", "4", "--json").out)
    assert row["most_tokens"] == 4 * 2 * (2048 + 4 * 2048)
    [search] = json.loads(plan("--budget", "beam@2x2:reward=judge", "--json").out)
    assert search["most_tokens"] is None
    assert "unknown" in plan("--budget", "beam@2x2:reward=judge").out


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
        (("--power", "0.9", "--task", "thirds", "--budget", "greedy"), "--power needs"),
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
