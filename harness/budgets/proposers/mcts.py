"""`mcts@64:reward=R`: Monte Carlo tree search over steps, 64 simulations.

Each simulation walks down by UCT (Kocsis & Szepesvári 2006), adds one step below a node that has
room for another child (4, or `mcts@64x8` for 8), rolls the solution out to its end, scores the
whole and backs the value up. The walks of a batch are chosen before any of them is carried out;
each leaves a virtual loss on its way (a visit of value 0; Chaslot et al. 2008), so that the next
one goes elsewhere and all their calls run concurrently. Every drawn solution is an answer, even
if its text was drawn before: a vote counts draws.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from harness.budgets import options
from harness.budgets.grammar import Budget
from harness.budgets.search import OPTIONS, ROOT, Indices, Path, Steps
from harness.budgets.strategy import Caller, Chain, Reward
from harness.core import UsageError

EXPLORATION = math.sqrt(2)
WIDTH = 4
BATCH = 8


@dataclass(slots=True, eq=False)
class Node:
    """A path with the results of the simulations through it.

    `tried` counts the children drawn or in progress; two with the same text are one node.
    """

    path: Path
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    tried: int = 0
    visits: int = 0  # including virtual ones of walks in progress
    total: float = 0.0

    def uct(self, c: float) -> float:
        """Mean value and the bonus for few visits."""
        assert self.parent is not None
        if self.visits == 0:
            return math.inf
        bonus = c * math.sqrt(math.log(max(self.parent.visits, 1)) / self.visits)
        return self.total / self.visits + bonus

    def up(self) -> list[Node]:
        """This node and those above it."""
        nodes = [self]
        while nodes[-1].parent is not None:
            nodes.append(nodes[-1].parent)
        return nodes


class Mcts:
    """n simulations; at most n solutions."""

    version = "2"
    exchangeable = False
    depth = 0
    needs_marks = False

    def __init__(self, budget: Budget, reward: Reward | None) -> None:
        known = {*OPTIONS, "batch", "c"} - {"rounds"}  # a walk is limited by its tokens
        options.check_known(budget, known)
        if not budget.n or budget.width == 0 or budget.depth is not None:
            raise UsageError(
                f"budget {str(budget)!r}: write mcts@64:reward=steps, or mcts@64x4:… for at most "
                "4 children per node"
            )
        self.size = budget.n
        self.width = budget.width or WIDTH
        self.batch = options.integer(budget, "batch", low=1) or BATCH
        c = options.number(budget, "c", low=0, high=1000)
        self.c = EXPLORATION if c is None else c
        self.steps = Steps(budget, reward)

    @property
    def family(self) -> str:
        """A search is a unit."""
        return f"mcts@{self.size}x{self.width}:{self.batch},{self.c},{self.steps.identity}"

    def most_tokens(self, max_output_tokens: int) -> int:
        """A simulation draws one step and rolls it out, each within one solution's limit."""
        return 2 * (self.steps.max_tokens or max_output_tokens)

    async def propose(self, caller: Caller, n: int) -> AsyncGenerator[Chain, None]:
        """The solutions of all simulations, in order."""
        root, indices = Node(ROOT), Indices()
        done = 0
        while done < n:
            walks = self._walks(root, min(self.batch, n - done))
            leaves: list[Node] = []
            ends: list[Path] = []
            async for leaf, end, drawn in self._carry_out(caller, walks, indices):
                leaves.append(leaf)
                ends.append(end)
                if drawn:
                    yield end.draws
            values = await self.steps.values(caller, [end.response for end in ends])
            for walk, leaf, value in zip(walks, leaves, values, strict=True):
                if leaf is not walk:
                    leaf.visits += 1  # the walk's own visits were counted when it was chosen
                for node in leaf.up():
                    node.total += value
            done += len(walks)

    def _walks(self, root: Node, count: int) -> list[Node]:
        """Nodes to expand (or finished ones to visit again), one per simulation of a batch."""
        walks: list[Node] = []
        for _ in range(count):
            node = root
            while not node.path.done and node.tried >= self.width and node.children:
                node = max(node.children, key=lambda child: child.uct(self.c))
            if not node.path.done and node.tried >= self.width:
                break  # all of its children are still in progress
            if not node.path.done:
                node.tried += 1
            for passed in node.up():
                passed.visits += 1
            walks.append(node)
        return walks

    async def _carry_out(
        self, caller: Caller, walks: list[Node], indices: Indices
    ) -> AsyncGenerator[tuple[Node, Path, bool], None]:
        """For each walk its leaf, the resulting solution, and whether that was newly drawn.

        Walks are sequential if a ceiling is counted down, so that finished solutions are
        yielded before more is spent; the draws are the same in either case.
        """
        counts = Counter(node for node in walks if not node.path.done)
        fresh = {node: iter(indices.take(node.path.text, k)) for node, k in counts.items()}
        asked = [(node, None if node.path.done else next(fresh[node])) for node in walks]
        for group in [[one] for one in asked] if caller.in_turn else [asked]:
            steps = await self._expand(caller, group)
            leaves = [
                node if step is None else _child(node, step)
                for (node, _), step in zip(group, steps, strict=True)
            ]
            rest = [
                (leaf.path, indices.take(leaf.path.text, 1))
                for leaf, step in zip(leaves, steps, strict=True)
                if step is not None and not step.done
            ]
            async with aclosing(self.steps.extend_all(caller, rest, whole=True)) as rolled:
                for leaf, step in zip(leaves, steps, strict=True):
                    if step is None:
                        yield leaf, leaf.path, False
                    else:
                        yield leaf, step if step.done else await anext(rolled), True

    async def _expand(
        self, caller: Caller, asked: list[tuple[Node, int | None]]
    ) -> list[Path | None]:
        """One more step for each node and index; None for a finished node."""
        groups: dict[Node, list[int]] = {}
        for node, index in asked:
            if index is not None:
                groups.setdefault(node, []).append(index)
        grown = self.steps.extend_all(
            caller, [(node.path, taken) for node, taken in groups.items()]
        )
        drawn = iter([path async for path in grown])
        by_node = {node: iter([next(drawn) for _ in taken]) for node, taken in groups.items()}
        return [None if index is None else next(by_node[node]) for node, index in asked]


def _child(node: Node, path: Path) -> Node:
    """The child with this text: an existing one, or a new one."""
    for child in node.children:
        if (child.path.text, child.path.done) == (path.text, path.done):
            return child
    child = Node(path, node)
    node.children.append(child)
    return child
