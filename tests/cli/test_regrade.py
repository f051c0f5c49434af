"""`harness regrade`: a judge's options, and agreement with labels by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PLUGIN = str(Path(__file__).parents[1] / "run" / "stub_plugin.py")


@pytest.fixture
def samples(stub_eval, cli):
    """The samples of a run of `vote@2` on six problems."""
    [run] = json.loads(stub_eval("--budget", "vote@2", "--quiet", "--json").out)
    return json.loads(cli("show", "--samples", run["id"], "--json").out)


def test_agreement_with_labels_is_printed(samples, cli, tmp_path: Path) -> None:
    rows = [{"id": s["id"], "correct": s["verdict"]["status"] == "correct"} for s in samples]
    rows[0]["correct"] = not rows[0]["correct"]
    rows.append({"problem": "nowhere", "correct": True})
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ("regrade", "--plugin", PLUGIN, "--labels", "labels.jsonl")
    shown = cli(*words).out
    assert "math@" in shown
    assert f"agrees with {len(samples) - 1} of {len(samples)} labels: Cohen's kappa" in shown
    [found] = json.loads(cli(*words, "--json").out)["agreement"]
    assert found["labelled"] == len(samples)
    assert found["kappa"]["low"] < found["kappa"]["value"] < 1


def test_statuses_and_places_name_samples_too(samples, cli, tmp_path: Path) -> None:
    rows = [
        {"problem": s["problem"]["id"], "index": s["index"], "status": s["verdict"]["status"]}
        for s in samples
    ]
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ("regrade", "--plugin", PLUGIN, "--labels", "labels.jsonl", "--json")
    [found] = json.loads(cli(*words).out)["agreement"]
    assert found["agreeing"] == found["labelled"] == len(samples)
    assert found["kappa"]["value"] == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "no label in it"),
        ("{", "line 1: not JSON"),
        ("[1]", "line 1: write"),
        ('{"id": "x"}', "is one of correct, "),
        ('{"id": "x", "correct": true}', "none matches a sample"),
    ],
)
def test_bad_labels_are_one_line(samples, cli, tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "labels.jsonl").write_text(line)
    result = cli("regrade", "--plugin", PLUGIN, "--labels", "labels.jsonl")
    assert (result.code, message in result.err) == (2, True)
    assert "Traceback" not in result.err


@pytest.mark.parametrize("option", ["--judge-votes", "--judge-arg", "--judge-max-output-tokens"])
def test_a_judges_options_need_a_judge(samples, cli, option: str) -> None:
    result = cli("regrade", "--plugin", PLUGIN, option, "k=1" if "arg" in option else "3")
    assert (result.code, f"{option} goes with --judge MODEL" in result.err) == (2, True)
