"""Number types for evaluating expressions: machine doubles, and 40 digits by mpmath."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from harness.verifiers.math.comparing.exact import UnknownError
from harness.verifiers.math.reading.tree import Op, Sym

if TYPE_CHECKING:
    from harness.verifiers.math.comparing.probe import Evaluator

DIGITS = 40
ANALYSIS_STEPS = 30  # each value of a summand or integrand counts for so many nodes more
MAX_MAGNITUDE = 2_000_000  # bits of the exponent part of a power's value
MAX_NUMBERS, MAX_KEPT = 4096, 64  # numbers that are kept, and the bits of each
MAX_ARGUMENT = 200  # bits before the point of an argument of a transcendental function
_CHEAP = frozenset({"abs", "%", "max", "min", "re", "im", "conj", "sgn", "log"})


class UndefinedError(Exception):
    """The expression has no (real) value at this point."""


class Doubles:
    """Machine numbers."""

    pi, e, i, inf = math.pi, math.e, 1j, math.inf

    def __init__(self) -> None:
        self.real = _function_table(math, lambda x: math.gamma(x))
        self.complex = _function_table(cmath, _no_gamma)

    def number(self, value: Fraction) -> float:
        return value.numerator / value.denominator

    def distance(self, value: Any) -> float:
        return 0.0

    def floor(self, value: float) -> float:
        return math.floor(value)

    def integer_power(self, value: Any, power: int) -> Any:
        return value**power

    def power(self, value: Any, power: Any) -> Any:
        return value**power

    def analysis(self, evaluator: Evaluator, node: Op) -> Any:
        raise UnknownError


class Digits:
    """mpmath numbers of DIGITS digits."""

    def __init__(self) -> None:
        import mpmath  # type: ignore[import-untyped]  # a dependency of sympy, needed only past the first stages

        self.mp = mpmath.MPContext()
        self.mp.dps = DIGITS + 10
        self._numbers: dict[tuple[Fraction, int], Any] = {}
        self.pi, self.e, self.i, self.inf = self.mp.pi, self.mp.e, self.mp.j, self.mp.inf
        self.real = {
            head: function if head in _CHEAP else self._guarded(function)
            for head, function in _function_table(self.mp, self.mp.gamma).items()
        }
        self.complex = self.real

    def number(self, value: Fraction) -> Any:
        wanted = value, self.mp.prec
        known = self._numbers.get(wanted)
        if known is None:
            known = self.mp.mpf(value.numerator) / value.denominator
            if len(self._numbers) < MAX_NUMBERS and value.numerator.bit_length() < MAX_KEPT:
                self._numbers[wanted] = known
        return known

    def distance(self, value: Any) -> float:
        """How many bits `value` is larger or smaller than 1."""
        return abs(float(self.mp.mag(value))) if value and self.mp.isfinite(value) else 0.0

    def floor(self, value: Any) -> Any:
        return self.mp.floor(value)

    def integer_power(self, value: Any, power: int) -> Any:
        self._affordable(value, power)
        return value**power

    def power(self, value: Any, power: Any) -> Any:
        if self.mp.isfinite(power) and value:
            if value.imag == power.imag == 0 and self.mp.mag(value) * power < -MAX_MAGNITUDE:
                return self.mp.zero
            self._affordable(value, power)
        return self.mp.power(value, power)

    def _affordable(self, value: Any, power: Any) -> None:
        """Towers of powers would take forever: refuse results beyond 2^MAX_MAGNITUDE."""
        if not value or abs(value) == 1 or not self.mp.isfinite(value):
            return
        if max(1, abs(self.mp.mag(value))) * abs(power) > MAX_MAGNITUDE:
            raise UnknownError

    def _guarded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any) -> Any:
            if any(self.mp.isfinite(a) and a and self.mp.mag(a) > MAX_ARGUMENT for a in args):
                raise UnknownError
            return function(*args)

        return guarded

    def analysis(self, evaluator: Evaluator, node: Op) -> Any:
        """Infinite sums, integrals and limits, to 15 digits."""
        body, variable, *bounds = node.args
        assert isinstance(variable, Sym)

        def at(x: Any) -> Any:
            evaluator.steps += ANALYSIS_STEPS
            before = evaluator.bound.get(variable.name)
            evaluator.bound[variable.name] = x
            try:
                return evaluator.value(body)
            finally:
                if before is None:
                    del evaluator.bound[variable.name]
                else:
                    evaluator.bound[variable.name] = before

        ends = [evaluator.value(b) for b in bounds]
        with self.mp.workdps(25):
            if node.head == "sum":
                return self.mp.nsum(at, ends)
            if node.head == "prod":
                return self.mp.nprod(at, ends)
            if node.head == "int":
                return self.mp.quad(at, ends)
            return self.mp.limit(at, ends[0])


def _no_gamma(x: Any) -> Any:
    raise UnknownError


def _function_table(m: Any, gamma: Callable[[Any], Any]) -> dict[str, Callable[..., Any]]:
    """Functions by head, over a module of elementary functions."""
    floor = getattr(m, "floor", None)

    def odd_root(x: Any, n: Any) -> Any:
        if isinstance(x, complex) or getattr(x, "imag", False):
            return x ** (1 / n)
        if x < 0:
            if n == int(n) and int(n) % 2:
                return -((-x) ** (1 / n))
            raise UndefinedError
        return x ** (1 / n)

    table: dict[str, Callable[..., Any]] = {
        "sin": m.sin, "cos": m.cos, "tan": m.tan, "sinh": m.sinh, "cosh": m.cosh, "tanh": m.tanh,
        "cot": lambda x: m.cos(x) / m.sin(x), "sec": lambda x: 1 / m.cos(x),
        "csc": lambda x: 1 / m.sin(x), "coth": lambda x: m.cosh(x) / m.sinh(x),
        "sech": lambda x: 1 / m.cosh(x), "csch": lambda x: 1 / m.sinh(x),
        "asin": m.asin, "acos": m.acos, "atan": m.atan, "acot": lambda x: m.atan(1 / x),
        "asec": lambda x: m.acos(1 / x), "acsc": lambda x: m.asin(1 / x),
        "asinh": m.asinh, "acosh": m.acosh, "atanh": m.atanh,
        "log": lambda x, b=None: m.log(x) if b is None else m.log(x) / m.log(b),
        "abs": abs, "root": odd_root, "%": lambda x: x / 100, "deg": lambda x: x * m.pi / 180,
        "max": lambda *a: max(a), "min": lambda *a: min(a),
        "!": lambda x: gamma(x + 1), "!!": _double_factorial, "gamma": gamma,
        "binom": lambda n, k: gamma(n + 1) / gamma(k + 1) / gamma(n - k + 1),
        "permutations": lambda n, k: gamma(n + 1) / gamma(n - k + 1),
        "re": lambda x: x.real, "im": lambda x: x.imag, "conj": lambda x: x.conjugate(),
        "sgn": lambda x: (x > 0) - (x < 0),
    }  # fmt: skip
    if floor is not None:
        table["floor"], table["ceil"] = floor, m.ceil
        table["mod"] = lambda a, b: a - b * floor(a / b)
    return table


def _double_factorial(x: Any) -> Any:
    """n (n-2) (n-4) … for a whole number."""
    if x != int(x) or not -1 <= x <= 400:
        raise UndefinedError
    return math.prod(range(int(x), 0, -2))
