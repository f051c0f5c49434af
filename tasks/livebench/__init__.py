"""LiveBench's mathematics: competition answers, proofs to be put in order, hard expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.core import DataError, DataSource, Estimate, Problem, Prompt, Scored, VerifierSpec
from harness.tasks._data import Published, fixed_shuffle, load_rows
from harness.tasks._generate import check_options
from harness.tasks._metrics import by_factor

KINDS = ("math_comp", "olympiad", "AMPS_Hard")

DATA = Published(
    name="LiveBench (math)",
    hub="livebench/math",
    revision=None,
    config=None,
    files=("livebench-math/{split}.jsonl", "{split}.jsonl", "question.jsonl"),
    columns=("question_id", "task", "turns", "ground_truth"),
    texts=("question_id", "ground_truth"),
    key=("question_id",),
)


class LivebenchMath:
    """Its three kinds of questions, each by the authors' rule; release= takes one release alone."""

    name = "livebench-math"
    version = "1"
    summary = "LiveBench math: competitions, proofs in order, hard expressions (hub or --data-dir)"

    def load(self, source: DataSource) -> Sequence[Problem]:
        """The rows in a fixed shuffled order."""
        check_options(self.name, source.options, ("release",))
        rows = load_rows(DATA, "test", source)
        if (release := source.options.get("release")) is not None:
            rows = [r for r in rows if str(r.get("livebench_release_date", "")).startswith(release)]
            if not rows:
                raise DataError(f"task {self.name}: no row of release={release}")
        return fixed_shuffle([_problem(n, row) for n, row in enumerate(rows, 1)])[: source.limit]

    def prompt(self, problem: Problem) -> Prompt:
        """The question, which says itself how to answer."""
        return Prompt.user(problem.question)

    def verifier(self) -> VerifierSpec:
        """The rule of the question's kind."""
        return VerifierSpec("livebench-math")

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """By kind; the authors' figure is the plain mean of these."""
        return by_factor(scored, "kind", lambda p: p.meta["task"])


def _problem(number: int, row: Mapping[str, Any]) -> Problem:
    turns = row["turns"]
    where = f"task livebench-math, row {number}"
    if not isinstance(turns, list) or not turns or not isinstance(turns[0], str):
        raise DataError(f"{where}: turns should be a list of texts; is it {DATA.name}?")
    if row["task"] not in KINDS:
        raise DataError(f"{where}: no rule for the task {row['task']!r}: {', '.join(KINDS)}")
    gold = str(row["ground_truth"]).strip()
    if row["task"] == "olympiad" and not all(p.strip().isdecimal() for p in gold.split(",")):
        raise DataError(f"{where}: the ground truth of a proof is numbers, not {gold[:40]!r}")
    return Problem(
        id=str(row["question_id"]),
        question=turns[0],
        gold=gold,
        meta={"task": row["task"], "subtask": str(row.get("subtask") or "")},
    )
