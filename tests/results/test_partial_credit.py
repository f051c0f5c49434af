"""A verifier with partial credit, from the command to every figure that is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import cli
from harness.core import HarnessError, Status, Verdict
from harness.verifiers.worker import _checked


def plugin_file(folder: Path) -> Path:
    """A verifier that gives the share of the gold's words that stand in the answer."""
    file = folder / "words.py"
    file.write_text(
        "from harness.core import Status, Verdict, registry\n"
        "class Words:\n"
        "    name, version = 'words', '1'\n"
        "    def verify(self, response, problem, *, truncated=False):\n"
        "        wanted = set(problem.gold.split())\n"
        "        share = len(wanted & set(response.split())) / len(wanted)\n"
        "        status = Status.CORRECT if share == 1 else Status.WRONG\n"
        "        return Verdict(status=status, answer=response, key=response, score=share)\n"
        "class Colours:\n"
        "    name, version, summary = 'colours', '1', 'three colours'\n"
        "    def load(self, source):\n"
        "        from harness.core import Problem\n"
        "        return [Problem(id=str(i), question='Colours?', gold='red green blue grey')\n"
        "                for i in range(4)]\n"
        "    def prompt(self, problem):\n"
        "        from harness.core import Message, Prompt\n"
        "        return Prompt((Message('user', problem.question + problem.id),))\n"
        "    def verifier(self):\n"
        "        from harness.core import VerifierSpec\n"
        "        return VerifierSpec('words')\n"
        "    def metrics(self, scored):\n"
        "        return {}\n"
        "registry.register('verifiers', 'words', Words)\n"
        "registry.register('tasks', 'colours', Colours)\n"
    )
    return file


ANSWERS = [  # shares of the gold's four words: mean score of a problem's two answers
    ["red green blue grey", "red"],  # 1, 0.25
    ["red green", "nothing"],  # 0.5, 0
    ["red green blue", "red green blue"],  # 0.75, 0.75
    ["nothing", "nothing"],  # 0, 0
]


@pytest.fixture
def db(tmp_path: Path) -> tuple[Path, Path]:
    file = plugin_file(tmp_path)
    outputs = tmp_path / "outputs.jsonl"
    rows = [{"problem": str(i), "text": text} for i, both in enumerate(ANSWERS) for text in both]
    outputs.write_text("".join(json.dumps(row) + "\n" for row in rows))
    base = tmp_path / "runs.sqlite"
    run = ["import", str(outputs), "--plugin", str(file), "--task", "colours", "--model", "m"]
    result = CliRunner().invoke(cli, [*run, "-b", "sample@2", "-b", "vote@1", "--db", str(base)])
    assert result.exit_code == 0, result.output
    return base, file


def shown(db: tuple[Path, Path], command: str, *more: str) -> object:
    base, file = db
    args = [command, "--db", str(base), "--plugin", str(file), "--json", *more]
    result = CliRunner().invoke(cli, args)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_accuracy_is_the_mean_score_and_coverage_the_best(db: tuple[Path, Path]) -> None:
    runs = {run["budget"]: run for run in shown(db, "show")}
    mean = (0.625 + 0.25 + 0.75 + 0) / 4
    best = (1 + 0.5 + 0.75 + 0) / 4
    assert runs["vote@1"]["metrics"]["accuracy"]["value"] == pytest.approx(mean)
    assert runs["sample@2"]["metrics"]["accuracy"]["value"] == pytest.approx(best)
    assert runs["sample@2"]["metrics"]["pass@1"]["value"] == pytest.approx(mean)
    assert runs["sample@2"]["metrics"]["pass@2"]["value"] == pytest.approx(best)


def test_a_curve_is_of_scores_and_nothing_is_fitted_to_counts(db: tuple[Path, Path]) -> None:
    base, file = db
    found = shown(db, "curve")
    values = {(point["curve"], point["size"]): point["accuracy"] for point in found["points"]}
    assert values["pass@k", 1] == pytest.approx(0.40625)
    assert values["pass@k", 2] == pytest.approx(0.5625)
    fit = CliRunner().invoke(cli, ["curve", "--db", str(base), "--plugin", str(file), "--fit"])
    assert isinstance(fit.exception, HarnessError)
    assert "partial credit" in str(fit.exception)


@pytest.mark.parametrize(
    ("score", "status"), [(1.5, "wrong"), (0.5, "correct"), (1.0, "wrong"), (float("nan"), "wrong")]
)
def test_a_score_that_does_not_fit_its_status_is_ungraded(score: float, status: str) -> None:
    verdict = _checked("odd", object(), Verdict(status=Status(status), score=score))
    assert verdict.status is Status.UNGRADED
    assert "score" in verdict.reason
