"""Chains of equalities as the parts that the other side writes: x = y = 1 as the point (1, 1)."""

from __future__ import annotations

from harness.verifiers.math.comparing.exact import key
from harness.verifiers.math.comparing.statements import (
    expand_each,
    is_name,
    name_of,
    settle,
    value_of,
)
from harness.verifiers.math.reading.tree import Node, Op, Sym, free_symbols, has_head


def spread(node: Node, other: Node) -> Node:
    """`x = y = 1` as `x = 1, y = 1` where the other side has as many members, `(x, y) = (1, 1)`
    where the other side names each.
    """
    if not (isinstance(node, Op) and isinstance(other, Op)):
        return node
    if node.head == "=" and other.head in ("list", "system") and all(map(name_of, other.args)):
        return _by_names(node)
    if node.head == "=" and all(isinstance(a, Sym) for a in node.args):
        line = settle(other)
        if isinstance(line, Op) and line.head == "()" and len(line.args) == 2:
            return Op("()", line.args) if key(line.args[0]) == key(line.args[1]) else node
    if node.head == "list" and len(node.args) > 1 and all(map(_is_chain, node.args)):
        return Op("list", tuple(map(_point, node.args)))  # x = y = 0 or x = y = 1
    if node.head != "chain":
        return node
    letters = (*node.args[::2], *other.args)
    alone = other.head == "()" and len({key(a) for a in other.args}) == 1
    if alone and _all_equal(node) and all(isinstance(a, Sym) for a in letters):
        return Op("()", tuple(other.args[:1] * len(node.args[::2])))  # a = b = c as (t, t, t)
    names, last = node.args[:-1:2], node.args[-1]
    if other.head == "list" and has_head(last, "pm") and _all_equal(node):
        points = tuple(Op("()", (v,) * len(names)) for v in expand_each(last))
        if all(isinstance(a, Op) and a.head == "()" for a in other.args):
            return Op("list", points)  # x = y = ±1
    members = value_of(other)
    if isinstance(members, Op) and members.head in ("list", "()", "system"):
        plain = all(map(is_name, names)) and _all_equal(node)
        if plain and len(members.args) == len(names) > 1:
            return Op("list", tuple(Op("=", (n, last)) for n in names))
    return node


def _point(chain: Node) -> Node:
    names = len(chain.args) // 2 if isinstance(chain, Op) else 0
    return Op("()", chain.args[-1:] * names) if isinstance(chain, Op) else chain


def _is_chain(node: Node) -> bool:
    """`x = y = 1`."""
    names = node.args[:-1:2] if isinstance(node, Op) and node.head == "chain" else ()
    plain = bool(names) and all(isinstance(n, Sym) for n in names)
    return plain and isinstance(node, Op) and _all_equal(node) and not free_symbols(node.args[-1])


def _by_names(equation: Op) -> Node:
    """`(x, y) = (1, 2)` as `x = 1, y = 2`; another equation as it is."""
    left, right = equation.args
    pair = isinstance(left, Op) and isinstance(right, Op) and left.head == right.head == "()"
    if not pair or not isinstance(left, Op) or not isinstance(right, Op):
        return equation
    if len(left.args) != len(right.args) or not all(isinstance(a, Sym) for a in left.args):
        return equation
    return Op("list", tuple(Op("=", p) for p in zip(left.args, right.args, strict=True)))


def _all_equal(chain: Op) -> bool:
    return all(isinstance(s, Sym) and s.name == "=" for s in chain.args[1::2])
