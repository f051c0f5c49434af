"""`rmaxts@64`: tree search for tasks with an exact verifier, driven by novelty.

RMaxTS (Xin et al. 2024, DeepSeek-Prover-V1.5, arXiv 2408.08152, sec. 3): there is no reward model.
A simulation walks down by discounted UCB (Garivier & Moulines 2008), resumes the text of the node
that it reaches, and draws a whole solution; its steps become nodes. The walk's reward is 1 if
that added a node to the tree, else 0, so exhausted branches are abandoned. Each node has one more
action than children: resuming there.

Unlike in the paper, a solution is not cut at its first error: verifiers here grade whole answers.
With `select=oracle` (the default) the search ends once a solution is verified, which is only
realistic if the verifier needs no gold answer, such as a proof checker; it is shown as coverage.
"""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from harness.budgets import options
from harness.budgets.grammar import Budget
from harness.budgets.search import OPTIONS, ROOT, Indices, Path, Steps
from harness.budgets.strategy import Caller, Chain, Reward
from harness.core import Status, UsageError

GAMMA = 0.99
BATCH = 8


@dataclass(slots=True)
class Action:
    """Discounted statistics of one choice, and how many walks in progress have taken it."""

    visits: float = 0.0
    total: float = 0.0
    pending: int = 0

    def update(self, reward: float, gamma: float) -> None:
        """Record a finished walk: all earlier ones are discounted by `gamma`."""
        self.visits = gamma * self.visits + 1
        self.total = gamma * self.total + reward
        self.pending -= 1

    def counted(self, gamma: float) -> tuple[float, float]:
        """Visits and rewards including walks in progress, each counted as a visit without reward.

        Like a finished one, each of them discounts all earlier ones by `gamma`.
        """
        visits, total = self.visits, self.total
        for _ in range(self.pending):
            visits, total = gamma * visits + 1, gamma * total
        return visits, total

    def bound(self, all_visits: float, gamma: float) -> float:
        """W/N + sqrt(2 ln ΣN / N)."""
        visits, total = self.counted(gamma)
        if visits == 0:
            return math.inf
        return total / visits + math.sqrt(2 * math.log(max(all_visits, 1.0)) / visits)


@dataclass(slots=True, eq=False)
class Node:
    """A text that a solution may continue from; `here` is the action of resuming it."""

    path: Path
    here: Action = field(default_factory=Action)
    children: dict[str, tuple[Action, Node]] = field(default_factory=dict)

    def choose(self, gamma: float) -> tuple[Action, Node | None]:
        """The action with the greatest bound; ties go to resuming, then to the oldest child."""
        actions: list[tuple[Action, Node | None]] = [(self.here, None), *self.children.values()]
        total = sum(action.counted(gamma)[0] for action, _ in actions)
        return max(actions, key=lambda pair: pair[0].bound(total, gamma))


class Rmaxts:
    """At most n solutions."""

    version = "2"
    exchangeable = False
    depth = 0
    needs_marks = False

    def __init__(self, budget: Budget, reward: Reward | None = None) -> None:
        known = {*OPTIONS, "batch", "gamma"} - {"agg", "reward", "rounds"}
        options.check_known(budget, known)
        if not budget.n or budget.width is not None or budget.depth is not None:
            raise UsageError(f"budget {str(budget)!r}: write rmaxts@64, for 64 simulations")
        gamma = options.number(budget, "gamma", low=0, high=1)
        self.size = budget.n
        self.gamma = GAMMA if gamma is None else gamma
        self.batch = options.integer(budget, "batch", low=1) or BATCH
        self.until_solved = budget.option("select") in (None, "oracle")
        self.steps = Steps(budget, reward)

    @property
    def family(self) -> str:
        """A search is a unit."""
        sizes = f"rmaxts@{self.size}:{self.batch},{self.gamma},{self.until_solved}"
        return f"{sizes},{self.steps.identity}"

    def most_tokens(self, max_output_tokens: int) -> int:
        """For one solution."""
        return self.steps.max_tokens or max_output_tokens

    async def propose(self, caller: Caller, n: int) -> AsyncGenerator[Chain, None]:
        """The solutions, batch by batch; walks that reach the same text are requested together."""
        root, indices = Node(ROOT), Indices()
        done = 0
        while done < n:
            walks = [_walk(root, self.gamma) for _ in range(min(self.batch, n - done))]
            counts: dict[Node, int] = {}
            for _, leaf in walks:
                counts[leaf] = counts.get(leaf, 0) + 1
            asked = [(leaf.path, indices.take(leaf.path.text, n)) for leaf, n in counts.items()]
            ends: list[Path] = []
            async for end in self.steps.extend_all(caller, asked, whole=True):
                ends.append(end)
                yield end.draws
            self._back_up(caller, walks, _by_leaf(counts, ends))
            done += len(walks)
            if self.until_solved:
                verdicts = await caller.verdicts([end.draws[-1] for end in ends])
                if any(verdict.status is Status.CORRECT for verdict in verdicts):
                    break

    def _back_up(
        self,
        caller: Caller,
        walks: list[tuple[list[Action], Node]],
        ends: dict[Node, list[Path]],
    ) -> None:
        """Add each walk's solution to the tree, and record whether it added a new node."""
        for actions, leaf in walks:
            reward = float(self._add(caller, leaf, ends[leaf].pop(0)))
            for action in actions:
                action.update(reward, self.gamma)

    def _add(self, caller: Caller, leaf: Node, end: Path) -> bool:
        """Make nodes of a solution's steps; returns whether any is new."""
        draw, node, added = end.draws[-1], leaf, False
        text, said = leaf.path.text, draw.response[len(leaf.path.text) :]
        each = (end.tokens - leaf.path.tokens) / max(len(said), 1)  # tokens per character, roughly
        for step in said.split(self.steps.delimiter)[:-1]:
            text += step + self.steps.delimiter
            tokens = leaf.path.tokens + math.ceil(each * (len(text) - len(leaf.path.text)))
            room = caller.room(text)
            if tokens >= self.steps.limit(caller) or (room is not None and room < 1):
                break
            if step not in node.children:
                path = Path(draws=(), text=text, tokens=tokens)
                node.children[step] = (Action(), Node(path))
                added = True
            node = node.children[step][1]
        return added


def _by_leaf(counts: dict[Node, int], ends: list[Path]) -> dict[Node, list[Path]]:
    """The ends of one batch, requested leaf by leaf."""
    rest = iter(ends)
    return {leaf: [next(rest) for _ in range(count)] for leaf, count in counts.items()}


def _walk(root: Node, gamma: float) -> tuple[list[Action], Node]:
    """From the root to a node that will be resumed: the actions taken, and the node."""
    actions: list[Action] = []
    node = root
    while True:
        action, child = node.choose(gamma)
        action.pending += 1
        actions.append(action)
        if child is None:
            return actions, node
        node = child
