"""Subsets of the real line: intervals, inequalities in one variable, finite sets, unions."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

from harness.verifiers.math.comparing.exact import UnknownError, exact
from harness.verifiers.math.comparing.probe import evaluate
from harness.verifiers.math.comparing.statements import expand_signs
from harness.verifiers.math.reading.tree import (
    BRACKETS,
    Node,
    Num,
    Op,
    Sym,
    add,
    free_symbols,
    neg,
    substitute,
)

FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "!=": "!=", "=": "="}
MAX_INTEGERS = 200
_NO_LETTERS = frozenset({"reals", "integers", *FLIPPED})
_INFINITY, _MINUS_INFINITY = Sym("oo"), neg(Sym("oo"))


class Piece(NamedTuple):
    """An interval; `low_in` and `high_in` say whether its ends belong to it."""

    low: Node
    low_in: bool
    high: Node
    high_in: bool


def place(node: Node) -> float:
    """Where an end lies, as a machine number; raises UnknownError."""
    number = exact(node)
    if number is not None:
        try:
            return float(number)
        except OverflowError as error:
            raise UnknownError from error
    if free_symbols(node):
        raise UnknownError
    found = evaluate(node, 0, real=True, many_digits=False)
    if found is None:
        raise UnknownError
    return float(found[0])


def pieces(node: Node) -> list[Piece] | None:
    """The set as disjoint pieces in order, or None when it is no set of that kind."""
    if _speaks_of_several(node):
        return None
    try:
        found = _pieces(node)
        return None if found is None else _merged(found)
    except UnknownError:
        return None


def _speaks_of_several(node: Node) -> bool:
    """Whether the members of a statement constrain different letters: a < 0, b > 0."""
    if not (isinstance(node, Op) and node.head in ("system", "list", "or")):
        return False
    told = [free_symbols(m) - _NO_LETTERS for m in node.args]
    told = [names for names in told if names]
    return any(a.isdisjoint(b) for a in told for b in told)


def as_interval(node: Node) -> Node:
    """`a < x < b` as an interval, whatever its ends are; anything else as it is.

    What lies between numbers may be any expression: the range of a + |b|. One bound alone is
    enough if it has letters: `c >= 1/(n-1)`.
    """
    if isinstance(node, Op) and node.head in ("<", "<=", ">", ">="):
        return _half_line(node)
    if not (isinstance(node, Op) and node.head == "chain" and len(node.args) == 5):
        return node
    low, first, name, second, high = node.args
    signs = [s.name for s in (first, second) if isinstance(s, Sym)]
    ends = free_symbols(low) | free_symbols(high)
    if isinstance(name, Sym):
        if name.name in ends:
            return node
    elif ends or not free_symbols(name):
        return node
    if len(signs) != 2 or not {*signs} <= {"<", "<="}:
        return node
    brackets = ("[" if signs[0] == "<=" else "(") + ("]" if signs[1] == "<=" else ")")
    return Op(brackets, (low, high))


def _half_line(node: Op) -> Node:
    left, right = node.args
    sign = node.head
    if not isinstance(left, Sym):
        left, right, sign = right, left, FLIPPED[sign]
    if not isinstance(left, Sym) or not free_symbols(right) or left.name in free_symbols(right):
        return node
    if sign in ("<", "<="):
        return Op("(]" if sign == "<=" else "()", (_MINUS_INFINITY, right))
    return Op("[)" if sign == ">=" else "()", (right, _INFINITY))


def variable_of(node: Node) -> str | None:
    """The one variable that a statement constrains."""
    names = free_symbols(node) - _NO_LETTERS
    return names.pop() if len(names) == 1 else None


def _pieces(node: Node) -> list[Piece] | None:  # noqa: C901 - one case a kind of set
    if isinstance(node, Sym):
        if node.name == "reals":
            return [Piece(_MINUS_INFINITY, False, _INFINITY, False)]
        return [] if node.name == "emptyset" else None
    if not isinstance(node, Op):
        return None
    head, args = node.head, node.args
    if head in BRACKETS and len(args) == 2 and head != "<>":
        return [Piece(args[0], head[0] == "[", args[1], head[1] == "]")]
    if head == "][" and len(args) == 2:
        return [Piece(args[0], False, args[1], False)]
    if head == "{}":
        return [Piece(a, True, a, True) for a in args]
    if head == "where":
        told = _pieces(args[0])
        naturals = len(args) == 2 and isinstance(args[1], Sym) and args[1].name == "naturals"
        if naturals and told is not None:
            told = _intersect(_merged(told), [Piece(Num(0), True, _INFINITY, False)])
        return told if len(args) == 1 else _integers(told)
    if head == "in":
        return _pieces(args[1])
    if head in ("union", "or", "list"):
        parts = [_pieces(a) for a in args]
        if any(p is None for p in parts):
            return None
        return [piece for part in parts if part is not None for piece in part]
    if head in ("inter", "minus", "system"):
        parts = [_pieces(a) for a in args]
        if any(p is None for p in parts):
            return None
        result = _merged(parts[0] or [])
        for part in parts[1:]:
            other = _merged(part or [])
            result = _intersect(result, _complement(other) if head == "minus" else other)
        return result
    if head == "chain":
        return _chain(args)
    if head in FLIPPED and len(signs := expand_signs(args[1])) == 2:  # x != \pm 8
        both = tuple(Op(head, (args[0], s)) for s in signs)
        return _pieces(Op("or" if head == "=" else "system", both)) if head in ("=", "!=") else None
    if head in FLIPPED:
        return _comparison(head, args[0], args[1])
    return None


def _integers(parts: list[Piece] | None) -> list[Piece] | None:
    """The integers of a bounded set; raises UnknownError for too many of them."""
    found: list[Piece] = []
    for part in parts or []:
        low, high = place(part.low), place(part.high)
        if not high - low <= MAX_INTEGERS:
            raise UnknownError
        for number in range(math.ceil(low), math.floor(high) + 1):
            inside = (number > low or part.low_in) and (number < high or part.high_in)
            if inside:
                found.append(Piece(Num(number), True, Num(number), True))
    return None if parts is None else found


def _chain(args: tuple[Node, ...]) -> list[Piece] | None:
    parts: list[Piece] | None = None
    for left, sign, right in zip(args[::2], args[1::2], args[2::2], strict=False):
        if not isinstance(sign, Sym) or sign.name not in FLIPPED:
            return None
        step = _comparison(sign.name, left, right)
        if step is None:
            return None
        parts = step if parts is None else _intersect(parts, step)
    return parts


def _named(node: Node) -> bool:
    """A variable, or a function's value standing for one."""
    return (isinstance(node, Sym) and bool(free_symbols(node))) or (
        isinstance(node, Op) and node.head in ("call", "sub")
    )


def _is_e(node: Node) -> bool:
    return isinstance(node, Sym) and node.name == "e"


def _comparison(sign: str, left: Node, right: Node) -> list[Piece] | None:
    """The solutions of `left sign right`, which must be linear in one variable."""
    if _is_e(left) != _is_e(right) and not free_symbols(left) and not free_symbols(right):
        letter = Sym("eccentricity")  # 1 < e < 2 says nothing of 2.718…
        if _is_e(left):
            return _comparison(sign, letter, right)
        return _comparison(FLIPPED[sign], letter, left)
    if free_symbols(right) and not free_symbols(left):
        return _comparison(FLIPPED[sign], right, left)
    if isinstance(left, Op) and left.head == "abs" and not free_symbols(right):
        return _absolute(sign, left.args[0], right)
    if not _named(left) or free_symbols(right):
        quadratic = _solve_quadratic(sign, left, right)
        if quadratic is not None:
            return quadratic
        solved = _solve_linear(sign, left, right)
        if solved is None:
            return None
        sign, right = solved
    if sign == "<" or sign == "<=":
        return [Piece(_MINUS_INFINITY, False, right, sign == "<=")]
    if sign == ">" or sign == ">=":
        return [Piece(right, sign == ">=", _INFINITY, False)]
    if sign == "!=":
        return [Piece(_MINUS_INFINITY, False, right, False), Piece(right, False, _INFINITY, False)]
    return [Piece(right, True, right, True)]


def _absolute(sign: str, inner: Node, bound: Node) -> list[Piece] | None:
    """`|u| < c` and its kin, for a constant c that is not negative."""
    if place(bound) < 0:
        raise UnknownError
    if sign in ("<", "<="):
        return _pieces(
            Op("system", (Op(sign, (inner, bound)), Op(FLIPPED[sign], (inner, neg(bound)))))
        )
    if sign in (">", ">="):
        return _pieces(Op("or", (Op(sign, (inner, bound)), Op(FLIPPED[sign], (inner, neg(bound))))))
    raise UnknownError


def _solve_quadratic(sign: str, left: Node, right: Node) -> list[Piece] | None:
    """`x^2 <= 4` and its kin: two real roots, rational coefficients."""
    difference = add(left, neg(right))
    name = variable_of(difference)
    if name is None or sign not in ("<", "<=", ">", ">="):
        return None
    found = [exact(substitute(difference, name, Num(k))) for k in (0, 1, -1, 3, 7)]
    if any(v is None for v in found):
        return None
    c, at1, back1, at3, at7 = (v or Fraction(0) for v in found)
    a, b = (at1 + back1) / 2 - c, (at1 - back1) / 2
    if not a or at3 != 9 * a + 3 * b + c or at7 != 49 * a + 7 * b + c or b * b <= 4 * a * c:
        return None
    root = Op("^", (Num((b * b - 4 * a * c) / (4 * a * a)), Num(Fraction(1, 2))))
    low, high = add(Num(-b / (2 * a)), neg(root)), add(Num(-b / (2 * a)), root)
    closed = sign in ("<=", ">=")
    if (sign in ("<", "<=")) == (a > 0):
        return [Piece(low, closed, high, closed)]
    return [
        Piece(_MINUS_INFINITY, False, low, closed),
        Piece(high, closed, _INFINITY, False),
    ]


def _solve_linear(sign: str, left: Node, right: Node) -> tuple[str, Node] | None:
    """`2x - 4 < 0` as `x < 2`; None when it is not linear with rational coefficients."""
    difference = add(left, neg(right))
    name = variable_of(difference)
    if name is None:
        return None
    values = [exact(substitute(difference, name, Num(k))) for k in (0, 1, 2, 5)]
    if any(v is None for v in values):
        return None
    at0, at1, at2, at5 = (v or Fraction(0) for v in values)
    slope = at1 - at0
    if not slope or at2 != at0 + 2 * slope or at5 != at0 + 5 * slope:
        return None
    return (sign if slope > 0 else FLIPPED[sign]), Num(-at0 / slope)


def _merged(parts: list[Piece]) -> list[Piece]:
    """Sorted, touching pieces joined, empty ones dropped."""
    kept = []
    for part in parts:
        low, high = place(part.low), place(part.high)
        if low < high or (low == high and part.low_in and part.high_in):
            kept.append((low, not part.low_in, part))
    kept.sort(key=lambda k: (k[0], k[1]))
    result: list[Piece] = []
    for low, _, part in kept:
        if result:
            last = result[-1]
            end = place(last.high)
            if low < end or (low == end and (part.low_in or last.high_in)):
                if place(part.high) > end:
                    result[-1] = Piece(last.low, last.low_in, part.high, part.high_in)
                elif place(part.high) == end and part.high_in:
                    result[-1] = last._replace(high_in=True)
                continue
        result.append(part)
    return result


def _complement(parts: list[Piece]) -> list[Piece]:
    result, low, low_in = [], _MINUS_INFINITY, False
    for part in parts:
        result.append(Piece(low, low_in, part.low, not part.low_in))
        low, low_in = part.high, not part.high_in
    result.append(Piece(low, low_in, _INFINITY, False))
    return [p for p in _merged(result) if place(p.low) != float("inf")]


def _intersect(left: list[Piece], right: list[Piece]) -> list[Piece]:
    result = []
    for a in left:
        for b in right:
            low, low_in = max(
                ((p.low, p.low_in) for p in (a, b)), key=lambda e: (place(e[0]), not e[1])
            )
            high, high_in = min(
                ((p.high, p.high_in) for p in (a, b)), key=lambda e: (place(e[0]), e[1])
            )
            result.append(Piece(low, low_in, high, high_in))
    return _merged(result)
