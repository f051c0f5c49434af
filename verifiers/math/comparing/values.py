"""Equality of two scalar expressions, cheapest stage first."""

from __future__ import annotations

from harness.verifiers.math.comparing.exact import agree_modulo, exact, key
from harness.verifiers.math.comparing.opposites import opposite
from harness.verifiers.math.comparing.options import Options
from harness.verifiers.math.comparing.outcome import Outcome
from harness.verifiers.math.comparing.probe import agree
from harness.verifiers.math.comparing.rounding import (
    looks_rounded,
    printed_value,
    rounded_answer,
    rounds_to,
    snapped,
    stands_for_endless,
)
from harness.verifiers.math.reading.tree import Node, Num, Op, Sym, divide, mul, unbound, walk
from harness.verifiers.math.reading.units import Unit, read_unit


def same_value(gold: Node, answer: Node, options: Options) -> Outcome:
    """Compare two expressions without units."""
    if key(gold) == key(answer):
        return Outcome(True, "canonical")
    left, right = exact(gold), exact(answer)
    if left is not None and right is not None:
        left, right = (snapped(n, v) for n, v in ((gold, left), (answer, right)))
        if left == right:
            return Outcome(True, "rational")
        if options.tolerance and abs(left - right) <= options.tolerance * abs(left):
            return Outcome(True, "tolerance")
        close = _rounded(gold, answer, options) or stands_for_endless(gold, answer)
        return Outcome(close, "rational")
    if (left is None) != (right is None) and _rounded(gold, answer, options):
        return Outcome(True, "rounding")
    if left is not None and right is None and stands_for_endless(gold, answer):
        return Outcome(True, "rounding")
    told = agree_modulo(gold, answer)
    if told is not None:
        return Outcome(told or _rounded(gold, answer, options), "field")
    told = agree(gold, answer)
    if told is None:
        from harness.verifiers.math.comparing.symbolic import prove  # brings sympy

        proven = prove(gold, answer)
        if proven is None and bool(unbound(gold)) != bool(unbound(answer)):
            return Outcome(False, "unknowns")  # a value beside an expression with unknowns left
        return Outcome(proven, "symbolic")
    if not told and _rounded(gold, answer, options):
        return Outcome(True, "rounding")
    return Outcome(told, "probe")


def _rounded(gold: Node, answer: Node, options: Options) -> bool:
    """Whether a rounded decimal on either side explains the difference."""
    if any(isinstance(n, Num) and looks_rounded(n) for n in walk(gold)) and rounds_to(gold, answer):
        return True
    if printed_value(answer, gold):
        return True
    return options.decimals == "rounded" and rounded_answer(answer, gold)


def split_unit(node: Node) -> tuple[Node, Unit | None, str]:
    """(value, known unit, its words) of an answer; percent and degrees count as units."""
    if isinstance(node, Op):
        if node.head == "quantity":
            inner, text = node.args
            words = text.text if hasattr(text, "text") else ""
            value, unit, more = split_unit(inner)
            own = read_unit(words)
            if unit is not None and own is not None and "deg" in dict(unit.dimension):
                unit = None  # degrees Fahrenheit
            if unit is not None and own is not None and not more.startswith("%"):
                own = Unit(unit.factor * own.factor, unit.dimension or own.dimension)
            return value, own or unit, " ".join(filter(None, (more, words)))
        if node.head in ("deg", "%"):
            value, unit, words = split_unit(node.args[0])
            return (
                value,
                read_unit("deg") if node.head == "deg" else unit,
                "%" if node.head == "%" else words,
            )
        if node.head == "*" and isinstance(node.args[0], Num) and node.args[0].value == -1:
            value, unit, words = split_unit(
                Op("*", node.args[1:]) if len(node.args) > 2 else node.args[1]
            )
            return Op("*", (node.args[0], value)), unit, words
        told = [a for a in node.args if isinstance(a, Op) and a.head == "quantity"]
        if node.head == "*" and len(told) == 1:  # $3.5 × 10^9
            value, unit, words = split_unit(told[0])
            return mul(*(value if a is told[0] else a for a in node.args)), unit, words
    return node, None, ""


def _letter_unit(node: Node, other: Unit) -> tuple[Node, Unit | None]:
    """`5 m` against `500 cm`, `3 m s^{-1}`: letters that name a unit of the other side's kind."""
    if not (isinstance(node, Op) and node.head == "*"):
        return node, None
    rest, words = list(node.args), ""
    while len(rest) > 1:
        factor, exponent = rest[-1], 1
        if isinstance(factor, Op) and factor.head == "^":
            factor, raised = factor.args
            exponent = int(raised.value) if isinstance(raised, Num) else 9
        if not isinstance(factor, Sym) or not -4 < exponent < 4:
            break
        rest.pop()
        words = f"{factor.name}^{exponent} {words}"
        unit = read_unit(words)
        if unit is not None and unit.dimension == other.dimension:
            return mul(*rest), unit
    return node, None


def _without_area(node: Node) -> Node:
    """`5 m^2`, `1.5 m/s` or `260 g` against a plain number: the number of such a unit.

    A single m or s might be an unknown, and is kept.
    """
    if not (isinstance(node, Op) and node.head == "*" and len(node.args) > 1):
        return node
    factors: list[Node] = []
    for arg in node.args:
        factors += arg.args if isinstance(arg, Op) and arg.head == "*" else (arg,)
    number, words = factors[0], ""
    for factor in factors[1:]:
        raised: Node = Num(1)
        if isinstance(factor, Op) and factor.head == "^":
            factor, raised = factor.args
        if not (isinstance(factor, Sym) and isinstance(raised, Num)):
            return node
        words += f"{factor.name}^{raised.value} "
    plain = isinstance(number, Num) and (
        words.count("^") > 1 or words == "g^1 " or "^1" not in words
    )
    return number if plain and read_unit(words) is not None else node


def _pounds(unit: Unit | None, words: str, other: Unit | None) -> Unit | None:
    """Pounds compared with sterling are sterling."""
    sterling = other is not None and "gbp" in dict(other.dimension)
    return other if sterling and words.startswith("pound") else unit


def same_quantity(gold: Node, answer: Node, options: Options) -> Outcome:
    """Compare two numbers with or without units, percent signs and currencies."""
    (left, left_unit, left_words), (right, right_unit, right_words) = map(
        split_unit, (gold, answer)
    )
    if left_unit is None and right_unit is not None:
        left, left_unit = _letter_unit(left, right_unit)
    elif right_unit is None and left_unit is not None:
        right, right_unit = _letter_unit(right, left_unit)
    if left_words and right_words and opposite(left_words, right_words):
        return Outcome(False, "unit")
    left_unit = _pounds(left_unit, left_words, right_unit)
    right_unit = _pounds(right_unit, right_words, left_unit)
    if "%" in (left_words[:1], right_words[:1]):
        return _percent(left, right, left_words, right_words, options)
    if left_unit is None and right_unit is None:
        if exact(left) is not None:
            right = _without_area(right)
        elif exact(right) is not None:
            left = _without_area(left)
    plain = same_value(left, right, options)
    if left_unit is None or right_unit is None or options.units == "ignore":
        for unit in (left_unit, right_unit):
            if not plain.equal and unit is not None and dict(unit.dimension) == {"deg": 1}:
                sides = [Op("deg", (s,)) if unit is u else s for s, u in
                         ((left, left_unit), (right, right_unit))]  # fmt: skip
                return same_value(sides[0], sides[1], options)
        return plain
    if left_unit.dimension != right_unit.dimension:
        dimensions = {left_unit.dimension, right_unit.dimension}
        if dimensions == {(("deg", 1),), (("rad", 1),)}:
            sides = [
                Op("deg", (value,)) if unit.dimension == (("deg", 1),) else value
                for value, unit in ((left, left_unit), (right, right_unit))
            ]
            return same_value(sides[0], sides[1], options)
        return Outcome(False, "unit")
    if left_unit.factor == right_unit.factor:
        return plain
    scaled = Op("*", (Num(right_unit.factor / left_unit.factor), right))
    return same_value(left, scaled, options)


def same_ratio(gold: Node, answer: Node, options: Options) -> Outcome:
    """Compare `a : b : c` with another ratio, each member divided by the first."""
    different = Outcome(False, "structure")
    if not (isinstance(gold, Op) and isinstance(answer, Op) and gold.head == answer.head):
        return different
    if len(gold.args) != len(answer.args):
        return different
    for a, b in zip(gold.args[1:], answer.args[1:], strict=True):
        if not same_value(divide(a, gold.args[0]), divide(b, answer.args[0]), options).equal:
            return different
    return Outcome(True, "ratio")


def hundredth(node: Node) -> Node:
    """A percentage as a number; a decimal keeps its places."""
    if isinstance(node, Num):
        return Num(node.value / 100, None if node.places is None else node.places + 2)
    return Op("%", (node,))


def _percent(
    left: Node, right: Node, left_words: str, right_words: str, options: Options
) -> Outcome:
    gold_has, answer_has = left_words[:1] == "%", right_words[:1] == "%"
    if left_words and right_words and gold_has != answer_has:
        return Outcome(False, "unit")  # 50% is not 50 students
    plain = same_value(left, right, options)
    if gold_has and answer_has:
        return plain
    as_value = same_value(
        hundredth(left) if gold_has else left, hundredth(right) if answer_has else right, options
    )
    if as_value.equal or options.percent == "value":
        return as_value
    number = exact(left)
    if number is None or abs(number) >= 1:
        return plain
    return as_value
