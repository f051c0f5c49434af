"""IFEval: instructions that rules can check (Zhou et al. 2023), scored at four levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.core import DataError, DataSource, Estimate, Problem, Prompt, Scored, VerifierSpec
from harness.stats.ratios import ratio_interval
from harness.tasks._data import Published, check_choice, fixed_shuffle, load_rows
from harness.tasks._generate import check_options
from harness.tasks._metrics import by_factor
from harness.verifiers.ifeval.rules import RULES
from harness.verifiers.ifeval.verifier import LEVELS, MODES

DATA = Published(
    name="IFEval",
    hub="google/IFEval",
    revision=None,
    config=None,
    files=("ifeval/input_data.jsonl", "input_data.jsonl", "{split}.jsonl"),
    columns=("key", "prompt", "instruction_id_list", "kwargs"),
    texts=("prompt",),
    key=("key",),
)


class Ifeval:
    """541 prompts with one to three instructions of 25 kinds; level= and mode= say what counts."""

    name = "ifeval"
    version = "1"
    summary = "IFEval: 541 prompts whose instructions rules can check (hub or --data-dir)"

    def __init__(self) -> None:
        self._how = {"level": LEVELS[0], "mode": MODES[0]}

    def load(self, source: DataSource) -> Sequence[Problem]:
        """The rows in a fixed shuffled order."""
        check_options(self.name, source.options, ("level", "mode"))
        self.configure(source.options)
        rows = load_rows(DATA, "train", source)
        return fixed_shuffle([_problem(n, row) for n, row in enumerate(rows, 1)])[: source.limit]

    def configure(self, options: Mapping[str, str]) -> None:
        """What counts: a prompt's instructions together or each alone, strictly or not."""
        for name, allowed in (("level", LEVELS), ("mode", MODES)):
            value = options.get(name, allowed[0])
            self._how[name] = check_choice(self.name, name, value, allowed)

    def prompt(self, problem: Problem) -> Prompt:
        """The prompt as it is."""
        return Prompt.user(problem.question)

    def verifier(self) -> VerifierSpec:
        """The rules, at the level and in the mode that were asked for."""
        return VerifierSpec("ifeval", dict(self._how))

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """By kind of instruction (of a prompt's first); the authors' instruction-level accuracy.

        That is the share of all instructions; the mean score at this level weighs prompts alike.
        """
        found = dict(by_factor(scored, "kind", _kind))
        if self._how["level"] == "instruction" and scored:
            counts = [len(one.problem.meta["instructions"]) for one in scored]
            followed = [one.score * n for one, n in zip(scored, counts, strict=True)]
            clusters = [one.problem.cluster for one in scored]
            found["instruction_accuracy"] = ratio_interval(followed, counts, clusters)
        return found


def _kind(problem: Problem) -> str:
    return str(problem.meta["instructions"][0][0]).split(":")[0]


def _problem(number: int, row: Mapping[str, Any]) -> Problem:
    names, arguments = row["instruction_id_list"], row["kwargs"]
    where = f"task ifeval, row {number}"
    if not isinstance(names, list) or not isinstance(arguments, list) or not names:
        raise DataError(f"{where}: instruction_id_list and kwargs should be lists")
    if len(names) != len(arguments):
        raise DataError(f"{where}: {len(names)} instructions and {len(arguments)} kwargs")
    if unknown := [name for name in names if name not in RULES]:
        raise DataError(f"{where}: no rule for the instruction {unknown[0]!r}")
    given = [{k: v for k, v in one.items() if v is not None} for one in arguments]
    return Problem(
        id=str(row["key"]),
        question=str(row["prompt"]),
        gold="follows its instructions",
        meta={"instructions": [list(pair) for pair in zip(names, given, strict=True)]},
    )
