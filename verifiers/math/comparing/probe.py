"""Numeric probing: real (or complex) values at pseudo-random points, in doubles and then exactly
enough (40 digits).

Doubles reject in microseconds. What agrees in doubles is evaluated again in mpmath; agreement to 30
digits at every point where both sides are defined is taken as equality. Real powers and roots are
the real ones, and points where a part is not real are passed over, so that sqrt(1/x) = 1/sqrt(x)
but sqrt(x^2) != x.
"""

from __future__ import annotations

import functools
import math
import zlib
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from harness.verifiers.math.comparing.contexts import DIGITS, Digits, Doubles, UndefinedError
from harness.verifiers.math.comparing.exact import (
    MAX_STEPS,
    MAX_TERMS,
    UnknownError,
    based,
    exact,
    key,
)
from harness.verifiers.math.reading.tree import (
    CONSTANTS,
    Node,
    Num,
    Op,
    Sym,
    Text,
    has_head,
    substitute,
    walk,
)

POINTS = 9
_RANGES = ((0.2, 0.9), (1.1, 3.9), (5.0, 30.0), (-3.9, -0.2), (-0.9, 0.9), (-8.0, 8.0))


FAR = 1_000  # points from here on: values of about that size, negative at odd points
MAX_FAR = 10**9
MAX_DIGITS = 3_000  # of the second look at constants that agree
_WHOLE = frozenset({"n", "m", "k", "N", "M", "K"})
_PERIODIC = frozenset({"sin", "cos", "tan", "cot"})
_SATURATING = frozenset({"tanh", "coth", "erf"})
_BROKEN = frozenset({"abs", "max", "min", "floor", "ceil", "sgn", "root"})


@functools.lru_cache(maxsize=1024)
def point_value(name: str, point: int) -> Fraction:
    """The value of variable `name` at a point: positive, then of both signs, then whole."""
    seed = zlib.crc32(f"{name}:{point}".encode("utf-8", "replace"))
    if point >= FAR:
        size = Fraction(point * (11 + seed % 7) // 10)
        return -size if point % 2 else size
    if point >= len(_RANGES):
        return Fraction(2 + seed % 7 + (point - len(_RANGES)))
    low, high = _RANGES[point]
    return Fraction(round((low + (high - low) * (seed % 9973) / 9973) * 997), 997)


class Evaluator:
    """One evaluation at one point. `ctx` holds the functions: `Doubles` or `Digits`."""

    def __init__(self, ctx: Any, point: int, *, real: bool) -> None:
        self.ctx = ctx
        self.point = point
        self.real = real
        self.steps = 0
        self.scale = 0.0
        self.extent = 0.0  # bits between 1 and the largest or smallest part
        self.bound: dict[str, Any] = {}

    def value(self, node: Node) -> Any:
        """The value; raises UndefinedError or UnknownError."""
        self.steps += 1
        if self.steps > MAX_STEPS // 4:
            raise UnknownError
        if isinstance(node, Num):
            return self.ctx.number(node.value)
        if isinstance(node, Sym):
            return self._symbol(node.name)
        if isinstance(node, Text):
            raise UnknownError
        if node.head == "+":
            terms = [self.value(a) for a in node.args]
            total = sum(terms[1:], terms[0])
            self.scale = max(self.scale, *(float(min(abs(t), 1e300)) for t in terms))
            return total
        if node.head == "*":
            product = self.value(node.args[0])
            for arg in node.args[1:]:
                product = product * self.value(arg)
            return product
        if node.head == "^":
            raised = self._power(node.args[0], node.args[1])
            self.extent = max(self.extent, self.ctx.distance(raised))
            return raised
        return self._other(node)

    def _symbol(self, name: str) -> Any:
        if name in self.bound:
            return self.bound[name]
        if name == "pi":
            return self.ctx.pi
        if name == "e":
            return self.ctx.e
        if name == "i":
            if self.real:
                raise UndefinedError
            return self.ctx.i
        if name == "oo":
            return self.ctx.inf
        return self.ctx.number(point_value(name, self.point))

    def _power(self, base: Node, exponent: Node) -> Any:
        rational = exact(exponent)
        value = self.value(base)
        if rational is not None and rational.denominator == 1:
            if not value and rational <= 0:
                raise UndefinedError
            return self.ctx.integer_power(value, int(rational))
        power = self.value(exponent)
        if self.real:
            if value < 0 or (value == 0 and power <= 0):
                if value < 0 and power == self.ctx.floor(power):
                    return self.ctx.integer_power(value, int(power))
                raise UndefinedError
        elif value == 0:
            return value
        return self.ctx.power(value, power)

    def _other(self, node: Op) -> Any:
        head = node.head
        if head == "base":
            return self.ctx.number(Fraction(based(node)))
        if head == "sub" and isinstance(node.args[0], Sym) and len(node.args) == 2:
            name = self._member(node.args[0].name, node.args[1]) or key(node)
            return self.ctx.number(point_value(name, self.point))
        if head in ("call", "sub"):
            return self.ctx.number(point_value(key(node), self.point))
        if head in ("sum", "prod", "int", "lim"):
            return self._bound_variable(node)
        if head == "det":
            return self._determinant(node.args[0])
        if head == "ratio" and len(node.args) == 2:
            return self.value(node.args[0]) / self.value(node.args[1])
        function = self.ctx.real if self.real else self.ctx.complex
        if head not in function:
            raise UnknownError
        args = [self.value(a) for a in node.args]
        if head in _PERIODIC:
            self.scale = max(self.scale, 1.0)  # sin(2 pi) is 0 but for the last digits of pi
        elif head in _SATURATING:
            self.extent = max(self.extent, 3 * float(min(abs(args[0]), MAX_FAR)))
        return function[head](*args)

    def _member(self, name: str, index: Node) -> str | None:
        """The name of `a_(k-1)` by the value of its index here; None where that has none."""
        try:
            value = float(self.value(index))
        except (*_FAILURES, UnknownError):
            return None
        return f"{name}_{value:.9g}"

    def _bound_variable(self, node: Op) -> Any:
        body, variable, *bounds = node.args
        if not isinstance(variable, Sym):
            raise UnknownError
        if node.head in ("sum", "prod"):
            body = _member_of(body, variable.name)
            low, high = (self.value(b) for b in bounds)
            if low == int(low) and abs(high) < 10**9 and high == int(high):
                if high - low > MAX_TERMS:
                    raise UnknownError
                total = self.ctx.number(Fraction(node.head == "prod"))
                for index in range(int(low), int(high) + 1):
                    term = self.value(substitute(body, variable.name, Num(index)))
                    total = total + term if node.head == "sum" else total * term
                return total
            if self.ctx.inf not in (abs(low), abs(high)):
                raise UndefinedError  # bounds that are not whole: another point will do
        return self.ctx.analysis(self, node)

    def _determinant(self, matrix: Node) -> Any:
        if not (isinstance(matrix, Op) and matrix.head == "matrix" and len(matrix.args) <= 5):
            raise UnknownError
        rows = [[self.value(c) for c in r.args] for r in matrix.args if isinstance(r, Op)]
        if any(len(r) != len(rows) for r in rows):
            raise UndefinedError
        return _laplace(rows)


def _member_of(body: Node, index: str) -> Node:
    """The body of a sum with `a_i`, which runs with the index, as a member of a sequence."""
    if isinstance(body, Sym) and body.name.endswith(f"_{index}"):
        return Op("sub", (Sym(body.name.removesuffix(f"_{index}")), Sym(index)))
    if not isinstance(body, Op):
        return body
    return Op(body.head, tuple(_member_of(a, index) for a in body.args))


def _laplace(rows: list[list[Any]]) -> Any:
    if len(rows) == 1:
        return rows[0][0]
    total = 0
    for index, head in enumerate(rows[0]):
        minor = [r[:index] + r[index + 1 :] for r in rows[1:]]
        total += (-1) ** index * head * _laplace(minor)
    return total


_DOUBLES = Doubles()
_digits: list[Digits] = []


def digits() -> Digits:
    """The one context of many digits."""
    if not _digits:
        _digits.append(Digits())
    return _digits[0]


_FAILURES = (ArithmeticError, ValueError, TypeError, UndefinedError)


Value: TypeAlias = tuple[Any, float, float]


def evaluate(node: Node, point: int, *, real: bool, many_digits: bool) -> Value | None:
    """(value, size of the largest term, extent in bits) at a point; None where it is undefined."""
    evaluator = Evaluator(digits() if many_digits else _DOUBLES, point, real=real)
    try:
        value = evaluator.value(node)
        if real and isinstance(value, complex):
            return None
        if many_digits:
            mp = evaluator.ctx.mp
            if (real and isinstance(value, mp.mpc) and value.imag) or mp.isnan(value):
                return None
            return value, evaluator.scale, evaluator.extent
        if value != value:
            return None
        return value, evaluator.scale, 0.0
    except _FAILURES:
        return None


def agree(left: Node, right: Node) -> bool | None:
    """Whether two expressions have the same values; None when too few points tell."""
    symbols = {n.name for n in walk(left) if isinstance(n, Sym)}
    symbols |= {n.name for n in walk(right) if isinstance(n, Sym)}
    constant = not (symbols - CONSTANTS) and not _opaque(left) and not _opaque(right)
    near = range(POINTS)
    if (
        not constant
        and symbols - CONSTANTS <= _WHOLE
        and any(
            isinstance(n, Op) and n.head in ("floor", "ceil", "mod")
            for s in (left, right)
            for n in walk(s)
        )
    ):
        near = range(len(_RANGES), len(_RANGES) + POINTS)  # n is a whole number
    modes = [False] if "i" in symbols else [True, False]
    try:
        for real in modes:
            points = range(1) if constant else (*_far_points(left, right), *near)
            answer = _agree(left, right, points, real=real)
            if answer is not None:
                return answer
    except (UnknownError, RecursionError, MemoryError):
        return None
    return None


def _opaque(node: Node) -> bool:
    return has_head(node, "call", "sub")


def _far_points(left: Node, right: Node) -> tuple[int, ...]:
    """Points on both sides of where |x - 100| or max(x, -50) breaks, if one is out of the way."""
    parts = [*walk(left), *walk(right)]
    if not any(isinstance(n, Op) and (n.head in _BROKEN or _is_root(n)) for n in parts):
        return ()
    largest = max((abs(n.value) for n in parts if isinstance(n, Num)), default=Fraction(0))
    size = math.ceil(largest)
    if not 8 <= size < MAX_FAR:
        return ()
    far = max(FAR, 2 * size)
    return far, far + 1


def _is_root(node: Op) -> bool:
    exponent = node.args[1] if node.head == "^" else None
    return isinstance(exponent, Num) and exponent.value.denominator > 1


def _agree(left: Node, right: Node, points: Sequence[int], *, real: bool) -> bool | None:
    shared: list[int] = []
    for point in points:
        doubles = _in_doubles(left, right, point, real)
        if doubles is False:
            return False
        if doubles is not None:
            shared.append(point)
        elif point < 3 or len(_RANGES) <= point < FAR or len(points) == 1:
            shared.append(point)  # overflow, or integers only: many digits may tell
    analytic = any(
        isinstance(n, Op) and n.head in ("sum", "prod", "int", "lim")
        for side in (left, right)
        for n in walk(side)
    )
    digits_shared = 14 if analytic else 30  # nsum, quad and limit reach less
    told = last = 0
    extent = 0.0
    for point in shared:
        a = evaluate(left, point, real=real, many_digits=True)
        b = evaluate(right, point, real=real, many_digits=True)
        if a is None or b is None:
            continue
        if not _close(a, b, digits_shared):
            return False
        told += 1
        last, extent = point, max(_extent(a), _extent(b))
        if told >= 4 and 3 <= point < FAR:
            break
    if told < min(2, len(points)):
        return None
    if analytic or extent <= 30:
        return True
    with digits().mp.workdps(min(MAX_DIGITS, DIGITS + int(extent)) + 10):
        return _seen_closer(left, right, last, real)


def _extent(value: Value) -> float:
    """Bits between the largest and the smallest part: of a huge term as many as are looked at."""
    _, scale, extent = value
    return float(MAX_DIGITS) if scale >= 1e300 else max(extent, math.log2(max(scale, 1.0)))


def _seen_closer(left: Node, right: Node, point: int, real: bool) -> bool | None:
    """Whether what agrees in 30 digits does so in as many as its largest and smallest parts ask.

    2^1000 + sqrt(2) and 2^1000 + sqrt(3) agree in 300 digits, sin(10^-20) and 10^-20 in 40.
    """
    parts = (*walk(left), *walk(right))
    if not any(isinstance(n, Op) and n.head not in ("*", "^") for n in parts):
        return True  # products of powers cannot come close without being equal
    a = evaluate(left, point, real=real, many_digits=True)
    b = evaluate(right, point, real=real, many_digits=True)
    if a is None or b is None:
        return None
    if max(a[2], b[2]) > 1.6 * MAX_DIGITS:  # twice the decimal digits: for roots and their like
        return None
    mp = digits().mp
    gap, size = abs(a[0] - b[0]), max(abs(a[0]), abs(b[0]), 1)
    return bool(gap <= mp.mpf(10) ** (20 - mp.dps) * size)


def _in_doubles(left: Node, right: Node, point: int, real: bool) -> bool | None:
    """False when doubles tell the two apart, True when they do not, None when undefined."""
    try:
        a = evaluate(left, point, real=real, many_digits=False)
        b = evaluate(right, point, real=real, many_digits=False)
    except UnknownError:
        return None
    if a is None or b is None:
        return None
    try:
        size = float(max(abs(a[0]), abs(b[0])))
    except OverflowError:  # an integer beyond all doubles, of a factorial
        return None
    if not math.isfinite(size):
        return None if a[0] != b[0] or size != size else True
    gap = abs(a[0] - b[0])
    return not (gap > 1e-6 * size and gap > 1e-9 * max(a[1], b[1]))


def _close(a: Value, b: Value, shared: int) -> bool:
    if a[0] == b[0]:
        return True
    gap, size = abs(a[0] - b[0]), max(abs(a[0]), abs(b[0]))
    mp = digits().mp
    if not mp.isfinite(size):
        return False
    floor = mp.mpf(10) ** -min(DIGITS, shared + 10) * max(a[1], b[1])
    return bool(gap <= mp.mpf(10) ** -shared * size or gap <= floor)
