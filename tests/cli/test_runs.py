"""`harness runs` and `harness db gc`."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def runs(stub_eval, cli):
    """The ids of two runs that share their samples, by budget."""
    stub_eval("--budget", "vote@{1,2}", "--quiet")
    return {run["budget"]: run["id"] for run in json.loads(cli("runs", "list", "--json").out)}


def test_runs_are_named_tagged_and_listed(cli, runs):
    assert cli("runs", "rename", runs["vote@2"][:10], "before the fix").code == 0
    assert cli("runs", "tag", "before the fix", "nightly", "old").code == 0
    assert cli("runs", "tag", "before the fix", "--remove", "old").code == 0
    [found] = json.loads(cli("runs", "list", "--tag", "nightly", "--json").out)
    assert (found["id"], found["name"], found["tags"]) == (
        runs["vote@2"],
        "before the fix",
        ["nightly"],
    )
    lines = cli("runs", "list").out.splitlines()
    assert len(lines) == 2
    assert [line for line in lines if "“before the fix” #nightly" in line]
    assert cli("runs", "list", "--tag", "old").out == "no runs match\n"


def test_a_run_is_removed_and_the_others_stay(cli, runs):
    shown = {run["budget"]: run for run in json.loads(cli("show", "--json").out)}
    assert "Permanently remove 1 run?" in cli("runs", "remove", runs["vote@2"]).err
    answer = cli("runs", "remove", runs["vote@2"], "--yes", "--json")
    removed = json.loads(answer.out)
    assert (removed["runs"], removed["attempts"]) == (1, 6)
    assert removed["moved"] > 0  # what vote@1 uses of them
    [left] = json.loads(cli("show", "--json").out)
    assert left["budget"] == "vote@1"
    for figure in ("charged", "metrics", "correct"):
        assert left[figure] == shown["vote@1"][figure]
    assert cli("db", "verify").code == 0
    assert json.loads(cli("db", "gc", "--json").out)["samples"] == 0


def test_names_that_lead_nowhere_are_refused(cli, runs):
    for words in (("rename", "nope", "x"), ("tag", "nope", "x"), ("remove", "nope", "--yes")):
        result = cli("runs", *words)
        assert result.code == 2
        assert "'nope': 0 runs" in result.err
    refused = cli("runs", "rename", runs["vote@1"], "two\nlines")
    assert (refused.code, "one line of text" in refused.err) == (2, True)
