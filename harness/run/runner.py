"""Bringing problems and budgets to the engine, and what comes back to the store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import case, func, select

from harness.budgets import Chain, Judged, Score
from harness.budgets.contracts import chains
from harness.core import BackendError, Problem, Prompt, Status, Verdict
from harness.run.ceilings import CeilingReached
from harness.run.charges import charge_rows
from harness.run.grading import Judging
from harness.run.limits import LimitReached
from harness.run.plan import LoadedTask, PlannedRun, families
from harness.run.sampler import ProblemCaller, Session
from harness.store import Store
from harness.store.schema import AttemptRow, ChargeRow, ProblemRow, VerdictRow
from harness.store.writer import Row
from harness.verifiers.pool import VerifierPool

T = TypeVar("T")

PoolSizes = Mapping[tuple[str, str], int]
"""(run id, problem digest) -> chains of a finished attempt."""


def finished_attempts(store: Store, runs: Sequence[PlannedRun]) -> dict[tuple[str, str], int]:
    """The attempts that stand without an error, with the size of their pools.

    One that is a whole (a search) has the size that was wanted, however many answers it has.
    """
    sizes: dict[tuple[str, str], int] = {}
    with store.engine.connect() as connection:
        for run in runs:
            answers = func.sum(case((ChargeRow.final, 1), else_=0))
            charged = (AttemptRow.run_id == ChargeRow.run_id) & (
                AttemptRow.problem_id == ChargeRow.problem_id
            )
            query = (
                select(AttemptRow.problem_id, answers)
                .join(ChargeRow, charged, isouter=True)
                .where(AttemptRow.run_id == run.id, AttemptRow.error.is_(None))
                .group_by(AttemptRow.problem_id)
            )
            whole = _size(run) if run.strategy.whole else None
            sizes |= {(run.id, p): whole or size for p, size in connection.execute(query)}
    return sizes


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What happened to one task's runs."""

    failed: int = 0
    unfinished: int = 0
    errors: list[str] = field(default_factory=list)
    ungraded: list[str] = field(default_factory=list)  # why; each reason once


@dataclass(slots=True)
class TaskRunner:
    """Runs all budgets of one task, problem by problem, several problems at a time.

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
    _broken: list[BaseException] = field(default_factory=list)  # what graders raised

    async def run(self, problems_at_once: int) -> Outcome:
        """Go through the problems; returns what failed or was left, raises only what is fatal."""
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
        stored = sum(
            self.done.get((run.id, item[3]), 0) >= pools[run.id]
            for run in self.runs
            for item in items
        )
        self.session.observer.planned(label, len(items) * len(self.runs), stored)

        async def one(position: int, problem: Problem, prompt: Prompt, digest: str) -> None:
            async with gate:
                # One caller a problem: what a family has drawn is there for the next to cut.
                judging = Judging(self.pool, self.loaded.verifier, problem)
                caller = ProblemCaller(self.session, prompt, judging)
                for group in groups:
                    if all(self.done.get((r.id, digest), 0) >= pools[r.id] for r in group):
                        continue
                    await self._family(caller, group, _Item(position, problem, prompt, digest))

        try:
            async with asyncio.TaskGroup() as tasks:
                for item in items:
                    if any(self.done.get((r.id, item[3]), 0) < pools[r.id] for r in self.runs):
                        tasks.create_task(one(*item))
        except BaseExceptionGroup as group:
            raise first_error(group) from None
        finally:
            if self._graders:
                await asyncio.gather(*self._graders, return_exceptions=True)
        self._raise_broken()
        return self.outcome

    def _raise_broken(self) -> None:
        """What failed behind the answers, as a selector that cannot choose, ends the command."""
        if self._broken:
            raise self._broken[0]

    def _graded(self, grader: asyncio.Task[None]) -> None:
        self._graders.discard(grader)
        if not grader.cancelled() and (error := grader.exception()) is not None:
            self._broken.append(error)

    async def _family(self, caller: ProblemCaller, group: list[PlannedRun], item: _Item) -> None:
        """Draw one pool for all budgets of a family, and have it scored where one asks for that."""
        self._raise_broken()
        if group[0].ceiling is None:
            bills = await self._pool(caller, group, item)
        else:
            bill = await self._try(group, item, _under_ceiling(caller, group[0]))
            bills = [] if bill is None else [bill]
        if bills:
            grader = asyncio.create_task(self._grade(bills, caller, item))
            self._graders.add(grader)
            grader.add_done_callback(self._graded)

    async def _pool(
        self, caller: ProblemCaller, group: list[PlannedRun], item: _Item
    ) -> list[_Bill]:
        dearest = max(group, key=_size)
        caller.start(dearest.id)
        chains = await self._try(group, item, _propose(caller, dearest))
        if chains is None:
            return []
        log, bills = caller.log, []
        for run in sorted(group, key=_size, reverse=True):
            caller.start(run.id)
            scores = await self._try([run], item, _score(caller, run, chains))
            if scores is not None:
                bills.append(_Bill(run, chains, scores, {**caller.log, **log}))
        return bills

    async def _try(self, group: Sequence[PlannedRun], item: _Item, work: Awaitable[T]) -> T | None:
        """The work's result; None when it ended these attempts. Raises what is fatal."""
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
            rows.append((AttemptRow, item.attempt(run, error)))
            self.session.observer.attempted(str(self.loaded.spec), None)
        self.session.writer.put(rows)

    async def _grade(self, bills: Sequence[_Bill], caller: ProblemCaller, item: _Item) -> None:
        """Verify the answers, then store attempts, charges and verdicts in one transaction."""
        finals = [chain[-1] for chain in bills[0].chains]
        verdicts = await caller.verdicts(finals)
        for verdict in verdicts:
            if verdict.status is Status.UNGRADED and verdict.reason not in self.outcome.ungraded:
                self.outcome.ungraded.append(verdict.reason)
        rows: list[Row] = [item.row()]
        for bill in bills:
            rows.append((AttemptRow, item.attempt(bill.run, None, bill.stopped)))
            rows += [
                (ChargeRow, {"run_id": bill.run.id, "problem_id": item.digest, **row})
                for row in charge_rows(bill.chains, bill.scores, bill.log)
            ]
        for draw, verdict in zip(finals, verdicts, strict=True):
            rows.append((VerdictRow, verdict_row(draw.id, item.digest, self.loaded.judge, verdict)))
        self.session.writer.put(rows)
        for bill in bills:
            self.session.observer.attempted(str(self.loaded.spec), bill.correct(verdicts))


@dataclass(frozen=True, slots=True)
class _Bill:
    """What one budget is charged for a problem: its chains, their scores, all it asked for.

    `stopped`: its ceiling ended it.
    """

    run: PlannedRun
    chains: Sequence[Chain]
    scores: Sequence[Score]
    log: Mapping[str, int]
    stopped: bool = False

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
    """The generated tokens of a chain; None where one of its draws has no count."""
    counts = [draw.output_tokens for draw in chain]
    return None if None in counts else sum(count or 0 for count in counts)


async def _propose(caller: ProblemCaller, run: PlannedRun) -> list[Chain]:
    return [chain async for chain in _stream(caller, run)]


def _stream(caller: ProblemCaller, run: PlannedRun) -> AsyncGenerator[Chain, None]:
    name = run.strategy.budget.name
    return chains(name, run.strategy.proposer, caller, _size(run))


async def _under_ceiling(caller: ProblemCaller, run: PlannedRun) -> _Bill:
    """What a budget draws until its ceiling; each answer is scored before the next is begun.

    An answer whose score does not fit is charged, but cannot be chosen.
    """
    caller.start(run.id, run.ceiling)
    chains: list[Chain] = []
    scores: list[Score] = []
    try:
        async with aclosing(_stream(caller, run)) as stream:
            async for chain in stream:
                scores += await _score(caller, run, [chain])
                chains.append(chain)
    except CeilingReached:
        pass  # the meter has it
    assert caller.meter is not None
    return _Bill(run, chains, scores, caller.log, caller.meter.stopped)


async def _score(
    caller: ProblemCaller, run: PlannedRun, chains: Sequence[Chain]
) -> Sequence[Score]:
    """The reward of each chain's answer; none for a budget without a reward."""
    reward = run.strategy.reward
    if reward is None:
        return ()
    return await caller.score(reward, [chain[-1].response for chain in chains])


@dataclass(frozen=True, slots=True)
class _Item:
    """One problem on its way through the budgets."""

    position: int
    problem: Problem
    prompt: Prompt
    digest: str

    def row(self) -> Row:
        """The problem's row."""
        return (ProblemRow, {"id": self.digest, "content": self.problem.to_json()})

    def attempt(
        self, run: PlannedRun, error: str | None, stopped: bool = False
    ) -> dict[str, object]:
        """The attempt's columns."""
        return {
            "run_id": run.id,
            "problem_id": self.digest,
            "position": self.position,
            "error": error,
            "stopped": stopped,
        }


def _size(run: PlannedRun) -> int:
    return run.strategy.proposer.size


def verdict_row(
    sample: str, problem: str, judge: tuple[str, str], verdict: Verdict
) -> dict[str, object]:
    """The columns of a verdict; `judge` is the verifier's label and version."""
    label, version = judge
    return {
        "sample_id": sample,
        "problem_id": problem,
        "verifier": label,
        "version": version,
        "status": str(verdict.status),
        "answer": verdict.answer,
        "key": verdict.key,
        "method": verdict.method,
        "warning": verdict.warning,
        "reason": verdict.reason,
    }


def first_error(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first real error of a task group: the others are its consequences."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
