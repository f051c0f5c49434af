"""The last stage: sympy, for trees that probing could not evaluate.

sympy parses nothing: the tree is built node by node, and only from small expressions, so that no
answer can keep it busy for long.
"""

from __future__ import annotations

from typing import Any

from harness.verifiers.math.comparing.exact import exact
from harness.verifiers.math.reading.tree import Node, Num, Op, Sym, Text, walk

MAX_NODES = 60
MAX_POWER = 6
TRIGONOMETRIC = frozenset(
    f"{inverse}{name}{hyperbolic}"
    for inverse in ("", "a")
    for name in ("sin", "cos", "tan", "cot", "sec", "csc")
    for hyperbolic in ("", "h")
)


class NotConvertibleError(Exception):
    """A node without a counterpart in sympy."""


def to_sympy(node: Node) -> Any:
    """The sympy expression of a scalar tree; raises NotConvertibleError."""
    import sympy

    constants = {"pi": sympy.pi, "e": sympy.E, "i": sympy.I, "oo": sympy.oo}
    if isinstance(node, Num):
        return sympy.Rational(node.value.numerator, node.value.denominator)
    if isinstance(node, Sym):
        return constants.get(node.name) or sympy.Symbol(node.name)
    if isinstance(node, Text):
        raise NotConvertibleError(node.text)
    args = [to_sympy(a) for a in node.args]
    builders: dict[str, Any] = {
        "+": sympy.Add, "*": sympy.Mul, "^": sympy.Pow, "abs": sympy.Abs, "floor": sympy.floor,
        "ceil": sympy.ceiling, "!": sympy.factorial, "binom": sympy.binomial, "log": sympy.log,
        "root": lambda x, n: sympy.Pow(x, 1 / n), "deg": lambda x: x * sympy.pi / 180,
        "%": lambda x: x / 100, "max": sympy.Max, "min": sympy.Min, "mod": sympy.Mod,
        "sum": lambda f, k, a, b: sympy.Sum(f, (k, a, b)),
        "prod": lambda f, k, a, b: sympy.Product(f, (k, a, b)),
        "int": lambda f, x, a, b: sympy.Integral(f, (x, a, b)),
        "lim": lambda f, x, a: sympy.Limit(f, x, a),
        "=": sympy.Eq, "<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge,
        "!=": sympy.Ne, "()": sympy.Tuple, "[]": sympy.Tuple, "list": sympy.Tuple,
        "{}": sympy.FiniteSet, "union": sympy.Union, "inter": sympy.Intersection,
        "minus": sympy.Complement,
    }  # fmt: skip
    if node.head in builders:
        return builders[node.head](*args)
    if node.head in TRIGONOMETRIC:
        return getattr(sympy, node.head)(*args)
    if node.head in ("call", "sub"):
        return sympy.Function(repr(node.args[0]))(*args[1:])
    if node.head == "matrix":
        return sympy.Matrix([[to_sympy(c) for c in r.args] for r in node.args if isinstance(r, Op)])
    raise NotConvertibleError(node.head)


def prove(left: Node, right: Node) -> bool | None:
    """True if sympy shows that the difference is zero; None if it cannot.

    Only sums and limits of rational functions with small numbers are passed to sympy: it has no
    step budget, and settles these immediately.
    """
    nodes = [*walk(left), *walk(right)]
    bound = any(isinstance(n, Op) and n.head in ("sum", "lim") for n in nodes)
    if len(nodes) > MAX_NODES or not bound or not all(_tame(n) for n in nodes):
        return None
    try:
        difference = (to_sympy(left) - to_sympy(right)).doit()
        return True if difference.simplify() == 0 else None
    except Exception:  # noqa: BLE001 - sympy raises anything; it is a "don't know"
        return None


def _tame(node: Node) -> bool:
    """Whether a node keeps an expression rational, small and with finite bounds."""
    if isinstance(node, Num):
        return abs(node.value) <= 100 and node.value.denominator <= 100
    if not isinstance(node, Op):
        return not (isinstance(node, Sym) and node.name == "oo")
    if node.head == "^":
        exponent = exact(node.args[1])
        return exponent is not None and exponent.denominator == 1 and abs(exponent) <= MAX_POWER
    return node.head in ("+", "*", "sum", "lim")
