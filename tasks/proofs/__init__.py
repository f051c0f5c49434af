"""Formal proofs: a statement is given, a proof that the prover accepts is asked.

`coq-basics` are twenty small theorems of our own for Coq. `minif2f` and `proofnet` are read from
the files of DeepSeek-Prover-V1.5 (arXiv 2408.08152), for Lean 4 with mathlib.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.core import DataError, DataSource, Estimate, Problem, Prompt, Scored, VerifierSpec
from harness.tasks._data import Published, check_choice, fixed_shuffle, load_rows
from harness.tasks._generate import check_options
from harness.tasks._metrics import by_factor
from harness.tasks.custom.reading import read_toml

_COQ_PROMPT = """\
Prove this theorem in Coq. Give the theorem word for word with its proof in one block of code. \
What stands before it is there already; use no other libraries, no axioms and no `admit`.

```coq
{header}

{statement}
```"""
_LEAN_PROMPT = """\
Prove this theorem in Lean 4. Give the theorem word for word with its proof in one block of code. \
What stands before it is there already; use no `sorry`, no new axioms and no `native_decide`.

```lean4
{header}
{informal}{statement}
```"""


class CoqBasics:
    """Theorems on numbers, lists, booleans and propositions."""

    name = "coq-basics"
    version = "1"
    summary = "20 small theorems to prove in Coq (needs coqc)"

    def load(self, source: DataSource) -> Sequence[Problem]:
        """All of them, in a fixed shuffled order."""
        check_options(self.name, source.options, ())
        table = read_toml(Path(__file__).with_name("coq_basics.toml"))
        problems = [
            Problem(
                id=name,
                question=f"Theorem {name} : {statement}.",
                gold=f"Theorem {name} : {statement}.",
                meta={"header": table["header"]},
            )
            for name, statement in table["theorems"]
        ]
        return fixed_shuffle(problems)[: source.limit]

    def prompt(self, problem: Problem) -> Prompt:
        """The imports and the statement."""
        header = problem.meta["header"]
        return Prompt.user(_COQ_PROMPT.format(header=header, statement=problem.question))

    def verifier(self) -> VerifierSpec:
        """Coq checks."""
        return VerifierSpec("proof", {"prover": "coq"})

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """None of its own."""
        return {}


class LeanTheorems:
    """A set of theorems in Lean 4, as JSON lines with the columns of DeepSeek-Prover-V1.5."""

    version = "1"
    _OPTIONS = ("split",)

    def __init__(self, name: str, title: str, split: str, counts: Mapping[str, int]) -> None:
        self.name = name
        self.summary = (
            f"{title}: theorems to prove in Lean 4 with mathlib (--data-dir; "
            f"{', '.join(f'{n} {part}' for part, n in counts.items())})"
        )
        self._title, self._split, self._counts = title, split, counts

    def load(self, source: DataSource) -> Sequence[Problem]:
        """The rows of `split`, in a fixed shuffled order; DataError for another schema."""
        check_options(self.name, source.options, self._OPTIONS)
        parts = (*self._counts, "all")
        split = source.options.get("split", self._split)
        check_choice(self.name, "split", split, parts)
        data = Published(
            name=self._title,
            hub="",
            revision=None,
            config=None,
            files=(f"{self.name}.jsonl", f"datasets/{self.name}.jsonl"),
            columns=("name", "split", "informal_prefix", "formal_statement", "header"),
            texts=("name", "split", "formal_statement", "header"),
            key=("split", "name", "formal_statement"),  # names come again in ProofNet
        )
        rows = [row for row in load_rows(data, split, source) if split in ("all", row["split"])]
        if not rows:
            raise DataError(f"task {self.name}: the file has no row whose split is {split}")
        problems = [self._problem(number, row) for number, row in enumerate(rows, 1)]
        return fixed_shuffle(problems)[: source.limit]

    def _problem(self, number: int, row: Mapping[str, Any]) -> Problem:
        return Problem(
            id=f"{row['split']}-{number}-{row['name']}",
            question=row["formal_statement"].strip(),
            gold=row["formal_statement"].strip(),
            meta={
                "header": row["header"],
                "informal": row["informal_prefix"] or "",
                "split": row["split"],
            },
        )

    def prompt(self, problem: Problem) -> Prompt:
        """The header, what the theorem says in words, the statement."""
        return Prompt.user(
            _LEAN_PROMPT.format(
                header=problem.meta["header"].rstrip(),
                informal=problem.meta["informal"],
                statement=problem.question,
            )
        )

    def verifier(self) -> VerifierSpec:
        """Lean checks, in the project that HARNESS_LEAN_PROJECT names."""
        return VerifierSpec("proof", {"prover": "lean"})

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """By split where there are several."""
        if len({one.problem.meta["split"] for one in scored}) < 2:
            return {}
        return by_factor(scored, "split", lambda p: p.meta["split"])


def minif2f() -> LeanTheorems:
    """miniF2F (Zheng, Han and Polu 2022, arXiv 2109.00110)."""
    return LeanTheorems("minif2f", "miniF2F", "test", {"valid": 244, "test": 244})


def proofnet() -> LeanTheorems:
    """ProofNet (Azerbayev et al. 2023, arXiv 2302.12433)."""
    return LeanTheorems("proofnet", "ProofNet", "test", {"valid": 185, "test": 186})
