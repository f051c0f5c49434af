"""Known faults of published data: each entry speaks of the problem that it means."""

from __future__ import annotations

import ast
import json
import math
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from harness.core import DataError, DataSource, Problem, Scored, Status, registry
from harness.tasks import _faults


def test_every_entry_says_where_it_is_from_and_names_a_task() -> None:
    own = set(registry.names("tasks"))
    for known in _faults._read():
        assert all(name in own or name.startswith("lm-eval:") for name in known.tasks)
        assert all(one.source.strip() for one in (*known.faults.values(), *known.notes))
        assert all(re.fullmatch("[0-9a-f]{16}", mark) for mark in known.faults)


@pytest.mark.parametrize("task", ["gsm8k", "svamp"])
def test_the_entries_fit_the_published_rows(shared_data: Path, task: str) -> None:
    problems = registry.make("tasks", task).load(DataSource(data_dir=shared_data))
    found = {p.meta["row"]: p for p in problems if _faults.fault_of(task, p)}
    known = _faults.faults(task)
    assert {fault.row for fault in known} == set(found)
    for fault in known:
        assert _faults.fault_of(task, found[fault.row]) == fault
        if fault.kind == "gold":
            gold = found[fault.row].gold or ""
            assert float(gold) == float(fault.published) != float(fault.right)


def test_gsm8k_lacks_as_many_rows_as_its_platinum_edition(shared_data: Path) -> None:
    """110 rows are left out there and 10 golds revised; row 1042 has a wrong gold by our sum."""
    faults = _faults.faults("gsm8k")
    assert Counter(fault.kind for fault in faults) == {"gold": 11, "question": 109}
    out = {f.row for f in faults if f.kind == "question"} | {1042}
    assert 1319 - len(out) == 1209
    problems = registry.make("tasks", "gsm8k").load(DataSource(data_dir=shared_data))
    kept, kinds = _faults.split("gsm8k", problems)
    assert len(kept) == 1319 - 120
    assert kinds == {"gold": 11, "question": 109}


def test_a_row_is_known_by_question_and_choices_in_whatever_task_asks_it() -> None:
    row = {"question": "Which is even? ", "choices": ["3", "8 ", "5", "7"]}
    mark = _faults.fingerprint(row["question"], row["choices"])
    assert mark == _faults.fingerprint("Which is  even?", ["3", "8", "5", "7"])
    assert mark != _faults.fingerprint("Which is even?", ["8", "3", "5", "7"])
    fault = _faults.Fault(question=mark, part="virology", row=3, reason="none", source="here")
    known = _faults.Known(tasks=("lm-eval:mmlu_*",), faults={mark: fault})
    asked = Problem(id="doc-3", question="shots … Which is even?", gold="B", meta={"doc": row})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_faults, "_read", lambda: (known,))
        assert _faults.fault_of("lm-eval:mmlu_virology_generative", asked) == fault
        assert _faults.faults("lm-eval:mmlu_virology") == [fault]
        assert _faults.faults("lm-eval:mmlu_anatomy") == []
        assert _faults.fault_of("mmlu-pro", asked) is None
        other = replace(asked, meta={"doc": row | {"choices": ["3", "8", "5", "9"]}})
        assert _faults.fault_of("lm-eval:mmlu_virology", other) is None


def test_gsm8k_as_lm_eval_asks_it_has_the_same_faults(shared_data: Path) -> None:
    lines = (shared_data / "gsm8k" / "test.jsonl").read_text("utf-8").splitlines()
    asked = [
        Problem(id=f"doc-{n}", question=f"Question: {row['question']}\nAnswer:", gold="",
                meta={"doc": row})
        for n, row in enumerate(map(json.loads, lines))
    ]  # fmt: skip
    kept, kinds = _faults.split("lm-eval:gsm8k_cot", asked)
    assert len(kept) == 1199
    assert sum(kinds.values()) == 120
    assert _faults.split("lm-eval:gsm8k_platinum_cot", asked) == (asked, {})


def test_each_subject_of_mmlu_has_at_most_the_hundred_rows_that_were_read() -> None:
    [known] = [one for one in _faults._read() if "lm-eval:mmlu_*" in one.tasks]
    parts = Counter(fault.part for fault in known.faults.values())
    assert sum(parts.values()) == 336
    assert max(parts.values()) < 100
    assert Counter(fault.kind for fault in known.faults.values()) == {"question": 230, "gold": 106}
    assert {fault.right for fault in known.faults.values()} == {"", *"ABCD"}


@pytest.mark.parametrize(
    "text",
    ['[[list]]\nkind = "gold"\nreason = "r"\nsource = "s"\nrows = "1 aa\\n2 aa"\n',
     '[[list]]\nkind = "other"\nreason = "r"\nsource = "s"\nrows = "1 aa"\n'],
    ids=["twice", "unknown kind"],
)  # fmt: skip
def test_a_list_with_a_question_twice_or_an_unknown_kind_is_refused(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "own.toml"
    file.write_text(f'tasks = ["own"]\n{text}')
    with pytest.raises(DataError, match=r"own\.toml: a question is listed twice, or a kind"):
        _faults._known(file)


def test_the_equation_of_the_svamp_row_gives_what_is_right(shared_data: Path) -> None:
    rows = json.loads((shared_data / "svamp" / "SVAMP.json").read_text("utf-8"))
    faults = {fault.row: float(fault.right) for fault in _faults.faults("svamp")}
    tree = ast.parse(rows[679]["Equation"].strip(), mode="eval")
    assert faults == {679: eval_sum(tree.body), 565: 14, 849: 6, 906: 6 * 12 + 14}


def test_what_is_right_in_gsm8k_is_what_the_questions_numbers_give() -> None:
    sums = {
        288: math.ceil(80 / (2000 // 75)),  # whole flagstones to a truck
        403: 900 * 5 / 1000 * 30,
        454: (4 + 4) * 30,  # two people, four apples a day each
        649: 2000 * 70 + 20000,
        749: 12 - 6,  # groups needed, groups there
        823: 14 + (14 - 4 - 6),
        952: (23 - 8) * 4 * 30,  # hours, quarters, reports
        1035: 24 // 3 * 5,  # gaps between the bottles
        1042: (11 * 1.5 + 5 - 11) / 3,
        1071: 125 + 6 * (25 + 7 + 13 + 1 - 4 - 20),  # with Kayla herself
        1309: (320 + 430) + 430 + (400 + 300) + 300,
    }
    wrong = [fault for fault in _faults.faults("gsm8k") if fault.kind == "gold"]
    assert {fault.row: float(fault.right) for fault in wrong} == sums


def eval_sum(node: ast.expr) -> float:
    """A sum or difference of numbers."""
    if isinstance(node, ast.BinOp):
        sign = {ast.Add: 1, ast.Sub: -1}[type(node.op)]  # type: ignore[index] # those two alone
        return eval_sum(node.left) + sign * eval_sum(node.right)
    assert isinstance(node, ast.Constant)
    return float(node.value)  # type: ignore[arg-type] # a number


def test_golds_with_commas_are_the_rows_that_the_note_names(shared_data: Path) -> None:
    problems = registry.make("tasks", "gsm8k").load(DataSource(data_dir=shared_data))
    rows = sorted(p.meta["row"] for p in problems if "," in (p.gold or ""))
    [note] = [n for n in _faults.notes("gsm8k") if "commas" in n.text]
    assert ", ".join(map(str, rows)) in note.text


def test_what_is_wrong_is_left_out_of_one_figure_and_counted_in_the_others(
    shared_data: Path,
) -> None:
    task = registry.make("tasks", "svamp")
    wrong = Status.WRONG, Status.CORRECT

    def score(problem: Problem) -> Scored:
        disputed = _faults.fault_of("svamp", problem) is not None
        return Scored(problem=problem, statuses={wrong[not disputed]: 1.0})

    scored = [score(p) for p in task.load(DataSource(data_dir=shared_data))]
    figures = task.metrics(scored)
    assert figures["gold=undisputed"].value == 1.0
    assert figures["gold=undisputed"].n == len(scored) - 4 == 996
    assert "data=undisputed" not in figures  # no question of SVAMP is known to be ambiguous


def test_wrong_golds_alone_and_all_faults_are_two_figures(shared_data: Path) -> None:
    task = registry.make("tasks", "gsm8k")
    value = {None: 1.0, "gold": 0.0, "question": 0.5}

    def score(problem: Problem) -> Scored:
        fault = _faults.fault_of("gsm8k", problem)
        return Scored(
            problem=problem, statuses={Status.CORRECT: value[fault.kind if fault else None]}
        )

    figures = task.metrics([score(p) for p in task.load(DataSource(data_dir=shared_data))])
    assert figures["gold=undisputed"].n == 1308
    assert figures["gold=undisputed"].value == pytest.approx((1199 + 109 / 2) / 1308)
    assert (figures["data=undisputed"].n, figures["data=undisputed"].value) == (1199, 1.0)


def test_the_command_lists_them(cli) -> None:
    shown = cli("tasks", "show", "svamp")
    assert "row 679: gold 1.0, where 5 is right" in shown.out
    told = json.loads(cli("tasks", "show", "gsm8k", "--json").out)["known"]
    rows = {f["row"] for f in told["faults"] if f["kind"] == "gold"}
    assert rows == {288, 403, 454, 649, 749, 823, 952, 1035, 1042, 1071, 1309}
    assert "- 109 rows: ambiguous or badly posed" in cli("tasks", "show", "gsm8k").out
    assert "2502.03461" in cli("tasks", "show", "gsm8k").out
    assert "Known of the published data" not in cli("tasks", "show", "decimals").out
