"""GSM-Plus, GSM-Symbolic, GSM-IC and UMWP from small files in their authors' schema."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from harness.core import DataError, DataSource, UsageError
from harness.core.protocols import Task
from harness.core.registry import find
from harness.tasks import check
from harness.tasks.published import MathTrap, Mip, Svamp
from harness.tasks.published.variations import GsmIc, GsmPlus, GsmSymbolic, Umwp

Row = dict[str, Any]
SEED = {"seed_question": "Two bags hold 3 nuts each. How many nuts?", "seed_answer": "6"}
PLUS: list[Row] = [
    {"question": "Two bags hold 5 nuts each. How many nuts?", "answer": "10",
     "perturbation_type": "numerical substitution", **SEED},
    {"question": "Two bags hold 1/4 nut each. How many nuts?", "answer": "1/2",
     "perturbation_type": "integer-decimal-fraction conversion", **SEED},
    {"question": "Two bags, one of them red, hold 3 nuts each. How many nuts?", "answer": "6",
     "perturbation_type": "distraction insertion", **SEED},
    {"question": "Two bags hold some nuts each. How many nuts?", "answer": "None",
     "perturbation_type": "critical thinking", **SEED},
]  # fmt: skip
SYMBOLIC: list[Row] = [
    {"id": 0, "instance": i, "question": f"Three jars hold {i + 2} pears each. How many pears?",
     "answer": f"3 * {i + 2}\n#### {3 * (i + 2)}", "original_id": 9,
     "original_question": "Three jars hold 1,000 pears each. How many pears?",
     "original_answer": "So many.\n#### 3,000"}
    for i in range(3)
]  # fmt: skip
IC: list[Row] = [
    {"original_question": "Ann is 5. How old is she in 2 years?",
     "new_question": f"Ann is 5. The shoe size of {who} is 9. How old is she in 2 years?",
     "answer": "7", "n_steps": 2, "role_label": role, "number_label": "in_range",
     "sentence_label": "in_topic", "role": who, "number": "9", "sentence_template": "…"}
    for who, role in (("Ann's sister", "overlapped"), ("Bob", "nonoverlapped"))
]  # fmt: skip
UMWP: list[Row] = [
    {"id": 1, "question": "Tom has 2 cats and 3 dogs. How many pets?", "answer": [5.0],
     "answerable": True, "category": None, "relevant_ids": None, "source": "SVAMP"},
    {"id": 7, "question": "Tom has some cats and 3 dogs. How many pets?", "answer": None,
     "answerable": False, "category": 1, "relevant_ids": [1], "source": "SVAMP"},
]  # fmt: skip
SETS: list[tuple[type[Task], str, list[Row]]] = [
    (GsmPlus, "gsmplus_test.jsonl", PLUS),
    (GsmSymbolic, "GSM_symbolic.jsonl", SYMBOLIC),
    (GsmIc, "GSM-IC_2step.json", IC),
    (Umwp, "data/StandardDataset.jsonl", UMWP),
]


def write(folder: Path, file: str, rows: list[Row]) -> DataSource:
    path = folder / file
    path.parent.mkdir(exist_ok=True)
    lines = [json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) if file.endswith("l") else f"[{','.join(lines)}]", "utf-8")
    return DataSource(data_dir=folder)


@pytest.mark.parametrize(("task", "file", "rows"), SETS)
def test_each_passes_the_checks_of_every_task(
    tmp_path: Path, task: type[Task], file: str, rows: list[Row]
) -> None:
    report = check(task(), write(tmp_path, file, rows))
    assert report.ok, report.failures
    assert find("tasks", task().name) is task


@pytest.mark.parametrize(
    ("task", "file", "rows", "variants"),
    [
        (GsmPlus, SETS[0][1], PLUS, {"original": 1, "variation": 2, "distractor": 1, "trap": 1}),
        (GsmSymbolic, SETS[1][1], SYMBOLIC, {"original": 1, "variation": 3}),
        (GsmIc, SETS[2][1], IC, {"original": 1, "distractor": 2}),
        (Umwp, SETS[3][1], UMWP, {"original": 1, "trap": 1}),
    ],
)
def test_originals_come_once_in_the_cluster_of_what_was_made_of_them(
    tmp_path: Path, task: type[Task], file: str, rows: list[Row], variants: dict[str, int]
) -> None:
    problems = task().load(write(tmp_path, file, rows))
    assert Counter(p.variant for p in problems) == variants
    assert len({p.cluster for p in problems}) == 1
    assert all((p.gold is None) == (p.variant == "trap") for p in problems)


def test_golds_and_lures(tmp_path: Path) -> None:
    plus = {p.meta["kind"]: p for p in GsmPlus().load(write(tmp_path, "gsmplus_test.jsonl", PLUS))}
    assert plus["integer-decimal-fraction conversion"].gold == "1/2"
    assert (plus["critical thinking"].gold, plus["critical thinking"].lure) == (None, "6")
    symbolic = GsmSymbolic().load(write(tmp_path, "GSM_symbolic.jsonl", SYMBOLIC))
    assert [p.gold for p in symbolic] == ["3000", "6", "9", "12"]
    umwp = Umwp().load(write(tmp_path, "StandardDataset.jsonl", UMWP))
    assert [(p.gold, p.meta["kind"]) for p in umwp] == [
        ("5", "answerable"), (None, "key information missing"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("task", "file", "row", "change", "message"),
    [
        (GsmPlus, "gsmplus_test.jsonl", PLUS[0], {"answer": "ten"}, "row 2: .*'ten' is no number"),
        (GsmPlus, "gsmplus_test.jsonl", PLUS[3], {"answer": "6"}, "where None is published"),
        (GsmPlus, "gsmplus_test.jsonl", PLUS[0], {"seed_answer": "7"}, "answer 7, and 6 in row 1"),
        (GsmPlus, "gsmplus_test.jsonl", PLUS[0], {"question": None}, "question should be text"),
        (GsmSymbolic, "GSM_symbolic.jsonl", SYMBOLIC[0], {}, "row 2: id 0, instance 0 is also row"),
        (GsmIc, "GSM-IC_2step.json", IC[0], {"role_label": 3}, "role_label should be text, not 3"),
        (Umwp, "StandardDataset.jsonl", UMWP[0], {}, "row 2: id 1 is also row 1"),
        (Umwp, "StandardDataset.jsonl", UMWP[0], {"id": 2, "answer": 5}, "one answer in a list"),
        (Umwp, "StandardDataset.jsonl", UMWP[1], {"relevant_ids": [9]}, "its original, id 9, is"),
        (Umwp, "StandardDataset.jsonl", UMWP[1], {"relevant_ids": None}, "its original, id None"),
        (Umwp, "StandardDataset.jsonl", UMWP[1], {"relevant_ids": 1}, "its original, id None"),
        (Umwp, "StandardDataset.jsonl", UMWP[1], {"category": 6}, "category 6 is none of 1 to 5"),
        (Umwp, "StandardDataset.jsonl", UMWP[1], {"category": [1]}, r"category \[1\] is none of"),
        (Umwp, "StandardDataset.jsonl", UMWP[1], {"id": [7]}, r"row 2: id should be .* not \[7\]"),
        (Umwp, "StandardDataset.jsonl", UMWP[1], {"answerable": "no"}, "row 2: answerable should"),
    ],
)
def test_a_changed_schema_or_a_repeated_id_is_one_clear_message(
    tmp_path: Path, task: type[Task], file: str, row: Row, change: Row, message: str
) -> None:
    first = PLUS[0] if task is GsmPlus else row if row is not UMWP[1] else UMWP[0]
    with pytest.raises(DataError, match=message) as caught:
        task().load(write(tmp_path, file, [first, {**row, **change}]))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("task", "file", "row", "message"),
    [
        (
            Svamp,
            "SVAMP.json",
            {"Body": 1, "Question": "q", "Answer": 2, "Type": "t"},
            "Body should",
        ),
        (Svamp, "SVAMP.json", {"Body": "b", "Question": "q", "Answer": "x", "Type": "t"}, "'x' is"),
        (Mip, "gsm8k.json", {"insufficient_question": "", "answer": "1", "question": "q"}, "text"),
        (MathTrap, "MathTrap_Public.json", {"trap_problem": "p"}, "no column original_problem"),
    ],
)
def test_so_it_is_for_the_older_sets(
    tmp_path: Path, task: type[Task], file: str, row: Row, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        task().load(write(tmp_path, file, [row]))


@pytest.mark.parametrize(("task", "file", "rows"), SETS)
def test_a_wrong_folder_names_the_files_that_were_looked_for(
    tmp_path: Path, task: type[Task], file: str, rows: list[Row]
) -> None:
    with pytest.raises(DataError, match="looked for .*" + Path(file).name):
        task().load(DataSource(data_dir=tmp_path))
    with pytest.raises(DataError, match="no such folder"):
        task().load(DataSource(data_dir=tmp_path / "nowhere"))


@pytest.mark.parametrize("task", [GsmIc, Umwp, Mip, MathTrap])
def test_what_is_on_no_hub_asks_for_a_folder(task: type[Task]) -> None:
    with pytest.raises(UsageError, match="give data_dir="):
        task().load(DataSource())


@pytest.mark.parametrize("task", [GsmPlus, GsmSymbolic, Svamp])
def test_an_unreachable_hub_says_what_to_do(task: type[Task]) -> None:
    with pytest.raises(DataError, match=r"cannot load .* from the hub: .*\n.*data_dir="):
        task().load(DataSource())  # the tests' hub is switched off


@pytest.mark.parametrize(
    ("task", "options"), [(GsmPlus, {"part": "dev"}), (GsmSymbolic, {"config": "p3"})]
)
def test_an_unknown_part_names_the_parts(task: type[Task], options: dict[str, str]) -> None:
    with pytest.raises(DataError, match="must be one of"):
        task().load(DataSource(options=options))
