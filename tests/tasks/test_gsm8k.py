"""GSM8K from a local folder, and what is said when the folder is not right."""

from __future__ import annotations

import json

import pytest

from harness.core import DataError, DataSource
from harness.tasks.gsm8k import Gsm8k


def write(folder, rows, name="test.jsonl"):
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


ROWS = [
    {"question": f"What is {i} + 1?", "answer": f"It is {i + 1}.\n#### {i + 1}"} for i in range(9)
]


def test_the_published_split_loads_whole(shared_data):
    problems = Gsm8k().load(DataSource(data_dir=shared_data))
    assert len(problems) == 1319
    assert len({p.id for p in problems}) == 1319
    assert sorted(p.meta["row"] for p in problems) == list(range(1319))
    by_id = {p.id: p for p in problems}
    assert by_id["test-0"].gold == "18"
    assert by_id["test-1042"].gold == "3"
    # what is known of a row is no part of the problem, so that a longer list keeps all samples
    assert set(by_id["test-1042"].meta) == {"row", "split"}
    assert sum("," in (p.gold or "") for p in problems) == 14


def test_a_limit_takes_the_first_of_one_fixed_order(tmp_path):
    write(tmp_path, ROWS)
    whole = [p.id for p in Gsm8k().load(DataSource(data_dir=tmp_path))]
    part = [p.id for p in Gsm8k().load(DataSource(data_dir=tmp_path, limit=4))]
    assert part == whole[:4]
    assert sorted(whole) == [f"test-{i}" for i in range(9)]
    assert whole != sorted(whole)


def test_examples_come_from_the_train_split_as_turns(tmp_path):
    write(tmp_path, ROWS)
    train = [{"question": f"q{i}", "answer": f"2+2=<<2+2=4>>4\n#### {i}"} for i in range(5)]
    write(tmp_path, train, "train.jsonl")
    task = Gsm8k()
    [first, *_] = task.load(DataSource(data_dir=tmp_path, options={"shots": "2"}))
    prompt = task.prompt(first)
    assert [m.role for m in prompt.messages] == ["user", "assistant"] * 2 + ["user"]
    assert prompt.messages[1].content.startswith("2+2=4\nAnswer: ")
    again = task.load(DataSource(data_dir=tmp_path, options={"shots": "2"}))[0]
    other = task.load(DataSource(data_dir=tmp_path, options={"shots": "2", "shots_seed": "1"}))[0]
    assert task.prompt(again) == prompt
    assert task.prompt(other) != prompt


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"prompt": "x", "answer": "#### 1"}], "no column question .found: answer, prompt"),
        ([{"question": "x", "answer": "1"}], "row 1: no number behind '####'"),
        ([{"question": "x", "answer": None}], "row 1: no number behind '####'"),
        ([], "has no rows"),
    ],
)
def test_another_schema_is_named(tmp_path, rows, message):
    with pytest.raises(DataError, match=message):
        Gsm8k().load(DataSource(data_dir=write(tmp_path, rows)))


def test_an_unreadable_line_is_named(tmp_path):
    (tmp_path / "test.jsonl").write_text(json.dumps(ROWS[0]) + '\n{"question": "cut o')
    with pytest.raises(DataError, match="line 2 is not JSON"):
        Gsm8k().load(DataSource(data_dir=tmp_path))


def test_a_line_separator_inside_a_question_does_not_end_the_row(tmp_path):
    row = {"question": "Two\u2028lines\x85here?", "answer": "One.\n#### 1"}
    (tmp_path / "test.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\r\n", "utf-8")
    [problem] = Gsm8k().load(DataSource(data_dir=tmp_path))
    assert problem.question == row["question"]


def test_a_wrong_folder_is_named(tmp_path):
    with pytest.raises(DataError, match="no such folder"):
        Gsm8k().load(DataSource(data_dir=tmp_path / "nowhere"))
    with pytest.raises(DataError, match=r"looked for gsm8k/test\.jsonl, test\.jsonl"):
        Gsm8k().load(DataSource(data_dir=tmp_path))


def test_an_unreachable_hub_says_what_to_do(monkeypatch):
    with pytest.raises(DataError, match="data_dir="):
        Gsm8k().load(DataSource())  # the tests' home has no copy, and the hub is switched off
