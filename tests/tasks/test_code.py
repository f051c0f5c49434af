"""HumanEval+, MBPP+ and LiveCodeBench from rows of our making in their authors' schema."""

from __future__ import annotations

import base64
import gzip
import json
import os
import pickle
import zlib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness.cli import cli
from harness.core import DataError, DataSource, Status, UsageError, registry
from harness.tasks.code import private_tests
from harness.verifiers.code import CodeVerifier, sandbox

HUMANEVAL = {
    "task_id": "HumanEval/900",
    "prompt": 'def double(x: int) -> int:\n    """Twice x."""\n',
    "entry_point": "double",
    "canonical_solution": "    return 2 * x\n",
    "test": "def check(candidate):\n    assert candidate(2) == 4\n    assert candidate(0) == 0\n",
    "base_input": [[2]],
    "plus_input": [[0], [-7]],
    "contract": "",
    "atol": 0,
}
MBPP = {
    "task_id": 902,
    "code": "def helper(x):\n    return x\n\ndef triple(x):\n    return helper(3 * x)\n",
    "prompt": "Write a function to triple a number.",
    "source_file": "x",
    "test_imports": [],
    "test_list": ["assert triple(2) == 6"],
    "test": "inputs = [[2], [5]]\nresults = [6, 15]\n"
    "for inp, exp in zip(inputs, results):\n    assert triple(*inp) == exp\n",
}
PRIVATE = [{"input": "4 5\n", "output": "9\n", "testtype": "stdin"}]
LCB = {
    "question_title": "Sum",
    "question_content": "Print the sum of two numbers.",
    "platform": "atcoder",
    "question_id": "abc900_a",
    "contest_id": "abc900",
    "contest_date": "2024-09-07T00:00:00",
    "starter_code": "",
    "difficulty": "easy",
    "public_test_cases": json.dumps([{"input": "1 2\n", "output": "3\n", "testtype": "stdin"}]),
    "private_test_cases": base64.b64encode(
        zlib.compress(pickle.dumps(json.dumps(PRIVATE)))
    ).decode(),
    "metadata": "{}",
}
METHOD = LCB | {
    "question_id": "3900",
    "contest_date": "2025-02-01T00:00:00",
    "difficulty": "hard",
    "starter_code": "class Solution:\n    def join(self, a: str, b: List[int]) -> str:\n        ",
    "metadata": json.dumps({"func_name": "join"}),
    "public_test_cases": json.dumps(
        [{"input": '"x"\n[1, 2]', "output": '"x12"', "testtype": "functional"}]
    ),
    "private_test_cases": "[]",
}
ROWS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "humaneval-plus": ("HumanEvalPlus.jsonl", HUMANEVAL, "    return x + x\n", "    return 4\n"),
    "mbpp-plus": ("mbpp-plus/test.jsonl", MBPP, "def triple(x): return 3 * x",
                  "def triple(x): return 6"),
    "livecodebench": ("livecodebench/test.jsonl", LCB,
                      "a, b = map(int, input().split())\nprint(a + b)", "print(3)"),
}  # fmt: skip


def put(folder: Path, name: str, *rows: dict[str, Any]) -> Path:
    file = folder / name
    file.parent.mkdir(exist_ok=True, parents=True)
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    file.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return folder


@pytest.mark.parametrize("name", ROWS)
def test_a_row_becomes_a_problem_whose_tests_judge(name: str, tmp_path: Path) -> None:
    file, row, right, wrong = ROWS[name]
    task = registry.make("tasks", name)
    [problem] = task.load(DataSource(data_dir=put(tmp_path, file, row)))
    assert str(row.get("task_id", row.get("question_id"))) in problem.id
    assert "```python block" in task.prompt(problem).messages[-1].content
    assert task.verifier().name == "code"
    if sandbox.bubblewrap() is None:
        pytest.skip("needs bubblewrap: apt-get install bubblewrap")
    verifier = CodeVerifier()
    good, bad = (verifier.verify(f"```python\n{code}\n```", problem) for code in (right, wrong))
    assert good.status is Status.CORRECT, good
    assert bad.status is Status.WRONG, bad


def test_humaneval_takes_the_hubs_columns_and_packed_files(tmp_path: Path) -> None:
    bare = {k: v for k, v in HUMANEVAL.items() if k not in ("base_input", "plus_input", "atol")}
    task = registry.make("tasks", "humaneval-plus")
    [problem] = task.load(DataSource(data_dir=put(tmp_path, "HumanEvalPlus.jsonl.gz", bare)))
    assert problem.meta["code"]["kind"] == "check"
    assert problem.meta["code"]["source"] == HUMANEVAL["test"]


def test_livecodebench_reads_both_kinds_and_takes_a_span_of_days(tmp_path: Path) -> None:
    task = registry.make("tasks", "livecodebench")
    folder = put(tmp_path, "test.jsonl", LCB, METHOD)
    by_id = {p.id: p for p in task.load(DataSource(data_dir=folder))}
    assert by_id["abc900_a"].meta["code"]["pairs"] == [["1 2\n", "3\n"], ["4 5\n", "9\n"]]
    assert by_id["3900"].meta["code"] == {
        "kind": "pairs", "entry": "join", "pairs": [[["x", [1, 2]], "x12"]],
    }  # fmt: skip
    for options, left in (({"since": "2025-01-01"}, "3900"), ({"until": "2024-12-31"}, "abc900_a"),
                          ({"difficulty": "hard"}, "3900")):  # fmt: skip
        [problem] = task.load(DataSource(data_dir=folder, options=options))
        assert problem.id == left
    with pytest.raises(DataError, match="YYYY-MM-DD"):
        task.load(DataSource(data_dir=folder, options={"since": "2025"}))


def test_a_pickle_that_would_run_code_is_refused() -> None:
    class Bad:
        def __reduce__(self) -> Any:
            return os.getenv, ("HOME",)

    with pytest.raises(ValueError, match="where a text should stand"):
        private_tests(base64.b64encode(zlib.compress(pickle.dumps(Bad()))).decode())


@pytest.mark.parametrize("name", ROWS)
def test_another_schema_is_one_clear_line(name: str, tmp_path: Path) -> None:
    file, row, _, _ = ROWS[name]
    task = registry.make("tasks", name)
    for column in task.data.columns:
        other = {k: v for k, v in row.items() if k != column}
        with pytest.raises(DataError) as caught:
            task.load(DataSource(data_dir=put(tmp_path, file, other)))
        assert column in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("column", ["code", "test_list", "test"])
def test_a_row_of_mbpp_that_lacks_its_tests_is_told_so(column: str, tmp_path: Path) -> None:
    row = {k: v for k, v in MBPP.items() if k != column}
    with pytest.raises(DataError, match=f"row 1: no column {column};"):
        registry.make("tasks", "mbpp-plus").load(
            DataSource(data_dir=put(tmp_path, "MbppPlus.jsonl", row))
        )


def released(number: int, code: str, *inputs: list[Any]) -> dict[str, Any]:
    """A row of EvalPlus' own file; the function is the first that `code` defines."""
    entry = code.split("(")[0].removeprefix("def ")
    prompt = f'"""\nWrite {entry}.\nassert {entry}(1) == 1\n"""\n'
    return {"task_id": f"Mbpp/{number}", "prompt": prompt, "entry_point": entry,
            "canonical_solution": code, "base_input": [inputs[0]], "plus_input": inputs[1:],
            "atol": 0, "contract": "", "assertion": ""}  # fmt: skip


# By EvalPlus' rules: a tuple where JSON has a list, any order, any match, another reading.
RELEASED = {
    "a tuple": (released(116, "def joined(t): return hash(t) and len(t)", [[1, 2]], [[3]]),
                "def joined(t): return len(t) if isinstance(t, tuple) else 0",
                "def joined(t): return len([*t, 1])"),
    "tuples within": (released(64, "def lead(l): return max(set(l))", [[[1, 2], [0, 3]]], [[[4]]]),
                      "def lead(l): return sorted({*l})[-1]", "def lead(l): return l"),
    "any order": (released(2, "def similar_elements(a, b): return tuple(set(a) & set(b))",
                           [[1, 5, 3], [3, 1]], [[2], [2]]),
                  "def similar_elements(a, b): return [x for x in a if x in b]",
                  "def similar_elements(a, b): return a"),
    "any match": (released(756, "def text_match_three(s):\n import re\n return re.search('ab', s)",
                           ["cab"], ["b"]),
                  "def text_match_three(s): return 'yes' if 'ab' in s else None",
                  "def text_match_three(s): return 'no'"),
    "another reading": (released(581, "def surface_Area(b, s): return 2 * b * s + b * b", [6, 4]),
                        "def surface_Area(b, h): return round(b*b + 2*b*((b/2)**2 + h*h)**.5)",
                        "def surface_Area(b, h): return b"),
    "complex": (released(252, "def turned(z): return z * 1j", ["(1+2j)"], ["2j"]),
                "def turned(z): return z * complex(0, 1)", "def turned(z): return 0"),
}  # fmt: skip


@pytest.mark.skipif(sandbox.bubblewrap() is None, reason="needs bubblewrap")
@pytest.mark.parametrize("kind", RELEASED)
def test_mbpp_from_its_authors_file_is_judged_by_their_rules(kind: str, tmp_path: Path) -> None:
    row, right, wrong = RELEASED[kind]
    task = registry.make("tasks", "mbpp-plus")
    [problem] = task.load(DataSource(data_dir=put(tmp_path, "MbppPlus.jsonl", row)))
    assert problem.id == row["task_id"]
    assert problem.question.startswith("Write ")
    verifier = CodeVerifier()
    for code in (row["canonical_solution"], right):
        verdict = verifier.verify(f"```python\n{code}\n```", problem)
        assert verdict.status is Status.CORRECT, verdict
    assert verifier.verify(f"```python\n{wrong}\n```", problem).status is Status.WRONG


@pytest.mark.parametrize("name", ROWS)
def test_their_cards_name_source_and_licence(name: str) -> None:
    result = CliRunner().invoke(cli, ["tasks", "show", name])
    assert result.exit_code == 0, result.output
    assert "arXiv" in result.output
    assert name in result.output


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    row = {key: value for key, value in HUMANEVAL.items() if key != "base_input"}
    put(tmp_path, "HumanEvalPlus.jsonl", row)
    task = registry.make("tasks", "humaneval-plus")
    with pytest.raises(DataError, match="row 1: no column base_input; is it HumanEval"):
        task.load(DataSource(data_dir=tmp_path))


def test_no_sandbox_is_told_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "bubblewrap", lambda: None)
    monkeypatch.setenv(sandbox.ALLOW, "0")  # restored behind the option, which sets it
    put(tmp_path, "HumanEvalPlus.jsonl", HUMANEVAL)
    words = ["eval", "--task", "humaneval-plus", "--data-dir", str(tmp_path), "--budget", "greedy",
             "--db", str(tmp_path / "t.sqlite")]  # fmt: skip
    refused = CliRunner().invoke(cli, words)
    assert isinstance(refused.exception, UsageError)
    assert "--allow-code" in str(refused.exception)
    assert not (tmp_path / "t.sqlite").exists()
    allowed = CliRunner().invoke(cli, [*words, "--allow-code", "--dry-run"])
    assert allowed.exit_code == 0, allowed.output
    assert "WITHOUT A SANDBOX" in allowed.output


@pytest.mark.skipif(sandbox.bubblewrap() is None, reason="needs bubblewrap")
def test_what_cannot_be_judged_here_is_neither_imported_nor_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "HumanEvalPlus.jsonl", HUMANEVAL)
    program = f"{HUMANEVAL['prompt']}{HUMANEVAL['canonical_solution']}"
    answer = {"problem": HUMANEVAL["task_id"], "text": f"```python\n{program}\n```"}
    (tmp_path / "out.jsonl").write_text(json.dumps(answer) + "\n")
    where, db = ["--data-dir", str(tmp_path)], ["--db", str(tmp_path / "t.sqlite")]
    words = ["import", str(tmp_path / "out.jsonl"), "--task", "humaneval-plus", "--model", "m"]
    with monkeypatch.context() as patch:
        patch.setattr(sandbox, "bubblewrap", lambda: None)
        patch.delenv(sandbox.ALLOW, raising=False)
        refused = CliRunner().invoke(cli, [*words, *where, *db])
        assert "--allow-code" in str(refused.exception)
    brought = CliRunner().invoke(cli, [*words, *where, *db])
    assert "100.0%" in brought.output, brought.output
    packed = str(tmp_path / "s.zip")
    assert CliRunner().invoke(cli, ["submit", "--out", packed, *db]).exit_code == 0
    check = ["site", "check-submission", packed, *where]
    assert "all fits" in CliRunner().invoke(cli, check).output
    with monkeypatch.context() as patch:
        patch.setattr(sandbox, "bubblewrap", lambda: None)
        patch.delenv(sandbox.ALLOW, raising=False)
        told = CliRunner().invoke(cli, check, standalone_mode=False)
    assert told.return_value == 1
    assert "there is no sandbox here" in told.output
