"""A strategy is a proposer (how samples are produced) and a selector (which answer counts).

Proposers are plain async code over a `Caller`. Behind it, a scheduler batches the calls of many
problems, reuses what was generated before, and keeps the ledger: everything that a proposer
requests is charged to its attempt, whether it ends up in an answer or is discarded.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeVar

from harness.budgets.grammar import Budget
from harness.core import (
    ModelInfo,
    Prompt,
    Sample,
    Sampling,
    Status,
    ThinkMarks,
    Verdict,
    VerifierSpec,
)

T = TypeVar("T")

Role = Literal["generator", "reward", "judge"]
"""The purpose of a call: an answer (or a part of one), or its score."""


Draw = Sample
"""One stored sample, as a strategy sees it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A reward's score of one response: a value in [0, 1] for each of its steps, at least one.

    `id` identifies it in the store. `parts` are the draws that it took (a judge's replies), if any.
    """

    id: str
    steps: tuple[float, ...]
    parts: tuple[Draw, ...] = ()


class Caller(Protocol):
    """What a proposer may call, for one problem."""

    @property
    def prompt(self) -> Prompt:
        """The problem as worded by the task."""
        ...

    @property
    def marks(self) -> ThinkMarks | None:
        """The model's thinking marks; None if it has none."""
        ...

    @property
    def max_output_tokens(self) -> int:
        """The command's default limit for one completion."""
        ...

    @property
    def in_turn(self) -> bool:
        """Whether a ceiling is counted down: calls are then sequential.

        A complete answer is then yielded before the next is started, so that it counts
        if the ceiling ends the attempt: a strategy lets exceptions of `sample` and `score` pass.
        """
        ...

    def room(self, prefix: str = "", *, prompt: Prompt | None = None) -> int | None:
        """How many tokens the model's context leaves after `prefix`, at least; None: unknown."""
        ...

    async def sample(
        self,
        indices: Sequence[int],
        sampling: Sampling,
        *,
        prefix: str = "",
        prompt: Prompt | None = None,
        role: Role = "generator",
    ) -> list[Draw]:
        """One draw for each sample index, found in the store or generated; order kept.

        `prompt` overrides the task's own. Equal arguments give equal draws (so a second draw of the
        same needs another index), and a shorter `max_tokens` gives a prefix of a longer draw.
        Raises BackendError if the model failed permanently.
        """
        ...

    async def likelihoods(self) -> Draw:
        """One draw, which says how likely each of the prompt's choices is; none is generated.

        Its text is what `harness.core.likelihood.write_measures` writes.
        """
        ...

    async def score(self, reward: Reward, responses: Sequence[str]) -> list[Score]:
        """The reward's scores of some responses to the problem; stored ones are reused."""
        ...

    async def verdicts(self, draws: Sequence[Draw]) -> list[Verdict]:
        """The task's verifier on the answers of some draws.

        A strategy may count equal answers by `key`; looking at `status` is looking at the gold.
        """
        ...

    async def check(self, verifier: VerifierSpec, responses: Sequence[str]) -> list[Verdict]:
        """Another verifier's verdicts on some texts, in the pool of killable workers."""
        ...


async def together(calls: Iterable[Awaitable[T]], *, in_turn: bool = False) -> list[T]:
    """Await several calls concurrently; if one fails, wait for the others before raising.

    `asyncio.gather` would leave them running: paid for, and perhaps never stored. `in_turn`:
    sequentially; `calls` should then be a generator, so that no coroutine is created unawaited.
    """
    if in_turn:
        return [await call for call in calls]
    results = await asyncio.gather(*calls, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results  # type: ignore[return-value] # no exception is left


async def side_by_side(
    caller: Caller, streams: Iterable[AsyncGenerator[T, None]]
) -> AsyncGenerator[T, None]:
    """The items of several streams, in order; sequentially if the caller says so."""
    if caller.in_turn:
        for stream in streams:
            async for item in stream:
                yield item
    else:
        for items in await together(_all(stream) for stream in streams):
            for item in items:
                yield item


async def _all(stream: AsyncGenerator[T, None]) -> list[T]:
    return [item async for item in stream]


Chain = tuple[Draw, ...]
"""The draws that led to one answer, the last of which contains it (thinking, then answer)."""


class Proposer(Protocol):
    """Produces samples.

    Registered under `harness.proposers` as a class; built from a budget and its reward (None if
    it has none); raises UsageError if they do not fit. Its `version`, if it declares one,
    identifies its requests to the model, in addition to a hash of its source.
    `reads_choices = True`: it requests nothing but `Caller.likelihoods`.
    """

    @property
    def size(self) -> int:
        """The maximum number of samples that the budget's selector chooses from (k)."""
        ...

    @property
    def family(self) -> str:
        """Budgets of one family draw the same samples, and share one pool."""
        ...

    @property
    def exchangeable(self) -> bool:
        """Whether any k chains of a larger pool are distributed like those of a budget of size k.

        If not, or under a ceiling, an attempt is a unit: it is charged for everything requested,
        and its selector chooses from all of its chains.
        """
        ...

    @property
    def depth(self) -> int:
        """Longer traces first: within a sweep, higher depth runs first and is cut for the rest."""
        ...

    @property
    def needs_marks(self) -> bool:
        """Whether the model must have thinking marks."""
        ...

    def most_tokens(self, max_output_tokens: int) -> int:
        """The maximum tokens that one chain can generate, given the command's limit.

        What an attempt discards on the way to a chain counts towards that chain.
        """
        ...

    def propose(self, caller: Caller, n: int) -> AsyncGenerator[Chain, None]:
        """A pool of n chains (at most n, if they are not exchangeable).

        If `caller.in_turn`, each is yielded as soon as it is complete: what was not yielded before
        a ceiling ended the attempt is charged, but is not an answer.
        """
        ...


class Reward(Protocol):
    """Scores responses, complete or partial, and step by step if it can.

    Registered under `harness.rewards` as a callable that takes the text after its name's colon
    (`reward=hf:FOLDER` calls `hf` with "FOLDER"; None without it); raises UsageError if
    it is unavailable. Constructing it loads no weights.
    """

    @property
    def info(self) -> ModelInfo:
        """Its name, its fingerprint (which changes whenever its scores could), its size."""
        ...

    @property
    def has_model(self) -> bool:
        """Whether it runs a model of its own, whose tokens it reports with each score."""
        ...

    async def score(self, caller: Caller, responses: Sequence[str]) -> list[Graded]:
        """One score for each response; raises BackendError if it has none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """A reward's result: values in [0, 1], the tokens its own model read, the draws it took.

    `cut`: the response was longer than that model can read, and only its beginning was scored.
    """

    steps: tuple[float, ...]
    prompt_tokens: int | None = 0
    parts: tuple[Draw, ...] = ()
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One chain of a pool with the verdict on its answer, and its reward if it has one.

    `tokens` were generated for it, including thinking and steps; None if unknown. A
    selector may look at `verdict.answer` and `key`; looking at `status` is looking at the gold.
    """

    verdict: Verdict
    steps: tuple[float, ...] | None = None
    tokens: int | None = None


class Selector(Protocol):
    """Chooses the final answer from a pool.

    Registered under `harness.selectors` as a class; `args` are the keyword arguments (plain JSON)
    to rebuild it. They are options of the budget: `vote@4:select=shortest,by=words`. A class
    with `uses_reward = True` is given scored answers, and needs a `reward=`.
    """

    name: str

    @property
    def args(self) -> Mapping[str, str | int]:
        """The arguments that it was built with."""
        ...

    def expect(self, pool: Sequence[Judged], k: int) -> Mapping[Status, float]:
        """Probability of each status of the selected answer, over random k-subsets of the pool.

        Unbiased for the budget of size k, and exact unless `error` says otherwise; raises
        ValueError for k > len(pool).
        """
        ...

    def error(self, pool: Sequence[Judged], k: int) -> float:
        """The Monte Carlo standard error of the probability of `correct`; 0 if it is exact."""
        ...


@dataclass(frozen=True, slots=True)
class Strategy:
    """A budget with its parts.

    `versions` identify the code of those parts that are not built in, or not in their first
    version: measurements with other code are another run.
    """

    budget: Budget
    proposer: Proposer
    selector: Selector
    reward: Reward | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def capped(self) -> bool:
        """Whether a ceiling limits what one problem may cost."""
        return bool(self.budget.ceilings)

    @property
    def whole(self) -> bool:
        """Whether an attempt is a unit, and not a pool of which smaller budgets use parts."""
        return self.capped or not self.proposer.exchangeable

    @property
    def reads(self) -> bool:
        """Whether it has the prompt's choices read, and generates nothing."""
        return bool(getattr(self.proposer, "reads_choices", False))

    @property
    def family(self) -> str:
        """Budgets of one family share one pool; one with a ceiling stops where no other does."""
        return str(self.budget) if self.capped else self.proposer.family
