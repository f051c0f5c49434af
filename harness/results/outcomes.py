"""One run's outcomes problem by problem: the input of comparisons, baselines and gates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.core import Problem, Status
from harness.cost import PriceEntry, price
from harness.results.attempts import read_attempts
from harness.results.canaries import Canary
from harness.store import Store
from harness.store.runs import get_run


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemOutcome:
    """One problem under one budget, in expectation over the budget's own randomness.

    `correct`, `lured` (None if the problem has no lure), `alarmed` (the answer says that the
    problem has no answer; None if it has none) and `ungraded` are probabilities; `truncated`
    and `pool_correct` shares of the pool's `samples`; `tokens` the expected output tokens charged,
    `usd` dollars; None if unknown. `problem` is None when read from a file.
    """

    id: str
    cluster: str
    correct: float
    lured: float | None
    ungraded: float
    truncated: float
    tokens: float | None
    usd: float | None
    pool_correct: float
    alarmed: float | None = None
    samples: int = 1
    problem: Problem | None = None

    @classmethod
    def without_answer(cls, problem: Problem, correct: float) -> ProblemOutcome:
        """An outcome that nobody has answered yet, with `correct` in place of its score."""
        return cls(
            id=problem.id,
            cluster=problem.cluster,
            correct=correct,
            lured=None if problem.lure is None else 0.0,
            alarmed=None if problem.gold is None else 0.0,
            ungraded=0.0,
            truncated=0.0,
            tokens=None,
            usd=None,
            pool_correct=correct,
            problem=problem,
        )

    @property
    def flaky(self) -> bool:
        """Right in some samples and wrong in others; partial credit for one sample is neither."""
        return self.samples > 1 and 0 < self.pool_correct < 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcomes:
    """A run with its problems' outcomes, in the task's order; `planned` is how many it should have.

    `facts` must agree for two runs to be comparable: task, its version, data, prompts, verifier.
    `canaries` are a few of its requests to a model behind an API, if they were looked up.
    """

    id: str
    model: str
    task: str
    budget: str
    selector: str
    planned: int
    facts: Mapping[str, str]
    outcomes: tuple[ProblemOutcome, ...] = field(repr=False)
    canaries: tuple[Canary, ...] = field(default=(), repr=False)

    @property
    def label(self) -> str:
        """The run's display name."""
        return f"{self.model} / {self.task} / {self.budget}"


def load_outcomes(store: Store, run_id: str) -> RunOutcomes:
    """The finished problems of one run, with their charges."""
    run = get_run(store, run_id)
    attempts = read_attempts(store, run)
    kept = run.manifest.price
    entry = PriceEntry.from_json(kept) if kept else None
    rows = []
    for attempt in attempts.items:
        problem, pool = attempt.problem, len(attempt.judged)
        bill, chance = attempts.bill(attempt), attempts.expect(attempt)
        usage = bill.usage()
        usd = None if attempts.foreign else price(usage, entry) if entry else bill.usd()
        rows.append(
            ProblemOutcome(
                id=problem.id,
                cluster=problem.cluster,
                correct=_share(chance.get(Status.CORRECT, 0.0)),
                lured=None if problem.lure is None else _share(chance.get(Status.LURED, 0.0)),
                ungraded=_share(chance.get(Status.UNGRADED, 0.0)),
                truncated=attempt.truncated / pool,
                tokens=usage.output_tokens,
                usd=usd,
                pool_correct=attempt.credit / pool,
                alarmed=None if problem.gold is None else _share(chance.get(Status.ABSTAINED, 0.0)),
                samples=pool,
                problem=problem,
            )
        )
    return RunOutcomes(
        id=run.id,
        model=run.model,
        task=run.task,
        budget=run.budget,
        selector=attempts.selector.name,
        planned=run.planned,
        facts=run.facts,
        outcomes=tuple(rows),
    )


def _share(value: float) -> float:
    """A probability without the rounding error of the sums behind it."""
    return min(1.0, max(0.0, round(value, 12)))
