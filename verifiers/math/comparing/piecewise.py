"""Functions by cases, compared by their values.

The conditions are inequalities, equations or residues in the one variable, parity in words, or
"otherwise". Where a condition says something else, nothing is decided.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from harness.verifiers.math.comparing.exact import UnknownError, exact
from harness.verifiers.math.comparing.probe import evaluate
from harness.verifiers.math.reading.tree import (
    Node,
    Num,
    Op,
    Sym,
    Text,
    free_symbols,
    substitute,
    walk,
)
from harness.verifiers.patterns import lazy_pattern

CLOSE = 1e-10
_WHOLE = range(1, 25)
_SIGNS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b, "!=": lambda a, b: a != b, "=": lambda a, b: a == b,
}  # fmt: skip
_RESIDUE = lazy_pattern(r"(?:multiple of|divisible by) (\d+)")


def same_function(gold: Node, answer: Node) -> bool | None:
    """Whether two functions of one variable, at least one of them by cases, have one value at
    every point that is tried; None where that cannot be told."""
    names = set().union(*(_variables(n) for n in (gold, answer)))
    if len(names) != 1:
        return None
    (name,) = names
    told = 0
    try:
        for point in _points(gold, answer):
            values = [_value(n, name, point) for n in (gold, answer)]
            if values[0] is None or values[1] is None:
                if values[0] is not values[1]:
                    return False  # one of them says nothing there
                continue
            told += 1
            size = max(1.0, abs(values[0]), abs(values[1]))
            if abs(values[0] - values[1]) > CLOSE * size:
                return False
    except (UnknownError, ArithmeticError):
        return None
    return told > 5


def _are_indices(parts: list[Node]) -> bool:
    """Whether a case is told for `n = 1` alone, as of a sequence."""
    named = [n.args[0] for n in parts if isinstance(n, Op) and n.head == "=" and len(n.args) == 2
             and isinstance(n.args[0], Sym) and isinstance(n.args[1], Num)]  # fmt: skip
    return any(isinstance(n, Sym) and n.name in ("n", "k", "m") for n in named)


def _variables(node: Node) -> set[str]:
    """The letters of values and conditions; parity in words names its own."""
    return free_symbols(node)


def _points(*sides: Node) -> list[Fraction]:
    """Where the functions are looked at: whole numbers where parity counts, else also between, on
    and beside every number of a condition."""
    parts = [n for side in sides for n in walk(side)]
    whole = any(isinstance(n, Text) and n.text != "otherwise" for n in parts) or any(
        isinstance(n, Op) and n.head in ("residue", "mod") for n in parts
    )
    if whole or _are_indices(parts):
        return [Fraction(n) for n in _WHOLE]
    ends = {n.value for n in parts if isinstance(n, Num) and abs(n.value) < 10**6}
    ends |= {-e for e in ends} | {Fraction(0)}
    tiny = Fraction(1, 1009)
    beside = {e + d for e in ends for d in (-tiny, tiny)}
    return sorted(ends | beside | {Fraction(n * 7, 5) for n in range(-8, 9)})


def _value(node: Node, name: str, point: Fraction) -> float | None:
    if isinstance(node, Op) and node.head == "cases":
        for row in node.args:
            if not isinstance(row, Op) or not 0 < len(row.args) < 3:
                raise UnknownError
            if len(row.args) == 1 or _holds(row.args[1], name, point):
                return _value(row.args[0], name, point)
        return None
    found = evaluate(substitute(node, name, Num(point)), 0, real=True, many_digits=False)
    if found is None:
        return None
    return float(found[0])


def _holds(condition: Node, name: str, point: Fraction) -> bool:
    """Whether a condition holds; raises UnknownError where it is none of the known kinds."""
    if isinstance(condition, Text):
        return _holds_in_words(condition.text.casefold(), point)
    if not isinstance(condition, Op):
        raise UnknownError
    if condition.head in ("system", "list"):
        return all(_holds(c, name, point) for c in condition.args)
    if condition.head == "or":
        return any(_holds(c, name, point) for c in condition.args)
    if condition.head == "chain":
        args = condition.args
        steps = zip(args[::2], args[1::2], args[2::2], strict=False)
        return all(
            isinstance(s, Sym) and _holds(Op(s.name, (a, b)), name, point) for a, s, b in steps
        )
    if condition.head not in _SIGNS:
        raise UnknownError
    left, right = (substitute(a, name, Num(point)) for a in condition.args)
    if isinstance(right, Op) and right.head == "residue":
        rest, modulus, told = exact(right.args[0]), exact(right.args[1]), exact(left)
        if rest is None or told is None or not modulus:
            raise UnknownError
        return (told - rest) % modulus == 0
    sides = exact(left), exact(right)
    if sides[0] is None or sides[1] is None:
        raise UnknownError
    return _SIGNS[condition.head](sides[0], sides[1])


def _holds_in_words(words: str, point: Fraction) -> bool:
    if words in ("otherwise", "else"):
        return True
    if point.denominator == 1:
        number = int(point)
        if re.fullmatch(r"(?:[a-z] )?(?:an )?(?:odd|even)(?: [a-z])?(?: integer| number)?", words):
            return (number % 2 == 1) == ("odd" in words.split())
        if found := _RESIDUE.search(words):
            return (number % int(found[1]) == 0) != ("not" in words)
    raise UnknownError
