"""GSM8K: grade-school word problems (Cobbe et al. 2021, arXiv 2110.14168).

A row: {"question": "Natalia sold clips to 48 of her friends …", "answer": "… #### 72"}; the gold
answer is the text after `####`, as published.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from harness.core import (
    DataError,
    DataSource,
    Estimate,
    Message,
    Problem,
    Prompt,
    Scored,
    VerifierSpec,
)
from harness.core.hashing import derive_seed
from harness.tasks._data import Published, check_choice, fixed_shuffle, load_rows
from harness.tasks._faults import sound_figure
from harness.tasks._generate import check_options, whole

DATA = Published(
    name="GSM8K",
    hub="openai/gsm8k",
    revision="cc7b047b6e5bb11b4f1af84efc572db110a51b3c",
    config="main",
    files=("gsm8k/{split}.jsonl", "{split}.jsonl", "main/{split}.jsonl"),
    columns=("question", "answer"),
    texts=("question",),
    key=("question",),
)
ENDING = '\nThink step by step, then end with "Answer: <number>".'
SPLITS = ("train", "test")


class Gsm8k:
    """The test split by default; options split=, shots=N and shots_seed= (from the train split)."""

    name = "gsm8k"
    version = "2"
    summary = "GSM8K: grade-school word problems (hub or --data-dir)"

    def load(self, source: DataSource) -> Sequence[Problem]:
        """The rows in a fixed shuffled order; ids contain the row (`test-17`)."""
        check_options(self.name, source.options, ("split", "shots", "shots_seed"))
        split = check_choice(self.name, "split", source.options.get("split", "test"), SPLITS)
        shots = self._shots(source)
        problems = []
        for row, data in enumerate(load_rows(DATA, split, source)):
            meta: dict[str, Any] = {"row": row, "split": split}
            if shots:
                meta["shots"] = shots
            gold = _gold(data["answer"], row)
            problems.append(
                Problem(id=f"{split}-{row}", question=data["question"], gold=gold, meta=meta)
            )
        return fixed_shuffle(problems)[: source.limit]

    def _shots(self, source: DataSource) -> list[list[str]]:
        """Questions and worked answers from the train split, chosen by seed."""
        count = whole(self.name, source.options, "shots", 0)
        if count == 0:
            return []
        seed = whole(self.name, source.options, "shots_seed", 0)
        rows = load_rows(DATA, "train", source)
        if count > len(rows):
            raise DataError(f"task gsm8k: shots={count}, and the train split has {len(rows)} rows")
        picked = random.Random(derive_seed("gsm8k shots", seed)).sample(rows, count)
        return [[row["question"], _worked(row["answer"])] for row in picked]

    def prompt(self, problem: Problem) -> Prompt:
        """The question and how to end, after the examples (as turns) when there are any."""
        turns: list[Message] = []
        for question, answer in self.shots(problem):
            turns += [Message("user", question + ENDING), Message("assistant", answer)]
        return Prompt((*turns, Message("user", problem.question + ENDING)))

    def shots(self, problem: Problem) -> Sequence[Sequence[str]]:
        """The examples shown before a problem, as (question, answer)."""
        examples: Sequence[Sequence[str]] = problem.meta.get("shots", ())
        return examples

    def verifier(self) -> VerifierSpec:
        """Numbers compare by value: 1,000 is 1000."""
        return VerifierSpec("math")

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """Accuracy without the rows whose published gold answer is known to be wrong."""
        return sound_figure(self.name, scored)


def _gold(answer: object, row: int) -> str:
    head, marks, gold = answer.rpartition("####") if isinstance(answer, str) else ("", "", "")
    if not (marks and head and re.fullmatch(r"-?[\d,]*\.?\d+", gold.strip())):
        raise DataError(
            f"GSM8K, row {row + 1}: no number behind '####' in the answer; "
            "is it GSM8K's own schema?"
        )
    return gold.strip()


def _worked(answer: str) -> str:
    """A published solution as a model should write it: no calculator marks, our ending."""
    body, _, gold = answer.rpartition("####")
    while "<<" in body:
        head, _, rest = body.partition("<<")
        body = head + rest.partition(">>")[2]
    return f"{body.strip()}\nAnswer: {gold.strip()}"
