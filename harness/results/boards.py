"""One run problem by problem, as leaderboards need it: outcomes, costs and answers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.budgets import Budget
from harness.core import Problem, Status, UsageError
from harness.core.sample import add_known
from harness.cost import PriceEntry, price
from harness.results.attempts import Attempt, Attempts, read_attempts
from harness.results.device import DeviceTime
from harness.store import Store
from harness.store.runs import get_run

SERIAL = ("adaptive", "mcts", "rmaxts")
"""Budgets that draw their samples sequentially: nothing runs concurrently."""

KEPT_ANSWERS = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """A class of equal answers in a pool: its first spelling, its count, and its verdict."""

    text: str
    count: int
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemFigures:
    """One problem under one budget, in expectation over the budget's own randomness.

    `statuses` are probabilities of the selected answer's status, `counts` the pool's answers by
    status, `answers` its most frequent classes. Costs are what the budget is charged for this
    problem: output tokens; `sequential` ones, which cannot be parallelised (the
    longest chain if chains run concurrently); tokens that a reward model `read`; FLOPs; dollars
    by tokens; seconds of its calls if made sequentially. None is unknown.
    """

    problem: str
    statuses: Mapping[str, float]
    counts: Mapping[str, int]
    answers: tuple[Answer, ...] = ()
    tokens: float | None = None
    sequential: float | None = None
    read: float | None = None
    flops: float | None = None
    usd: float | None = None
    seconds: float | None = None

    @property
    def correct(self) -> float:
        """Probability that the selected answer is correct."""
        return self.statuses.get(Status.CORRECT, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRun:
    """A run with the figures of its finished problems, in the task's order."""

    run: str
    problems: tuple[Problem, ...] = field(repr=False)
    figures: tuple[ProblemFigures, ...] = field(repr=False)

    def mean(self, unit: str) -> float | None:
        """Mean cost over problems in a unit (a name of `ProblemFigures`); None if unknown."""
        values = [getattr(f, unit) for f in self.figures]
        total = add_known(values) if values else None
        return None if total is None else total / len(values)

    def device_seconds(self, time: DeviceTime | None) -> float | None:
        """Mean device-seconds charged per problem, at the rates of all calls of the run's model."""
        written, read = self.mean("tokens"), self.mean("read")
        if time is None or not time.output_tokens or written is None or read is None:
            return None
        if read and not time.read_tokens:
            return None
        by_reward = read * time.read_seconds / time.read_tokens if read else 0.0
        return written * time.seconds_per_token + by_reward


def load_board_run(store: Store, run_id: str) -> BoardRun:
    """Figures of one run."""
    run = get_run(store, run_id)
    attempts = read_attempts(store, run)
    kept = run.manifest.price
    entry = PriceEntry.from_json(kept) if kept else None
    costing = _Costing(attempts, entry, run.manifest.gpu_usd_per_hour, _serial(run.budget))
    return BoardRun(
        run=run.id,
        problems=tuple(a.problem for a in attempts.items),
        figures=tuple(costing.figures(a) for a in attempts.items),
    )


def _serial(budget: str) -> bool:
    try:
        parsed = Budget.parse(budget)
    except UsageError:  # a budget from a plugin or an older grammar
        return False
    ceilings = (parsed.ceiling_tokens, parsed.ceiling_usd, parsed.ceiling_seconds)
    return parsed.name in SERIAL or any(c is not None for c in ceilings)


@dataclass(frozen=True, slots=True)
class _Costing:
    attempts: Attempts
    entry: PriceEntry | None
    per_hour: float | None
    serial: bool

    def figures(self, attempt: Attempt) -> ProblemFigures:
        bill = self.attempts.bill(attempt)
        usage = bill.usage()
        if self.per_hour is not None or self.attempts.foreign:
            usd = None
        else:
            usd = price(usage, self.entry) if self.entry else bill.usd()
        chance = self.attempts.expect(attempt)
        return ProblemFigures(
            problem=attempt.problem.id,
            statuses={str(s): _share(p) for s, p in chance.items() if p > 1e-12},
            counts=dict(Counter(str(j.verdict.status) for j in attempt.judged)),
            answers=_answers(attempt),
            tokens=usage.output_tokens,
            sequential=usage.output_tokens
            if self.serial
            else longest([j.tokens for j in attempt.judged], self.attempts.k(attempt)),
            read=bill.read_tokens(self.attempts.main),
            flops=bill.flops(self.attempts.models),
            usd=usd,
            seconds=bill.seconds(),
        )


def longest(tokens: Sequence[float | None], k: int) -> float | None:
    """Expected length of the longest of `k` chains drawn from a pool, without replacement.

    The i-th smallest of n is the longest in C(i-1, k-1) of the C(n, k) choices. None if a
    length is unknown.
    """
    known = sorted(t for t in tokens if t is not None)
    if len(known) < len(tokens) or not known or not 1 <= k <= len(known):
        return None
    ways = math.comb(len(known), k)
    return math.fsum(t * (math.comb(i, k - 1) / ways) for i, t in enumerate(known))


def _answers(attempt: Attempt) -> tuple[Answer, ...]:
    first: dict[str, tuple[str, str]] = {}
    counts: Counter[str] = Counter()
    for judged in attempt.judged:
        verdict = judged.verdict
        key = verdict.key if verdict.key is not None else verdict.answer
        if key is None:
            continue
        counts[key] += 1
        first.setdefault(key, (verdict.answer or key, str(verdict.status)))
    kept = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:KEPT_ANSWERS]
    return tuple(Answer(first[key][0], count, first[key][1]) for key, count in kept)


def _share(value: float) -> float:
    """A probability without the rounding error of the sums behind it."""
    return min(1.0, max(0.0, round(value, 12)))
