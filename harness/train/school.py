"""School problems of the task `traps` as training turns: facts, then a formula worked step by step.

The models learn the sound problems of the templates of SCHOOL, and the flaws of TAUGHT alone: what
they make of the other flaws, and of templates held out, is theirs.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from harness.core import Problem
from harness.tasks.arithmetic._items import step
from harness.tasks.traps import Traps
from harness.tasks.traps.generate import LANGUAGES, instance
from harness.tasks.traps.template import Flaw, number
from harness.train.lessons import SCHOOL
from harness.train.thoughts import columns

TAUGHT = (Flaw.MISSING, Flaw.DIRECT, Flaw.DISTRACTOR)
PARTS = ("original", "original", "concept", "twist", "control")  # drawn alike: originals twice
TRAINING_SEED = 10_000_000  # and above; the split by content holds whatever the seed
NO_ANSWER = {
    ("en", "many"): "cannot be determined",
    ("en", "none"): "no solution",
    ("zh", "many"): "无法确定",
    ("zh", "none"): "无解",
}
_NAME = re.compile(r"[a-z_]+")
_WHOLE_OR_DECIMAL = re.compile(r"\d+(?:\.\d+)?")


class Turn(NamedTuple):
    """A question as the task words it, a thought, and a reply."""

    question: str
    thought: str
    reply: str


def school_turn(rng: random.Random) -> Turn:
    """One problem of the training part of `traps`, with its solution."""
    problem = school_problem(rng)
    certificate = problem.meta["certificate"]
    if problem.gold is None:
        answer = NO_ANSWER[problem.meta["language"], certificate["claim"]]
    else:
        answer = problem.gold
    (message,) = Traps().prompt(problem).messages
    return Turn(message.content, think(certificate), f"\\boxed{{{answer}}}")


def school_problem(rng: random.Random) -> Problem:
    """One problem of the training part, of the kinds that are taught."""
    while True:
        template, part = rng.choice(SCHOOL), rng.choice(PARTS)
        if part != "twist" or template.flaw in TAUGHT:
            break
    seed, cluster = TRAINING_SEED + rng.randrange(10**9), rng.randrange(10**6)
    (problem,) = instance(template, seed, cluster, rng.choice(LANGUAGES), "training", (part,))
    return problem


def think(certificate: dict[str, Any]) -> str:
    """The facts with their numbers; then, where the claim is one answer, how it is computed."""
    given = {name: Fraction(text) for name, text in certificate["given"].items()}
    told = [_filled(fact, certificate["given"]) for fact in certificate["facts"]]
    lines = [" ".join(told)]
    if certificate["claim"] == "one" and not certificate["best"]:
        known = tuple(sorted(given))
        formula = _formula(tuple(certificate["facts"]), known, certificate["ask"])
        if formula is not None:
            lines += _steps(formula, given)
    return "\n".join(lines)


def _filled(fact: str, given: dict[str, str]) -> str:
    """`x + y == s` with s = 12: `x+y=12`."""
    text = _NAME.sub(lambda m: given.get(m[0], m[0]), fact)
    return text.replace(" ", "").replace("==", "=")


@functools.cache
def _formula(facts: tuple[str, ...], known: tuple[str, ...], ask: str) -> Any:
    """The asked value as a sympy expression of the given numbers; None where facts are no algebra.

    The facts are our own templates', never a model's text.
    """
    import sympy

    if not all("==" in fact and not re.search(r"[%<>]|gcd|lcm|whole", fact) for fact in facts):
        return None
    names = {n: sympy.Symbol(n) for f in (*facts, ask) for n in _NAME.findall(f) if n != "pi"}
    if "%" in ask:
        return None
    sides = [[_algebra(side, names) for side in fact.split("==")] for fact in facts]
    unknown = [names[n] for n in sorted(names) if n not in known]
    found = sympy.solve([left - right for left, right in sides], unknown, dict=True)
    if len(found) != 1:
        return None
    formula = _algebra(ask, names).subs(found[0])
    return formula if formula.free_symbols <= {names[n] for n in known if n in names} else None


def _algebra(text: str, names: dict[str, Any]) -> Any:
    import ast
    import operator

    import sympy

    ways = {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: operator.truediv,
    }

    def read(node: ast.expr) -> Any:
        if isinstance(node, ast.BinOp):
            return ways[type(node.op)](read(node.left), read(node.right))
        if isinstance(node, ast.Name):
            return sympy.pi if node.id == "pi" else names[node.id]
        assert isinstance(node, ast.Constant), ast.dump(node)
        return sympy.Integer(node.value)

    return read(ast.parse(text.strip(), mode="eval").body)


def _steps(formula: Any, given: dict[str, Fraction]) -> Iterator[str]:
    """A line for each operation of the formula, from the inside out."""
    lines: list[str] = []
    _work(formula, given, lines)
    return iter(lines)


def _work(node: Any, given: dict[str, Fraction], lines: list[str]) -> Fraction:
    """The value of an expression; what it takes is written to `lines`."""
    import sympy

    if node.is_Symbol:
        return given[node.name]
    if node is sympy.pi:
        return Fraction("3.14")
    if node.is_Rational:
        return Fraction(int(node.p), int(node.q))
    if node.is_Pow:  # of our formulas: squares and reciprocals
        base = _work(node.base, given, lines)
        power = int(node.exp)
        return _operation("*", base, base, lines) if power == 2 else base**power
    above, below = _split(node)
    value: Fraction | None = None
    for one in above:
        number_ = _work(one, given, lines)
        op = "+" if node.is_Add else "*"
        value = number_ if value is None else _operation(op, value, number_, lines)
    for one in below:
        number_ = _work(one, given, lines)
        op = "-" if node.is_Add else "/"
        start = Fraction(0 if node.is_Add else 1) if value is None else value
        value = _operation(op, start, number_, lines)
    assert value is not None
    return value


def _split(node: Any) -> tuple[list[Any], list[Any]]:
    """The parts of a sum that are added and taken off, or of a product above and below the line."""
    import sympy

    if node.is_Add:
        off = [a for a in node.args if a.could_extract_minus_sign()]
        return [a for a in node.args if a not in off], [-a for a in off]
    above, below = sympy.fraction(node)
    return list(sympy.Mul.make_args(above)), [a for a in sympy.Mul.make_args(below) if a != 1]


def _operation(op: str, left: Fraction, right: Fraction, lines: list[str]) -> Fraction:
    """One operation, in columns where the models learn them so."""
    if op == "*" and right.denominator == 1 and not 0 <= right < 10:
        left, right = right, left
    if (op == "*" and 1 in (left, right)) or (op == "/" and right == 1):
        return left * right
    value = {"+": left + right, "-": left - right, "*": left * right}.get(op)
    value = left / right if value is None else value
    x, y, z = number(left), number(right), number(value)
    plain = all(_WHOLE_OR_DECIMAL.fullmatch(t) for t in (x, y, z))
    if plain and (op in "+-" or (op == "*" and x.isdecimal() and len(y) == 1)):
        lines.append(columns(step(x, op, y)))
    else:
        lines.append(f"{x}{op}{y} ={z}")
    return value
