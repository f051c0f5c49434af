"""Equality of sets of reals and of statements with order signs."""

from __future__ import annotations

from harness.verifiers.math.comparing.exact import exact, key
from harness.verifiers.math.comparing.intervals import Piece, as_interval, pieces, variable_of
from harness.verifiers.math.comparing.options import Options
from harness.verifiers.math.comparing.outcome import Outcome
from harness.verifiers.math.comparing.relations import constant_ratio
from harness.verifiers.math.comparing.shapes import is_op
from harness.verifiers.math.comparing.statements import value_of
from harness.verifiers.math.comparing.values import same_value
from harness.verifiers.math.reading.parser import is_inequality
from harness.verifiers.math.reading.tree import Node, Op, add, contents, neg

_NO = Outcome(False, "structure")


def _without_zero(parts: list[Piece]) -> list[Piece]:
    return [p for p in parts if not exact(p.low) == exact(p.high) == 0]


def _alternatives(node: Node) -> list[Node]:
    """The sets that are joined in `x < -a or x > a`."""
    return list(node.args) if isinstance(node, Op) and node.head in ("or", "union") else [node]


def _members(node: Node) -> list[Node]:
    """The statements that hold side by side."""
    return list(node.args) if isinstance(node, Op) else [node]


class SetComparison:
    """The part of a comparison that is about sets of reals."""

    def __init__(self, options: Options) -> None:
        self.options = options

    def same(self, gold: Node, answer: Node) -> Outcome:
        """Supplied by the comparison above."""
        raise NotImplementedError

    def _is_sets(self, gold: Node, answer: Node) -> bool:
        heads = [n.head if isinstance(n, Op) else "" for n in (value_of(gold), value_of(answer))]
        interval = {"[)", "(]", "][", "union", "inter", "minus", "where"}
        if any(is_inequality(n) for n in (gold, answer)) or interval & set(heads):
            return True
        return "reals" in (key(value_of(gold)), key(value_of(answer)))

    def _sets(self, gold: Node, answer: Node) -> Outcome:
        if is_inequality(gold) and is_inequality(answer):
            names = variable_of(gold), variable_of(answer)
            if None not in names and names[0] != names[1]:
                return _NO
        left, right = pieces(value_of(gold)), pieces(value_of(answer))
        if left is None or right is None:
            if is_inequality(gold) and is_inequality(answer):
                if is_op(gold, "system") and is_op(answer, "system"):
                    sides = _members(gold), _members(answer)
                    return self._matched(*sides) if len(sides[0]) == len(sides[1]) else _NO
                return self._inequalities(gold, answer)
            first, second = ([as_interval(m) for m in _alternatives(n)] for n in (gold, answer))
            if len(first) > 1:
                return self._matched(first, second) if len(first) == len(second) else _NO
            g, a = (as_interval(n.args[0] if isinstance(n, Op) and is_op(n, "where") else n)
                    for n in (value_of(gold), value_of(answer)))  # fmt: skip
            if isinstance(g, Op) and isinstance(a, Op):
                return self._by_parts(g, a)
            return _NO
        if any("naturals" in contents(n)[1] for n in (gold, answer)):
            left, right = (_without_zero(p) for p in (left, right))  # 0 may be one of them or not
        if len(left) != len(right):
            return _NO
        for one, other in zip(left, right, strict=True):
            if not self._same_piece(one, other):
                return _NO
        return Outcome(True, "interval")

    def _same_piece(self, a: Piece, b: Piece) -> bool:
        if (a.low_in, a.high_in) != (b.low_in, b.high_in):
            return False
        return all(
            key(x) == key(y) or same_value(x, y, self.options).equal
            for x, y in ((a.low, b.low), (a.high, b.high))
        )

    def _inequalities(self, gold: Node, answer: Node) -> Outcome:
        """Inequalities in several variables: one is a positive multiple of the other."""
        sides = []
        for node in (gold, answer):
            if not (isinstance(node, Op) and len(node.args) == 2):
                if isinstance(gold, Op) and isinstance(answer, Op):
                    return self._by_parts(gold, answer)
                return _NO
            left, right = node.args
            sign = node.head
            if sign in (">", ">="):
                left, right, sign = right, left, {">": "<", ">=": "<="}[sign]
            sides.append((sign, add(left, neg(right))))
        (sign, first), (other, second) = sides
        if sign != other:
            return _NO
        ratio = constant_ratio(first, second)
        return Outcome(ratio is not None and (ratio > 0 or sign == "!="), "probe")

    def _matched(self, gold: list[Node], answer: list[Node]) -> Outcome:
        """Supplied by the comparison above: members of two lists of one length find each other."""
        raise NotImplementedError

    def _by_parts(self, gold: Op, answer: Op) -> Outcome:
        """The same structure with equal parts."""
        if gold.head != answer.head or len(gold.args) != len(answer.args):
            return _NO
        for a, b in zip(gold.args, answer.args, strict=True):
            if not self.same(a, b).equal:
                return _NO
        return Outcome(True, "structure")
