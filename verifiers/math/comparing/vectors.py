"""Matrices and vectors: cells, sums, multiples, and the unit vectors i, j, k."""

from __future__ import annotations

from fractions import Fraction

from harness.verifiers.math.comparing.exact import exact
from harness.verifiers.math.reading.tree import (
    BRACKETS,
    Node,
    Num,
    Op,
    Sym,
    add,
    has_head,
    mul,
    substitute,
    walk,
)

Rows = list[list[Node]]
MAX_CELLS = 400
_UNIT_VECTORS = ("i", "j", "k")


def rows(node: Node) -> Rows | None:
    """A matrix, brackets, or a sum or multiple of such, as rows of cells; None for a scalar."""
    if not isinstance(node, Op):
        return None
    if node.head == "matrix":
        return [list(r.args) for r in node.args if isinstance(r, Op)]
    if node.head == "transpose":
        inner = rows(node.args[0])
        return [list(c) for c in zip(*inner, strict=False)] if inner else None
    if node.head in BRACKETS or node.head == "][":
        if node.args and all(isinstance(a, Op) and a.head in BRACKETS for a in node.args):
            return [list(a.args) for a in node.args if isinstance(a, Op)]
        return [[a] for a in node.args]
    if node.head == "*":
        return _multiple(node)
    if node.head == "+":
        return _total(node)
    return None


def _multiple(node: Op) -> Rows | None:
    """Scalars times one matrix."""
    found = [(a, rows(a)) for a in node.args]
    matrices = [r for _, r in found if r is not None]
    if len(matrices) != 1 or sum(map(len, matrices[0])) > MAX_CELLS:
        return None
    scalar = mul(*(a for a, r in found if r is None))
    return [[mul(scalar, cell) for cell in row] for row in matrices[0]]


def _total(node: Op) -> Rows | None:
    """A sum of matrices of one shape."""
    parts = [rows(a) for a in node.args]
    first = parts[0]
    if first is None:
        return None
    shape = [len(r) for r in first]
    for part in parts:
        if part is None or [len(r) for r in part] != shape or sum(shape) > MAX_CELLS:
            return None
    kept = [p for p in parts if p is not None]
    return [
        [add(*(part[r][c] for part in kept)) for c in range(width)] for r, width in enumerate(shape)
    ]


def components(node: Node, count: int) -> list[Node] | None:
    """`3i + 4j` as its two or three components; None if not a combination of unit vectors."""
    names = {n.name for n in walk(node) if isinstance(n, Sym)} & set(_UNIT_VECTORS)
    if not names or count not in (2, 3) or (count == 2 and "k" in names):
        return None
    found = []
    for name in _UNIT_VECTORS[:count]:
        value = node
        for other in _UNIT_VECTORS:
            value = substitute(value, other, Num(Fraction(other == name)))
        found.append(value)
    nothing = node
    for other in _UNIT_VECTORS:
        nothing = substitute(nothing, other, Num(0))
    return found if exact(nothing) == 0 else None


def has_matrix(node: Node) -> bool:
    """A sum or multiple with a matrix or a vector in it."""
    return isinstance(node, Op) and node.head in ("+", "*") and has_head(node, "matrix", "()", "[]")
