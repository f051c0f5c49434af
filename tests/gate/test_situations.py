"""A team's first week: what may come to a gate of a served model, and what the team is then told.

A real server, the command itself, and a folder with rules and a baseline. Each situation ends with
its exit code, with a JUnit report on disk, and with a message that needs no documentation.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest

import harness
from harness.cli import main
from harness.gate.baseline import read_baseline, write_baseline
from harness.gate.sides import find_side
from harness.run.evaluate import evaluate

PLUGIN = Path(__file__).with_name("skilled_plugin.py")
PROBLEMS = 100
RULES = """
[gate]
baseline = "harness-baseline.txt"
[[gate.rules]]
metric = "accuracy"
margin = 0.15
[[gate.rules]]
metric = "tokens_per_problem"
margin = "20%"
"""
ONCE = ("--model-arg", "retries=0")


@pytest.fixture(scope="module")
def kept(tmp_path_factory, another_server):
    """The baseline file of a server that answers 90% right."""
    harness.load_plugin(PLUGIN)
    folder = tmp_path_factory.mktemp("reference")
    with another_server() as server:
        evaluate(server.spec, "echo", "greedy", db=folder / "x.sqlite", limit=PROBLEMS)
    write_baseline(folder / "b.txt", find_side(str(folder / "x.sqlite"), "task=echo"))
    return folder / "b.txt"


class Team(NamedTuple):
    """A folder, its server, and the command."""

    folder: Path
    server: object
    go: object

    @property
    def baseline(self):
        return self.folder / "harness-baseline.txt"

    def gate(self, *more, model=None):
        words = ["gate", "--run", "--junit", "gate.xml", "--quiet", "--plugin", PLUGIN]
        if "--model" not in more:
            words += ["--model", model or self.server.spec]
        return self.go(*words, *more)


@pytest.fixture
def team(server, kept, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "HARNESS_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    Path("harness.toml").write_text(RULES, "utf-8")
    Path("harness-baseline.txt").write_bytes(kept.read_bytes())

    def go(*words):
        monkeypatch.setattr(sys, "argv", ["harness", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        captured = capsys.readouterr()
        return stop.value.code, captured.out, captured.err

    return Team(tmp_path, server, go)


def report():
    """The JUnit file: how many tests there are, and what went wrong in them."""
    suite = ET.parse("gate.xml").getroot()[0]
    bad = [
        (e.tag, e.text) for case in suite.iter("testcase") for e in case if e.tag != "system-out"
    ]
    return len(suite.findall("testcase")), bad


def failed(said, code, pattern):
    """A gate without a verdict: one clear message, and the same in the report."""
    assert (said[0], said[1]) == (code, "")
    assert said[2].startswith("harness: ")
    assert "Traceback" not in said[2]
    assert re.search(pattern, said[2]), said[2]
    tests, [(tag, text)] = report()
    assert (tests, tag) == (1, "error")
    assert re.search(pattern, text)


def judged(said, code, *patterns):
    assert (said[0], said[2]) == (code, "")
    for pattern in patterns:
        assert re.search(pattern, said[1]), said[1]
    return report()


def test_no_change(team):
    said = team.gate()
    pattern = r"accuracy \d\d\.\d%, as before; may fall by 15 points"
    assert judged(
        said, 0, pattern, "canary: the server still seems to serve the model of", "gate: pass$"
    ) == (
        2,
        [],
    )


def test_a_small_change(team):
    team.server.skill = 0.88
    judged(team.gate(), 0, "gate: pass$")


def test_a_regression(team):
    team.server.skill = 0.3
    tests, bad = judged(
        team.gate(), 1, r"it got worse by at least", "canary: the model has changed since"
    )
    assert (tests, [tag for tag, _ in bad][:1]) == (2, ["failure"])
    flip = bad[0][1].split("\n\n")[1]
    assert re.match(r"p\d+: right before, wrong now\n--- before: .*\n--- now: Answer: -1$", flip)


def test_a_cost_that_doubled(team):
    team.server.words = 2
    _, bad = judged(team.gate(), 1, r"tokens per problem 10\.0, was 5\.0; may rise by 20%")
    assert [tag for tag, _ in bad if tag == "failure"]


def test_a_dead_server(team, another_server):
    with another_server() as other:
        spec = other.spec
    failed(team.gate(*ONCE, model=spec), 2, "check the URL, and that the server is running")


def test_a_server_that_dies_in_mid_run_and_comes_back(team):
    team.server.breaks(0, after=25)
    pattern = r"could not be evaluated: .*the connection broke(.|\n)*finished work is stored"
    failed(team.gate(*ONCE, "--fresh", "job 1"), 2, pattern)
    asked = team.server.count()
    assert asked > 25
    team.server.status = None
    judged(team.gate(*ONCE, "--fresh", "job 1"), 0, "gate: pass$")
    assert team.server.count() <= PROBLEMS - 20


class Refusal(NamedTuple):
    status: int
    said: str
    pattern: str
    words: tuple[str, ...] = ()


REFUSALS = {
    "401": Refusal(401, "bad key", r"answered 401: bad key\. check the key in OPENAI_API_KEY"),
    "402": Refusal(402, "pay", r"answered 402: pay\. The account has no credit left"),
    "429 storm": Refusal(
        429, "slow down", r"answered 429: slow down \(1 attempt\): try later", ONCE
    ),
    "500": Refusal(500, "oops", r"answered 500: oops \(1 attempt\): try later", ONCE),
    "time-out": Refusal(
        -1, "", "no reply in time", (*ONCE, "--model-arg", "timeout=0.3", "--concurrency", "4")
    ),
    "wrong model name": Refusal(404, "no such model", r"answered 404.*no model 'm' there"),
}


@pytest.mark.usefixtures("fast_clock")
@pytest.mark.parametrize("name", REFUSALS)
def test_a_server_that_refuses(team, name):
    case = REFUSALS[name]
    team.server.breaks(case.status, case.said)
    failed(team.gate(*case.words), 2, case.pattern)


def test_no_baseline_yet(team):
    team.baseline.unlink()
    failed(team.gate(), 2, "does not exist; `harness baseline save harness-baseline.txt")
    assert team.server.count() == 0


def test_a_baseline_with_merge_markers(team):
    text = team.baseline.read_text("utf-8").splitlines()
    text[9:9] = ["<<<<<<< HEAD", "=======", ">>>>>>> main"]
    team.baseline.write_text("\n".join(text), "utf-8")
    failed(team.gate(), 2, "an unresolved merge conflict")
    assert team.server.count() == 0


def test_problems_are_missing(team):
    pattern = (
        r"it has 30 problems, the other 100: take the same number, or evaluate the reference again"
    )
    failed(team.gate("--limit", "30"), 2, pattern)
    assert team.server.count() == 0


@pytest.mark.parametrize(
    ("fact", "value", "pattern"),
    [
        ("task_version", "0", r"has version 1 now and had 0 then: evaluate the reference again"),
        ("verifier", "math@1", r"were graded by math@1 and are now graded by math@\d+: .*regrade"),
        ("data", "other", r"the problems of echo.* are different now"),
        ("prompts", "other", "have different prompts"),
    ],
)
def test_what_is_measured_has_changed(team, fact, value, pattern):
    [run] = read_baseline(team.baseline)
    write_baseline(team.baseline, [replace(run, facts={**run.facts, fact: value})])
    failed(team.gate(), 2, pattern)
    assert team.server.count() == 0


def test_a_report_that_cannot_be_written(team):
    said = team.gate("--gitlab", "nowhere/gl.json")
    failed(said, 2, r"the report nowhere/gl\.json cannot be written: No such file or directory")
    assert team.server.count() == 0


def test_two_models(team, another_server):
    with another_server() as other:
        other.skill = 0.3
        said = team.gate("--model", team.server.spec, "--model", other.spec)
    tests, bad = judged(said, 1, "gate: regressed$", "(?m)^pass ", "(?m)^regressed ")
    assert (tests, bad[0][0]) == (4, "failure")


def test_a_stale_store(team):
    """The cache of yesterday's gate holds all samples; today the server is another."""
    judged(team.gate("--fresh", "yesterday"), 0)
    assert team.server.count() > 0
    team.server.skill = 0.3
    judged(team.gate("--fresh", "today"), 1, "gate: regressed$")
    assert team.server.count() > 0


def test_stopped_by_hand(team, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("harness.gate.api.run_staged_gate", interrupt)
    code, _, err = team.gate()
    assert (code, err) == (
        130,
        "\nstopped; all finished work is stored. Run the same command again to resume.\n",
    )
    assert report()[1][0][0] == "error"
