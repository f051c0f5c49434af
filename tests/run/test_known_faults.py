"""Problems with known faults: in unless told, both figures shown, and left out as another row."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import cli
from harness.core import TaskSpec
from harness.run.evaluate import evaluate
from harness.run.plan import load_task
from harness.tasks import _faults

WRONG = "Which is larger, 9.8 or 9.11?"


@pytest.fixture
def quiz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A table of questions, one of which has a wrong answer that is known."""
    file = tmp_path / "quiz.csv"
    rows = [f'"Which is larger, {n}.8 or {n}.11?",{n}.8' for n in range(1, 9)]
    file.write_text("\n".join(["question,answer", *rows, f'"{WRONG}",9.11']) + "\n")
    fault = _faults.Fault(
        question=_faults.fingerprint(WRONG), row=8, published="9.11",
        right="9.8", reason="9.8 is larger", source="arithmetic",
    )  # fmt: skip
    know(monkeypatch, fault)
    return str(file)


def know(monkeypatch: pytest.MonkeyPatch, *faults: _faults.Fault) -> None:
    known = _faults.Known(tasks=("quiz.csv",), faults={one.question: one for one in faults})
    monkeypatch.setattr(_faults, "_read", lambda: (known,))


def run(*words: str) -> str:
    result = CliRunner().invoke(cli, [*words, "--db", "t.sqlite"])
    assert result.exit_code == 0, result.output
    return result.output


def test_both_figures_are_shown_and_excluding_is_another_row(
    quiz: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("eval", "--task", quiz, "--budget", "greedy", "--max-output-tokens", "48", "--quiet")
    told = run(*words)
    with_it = json.loads(run("show", "--json"))
    [report] = with_it
    figures = report["metrics"]
    assert figures["accuracy"]["n"] == 9
    assert figures["gold=undisputed"]["n"] == 8
    right = round(figures["accuracy"]["value"] * 9)
    assert figures["gold=undisputed"]["value"] == pytest.approx(right / 8)  # 9.11 is never said
    assert ("without 1 known wrong answer of the data" in told) is (right > 0)
    asked = run(*words, "--exclude-known-faults")
    assert ("quiz.csv:faults=excluded: 1 problem with known faults left out "
            "(1 with a wrong answer), 8 are asked") in asked  # fmt: skip
    rows = {one["task"]: one for one in json.loads(run("show", "--json"))}
    assert set(rows) == {"quiz.csv", "quiz.csv:faults=excluded"}
    left = rows["quiz.csv:faults=excluded"]
    assert left["problems"] == 8
    assert left["metrics"]["accuracy"]["value"] == figures["gold=undisputed"]["value"]
    assert left["spent"]["output_tokens"] is None or not left["calls"]  # samples are shared
    assert "--exclude-known-faults" in left["manifest"]["command"]
    assert "faults=excluded" not in left["manifest"]["command"]


def test_the_forecast_says_it_too(quiz: str, tmp_path: Path) -> None:
    db = str(tmp_path / "t.sqlite")
    for words in (["plan"], ["eval", "--dry-run"]):
        result = CliRunner().invoke(cli, [*words, "--task", quiz, "--budget", "greedy",
                                          "--exclude-known-faults", "--db", db])  # fmt: skip
        assert result.exit_code == 0, result.output
        assert "1 problem with known faults left out" in result.output


def test_where_no_fault_is_known_the_row_is_the_same(quiz: str, tmp_path: Path) -> None:
    spec = TaskSpec.parse("arithmetic")
    assert load_task(spec, limit=5, sound=True).spec == load_task(spec, limit=5).spec
    one, other = (
        evaluate("onnx:tiny-s", "arithmetic", "greedy", limit=3, max_output_tokens=16,
                 exclude_known_faults=sound, db=tmp_path / "t.sqlite").reports[0].id
        for sound in (True, False)
    )  # fmt: skip
    assert one == other


def test_a_run_without_them_is_graded_again_submitted_and_asked_for_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [{"question": f"What is {n} + 1?", "answer": f"x\n#### {n + 1}"} for n in range(6)]
    (tmp_path / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    mark = _faults.fingerprint("What is 3 + 1?")
    fault = _faults.Fault(
        kind="question", question=mark, row=3, reason="ambiguous", source="its readers"
    )
    known = _faults.Known(tasks=("gsm8k",), faults={mark: fault})
    monkeypatch.setattr(_faults, "_read", lambda: (known,))
    words = ("--budget", "greedy", "--max-output-tokens", "16", "--data-dir", ".", "--quiet")
    told = run("eval", "--task", "gsm8k", *words, "--exclude-known-faults")
    assert "1 with an ambiguous or badly posed question" in told
    [report] = json.loads(run("show", "--json"))
    assert (report["task"], report["problems"]) == ("gsm8k:faults=excluded", 5)
    run("eval", "--task", "gsm8k:faults=excluded", *words)
    assert [one["id"] for one in json.loads(run("show", "--json"))] == [report["id"]]
    run("regrade")
    run("submit", report["id"], "--out", "own.zip")
    checked = CliRunner().invoke(cli, ["site", "check-submission", "own.zip", "--data-dir", "."])
    assert checked.exit_code == 0, checked.output
