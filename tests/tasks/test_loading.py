"""Files of published sets as strangers have them: other encodings, cut off, repeated, empty."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.core import DataError, DataSource, UsageError
from harness.core.protocols import Task
from harness.tasks.gsm8k import Gsm8k
from harness.tasks.math import Math, Math500
from harness.tasks.published import MathTrap, Mip, Svamp

Row = dict[str, Any]
SETS: dict[type[Task], tuple[str, Row]] = {
    Gsm8k: ("test.jsonl", {"question": "Two and é?", "answer": "Two.\n#### 1,002"}),
    Math: (
        "test.jsonl",
        {"problem": "p", "level": "Level 3", "type": "Algebra", "solution": "So \\boxed{2}."},
    ),
    Math500: (
        "test500.jsonl",
        {"problem": "p", "answer": "2", "subject": "Algebra", "level": 3, "unique_id": "t/1.json"},
    ),
    Svamp: (
        "SVAMP.json",
        {"ID": "chal-1", "Body": "b", "Question": "q?", "Answer": 2.0, "Type": "Sum"},
    ),
    MathTrap: (
        "MathTrap_Public.json",
        {
            "trap_problem": "t", "original_problem": "o", "original_solution": "s #### 4",
            "trap_type": "k", "category": "c",
        },
    ),
    Mip: ("gsm8k.json", {"insufficient_question": "i", "question": "q", "answer": "s\n#### 7"}),
}  # fmt: skip
TASKS = list(SETS)


def saved(folder: Path, task: type[Task], *rows: Row) -> Path:
    """The file of a set with these rows."""
    name = SETS[task][0]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    text = "\n".join(lines) if name.endswith("l") else f"[{','.join(lines)}]"
    (folder / name).write_text(text, "utf-8")
    return folder / name


def _json(task: type[Task], row: Row) -> str:
    return json.dumps(row if SETS[task][0].endswith("l") else [row])


def load(task: type[Task], folder: Path) -> list[Any]:
    return list(task().load(DataSource(data_dir=folder)))


@pytest.mark.parametrize("task", TASKS)
def test_a_byte_order_mark_and_line_ends_of_windows_change_nothing(
    tmp_path: Path, task: type[Task]
) -> None:
    file = saved(tmp_path, task, SETS[task][1])
    plain = load(task, tmp_path)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    assert load(task, tmp_path) == plain


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "has no rows"),
        (b" \r\n", "has no rows"),
        ("é".encode("utf-16"), r"is not UTF-8 text \(byte 0\)"),
        (b"[1]", "expected an object, not (1|\\[1\\])"),
        (b"7", "expected (an object|a list of objects), not 7"),
        (b'{"question": "Half a', "is not JSON .*cut off"),
        (b"[" * 100_000, "is not JSON"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
    ],
)
def test_what_is_wrong_with_a_file_is_one_line(
    tmp_path: Path, task: type[Task], content: bytes, message: str
) -> None:
    (tmp_path / SETS[task][0]).write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        load(task, tmp_path)
    assert SETS[task][0] in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("task", TASKS)
def test_a_row_that_comes_twice_is_refused(tmp_path: Path, task: type[Task]) -> None:
    row = SETS[task][1]
    saved(tmp_path, task, row, row)
    with pytest.raises(DataError, match=r"row 2: .* is also row 1"):
        load(task, tmp_path)


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    file = saved(tmp_path, Gsm8k, SETS[Gsm8k][1])
    with pytest.raises(DataError, match="is a file: name the folder that holds it"):
        load(Gsm8k, file)


@pytest.mark.parametrize(
    ("task", "change", "message"),
    [
        (Gsm8k, {"answer": "s #### two"}, "GSM8K, row 1: no number behind"),
        (Gsm8k, {"question": "\ud83d?"}, "row 1: question holds half a character"),
        (Math, {"solution": "So \\boxed"}, r"MATH, row 1: the .boxed\{\} of the solution is empty"),
        (Math, {"solution": "So \\boxed{}"}, "is empty"),
        (Math, {"solution": "So \\boxed{2"}, "is not closed"),
        (Math, {"level": "Level 6"}, "MATH, row 1: level 'Level 6' is none of 1 to 5"),
        (Math500, {"level": None}, "level None is none of 1 to 5"),
        (Math500, {"unique_id": 1.5}, "unique_id should be text or a whole number, not 1.5"),
        (Svamp, {"Answer": float("nan")}, "SVAMP, row 1: the answer 'nan' is no number"),
        (MathTrap, {"original_solution": "s ####"}, "MathTrap, row 1: no answer behind"),
        (Mip, {"answer": "#### 1.2.3"}, "MiP gsm8k, row 1: the answer '1.2.3' is no number"),
        (Mip, {"answer": ","}, "the answer ',' is no number"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_row(
    tmp_path: Path, task: type[Task], change: Row, message: str
) -> None:
    (tmp_path / SETS[task][0]).write_text(_json(task, {**SETS[task][1], **change}), "utf-8")
    with pytest.raises(DataError, match=message):
        load(task, tmp_path)


@pytest.mark.parametrize(
    ("published", "gold"),
    [("12345678901234567890", "12345678901234567890"), ("1,002.50", "1002.5"), ("-.5", "-0.5")],
)
def test_a_gold_answer_keeps_all_its_digits(tmp_path: Path, published: str, gold: str) -> None:
    saved(tmp_path, Mip, {**SETS[Mip][1], "answer": f"s #### {published}"})
    assert load(Mip, tmp_path)[0].gold == gold


def test_a_task_without_options_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="task math has no options: leave :level=5 out"):
        Math().load(DataSource(data_dir=tmp_path, options={"level": "5"}))


def test_what_to_put_into_a_folder_is_told_by_its_real_name() -> None:
    with pytest.raises(DataError, match=r"data_dir=\.\.\., a folder that holds gsm8k/test\.jsonl"):
        Gsm8k().load(DataSource())  # the tests' hub is switched off
    with pytest.raises(
        UsageError, match=r"give data_dir=\.\.\., the folder that holds mip/gsm8k\.json"
    ):
        Mip().load(DataSource())
