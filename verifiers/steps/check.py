"""Equations and chains of equalities in a solution, each checked exactly.

An equation between constants is true or false. One with variables is a claim about the variables
unless both sides are the same expression, so it is `True` if they are and `None` (not checkable)
otherwise. `12 / 5 = 2.4` must hold exactly; a longer decimal may be rounded; `≈` allows 1%.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from harness.verifiers.math.comparing.answers import read
from harness.verifiers.math.comparing.exact import exact
from harness.verifiers.math.comparing.options import Options
from harness.verifiers.math.comparing.probe import evaluate
from harness.verifiers.math.comparing.rounding import rounds_to
from harness.verifiers.math.comparing.values import same_value, split_unit
from harness.verifiers.math.reading.characters import clean, strip_surrogates
from harness.verifiers.math.reading.parser import is_inequality
from harness.verifiers.math.reading.tree import (
    CONSTANTS,
    Node,
    Num,
    Op,
    Sym,
    Text,
    free_symbols,
    mul,
    walk,
)
from harness.verifiers.patterns import lazy_pattern

MAX_STEPS = 400
MAX_TEXT = 60_000

_FORMULA = lazy_pattern(
    r"<<(?P<note>[^<>]{1,200})>>|\$\$(?P<d>.{1,2000}?)\$\$|\\\[(?P<b>.{1,2000}?)\\\]"
    r"|\\\((?P<p>.{1,2000}?)\\\)|(?<!\\)\$(?P<s>[^$\n]{1,500}?(?:=|≈|\\approx)\s*[^$\s][^$\n]{0,500}?)(?<!\\)\$"
    r"|(?P<plain>(?<![\w.])[-(\d$√][\d\s+\-*/×÷().,$%^√x·]{0,200}\s*(?:=|≈)"
    r"[\d\s+\-*/×÷().,$%^√=≈x·]{1,200})",
    re.S,
)
_TORN = lazy_pattern(
    r"(?:[-+*/×÷=^.,%)]|\b(?:[xX]|of))\s*\\?\$?$"
)  # the left side began before the match
_OPERAND = lazy_pattern(r"[A-Za-z\d)\]%]\s*$")
_PROSE = lazy_pattern(r"(?<![\\A-Za-z])[A-Za-z]{3,}")
_BY_FRACTION = lazy_pattern(r"/\s+(\d+\s*/\s*\d+)|/\s*(\d+/\d+)")
_TIMES = lazy_pattern(r"(?<=[\d)%])\s*[xX]\s*(?=[\d($])")
_TAG = lazy_pattern(r"<[/|]?[A-Za-z_][^<>\n]{0,40}>")  # </think>: no "less than"
_CURRENCY = lazy_pattern(r"\\?\$\s*(?=\.?\d)")


@dataclass(frozen=True, slots=True)
class Step:
    """One equality: `left = right` at `position` of the text; `holds` None is "cannot tell"."""

    text: str
    position: int
    holds: bool | None


def _equations(text: str) -> Iterator[tuple[int, str]]:
    for match in _FORMULA.finditer(text):
        body = next(g for g in match.groups() if g is not None)
        if "=" not in body and "≈" not in body and "\\approx" not in body:
            continue
        if match["plain"] and _is_torn(text, match):
            continue
        if match["s"] and _PROSE.search(body):
            continue  # "$2.50 each is 5*2.50 = $": two sums of money, no formula
        for row in (
            re.split(r"\\\\|\n|,\s+(?=\D)", body) if "\\begin{pmatrix}" not in body else [body]
        ):
            row = _TIMES.sub(" * ", _CURRENCY.sub("", row.replace("&", " ")))
            if "=" in row or "≈" in row or "approx" in row:
                yield match.start(), row.lstrip(" ,;:").rstrip(" .,;:")


def _is_torn(text: str, match: re.Match[str]) -> bool:
    """Whether a plain match is part of a longer equation (a variable or a clock time around it)."""
    start, end = match.start(), match.end()
    before, after = text[max(0, start - 4) : start], text[end : end + 1]
    if _TAG.match(text, end):
        after = ""
    if _TORN.search(before) or before.endswith(":"):
        return True
    if text[start] == "-" and _OPERAND.search(before):
        return True  # 4p - 5 = 67
    return after in ("<", ":") or (after.isalpha() and text[end - 1].isdigit())  # 16 = 4X


def _constant(node: Node) -> bool:
    return not free_symbols(node) - CONSTANTS and not any(isinstance(n, Text) for n in walk(node))


def _pairs(node: Node) -> Iterator[tuple[Node, str, Node]]:
    if not isinstance(node, Op):
        return
    if node.head in ("=", "~"):
        yield node.args[0], node.head, node.args[1]
    elif node.head == "chain" and not is_inequality(node):
        for left, sign, right in zip(
            node.args[::2], node.args[1::2], node.args[2::2], strict=False
        ):
            if isinstance(sign, Sym) and sign.name in ("=", "~"):
                yield left, sign.name, right


def holds(left: Node, sign: str, right: Node) -> bool | None:
    """Whether one equality is true; None for a claim about variables."""
    if _percent(left, right):
        return True
    left, right = split_unit(left)[0], split_unit(right)[0]
    if _constant(left) and _constant(right):
        outcome = same_value(left, right, Options())
        if outcome.equal:
            return True
        if rounds_to(left, right) or rounds_to(right, left):
            return True
        if sign == "~" and _near(left, right):
            return True
        return outcome.equal
    try:
        return True if same_value(left, right, Options()).equal else None
    except RecursionError:
        return None


def _percent(left: Node, right: Node) -> bool:
    """`28/100 * 100% = 28%` and `1/4 = 25%` are both written."""
    if not any(isinstance(n, Op) and n.head == "%" for s in (left, right) for n in walk(s)):
        return False
    plain = [split_unit(s)[0] for s in (left, right)]
    hundred = Num(100)
    tries = [(left, right), (mul(hundred, left), right), (left, mul(hundred, right)),
             (mul(hundred, left), plain[1]), (plain[0], mul(hundred, right))]  # fmt: skip
    return any(
        _constant(a) and _constant(b) and (exact(a) == exact(b) is not None or rounds_to(b, a))
        for a, b in tries
    )


def _near(left: Node, right: Node, share: float = 0.01) -> bool:
    values = [evaluate(side, 0, real=True, many_digits=False) for side in (left, right)]
    if values[0] is None or values[1] is None:
        return False
    a, b = float(values[0][0]), float(values[1][0])
    return abs(a - b) <= share * max(abs(a), abs(b), float(Fraction(1, 10**12)))


def check_steps(text: str) -> list[Step]:
    """Every equality found in `text`, in order."""
    text = clean(strip_surrogates(text))[:MAX_TEXT]
    steps: list[Step] = []
    for position, equation in _equations(text):
        if len(equation) > 600:
            continue
        shown = equation if len(equation) <= 120 else equation[:117] + "..."
        found = _judged(equation)
        if False in found and _BY_FRACTION.search(equation):  # 500 / 2/5, by the fraction
            grouped = _judged(_BY_FRACTION.sub(lambda m: f"/({m[1] or m[2]})", equation))
            found = grouped if False not in grouped else found
        steps += [Step(shown, position, told) for told in found]
        if len(steps) >= MAX_STEPS:
            break
    return steps


def _judged(equation: str) -> list[bool | None]:
    return [
        holds(left, sign, right)
        for reading in read(equation).readings[:1]
        for left, sign, right in _pairs(reading)
    ]


def first_error(steps: list[Step]) -> int | None:
    """The index of the first false step."""
    return next((i for i, s in enumerate(steps) if s.holds is False), None)


def score(steps: list[Step]) -> float | None:
    """The fraction of checkable steps that hold; None if none is checkable."""
    checked = [s.holds for s in steps if s.holds is not None]
    return sum(checked) / len(checked) if checked else None
