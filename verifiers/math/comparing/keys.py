"""One string for equivalent answers, used for counting votes.

Equality of strings is an equivalence, so votes do not depend on which answer came first. Numbers
are their value to 12 significant digits (a machine's 3.999999999999999 is 4, 0.333333333333 is
1/3); other expressions are their values at three points; lists and sets are their members in one
order.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from harness.verifiers.math.comparing.exact import UnknownError, exact, key
from harness.verifiers.math.comparing.intervals import pieces
from harness.verifiers.math.comparing.probe import evaluate
from harness.verifiers.math.comparing.quick import PRINTED, number_key, plain_decimal
from harness.verifiers.math.comparing.statements import expand_signs, settle, value_of
from harness.verifiers.math.comparing.values import hundredth, split_unit
from harness.verifiers.math.reading.parser import is_inequality
from harness.verifiers.math.reading.tree import BRACKETS, Node, Op, add, free_symbols, neg

MAX_MEMBERS = 60
_SETS = frozenset({"[)", "(]", "][", "union", "inter", "minus", "where", "in"})


def canonical(node: Node) -> str:
    """The key of a tree; never raises for trees within the parser's bounds."""
    node = value_of(settle(node))
    if not isinstance(node, Op):
        return _scalar(node)
    if node.head in _SETS or is_inequality(node):
        found = pieces(node)
        if found is not None:
            return "u".join(_piece(p.low, p.low_in, p.high, p.high_in) for p in found) or "emptyset"
        return key(node)
    if node.head in ("list", "{}", "or"):
        members = [m for a in node.args[:MAX_MEMBERS] for m in expand_signs(settle(a))]
        told = sorted({canonical(m) for m in members})
        return told[0] if len(told) == 1 else f"{{{';'.join(told)}}}"
    if node.head in BRACKETS or node.head in ("matrix", "row", "system"):
        head = "()" if node.head == "row" else node.head
        return f"{head[0]}{','.join(map(canonical, node.args[:MAX_MEMBERS]))}{head[-1]}"
    if node.head == "=":
        return _equation(node)
    signs = expand_signs(node)
    if len(signs) > 1:
        return f"{{{';'.join(sorted(map(canonical, signs)))}}}"
    return _scalar(node)


def _piece(low: Node, low_in: bool, high: Node, high_in: bool) -> str:
    return f"{'[' if low_in else '('}{canonical(low)},{canonical(high)}{']' if high_in else ')'}"


def _scalar(node: Node) -> str:
    """The key of a single value, without its unit; a percentage is divided by 100."""
    value, _, words = split_unit(node)
    if words[:1] == "%":
        value = hundredth(value)
    number = exact(value)
    if number is not None:
        return number_key(number)
    told = _values(value)
    if told is None:
        return key(value)
    return _constant(told[0]) if not free_symbols(value) else f"~{','.join(told)}"


def _constant(told: str) -> str:
    """The key of an irrational number's digits, possibly printed by a machine."""
    try:
        return number_key(Fraction(told))
    except ValueError:
        return f"={told}"


def _values(node: Node, scale: float = 1.0, digits: int = 9) -> list[str] | None:
    """The values at the first three points where they are defined, with fewer digits."""
    found: list[str] = []
    constant = not free_symbols(node)
    try:
        for real in (True, False):
            for point in range(1 if constant else 8):
                value = evaluate(node, point, real=real, many_digits=False)
                if value is not None:
                    found.append(_rounded(value[0] / scale, PRINTED if constant else digits))
                if len(found) == 3:
                    return found
            if found:
                return found
    except (UnknownError, ArithmeticError, ValueError):
        return None
    return None


def _rounded(value: complex | float, digits: int) -> str:
    if isinstance(value, complex):
        return f"{_rounded(value.real, digits)}+{_rounded(value.imag, digits)}i"
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    told = Decimal(f"{value:.{digits - 1}e}")
    return plain_decimal(told) if abs(told) > Decimal("1e-12") else "0"


def _equation(node: Op) -> str:
    """An equation up to a factor: its difference of sides, scaled to 1 at a point."""
    difference = add(node.args[0], neg(node.args[1]))
    try:
        at = evaluate(difference, 8, real=True, many_digits=False)
    except (UnknownError, ArithmeticError, ValueError):
        at = None
    if at is None or not at[0]:
        return key(node)
    told = _values(difference, at[0], digits=12)  # x - 57776 is near x - 57777
    return key(node) if told is None else f"0={','.join(told)}"
