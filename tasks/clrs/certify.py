"""The runs once more by other means, from the question alone: closed forms, brute force, heapq.

Nothing of `algorithms` is used, and no state follows from the one that the task gives before it.
"""

from __future__ import annotations

import heapq
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import accumulate
from typing import Any

from harness.core import HarnessError, Problem
from harness.tasks.clrs.verifier import elements

Inputs = Mapping[str, Any]
Proof = tuple[list[Any], Any]  # states behind the first, output; as nested lists

_INPUT = re.compile(r"(\w+): ((?:\[\[.*?\]\])|\[[^\]]*\]|[^\[\],]+)(?:, |$)")


def certify(problem: Problem) -> None:
    """HarnessError where states, output or gold are not what the inputs lead to."""
    inputs = inputs_of(problem.question)
    states, output = PROOFS[problem.meta["algorithm"]](inputs)
    proven = {"trace": _flat(states), "output": _flat([output])}
    for name, wanted in proven.items():
        if elements(problem.meta[name]) != wanted:
            raise HarnessError(f"{problem.id}: the {name} is not what the inputs lead to")
    gold = elements(problem.gold or "")
    if gold not in (proven["output"], proven["trace"] + proven["output"]):
        raise HarnessError(f"{problem.id}: the gold is not the run's")


def inputs_of(question: str) -> dict[str, Any]:
    """The inputs by name: numbers, letters, lists, or lists of lists of them."""
    line = question.splitlines()[1].partition(", initial_trace:")[0]
    return {name: _value(text) for name, text in _INPUT.findall(line)}


def _value(text: str) -> Any:
    if text.startswith("[["):
        return [_value(row) for row in re.findall(r"\[[^\[\]]*\]", text)]
    if text.startswith("["):
        return [_value(one) for one in text[1:-1].split()]
    return text if text.isalpha() else Fraction(text)


def _flat(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [one for part in value for one in _flat(part)]
    return elements(value if isinstance(value, str) else str(float(value)))


def _insertion(inputs: Inputs) -> Proof:
    key = inputs["key"]
    return [sorted(key[:i]) + key[i:] for i in range(2, len(key) + 1)], sorted(key)


def _bubble(inputs: Inputs) -> Proof:
    rest, done, states = list(inputs["key"]), [], []
    while len(rest) > 1:  # the least is carried to the front; what it meets moves back by one
        carried, out = rest[-1], deque[Fraction]()
        for value in reversed(rest[:-1]):
            out.appendleft(max(carried, value))
            carried = min(carried, value)
        done.append(carried)
        rest = list(out)
        states.append(done + rest)
    return states, sorted(inputs["key"])


def _heap(inputs: Inputs) -> Proof:
    heap, done = [-value for value in inputs["key"]], deque[Fraction]()
    heapq.heapify(heap)
    states = [[-value for value in heap]]
    while len(heap) > 1:
        done.appendleft(-heapq.heappop(heap))
        states.append([-value for value in heap] + list(done))
    return states, sorted(inputs["key"])


def _minimum(inputs: Inputs) -> Proof:
    key = inputs["key"]
    places = [key.index(least) for least in accumulate(key, min)]
    return places[1:], places[-1]


def _search(inputs: Inputs) -> Proof:
    place, bounds = inputs["key"].index(inputs["target"]), (0, len(inputs["key"]) - 1)
    states = []
    while bounds[0] != bounds[1]:
        middle = sum(bounds) // 2
        halves = ((bounds[0], middle), (middle + 1, bounds[1]))
        [bounds] = [half for half in halves if half[0] <= place <= half[1]]
        states.append(bounds)
    return states, place


def _select(inputs: Inputs) -> Proof:
    key, rank = list(inputs["key"]), int(inputs["rank"])
    left: list[Fraction] = []
    right: list[Fraction] = []
    states = []
    while len(key) > 1:
        *others, pivot = key
        lower, upper = [], deque[Fraction]()
        for value in others:
            if value > pivot:
                upper.append(value)
            else:
                lower.append(value)
                upper.rotate(-1)  # its first gives its place to the lower one
        upper.rotate(-1)
        states.append([*left, *lower, pivot, *upper, *right])
        place = len(left) + len(lower)
        if place == rank:
            break
        if place < rank:
            left, key = [*left, *lower, pivot], list(upper)
        else:
            right, key = [pivot, *upper, *right], lower
    return states, sorted(inputs["key"])[rank]


def _subarray(inputs: Inputs) -> Proof:
    sums = [Fraction(0), *accumulate(inputs["key"])]
    runs = [
        (sums[high + 1] - sums[low], -high, low)
        for high in range(len(sums) - 1)
        for low in range(high + 1)
    ]
    states = []
    for end in range(len(sums) - 1):
        _, high, low = max(run for run in runs if -run[1] <= end)
        states.append((low, -high))
    return states[1:], max(runs)[0]


def _bfs(inputs: Inputs) -> Proof:
    near, order = _neighbours(inputs["A"]), [int(inputs["s"])]
    parents = {order[0]: order[0]}
    level = order
    while level:  # by levels: a vertex hangs on the first of the level before that it touches
        hung = {}
        for v in near:
            if v not in parents and (above := [u for u in level if v in near[u]]):
                hung[v] = above[0]
        level = sorted(hung, key=lambda v: (order.index(hung[v]), v))
        parents |= hung
        order = order + level
    states = []
    for count in range(1, len(order) + 1):
        found = {v: u for v, u in parents.items() if u in order[:count]}
        states.append([found.get(v, v) for v in near])
    return states, states[-1]


def _dfs(inputs: Inputs) -> Proof:
    near, source = _neighbours(inputs["A"]), int(inputs["s"])
    parents: dict[int, int] = {}
    stack, states = [(source, source)], []
    while stack:
        v, parent = stack.pop()
        if v not in parents:
            parents[v] = parent
            states.append([parents.get(w, w) for w in near])
            stack += [(w, v) for w in sorted(near[v], reverse=True)]
    return states[1:], states[-1]


def _neighbours(matrix: Sequence[Sequence[Fraction]]) -> dict[int, set[int]]:
    return {u: {v for v, edge in enumerate(row) if edge} for u, row in enumerate(matrix)}


def _dijkstra(inputs: Inputs) -> Proof:
    edges, source = inputs["A"], int(inputs["s"])
    n = len(edges)
    far = Fraction(10**9)
    best = [[edge or (Fraction(0) if i == j else far) for j, edge in enumerate(row)]
            for i, row in enumerate(edges)]  # fmt: skip
    for k in range(n):  # Floyd and Warshall
        for i in range(n):
            for j in range(n):
                best[i][j] = min(best[i][j], best[i][k] + best[k][j])
    order = sorted((v for v in range(n) if best[source][v] < far), key=lambda v: best[source][v])
    states = []
    for count in range(1, len(order) + 1):
        known = {source: Fraction(0)}
        for u in order[:count]:
            for v in range(n):
                if edges[u][v] and v != source:
                    through = best[source][u] + edges[u][v]
                    known[v] = min(known.get(v, far), through)
        states.append([known.get(v, Fraction(-1)) for v in range(n)])
    return states, states[-1]


def _subsequence(inputs: Inputs) -> Proof:
    x, y = inputs["x"], inputs["y"]

    @cache
    def longest(i: int, j: int) -> int:
        if not i or not j:
            return 0
        same = int(x[i - 1] == y[j - 1])
        return max(longest(i - 1, j), longest(i, j - 1), longest(i - 1, j - 1) + same)

    states = [[longest(i, j) for j in range(1, len(y) + 1)] for i in range(1, len(x) + 1)]
    return states, longest(len(x), len(y))


def _chain(inputs: Inputs) -> Proof:
    @cache
    def cost(sizes: tuple[Fraction, ...]) -> Fraction:
        """Of a chain by the sizes at its joints."""
        return min(
            (
                cost(sizes[: k + 1]) + cost(sizes[k:]) + sizes[0] * sizes[k] * sizes[-1]
                for k in range(1, len(sizes) - 1)
            ),
            default=Fraction(0),
        )

    p = tuple(inputs["p"])
    spans = range(3, len(p) + 1)
    states = [[cost(p[i : i + n]) for i in range(len(p) - n + 1)] for n in spans]
    return states, cost(p)


PROOFS: Mapping[str, Callable[[Inputs], Proof]] = {
    "binary_search": _search,
    "bfs": _bfs,
    "bubble_sort": _bubble,
    "dfs": _dfs,
    "dijkstra": _dijkstra,
    "heapsort": _heap,
    "insertion_sort": _insertion,
    "lcs_length": _subsequence,
    "matrix_chain_order": _chain,
    "maximum_subarray": _subarray,
    "minimum": _minimum,
    "quickselect": _select,
}
