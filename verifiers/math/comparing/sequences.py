r"""Sums and products that are told by their first terms and dots.

`1^2 + 2^2 + \cdots + n^2` becomes a sum over an index: the last term and the one before the dots
must have one shape, differ in numbers that grow together, and give every other term that is shown.
What fits no such rule stays as it is, with the dots as an unknown.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from harness.verifiers.math.comparing.exact import exact, key, rational_power
from harness.verifiers.math.comparing.probe import agree
from harness.verifiers.math.reading.tree import (
    ONE,
    Node,
    Num,
    Op,
    Sym,
    add,
    contents,
    divide,
    mul,
    neg,
    power,
    substitute,
    walk,
)
from harness.verifiers.patterns import lazy_pattern

MAX_NODES = 200  # of a sum with dots; longer ones are not looked into
_DOTS, _INDEX = "...", Sym("?k")
_MEMBER = lazy_pattern(r"([A-Za-z]+)_(\d{1,6}|[a-z])")
_HALF = divide(ONE, Num(2))
_STEPS = (1, -1, 2, -2)
_SLOPES = (Num(1), Num(-1), Num(2), _HALF)


def written_out(node: Node) -> Node:
    """`node` with its dotted sums and products as sums and products over an index."""
    if _DOTS not in contents(node)[1] or sum(1 for _ in walk(node)) > MAX_NODES:
        return node
    indexed = _written(_indexed(node))
    return indexed if _DOTS not in contents(indexed)[1] else _written(node)


def _indexed(node: Node) -> Node:
    """`a_1` and `a_n` as members of one sequence."""
    if isinstance(node, Sym) and (told := _MEMBER.fullmatch(node.name)):
        index = Num(int(told[2])) if told[2].isdigit() else Sym(told[2])
        return Op("sub", (Sym(told[1]), index))
    return Op(node.head, tuple(map(_indexed, node.args))) if isinstance(node, Op) else node


def _written(node: Node) -> Node:
    if not isinstance(node, Op):
        return node
    node = Op(node.head, tuple(_written(a) for a in node.args))
    places = [i for i, a in enumerate(node.args) if isinstance(a, Sym) and a.name == _DOTS]
    if node.head not in ("+", "*") or len(places) != 1:
        return node
    shown, behind = list(node.args[: places[0]]), node.args[places[0] + 1 :]
    if node.head == "+" and not behind:
        return _endless(shown) or node
    if len(shown) < 2 or not behind:
        return node
    told = _series(node.head, shown, behind)
    if told is None and len(shown) > 2 and isinstance(shown[0], Sym):
        # v (1 - a_1) (1 - a_2) ⋯ (1 - a_n); a number would be a member: 1 + 2 + 4 + … + 64
        rest = _series(node.head, shown[1:], behind)
        told = rest and Op(node.head, (shown[0], rest))
    return told or _geometric(node, shown, behind[-1])


def _endless(shown: list[Node]) -> Node | None:
    """The limit of a geometric series of which three terms are shown."""
    values = [exact(t) for t in shown]
    first = values[0]
    if len(values) < 3 or first is None or any(not v for v in values):
        return None
    ratios = {(b or 0) / a for a, b in pairwise(values) if a}
    ratio = ratios.pop()
    return Num(first / (1 - ratio)) if not ratios and abs(ratio) < 1 else None


def _geometric(node: Op, shown: list[Node], last: Node) -> Node:
    """The sum of numbers of which each is the same multiple of the one before; else `node`."""
    values = [exact(t) for t in (*shown, last)]
    if node.head != "+" or len(shown) < 3 or None in values:
        return node
    first, second, *more = (v or Fraction(0) for v in values)
    if not first or abs(second) == abs(first):
        return node
    ratio, term = second / first, second
    for number in more[:-1]:
        term *= ratio
        if number != term:
            return node
    for _ in range(MAX_NODES):
        term *= ratio
        if term == more[-1]:
            return Num((term * ratio - first) / (ratio - 1))
    return node


def _series(head: str, shown: list[Node], behind: tuple[Node, ...]) -> Node | None:
    """The sum or product from the first shown term to the last behind the dots, if all follow one
    rule."""
    last = behind[-1]
    rule = _rule(shown[-1], last)
    if rule is None:
        return None
    body, at, end = rule
    before = _rule(shown[-2], last)
    step: Node = ONE
    if before is not None and key(before[0]) == key(body):
        difference = add(at, neg(before[1]))
        step = next((Num(s) for s in _STEPS if agree(difference, Num(s))), None) or difference
        if exact(step) is None:
            return None  # a_1 + a_2 + ... + a_n
    start = add(at, mul(Num(1 - len(shown)), step))
    for index, term in enumerate(shown):
        if not agree(term, substitute(body, "?k", add(start, mul(Num(index), step)))):
            return None
    for index, term in enumerate(reversed(behind[:-1]), start=1):  # … + (n - 1) + n
        if not agree(term, substitute(body, "?k", add(end, mul(Num(-index), step)))):
            return None
    steps = divide(add(end, neg(start)), step)
    count = exact(steps)
    if count is not None and (count.denominator != 1 or count < len(shown) - 1):
        return None
    if head == "+" and isinstance(body, Sym):  # an arithmetic series has a closed form
        return mul(_HALF, add(shown[0], last), add(steps, ONE))
    term = substitute(body, "?k", add(start, mul(Sym("?j"), step)))
    return Op("sum" if head == "+" else "prod", (term, Sym("?j"), Num(0), steps))


def _rule(term: Node, last: Node) -> tuple[Node, Node, Node] | None:
    """(body over `?k`, its index at `term`, its index at `last`)."""
    slots: list[tuple[Node, Node]] = []
    body = _template(term, last, slots)
    if not slots or len(slots) > 6:
        return None
    at, end = slots[0]
    for number, (here, there) in enumerate(slots):
        slope = next(
            (s for s in _SLOPES if agree(add(there, neg(here)), mul(s, add(end, neg(at))))), None
        )
        if slope is None:
            return None
        along = number == 0 or (key(here) == key(at) and key(slope) == key(ONE))
        told = _INDEX if along else add(here, mul(slope, add(_INDEX, neg(at))))
        body = substitute(body, f"?{number}", told)
    return (_INDEX if len(slots) == 1 and key(term) == key(at) else body), at, end


def _template(term: Node, last: Node, slots: list[tuple[Node, Node]]) -> Node:
    """What two terms share, with `?0`, `?1` … where they differ."""
    if key(term) == key(last):
        return term
    if isinstance(term, Num) and term.value.denominator > 1:
        term = _fraction(term)
        last = _fraction(last) if isinstance(last, Num) else last
    if isinstance(last, Op) and last.head == "^" and (not isinstance(term, Op) or term.head != "^"):
        term = _as_power(term, last.args[0]) or term
    alike = isinstance(term, Op) and isinstance(last, Op) and term.head == last.head
    if alike and isinstance(term, Op) and isinstance(last, Op) and len(term.args) == len(last.args):
        pairs = zip(term.args, last.args, strict=True)
        return Op(term.head, tuple(_template(a, b, slots) for a, b in pairs))
    slots.append((term, last))
    return Sym(f"?{len(slots) - 1}")


def _fraction(number: Num) -> Node:
    return Op("*", (Num(number.value.numerator), power(Num(number.value.denominator), Num(-1))))


def _as_power(term: Node, base: Node) -> Node | None:
    """`term` as a power of `base`: x as x^1, 8 as 2^3."""
    if key(term) == key(base):
        return power(base, ONE)
    if isinstance(term, Num) and isinstance(base, Num) and abs(base.value) > 1:
        for exponent in range(13):
            if rational_power(base.value, Num(exponent).value) == term.value:
                return power(base, Num(exponent))
    return None
