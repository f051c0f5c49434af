"""The algorithms, each run step by step as the textbook has it; what a step leaves is written down.

Cormen, Leiserson, Rivest and Stein, Introduction to Algorithms. A run is its inputs, the state
before the first step, the states behind each, and the output.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Values = Sequence[float | int | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: inputs as (name, text), states as text, the output's name and text."""

    inputs: tuple[tuple[str, str], ...]
    states: tuple[str, ...]
    output: str
    result: str

    @property
    def key(self) -> str:
        """The inputs: what a run follows from."""
        return " ".join(f"{name}={text}" for name, text in self.inputs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Algorithm:
    """How its inputs of a length are drawn and run, and what a reader is told of its states."""

    draw: Callable[[random.Random, int], Run]
    told: str


def shown(values: Values) -> str:
    """A sequence, as `[0.5 0.25]`."""
    return f"[{' '.join(map(str, values))}]"


def table(rows: Sequence[Values]) -> str:
    """A matrix, row by row."""
    return f"[{' '.join(shown(row) for row in rows)}]"


def keys(rng: random.Random, length: int) -> list[float]:
    """Different numbers from 0.001 to 0.999."""
    return [n / 1000 for n in rng.sample(range(1, 1000), length)]


def insertion_sort(rng: random.Random, length: int) -> Run:
    """After each insertion, the array."""
    array = keys(rng, length)
    inputs, states = shown(array), [shown(array)]
    for i in range(1, length):
        value, j = array[i], i
        while j > 0 and array[j - 1] > value:
            array[j] = array[j - 1]
            j -= 1
        array[j] = value
        states.append(shown(array))
    return _array_run(inputs, states, shown(array))


def bubble_sort(rng: random.Random, length: int) -> Run:
    """After each pass from the back to the front, the array."""
    array = keys(rng, length)
    inputs, states = shown(array), [shown(array)]
    for i in range(length - 1):
        for j in range(length - 1, i, -1):
            if array[j] < array[j - 1]:
                array[j], array[j - 1] = array[j - 1], array[j]
        states.append(shown(array))
    return _array_run(inputs, states, shown(array))


def heapsort(rng: random.Random, length: int) -> Run:
    """After the heap was built and after each exchange with its sifting, the array."""
    array = keys(rng, length)
    inputs, states = shown(array), [shown(array)]

    def sift(i: int, size: int) -> None:
        while True:
            largest = i
            for child in (2 * i + 1, 2 * i + 2):
                if child < size and array[child] > array[largest]:
                    largest = child
            if largest == i:
                return
            array[i], array[largest] = array[largest], array[i]
            i = largest

    for i in range(length // 2 - 1, -1, -1):
        sift(i, length)
    states.append(shown(array))
    for end in range(length - 1, 0, -1):
        array[0], array[end] = array[end], array[0]
        sift(0, end)
        states.append(shown(array))
    return _array_run(inputs, states, shown(array))


def _array_run(inputs: str, states: list[str], result: str) -> Run:
    return Run(inputs=(("key", inputs),), states=tuple(states), output="pred", result=result)


def minimum(rng: random.Random, length: int) -> Run:
    """After each comparison, the place of the least number so far."""
    array = keys(rng, length)
    best, states = 0, ["0"]
    for i in range(1, length):
        best = i if array[i] < array[best] else best
        states.append(str(best))
    return Run(
        inputs=(("key", shown(array)),), states=tuple(states), output="min", result=str(best)
    )


def binary_search(rng: random.Random, length: int) -> Run:
    """After each halving, the bounds (low, high) between which the target may stand."""
    array = sorted(keys(rng, length))
    target = rng.choice(array)
    low, high, states = 0, length - 1, [f"(0, {length - 1})"]
    while low < high:
        middle = (low + high) // 2
        if target <= array[middle]:
            high = middle
        else:
            low = middle + 1
        states.append(f"({low}, {high})")
    return Run(
        inputs=(("key", shown(array)), ("target", str(target))),
        states=tuple(states),
        output="return",
        result=str(low),
    )


def quickselect(rng: random.Random, length: int) -> Run:
    """After each partition about the last element, the array; then the median."""
    array, wanted = keys(rng, length), (length - 1) // 2
    inputs, states = shown(array), [shown(array)]
    low, high = 0, length - 1
    while low < high:
        place = low
        for j in range(low, high):
            if array[j] <= array[high]:
                array[place], array[j] = array[j], array[place]
                place += 1
        array[place], array[high] = array[high], array[place]
        states.append(shown(array))
        if place == wanted:
            break
        low, high = (place + 1, high) if place < wanted else (low, place - 1)
    return Run(
        inputs=(("key", inputs), ("rank", str(wanted))),
        states=tuple(states),
        output="value",
        result=str(array[wanted]),
    )


def maximum_subarray(rng: random.Random, length: int) -> Run:
    """Kadane's scan: after each element, the bounds (low, high) of the best run so far."""
    array = [rng.choice([*range(-9, 0), *range(1, 10)]) for _ in range(length)]
    best = current = array[0]
    low, high, start, states = 0, 0, 0, ["(0, 0)"]
    for i in range(1, length):
        if current <= 0:
            current, start = array[i], i
        else:
            current += array[i]
        if current > best:
            best, low, high = current, start, i
        states.append(f"({low}, {high})")
    return Run(
        inputs=(("key", shown(array)),), states=tuple(states), output="sum", result=str(best)
    )


def _graph(rng: random.Random, length: int) -> tuple[list[list[int]], int]:
    """A symmetric adjacency matrix, each edge with probability 1/2 (less for many), a source."""
    chance = min(0.5, 3 / (length - 1))
    edges = [[0] * length for _ in range(length)]
    for i in range(length):
        for j in range(i):
            edges[i][j] = edges[j][i] = int(rng.random() < chance)
    return edges, rng.randrange(length)


def bfs(rng: random.Random, length: int) -> Run:
    """After each vertex left the queue, the predecessors (a vertex without one is its own)."""
    edges, source = _graph(rng, length)
    before = list(range(length))
    seen, queue, states = {source}, deque([source]), [shown(before)]
    while queue:
        u = queue.popleft()
        for v in range(length):
            if edges[u][v] and v not in seen:
                seen.add(v)
                before[v] = u
                queue.append(v)
        states.append(shown(before))
    return _graph_run(table(edges), source, states, "pi", shown(before))


def dfs(rng: random.Random, length: int) -> Run:
    """After each vertex was found, the predecessors (a vertex without one is its own)."""
    edges, source = _graph(rng, length)
    before, seen, states = list(range(length)), {source}, [shown(list(range(length)))]

    def visit(u: int) -> None:
        for v in range(length):
            if edges[u][v] and v not in seen:
                seen.add(v)
                before[v] = u
                states.append(shown(before))
                visit(v)

    visit(source)
    return _graph_run(table(edges), source, states, "pi", shown(before))


def dijkstra(rng: random.Random, length: int) -> Run:
    """After each vertex is settled, the distances; -1 where none is known."""
    edges, source = _graph(rng, length)
    for i in range(length):
        for j in range(i):
            edges[i][j] = edges[j][i] = edges[i][j] * rng.randint(1, 9)
    known = {source: 0}
    open_, states = set(range(length)), [shown([known.get(v, -1) for v in range(length)])]
    while near := sorted((known[v], v) for v in open_ if v in known):
        distance, u = near[0]
        open_.remove(u)
        for v in open_:
            if edges[u][v]:
                known[v] = min(known.get(v, distance + edges[u][v]), distance + edges[u][v])
        states.append(shown([known.get(v, -1) for v in range(length)]))
    return _graph_run(table(edges), source, states, "d", states[-1])


def _graph_run(edges: str, source: int, states: list[str], output: str, result: str) -> Run:
    inputs = (("A", edges), ("s", str(source)))
    return Run(inputs=inputs, states=tuple(states), output=output, result=result)


def lcs_length(rng: random.Random, length: int) -> Run:
    """After each letter of x, the lengths against all beginnings of y."""
    x, y = (["ABCD"[rng.randrange(4)] for _ in range(length)] for _ in range(2))
    row, states = [0] * length, [shown([0] * length)]
    for letter in x:
        new: list[int] = []
        for j, other in enumerate(y):
            left = new[j - 1] if j else 0
            above_left = row[j - 1] if j else 0
            new.append(above_left + 1 if letter == other else max(row[j], left))
        row = new
        states.append(shown(row))
    return Run(
        inputs=(("x", shown(x)), ("y", shown(y))),
        states=tuple(states),
        output="b",
        result=str(row[-1]),
    )


def matrix_chain(rng: random.Random, length: int) -> Run:
    """After each length of a chain, the least costs of all chains so long."""
    sizes = [rng.randint(1, 9) for _ in range(length + 1)]
    cost = {(i, i): 0 for i in range(length)}
    states = [shown([0] * length)]
    for span in range(1, length):
        for i in range(length - span):
            j = i + span
            cost[i, j] = min(
                cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1]
                for k in range(i, j)
            )
        states.append(shown([cost[i, i + span] for i in range(length - span)]))
    return Run(
        inputs=(("p", shown(sizes)),),
        states=tuple(states),
        output="m",
        result=str(cost[0, length - 1]),
    )


ALGORITHMS = {
    "binary_search": Algorithm(
        draw=binary_search,
        told="Binary search of a sorted array for a target that is in it. A state is (low, high), "
        "both from 0. The middle is their mean, rounded down; high moves to the middle where the "
        "target is not above it, else low moves to the place behind. It ends where low is high.",
    ),
    "bfs": Algorithm(
        draw=bfs,
        told="Breadth-first search of a graph, given by its adjacency matrix, from the vertex s. "
        "Vertices are numbered from 0 and looked at in rising order. A state is each vertex's "
        "predecessor, itself where it has none, after a vertex has left the queue.",
    ),
    "bubble_sort": Algorithm(
        draw=bubble_sort,
        told="Bubble sort into rising order. A pass runs from the last place to the front and "
        "exchanges neighbours that stand wrong; pass i, from 1, ends at place i. A state is the "
        "array after a pass; there is one pass less than numbers.",
    ),
    "dfs": Algorithm(
        draw=dfs,
        told="Depth-first search of a graph, given by its adjacency matrix, from the vertex s "
        "alone. Vertices are numbered from 0 and looked at in rising order. A state is each "
        "vertex's predecessor, itself where it has none, after a vertex was found.",
    ),
    "dijkstra": Algorithm(
        draw=dijkstra,
        told="Dijkstra's shortest paths from the vertex s; A holds the lengths of the edges, 0 "
        "for none. A state is each vertex's distance so far, -1 where none is known, after a "
        "vertex was settled: the nearest that is not, the lower number where two are as near.",
    ),
    "heapsort": Algorithm(
        draw=heapsort,
        told="Heapsort into rising order. The first state behind the given one is the array as a "
        "max-heap, built from its middle to the front; then one after each exchange of the root "
        "with the heap's last element, when the new root has been sifted down.",
    ),
    "insertion_sort": Algorithm(
        draw=insertion_sort,
        told="Insertion sort into rising order. A state is the array after an element, from the "
        "second to the last, was put into its place among those before it.",
    ),
    "lcs_length": Algorithm(
        draw=lcs_length,
        told="The length of the longest common subsequence of x and y by dynamic programming. A "
        "state is a row of the table: for each beginning of y, from one letter to all, the length "
        "against the letters of x so far. The state before the first letter is all zeros.",
    ),
    "matrix_chain_order": Algorithm(
        draw=matrix_chain,
        told="The least number of scalar multiplications for a chain of matrices by dynamic "
        "programming; matrix i has p[i] rows and p[i+1] columns. State k, from 0, holds the least "
        "costs of all chains of k+1 neighbouring matrices, by their first one.",
    ),
    "maximum_subarray": Algorithm(
        draw=maximum_subarray,
        told="Kadane's scan for the run of neighbouring numbers with the greatest sum. A state is "
        "the bounds (low, high) of the best run so far, from 0, after an element; a run that "
        "sums to 0 or less is not gone on with, and a best run gives way to a greater sum alone.",
    ),
    "minimum": Algorithm(
        draw=minimum,
        told="The place, from 0, of the least number by one scan. A state is the place of the "
        "least number so far, after each number from the second on.",
    ),
    "quickselect": Algorithm(
        draw=quickselect,
        told="Quickselect of the number of the given rank, from 0. A state is the array after a "
        "partition of the part that is left about its last element: a scan from its left puts "
        "each number that is not above that element behind those found before, by an exchange, "
        "and at the end that element behind them. It ends when the element has the rank.",
    ),
}
