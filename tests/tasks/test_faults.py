"""Known faults of published data: each entry speaks of the problem that it means."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from harness.core import DataSource, Problem, Scored, Status, registry
from harness.tasks import _faults


def test_every_entry_says_where_it_is_from_and_names_a_task() -> None:
    found, told = _faults._read()
    assert {one.task for one in (*found, *told)} <= set(registry.names("tasks"))
    assert all(one.source.strip() for one in (*found, *told))
    assert len({(f.task, f.question) for f in found}) == len(found)


@pytest.mark.parametrize("task", ["gsm8k", "svamp"])
def test_the_entries_fit_the_published_rows(shared_data: Path, task: str) -> None:
    problems = registry.make("tasks", task).load(DataSource(data_dir=shared_data))
    wrong = {p.meta["row"]: p for p in problems if _faults.fault_of(task, p.question)}
    known = _faults.faults(task)
    assert {fault.row for fault in known} == set(wrong)
    for fault in known:
        assert float(wrong[fault.row].gold or "") == float(fault.published) != float(fault.right)


def test_the_equation_of_the_svamp_row_gives_what_is_right(shared_data: Path) -> None:
    rows = json.loads((shared_data / "svamp" / "SVAMP.json").read_text("utf-8"))
    [fault] = _faults.faults("svamp")
    tree = ast.parse(rows[fault.row]["Equation"].strip(), mode="eval")
    assert eval_sum(tree.body) == float(fault.right)


def test_what_is_right_in_gsm8k_is_what_the_questions_numbers_give() -> None:
    sums = {
        454: (4 + 4) * 30,  # two people, four apples a day each
        749: 12 - 6,  # groups needed, groups there
        952: (23 - 8) * 4 * 30,  # hours, quarters, reports
        1042: (11 * 1.5 + 5 - 11) / 3,
        1309: (320 + 430) + 430 + (400 + 300) + 300,
    }
    assert {f.row: float(f.right) for f in _faults.faults("gsm8k")} == sums


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
        disputed = _faults.fault_of("svamp", problem.question) is not None
        return Scored(problem=problem, statuses={wrong[not disputed]: 1.0})

    scored = [score(p) for p in task.load(DataSource(data_dir=shared_data))]
    figures = task.metrics(scored)
    assert figures["gold=undisputed"].value == 1.0
    assert figures["gold=undisputed"].n == len(scored) - 1 == 999


def test_the_command_lists_them(cli) -> None:
    shown = cli("tasks", "show", "svamp")
    assert "row 679: gold 1.0, where 5 is right" in shown.out
    told = json.loads(cli("tasks", "show", "gsm8k", "--json").out)["known"]
    assert [fault["row"] for fault in told["faults"]] == [1042, 454, 749, 952, 1309]
    assert any("2502.03461" in note["source"] for note in told["notes"])
    assert "Known of the published data" not in cli("tasks", "show", "decimals").out
