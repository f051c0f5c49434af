"""What kind of answer a tree is, and its plain members."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import permutations

from harness.verifiers.math.comparing.exact import exact, key
from harness.verifiers.math.comparing.statements import expand_each, name_of, settle, value_of
from harness.verifiers.math.reading.tree import (
    BRACKETS,
    Node,
    Num,
    Op,
    Sym,
    Text,
    contents,
    has_head,
    walk,
)
from harness.verifiers.math.reading.units import read_unit
from harness.verifiers.patterns import lazy_pattern

MAX_ITEMS = 200
_MOST = lazy_pattern(r"(?:[A-Za-z]_)?\W*(?:max|greatest|largest)", re.I)
_LEAST = lazy_pattern(r"(?:[A-Za-z]_)?\W*(?:min|least|smallest)", re.I)


def point(node: Node) -> Node:
    """`P(1, 2)`: the point without its name."""
    if isinstance(node, Op) and node.head == "*" and len(node.args) == 2:
        name, place = node.args
        if isinstance(name, Sym) and name.name[0].isupper() and is_tuple(place):
            return place
    return node


def point_name(node: Node) -> str | None:
    """The name of the point `P(1, 2)`."""
    place = point(node)
    return key(node.args[0]) if place is not node and isinstance(node, Op) else None


def are_roots(labels: set[str | None]) -> bool:
    """Whether names are those of an equation's roots, x_1 and x_2, whose order says nothing."""
    return {str(name).partition("_")[0] for name in labels} in ({"x"}, {"z"}, {"t"}, {"lambda"})


def are_extremes(members: list[Node]) -> bool | None:
    """Whether members are a maximum and a minimum, whose values tell their order; None for other
    members."""
    ends: list[list[Fraction | None]] = [[], []]
    for member in members:
        name, value = str(name_of(member)), exact(value_of(member))
        for pattern, found in zip((_MOST, _LEAST), ends, strict=True):
            if pattern.match(name):
                found.append(value)
    if len(members) != 2 or [len(e) for e in ends] != [1, 1]:
        return None
    most, least = ends[0][0], ends[1][0]
    return None if most is None or least is None else most >= least


def rounded_so(gold: Node, answer: Node) -> bool:
    """Whether an answer is the decimal that its gold gives beside the exact value."""
    match gold:
        case Op(head="~", args=(_, Num() as decimal)):
            return key(decimal) == key(answer)
        case Op(head="chain", args=(_, Sym(name="="), _, Sym(name="~"), Num() as decimal)):
            return key(decimal) == key(answer)
    return False


def whole_run(node: Node, other: Node) -> bool:
    """Whether `1 <= k <= 4` is told by all of its whole numbers, three or more, in a list."""
    if not (isinstance(node, Op) and node.head == "chain" and len(node.args) == 5):
        return False
    low, first, name, second, high = node.args
    bounded = isinstance(low, Num) and isinstance(high, Num) and key(first) == key(second) == "<="
    if not bounded or not (isinstance(name, Sym) and name.name in "ijkmn"):
        return False
    if not isinstance(other, Op) or other.head not in ("list", "{}") or len(other.args) < 3:
        return False
    told = sorted(m.value for m in map(value_of, other.args) if isinstance(m, Num))
    whole = isinstance(low, Num) and told == [low.value + i for i in range(len(other.args))]
    return whole and isinstance(high, Num) and told[-1] == high.value


def column(node: Node) -> Node:
    r"""`\binom{1}{2}` beside a matrix: the column that it looks like."""
    if isinstance(node, Op) and node.head == "binom":
        return Op("matrix", tuple(Op("row", (a,)) for a in node.args))
    return node


def is_op(node: Node, head: str) -> bool:
    """Whether `node` is that operation."""
    return isinstance(node, Op) and node.head == head


def is_tuple(node: Node) -> bool:
    """A tuple, an interval or a vector in brackets."""
    return isinstance(node, Op) and (node.head in BRACKETS or node.head == "][")


def in_every_order(node: Node, *, cyclic: bool) -> Node | None:
    """A tuple, or a list of tuples, with those that its members make in every other order."""
    node = value_of(node)
    tuples = list(node.args) if is_op(node, "list") and isinstance(node, Op) else [node]
    found: list[Node] = []
    for each in map(value_of, tuples):
        if not (isinstance(each, Op) and each.head in ("()", "{}") and 1 < len(each.args) <= 5):
            return None
        args = each.args
        turns = [args[i:] + args[:i] for i in range(len(args))]
        found += [Op("()", tuple(o)) for o in (turns if cyclic else permutations(args))]
    return Op("list", tuple(distinct(found)))


def in_turns(node: Node) -> Node:
    """`p = 2, q = 3, p = 3, q = 2` as the points (2, 3) and (3, 2)."""
    if not (is_op(node, "list") and isinstance(node, Op) and len(node.args) > 3):
        return node
    members = [m for m in node.args if isinstance(m, Op) and m.head == "="]
    names = [m.args[0].name for m in members if isinstance(m.args[0], Sym)]
    size = len({*names})
    if not 1 < size < len(names) or len(names) % size or len(names) != len(node.args):
        return node
    if names != names[:size] * (len(names) // size):
        return node
    order = sorted(range(size), key=lambda i: names[i])
    rows = [members[i : i + size] for i in range(0, len(members), size)]
    return Op("list", tuple(Op("()", tuple(row[i].args[1] for i in order)) for row in rows))


def as_points(node: Node, other: Node) -> Node:
    """`a = ±1/2, b = -1` as the points (±1/2, -1), beside a list of points."""
    if not (is_op(node, "list") and isinstance(node, Op) and has_head(node, "pm")):
        return node
    named = all(is_op(m, "=") and value_of(m) is not m for m in node.args)
    several = isinstance(other, Op) and other.head in ("list", "or")
    listed = several and isinstance(other, Op) and all(map(is_tuple, other.args))
    if not (named and listed):
        return node
    return Op("list", tuple(expand_each(Op("()", tuple(map(value_of, node.args))))))


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


def ascending(node: Node) -> Node:
    """`c > b > a` as a < b < c."""
    if not (isinstance(node, Op) and node.head == "chain"):
        return node
    signs = [s.name for s in node.args[1::2] if isinstance(s, Sym)]
    if not {*signs} <= {">", ">="}:
        return node
    turned = {">": Sym("<"), ">=": Sym("<=")}
    return Op("chain", tuple(turned.get(a.name, a) if isinstance(a, Sym) else a
                             for a in reversed(node.args)))  # fmt: skip


def noun_of(node: Node) -> str | None:
    """What `20 chickens` counts; None for units of measure and for what has none."""
    if not is_op(node, "quantity") or not isinstance(node, Op):
        return None
    words = node.args[1]
    return words.text if isinstance(words, Text) and read_unit(words.text) is None else None


def counted_apart(members: list[Node]) -> bool:
    """Whether all members count things of their own."""
    nouns = [noun_of(m) for m in members]
    return len(nouns) > 1 and None not in nouns and len({*nouns}) == len(nouns)


_ARITHMETIC = frozenset({"+", "*", "^", "root", "log", "sin", "cos", "tan", "abs"})
_PLAIN = frozenset("abdfghjklmnopqrstuvwxyzABDEFGHIJLMOPQSTUVWXY") | {"pi", "e", "i"}


def is_arithmetic(node: Node) -> bool:
    """Whether a tree is a number or a term of letters: no relation, set, list or unit in it, and
    no name of a set or of a constant of integration."""
    heads, names = contents(node)
    short = not isinstance(node, Op) or len(node.args) <= MAX_ITEMS
    return short and not isinstance(node, Text) and heads <= _ARITHMETIC and names <= _PLAIN


def with_floor(node: Node, other: Node) -> Node:
    """`[n/2]` read as the whole part beside a side that writes a floor, and elsewhere, within a sum
    or product, as a group."""
    if not has_head(node, "[]"):
        return node
    if not any(isinstance(n, Op) and n.head == "[]" and len(n.args) == 1 for n in walk(node)):
        return node
    return _floored(node) if has_head(other, "floor", "ceil") else _grouped(node)


def _grouped(node: Node) -> Node:
    if not isinstance(node, Op):
        return node
    args = tuple(map(_grouped, node.args))
    if node.head in ("+", "*", "^", "root"):
        args = tuple(a.args[0] if isinstance(a, Op) and a.head == "[]" and len(a.args) == 1 else a
                     for a in args)  # fmt: skip
    return Op(node.head, args)


def _floored(node: Node) -> Node:
    if not isinstance(node, Op):
        return node
    args = tuple(_floored(a) for a in node.args)
    return Op("floor" if node.head == "[]" and len(args) == 1 else node.head, args)


def distinct(members: list[Node]) -> list[Node]:
    """The members without those that are written alike."""
    seen: dict[str, Node] = {}
    for member in members:
        seen.setdefault(key(member), member)
    return list(seen.values())
