"""A search as a diagram: the prompt on the left, each step a node, answers on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.results.searches import Node

MOST = 150
"""Maximum number of nodes in a diagram; for a larger search only the number is shown."""

_ACROSS, _DOWN, _EDGE = 92.0, 24.0, 14.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A node with its position; `words` are its label."""

    x: float
    y: float
    node: Node
    words: str
    title: str
    leaf: bool  # otherwise a line leads on, and the label stands above it


@dataclass(frozen=True, slots=True)
class Tree:
    """The diagram of a search; empty if there are too many nodes."""

    dots: tuple[Dot, ...]
    edges: tuple[str, ...]
    width: float
    height: float
    nodes: int
    kept: int
    answers: int


def draw_tree(nodes: Sequence[Node]) -> Tree:
    """Leaves from top to bottom in their order, parents centred on their children."""
    counts = (len(nodes), sum(n.kept for n in nodes), sum(n.status is not None for n in nodes))
    if len(nodes) > MOST:
        return Tree((), (), 0, 0, *counts)
    children: dict[int, list[int]] = {}
    for i, node in enumerate(nodes):
        children.setdefault(node.parent, []).append(i)
    places: dict[int, tuple[float, float]] = {}
    row = 0

    todo = [(root, 1, False) for root in reversed(children.get(-1, []))]
    while todo:
        i, depth, done = todo.pop()
        below = children.get(i, [])
        if done:
            ys = [places[child][1] for child in below]
            places[i] = (depth * _ACROSS, (ys[0] + ys[-1]) / 2)
        elif below:
            todo.append((i, depth, True))
            todo += [(child, depth + 1, False) for child in reversed(below)]
        else:
            places[i] = (depth * _ACROSS, row * _DOWN + _EDGE)
            row += 1
    top = [places[i][1] for i in children.get(-1, []) if i in places]
    start = (_EDGE, (top[0] + top[-1]) / 2 if top else _EDGE)
    edges = []
    for i, (x, y) in places.items():
        a, b = places.get(nodes[i].parent, start)
        edges.append(
            f"M{a:.0f},{b:.0f}C{(a + x) / 2:.0f},{b:.0f} {(a + x) / 2:.0f},{y:.0f} {x:.0f},{y:.0f}"
        )
    dots = tuple(
        Dot(x, y, nodes[i], _words(nodes[i]), _title(nodes[i]), i not in children)
        for i, (x, y) in places.items()
    )
    width = max((x for x, _ in places.values()), default=0) + 150
    return Tree(dots, tuple(edges), width, row * _DOWN + _EDGE, *counts)


def _words(node: Node) -> str:
    value = "" if node.value is None else f"{node.value:.2f}"
    if node.status is None:
        return value
    return f"{(node.answer or '–')[:12]} {value}".strip()


def _title(node: Node) -> str:
    tokens = "" if node.tokens is None else f"{node.tokens} tokens: "
    return tokens + " ".join(node.text.split())[:160]
