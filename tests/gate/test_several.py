"""Several models in one gate, each against its own baseline, and baselines measured anew."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from harness import evaluate, load_plugin
from harness.cli import main
from harness.core.registry import find
from harness.gate.baseline import read_baseline, write_baseline
from harness.gate.sides import find_side

PLUGIN = str(Path(__file__).with_name("skilled_plugin.py"))
RULES = '[gate]\nbaseline = "b.txt"\n[[gate.rules]]\nmetric = "accuracy"\nmargin = 0.3\n'
LIMIT = 60


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """A folder with rules, a baseline of one model of 90%, and the store that it is from."""
    folder = tmp_path_factory.mktemp("reference")
    db = folder / "harness.sqlite"
    load_plugin(PLUGIN)
    evaluate("skilled:90", "echo", "greedy", limit=LIMIT, db=db)
    write_baseline(folder / "b.txt", find_side(str(db), "task=echo"))
    (folder / "harness.toml").write_text(RULES, "utf-8")
    return folder


@pytest.fixture
def cli(capsys, monkeypatch, tmp_path, reference):
    """The command, in a copy of that folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)

    def go(*words):
        monkeypatch.setattr(sys, "argv", ["harness", *map(str, words), "--plugin", PLUGIN])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        captured = capsys.readouterr()
        return stop.value.code, captured.out, captured.err

    shutil.copytree(reference, tmp_path, dirs_exist_ok=True)
    return go


def evaluated(go, skill, limit=LIMIT):
    words = ("eval", "-m", f"skilled:{skill}", "-t", "echo", "-b", "greedy", "--limit", limit)
    return go(*words, "--quiet")[0]


def gated(go, *models, more=()):
    words = [word for model in models for word in ("--model", model)]
    return go("gate", "--run", *words, "--quiet", *more)


def test_the_worst_of_several_models_is_the_gate_s_verdict(cli):
    code, out, _ = gated(cli, "skilled:90", "skilled:20", more=("--json", "--junit", "g.xml"))
    said = json.loads(out)
    assert (code, said["verdict"]) == (1, "regressed")
    verdicts = {one["run"].split(" / ")[0]: one["verdict"] for one in said["results"]}
    assert verdicts == {"skilled-90": "pass", "skilled-20": "regressed"}
    assert [note.split(": ")[0] for note in said["notes"]] == ["skilled:90", "skilled:20"]
    suite = ET.parse("g.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    code, out, _ = gated(cli, "skilled:90", "skilled:91")
    assert code == 0
    assert out.splitlines()[-1] == "gate: pass"


def test_one_model_that_cannot_be_judged_hides_no_other(cli):
    broken = f"skilled:85-fail{find('models', 'skilled').calls + 1}"
    code, _, err = gated(cli, broken, "skilled:20", more=("--junit", "g.xml"))
    assert code == 2
    said = err.splitlines()
    assert said[0].startswith(f"harness: {broken}: skilled-85 / echo / greedy: ")
    assert "the server hung up" in said[0]
    assert said[-1] == "skilled:20: regressed"
    error = ET.parse("g.xml").find("testsuite/testcase/error")
    assert error.get("type") == "model"


def test_each_model_may_have_a_baseline_of_its_own(cli):
    assert evaluated(cli, 50) == 0
    assert cli("baseline", "update", "b.txt", "model=skilled-90", "model=skilled-50")[0] == 0
    assert {run.model for run in read_baseline(Path("b.txt"))} == {"skilled-50", "skilled-90"}
    code, out, _ = gated(cli, "skilled:90", "skilled:50", more=("--json",))
    assert (code, json.loads(out)["verdict"]) == (0, "pass")
    code, _, err = cli("baseline", "update", "b.txt", "model=skilled-90", "model=skilled-90")
    assert code == 2
    assert "two runs of skilled-90" in err


def test_update_puts_another_model_in_the_place_of_the_only_one(cli):
    assert evaluated(cli, 95) == 0
    code, out, _ = cli("baseline", "update", "b.txt", "model=skilled-95")
    assert code == 0
    assert "by skilled-90; of 60 problems in both" in out
    assert [run.model for run in read_baseline(Path("b.txt"))] == ["skilled-95"]


def test_renew_makes_a_baseline_larger_and_asks_only_for_what_is_new(cli):
    code, out, _ = cli(
        *("baseline", "renew", "b.txt", "--model", "skilled:90", "--limit", 90, "--quiet")
    )
    assert code == 0
    assert "of 90 problems; was" in out
    assert "of 60 problems in both, 0 changed from right to wrong and 0 from wrong to right" in out
    [run] = read_baseline(Path("b.txt"))
    assert (run.planned, len(run.outcomes)) == (90, 90)
    code, _, err = cli("baseline", "renew", "b.txt")
    assert (code, err) == (
        2,
        "harness: name the reference model with --model\n",
    )


def test_renew_leaves_the_file_where_a_problem_failed(cli):
    before = Path("b.txt").read_bytes()
    broken = f"skilled:85-fail{find('models', 'skilled').calls + 5}"
    code, _, err = cli("baseline", "renew", "b.txt", "--model", broken, "--quiet")
    assert code == 1
    assert "b.txt is unchanged" in err
    assert Path("b.txt").read_bytes() == before
