"""The expression tree: numbers, symbols, words, and operations over them.

Heads of `Op`, by what they mean:

- numbers: `+ * ^ abs floor ceil ! !! binom root sin … log % deg base call sub sum prod int lim`
  `pm mp`
- several values: `list` (bare commas), `{}` (set), `() [] [) (] <>` (by their brackets),
  `matrix` of `row`s, `ratio`, `system` (of relations that hold together), `or`
- statements: `= < <= > >= != ~ in`; `a < b < c` is a `chain` of operands and `Sym` operators
- sets: `union inter minus`
- `quantity` (value, unit), where the unit is a `Text`
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TypeAlias


class Num:
    """An exact number; `places` is the number of decimal places as written, None for an integer."""

    __slots__ = ("places", "value")

    def __init__(self, value: Fraction | int, places: int | None = None) -> None:
        self.value = value if type(value) is Fraction else Fraction(value)
        self.places = places

    def __repr__(self) -> str:
        return f"{self.value}"


class Sym:
    """A variable, a named constant (pi, e, i, oo), or a set (reals …)."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


class Text:
    """Words."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f'"{self.text}"'


class Op:
    """`head` applied to `args`."""

    __slots__ = ("args", "head", "inner", "written")

    def __init__(self, head: str, args: tuple[Node, ...]) -> None:
        self.head = head
        self.args = args
        self.written = ""  # its key (`comparing.exact.key`), once that was asked for
        self.inner: tuple[frozenset[str], frozenset[str]] | None = None  # `contents`, likewise

    def __repr__(self) -> str:
        return f"{self.head}({', '.join(map(repr, self.args))})"


Node: TypeAlias = Num | Sym | Text | Op

ONE, MINUS_ONE, ZERO = Num(1), Num(-1), Num(0)
CONSTANTS = frozenset({"pi", "e", "i", "oo", "phi_golden"})
BRACKETS = frozenset({"()", "[]", "[)", "(]", "<>"})
RELATIONS = frozenset({"=", "<", "<=", ">", ">=", "!=", "~", "in"})
SEVERAL = BRACKETS | {"list", "{}", "ratio", "matrix", "system", "or", "union", "inter", "minus"}


def add(*args: Node) -> Node:
    """Their sum."""
    return args[0] if len(args) == 1 else Op("+", args)


def mul(*args: Node) -> Node:
    """Their product."""
    return args[0] if len(args) == 1 else Op("*", args)


def neg(arg: Node) -> Node:
    """The negative; of a number, the number itself."""
    if isinstance(arg, Num):
        return Num(-arg.value, arg.places)
    return Op("*", (MINUS_ONE, arg))


def power(base: Node, exponent: Node) -> Node:
    """`base` to `exponent`."""
    return Op("^", (base, exponent))


def divide(top: Node, bottom: Node) -> Node:
    """`top` over `bottom`; of two integers, the exact number."""
    if (
        isinstance(top, Num)
        and isinstance(bottom, Num)
        and bottom.value
        and top.places is None
        and bottom.places is None
    ):
        return Num(top.value / bottom.value)
    return Op("*", (top, Op("^", (bottom, MINUS_ONE))))


def walk(node: Node) -> Iterator[Node]:
    """Every node, parents first; no recursion."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, Op):
            stack.extend(node.args)


_NOTHING: frozenset[str] = frozenset()


def contents(node: Node) -> tuple[frozenset[str], frozenset[str]]:
    """(heads of the operations in a tree, names of its symbols), computed once for each tree."""
    if isinstance(node, Op):
        if node.inner is None:
            parts = [contents(a) for a in node.args]
            heads = frozenset((node.head,)).union(*(p[0] for p in parts))
            node.inner = heads, _NOTHING.union(*(p[1] for p in parts))
        return node.inner
    return _NOTHING, frozenset((node.name,)) if isinstance(node, Sym) else _NOTHING


def has_head(node: Node, *heads: str) -> bool:
    """Whether a tree contains one of these operations."""
    return not contents(node)[0].isdisjoint(heads)


def depth(node: Node) -> int:
    """Levels of the tree; no recursion."""
    deepest, stack = 0, [(node, 1)]
    while stack:
        node, level = stack.pop()
        deepest = max(deepest, level)
        if isinstance(node, Op):
            stack.extend((a, level + 1) for a in node.args)
    return deepest


def free_symbols(node: Node) -> set[str]:
    """Names of the variables in `node`, without constants (bound ones included)."""
    return set(contents(node)[1] - CONSTANTS)


def unbound(node: Node) -> set[str]:
    """Names of the variables on which the value of `node` depends."""
    if isinstance(node, Sym):
        return set() if node.name in CONSTANTS else {node.name}
    if not isinstance(node, Op):
        return set()
    names = set().union(*map(unbound, node.args))
    if node.head in ("sum", "prod", "int", "lim") and "?" not in names:
        variable = node.args[1]
        names -= {variable.name} if isinstance(variable, Sym) else set()
    return names


def substitute(node: Node, name: str, value: Node) -> Node:
    """`node` with `value` in place of every symbol `name`."""
    if isinstance(node, Sym):
        return value if node.name == name else node
    if isinstance(node, Op):
        return Op(node.head, tuple(substitute(a, name, value) for a in node.args))
    return node
