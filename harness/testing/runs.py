"""Runs a budget on a scripted engine, through the full product and into its own store."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from harness.budgets.strategy import Caller, Graded
from harness.core import DataSource, Estimate, ModelInfo, Problem, Prompt, Scored, VerifierSpec
from harness.core.protocols import Backend
from harness.core.registry import register
from harness.results.samples import iter_samples
from harness.results.views import RunReport, SampleView
from harness.run.evaluate import evaluate
from harness.run.evaluation import Evaluation
from harness.store import open_store

QUESTION = "Which digit is it?"


class Scripted:
    """The task `scripted`: guess one of three digits, graded by the verifier `math`."""

    name = "scripted"
    version = "1"
    summary = "guess one of three digits"

    def load(self, source: DataSource) -> Sequence[Problem]:
        """As many problems as requested, twelve by default; the gold is 0, 1, 2, 0 …"""
        return [
            Problem(id=f"p{i}", question=f"{QUESTION} ({i})", gold=str(i % 3))
            for i in range(source.limit or 12)
        ]

    def prompt(self, problem: Problem) -> Prompt:
        """The question alone."""
        return Prompt.user(problem.question)

    def verifier(self) -> VerifierSpec:
        """Numbers."""
        return VerifierSpec("math")

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """None of its own."""
        return {}


class ScriptedReward:
    """The reward `scripted`: a value for each line, determined by everything up to its end."""

    has_model = False
    version = "1"

    def __init__(self, argument: str | None = None) -> None:
        self.salt = argument or ""
        spec = f"reward:scripted:{self.salt}"
        self.info = ModelInfo(spec=spec, name="scripted", fingerprint=f"{spec}@1")

    def values(self, response: str) -> tuple[float, ...]:
        """The same response has the same values."""
        lines = response.splitlines() or [""]
        return tuple(
            random.Random(self.salt + "\n".join(lines[: i + 1])).random() for i in range(len(lines))
        )

    async def score(self, caller: Caller, responses: Sequence[str]) -> list[Graded]:
        """One score for each response."""
        return [Graded(steps=self.values(response)) for response in responses]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """The result: the evaluation, the budget's report, and its answers as stored."""

    evaluation: Evaluation
    report: RunReport
    answers: Sequence[SampleView]


def attempt(
    budget: str,
    engine: Backend,
    *,
    problems: int = 12,
    seed: int = 0,
    db: str | Path | None = None,
    max_output_tokens: int = 2048,
    beside: Sequence[str] = (),
) -> Attempted:
    """Run a budget on the task `scripted`, optionally `beside` others that may share its samples.

    The store is a new one, or `db`, in which a second attempt resumes the first. The budget may
    use the reward `scripted`. Errors are those of `harness.evaluate`.
    """
    register("tasks", Scripted.name, Scripted, replace=True)
    register("rewards", "scripted", ScriptedReward, replace=True)
    with ExitStack() as stack:
        if db is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            db = Path(folder) / "scripted.sqlite"
        done = evaluate(
            engine,
            Scripted.name,
            [budget, *beside],
            limit=problems,
            seed=seed,
            max_output_tokens=max_output_tokens,
            db=db,
        )
        report = done.reports[0]
        with open_store(db) as store:
            answers = list(iter_samples(store, report.id))
    return Attempted(evaluation=done, report=report, answers=answers)
