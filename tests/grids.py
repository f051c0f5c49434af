"""Grids of cases, of which a part runs by day and the rest at night."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable
from typing import Any

import pytest


def in_turn(*axes: Collection[Any], step: int = 1) -> list[Any]:
    """All combinations; by day each of the first axes (every `step`-th of their combinations) with
    one value of the last, in turn."""
    *others, last = axes
    by_day = lambda i, j: i % step == 0 and j == i // step % len(last)  # noqa: E731
    return [
        pytest.param(*head, value, marks=() if by_day(i, j) else pytest.mark.nightly)
        for i, head in enumerate(itertools.product(*others))
        for j, value in enumerate(last)
    ]


def every_second(values: Iterable[Any], first: int = 0, *, step: int = 2) -> list[Any]:
    """All values; every second one (or `step`-th), from `first` on, by day."""
    return [
        pytest.param(value, marks=() if i % step == first else pytest.mark.nightly)
        for i, value in enumerate(values)
    ]
