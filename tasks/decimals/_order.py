# ruff: noqa: E501 - a pattern is read whole or not at all
"""The order of several numbers in a text: a list with commas, arrows, signs, or one a line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from harness.tasks.decimals._clauses import NUMBER, value_of
from harness.verifiers.patterns import lazy_pattern

_INDEX = lazy_pattern(
    r"^[^\S\n]*(?:[-*•+]|\(?\d{1,2}[.):、]|第[一二三四五六七八九十]\s*[:：]?)[^\S\n]+(?=\S)", re.M
)
_BETWEEN = lazy_pattern(
    r"(?:\s|[,;、<>≤≥=→⟶➔|*_()\[\]{}$\"'`-]|->|m\b|v(?=\d)|元|米|第|章|\b(?:then|and|chapter|version|finally|followed by|next|before|lastly)\b|然后|再|接着|最后|和|到|是|到|\.(?=\s))*",
    re.I,
)
_SIGNS = lazy_pattern(r"(?<!-)>|≥|<|≤")


def order_of(text: str, reading: str, wanted: Sequence[Any]) -> tuple[list[str], str] | None:
    """The last list of the `wanted` values, as written, and its sign (`<`, `>` or none).

    Without one that has them all, the last list of two numbers or more; None: there is none.
    """
    text = _INDEX.sub("", text)
    runs = _runs(text)
    complete = Counter(wanted)
    for numbers, sign in reversed(runs):
        if Counter(value_of(n, reading) for n in numbers) == complete:
            return numbers, sign
    for paragraph in reversed(re.split(r"\n\s*\n|(?<!\d)[.。]\s", text)):
        numbers = [n for n in NUMBER.findall(paragraph) if value_of(n, reading) in complete]
        if Counter(value_of(n, reading) for n in numbers) == complete:
            return numbers, ""  # "9.11 is the smallest, 9.8 comes next, 9.9 is the largest"
    longer = [run for run in runs if len(run[0]) > 1]
    return longer[-1] if longer else None


def _runs(text: str) -> list[tuple[list[str], str]]:
    """Numbers with nothing but separators between them, in the order of the text."""
    runs: list[tuple[list[str], set[str]]] = []
    end = 0
    for match in NUMBER.finditer(text):
        between = text[end : match.start()]
        if runs and len(between) < 60 and _BETWEEN.fullmatch(between):
            runs[-1][0].append(match[0])
            runs[-1][1].update(_SIGNS.findall(between))
        else:
            runs.append(([match[0]], set()))
        end = match.end()
    return [(_chained(numbers) if signs else numbers, _sign(signs)) for numbers, signs in runs]


def _chained(numbers: list[str]) -> list[str]:
    """A chain in pieces, `a < b and b < c`, as one."""
    return [n for i, n in enumerate(numbers) if i == 0 or n != numbers[i - 1]]


def _sign(signs: set[str]) -> str:
    if signs and signs <= {">", "≥"}:
        return ">"
    return "<" if signs and signs <= {"<", "≤"} else ""
