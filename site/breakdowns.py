"""Metrics by the structure of their names: `figure` alone, or `figure/factor=level`.

A name without a figure, `factor=level`, is the accuracy at that level, on the problems that the
task selected for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from harness.core import Estimate

HEADLINES = ("accuracy", "pair_score", "lure_rate")
_LEVEL = re.compile(r"(?:(?P<figure>[^=]*)/)?(?P<factor>[^/=]+)=(?P<level>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """All figures by one factor: `rows` are its levels, each with one cell per figure.

    A cell is None if the level has no such figure; the figure without a name is "".
    """

    factor: str
    figures: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Estimate | None, ...]], ...]


def part(
    metrics: Mapping[str, Estimate],
) -> tuple[list[tuple[str, Estimate]], list[Breakdown]]:
    """Every metric once: those to list (headlines first), and the breakdowns.

    Levels and figures keep the task's order. A factor with a single metric is listed.
    """
    cells: dict[str, dict[str, dict[str, Estimate]]] = {}
    names: dict[str, list[str]] = {}
    for name, estimate in metrics.items():
        if match := _LEVEL.fullmatch(name):
            levels = cells.setdefault(match["factor"], {})
            levels.setdefault(match["level"], {})[match["figure"] or ""] = estimate
            names.setdefault(match["factor"], []).append(name)
    broken = {name for own in names.values() if len(own) > 1 for name in own}
    head = [name for name in HEADLINES if name in metrics]
    rest = [name for name in metrics if name not in broken and name not in head]
    listed = [(name, metrics[name]) for name in (*head, *rest)]
    return listed, [_breakdown(f, cells[f]) for f, own in names.items() if len(own) > 1]


def _breakdown(factor: str, levels: Mapping[str, Mapping[str, Estimate]]) -> Breakdown:
    figures = tuple(dict.fromkeys(figure for cells in levels.values() for figure in cells))
    return Breakdown(
        factor=factor,
        figures=figures,
        rows=tuple((level, tuple(map(cells.get, figures))) for level, cells in levels.items()),
    )
