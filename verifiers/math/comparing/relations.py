"""Equations up to a factor, equations against their roots, and residues."""

from __future__ import annotations

from fractions import Fraction

from harness.verifiers.math.comparing.exact import UnknownError, agree_modulo, exact, key
from harness.verifiers.math.comparing.outcome import Outcome
from harness.verifiers.math.comparing.probe import POINTS, evaluate
from harness.verifiers.math.comparing.statements import name_of, settle, value_of
from harness.verifiers.math.reading.tree import (
    CONSTANTS,
    Node,
    Num,
    Op,
    Sym,
    Text,
    add,
    free_symbols,
    mul,
    neg,
    power,
    substitute,
    walk,
)


def constant_ratio(first: Node, second: Node) -> float | None:
    """c with first = c * second wherever both are defined, or None."""
    try:
        ratios = []
        for point in range(POINTS):
            a = evaluate(first, point, real=True, many_digits=False)
            b = evaluate(second, point, real=True, many_digits=False)
            if a is None or b is None or not b[0]:
                continue
            ratios.append(a[0] / b[0])
            if abs(ratios[-1] - ratios[0]) > 1e-7 * abs(ratios[0]):
                return None
        if len(ratios) < 2 or not ratios[0]:
            return None
        guess = Fraction(ratios[0]).limit_denominator(10_000)
        if abs(float(guess) - ratios[0]) <= 1e-7 * abs(ratios[0]):
            told = agree_modulo(first, Op("*", (Num(guess), second)))
            if told is False:
                return None
        return float(ratios[0]) if _stays(first, second) else None
    except (ArithmeticError, UnknownError):
        return None


def _stays(first: Node, second: Node) -> bool:
    """Whether the ratio is the same to 20 digits: x - 41977 is not a multiple of x - 41978."""
    ratios = []
    for point in range(POINTS):
        a = evaluate(first, point, real=True, many_digits=True)
        b = evaluate(second, point, real=True, many_digits=True)
        if a is not None and b is not None and b[0]:
            ratios.append(a[0] / b[0])
        if len(ratios) == 3:
            break
    return all(abs(r - ratios[0]) <= abs(ratios[0]) * 1e-20 for r in ratios)


def cleared(node: Node) -> Node:
    """`node` times its denominators: y - 4/x as xy - 4, if both have the same zeros."""
    bottoms: dict[str, tuple[Node, Fraction]] = {}
    for part in walk(node):
        if not (isinstance(part, Op) and part.head == "^" and isinstance(part.args[1], Num)):
            continue
        base, exponent = part.args[0], part.args[1].value
        if exponent < 0 and free_symbols(base):
            _, most = bottoms.get(key(base), (base, Fraction(0)))
            bottoms[key(base)] = base, max(most, -exponent)
    return mul(node, *(power(base, Num(n)) for base, n in bottoms.values()))


def solved_by(gold: Node, answer: Node) -> bool:
    """Whether one side is a linear equation in two letters and the other is its solution for one
    of them: `xy = 6` and 6/x."""
    for equation, value in ((gold, answer), (answer, gold)):
        if not (isinstance(equation, Op) and equation.head == "="):
            continue
        if isinstance(value, Op) and value.head == "=":
            continue
        difference = add(equation.args[0], neg(equation.args[1]))
        names, known = free_symbols(difference), free_symbols(value)
        if len(names) != 2 or len(known) != 1 or not known < names:
            continue
        (name,) = names - known
        at = [substitute(difference, name, Num(k)) for k in (0, 1, 3)]
        line = add(mul(Num(3), at[1]), neg(mul(Num(2), at[0])))
        rest = substitute(difference, name, value)
        if agree_modulo(at[2], line) and agree_modulo(rest, Num(0)):
            return agree_modulo(at[1], at[0]) is False
    return False


def stated_value(equation: Op) -> Node | None:
    """25 of `m + n = 25`: the stated value of a combination of unknowns."""
    left, right = equation.args
    parts = list(walk(left))
    if not all(
        not isinstance(p, Text) and (isinstance(p, (Num, Sym)) or p.head in ("+", "*"))
        for p in parts
    ):
        return None
    names = [p.name for p in parts if isinstance(p, Sym)]
    if len(names) < 2 or len(set(names)) < len(names) or set(names) & CONSTANTS:
        return None
    return right if not free_symbols(right) and exact(right) != 0 else None


def has_roots(equation: Op, roots: list[Node]) -> bool:
    """Whether an unsolved equation, such as x^2 = 4, has exactly these roots, each once."""
    left, right = equation.args
    difference = add(left, neg(right))
    size = exact(right)
    if isinstance(left, Op) and left.head == "abs" and size is not None and size > 0:
        difference = add(mul(left.args[0], left.args[0]), Num(-size * size))  # |u| = c
    names = free_symbols(difference)
    values = [value_of(settle(r)) for r in roots]
    if len(names) != 1 or not 1 < len(values) <= 12 or any(free_symbols(v) for v in values):
        return False
    variable = Sym(names.pop())
    if not {n for n in map(name_of, roots) if n} <= {variable.name}:
        return False
    return constant_ratio(difference, mul(*(add(variable, neg(v)) for v in values))) is not None


def same_residue(gold: Node, answer: Node) -> Outcome:
    """Compare `3 (mod 7)` with another residue, or with the number itself."""
    pairs = [n.args if isinstance(n, Op) and n.head == "residue" else (n,) for n in (gold, answer)]
    values = [[exact(a) for a in pair] for pair in pairs]
    (left, *modulus), (right, *other) = values
    if left is None or right is None:
        return Outcome(_runs_through(gold, answer), "residue")
    if not (modulus and other):
        return Outcome(left == right, "residue")
    turns = modulus[0] == other[0] and modulus[0] and (left - right) / modulus[0]
    return Outcome(turns is not False and turns is not None and turns.denominator == 1, "residue")


def _runs_through(gold: Node, answer: Node) -> bool:
    """Whether one side is `3 (mod 7)` and the other `7k + 3`, for an integer k."""
    residue, line = (
        (gold, answer)
        if isinstance(gold, Op) and gold.head == "residue"
        else (
            answer,
            gold,
        )
    )
    names = free_symbols(line)
    if not (isinstance(residue, Op) and residue.head == "residue") or len(names) != 1:
        return False
    name = names.pop()
    value, modulus = map(exact, residue.args)
    at = [exact(substitute(line, name, Num(k))) for k in (0, 1, 7)]
    if value is None or not modulus or at[0] is None or at[1] is None or name not in "kmntlp":
        return False
    step = at[1] - at[0]
    linear = at[2] == at[0] + 7 * step
    return linear and abs(step) == abs(modulus) and (at[0] - value) % modulus == 0
