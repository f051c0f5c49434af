"""What kind of answer a tree is, and its plain members."""

from __future__ import annotations

from harness.verifiers.math.comparing.exact import key
from harness.verifiers.math.comparing.statements import expand_each, settle, value_of
from harness.verifiers.math.reading.tree import BRACKETS, Node, Op, Sym


def point(node: Node) -> Node:
    """`P(1, 2)`: the point without its name."""
    if isinstance(node, Op) and node.head == "*" and len(node.args) == 2:
        name, place = node.args
        if isinstance(name, Sym) and name.name[0].isupper() and is_tuple(place):
            return place
    return node


def column(node: Node) -> Node:
    r"""`\binom{1}{2}` beside a matrix: the column that it looks like."""
    if isinstance(node, Op) and node.head == "binom":
        return Op("matrix", tuple(Op("row", (a,)) for a in node.args))
    return node


def both_symbols(gold: Op, answer: Op) -> bool:
    """Whether both equations give a value to a letter."""
    return isinstance(gold.args[0], Sym) and isinstance(answer.args[0], Sym)


def another_of_one(gold: Op, answer: Op) -> bool:
    """Whether one equation tells of f and the other of its derivative or its inverse."""
    names = []
    for left in (gold.args[0], answer.args[0]):
        if not (isinstance(left, Op) and left.head == "call"):
            return False
        names.append(key(left.args[0]))
    bases = {name.removesuffix("^-1").rstrip("'") for name in names}
    return len(bases) == 1 and len(set(names)) == 2


def is_op(node: Node, head: str) -> bool:
    """Whether `node` is that operation."""
    return isinstance(node, Op) and node.head == head


def is_tuple(node: Node) -> bool:
    """A tuple, an interval or a vector in brackets."""
    return isinstance(node, Op) and (node.head in BRACKETS or node.head == "][")


def opened(node: Node, other: Node) -> Node:
    """`(±2, ±3)` as the points it stands for, each sign by itself, beside as many points."""
    if not (is_tuple(node) and isinstance(other, Op) and other.head == "list"):
        return node
    told = expand_each(node)
    return Op("list", tuple(told)) if len(told) == len(other.args) > 2 else node


def nested(node: Node) -> bool:
    """A tuple of tuples."""
    return isinstance(node, Op) and any(is_tuple(a) for a in node.args)


def sets_within(node: Node) -> int:
    """How many members of a set, or of a bare list, are sets."""
    node = value_of(node)
    if not isinstance(node, Op) or node.head not in ("{}", "list"):
        return 0
    return sum(is_op(m, "{}") or (isinstance(m, Sym) and m.name == "emptyset") for m in node.args)


def one_member(gold: Op, answer: Op) -> bool:
    """One value in brackets each, or a set of tuples."""
    return len(gold.args) == len(answer.args) == 1 or any(
        is_tuple(value_of(m)) for n in (gold, answer) if n.head == "{}" for m in n.args
    )


def pure(node: Node) -> Node:
    """The value that a statement gives."""
    return value_of(settle(node))


def distinct(members: list[Node]) -> list[Node]:
    """The members without those that are written alike."""
    seen: dict[str, Node] = {}
    for member in members:
        seen.setdefault(key(member), member)
    return list(seen.values())
