"""Partial solutions: what step-level searches have in common.

A step ends at the delimiter, a newline unless `step=` sets another. A path is the text of one
branch so far; searches extend paths by steps, have them scored, and keep some.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace

from harness.budgets import options
from harness.budgets.answering import sampling_of
from harness.budgets.grammar import Budget
from harness.budgets.selectors.aggregations import aggregation
from harness.budgets.strategy import Caller, Chain, Draw, Reward, together
from harness.core import Finish, HarnessError, Sampling, UsageError, Verdict

OPTIONS = (
    "agg",
    "max",
    "reward",
    "rounds",
    "select",
    "step",
    "temperature",
    "top_k",
    "top_p",
)
"""Options of any search budget."""

MOST_ROUNDS = 40
"""Steps of one solution, as in Snell et al. 2024; after that, the rest is generated in one go."""

_STRIDE = 1 << 20  # sample indices for each branch that allocates its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A solution so far: its draws, the assistant's turn (`text`, with delimiters), its tokens.

    `done`: nothing can follow, because the model ended its turn or a limit cut it.
    """

    draws: Chain = ()
    text: str = ""
    tokens: int = 0
    done: bool = False

    @property
    def response(self) -> str:
        """What is scored and verified: the turn without a trailing delimiter."""
        return self.draws[-1].response if self.done else self.text


ROOT = Path()


@dataclass(slots=True)
class Indices:
    """Sample indices after each text: no two draws of a search share one.

    Draws are identified by the text before them and their index. Indices are allocated in the
    search's own order, before anything is awaited, so that repeating a search repeats its requests.
    """

    branch: int = 0
    _used: dict[str, int] = field(default_factory=dict)

    def take(self, text: str, count: int) -> range:
        """`count` fresh indices after `text`."""
        start = self._used.get(text, self.branch * _STRIDE)
        self._used[text] = start + count
        return range(start, start + count)


class Steps:
    """Draws steps according to a budget's options."""

    def __init__(self, budget: Budget, reward: Reward | None) -> None:
        self.delimiter = options.text(budget, "step", "\n")
        self.rounds = options.integer(budget, "rounds", low=1) or MOST_ROUNDS
        self.max_tokens = options.integer(budget, "max", low=1)
        self.agg = budget.option("agg") or "last"
        self._join = aggregation(self.agg)
        self.sampling = sampling_of(budget)
        if self.sampling.temperature == 0:
            raise UsageError(f"budget {str(budget)!r}: at temperature 0 all branches are the same")
        self.reward = reward

    @property
    def identity(self) -> str:
        """Everything that shapes a search except its sizes."""
        reward = None if self.reward is None else self.reward.info.fingerprint
        return (
            f"step={self.delimiter!r},rounds={self.rounds},max={self.max_tokens},agg={self.agg},"
            f"reward={reward},{self.sampling.to_json()}"
        )

    def limit(self, caller: Caller) -> int:
        """Token limit of one whole solution."""
        return self.max_tokens or caller.max_output_tokens

    async def extend(
        self,
        caller: Caller,
        path: Path,
        indices: Sequence[int],
        *,
        whole: bool = False,
        greedy: bool = False,
    ) -> list[Path]:
        """The path with one more step, for each index; `whole`: with all that remains."""
        sampling: Sampling = replace(
            self.sampling,
            max_tokens=self.limit(caller) - path.tokens,
            stop=_ends(caller) if whole else (self.delimiter, *_ends(caller)),
        )
        if greedy:
            sampling = replace(sampling, temperature=0.0, top_p=1.0, top_k=0)
        draws = await caller.sample(indices, sampling, prefix=path.text)
        ended = await self._ended(caller, draws)
        return [
            self._joined(caller, path, draw, over) for draw, over in zip(draws, ended, strict=True)
        ]

    async def extend_all(
        self,
        caller: Caller,
        asked: Sequence[tuple[Path, Sequence[int]]],
        *,
        whole: bool = False,
    ) -> AsyncGenerator[Path, None]:
        """`extend` for several paths, concurrently, or sequentially under a ceiling."""
        if caller.in_turn:
            asked = [(path, [index]) for path, indices in asked for index in indices]
            for path, indices in asked:
                for grown in await self.extend(caller, path, indices, whole=whole):
                    yield grown
        else:
            calls = (self.extend(caller, path, indices, whole=whole) for path, indices in asked)
            for paths in await together(calls):
                for grown in paths:
                    yield grown

    async def _ended(self, caller: Caller, draws: Sequence[Draw]) -> list[bool]:
        """Whether the model ended its turn with each draw.

        If an engine does not report what stopped it, a draw without words is the end, and so is
        one in which the task's verifier is certain of an answer ("Answer: 7"), unless it is
        a verifier that finds an answer in any text.
        """
        untold = [
            draw
            for draw in draws
            if draw.finish is Finish.STOP and draw.stopped_by is None and draw.text.strip()
        ]
        # After other words, so that a line on its own is not taken for an answer.
        shown = [replace(draw, prefix=_UNFINISHED) for draw in untold]
        answers = set()
        if shown:
            nothing = replace(untold[0], prefix="", text=_UNFINISHED.strip())
            control, *found = await caller.verdicts([nothing, *shown])
            if not _sure(control):
                answers = {d.id for d, v in zip(untold, found, strict=True) if _sure(v)}
        return [
            draw.finish is not Finish.STOP
            or draw.stopped_by in ("", *_ends(caller))
            or (draw.stopped_by is None and (not draw.text.strip() or draw.id in answers))
            for draw in draws
        ]

    def _joined(self, caller: Caller, path: Path, draw: Draw, ended: bool) -> Path:
        # If an engine gives no count, four characters count as a token, for this limit
        # only; the ledger keeps the count as unknown.
        tokens = path.tokens + (
            len(draw.text) // 4 + 1 if draw.output_tokens is None else draw.output_tokens
        )
        text = draw.response + self.delimiter
        room = caller.room(text)
        done = ended or tokens >= self.limit(caller) or (room is not None and room < 1)
        return Path(draws=(*path.draws, draw), text=text, tokens=tokens, done=done)

    async def values(self, caller: Caller, responses: Sequence[str]) -> list[float]:
        """One value for each response, from the reward."""
        assert self.reward is not None  # searches that call this have one
        scores = await caller.score(self.reward, responses)
        return [self._join(score.steps) for score in scores]

    async def grow(
        self, caller: Caller, n: int, width: int, ahead: int = 0
    ) -> AsyncGenerator[Path, None]:
        """Beam search for n solutions: each round draws n steps from the best n/width paths.

        As in search-and-learn: a finished path leaves the search and is one of the n, the rest are
        scored, and the best of them share the n steps of the next round; the first n finished
        paths are the solutions, and no round starts after that. `ahead` steps are rolled out at
        temperature 0 before a path is scored (lookahead). Ties keep the earlier path.
        """
        indices, kept, found = Indices(), [ROOT], 0
        for number in range(self.rounds):
            whole = number == self.rounds - 1
            asked = [
                (path, indices.take(path.text, n // len(kept) + (i < n % len(kept))))
                for i, path in enumerate(kept)
            ]
            active: list[Path] = []
            async for path in self.extend_all(caller, asked, whole=whole):
                if not (path.done or whole):
                    active.append(path)
                elif found < n:
                    found += 1
                    yield path
            if found == n:
                break
            kept = await self._best(caller, active, n // width, ahead)

    async def descend(
        self, caller: Caller, width: int, indices: Indices
    ) -> AsyncGenerator[Path, None]:
        """A greedy descent: the best of `width` steps per round is kept, until the end.

        As in search-and-learn's DVTS: finished candidates compete with the others, and all of the
        last round are returned. If a ceiling ends it, the finished ones of its round are.
        """
        path = ROOT
        for number in range(self.rounds):
            whole = number == self.rounds - 1
            drawn: list[Path] = []
            try:
                asked = [(path, indices.take(path.text, width))]
                async for grown in self.extend_all(caller, asked, whole=whole):
                    drawn.append(grown)  # noqa: PERF401 - used even after a failure
                if not whole and not all(grown.done for grown in drawn):
                    [path] = await self._best(caller, drawn, 1, 0)
            except HarnessError:
                for grown in drawn:
                    if grown.done:
                        yield grown
                raise
            if whole or path.done or all(grown.done for grown in drawn):
                for grown in drawn:
                    yield grown
                return

    async def _best(
        self, caller: Caller, paths: Sequence[Path], count: int, ahead: int
    ) -> list[Path]:
        """The paths with the highest values, in their original order."""
        if count >= len(paths):
            return list(paths)
        rolled = (self._roll_out(caller, path, ahead) for path in paths)
        shown = await together(rolled, in_turn=caller.in_turn)
        values = await self.values(caller, [path.response for path in shown])
        order = sorted(range(len(paths)), key=lambda i: (-values[i], i))
        return [paths[i] for i in sorted(order[:count])]

    async def _roll_out(self, caller: Caller, path: Path, ahead: int) -> Path:
        for _ in range(ahead):
            if path.done:
                break
            [path] = await self.extend(caller, path, [0], greedy=True)
        return path


_UNFINISHED = "Step 1: 2 + 3 = 5, and so on.\n\n"  # numbers, but no answer


def _sure(verdict: Verdict) -> bool:
    return verdict.key is not None and verdict.warning == 0


def _ends(caller: Caller) -> tuple[str, ...]:
    """Where the task says that an answer ends; a model with marks might say it while thinking."""
    return caller.prompt.stop if caller.marks is None else ()


class StepSearch:
    """Base of step-level searches for n solutions: sizes, options, names."""

    version = "2"
    exchangeable = False
    depth = 0
    needs_marks = False
    needs_ahead = False

    def __init__(self, budget: Budget, reward: Reward | None) -> None:
        options.check_known(budget, OPTIONS)
        self._check(budget)
        self.name = budget.name
        self.size = budget.n or 0
        self.width = budget.width or 0
        self.ahead = budget.depth or 0
        self.steps = Steps(budget, reward)

    def _check(self, budget: Budget) -> None:
        n, width = budget.n, budget.width
        example = f"{budget.name}@16x4{'+3' if self.needs_ahead else ''}:reward=steps"
        if not n or not width or (self.needs_ahead and not budget.depth):
            raise UsageError(f"budget {str(budget)!r} needs sizes: write {example}")
        if budget.depth is not None and not self.needs_ahead:
            raise UsageError(f"budget {str(budget)!r}: {budget.name} takes no +; write {example}")
        if n % width:
            near = max(width, n - n % width)
            raise UsageError(
                f"budget {str(budget)!r}: {n} beams cannot be {width} continuations of each path "
                f"kept; n must be a multiple of the width, such as {budget.name}@{near}x{width}"
            )

    @property
    def family(self) -> str:
        """Searches are a unit: another size is a different search."""
        return f"{self.name}@{self.size}x{self.width}+{self.ahead}:{self.steps.identity}"

    def most_tokens(self, max_output_tokens: int) -> int:
        """Every round could draw a step as long as a whole solution: far above the usual."""
        limit = self.steps.max_tokens or max_output_tokens
        return limit * self.steps.rounds * (self.ahead + 1)
