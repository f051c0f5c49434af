"""HumanEval+, MBPP+ and LiveCodeBench: programs judged by their tests (verifier `code`).

A row becomes a problem whose tests stand in `meta["code"]`; the gold is no text, and says so.
"""

from __future__ import annotations

import base64
import json
import pickle
import re
import zlib
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from harness.core import (
    DataError,
    DataSource,
    Estimate,
    Problem,
    Prompt,
    Scored,
    VerifierSpec,
)
from harness.tasks._data import Published, fixed_shuffle, load_rows
from harness.tasks._generate import check_options
from harness.tasks._metrics import by_factor

GOLD = "passes its tests"
_ANSWER = "Answer with the whole program in one ```python block."
_MOST_TESTS = 512 << 20  # bytes of one problem's tests once they are unpacked


class CodeTask:
    """Rows of one data set as problems; subclasses say which, and how a row is read."""

    name: str
    version = "1"
    summary: str
    data: Published
    split = "test"
    options: tuple[str, ...] = ()
    judge = VerifierSpec("code")

    def load(self, source: DataSource) -> Sequence[Problem]:
        """The rows in a fixed shuffled order; ids are the authors'."""
        check_options(self.name, source.options, self.options)
        rows = load_rows(self.data, self.split, source)
        kept = [row for row in rows if self.wanted(row, source.options)]
        if not kept:
            raise DataError(f"task {self.name}: no row is left by its options")
        return fixed_shuffle([self._problem(n, row) for n, row in enumerate(kept, 1)])[
            : source.limit
        ]

    def wanted(self, row: Mapping[str, Any], options: Mapping[str, str]) -> bool:
        """Whether the options leave a row."""
        return True

    def _problem(self, number: int, row: Mapping[str, Any]) -> Problem:
        try:
            return self.problem(row)
        except DataError:
            raise
        except (AttributeError, KeyError, TypeError, ValueError, zlib.error) as error:
            lacks = isinstance(error, KeyError)
            said = f"no column {error.args[0]}" if lacks else f"{type(error).__name__} {error}"
            raise DataError(
                f"task {self.name}, row {number}: {said}; is it {self.data.name} in its authors' "
                "schema?"
            ) from error

    def problem(self, row: Mapping[str, Any]) -> Problem:
        """One row."""
        raise NotImplementedError

    def prompt(self, problem: Problem) -> Prompt:
        """What is asked, and how to answer."""
        return Prompt.user(f"{problem.question}\n\n{_ANSWER}")

    def verifier(self) -> VerifierSpec:
        """The tests, in a sandbox."""
        return self.judge

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """None: pass@1 is the accuracy, pass@k that of sample@k."""
        return {}


class HumanEvalPlus(CodeTask):
    """HumanEval with EvalPlus' tests: the inputs of its own file, or the hub's written tests."""

    name = "humaneval-plus"
    summary = "HumanEval+: 164 Python functions with EvalPlus' tests (hub or --data-dir)"
    data = Published(
        name="HumanEval+",
        hub="evalplus/humanevalplus",
        revision=None,
        config=None,
        files=("HumanEvalPlus.jsonl", "HumanEvalPlus.jsonl.gz", "humaneval-plus/{split}.jsonl"),
        columns=("task_id", "prompt", "entry_point", "canonical_solution", "test"),
        texts=("prompt", "entry_point"),
    )

    def problem(self, row: Mapping[str, Any]) -> Problem:
        """EvalPlus' inputs where the row has them, against the reference; else its `test`."""
        tests: dict[str, Any] = {"entry": row["entry_point"], "prefix": row["prompt"]}
        if row.get("plus_input"):
            tests |= {
                "kind": "calls",
                "source": row["prompt"] + row["canonical_solution"],
                "inputs": [*row["base_input"], *row["plus_input"]],
                "atol": float(row.get("atol") or 0),
            }
        else:
            tests |= {"kind": "check", "source": row["test"]}
        return Problem(
            id=str(row["task_id"]),
            question=f"Complete this function.\n\n```python\n{row['prompt'].rstrip()}\n```",
            gold=GOLD,
            meta={"code": tests},
        )


class MbppPlus(CodeTask):
    """MBPP with EvalPlus' tests: the inputs of its own file, or the hub's written tests."""

    name = "mbpp-plus"
    summary = "MBPP+: 378 small Python tasks with EvalPlus' tests (hub or --data-dir)"
    data = Published(
        name="MBPP+",
        hub="evalplus/mbppplus",
        revision=None,
        config=None,
        files=("mbpp-plus/{split}.jsonl", "MbppPlus.jsonl"),
        columns=("task_id", "prompt"),  # the two files have no others in common
        texts=("prompt",),
    )

    def problem(self, row: Mapping[str, Any]) -> Problem:
        """EvalPlus' inputs where the row has them, against the reference; else its `test`."""
        return self._released(row) if "plus_input" in row else self._written(row)

    def _released(self, row: Mapping[str, Any]) -> Problem:
        """The text, which ends with a test that names the function."""
        return Problem(
            id=str(row["task_id"]),
            question=row["prompt"].strip().strip('"').strip(),
            gold=GOLD,
            meta={
                "code": {
                    "kind": "calls",
                    "entry": row["entry_point"],
                    "source": row["canonical_solution"],
                    "inputs": [*row["base_input"], *row["plus_input"]],
                    "atol": float(row.get("atol") or 0),
                    "mbpp": int(str(row["task_id"]).rpartition("/")[2]),
                }
            },
        )

    def _written(self, row: Mapping[str, Any]) -> Problem:
        """The text, and the authors' first test, which names the function."""
        shown = str(row["test_list"][0])
        names = re.findall(r"^def\s+(\w+)", row["code"], re.M)
        called = [name for name in names if re.search(rf"\b{name}\b", shown)]
        if not called:
            raise ValueError(f"no function of `code` is called by {shown[:60]!r}")
        return Problem(
            id=f"Mbpp/{row['task_id']}",
            question=f"{row['prompt'].strip()}\n\nIt must pass this test:\n```python\n{shown}\n```",
            gold=GOLD,
            meta={"code": {"kind": "check", "entry": called[-1], "source": row["test"]}},
        )


class LiveCodeBench(CodeTask):
    """LiveCodeBench: contest problems by date; since=, until= (YYYY-MM-DD) and difficulty=."""

    name = "livecodebench"
    summary = "LiveCodeBench: contest problems with hidden tests, by date (hub or --data-dir)"
    options = ("since", "until", "difficulty")
    judge = VerifierSpec("code", {"wall_s": 60.0})
    data = Published(
        name="LiveCodeBench",
        hub="livecodebench/code_generation_lite",
        revision=None,
        config="release_latest",
        files=("livecodebench/{split}.jsonl", "{split}.jsonl"),
        columns=(
            "question_content", "question_id", "contest_date", "starter_code", "difficulty",
            "public_test_cases", "private_test_cases", "metadata",
        ),
        texts=("question_content", "question_id"),
    )  # fmt: skip

    def wanted(self, row: Mapping[str, Any], options: Mapping[str, str]) -> bool:
        """By the day of its contest, both ends included, and by its difficulty."""
        day = str(row["contest_date"])[:10]
        since, until = options.get("since", ""), options.get("until", "9999")
        for name in ("since", "until"):
            if name in options and not re.fullmatch(r"\d{4}-\d\d-\d\d", options[name]):
                raise DataError(f"task {self.name}: {name}={options[name]}: write YYYY-MM-DD")
        level = options.get("difficulty")
        return since <= day <= until and level in (None, row["difficulty"])

    def problem(self, row: Mapping[str, Any]) -> Problem:
        """Its public and private tests: a program that reads and writes, or a method."""
        tests = [*json.loads(row["public_test_cases"]), *private_tests(row["private_test_cases"])]
        name = json.loads(row["metadata"] or "{}").get("func_name")
        starter = str(row["starter_code"] or "").rstrip()
        if name is None:
            pairs: list[list[Any]] = [[test["input"], test["output"]] for test in tests]
            code: dict[str, Any] = {"kind": "stdin", "pairs": pairs}
            ask = "Read from standard input and write to standard output."
        else:
            pairs = [[_values(test["input"]), json.loads(test["output"])] for test in tests]
            code = {"kind": "pairs", "entry": name, "pairs": pairs}
            ask = f"Begin with this code.\n\n```python\n{starter}\n```"
        return Problem(
            id=str(row["question_id"]),
            question=f"{row['question_content'].strip()}\n\n{ask}",
            gold=GOLD,
            meta={
                "code": code,
                "difficulty": str(row["difficulty"]),
                "month": str(row["contest_date"])[:7],
            },
        )

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """By difficulty, and by the month of the contest."""
        return {
            **by_factor(scored, "difficulty", lambda p: p.meta["difficulty"]),
            **by_factor(scored, "month", lambda p: p.meta["month"]),
        }


def _values(text: str) -> list[Any]:
    """The arguments of a call, a line of JSON each."""
    return [json.loads(line) for line in text.split("\n")]


class _Texts(pickle.Unpickler):
    """Reads a pickled text, and no object: a data file must not run code."""

    def find_class(self, module: str, name: str) -> Any:
        """Nothing is looked up."""
        raise ValueError(f"private tests that name {module}.{name}, where a text should stand")


def private_tests(text: str) -> list[dict[str, Any]]:
    """JSON, or (in code_generation_lite) base64 of zlib of a pickled text that is JSON."""
    try:
        plain = json.loads(text)
    except ValueError:
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(base64.b64decode(text), _MOST_TESTS)
        if unpacker.unconsumed_tail:
            raise ValueError("private tests of more than half a gigabyte") from None
        try:
            plain = json.loads(_Texts(BytesIO(data)).load())
        except pickle.UnpicklingError as error:
            raise ValueError(f"private tests that cannot be read: {error}") from error
    found: list[dict[str, Any]] = plain
    return found
