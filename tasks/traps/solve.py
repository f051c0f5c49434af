"""Exact solving of a problem's formal model: rational linear algebra, then a complete search.

A model names its unknowns with their domains and states its facts as short expressions
(`"x + y == total"`). This module knows nothing of wordings or generators: it is what re-checks
them. Numbers are `int` and `Fraction` only, so every comparison is exact.
"""

from __future__ import annotations

import ast
import functools
import itertools
import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

Number = int | Fraction
Env = Mapping[str, Any]
Domain = tuple[int, int] | None
"""Whole numbers from low to high, both included; None: any rational number."""

MAX_STATES = 60_000


class CannotDecide(Exception):  # noqa: N818 - a verdict of the solver, not a fault of the program
    """The model is outside what this solver proves; the message says why."""


class NotLinear(Exception):  # noqa: N818 - steers the solver from algebra to search
    """An expression is not a linear form of the unknowns."""


class Linear:
    """A linear form: constant + sum of coefficient times unknown."""

    __slots__ = ("constant", "terms")

    def __init__(self, constant: Number, terms: Mapping[str, Number]) -> None:
        self.constant = constant
        self.terms = {name: c for name, c in terms.items() if c}

    def __add__(self, other: Linear | Number) -> Linear:
        if not isinstance(other, Linear):
            return Linear(self.constant + other, self.terms)
        terms = dict(self.terms)
        for name, c in other.terms.items():
            terms[name] = terms.get(name, 0) + c
        return Linear(self.constant + other.constant, terms)

    __radd__ = __add__

    def __neg__(self) -> Linear:
        return Linear(-self.constant, {n: -c for n, c in self.terms.items()})

    def __sub__(self, other: Linear | Number) -> Linear:
        return self + (-other)

    def __rsub__(self, other: Number) -> Linear:
        return -self + other

    def __mul__(self, other: Linear | Number) -> Linear:
        if isinstance(other, Linear):
            if self.terms and other.terms:
                raise NotLinear
            if self.terms:
                return self * other.constant
            return other * self.constant
        return Linear(self.constant * other, {n: c * other for n, c in self.terms.items()})

    __rmul__ = __mul__

    def over(self, other: Linear | Number) -> Linear:
        """Division by a constant."""
        if isinstance(other, Linear):
            if other.terms:
                raise NotLinear
            other = other.constant
        return self * (Fraction(1) / other)


def _divide(a: Any, b: Any) -> Any:
    if isinstance(a, Linear):
        return a.over(b)
    if isinstance(b, Linear):
        if b.terms:
            raise NotLinear
        b = b.constant
    return Fraction(a) / b


def _power(a: Any, b: Any) -> Any:
    if isinstance(a, Linear) or isinstance(b, Linear):
        raise NotLinear
    if not isinstance(b, int) or b < 0:
        raise CannotDecide(f"exponent {b} is not a whole number")
    return a**b


def _exact(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def checked(*args: Any) -> Any:
        if any(isinstance(a, Linear) for a in args):
            raise NotLinear
        return function(*args)

    return checked


def _as_int(x: Number) -> int:
    if x != int(x):
        raise CannotDecide(f"{x} should be a whole number")
    return int(x)


def _digit_sum(x: Number) -> int:
    return sum(int(d) for d in str(_as_int(x)))


def _root(x: Number) -> int:
    """The square root of a square."""
    root = math.isqrt(_as_int(x))
    if root * root != x:
        raise CannotDecide(f"{x} is no square")
    return root


def _log2(x: Number) -> int:
    """The binary logarithm of a power of two."""
    power = _as_int(x).bit_length() - 1
    if 2**power != x:
        raise CannotDecide(f"{x} is no power of two")
    return power


def _runs(text: str, letter: str) -> int:
    """How often a letter comes when doubled ones count once."""
    return sum(1 for found, _ in itertools.groupby(text) if found == letter)


def _nth(text: str, place: Number) -> int:
    """The place in the alphabet of a word's n-th letter."""
    return ord(text[_as_int(place) - 1]) - ord("a") + 1


def _between(text: str, letter: str, first: Number) -> int:
    """Letters between the occurrences number `first` and `first` + 1 of a letter."""
    places = [i for i, c in enumerate(text) if c == letter]
    k = _as_int(first)
    return places[k] - places[k - 1] - 1


def _ferry(capacity: Number, items: Number, conflicts: Number) -> int:
    """The fewest crossings that bring a row of items over, by breadth-first search.

    With `conflicts` 1, neighbours of the row may not be left alone on a bank (wolf, goat, cabbage).
    """
    n, places = _as_int(items), _as_int(capacity)
    rivals = [{i, i + 1} for i in range(n - 1)] if conflicts else []
    start = (frozenset(range(n)), True)
    steps = {start: 0}
    queue = [start]
    for state in queue:
        here, at_home = state
        if not here and not at_home:
            return steps[state]
        bank = here if at_home else frozenset(range(n)) - here
        for size in range(places + 1):
            for load in map(frozenset, itertools.combinations(sorted(bank), size)):
                left = bank - load
                after = (here - load if at_home else here | load, not at_home)
                if after not in steps and not any(pair <= left for pair in rivals):
                    steps[after] = steps[state] + 1
                    queue.append(after)
    raise CannotDecide("nobody gets over")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "whole": _exact(lambda x: x == int(x)),
    "gcd": _exact(lambda a, b: math.gcd(_as_int(a), _as_int(b))),
    "lcm": _exact(lambda a, b: math.lcm(_as_int(a), _as_int(b))),
    "min": _exact(min),
    "max": _exact(max),
    "abs": _exact(abs),
    "floor": _exact(math.floor),
    "ceil": _exact(math.ceil),
    "digit_sum": _exact(_digit_sum),
    "root": _exact(_root),
    "log2": _exact(_log2),
    "letters": _exact(str.count),
    "runs": _exact(_runs),
    "length": _exact(len),
    "nth": _exact(_nth),
    "between": _exact(_between),
    "ferry": _exact(_ferry),
}
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _divide,
    ast.Mod: _exact(operator.mod),
    ast.FloorDiv: _exact(operator.floordiv),
    ast.Pow: _power,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: _exact(operator.eq),
    ast.NotEq: _exact(operator.ne),
    ast.Lt: _exact(operator.lt),
    ast.LtE: _exact(operator.le),
    ast.Gt: _exact(operator.gt),
    ast.GtE: _exact(operator.ge),
}


def _build(node: ast.expr) -> Callable[[Env], Any]:
    match node:
        case ast.Constant(value=int(value)):
            return lambda env: value
        case ast.Name(id=name):
            return lambda env: env[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            negated = _build(inner)
            return lambda env: -negated(env)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            apply, a, b = _BINARY[type(op)], _build(left), _build(right)
            return lambda env: apply(a(env), b(env))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
            compare, c, d = _COMPARE[type(op)], _build(left), _build(right)
            return lambda env: compare(c(env), d(env))
        case ast.BoolOp(op=ast.Or(), values=parts):
            built = [_build(p) for p in parts]
            return lambda env: any(part(env) for part in built)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            function, arguments = FUNCTIONS[name], [_build(a) for a in args]
            return lambda env: function(*(a(env) for a in arguments))
    raise CannotDecide(f"expression not understood: {ast.unparse(node)}")


@functools.lru_cache(maxsize=4096)
def expression(text: str) -> Callable[[Env], Any]:
    """Compile `text`; only arithmetic, comparisons, `or` and FUNCTIONS are understood."""
    return _build(ast.parse(text, mode="eval").body)


@functools.lru_cache(maxsize=4096)
def sides(text: str) -> tuple[Callable[[Env], Any], Callable[[Env], Any]] | None:
    """The two sides of an equation, None if `text` is not one."""
    match ast.parse(text, mode="eval").body:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return _build(left), _build(right)
    return None


@functools.lru_cache(maxsize=4096)
def names_in(text: str) -> frozenset[str]:
    """The names that an expression mentions, functions left out."""
    nodes = ast.walk(ast.parse(text, mode="eval"))
    return frozenset(n.id for n in nodes if isinstance(n, ast.Name)) - FUNCTIONS.keys()


def holds(facts: Sequence[str], env: Env) -> bool:
    """Whether every fact is true; one that divides by zero is not."""
    try:
        return all(expression(fact)(env) for fact in facts)
    except ZeroDivisionError:
        return False


def _reduce(rows: list[Linear], unknowns: Sequence[str]) -> dict[str, Linear] | None:
    """Gauss-Jordan elimination of `rows` (each = 0): pivots in terms of the rest, None if 0 = 1."""
    solved: dict[str, Linear] = {}
    for row in rows:
        for name, form in solved.items():
            if name in row.terms:
                c = row.terms[name]
                row = row + form * c + Linear(0, {name: -c})
        pivot = next((u for u in unknowns if u in row.terms), None)
        if pivot is None:
            if row.constant:
                return None
            continue
        c = row.terms[pivot]
        form = (row - Linear(0, {pivot: c})) * (Fraction(-1) / c)
        for name, other in solved.items():
            if pivot in other.terms:
                k = other.terms[pivot]
                solved[name] = other + form * k + Linear(0, {pivot: -k})
        solved[pivot] = form
    return solved


def _inside(value: Number, domain: Domain) -> bool:
    return domain is None or (value == int(value) and domain[0] <= value <= domain[1])


def solutions(
    unknowns: Mapping[str, Domain], facts: Sequence[str], given: Mapping[str, Number]
) -> Iterator[dict[str, Number]]:
    """Every assignment of the unknowns that makes all facts true, each once.

    Equations that are linear in the unknowns are eliminated exactly; what stays free must have
    a finite domain and is searched completely. Raises CannotDecide when a rational unknown stays
    free, or when more than MAX_STATES states would have to be searched.
    """
    forms = {**given, **{u: Linear(0, {u: 1}) for u in unknowns}}
    rows, others = [], []
    for fact in facts:
        pair = sides(fact)
        try:
            if pair is None:
                raise NotLinear
            difference = pair[0](forms) - pair[1](forms)
        except NotLinear:
            others.append(fact)
            continue
        except ZeroDivisionError:
            return
        rows.append(difference if isinstance(difference, Linear) else Linear(difference, {}))
    solved = _reduce(rows, list(unknowns))
    if solved is None:
        return
    free = [u for u in unknowns if u not in solved]
    ranges = []
    for name in free:
        domain = unknowns[name]
        if domain is None:
            raise CannotDecide(f"{name} is not determined by linear facts and has no finite domain")
        ranges.append(range(domain[0], domain[1] + 1))
    if math.prod(map(len, ranges)) > MAX_STATES:
        raise CannotDecide(f"more than {MAX_STATES} states to search")
    for values in itertools.product(*ranges):
        found: dict[str, Number] = dict(zip(free, values, strict=True))
        for name, form in solved.items():
            found[name] = form.constant + sum(c * found[n] for n, c in form.terms.items())
        inside = all(_inside(found[name], unknowns[name]) for name in solved)
        if inside and holds(others, {**given, **found}):
            yield found
