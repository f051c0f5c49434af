"""`harness eval`: output, exit codes, interruption."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.core import DataSource
from harness.tasks.traps import Traps

PLUGIN = str(Path(__file__).parents[1] / "run" / "stub_plugin.py")


def test_the_table_and_the_progress(stub_eval):
    result = stub_eval("--budget", "vote@{1,4}")
    assert result.code == 0
    assert "vote@1" in result.out
    assert "vote@4" in result.out
    assert "thirds: 12 attempts" in result.err
    assert "tok/s" in result.err
    assert "accuracy" in result.err


def test_one_command_evaluates_and_writes_the_leaderboard(stub_eval, tmp_path):
    result = stub_eval("--budget", "greedy", "--quiet", "--site", str(tmp_path / "board"))
    assert result.code == 0
    assert "pages for 1 run," in result.out
    assert "thirds" in (tmp_path / "board" / "index.html").read_text("utf-8")


def test_it_says_what_was_asked_and_what_the_store_had(stub_eval):
    assert "24 samples generated, 0 from the store" in stub_eval("--budget", "vote@4").err
    assert "24 samples generated, 24 from the store" in stub_eval("--budget", "vote@8").err
    assert "0 samples generated, 48 from the store" in stub_eval("--budget", "vote@{2,8}").err


def test_json_has_the_promised_fields(stub_eval, cli):
    result = stub_eval("--budget", "think@{0,16}", "--budget", "sample@4", "--json", "--quiet")
    evaluated = json.loads(result.out)
    shown = json.loads(cli("show", "--plugin", PLUGIN, "--json").out)
    assert sorted(r["id"] for r in evaluated) == sorted(r["id"] for r in shown)
    for run in shown:
        assert run["model"] == "stub"
        assert run["task"] == "thirds"
        assert run["problems"] == 6
        assert sum(run["verdicts"].values()) == pytest.approx(6)
        assert run["correct"] == pytest.approx(run["metrics"]["accuracy"]["value"] * 6)
        assert 0 <= run["metrics"]["accuracy"]["low"] <= run["metrics"]["accuracy"]["value"]
        assert run["metrics"]["accuracy"]["value"] <= run["metrics"]["accuracy"]["high"] <= 1
        for ledger in ("charged", "spent"):
            for tokens in ("prompt_tokens", "output_tokens", "reasoning_tokens"):
                assert run[ledger][tokens] >= 0
        assert run["calls"] >= 0


def test_a_dry_run_runs_nothing(stub_eval, tmp_path):
    result = stub_eval("--budget", "vote@{2,4}:max=50", "--dry-run", "--json")
    [row] = json.loads(result.out)
    assert row["budgets"] == ["vote@2:max=50", "vote@4:max=50"]
    assert (row["problems"], row["attempts"], row["stored"]) == (6, 12, 0)
    assert row["most_tokens"] == 6 * 4 * 50
    assert not list(tmp_path.glob("*.sqlite*"))
    stub_eval("--budget", "vote@{2,4}:max=50", "--quiet")
    [row] = json.loads(stub_eval("--budget", "vote@4:max=50", "--dry-run", "--json").out)
    assert row["stored"] == 6
    assert row["most_tokens"] == 0


def test_a_reached_limit_is_exit_code_1_and_says_how_to_go_on(stub_eval):
    result = stub_eval("--budget", "vote@4:max=20", "--max-tokens", "200")
    assert result.code == 1
    assert "limit of this command was reached" in result.err
    assert "unfinished" in result.out
    assert stub_eval("--budget", "vote@4:max=20").code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--budget", "vot@4"], "did you mean 'vote'"),
        (["--budget", "vote@0"], "at least one sample"),
        (["--budget", "beam@4x8:reward=steps"], "as beam@8x8"),
        (["--budget", "best@4"], "needs a reward"),
        (["--budget", "best@4:reward=hf:nowhere"], "no such folder"),
        ([], "no budget given"),
        (["--budget", "greedy", "--task", "thirdz"], "did you mean 'thirds'"),
        (["--budget", "greedy", "--model", "stb:x"], "did you mean 'stub'"),
        (["--budget", "greedy", "--model", "onnx:tiny-z"], "tiny-s"),
        (["--budget", "greedy", "--model", "openai:x@ftp://y"], "begins with http://"),
        (["--budget", "greedy", "--model-arg", "x"], "write key=value"),
        (["--budget", "greedy", "--limit", "0"], "at least 1"),
        (["--budget", "greedy", "--limit", "9" * 20], "at most"),
        (["--budget", "greedy", "--max-usd", "1"], "--price"),
        (["--budget", "greedy", "--max-usd", "nan", "--price", "1,1"], "above 0"),
        (["--budget", "greedy", "--max-usd", "0", "--price", "1,1"], "above 0"),
        (["--budget", "greedy usd<=1"], "--price"),
        (["--budget", "greedy", "--price", "cheap"], "INPUT,OUTPUT"),
        (["--budget", "greedy", "--plugin", "nowhere.py"], "no such Python file"),
        (["--budget", "greedy", "--db", "."], "is a folder"),
        (["--budget", "greedy", "--task", "gsm8k", "--data-dir", "nowhere"], "no such folder"),
        (["--budget", "greedy", "--concurrency", "0"], "at least 1"),
        (["--budget", "greedy", "--nosuch"], "No such option"),
        (["--budget", "greedy", "--site", "board", "--dry-run"], "--site cannot be combined"),
    ],
)
def test_bad_input_is_one_clear_message_and_exit_code_2(stub_eval, words, message):
    result = stub_eval(*words)
    assert result.code == 2
    assert message in result.err
    assert "Traceback" not in result.err
    assert result.out == ""


def test_an_engine_that_breaks_calls_off_leaves_no_silent_success(cli, tmp_path):
    (tmp_path / "broken.py").write_text(
        "import asyncio, harness, sys\n"
        "def build(spec):\n"
        "    def fail(request, call):\n"
        "        if call > 3: raise asyncio.CancelledError\n"
        "    backend = sys.modules['harness_stub'].StubBackend()\n"
        "    backend.fail = fail\n"
        "    return backend\n"
        "harness.register('models', 'breaks', build)\n"
    )
    words = ["eval", "--plugin", PLUGIN, "--plugin", "broken.py", "--task", "thirds"]
    words += ["--limit", "6", "--budget", "greedy"]
    result = cli(*words, "--model", "breaks:x")
    assert result.code == 1
    assert "broken.py, line 4): CancelledError" in result.err
    assert cli(*words, "--model", "stub:x").code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_stops_cleanly_and_the_same_command_goes_on(cli, tmp_path, number):
    db = tmp_path / "i.sqlite"
    words = ["eval", "--plugin", PLUGIN, "--model", "stub:x"]
    words += ["--task", "thirds", "--limit", "40", "--budget", "vote@8", "--db", str(db)]
    held = {**os.environ, "HARNESS_STUB_HOLD_AT": "9"}  # it cannot end before the signal
    # As a shell script's background job: it inherits SIGINT ignored.
    start = [sys.executable, "-m", "harness"]
    script = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *start, *words]
    with subprocess.Popen(script, stderr=subprocess.PIPE, text=True, env=held) as process:
        for line in process.stderr:
            if "attempts" in line:  # it has begun
                break
        process.send_signal(number)
        _, rest = process.communicate()
    assert process.returncode == 130
    assert "Run the same command again to resume" in rest
    assert "Traceback" not in rest
    again = cli(*words, "--quiet", "--json")
    assert again.code == 0
    assert json.loads(again.out)[0]["status"] == "complete"


def test_a_fresh_seed_is_compared_with_the_public_one(cli):
    words = ["eval", "--plugin", PLUGIN, "-m", "stub:x", "-t", "arithmetic", "-b", "greedy",
             "--limit", "5", "--quiet", "--fresh-seed"]  # fmt: skip
    found = json.loads(cli(*words, "9", "--json").out)
    assert [run["task"] for run in found["runs"]] == ["arithmetic", "arithmetic:seed=9"]
    [one] = found["contamination"]
    assert one["fresh_task"] == "arithmetic:seed=9"
    sides = one["public"]["value"] - one["fresh"]["value"]
    assert one["difference"]["value"] == pytest.approx(sides)
    assert one["difference"]["low"] <= sides <= one["difference"]["high"]
    table = cli(*words, "9")
    assert "public - fresh [95%]" in table.out
    shown = json.loads(cli("show", "--task", "arithmetic", "--json").out)
    assert [run["task"] for run in shown] == ["arithmetic"]  # the public one can be named
    picture = ("curve", "--task", "arithmetic", "--svg", "public.svg")
    assert cli(*picture).code == 0
    shown = json.loads(cli("show", "--task", "arithmetic:seed=9", "--json").out)
    assert [run["task"] for run in shown] == ["arithmetic:seed=9"]
    drawn = cli(*words)
    assert drawn.code == 0
    assert "fresh seed " in drawn.err
    for bad, message in (("x", "whole number"), ("0", "other than the public one")):
        result = cli(*words, bad)
        assert (result.code, message in result.err) == (2, True)


def test_a_judge_is_asked_about_the_answers_to_flawed_problems(cli, stub_eval):
    words = ["--limit", "12", "--budget", "greedy", "--judge", "stub:judge", "--json", "--quiet"]
    result = cli("eval", "--plugin", PLUGIN, "--model", "stub:x", "--task", "traps", *words)
    [run] = json.loads(result.out)
    flawed = [p for p in Traps().load(DataSource(limit=12)) if p.gold is None]
    assert "judge" in run["verifier"]
    lines = [run["metrics"][f"pair_score/{name}"] for name in ("never flags", "always flags")]
    assert [line["value"] for line in lines] == [0.5, 0.5]
    table = cli("show", "--task", "traps").out
    assert "pair score [95%]" in table
    assert "give 50% at best" in table
    assert run["verdicts"]["ungraded"] == len(flawed) > 0  # the stub's digits are no verdicts
    assert (result.code, "are ungraded" in result.err) == (1, True)

    result = stub_eval("--budget", "greedy", "--judge", "stub:judge", "--db", "other.sqlite")
    assert (result.code, "no task of thirds uses a judge" in result.err) == (2, True)
    assert not Path("other.sqlite").exists()
