"""Numbers as written: their order, how the shortcut misreads them, their pattern.

Decimals (numbers, prices, lengths) are ordered by value: 9.11 before 9.9. Versions, chapters and
dates are ordered by their parts: 9.9 before 9.11. Each order is the other one's shortcut.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal

Reading = Literal["value", "parts"]
Pattern = Literal[
    "unequal", "same-length", "prefix", "trailing", "leading", "whole", "negative", "equal"
]
Key = Callable[[str], Any]

MAX_PLACES = 6


def by_value(number: str) -> Decimal:
    """The value of a decimal: 9.80 is 9.8."""
    return Decimal(number)


def by_parts(number: str) -> tuple[int, int]:
    """The parts of a version, chapter or date: 9.11 is (9, 11), after (9, 9)."""
    head, _, tail = number.partition(".")
    return int(head), int(tail)


def hasty(number: str) -> tuple[int, int, int]:
    """A decimal read like a version: 9.11 beats 9.8 because 11 beats 8.

    If the parts tie (9.8, 9.08), the longer number looks larger. A minus reverses the order.
    """
    sign = -1 if number.startswith("-") else 1
    head, tail = by_parts(number.removeprefix("-"))
    return sign * head, sign * tail, sign * places(number)


def places(number: str) -> int:
    """The digits after the decimal point."""
    return len(number.partition(".")[2])


TRUE_ORDER: dict[Reading, Key] = {"value": by_value, "parts": by_parts}
SHORTCUT: dict[Reading, Key] = {"value": hasty, "parts": by_value}


def pattern_of(a: str, b: str) -> Pattern:
    """The pattern of a pair: the first that fits, from the rarest to the most common."""
    (head_a, _, tail_a), (head_b, _, tail_b) = a.partition("."), b.partition(".")
    tails = (tail_a, tail_b)
    if a.startswith("-") or b.startswith("-"):
        return "negative"
    if Decimal(a) == Decimal(b):
        return "equal"
    if head_a != head_b:
        return "whole"
    if any(t.startswith("0") for t in tails):
        return "leading"
    if any(t.endswith("0") for t in tails):
        return "trailing"
    if tail_a[0] == tail_b[0]:
        return "prefix"
    return "same-length" if len(tail_a) == len(tail_b) else "unequal"


def decided_at(a: str, b: str) -> int:
    """The first decimal place that differs; 0 if the whole parts do, or nothing does."""
    (head_a, _, tail_a), (head_b, _, tail_b) = a.partition("."), b.partition(".")
    if head_a != head_b:
        return 0
    width = max(len(tail_a), len(tail_b))
    digits = zip(tail_a.ljust(width, "0"), tail_b.ljust(width, "0"), strict=True)
    return next((i for i, (x, y) in enumerate(digits, 1) if x != y), 0)


def draw_pair(
    rng: random.Random, pattern: Pattern, low: int, high: int, heads: tuple[int, ...]
) -> tuple[str, str] | None:
    """Two different spellings of a pattern with `low` to `high` places; None: an unusable draw.

    `heads` are the whole parts to choose from.
    """
    head = rng.choice(heads)
    other = rng.choice(heads) if pattern == "whole" else head
    short, long = sorted((rng.randint(low, high), rng.randint(low, high)))
    if pattern == "equal":
        stem = _digits(rng, short)
        tails = (stem, stem.ljust(long, "0"))
    else:
        shared = rng.randint(1, short) if pattern == "prefix" else 0
        if pattern in ("whole", "negative", "trailing", "leading"):
            shared = rng.choice((0, 0, rng.randint(0, short)))
        stem = "0" * shared if pattern == "leading" and rng.random() < 0.5 else _digits(rng, shared)
        tails = (stem + _digits(rng, short - shared), stem + _digits(rng, long - shared))
        if pattern == "leading":
            tails = (tails[0], "0" + tails[1][1:])
        if pattern == "trailing":
            tails = (tails[0], tails[1][:-1] + "0")
    sign = "-" if pattern == "negative" else ""
    a, b = f"{sign}{head}.{tails[0]}", f"{sign}{other}.{tails[1]}"
    return (a, b) if a != b and pattern_of(a, b) == pattern else None


def draw_more(
    rng: random.Random, pair: tuple[str, str], count: int, low: int, high: int
) -> list[str]:
    """`count` further numbers near a pair, with the pair's lengths when those agree."""
    lengths = {places(n) for n in pair}
    out = []
    for _ in range(count):
        head = rng.choice(pair).partition(".")[0]
        length = lengths.pop() if len(lengths) == 1 else rng.randint(low, high)
        lengths = lengths or {length}
        out.append(f"{head}.{_digits(rng, length)}")
    return out


def _digits(rng: random.Random, count: int) -> str:
    """Random digits."""
    return "".join(rng.choices("0123456789", k=count))
