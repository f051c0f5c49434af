"""LiveBench's mathematics from rows of our making in its authors' schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness.cli import cli
from harness.core import DataError, DataSource, Problem, Scored, Status, registry
from harness.tasks.livebench.verifier import LivebenchMathVerifier, distance, numbers_in

CHOICES = r"Which? $\textbf{(A) } 12 \qquad\textbf{(B) } 34 \qquad\textbf{(C) } 56$"
ROWS: list[dict[str, Any]] = [
    {"question_id": "a1", "category": "math", "task": "math_comp", "subtask": "amc",
     "turns": [CHOICES], "ground_truth": "B", "livebench_release_date": "2024-06-24"},
    {"question_id": "a2", "category": "math", "task": "math_comp", "subtask": "aime",
     "turns": ["How many? Three digits."], "ground_truth": "033",
     "livebench_release_date": "2024-11-25"},
    {"question_id": "a3", "category": "math", "task": "olympiad", "subtask": "imo",
     "turns": ["Fill in <missing 1> ..."], "ground_truth": "3,1,2,4",
     "livebench_release_date": "2024-11-25"},
    {"question_id": "a4", "category": "math", "task": "AMPS_Hard", "subtask": "",
     "turns": ["Factor."], "ground_truth": "(x-1) (x+2)", "livebench_release_date": "2024-06-24"},
]  # fmt: skip


def load(tmp_path: Path, rows: list[dict[str, Any]], **options: str) -> dict[str, Problem]:
    (tmp_path / "question.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    task = registry.make("tasks", "livebench-math")
    return {p.id: p for p in task.load(DataSource(data_dir=tmp_path, options=options))}


@pytest.mark.parametrize(
    ("row", "response", "score"),
    [
        ("a1", "So BBBBB.", 1), ("a1", "<solution>B</solution>", 1), ("a1", r"\boxed{\text{B}}", 1),
        ("a1", "the result is 34", 1), ("a1", "CCCCC", 0), ("a1", r"\boxed{A}", 0),
        ("a2", "The answer is 033.", 1), ("a2", "033 " + "x" * 60, 0), ("a2", "It is 034.", 0),
        ("a3", "Answer: 3,1,2,4", 1), ("a3", "**Answer:**\n3, 1, 4, 2", 0.5),
        ("a3", "Answer: 3,1,2", 0.75), ("a3", r"\boxed{3,1,2,4}", 1), ("a3", "Answer: 9,8,7,6", 0),
        ("a4", r"\boxed{(x+2)(x-1)}", 1), ("a4", r"\boxed{x^2+x+2}", 0),
    ],
)  # fmt: skip
def test_each_kind_is_judged_by_its_rule(
    tmp_path: Path, row: str, response: str, score: float
) -> None:
    verdict = LivebenchMathVerifier().verify(response, load(tmp_path, ROWS)[row])
    found = float(verdict.status is Status.CORRECT) if verdict.score is None else verdict.score
    assert found == score, verdict


def test_what_says_nothing_is_unparsed(tmp_path: Path) -> None:
    problems = load(tmp_path, ROWS)
    for row in ("a1", "a2", "a3"):
        verdict = LivebenchMathVerifier().verify("I found something nice.", problems[row])
        assert verdict.status is Status.UNPARSED


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [("", "123", 3), ("123", "123", 0), ("132", "123", 2), ("13", "123", 1)],
)
def test_the_edit_distance_is_levenshteins(one: str, other: str, edits: int) -> None:
    assert distance(list(map(int, one)), list(map(int, other))) == edits


def test_numbers_stand_behind_the_last_answer() -> None:
    assert numbers_in("Answer: 1,2\nNo.\nAnswer: 2, 1") == [2, 1]
    assert numbers_in("first\n4,5") == [4, 5]
    assert numbers_in("nothing") == []


def test_releases_and_kinds(tmp_path: Path) -> None:
    assert set(load(tmp_path, ROWS, release="2024-11-25")) == {"a2", "a3"}
    with pytest.raises(DataError, match="no row of release"):
        load(tmp_path, ROWS, release="1999")
    problems = load(tmp_path, ROWS)
    scored = [Scored(problem=p, statuses={Status.CORRECT: 1.0}) for p in problems.values()]
    figures = registry.make("tasks", "livebench-math").metrics(scored)
    assert {name: figure.n for name, figure in figures.items()} == {
        "kind=AMPS_Hard": 1, "kind=math_comp": 2, "kind=olympiad": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"turns": "text"}, "a list of texts"), ({"task": "chess"}, "no rule for the task 'chess'"),
        ({"task": "olympiad"}, "numbers, not 'B'"), ({"ground_truth": None}, "ground_truth"),
    ],
)  # fmt: skip
def test_another_schema_is_one_clear_line(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message) as caught:
        load(tmp_path, [ROWS[0] | change])
    assert "\n" not in str(caught.value)


def test_its_card_names_source_and_rules() -> None:
    result = CliRunner().invoke(cli, ["tasks", "show", "livebench-math"])
    assert result.exit_code == 0, result.output
    assert "2406.19314" in result.output
    assert "edit distance" in result.output
