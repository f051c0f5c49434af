"""Properties that hold for every expression: reflexive, symmetric, blind to dress, exact."""

from __future__ import annotations

import contextlib
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.core import Status
from harness.verifiers import math
from harness.verifiers.math.comparing.answers import read
from harness.verifiers.math.reading.characters import clean
from harness.verifiers.math.reading.lexer import ParseError
from harness.verifiers.math.reading.parser import parse

NAMES = st.sampled_from(["x", "y", "n", "a"])
ATOMS = st.one_of(st.integers(0, 20).map(str), NAMES)


def _extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    return st.one_of(
        two.map(lambda p: f"({p[0]} + {p[1]})"),
        two.map(lambda p: f"({p[0]} - {p[1]})"),
        two.map(lambda p: f"({p[0]}) \\cdot ({p[1]})"),
        two.map(lambda p: f"\\frac{{{p[0]}}}{{{p[1]} + 31}}"),
        inner.map(lambda p: f"({p})^2"),
        inner.map(lambda p: f"\\sqrt{{{p} + 100}}"),
        inner.map(lambda p: f"\\sin({p})"),
    )


EXPRESSIONS = st.recursive(ATOMS, _extend, max_leaves=6)


def correct(answer: str, gold: str) -> bool:
    return math.verify(answer, gold).status is Status.CORRECT


@given(EXPRESSIONS)
@settings(max_examples=60, deadline=None)
def test_reflexive_and_blind_to_dress(expression: str) -> None:
    dressed = expression.replace("\\frac", "\\dfrac").replace("(", "\\left(")
    dressed = dressed.replace(")", "\\right)").replace("+", " + ")
    assert correct(expression, expression)
    assert correct(dressed, expression)
    assert correct(f"$ {expression} $", expression)


@given(EXPRESSIONS, EXPRESSIONS)
@settings(max_examples=60, deadline=None)
def test_symmetric_and_one_more_is_different(left: str, right: str) -> None:
    assert correct(left, right) == correct(right, left)
    assert correct(f"{left} + {right}", f"{right} + {left}")
    assert not correct(f"{left} + 1", left)
    assert not correct(f"-({left}) - 1000", left)


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=5), st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_a_product_of_factors_is_its_expansion(roots: list[int], change: int) -> None:
    coefficients = [1]
    for root in roots:
        shifted = [*coefficients, 0]
        for index, value in enumerate(coefficients):
            shifted[index + 1] -= root * value
        coefficients = shifted
    degree = len(roots)
    expanded = " + ".join(f"({c})x^{{{degree - i}}}" for i, c in enumerate(coefficients))
    factored = "".join(f"(x - ({r}))" for r in roots)
    assert correct(expanded, factored)
    assert not correct(f"{expanded} + {change}", factored)


@given(st.fractions(max_denominator=500))
@settings(max_examples=100, deadline=None)
def test_a_fraction_is_itself_and_nothing_else(value: Fraction) -> None:
    text = f"{value.numerator}/{value.denominator}"
    latex = f"{'-' if value < 0 else ''}\\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
    assert correct(latex, text)
    assert not correct(f"{value.numerator + 1}/{value.denominator}", text)


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_gets_a_verdict_and_equals_itself(text: str) -> None:
    verdict = math.verify(text, "7")
    assert verdict.status in set(Status)
    read(clean(text))


@given(st.text(alphabet="\\{}()[]^_|$,;:!x1 .-+*/=<>'\"&%#", max_size=80))
@settings(max_examples=300, deadline=None)
def test_the_parser_reads_or_refuses(text: str) -> None:
    with contextlib.suppress(ParseError):
        parse(text)
