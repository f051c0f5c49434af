"""Curves for the terminal and as one SVG file: accuracy over a cost on a logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

Place = Callable[[float, float], tuple[float, float]]
MARKS = "oxv+*sd#"
_COLOURS = ("#0b62a8", "#b3261e", "#1b7a43", "#8a4bb5", "#a35c00", "#00777f", "#8d2f6b", "#555555")


@dataclass(frozen=True, slots=True)
class Series:
    """One line: (cost, accuracy, low, high) in order of cost; `dashed` for coverage."""

    name: str
    points: Sequence[tuple[float, float, float, float]]
    dashed: bool = False


def _span(series: Sequence[Series]) -> tuple[float, float, float, float]:
    costs = [p[0] for s in series for p in s.points]
    levels = [y for s in series for p in s.points for y in p[2:4]]
    left, right = math.log10(min(costs)), math.log10(max(costs))
    if right - left < 0.1:
        left, right = left - 0.1, right + 0.1
    low, high = math.floor(10 * min(levels)) / 10, math.ceil(10 * max(levels)) / 10
    return left, right, low, max(high, low + 0.1)


def terminal(series: Sequence[Series], unit: str, width: int = 72, height: int = 18) -> str:
    """The curves as characters; later points overwrite earlier ones."""
    left, right, low, high = _span(series)
    grid = [[" "] * width for _ in range(height)]
    for mark, line in zip(_marks(series), series, strict=True):
        for cost, accuracy, _, _ in line.points:
            x = round((math.log10(cost) - left) / (right - left) * (width - 1))
            y = round((accuracy - low) / (high - low) * (height - 1))
            grid[height - 1 - y][x] = mark
    rows = []
    for i, row in enumerate(grid):
        level = high - (high - low) * i / (height - 1)
        axis = f"{level:6.0%} |" if i % 4 == 0 or i == height - 1 else "       |"
        rows.append(axis + "".join(row).rstrip())
    rows.append("       +" + "-" * width)
    ends = f"{_short(10**left)}", f"{_short(10**right)}"
    label = f"{unit} per problem, logarithmic"
    rows.append(f"        {ends[0]}{label.center(width - len(ends[0]) - len(ends[1]))}{ends[1]}")
    rows += [f"  {m} {s.name}" for m, s in zip(_marks(series), series, strict=True)]
    return "\n".join(rows)


def _marks(series: Sequence[Series]) -> list[str]:
    return [MARKS[i % len(MARKS)] for i in range(len(series))]


def _short(value: float) -> str:
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def svg(series: Sequence[Series], unit: str, title: str) -> str:
    """A self-contained picture: axes, lines, 95% intervals, legend; text for screen readers."""
    wide, tall, x0, y0 = 760.0, 400.0 + 18 * len(series), 60.0, 30.0
    x1, y1 = wide - 20, 350.0
    left, right, low, high = _span(series)

    def at(cost: float, level: float) -> tuple[float, float]:
        x = x0 + (math.log10(cost) - left) / (right - left) * (x1 - x0)
        return round(x, 1), round(y1 - (level - low) / (high - low) * (y1 - y0), 1)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {tall:g}" role="img">',
        "<style>text{font:12px sans-serif}</style>",
        f"<title>{escape(title)}</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="{x0:g}" y="18">{escape(title)}</text>',
    ]
    for i in range(round(low * 10), round(high * 10) + 1):
        y = at(10**left, i / 10)[1]
        out.append(f'<path d="M{x0:g},{y}H{x1:g}" stroke="#dddddd"/>')
        out.append(f'<text x="{x0 - 6:g}" y="{y + 4}" text-anchor="end">{10 * i}%</text>')
    for cost in _ticks(left, right):
        x = at(cost, low)[0]
        out.append(f'<path d="M{x},{y0:g}V{y1:g}" stroke="#dddddd"/>')
        out.append(f'<text x="{x}" y="{y1 + 16:g}" text-anchor="middle">{_short(cost)}</text>')
    out.append(
        f'<text x="{(x0 + x1) / 2:g}" y="{y1 + 34:g}" text-anchor="middle">'
        f"{escape(unit)} per problem, logarithmic</text>"
    )
    for i, line in enumerate(series):
        out += _line(line, _COLOURS[i % len(_COLOURS)], at)
        y = y1 + 40 + 18 * (i + 1)
        dash = ' stroke-dasharray="5 4"' if line.dashed else ""
        stroke = f'stroke="{_COLOURS[i % len(_COLOURS)]}" stroke-width="2"'
        out.append(f'<path d="M{x0:g},{y - 4:g}h28" {stroke}{dash}/>')
        out.append(f'<text x="{x0 + 36:g}" y="{y:g}">{escape(line.name)}</text>')
    return "\n".join([*out, "</svg>", ""])


def _line(line: Series, colour: str, at: Place) -> list[str]:
    places = [(at(c, a), at(c, lo)[1], at(c, hi)[1]) for c, a, lo, hi in line.points]
    path = "M" + "L".join(f"{x},{y}" for (x, y), _, _ in places)
    dash = ' stroke-dasharray="5 4"' if line.dashed else ""
    out = [f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>']
    fill = "#ffffff" if line.dashed else colour
    for ((x, y), low, high), (cost, accuracy, *_) in zip(places, line.points, strict=True):
        out.append(f'<path d="M{x},{low}V{high}" stroke="{colour}" stroke-opacity="0.5"/>')
        out.append(
            f'<circle cx="{x}" cy="{y}" r="4" fill="{fill}" stroke="{colour}">'
            f"<title>{escape(line.name)}: {accuracy:.1%} at {cost:.6g}</title></circle>"
        )
    return out


def _ticks(left: float, right: float) -> list[float]:
    powers = range(math.floor(left), math.ceil(right) + 1)
    inside: list[float] = []
    for steps in ((1, 2, 5), (1, 3), (1,)):
        inside = [
            s * 10.0**p for p in powers for s in steps if left <= math.log10(s * 10.0**p) <= right
        ]
        if len(inside) <= 9:
            break
    return inside
