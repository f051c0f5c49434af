"""A model's curves as a chart: each way of spending is a line."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.analysis.curves import Curve, CurvePoint
from harness.site.chart import COLOURS, SHAPES, Tick, short
from harness.site.numbers import interval, percent, tokens
from harness.site.words import CHART

WIDTH, HEIGHT = 760.0, 336.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 16.0, 14.0, 58.0  # below: ticks and title, of a phone's size


@dataclass(frozen=True, slots=True)
class CurveMark:
    """One budget."""

    x: float
    y: float
    low: float
    high: float
    title: str


@dataclass(frozen=True, slots=True)
class CurveLine:
    """One way of spending; coverage has open marks."""

    label: str
    colour: int
    shape: str
    open: bool
    marks: tuple[CurveMark, ...]

    @property
    def path(self) -> str:
        """The line as an SVG path."""
        return "M" + "L".join(f"{m.x:.1f},{m.y:.1f}" for m in self.marks)


@dataclass(frozen=True, slots=True)
class CurveChart:
    """The chart, in a frame of WIDTH × HEIGHT."""

    lines: tuple[CurveLine, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    summary: str
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    bottom: float = HEIGHT - BOTTOM


def draw_curves(curves: Sequence[Curve], *, say: Callable[[str], str] = str) -> CurveChart | None:
    """Accuracy against charged tokens; None if fewer than two points have a known cost."""
    points = [(c, p, t) for c in curves for p in c.points if (t := p.cost("tokens"))]
    if len(points) < 2:
        return None
    costs = [math.log10(t) for _, _, t in points]
    start, end = min(costs), max(costs)
    pad = max(0.05, 0.04 * (end - start))
    start, end = start - pad, end + pad
    low = math.floor(10 * min(p.accuracy.low for _, p, _ in points)) / 10
    high = math.ceil(10 * max(p.accuracy.high for _, p, _ in points)) / 10
    high = max(high, low + 0.1)

    def x(cost: float) -> float:
        share = (math.log10(cost) - start) / (end - start)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    def mark(point: CurvePoint, cost: float) -> CurveMark:
        a = point.accuracy
        spent = say(CHART["tokens"]).format(n=tokens(cost))
        title = f"{point.budget}: {percent(a.value)} ({interval(a)}), {spent}"
        return CurveMark(x(cost), y(a.value), y(a.low), y(a.high), title)

    lines = []
    for i, curve in enumerate(sorted(curves, key=lambda c: (c.oracle, c.metric))):
        own = [(p, t) for p in curve.points if (t := p.cost("tokens"))]
        if own:
            marks = tuple(mark(p, t) for p, t in own)
            lines.append(
                CurveLine(
                    curve.metric, min(i, COLOURS), SHAPES[i % len(SHAPES)], curve.oracle, marks
                )
            )
    values = [s * 10.0**p for p in range(math.floor(start), math.ceil(end) + 1) for s in (1, 2, 5)]
    inside = [v for v in values if start <= math.log10(v) <= end]
    tens = range(round(low * 10), round(high * 10) + 1)
    step = 1 if len(tens) <= 6 else 2
    ends = "; ".join(f"{line.label}: {line.marks[-1].title}" for line in lines)
    return CurveChart(
        lines=tuple(lines),
        x_ticks=tuple(Tick(x(v), short(v)) for v in inside[:: 1 + len(inside) // 10]),
        y_ticks=tuple(Tick(y(i / 10), f"{10 * i}%") for i in tens if i % step == 0),
        summary=say(CHART["curves"]).format(ends=ends),
    )
