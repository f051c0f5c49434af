"""MATH: competition problems by level and subject (Hendrycks et al. 2021, arXiv 2103.03874).

A row: {"problem": …, "level": 5 or "Level 5", "type": "Algebra", "solution": "… \\boxed{2}"};
the gold answer is the last \\boxed{} of the solution. MATH-500 gives it as `answer`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.core import DataError, DataSource, Estimate, Problem, Prompt, Scored, VerifierSpec
from harness.tasks._data import Published, fixed_shuffle, load_rows
from harness.tasks._generate import check_options
from harness.tasks._metrics import by_factor

MATH = Published(
    name="MATH",
    hub="EleutherAI/hendrycks_math",
    revision="21a5633873b6a120296cce3e2df9d5550074f4a3",
    config=None,
    files=("math/{split}.jsonl", "{split}.jsonl"),
    columns=("problem", "level", "type", "solution"),
    texts=("problem", "type", "solution"),
    key=("problem",),
)
CONFIGS = (
    "algebra", "counting_and_probability", "geometry", "intermediate_algebra", "number_theory",
    "prealgebra", "precalculus",
)  # fmt: skip
MATH500 = Published(
    name="MATH-500",
    hub="HuggingFaceH4/MATH-500",
    revision="6e4ed1a2a79af7d8630a6b768ec859cb5af4d3be",
    config=None,
    files=("math/test500.jsonl", "test500.jsonl", "test.jsonl"),
    columns=("problem", "answer", "subject", "level", "unique_id"),
    texts=("problem", "answer", "subject"),
    key=("unique_id",),
)
LEVELS = ("1", "2", "3", "4", "5", "?")  # the authors write "Level ?" if it is unknown
ENDING = "\n\nThink step by step and put your final answer in \\boxed{}."


class Math:
    """The 5000 problems of the test split."""

    name = "math"
    version = "1"
    summary = "MATH: competition problems, by level and subject (hub or --data-dir)"

    def load(self, source: DataSource) -> Sequence[Problem]:
        """The rows in a fixed shuffled order; ids contain the row (`test-17`)."""
        check_options(self.name, source.options, ())
        return fixed_shuffle(self._problems(source))[: source.limit]

    def _problems(self, source: DataSource) -> list[Problem]:
        if source.data_dir is not None:
            rows = load_rows(MATH, "test", source)
        else:
            rows = [
                row
                for config in CONFIGS
                for row in load_rows(replace(MATH, config=config), "test", source)
            ]
        return [
            _problem(i, row, boxed(row["solution"], f"MATH, row {i + 1}"), row["type"])
            for i, row in enumerate(rows)
        ]

    def prompt(self, problem: Problem) -> Prompt:
        """The problem and how to end."""
        return Prompt.user(problem.question + ENDING)

    def verifier(self) -> VerifierSpec:
        """By mathematical value."""
        return VerifierSpec("math")

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """Accuracy by level and by subject."""
        return {
            **by_factor(scored, "level", lambda p: p.meta["level"]),
            **by_factor(scored, "subject", lambda p: p.meta["subject"]),
        }


class Math500(Math):
    """The 500 problems of MATH-500 (Lightman et al. 2023, arXiv 2305.20050)."""

    name = "math500"
    summary = "MATH-500: 500 problems of MATH, by level and subject (hub or --data-dir)"

    def _problems(self, source: DataSource) -> list[Problem]:
        rows = load_rows(MATH500, "test", source)
        return [_problem(i, row, row["answer"], row["subject"]) for i, row in enumerate(rows)]


def _problem(i: int, row: Mapping[str, Any], gold: str, subject: str) -> Problem:
    level = str(row["level"]).removeprefix("Level ")
    if level not in LEVELS:
        raise DataError(f"MATH, row {i + 1}: level {row['level']!r} is none of 1 to 5")
    return Problem(
        id=f"test-{i}",
        question=row["problem"],
        gold=gold,
        meta={"level": level, "subject": subject},
    )


def boxed(solution: str, where: str) -> str:
    """The content of the last \\boxed{…} (or `\\boxed 2`).

    Raises DataError if there is none, or it is empty; `where` names the row.
    """
    start = max(solution.rfind("\\boxed"), solution.rfind("\\fbox"))
    if start < 0:
        raise DataError(f"{where}: the solution has no \\boxed{{}}; is it its authors' schema?")
    box = solution[start:]
    if box.startswith(("\\boxed{", "\\fbox{")):
        content = _braced(box.partition("{")[2], where)
    else:  # one token, as `\\boxed 2`
        content = (*box.split(), "")[1].partition("$")[0].rstrip(".")
    if not content.strip():
        raise DataError(f"{where}: the \\boxed{{}} of the solution is empty")
    return content


def _braced(text: str, where: str) -> str:
    """The text before the brace that closes the one before `text`."""
    depth = 1
    for i, char in enumerate(text):
        depth += {"{": 1, "}": -1}.get(char, 0)
        if depth == 0:
            return text[:i]
    raise DataError(f"{where}: a brace of \\boxed{{}} is not closed")
