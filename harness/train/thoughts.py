"""Written-out procedures: what the embedded models learn to think.

A thought is a few lines, each a useful intermediate result, so that a thought cut anywhere already
says something about the answer.
"""

from __future__ import annotations

from decimal import Decimal

from harness.tasks.arithmetic._items import Expression, Step
from harness.tasks.decimals._items import Item
from harness.tasks.decimals._numbers import Reading, places

ASKED = {"larger": ">", "smaller": "<", "equal": "="}
RISING = {"larger": "<", "smaller": ">"}  # what a list's end is called


def compare(item: Item) -> str:
    """What is asked, as a sign; then two numbers part by part up to the first difference.

    Is 9.8 larger than 9.11, as numbers: `> 9=9 1:8>1`, each place with its number; as versions:
    `> 9=9 8<11`. Where both signs agree, the first number is the answer, or the statement is true.
    Negative parts carry their minus. A list becomes whole numbers of one length, 9.8, 9.11, 9.9 in
    rising order `< 980 911 990`.
    """
    if item.form == "sort":
        return " ".join((RISING[item.relation], *aligned_keys(item.numbers, item.reading)))
    a, b = item.numbers
    pairs = _pieces(a.removeprefix("-"), b.removeprefix("-"), item.reading)
    minus = "-" * a.startswith("-")
    out = [ASKED[item.relation]]
    for place, (x, y) in enumerate(pairs):
        where = f"{place}:" if place and item.reading == "value" else ""
        sign = _sign(y, x) if minus else _sign(x, y)
        out.append(f"{where}{minus}{x}{sign}{minus}{y}")
        if sign != "=":
            break
    return " ".join(out)


def _pieces(a: str, b: str, reading: Reading) -> list[tuple[str, str]]:
    """What is compared in turn: the whole parts, then digit by digit, or the parts behind."""
    (head_a, _, tail_a), (head_b, _, tail_b) = a.partition("."), b.partition(".")
    if reading == "parts":
        return [(head_a, head_b), (tail_a, tail_b)]
    width = max(len(tail_a), len(tail_b))
    return [(head_a, head_b), *zip(tail_a.ljust(width, "0"), tail_b.ljust(width, "0"), strict=True)]


def aligned_keys(numbers: tuple[str, ...], reading: Reading) -> list[str]:
    """Whole numbers of one length in the same order: 9.8 beside 9.11 is 980, as a version 908."""
    width = max(map(places, numbers))
    heads = max(len(n.removeprefix("-").partition(".")[0]) for n in numbers)
    out = []
    for number in numbers:
        head, _, tail = number.removeprefix("-").partition(".")
        tail = tail.rjust(width, "0") if reading == "parts" else tail.ljust(width, "0")
        out.append("-" * number.startswith("-") + head.rjust(heads, "0") + tail)
    return out


def _sign(x: str, y: str) -> str:
    return "=" if int(x) == int(y) else ">" if int(x) > int(y) else "<"


def evaluate(expression: Expression) -> str:
    """One line a step, each worked column by column."""
    return "\n".join(columns(s) for s in expression.steps)


def columns(step: Step) -> str:
    """Column arithmetic from the right, then the result: 47 + 38 is `7+8=15 4+3+1=8 =85`.

    A carry is added to the next column; a borrow is seen as a ten on the left and taken off the
    next column. A product has a single digit on the right.
    """
    if step.op == "*":
        return " ".join([*_product(step.left, int(step.right)), f"={step.result}"])
    left, right = _aligned(step.left, step.right)
    parts, carry = [], 0
    for x, y in zip(reversed(left), reversed(right), strict=True):
        if step.op == "+":
            value = int(x) + int(y) + carry
            parts.append(f"{x}+{y}{'+1' if carry else ''}={value}")
            carry = value // 10
        else:
            value = int(x) - int(y) - carry
            borrow = value < 0
            parts.append(f"{int(x) + 10 * borrow}-{y}{'-1' if carry else ''}={value + 10 * borrow}")
            carry = int(borrow)
    return " ".join([*parts, f"={step.result}"])


def _product(left: str, right: int) -> list[str]:
    parts, carry = [], 0
    for x in reversed(left):
        value = int(x) * right + carry
        parts.append(f"{x}*{right}{f'+{carry}' if carry else ''}={value}")
        carry = value // 10
    return parts


def _aligned(left: str, right: str) -> tuple[str, str]:
    """Both numbers' digits without their points, padded with zeros to line up."""
    shift = max(places(left), places(right))
    a, b = (str(int(Decimal(n).scaleb(shift))) for n in (left, right))
    width = max(len(a), len(b))
    return a.rjust(width, "0"), b.rjust(width, "0")
