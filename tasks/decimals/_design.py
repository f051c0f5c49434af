"""The factorial design: its factors, the cells that make sense, and a balanced order."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Literal, NamedTuple

import numpy as np

from harness.core.hashing import derive_seed
from harness.tasks.decimals._numbers import (
    SHORTCUT,
    TRUE_ORDER,
    Pattern,
    draw_pair,
)
from harness.tasks.decimals._words import CONTEXTS

Ask = Literal["larger", "smaller", "closer", "true", "false", "sort"]


class Cell(NamedTuple):
    """One combination of levels.

    `tempting`: whether the shortcut is wrong. `order`: whether the right number (in a true-or-false
    statement the larger one, in a sorted list its first one) is mentioned first.
    """

    pattern: Pattern
    tempting: str
    ask: Ask
    order: str
    language: str
    prompt: str
    context: str


FACTORS: dict[str, tuple[str, ...]] = {
    "pattern": (
        "unequal", "same-length", "prefix", "trailing", "leading", "whole", "negative", "equal",
    ),
    "tempting": ("yes", "no"),
    "ask": ("larger", "smaller", "closer", "true", "false", "sort"),
    "order": ("first", "later"),
    "language": ("en", "zh"),
    "prompt": ("direct", "steps", "scaling", "options", "double"),
    "context": tuple(CONTEXTS),
}  # fmt: skip

# The most places that a context writes; dates and chapters have one or two digits.
LONGEST = {"plain": 15, "price": 15, "length": 15, "version": 3, "chapter": 2, "date": 2}
_HEADS = {
    "version": tuple(range(1, 10)),
    "chapter": tuple(range(1, 10)),
    "date": tuple(range(1, 10)),
}
_WIDE = (*range(10), *range(10), *range(10, 1000, 37), *range(10, 100, 3))
_NUMERIC_PROMPTS = ("scaling", "double")  # they would be wrong advice for versions and dates


def heads(context: str, ask: str, rng: random.Random) -> tuple[int, ...]:
    """Whole parts to draw from: below ten if that decides which is closer to ten."""
    if context in _HEADS:
        return _HEADS[context]
    if ask == "closer":
        return tuple(range(10)) if rng.random() < 0.7 else tuple(range(10, 100))
    return _WIDE


def sensible(cell: Cell) -> bool:
    """Whether a cell can be asked at all, with any number of places."""
    if CONTEXTS[cell.context].reading == "parts":
        if cell.pattern in ("leading", "negative") or cell.prompt in _NUMERIC_PROMPTS:
            return False
    elif cell.pattern == "negative" and cell.context != "plain":
        return False
    if cell.pattern in ("same-length", "whole"):
        return cell.tempting == "no"
    return cell.pattern != "equal" or cell.tempting == "yes"


@functools.lru_cache(maxsize=1024)
def _drawable(pattern: Pattern, tempting: str, context: str, low: int, high: int) -> bool:
    """Whether pairs of that kind exist with this many places, found by trying."""
    high = min(high, LONGEST[context])
    if low > high:
        return False
    rng, reading = random.Random(0), CONTEXTS[context].reading
    for _ in range(400):
        pair = draw_pair(rng, pattern, low, high, heads(context, "larger", rng))
        if pair is not None and writable(pair, context):
            a, b = pair
            if (tempting == "yes") == (order_of(a, b, reading) != shortcut_of(a, b, reading)):
                return True
    return False


def writable(numbers: Sequence[str], context: str) -> bool:
    """Whether a context can hold the numbers: dates exist; parts have no leading zero."""
    tails = [n.partition(".")[2] for n in numbers]
    if CONTEXTS[context].reading == "parts" and any(t.startswith("0") for t in tails):
        return False
    return context != "date" or all(int(t) <= _days(n) for n, t in zip(numbers, tails, strict=True))


def _days(number: str) -> int:
    return (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[int(number.partition(".")[0]) - 1]


def order_of(a: str, b: str, reading: Literal["value", "parts"]) -> int:
    """-1, 0 or 1: how `a` really compares with `b`."""
    x, y = (TRUE_ORDER[reading](n) for n in (a, b))
    return int(x > y) - int(x < y)


def shortcut_of(a: str, b: str, reading: Literal["value", "parts"]) -> int:
    """-1, 0 or 1: how `a` compares with `b` by the shortcut."""
    x, y = (SHORTCUT[reading](n) for n in (a, b))
    return int(x > y) - int(x < y)


@functools.lru_cache(maxsize=32)
def cells(levels: tuple[tuple[str, tuple[str, ...]], ...], low: int, high: int) -> tuple[Cell, ...]:
    """All cells with the given levels (factor, levels) and `low` to `high` places."""
    chosen = {**FACTORS, **dict(levels)}
    every = (Cell(*values) for values in product(*chosen.values()))  # type: ignore[arg-type]
    return tuple(
        cell
        for cell in every
        if sensible(cell) and _drawable(cell.pattern, cell.tempting, cell.context, low, high)
    )


def balanced(all_cells: Sequence[Cell], name: str, seed: int) -> Iterator[Cell]:
    """The cells, endlessly; each cycle has each cell once, and any prefix is balanced.

    The next cell is the one whose levels, and pairs of levels, were seen least so far, each
    weighted by the number of levels; `seed` breaks ties.
    """
    columns = zip(*all_cells, strict=True)
    codes = np.array([_codes(column) for column in columns]).T  # (cells, factors)
    sizes = codes.max(axis=0) + 1.0
    weights = np.triu(np.outer(sizes, sizes), 1) + np.diag(2.0 * sizes)
    # The penalty of each set of shared levels, by its bits: looked up for all cells at each step.
    bits = 1 << np.arange(len(sizes))
    sets = (np.arange(1 << len(sizes))[:, None] & bits) > 0
    penalties = np.einsum("si,ij,sj->s", sets, weights, sets)
    for cycle in range(1_000_000):
        rng = np.random.default_rng(derive_seed("design", name, seed, cycle))
        penalty = rng.random(len(codes))
        for _ in range(len(codes)):
            chosen = int(penalty.argmin())
            yield all_cells[chosen]
            penalty += penalties[((codes == codes[chosen]) * bits).sum(axis=1)]
            penalty[chosen] = np.inf


def _codes(column: Sequence[str]) -> list[int]:
    levels = {level: i for i, level in enumerate(dict.fromkeys(column))}
    return [levels[value] for value in column]


def describe(all_cells: Sequence[Cell]) -> Mapping[str, Sequence[str]]:
    """Each factor with the levels of it that occur."""
    return {
        name: [level for level in FACTORS[name] if level in set(column)]
        for name, column in zip(Cell._fields, zip(*all_cells, strict=True), strict=True)
    }
