"""Reading a run's finished attempts: answers with verdicts and rewards, and their charges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import groupby
from operator import attrgetter, itemgetter

from harness.budgets import Judged, Selector, build_selector
from harness.budgets.selectors.tally import tally
from harness.core import ModelInfo, Problem, RunManifest, Status, Verdict
from harness.core.sample import whole_turn
from harness.results.bills import Bill, Charge
from harness.store import Store
from harness.store.attempts import (
    UNGRADED,
    AttemptedProblem,
    ChargedSample,
    attempted_problems,
    charged_samples,
    step_values,
)
from harness.store.runs import Models, StoredRun, pool_sizes

NO_ANSWER = Verdict(
    status=Status.TRUNCATED, method="ceiling", reason="the ceiling came before any answer"
)
"""The verdict on an attempt that its ceiling ended before there was an answer to grade."""


@dataclass(slots=True)
class Attempt:
    """One problem's attempt, as read; `truncated` answers were cut by a token limit.

    `unread` answers exceeded their reward model's context. `stopped`: ended by its ceiling.
    """

    problem: Problem
    stopped: bool = False
    charges: list[Charge] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    chains: set[int] = field(default_factory=set)  # ordinals of the answers
    truncated: int = 0
    empty: int = 0  # answers without text
    unread: int = 0

    @property
    def correct(self) -> int:
        """Correct answers of the pool."""
        return self.count(Status.CORRECT)

    @property
    def credit(self) -> float:
        """The sum of the pool's scores: its correct answers, unless there is partial credit."""
        return tally(self.judged).get(Status.CORRECT, 0.0)

    @property
    def partial(self) -> bool:
        """Whether an answer has partial credit."""
        return any(j.verdict.score is not None for j in self.judged)

    def count(self, status: Status) -> int:
        """Answers of the pool with this status."""
        return sum(j.verdict.status is status for j in self.judged)

    @property
    def loops(self) -> list[bool]:
        """For each checked answer, whether it is a loop."""
        return [j.verdict.loop for j in self.judged if j.verdict.loop is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a run's budget reads its attempts.

    `whole`: each attempt is one search, not a pool of which the budget uses `size`, which is at
    most the `smallest` pool of all attempts. `models` are all models in the store, by id;
    `main` is the run's own.
    """

    selector: Selector
    size: int
    smallest: int
    whole: bool
    prompt_once: bool
    main: str
    models: Mapping[str, ModelInfo]

    @property
    def cover(self) -> Sequence[int]:
        """The sample counts at which coverage is shown: powers of two, and all."""
        most = 0 if self.whole else self.smallest
        return sorted({2**i for i in range(most.bit_length())} | {most}) if most > 1 else ()

    @property
    def single(self) -> bool:
        """Whether one answer is drawn, so that the accuracy is that of the pool's samples."""
        return not self.whole and self.size == 1

    def k(self, attempt: Attempt) -> int:
        """How many of the attempt's answers the selector chooses from."""
        return len(attempt.judged) if self.whole else self.size

    def expect(self, attempt: Attempt) -> Mapping[Status, float]:
        """Probability of each status of the selected answer."""
        return self.selector.expect(attempt.judged, self.k(attempt))

    def error(self, attempt: Attempt) -> float:
        """The Monte Carlo standard error of `correct`, if the selector has to sample."""
        return self.selector.error(attempt.judged, self.k(attempt))

    def bill(self, attempt: Attempt) -> Bill:
        """The budget's cost on this problem if run alone."""
        return Bill(
            attempt.charges,
            chains=attempt.chains,
            size=self.k(attempt),
            whole=self.whole,
            prompt_once=self.prompt_once,
        )

    def is_foreign(self, attempt: Attempt) -> bool:
        """Whether another model's tokens (a reward's) are charged, which have no price here."""
        return any(
            charge.model != self.main and charge.prompt_tokens != 0 for charge in attempt.charges
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts(Reading):
    """The finished attempts of a run in the task's order, and how its budget reads them.

    `foreign`: another model's tokens are charged somewhere.
    """

    items: tuple[Attempt, ...]
    foreign: bool


def selector_of(manifest: RunManifest) -> Selector:
    """The run's selector, rebuilt; UnknownNameError if its plugin is missing."""
    return build_selector(manifest.selector, manifest.selector_args)


def read_attempts(store: Store, run: StoredRun) -> Attempts:
    """All finished attempts of a run."""
    reading, attempts = stream_attempts(store, run)
    items = tuple(attempt for _, attempt in sorted(attempts, key=itemgetter(0)))
    own = {f.name: getattr(reading, f.name) for f in fields(reading)}
    return Attempts(**own, items=items, foreign=any(map(reading.is_foreign, items)))


def stream_attempts(store: Store, run: StoredRun) -> tuple[Reading, Iterator[tuple[int, Attempt]]]:
    """How a run's attempts are read, and each of them with its place in the task's order.

    They are yielded one by one, not in the task's order, so that few are in memory at once.
    """
    problems = {
        one.digest: (place, one) for place, one in enumerate(attempted_problems(store, run.id))
    }
    sizes = pool_sizes(store, [run.id])
    pools = [
        # An attempt ended by its ceiling before an answer counts as not correct.
        sizes.get((run.id, digest)) or int(one.stopped)
        for digest, (_, one) in problems.items()
    ]
    manifest = run.manifest
    smallest = min((pool for pool in pools if pool), default=0)
    reading = Reading(
        selector=selector_of(manifest),
        size=min(manifest.size, smallest) if smallest else manifest.size,
        smallest=smallest,
        whole=manifest.whole,
        prompt_once=manifest.prompt_once,
        main=run.model_id,
        models=Models(store),
    )
    return reading, _attempts(store, run, problems)


def _attempts(
    store: Store, run: StoredRun, problems: Mapping[str, tuple[int, AttemptedProblem]]
) -> Iterator[tuple[int, Attempt]]:
    left = dict(problems)
    for digest, rows in groupby(charged_samples(store, run), key=attrgetter("problem")):
        if digest not in left:  # a run under way finished it after its problems were read
            continue
        place, one = left.pop(digest)
        attempt = _attempt(one, rows)
        if attempt.judged:
            yield place, attempt
    for place, one in left.values():  # those without charges
        attempt = _attempt(one, ())
        if attempt.judged:
            yield place, attempt


def _attempt(one: AttemptedProblem, rows: Iterable[ChargedSample]) -> Attempt:
    attempt = Attempt(one.problem, one.stopped)
    answers: list[tuple[int, Verdict, int | None]] = []
    tokens: dict[int, int | None] = {}  # of each chain so far
    steps: dict[int, tuple[float, ...]] = {}
    for row in rows:
        before, more = tokens.get(row.ordinal, 0), row.output_tokens
        tokens[row.ordinal] = None if before is None or more is None else before + more
        if row.final:
            attempt.chains.add(row.ordinal)
            attempt.truncated += row.truncated
            attempt.empty += row.empty
            answers.append((row.ordinal, row.verdict or UNGRADED, tokens[row.ordinal]))
        if row.score:
            steps[row.ordinal] = step_values(row.text or "")
            attempt.unread += row.truncated
        attempt.charges.append(_charge(row))
    attempt.judged += [
        Judged(verdict=verdict, steps=steps.get(ordinal), tokens=said)
        for ordinal, verdict, said in answers
    ]
    if attempt.stopped and not attempt.judged:
        # No reward was requested for a missing answer; any value ranks it alone.
        attempt.judged.append(Judged(verdict=NO_ANSWER, steps=(0.0,)))
        attempt.truncated = 1
    return attempt


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
        row.cached_prompt_tokens,
        row.call,
        row.latency_s,
    )
