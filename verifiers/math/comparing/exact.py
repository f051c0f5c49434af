"""Exact evaluation: canonical keys, rational values, and values in a finite field.

Two expressions that are rational functions of their variables are equal exactly when they agree at
random points of a large prime field, with an error probability of about degree/2^61 per point
(Schwartz 1980, Zippel 1979). That settles most symbolic answers in microseconds, either way.
"""

from __future__ import annotations

import functools
import math
import zlib
from fractions import Fraction

from harness.verifiers.math.reading.tree import CONSTANTS, Node, Num, Op, Sym, Text, substitute

PRIME = (1 << 61) - 1
MAX_BITS = 200_000  # exact integers larger than this are not built
MAX_FACTORIAL = 5_000
MAX_TERMS = 1_000  # of a sum or product
MAX_STEPS = 20_000  # nodes visited in one evaluation
MAX_WORK = 4_000_000  # bits of all that one sum or product adds up

_COMMUTATIVE = frozenset({"+", "*", "{}", "max", "min", "gcd", "lcm"})


class UnknownError(Exception):
    """The expression cannot be evaluated this way."""


def key(node: Node) -> str:
    """One string for trees that differ only in the order of terms and factors."""
    if isinstance(node, Num):
        value = node.value
        if value.numerator.bit_length() + value.denominator.bit_length() > 10_000:
            return f"{value.numerator:x}/{value.denominator:x}"  # linear, unlike decimal digits
        return str(value.numerator if value.denominator == 1 else value)
    if isinstance(node, Sym):
        return node.name
    if isinstance(node, Text):
        return f"'{' '.join(node.text.split()).casefold()}'"
    if node.written:
        return node.written
    parts: list[str] = []
    stack = list(node.args)
    while stack:
        arg = stack.pop()
        if isinstance(arg, Op) and arg.head == node.head and node.head in ("+", "*"):
            stack.extend(arg.args)
        else:
            parts.append(key(arg))
    if node.head in _COMMUTATIVE:
        parts.sort()
    else:
        parts.reverse()
    node.written = f"{node.head}({','.join(parts)})"
    return node.written


class Exact:
    """Rational values of expressions without variables."""

    def __init__(self) -> None:
        self.steps = 0
        self.work = 0

    def value(self, node: Node) -> Fraction:
        """The value; raises UnknownError when it is irrational, too large or undefined."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise UnknownError
        if isinstance(node, Num):
            return node.value
        if not isinstance(node, Op) or not node.args:
            raise UnknownError
        if node.head in ("sum", "prod"):
            return self._series(node)
        if node.head == "base":
            return Fraction(based(node))
        args = [self.value(a) for a in node.args]
        if node.head == "+":
            return sum(args, Fraction(0))
        if node.head == "*":
            result = Fraction(1)
            for arg in args:
                result = _bounded(result * arg)
            return result
        if node.head == "^":
            return rational_power(args[0], args[1])
        return _function(node.head, args)

    def _series(self, node: Op) -> Fraction:
        body, variable, low, high = node.args
        if not isinstance(variable, Sym):
            raise UnknownError
        first, last = self.value(low), self.value(high)
        if first.denominator != 1 or last.denominator != 1 or last - first > MAX_TERMS:
            raise UnknownError
        result = Fraction(node.head == "prod")
        for index in range(int(first), int(last) + 1):
            term = self.value(substitute(body, variable.name, Num(index)))
            result = _bounded(result + term if node.head == "sum" else result * term)
            self.work += _size(term) + _size(result)
            if self.work > MAX_WORK:
                raise UnknownError
        return result


def _size(value: Fraction) -> int:
    return value.numerator.bit_length() + value.denominator.bit_length()


def _bounded(value: Fraction) -> Fraction:
    if _size(value) > MAX_BITS:
        raise UnknownError
    return value


def based(node: Op) -> int:
    """The value of `1011_2`."""
    digits, base = node.args
    if not (isinstance(digits, Num) and isinstance(base, Num) and digits.value.denominator == 1):
        raise UnknownError
    if not 2 <= base.value <= 36 or digits.value < 0 or digits.value.numerator.bit_length() > 4000:
        raise UnknownError
    try:
        return int(str(digits.value), int(base.value))
    except ValueError as error:
        raise UnknownError from error


def rational_power(base: Fraction, exponent: Fraction) -> Fraction:
    """`base ** exponent` if that is rational and of bounded size."""
    if exponent.denominator == 1:
        power = int(exponent)
        if power < 0 and not base:
            raise UnknownError
        size = base.numerator.bit_length() + base.denominator.bit_length()
        if abs(base) != 1 and size * abs(power) > MAX_BITS:
            raise UnknownError
        if abs(base) == 1:
            return base if power % 2 else Fraction(1)
        return base**power
    degree = exponent.denominator
    if degree > 64 or (base < 0 and degree % 2 == 0):
        raise UnknownError
    if base < 0:  # the real root, as everywhere here
        return rational_power(Fraction(-1), Fraction(exponent.numerator)) * rational_power(
            -base, exponent
        )
    top, bottom = _root(base.numerator, degree), _root(base.denominator, degree)
    if top is None or bottom is None:
        raise UnknownError
    return rational_power(Fraction(top, bottom), Fraction(exponent.numerator))


def _root(number: int, degree: int) -> int | None:
    """The exact integer root, or None."""
    if degree == 2:
        root = math.isqrt(number)
    else:
        if number.bit_length() > 5000:
            return None
        low, high = 0, 1 << (number.bit_length() // degree + 1)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if middle**degree <= number else (low, middle - 1)
        root = low
    return root if root**degree == number else None


def _whole(value: Fraction, limit: int) -> int:
    if value.denominator != 1 or not 0 <= value <= limit:
        raise UnknownError
    return int(value)


def _function(head: str, args: list[Fraction]) -> Fraction:  # noqa: C901 - a table of cases
    first = args[0]
    if head == "abs":
        return abs(first)
    if head == "floor":
        return Fraction(math.floor(first))
    if head == "ceil":
        return Fraction(math.ceil(first))
    if head == "%":
        return first / 100
    if head == "!":
        return Fraction(math.factorial(_whole(first, MAX_FACTORIAL)))
    if head == "!!":
        return Fraction(math.prod(range(_whole(first, MAX_FACTORIAL), 0, -2)))
    if head in ("binom", "permutations"):
        count, chosen = _whole(args[0], MAX_FACTORIAL), _whole(args[1], MAX_FACTORIAL)
        return Fraction(math.comb(count, chosen) if head == "binom" else math.perm(count, chosen))
    if head == "root" and args[1].denominator == 1 and 0 < args[1] < 64:
        if first < 0 and args[1] % 2:
            return -rational_power(-first, 1 / args[1])
        return rational_power(first, 1 / args[1])
    if head in ("max", "min"):
        return max(args) if head == "max" else min(args)
    if head in ("gcd", "lcm"):
        numbers = [_whole(abs(a), 10**2000) for a in args]
        return Fraction(math.gcd(*numbers) if head == "gcd" else math.lcm(*numbers))
    if head == "mod" and len(args) == 2 and args[1]:
        return args[0] % args[1]
    if head == "sigfig" and len(args) == 2 and first:
        places = int(args[1]) - 1 - math.floor(math.log10(abs(first)))
        return Fraction(math.floor(abs(first) * Fraction(10) ** places + Fraction(1, 2)), 1) / (
            Fraction(10) ** places
        )
    if head == "round" and len(args) == 1:
        return Fraction(round(first))
    if head == "ratio" and len(args) == 2 and args[1]:
        return args[0] / args[1]
    if head == "log" and len(args) == 2:
        return _log(args[0], args[1])
    raise UnknownError


def _log(number: Fraction, base: Fraction) -> Fraction:
    """A logarithm that is a whole number."""
    if number <= 0 or base <= 0 or base == 1:
        raise UnknownError
    if number.numerator.bit_length() > 4000 or number.denominator.bit_length() > 4000:
        raise UnknownError
    guess = round(
        (math.log(number.numerator) - math.log(number.denominator))
        / (math.log(base.numerator) - math.log(base.denominator))
    )
    if rational_power(base, Fraction(guess)) == number:
        return Fraction(guess)
    raise UnknownError


def exact(node: Node) -> Fraction | None:
    """The rational value of `node`, or None."""
    if type(node) is Num:
        return node.value
    try:
        return Exact().value(node)
    except UnknownError:
        return None


class Modular:
    """Values modulo PRIME at one pseudo-random point."""

    def __init__(self, point: int) -> None:
        self.point = point
        self.steps = 0

    def value(self, node: Node) -> int:
        """The residue; raises UnknownError for anything but a rational function."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise UnknownError
        if isinstance(node, Num):
            return _residue(node.value)
        if isinstance(node, Sym):
            if node.name in CONSTANTS - {"pi", "e"}:
                raise UnknownError
            return self._random(node.name)  # pi and e are transcendental: as good as variables
        if isinstance(node, Text):
            raise UnknownError
        if node.head == "+":
            return sum(self.value(a) for a in node.args) % PRIME
        if node.head == "*":
            result = 1
            for arg in node.args:
                result = result * self.value(arg) % PRIME
            return result
        if node.head == "^":
            return self._power(node.args[0], node.args[1])
        if node.head in ("call", "sub"):
            return self._random(key(node))
        rational = exact(node)
        if rational is None:
            raise UnknownError
        return _residue(rational)

    def _power(self, base: Node, exponent: Node) -> int:
        rational = exact(exponent)
        if rational is None:
            if isinstance(exponent, Op) and exponent.head == "^":  # a tower over an integer
                inner, top = exact(exponent.args[0]), exact(exponent.args[1])
                if (
                    inner is not None
                    and top is not None
                    and inner.denominator == top.denominator == 1
                    and top > 0
                ):
                    return pow(self.value(base), pow(int(inner), int(top), PRIME - 1), PRIME)
            raise UnknownError
        if rational.denominator != 1:
            value = exact(Op("^", (base, Num(rational))))
            if value is None:
                raise UnknownError
            return _residue(value)
        residue = self.value(base)
        if rational < 0 and not residue:
            raise UnknownError
        return pow(residue, int(rational), PRIME)

    def _random(self, name: str) -> int:
        return _point(name, self.point)


@functools.lru_cache(maxsize=4096)
def _point(name: str, point: int) -> int:
    """The residue that represents a variable at a point."""
    seed = zlib.crc32(name.encode("utf-8", "replace"), point)
    return pow(3, (seed << 29) ^ (point * 0x9E3779B97F4A7C15), PRIME)


def _residue(value: Fraction) -> int:
    bottom = value.denominator % PRIME
    if not bottom:
        raise UnknownError
    return value.numerator * pow(bottom, -1, PRIME) % PRIME


def agree_modulo(left: Node, right: Node) -> bool | None:
    """Whether two rational functions are equal; None if either is not a rational function."""
    try:
        for point in (1, 2, 3):
            if Modular(point).value(left) != Modular(point).value(right):
                return False
    except UnknownError:
        return None
    return True
