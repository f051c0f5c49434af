"""Sets of integers, compared by their members up to a bound.

`all odd n >= 3`, `n = 2k + 1 with k >= 1` and `n = 3 (mod 2), n > 1` are one set. An
undeclared letter runs through the integers, from 0, or from 1 in an exponent. If a side says
neither "positive" nor "all integers", the problem does, and only positive members count.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from harness.verifiers.math.comparing.exact import exact
from harness.verifiers.math.comparing.statements import expand_signs, value_of
from harness.verifiers.math.reading.tree import (
    Node,
    Num,
    Op,
    Sym,
    contents,
    free_symbols,
    substitute,
    walk,
)

LOW, HIGH = -24, 240
_TURNS = 300  # values of a parameter that are tried on either side of 0
_TURNS_OF_POWERS = 20  # of one that is no linear expression: squares, powers
_WITH_ZERO = frozenset({"naturals", "N"})  # with or without 0: nobody agrees
Members = frozenset[int]

_NAMED: dict[str, Callable[[int], bool]] = {
    "odd": lambda n: n % 2 == 1,
    "even": lambda n: n % 2 == 0,
    "square": lambda n: n >= 0 and math.isqrt(n) ** 2 == n,
    "cube": lambda n: n >= 0 and round(n ** (1 / 3)) ** 3 == n,
    "prime": lambda n: n > 1 and all(n % d for d in range(2, math.isqrt(n) + 1)),
    "composite": lambda n: n > 3 and any(n % d == 0 for d in range(2, math.isqrt(n) + 1)),
    "natural": lambda n: n > 0,
    "nonnegative": lambda n: n >= 0,
}
_SIGNS: dict[str, Callable[[int, int], bool]] = {
    "<": lambda n, m: n < m, "<=": lambda n, m: n <= m, ">": lambda n, m: n > m,
    ">=": lambda n, m: n >= m, "!=": lambda n, m: n != m,
}  # fmt: skip


def is_family(node: Node) -> bool:
    """Whether a tree is a set of integers given in words."""
    if isinstance(node, Sym):
        return node.name in ("integers", "Z_0")
    return isinstance(node, Op) and (
        node.head in ("family", "not")
        or (node.head in ("system", "minus") and is_family(node.args[0]))
        or (node.head == "or" and any(map(is_family, node.args)))
    )


def same_family(gold: Node, answer: Node) -> bool:
    """Whether two sets, one of them given in words, have the same members."""
    signed = all(_is_signed(n) for n in (gold, answer))
    zero = any(not contents(s)[1].isdisjoint(_WITH_ZERO) for s in (gold, answer))
    for left in _members(gold):
        for right in _members(answer):
            one, other = (
                {n for n in side if (signed or n > 0) and not (zero and n == 0)}
                for side in (left, right)
            )
            if one and one == other:
                return True
    return False


def _is_signed(node: Node) -> bool:
    """Whether a side says which integers it means."""
    return any(
        (isinstance(n, Sym) and n.name in ("integers", "natural", "nonnegative", *_WITH_ZERO))
        for n in walk(node)
    )


def _members(node: Node) -> Iterator[Members]:
    """What a tree may mean as a set; nothing if it is not a set of integers."""
    span = range(LOW, HIGH + 1)
    if isinstance(node, Sym):
        if node.name in ("integers", "Z"):
            yield frozenset(span)
        elif node.name in _WITH_ZERO:
            yield frozenset(n for n in span if n >= 0)
        return
    if not isinstance(node, Op):
        return
    if node.head == "in":
        yield from _members(node.args[1])
    elif node.head == "where":
        yield from _members(node.args[0])
    elif node.head == "family" and isinstance(node.args[1:2] and node.args[1], Op):
        yield frozenset[int]().union(*(m for r in node.args[1:] for m in _members(r)))  # residues
    elif node.head == "family":
        yield frozenset(n for n in span if _belongs(node, n))
    elif node.head == "not":
        yield from (frozenset(span) - inner for inner in _members(node.args[0]))
    elif node.head == "minus":
        taken = {exact(a) for a in node.args[1].args} if isinstance(node.args[1], Op) else set()
        yield from (frozenset(inner - taken) for inner in _members(node.args[0]))
    elif node.head == "residue":
        yield from _residue(node)
    elif node.head in _SIGNS:
        yield from _bounded(node)
    else:
        yield from _parametric(node)


def _belongs(node: Op, number: int) -> bool:
    name, *numbers = node.args
    kind = name.name if isinstance(name, Sym) else ""
    if kind in _NAMED:
        return _NAMED[kind](number)
    base = int(numbers[0].value) if numbers and isinstance(numbers[0], Num) else 0
    if kind == "multiple" and base:
        return number % base == 0
    return kind == "power" and base > 1 and number in {base**k for k in range(9)}


def _residue(node: Op) -> Iterator[Members]:
    rest, modulus = map(exact, node.args)
    if rest is None or not modulus or rest.denominator != 1 or modulus.denominator != 1:
        return
    step = abs(int(modulus))
    yield frozenset(range(LOW + (int(rest) - LOW) % step, HIGH + 1, step))


def _bounded(node: Op) -> Iterator[Members]:
    left, right = node.args
    limit = exact(right)
    if isinstance(left, Sym) and limit is not None and limit.denominator == 1:
        holds = _SIGNS[node.head]
        yield frozenset(n for n in range(LOW, HIGH + 1) if holds(n, int(limit)))


def _parametric(node: Op) -> Iterator[Members]:
    """`n = 4k + 1`, `2^k with k >= 0`, and lists of such or of residues; no line y = 2x."""
    if node.head == "=" and isinstance(node.args[0], Sym) and node.args[0].name == "y":
        return
    if len(signs := expand_signs(node)) > 1 and node.head == "=":
        node = Op("list", tuple(signs))  # 3k ± 1
    parts = node.args if node.head in ("list", "system", "or", "{}") else (node,)
    sets: list[list[Members]] = []
    bounds: list[Op] = []
    for part in parts:
        told = value_of(part)
        names = free_symbols(told) if isinstance(told, Op) and told.head != "residue" else set()
        if isinstance(part, Op) and part.head in _SIGNS:
            bounds.append(part)
        elif isinstance(part, Op) and part.head == "in":
            continue
        elif is_family(told) or (isinstance(told, Op) and told.head == "residue"):
            sets.append(list(_members(told)))
        elif isinstance(told, Num):
            sets.append([frozenset({int(told.value)})])
        elif len(names) == 1:
            name = names.pop()
            own = [b for p in parts if isinstance(b := p, Op) and b.head in _SIGNS
                   and isinstance(b.args[0], Sym) and b.args[0].name == name]  # fmt: skip
            sets.append(list(_values(told, name, own)))
        else:
            return
    if not sets or any(not s for s in sets):
        return
    free = [b for b in bounds if isinstance(b.args[0], Sym) and _is_of(b, node)]
    for choice in zip(*(s if len(s) > 1 else s * 3 for s in sets), strict=False):
        whole = _joined(node.head, choice)
        for bound in free:
            whole = whole & next(_bounded(bound), frozenset())
        yield whole


def _is_of(bound: Op, node: Op) -> bool:
    """Whether a bound applies to the members rather than to the parameter of an equation."""
    name = bound.args[0]
    told = [value_of(p) for p in node.args]
    return not any(isinstance(name, Sym) and name.name in free_symbols(t) for t in told
                   if isinstance(t, Op) and t.head not in _SIGNS)  # fmt: skip


def _joined(head: str, parts: tuple[Members, ...]) -> Members:
    if head == "system":
        return frozenset.intersection(*parts)
    return frozenset().union(*parts)


def _values(told: Node, name: str, bounds: list[Op]) -> Iterator[Members]:
    """The integer values of an expression as its letter runs, from every possible start."""
    at = [exact(substitute(told, name, Num(k))) for k in (0, 1, 5)]
    line = None
    if at[0] is not None and at[1] is not None and at[2] == at[0] + 5 * (at[1] - at[0]):
        line = at[0], at[1] - at[0]
    for start in (-_TURNS, 0, 1):
        turns = [t for t in range(start, _TURNS + 1) if all(t in _allowed(b, t) for b in bounds)]
        if line is not None:
            found = [line[0] + t * line[1] for t in turns]
        else:
            near = [t for t in turns if abs(t) <= _TURNS_OF_POWERS]
            found = [v for t in near if (v := exact(substitute(told, name, Num(t)))) is not None]
        yield frozenset(int(v) for v in found if v.denominator == 1 and LOW <= v <= HIGH)
        if bounds:
            return


def _allowed(bound: Op, turn: int) -> Members:
    """The numbers that a bound allows; any beyond those that are checked."""
    return next(_bounded(bound), frozenset({turn})) if LOW < turn < HIGH else frozenset({turn})
