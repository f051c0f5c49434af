"""Derivatives of trees, and answers that hold up to a constant of integration.

An antiderivative is checked by its derivative: `F` answers `int f dx` when F' = f, and two
antiderivatives with a `+ C` are the same when they differ by a constant.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import islice

from harness.verifiers.math.reading.tree import (
    CONSTANTS,
    MINUS_ONE,
    ONE,
    ZERO,
    Node,
    Num,
    Op,
    Sym,
    Text,
    add,
    contents,
    divide,
    free_symbols,
    has_head,
    mul,
    neg,
    power,
    walk,
)

MAX_NODES = 400  # of an expression that is differentiated
INTEGRATION_CONSTANTS = frozenset({"C", "c", "K", "k", "C_1", "c_1", "C_0"})


_MINUS_HALF = Num(Fraction(-1, 2))


class NoDerivativeError(Exception):
    """No rule for this operation."""


def _square(x: Node) -> Node:
    return power(x, Num(2))


def _outer(head: str) -> Callable[[Node], Node]:
    """The derivative of a function of one argument, as a function of that argument."""
    table: dict[str, Callable[[Node], Node]] = {
        "sin": lambda x: Op("cos", (x,)),
        "cos": lambda x: neg(Op("sin", (x,))),
        "tan": lambda x: _square(Op("sec", (x,))),
        "cot": lambda x: neg(_square(Op("csc", (x,)))),
        "sec": lambda x: mul(Op("sec", (x,)), Op("tan", (x,))),
        "csc": lambda x: neg(mul(Op("csc", (x,)), Op("cot", (x,)))),
        "sinh": lambda x: Op("cosh", (x,)),
        "cosh": lambda x: Op("sinh", (x,)),
        "tanh": lambda x: divide(ONE, _square(Op("cosh", (x,)))),
        "asin": lambda x: power(add(ONE, neg(_square(x))), _MINUS_HALF),
        "acos": lambda x: neg(power(add(ONE, neg(_square(x))), _MINUS_HALF)),
        "atan": lambda x: divide(ONE, add(ONE, _square(x))),
        "acot": lambda x: neg(divide(ONE, add(ONE, _square(x)))),
        "asinh": lambda x: power(add(ONE, _square(x)), _MINUS_HALF),
        "acosh": lambda x: power(add(_square(x), MINUS_ONE), _MINUS_HALF),
        "atanh": lambda x: divide(ONE, add(ONE, neg(_square(x)))),
        "abs": lambda x: divide(x, Op("abs", (x,))),
    }
    if head not in table:
        raise NoDerivativeError(head)
    return table[head]


def derivative(node: Node, name: str) -> Node:
    """The derivative of `node` by the variable `name`; raises NoDerivativeError."""
    if isinstance(node, Text):
        raise NoDerivativeError("words")
    if isinstance(node, Num):
        return ZERO
    if isinstance(node, Sym):
        return ONE if node.name == name else ZERO
    if name not in free_symbols(node):
        return ZERO
    if node.head == "+":
        return add(*(derivative(a, name) for a in node.args))
    if node.head == "*":
        terms = [
            mul(derivative(a, name), *node.args[:i], *node.args[i + 1 :])
            for i, a in enumerate(node.args)
        ]
        return add(*terms)
    if node.head == "^":
        return _power(node.args[0], node.args[1], name)
    if node.head == "root" and len(node.args) == 2:
        return _power(node.args[0], divide(ONE, node.args[1]), name)
    if node.head == "log" and len(node.args) == 2:
        natural = divide(Op("log", (node.args[0],)), Op("log", (node.args[1],)))
        return derivative(natural, name)
    if node.head == "log":
        return divide(derivative(node.args[0], name), node.args[0])
    if len(node.args) != 1:
        raise NoDerivativeError(node.head)
    return mul(_outer(node.head)(node.args[0]), derivative(node.args[0], name))


def _power(base: Node, exponent: Node, name: str) -> Node:
    slope = derivative(base, name)
    if name not in free_symbols(exponent):
        return mul(exponent, power(base, add(exponent, MINUS_ONE)), slope)
    rate = mul(derivative(exponent, name), Op("log", (base,)))
    if name in free_symbols(base):
        rate = add(rate, mul(exponent, divide(slope, base)))
    return mul(power(base, exponent), rate)


def _small(node: Node) -> bool:
    return next(islice(walk(node), MAX_NODES, None), None) is None


def without_constant(node: Node) -> tuple[Node, str] | None:
    """(the rest, the constant's name) of a sum with a constant of integration in it."""
    if not (isinstance(node, Op) and node.head == "+"):
        return None
    for index, term in enumerate(node.args):
        if isinstance(term, Sym) and term.name in INTEGRATION_CONSTANTS:
            rest = add(*node.args[:index], *node.args[index + 1 :])
            if term.name not in free_symbols(rest):
                return rest, term.name
    return None


def evaluated(node: Node) -> Node:
    """`node` with its derivatives worked out, if there are rules for them."""
    if not isinstance(node, Op) or not (has_head(node, "diff") or "d" in contents(node)[1]):
        return node
    if node.head == "diff" and isinstance(node.args[1], Sym) and _small(node.args[0]):
        inner = evaluated(node.args[0])
        if not _small(inner):
            return node  # derivatives of derivatives grow without bound
        try:
            return derivative(inner, node.args[1].name)
        except (NoDerivativeError, RecursionError):
            return node
    variable = _asked(node)
    if variable is not None:
        return evaluated(Op("diff", (mul(*node.args[1:]), variable)))
    return Op(node.head, tuple(evaluated(a) for a in node.args))


def _asked(node: Op) -> Sym | None:
    r"""The x of a product that begins with `\frac{d}{dx}`."""
    if node.head != "*" or len(node.args) < 2:
        return None
    match node.args[0]:
        case Op(head="*", args=(Sym(name="d"), Op(head="^", args=(Op(head="*", args=bottom), _)))):
            if len(bottom) == 2 and isinstance(bottom[0], Sym) and bottom[0].name == "d":
                return bottom[1] if isinstance(bottom[1], Sym) else None
    return None


def slopes(gold: Node, answer: Node) -> tuple[Node, Node] | None:
    """Two expressions that are equal when the answers agree up to a constant of integration.

    None if that does not apply: neither is an indefinite integral, and not both have a `+ C`.
    """
    sides: list[Node] = []
    integrals = [is_indefinite(n) for n in (gold, answer)]
    variables = [n.args[1] for n in (gold, answer) if isinstance(n, Op) and is_indefinite(n)]
    stripped = [without_constant(n) for n in (gold, answer)]
    if not any(integrals) and not all(stripped):
        return None
    bodies = [s[0] if s else n for s, n in zip(stripped, (gold, answer), strict=True)]
    if variables:
        variable = variables[0]
    else:
        names = set.intersection(*(free_symbols(b) for b in bodies)) - CONSTANTS
        if len(names) != 1 and "x" not in names:
            return None
        variable = Sym("x" if "x" in names else names.pop())
    if not isinstance(variable, Sym) or not all(map(_small, bodies)):
        return None
    try:
        for node, integral in zip(bodies, integrals, strict=True):
            if integral and isinstance(node, Op):
                sides.append(node.args[0])
            else:
                sides.append(derivative(node, variable.name))
    except (NoDerivativeError, RecursionError):
        return None
    return sides[0], sides[1]


def is_indefinite(node: Node) -> bool:
    """An integral without bounds."""
    if not (isinstance(node, Op) and node.head == "int"):
        return False
    return all(isinstance(a, Sym) and a.name == "?" for a in node.args[2:])
