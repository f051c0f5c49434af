"""Values that repeat as an integer runs: solutions of trigonometric equations.

`x = pi/6 + 2k pi or x = 5pi/6 + 2k pi` and `x = (-1)^k pi/6 + k pi` are one set. Both sides are
written out over a window of the real line and compared number by number.
"""

from __future__ import annotations

from harness.verifiers.math.comparing.exact import UnknownError
from harness.verifiers.math.comparing.parameters import declared_integers, implied_integers
from harness.verifiers.math.comparing.probe import evaluate
from harness.verifiers.math.comparing.statements import items_of, settle, value_of
from harness.verifiers.math.reading.tree import (
    Node,
    Num,
    contents,
    free_symbols,
    has_head,
    substitute,
)

TURNS = 24  # of the integer to either side of 0
MAX_MEMBERS = 8
CLOSE, EDGE = 1e-9, 1e-4


def same_periodic(gold: Node, answer: Node) -> bool:
    """Whether two answers with an integer in them take the same values."""
    sides = []
    for node in (gold, answer):
        if not (has_head(node, "in", "deg") or "pi" in contents(node)[1]):
            return False
        found = _written_out(node)
        if found is None:
            return False
        sides.append(found)
    window = min(reach for _, reach in sides)
    while any(abs(abs(v) - window) < EDGE for values, _ in sides for v in values):
        window -= 3 * EDGE  # a value on the edge might be in on one side alone
    left, right = (sorted(v for v in values if abs(v) < window) for values, _ in sides)
    left, right = _distinct(left), _distinct(right)
    if len(left) < 4 or len(left) != len(right):
        return False
    return all(abs(a - b) < CLOSE * max(1, abs(a)) for a, b in zip(left, right, strict=True))


def _distinct(values: list[float]) -> list[float]:
    kept: list[float] = []
    for value in values:
        if not kept or value - kept[-1] > CLOSE * max(1, abs(value)):
            kept.append(value)
    return kept


def _written_out(node: Node) -> tuple[list[float], float] | None:
    """(values, the range in which they are complete); None for other answers."""
    integers = declared_integers(node, negative=True) | implied_integers(node)
    members = items_of(settle(node))
    if not integers or not 0 < len(members) <= MAX_MEMBERS:
        return None
    values: list[float] = []
    reach = float("inf")
    for member in members:
        told = value_of(settle(member))
        names = free_symbols(told)
        if len(names) != 1 or not names <= integers:
            return None
        (name,) = names
        found: list[float] = []
        for turn in range(-TURNS, TURNS + 1):
            try:
                value = evaluate(substitute(told, name, Num(turn)), 0, real=True, many_digits=False)
            except (UnknownError, ArithmeticError):
                return None
            if value is None or isinstance(value[0], complex):
                return None
            found.append(float(value[0]))
        if (found[0] > 0) == (found[-1] > 0):
            return None  # it does not run through both signs
        reach = min(reach, abs(found[0]), abs(found[-1]))
        values += found
    return values, reach * 0.8
