"""Drawing expressions of one to three steps."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal

WORDINGS = (
    "What is {text}?",
    "Compute {text}.",
    "Calculate {text}.",
    "Work out {text}.",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One operation: `left op right = result`, all as written (`op` is +, - or *)."""

    left: str
    op: str
    right: str
    result: str


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression as written, and the steps that evaluate it in order."""

    text: str
    kind: str
    steps: tuple[Step, ...]
    wording: int

    @property
    def key(self) -> str:
        """The operations; swapping the two sides of a first sum or product makes no difference."""
        head, *rest = self.steps
        sides = (head.left, head.right)
        first = tuple(sorted(sides)) if head.op in "+*" else sides
        return f"arithmetic {head.op}{first} " + " ".join(f"{s.left}{s.op}{s.right}" for s in rest)

    @property
    def question(self) -> str:
        """The question as it is asked."""
        return WORDINGS[self.wording].format(text=self.text)

    @property
    def gold(self) -> str:
        """The value."""
        return self.steps[-1].result


def step(left: str, op: str, right: str) -> Step:
    """Carry out one operation, exactly."""
    x, y = Decimal(left), Decimal(right)
    value = x + y if op == "+" else x - y if op == "-" else x * y
    return Step(left, op, right, f"{value:f}")


def draw_expression(rng: random.Random) -> Expression | None:
    """One expression of one, two or three steps; None if a value is negative."""
    kind = rng.choices(list(_KINDS), weights=[weight for weight, _ in _KINDS.values()])[0]
    text, steps = _KINDS[kind][1](rng)
    if any(s.result.startswith("-") for s in steps):
        return None
    return Expression(text, kind, tuple(steps), rng.randrange(len(WORDINGS)))


def _two(rng: random.Random) -> str:
    return str(rng.randint(2, 99))


def _one(rng: random.Random) -> str:
    return str(rng.randint(2, 9))


def _decimal(rng: random.Random) -> str:
    """Two significant digits, one or two of them decimals: 3.4, 0.27."""
    return f"{rng.randint(11, 99) / 10:.1f}" if rng.random() < 0.5 else f"0.{rng.randint(11, 99)}"


def _sum(rng: random.Random) -> tuple[str, list[Step]]:
    s = step(_two(rng), rng.choice("+-"), _two(rng))
    return f"{s.left} {s.op} {s.right}", [s]


def _product(rng: random.Random) -> tuple[str, list[Step]]:
    s = step(_two(rng), "*", _one(rng))
    return f"{s.left} * {s.right}", [s]


def _decimal_sum(rng: random.Random) -> tuple[str, list[Step]]:
    s = step(_decimal(rng), rng.choice("+-"), _decimal(rng))
    return f"{s.left} {s.op} {s.right}", [s]


def _sum_sum(rng: random.Random) -> tuple[str, list[Step]]:
    text, (first,) = _sum(rng)
    last = step(first.result, rng.choice("+-"), _two(rng))
    return f"{text} {last.op} {last.right}", [first, last]


def _product_sum(rng: random.Random) -> tuple[str, list[Step]]:
    text, (first,) = _product(rng)
    last = step(first.result, rng.choice("+-"), _two(rng))
    return f"{text} {last.op} {last.right}", [first, last]


def _group_product(rng: random.Random) -> tuple[str, list[Step]]:
    text, (first,) = _sum(rng)
    last = step(first.result, "*", _one(rng))
    return f"({text}) * {last.right}", [first, last]


def _group_product_sum(rng: random.Random) -> tuple[str, list[Step]]:
    text, steps = _group_product(rng)
    last = step(steps[-1].result, rng.choice("+-"), _two(rng))
    return f"{text} {last.op} {last.right}", [*steps, last]


def _product_sum_sum(rng: random.Random) -> tuple[str, list[Step]]:
    text, steps = _product_sum(rng)
    last = step(steps[-1].result, rng.choice("+-"), _two(rng))
    return f"{text} {last.op} {last.right}", [*steps, last]


# name: (weight, how to draw the text and its steps)
_KINDS = {
    "sum": (3, _sum),
    "product": (2, _product),
    "decimal": (3, _decimal_sum),
    "sum-sum": (3, _sum_sum),
    "product-sum": (2, _product_sum),
    "group-product": (2, _group_product),
    "group-product-sum": (2, _group_product_sum),
    "product-sum-sum": (2, _product_sum_sum),
}
