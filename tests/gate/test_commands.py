"""`harness compare`, `baseline` and `gate` as CI calls them, on a counting stand-in."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from harness import evaluate, load_plugin
from harness.cli import main

PLUGIN = str(Path(__file__).parents[1] / "run" / "stub_plugin.py")


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """The store that the commands begin with."""
    db = tmp_path_factory.mktemp("evaluated") / "harness.sqlite"
    load_plugin(PLUGIN)
    evaluate("stub:x", "thirds", ["vote@{1,4}", "sample@4"], db=db)
    return db


@pytest.fixture
def cli(capsys, monkeypatch, tmp_path, evaluated):
    monkeypatch.chdir(tmp_path)
    shutil.copy(evaluated, tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)

    def go(*words):
        monkeypatch.setattr(sys, "argv", ["harness", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        captured = capsys.readouterr()
        return stop.value.code, captured.out, captured.err

    return go


def rules(text):
    Path("harness.toml").write_text('[gate]\nbaseline = "b.txt"\n' + text, "utf-8")


def test_compare(cli):
    code, out, _ = cli("compare", "budget=vote@1", "budget=vote@4", "--json", "--plugin", PLUGIN)
    assert code == 0
    [found] = json.loads(out)
    assert found["tokens"]["value"] == pytest.approx(30)
    assert found["measure"] == "accuracy"
    code, out, _ = cli("compare", "budget=vote@1", "budget=vote@4")
    assert code == 0
    assert "harness show --samples" in out
    assert cli("compare", "budget=vote@1", "budget=sample@4")[0] == 2
    code, _, err = cli("compare", "zzz", "budget=vote@1")
    assert code == 2
    assert "0 runs have that name or prefix, and it is not a baseline file" in err


def test_a_gate_in_ci(cli, monkeypatch, tmp_path):
    assert cli("baseline", "save", "b.txt", "budget=vote@4")[0] == 0
    assert cli("baseline", "save", "b.txt", "budget=vote@4")[0] == 2
    assert cli("baseline", "update", "b.txt", "budget=vote@1")[0] == 0
    assert cli("baseline", "show", "b.txt")[1].count("stub / thirds") == 2
    rules('[[gate.rules]]\nmetric = "accuracy"\nmargin = 0.32\n')
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    code, out, err = cli("gate", "budget=vote@4", "--junit", "gate.xml", "--comment", "c.md")
    assert (code, err) == (0, "")
    assert Path("c.md").read_text("utf-8").startswith("### ✅ harness gate: pass")
    assert "flaky" in out
    assert "| pass |" in (tmp_path / "summary.md").read_text("utf-8")
    rules('[[gate.rules]]\nmetric = "accuracy"\nmargin = 0.01\n')
    assert cli("gate", "budget=vote@4")[0] == 3
    assert cli("gate", "budget=vote@4", "--inconclusive", "pass")[0] == 0
    assert cli("gate", "budget=vote@4", "--inconclusive", "fail")[0] == 1
    rules('[[gate.rules]]\nmetric = "accuracy"\nmin = 0.95\n')
    code, out, err = cli("gate", "budget=vote@4", "--json")
    assert code == 1
    assert json.loads(out)["verdict"] == "regressed"
    assert err.startswith("::error ")


def test_without_a_verdict_every_report_says_why(cli, monkeypatch, tmp_path):
    """Exit 2 leaves JUnit, GitLab's report, the step summary, an annotation and JSON behind."""
    rules('[[gate.rules]]\nmetric = "accuracy"\nmargin = 0.32\n')
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    words = ("gate", "budget=vote@4", "--junit", "gate.xml", "--gitlab", "gl.json", "--json")
    code, out, err = cli(*words)
    assert code == 2
    assert json.loads(out)["cause"] == "data"
    said = "does not exist"
    assert said in json.loads(out)["message"]
    assert said in ET.parse("gate.xml").find("testsuite/testcase/error").get("message")
    assert json.loads(Path("gl.json").read_text("utf-8"))[0]["severity"] == "blocker"
    assert said in (tmp_path / "summary.md").read_text("utf-8")
    assert err.splitlines()[-1].startswith("::error file=harness.toml,line=1,")


def test_a_report_that_cannot_be_written_is_told_before_the_gate(cli):
    rules('[[gate.rules]]\nmetric = "accuracy"\nmin = 0.01\n')
    code, out, err = cli("gate", "budget=vote@4", "--junit", "nowhere/gate.xml")
    assert (code, out) == (2, "")
    said = "the report nowhere/gate.xml cannot be written: No such file or directory"
    assert err == f"harness: {said}\n"


def test_annotations_name_files_from_the_repository_s_root(cli, monkeypatch, tmp_path):
    assert cli("baseline", "save", "b.txt", "budget=vote@4")[0] == 0
    rules('[[gate.rules]]\nmetric = "accuracy"\nmin = 0.95\n')
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "eval"
    folder.mkdir()
    for name in ("b.txt", "harness.toml", "harness.sqlite"):
        (tmp_path / name).rename(folder / name)
    monkeypatch.chdir(folder)
    code, _, err = cli("gate", "budget=vote@4")
    assert code == 1
    assert err.startswith("::error file=eval/harness.toml,line=3,")


def test_what_is_wrong_is_one_line_and_exit_code_2(cli):
    rules('[[gate.rules]]\nmetric = "accuracy"\nmargin = 0.32\n')
    for prepare in (lambda: None, lambda: Path("b.txt").write_text("", "utf-8")):
        prepare()
        code, _, err = cli("gate", "budget=vote@4")
        assert code == 2
        assert err.startswith("harness: baseline b.txt")
        assert err.count("\n") == 1
    Path("b.txt").unlink()
    assert cli("baseline", "save", "b.txt", "budget=vote@1")[0] == 0
    code, _, err = cli("gate", "budget=vote@4")
    assert (code, err.count("\n")) == (2, 1)
    assert "0 runs for thirds under vote@4" in err
