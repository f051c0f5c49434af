"""Every benchmark of tasks/benchmarks, from rows of our own making in its authors' schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness.cli import cli
from harness.core import DataError, DataSource, Prompt, Scored, Status, UnknownNameError, registry
from harness.tasks.benchmarks import Benchmark, names

GPQA = {
    "Question": "Which is a metal?",
    "Correct Answer": "iron",
    "Incorrect Answer 1": "sulphur",
    "Incorrect Answer 2": "neon",
    "Incorrect Answer 3": "carbon",
}
ARC = {
    "id": "q1",
    "question": "Which is hot?",
    "choices": {"text": ["ice", "fire", "snow"], "label": ["1", "2", "3"]},
    "answerKey": "2",
}
# A row, a right answer as a model writes it, a wrong one.
ROWS: Mapping[str, tuple[dict[str, Any], str, str]] = {
    "aime24": ({"id": 1, "problem": "How many?", "answer": "033"}, "\\boxed{33}", "\\boxed{34}"),
    "aime25": ({"problem": "How many?", "answer": 70}, "So \\boxed{70}.", "\\boxed{7}"),
    "aime26": ({"problem": "How many?", "answer": 156}, "\\boxed{156}", "\\boxed{155}"),
    "hmmt25": ({"problem": "Find x.", "answer": "\\frac{1}{2}"}, "\\boxed{0.5}", "\\boxed{2}"),
    "amc23": ({"question": "How many?", "answer": "27.0"}, "\\boxed{27}", "\\boxed{26}"),
    "olympiadbench": (
        {"id": 7, "question": "Solve.", "final_answer": ["1", "3"], "subfield": "Algebra"},
        "\\boxed{1, 3}",
        "\\boxed{1}",
    ),
    "minerva": ({"question": "How far?", "answer": "4.5e33"}, "\\boxed{4.5e33}", "\\boxed{4.5}"),
    "omni-math": (
        {"problem": "Find n.", "answer": "2^{10}", "difficulty": 5.5},
        "\\boxed{1024}",
        "\\boxed{1000}",
    ),
    "gpqa-diamond": (GPQA, "{letter}", "{other}"),
    "mmlu-pro": (
        {
            "question_id": 70,
            "question": "Which?",
            "options": ["a", "b", "c"],
            "answer": "C",
            "category": "law",
        },
        "Answer: C",
        "Answer: A",
    ),
    "gsm8k-platinum": (
        {"question": "How much?", "answer": "2 * 600 = 1200\n#### 1,200"},
        "Answer: 1200",
        "Answer: 1",
    ),
    "mgsm": ({"question": "How many?", "answer_number": 18}, "Answer: 18", "Answer: 81"),
    "cmath": ({"question": "有几个？", "golden": "12", "grade": 2}, "答案：12", "答案：21"),
    "arc-challenge": (ARC, "Answer: B", "Answer: A"),
    "arc-easy": (ARC, "Answer: B", "Answer: C"),
    "bbh": ({"input": "not True is", "target": "False"}, "Answer: False", "Answer: True"),
}


def folder(tmp_path: Path, task: Benchmark, rows: list[dict[str, Any]], **more: Any) -> Path:
    """The rows under each name that the benchmark looks for."""
    hub = task.about.hub
    assert hub is not None
    for name in task.about.files[:1]:
        file = tmp_path / name.format(split=hub.split, config=hub.config)
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_text("".join(json.dumps(row | more) + "\n" for row in rows))
    return tmp_path


def test_every_benchmark_has_its_rows_here() -> None:
    assert sorted(ROWS) == names()
    assert {name for name in registry.names("tasks") if name in ROWS} == set(ROWS)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_row_becomes_a_problem_that_its_verifier_judges(name: str, tmp_path: Path) -> None:
    row, right, wrong = ROWS[name]
    task = registry.make("tasks", name)
    assert isinstance(task, Benchmark)
    [problem] = task.load(DataSource(data_dir=folder(tmp_path, task, [row])))
    if name == "gpqa-diamond":
        right, wrong = f"Answer: {problem.gold}", f"Answer: {'B' if problem.gold == 'A' else 'A'}"
        assert problem.meta["choices"]["ABCD".index(str(problem.gold))] == "iron"
    prompt = task.prompt(problem)
    assert isinstance(prompt, Prompt)
    assert problem.question in prompt.messages[-1].content
    for choice in problem.meta.get("choices", ()):
        assert choice in prompt.messages[-1].content
    spec = task.verifier()
    verifier = registry.find("verifiers", spec.name)(**spec.args)
    assert verifier.verify(right, problem).status is Status.CORRECT
    assert verifier.verify(wrong, problem).status is Status.WRONG


@pytest.mark.parametrize(
    ("name", "column"), [("mmlu-pro", "question_id"), ("olympiadbench", "id"), ("arc-easy", "id")]
)
def test_a_missing_id_is_a_missing_column(name: str, column: str, tmp_path: Path) -> None:
    task = Benchmark(name)
    row = {key: value for key, value in ROWS[name][0].items() if key != column}
    with pytest.raises(DataError, match=f"row 1: no column {column} "):
        task.load(DataSource(data_dir=folder(tmp_path, task, [row])))


@pytest.mark.parametrize("name", sorted(ROWS))
def test_another_schema_is_one_clear_line(name: str, tmp_path: Path) -> None:
    task = Benchmark(name)
    column = task.about.columns[-1]
    row = {key: value for key, value in ROWS[name][0].items() if key != column}
    with pytest.raises(DataError) as caught:
        task.load(DataSource(data_dir=folder(tmp_path, task, [row])))
    assert column in str(caught.value)
    assert task.about.title in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_its_card_names_source_licence_metric_and_count(name: str) -> None:
    result = CliRunner().invoke(cli, ["tasks", "show", name])
    about = Benchmark(name).about
    assert result.exit_code == 0, result.output
    assert about.hub is not None
    for fact in (about.title, about.metric, about.paper, about.licence, about.hub.name):
        assert fact in result.output
    assert f"{about.rows:,} problems" in result.output or about.configs


def test_choices_are_shuffled_by_a_seed_and_places_are_reported(tmp_path: Path) -> None:
    rows = [GPQA | {"Question": f"Which of group {n} is a metal?"} for n in range(40)]
    task = Benchmark("gpqa-diamond")
    where = folder(tmp_path, task, rows)
    first = task.load(DataSource(data_dir=where))
    again = Benchmark("gpqa-diamond").load(DataSource(data_dir=where))
    other = Benchmark("gpqa-diamond").load(
        DataSource(data_dir=where, options={"choices_seed": "1"})
    )
    assert [p.gold for p in first] == [p.gold for p in again]
    assert [p.gold for p in first] != [p.gold for p in other]
    for problem in (*first, *other):
        assert problem.meta["choices"]["ABCD".index(str(problem.gold))] == "iron"
        assert sorted(problem.meta["choices"]) == ["carbon", "iron", "neon", "sulphur"]
    assert {p.gold for p in first} == set("ABCD")
    # A solver that always says A is right where the answer stands first, and nowhere else.
    said_a = [
        Scored(problem=p, statuses={Status.CORRECT if p.gold == "A" else Status.WRONG: 1.0})
        for p in first
    ]
    figures = task.metrics(said_a)
    assert {name: figures[f"place={name}"].value for name in "ABCD"} == {
        "A": 1.0,
        "B": 0.0,
        "C": 0.0,
        "D": 0.0,
    }


def test_a_part_is_chosen_by_config(tmp_path: Path) -> None:
    task = Benchmark("mgsm")
    file = tmp_path / "mgsm" / "zh.jsonl"
    file.parent.mkdir()
    file.write_text(json.dumps({"question": "几个？", "answer_number": 3}) + "\n")
    [problem] = task.load(DataSource(data_dir=tmp_path, options={"config": "zh"}))
    assert problem.question == "几个？"
    with pytest.raises(DataError, match="config=xx"):
        task.load(DataSource(data_dir=tmp_path, options={"config": "xx"}))
    with pytest.raises(UnknownNameError, match="choices_seed"):
        task.load(DataSource(data_dir=tmp_path, options={"choices_seed": "1"}))


def test_worked_examples_come_from_the_split_for_them(tmp_path: Path) -> None:
    task = Benchmark("mmlu-pro")
    row = ROWS["mmlu-pro"][0]
    where = folder(tmp_path, task, [row])
    other = [row | {"question_id": n, "question": f"Example {n}?"} for n in range(5)]
    (where / "mmlu-pro" / "validation.jsonl").write_text(
        "".join(json.dumps(r) + "\n" for r in other)
    )
    [problem] = task.load(DataSource(data_dir=where, options={"shots": "2"}))
    messages = task.prompt(problem).messages
    assert [m.role for m in messages] == ["user", "assistant"] * 2 + ["user"]
    assert "Example" in messages[0].content
    assert messages[1].content == "Answer: C"
