"""Reading a run's finished attempts: answers with verdicts and rewards, and their charges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.budgets import Judged, Selector
from harness.core import ModelInfo, Problem, RunManifest, Status, Verdict, registry
from harness.core.sample import whole_turn
from harness.results.bills import Bill, Charge
from harness.store import Store
from harness.store.attempts import (
    UNGRADED,
    ChargedSample,
    attempted_problems,
    charged_samples,
    step_values,
)
from harness.store.runs import StoredRun, get_models

NO_ANSWER = Verdict(
    status=Status.TRUNCATED, method="ceiling", reason="the ceiling came before any answer"
)
"""The verdict on an attempt that its ceiling ended before there was an answer to judge."""


@dataclass(slots=True)
class Attempt:
    """One problem's attempt, as read; `truncated` answers were cut by a token limit.

    `stopped`: its ceiling ended it.
    """

    problem: Problem
    stopped: bool = False
    charges: list[Charge] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    chains: set[int] = field(default_factory=set)  # ordinals of the answers
    truncated: int = 0

    @property
    def correct(self) -> int:
        """Correct answers of the pool."""
        return sum(j.verdict.status is Status.CORRECT for j in self.judged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """The finished attempts of a run in the task's order, and how its budget reads them.

    `whole`: each attempt is one search, not a pool of which the budget uses `size`. `models` are
    those that drew or scored, by id; `main` the run's own.
    """

    items: tuple[Attempt, ...]
    selector: Selector
    size: int
    smallest: int
    whole: bool
    prompt_once: bool
    main: str
    models: Mapping[str, ModelInfo]

    def k(self, attempt: Attempt) -> int:
        """How many of the attempt's answers the selector chooses from."""
        return len(attempt.judged) if self.whole else self.size

    def expect(self, attempt: Attempt) -> Mapping[Status, float]:
        """Probability of each status of the chosen answer."""
        return self.selector.expect(attempt.judged, self.k(attempt))

    def error(self, attempt: Attempt) -> float:
        """The Monte-Carlo standard error of `correct`, where the selector has to sample."""
        return self.selector.error(attempt.judged, self.k(attempt))

    def bill(self, attempt: Attempt) -> Bill:
        """What the budget costs on this problem run alone."""
        return Bill(
            attempt.charges,
            chains=attempt.chains,
            size=self.k(attempt),
            whole=self.whole,
            prompt_once=self.prompt_once,
        )

    @property
    def foreign(self) -> bool:
        """Whether tokens of another model (a reward's) are charged, which have no price here."""
        return any(
            charge.model != self.main and charge.prompt_tokens != 0
            for attempt in self.items
            for charge in attempt.charges
        )


def selector_of(manifest: RunManifest) -> Selector:
    """The selector that a run names, built again; UnknownNameError for an absent plugin's."""
    kind = registry.find("selectors", manifest.selector)
    selector: Selector = kind(**manifest.selector_args)
    return selector


def read_attempts(store: Store, run: StoredRun) -> Attempts:
    """All finished attempts of a run."""
    attempts = _with_charges(store, run)
    items = tuple(attempt for attempt in attempts.values() if attempt.judged)
    manifest = run.manifest
    wanted, smallest = manifest.size, min((len(a.judged) for a in items), default=0)
    used = {charge.model for attempt in items for charge in attempt.charges} | {run.model_id}
    return Attempts(
        items=items,
        selector=selector_of(manifest),
        size=min(wanted, smallest) if smallest else wanted,
        smallest=smallest,
        whole=manifest.whole,
        prompt_once=manifest.prompt_once,
        main=run.model_id,
        models=get_models(store, used),
    )


def _with_charges(store: Store, run: StoredRun) -> dict[str, Attempt]:
    attempts = {
        digest: Attempt(problem, stopped)
        for digest, problem, stopped in attempted_problems(store, run.id)
    }
    answers: list[tuple[Attempt, tuple[str, int], Verdict]] = []
    steps: dict[tuple[str, int], tuple[float, ...]] = {}
    for row in charged_samples(store, run):
        attempt, chain = attempts[row.problem], (row.problem, row.ordinal)
        if row.final:
            attempt.chains.add(row.ordinal)
            attempt.truncated += row.truncated
            answers.append((attempt, chain, row.verdict or UNGRADED))
        if row.score:
            steps[chain] = step_values(row.text or "")
        attempt.charges.append(_charge(row))
    for attempt, chain, verdict in answers:
        attempt.judged.append(Judged(verdict=verdict, steps=steps.get(chain)))
    for attempt in attempts.values():
        if attempt.stopped and not attempt.judged:
            # No reward was asked for what is not there; any value ranks it alone.
            attempt.judged.append(Judged(verdict=NO_ANSWER, steps=(0.0,)))
            attempt.truncated = 1
    return attempts


def _charge(row: ChargedSample) -> Charge:
    after = None if row.text is None else whole_turn(row.prefix, row.reasoning, row.text)
    return Charge(
        row.sample,
        row.ordinal,
        (row.prompt, row.prefix) if row.ask is None else row.ask,
        row.role,
        row.model,
        row.prompt,
        row.prefix,
        None if row.final else after,
        row.prompt_tokens,
        row.output_tokens,
        row.reasoning_tokens,
        row.usd,
    )
