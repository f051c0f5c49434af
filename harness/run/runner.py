"""Sending problems and budgets to the engine, and the results to the store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeVar

from harness.budgets import Chain, Judged, Score
from harness.budgets.contracts import chains
from harness.core import BackendError, Problem, Prompt, Status, Verdict
from harness.core.sample import add_known
from harness.run.ceilings import CeilingReached
from harness.run.charging import charges
from harness.run.families import families
from harness.run.grading import Grader
from harness.run.limits import LimitReached
from harness.run.plan import LoadedTask, PlannedRun
from harness.run.sampler import ProblemSampler
from harness.run.session import Session
from harness.store import Store
from harness.store.records import Charge, Row, attempt_rows, problem_row, verdict_row
from harness.store.runs import pool_sizes
from harness.verifiers.pool import VerifierPool

T = TypeVar("T")

PoolSizes = Mapping[tuple[str, str], int]
"""(run id, problem digest) -> chains of a finished attempt."""


def finished_attempts(store: Store, runs: Sequence[PlannedRun]) -> dict[tuple[str, str], int]:
    """The finished attempts without an error, with the size of their pools.

    A single unit (a search) has the requested size, however many answers it has.
    """
    wanted = {run.id: _size(run) for run in runs if run.strategy.whole}
    found = pool_sizes(store, [run.id for run in runs])
    return {key: wanted.get(key[0]) or size for key, size in found.items()}


@dataclass(slots=True, kw_only=True)
class Outcome:
    """The outcome of one task's runs."""

    failed: int = 0
    unfinished: int = 0
    errors: list[str] = field(default_factory=list)
    ungraded: list[str] = field(default_factory=list)  # reasons, each once


@dataclass(slots=True)
class TaskRunner:
    """Runs all budgets of one task, problem by problem, several problems concurrently.

    `only`: the ids of the problems to attempt now; None for all.
    """

    session: Session
    pool: VerifierPool
    loaded: LoadedTask
    runs: Sequence[PlannedRun]
    done: PoolSizes
    only: Collection[str] | None = None
    outcome: Outcome = field(default_factory=Outcome)
    _graders: set[asyncio.Task[None]] = field(default_factory=set)
    _broken: list[BaseException] = field(default_factory=list)  # exceptions of graders

    async def run(self, problems_at_once: int) -> Outcome:
        """Go through the problems; returns what failed or was left, raises only fatal errors."""
        gate = asyncio.Semaphore(problems_at_once)
        label = str(self.loaded.spec)
        groups = families(self.runs)
        pools = {run.id: max(_size(r) for r in group) for group in groups for run in group}
        items = [
            (position, problem, prompt, problem.digest())
            for position, (problem, prompt) in enumerate(
                zip(self.loaded.problems, self.loaded.prompts, strict=True)
            )
            if self.only is None or problem.id in self.only
        ]

        if self.session.claims.second:  # from the other end: they meet, and share the work
            items.reverse()

        def stored(group: Sequence[PlannedRun], digest: str) -> bool:
            return all(self.done.get((run.id, digest), 0) >= pools[run.id] for run in group)

        # A family is attempted as a whole, so one of its runs that is stored does not count alone.
        done = sum(len(group) for group in groups for item in items if stored(group, item[3]))
        self.session.observer.planned(label, len(items) * len(self.runs), done)

        to_do = [item for item in items if not stored(self.runs, item[3])]
        if to_do:
            answers = sum(pools[group[0].id] for group in groups)
            self.pool.expect(self.loaded.verifier, to_do[0][1], len(to_do) * answers)

        async def one(position: int, problem: Problem, prompt: Prompt, digest: str) -> None:
            async with gate:
                # One sampler per problem: what one family has drawn can be cut by the next.
                grader = Grader(self.pool, self.loaded.verifier, problem)
                sampler = ProblemSampler(self.session, prompt, grader)
                item = _Item(position, problem, prompt, digest)
                left = [group for group in groups if not stored(group, digest)]
                if self.session.batcher is not None:
                    # All in one batch, rather than one batch per family.
                    samplers = [ProblemSampler(self.session, prompt, grader) for _ in left]
                    pairs = zip(samplers, left, strict=True)
                    await asyncio.gather(*(self._family(s, group, item) for s, group in pairs))
                    return
                for group in left:
                    await self._family(sampler, group, item)

        try:
            async with asyncio.TaskGroup() as tasks:
                for item in to_do:
                    tasks.create_task(one(*item))
        except BaseExceptionGroup as group:
            raise first_error(group) from None
        finally:
            if self._graders:
                await asyncio.gather(*self._graders, return_exceptions=True)
        self._raise_broken()
        return self.outcome

    def _raise_broken(self) -> None:
        """A failure after the answers, such as a selector that cannot choose, ends the command."""
        if self._broken:
            raise self._broken[0]

    def _graded(self, grader: asyncio.Task[None]) -> None:
        self._graders.discard(grader)
        if not grader.cancelled() and (error := grader.exception()) is not None:
            self._broken.append(error)

    async def _family(self, sampler: ProblemSampler, group: list[PlannedRun], item: _Item) -> None:
        """Draw one pool for all budgets of a family, and score it if one of them needs that."""
        self._raise_broken()
        if group[0].ceiling is None:
            bills = await self._pool(sampler, group, item)
        else:
            bill = await self._try(group, item, _under_ceiling(sampler, group[0]))
            bills = [] if bill is None else [bill]
        if bills:
            grader = asyncio.create_task(self._grade(bills, sampler, item))
            self._graders.add(grader)
            grader.add_done_callback(self._graded)

    async def _pool(
        self, sampler: ProblemSampler, group: list[PlannedRun], item: _Item
    ) -> list[_Bill]:
        dearest = max(group, key=_size)
        sampler.start(dearest.id)
        chains = await self._try(group, item, _propose(sampler, dearest))
        if chains is None:
            return []
        log, bills = sampler.log, []
        for run in sorted(group, key=_size, reverse=True):
            sampler.start(run.id)
            scores = await self._try([run], item, _score(sampler, run, chains))
            if scores is not None:
                bills.append(_Bill(run, chains, scores, {**sampler.log, **log}))
        return bills

    async def _try(self, group: Sequence[PlannedRun], item: _Item, work: Awaitable[T]) -> T | None:
        """The work's result; None if it ended these attempts. Raises fatal errors."""
        try:
            return await work
        except LimitReached:
            self.outcome.unfinished += len(group)
        except BackendError as error:
            if error.fatal:
                raise
            self._fail(group, item, str(error))
        return None

    def _fail(self, group: Sequence[PlannedRun], item: _Item, error: str) -> None:
        self.outcome.failed += len(group)
        self.outcome.errors.append(f"{item.problem.id}: {error}")
        rows: list[Row] = [item.row()]
        for run in group:
            rows += item.attempt(run, error=error)
            self.session.observer.attempted(str(self.loaded.spec), None)
        self.session.writer.put(rows)

    async def _grade(self, bills: Sequence[_Bill], sampler: ProblemSampler, item: _Item) -> None:
        """Verify the answers, then store attempts, charges and verdicts in one transaction."""
        finals = [chain[-1] for chain in bills[0].chains]
        verdicts = await sampler.verdicts(finals)
        for verdict in verdicts:
            if verdict.status is Status.UNGRADED and verdict.reason not in self.outcome.ungraded:
                self.outcome.ungraded.append(verdict.reason)
        rows: list[Row] = [item.row()]
        for bill in bills:
            rows += item.attempt(bill.run, stopped=bill.stopped, charges=bill.charges)
        for draw, verdict in zip(finals, verdicts, strict=True):
            rows.append(verdict_row(draw.id, item.digest, self.loaded.judge, verdict))
        self.session.writer.put(rows)
        for bill in bills:
            self.session.observer.attempted(str(self.loaded.spec), bill.correct(verdicts))


@dataclass(frozen=True, slots=True)
class _Bill:
    """What one budget is charged for a problem: its chains, their scores, all its requests.

    `stopped`: its ceiling ended it.
    """

    run: PlannedRun
    chains: Sequence[Chain]
    scores: Sequence[Score]
    log: Mapping[str, int]
    stopped: bool = False

    @property
    def charges(self) -> list[Charge]:
        """The attempt's charges."""
        return charges(self.chains, self.scores, self.log)

    def correct(self, verdicts: Sequence[Verdict]) -> float:
        """The expected score of the budget."""
        steps: Sequence[tuple[float, ...] | None] = [s.steps for s in self.scores]
        steps = steps or [None] * len(verdicts)
        judged = [
            Judged(verdict=v, steps=s, tokens=tokens_of(chain))
            for v, s, chain in zip(verdicts, steps, self.chains, strict=True)
        ]
        if not judged:
            return 0.0
        k = len(judged) if self.run.strategy.whole else _size(self.run)
        return self.run.strategy.selector.expect(judged, k).get(Status.CORRECT, 0.0)


def tokens_of(chain: Chain) -> int | None:
    """The generated tokens of a chain; None if one of its draws has no count."""
    return add_known(draw.output_tokens for draw in chain)


async def _propose(sampler: ProblemSampler, run: PlannedRun) -> list[Chain]:
    return [chain async for chain in _stream(sampler, run)]


def _stream(sampler: ProblemSampler, run: PlannedRun) -> AsyncGenerator[Chain, None]:
    name = run.strategy.budget.name
    return chains(name, run.strategy.proposer, sampler, _size(run))


async def _under_ceiling(sampler: ProblemSampler, run: PlannedRun) -> _Bill:
    """What a budget draws until its ceiling; each answer is scored before the next is started.

    An answer whose score does not fit is charged, but cannot be selected.
    """
    sampler.start(run.id, run.ceiling)
    chains: list[Chain] = []
    scores: list[Score] = []
    try:
        async with aclosing(_stream(sampler, run)) as stream:
            async for chain in stream:
                scores += await _score(sampler, run, [chain])
                chains.append(chain)
    except CeilingReached:
        pass  # recorded by the meter
    assert sampler.meter is not None
    return _Bill(run, chains, scores, sampler.log, sampler.meter.stopped)


async def _score(
    sampler: ProblemSampler, run: PlannedRun, chains: Sequence[Chain]
) -> Sequence[Score]:
    """The reward of each chain's answer; none for a budget without a reward."""
    reward = run.strategy.reward
    if reward is None:
        return ()
    return await sampler.score(reward, [chain[-1].response for chain in chains])


@dataclass(frozen=True, slots=True)
class _Item:
    """One problem on its way through the budgets."""

    position: int
    problem: Problem
    prompt: Prompt
    digest: str

    def row(self) -> Row:
        """The problem's row."""
        return problem_row(self.problem, self.digest)

    def attempt(
        self,
        run: PlannedRun,
        *,
        error: str | None = None,
        stopped: bool = False,
        charges: Sequence[Charge] = (),
    ) -> list[Row]:
        """The attempt of a run on it."""
        return attempt_rows(
            run.id, self.digest, self.position, error=error, stopped=stopped, charges=charges
        )


def _size(run: PlannedRun) -> int:
    return run.strategy.proposer.size


def first_error(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first real error of a task group: the others are its consequences."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
