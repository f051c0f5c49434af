"""The chart: accuracy against cost. Geometry here, drawing in `templates/chart.html`.

Each model has one line, through those of its budgets that none of its others beats; its other
budgets are small marks. Labels appear only where they hide nothing. `static/chart.js` draws the
same for another unit, another width, or fewer rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from harness.cost import pareto
from harness.site.groups import Group, Row
from harness.site.numbers import interval, percent, tokens
from harness.site.words import CHART, SCRIPT

COLOURS = 8
"""Number of models with their own colour; others are grey, told apart by shapes and names."""

SHAPES = ("circle", "square", "triangle", "diamond", "down", "plus", "cross", "bar")
_CHAR, _LINE = 7.0, 14.0  # size of a character of the labels, in units of the picture
_SPACE = 5.0  # between two labels


@dataclass(frozen=True, slots=True)
class Frame:
    """The size of the chart and its margins."""

    width: float
    height: float
    left: float = 50.0
    right: float = 20.0
    top: float = 18.0
    bottom: float = 44.0


WIDE = Frame(1040.0, 440.0)
NARROW = Frame(380.0, 330.0, left=40.0, right=10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One run in the chart; `main`: on its model's line."""

    row: Row
    x: float
    y: float
    low: float
    high: float
    main: bool
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One model: its marks in order of cost, those of its line connected."""

    label: str
    colour: int
    shape: str
    marks: tuple[Mark, ...]

    @property
    def path(self) -> str:
        """The line as an SVG path; empty for a single mark."""
        main = [m for m in self.marks if m.main]
        return "M" + "L".join(f"{m.x:.1f},{m.y:.1f}" for m in main) if len(main) > 1 else ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A grid line with its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Label:
    """A label in the chart, placed where it hides nothing."""

    x: float
    y: float
    text: str
    anchor: str
    colour: int = -1  # -1: that of the text
    model: bool = False  # it names a model


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Everything that the template draws."""

    frame: Frame
    lines: tuple[Line, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    frontier: str
    dominated: str
    labels: tuple[Label, ...]
    summary: str


class _Scale:
    """Maps cost (logarithmic) and accuracy to positions in the chart."""

    def __init__(self, costs: Sequence[float], low: float, high: float, frame: Frame) -> None:
        self.low, self.high, self.frame = low, high, frame
        self.start, self.end = math.log10(min(costs)), math.log10(max(costs))
        pad = max(0.08, 0.05 * (self.end - self.start))
        self.start, self.end = self.start - pad, self.end + pad

    def x(self, cost: float) -> float:
        f = self.frame
        share = (math.log10(cost) - self.start) / (self.end - self.start)
        return round(f.left + share * (f.width - f.left - f.right), 1)

    def y(self, accuracy: float) -> float:
        f = self.frame
        share = (accuracy - self.low) / (self.high - self.low)
        return round(f.height - f.bottom - share * (f.height - f.top - f.bottom), 1)

    def x_ticks(self) -> tuple[Tick, ...]:
        most = 9 if self.frame.width > 600 else 5
        powers = range(math.floor(self.start), math.ceil(self.end) + 1)
        inside: list[float] = []
        for steps in ((1, 2, 5), (1, 3), (1,)):
            values = [s * 10.0**p for p in powers for s in steps]
            inside = [v for v in values if self.start <= math.log10(v) <= self.end]
            if len(inside) <= most:
                break
        while len(inside) > most:
            inside = inside[::2]
        return tuple(Tick(self.x(v), short(v)) for v in inside)

    def y_ticks(self) -> tuple[Tick, ...]:
        first, last = round(self.low * 10), round(self.high * 10)
        step = 1 if last - first <= 6 else 2
        tens = [i for i in range(first, last + 1) if i % step == 0]
        return tuple(Tick(self.y(i / 10), f"{10 * i}%") for i in tens)


_PREFIXES = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def short(value: float) -> str:
    """A cost on an axis: `20`, `5k`, `0.001`."""
    for size, prefix in _PREFIXES:
        if value >= size * (1 - 1e-9):
            return f"{value / size:.3g}{prefix}"
    return f"{value:.3g}" if value >= 1e-4 else f"{value:.0e}".replace("e-0", "e-")


def draw(
    group: Group, unit: str = "tokens", frame: Frame = WIDE, *, say: Callable[[str], str] = str
) -> Chart | None:
    """The chart of a group's ranked runs; None if fewer than two have a known cost."""
    rows = [r for r in group.ranked if r.cost(unit) and r.accuracy is not None]
    if len(rows) < 2:
        return None
    scale = _Scale([r.cost(unit) or 1.0 for r in rows], group.low, group.high, frame)
    best = [rows[i] for i in _pareto(rows, unit)]
    lines = _lines(rows, best, unit, scale)
    places = {m.row.report.id: m for line in lines for m in line.marks}
    frontier = [places[r.report.id] for r in best]
    stairs = _stairs(frontier, frame)
    floor = frame.height - frame.bottom
    right = frame.width - frame.right
    return Chart(
        frame=frame,
        lines=lines,
        x_ticks=scale.x_ticks(),
        y_ticks=scale.y_ticks(),
        frontier=stairs,
        dominated=f"{stairs}V{floor:.1f}H{frontier[0].x:.1f}Z" if frontier and right else "",
        labels=_place(frontier, lines, frame),
        summary=_summary(group, best, unit, say),
    )


def _pareto(rows: Sequence[Row], unit: str) -> list[int]:
    return pareto([(r.cost(unit) or 1.0, r.accuracy.value if r.accuracy else 0.0) for r in rows])


def models_in_order(rows: Sequence[Row], best: Sequence[Row]) -> list[str]:
    """Models on the frontier first, each part sorted by best accuracy."""
    ahead = {r.report.model for r in best}
    top: dict[str, float] = {}
    for row in rows:
        value = row.accuracy.value if row.accuracy else 0.0
        top[row.report.model] = max(value, top.get(row.report.model, -1.0))
    return sorted(top, key=lambda m: (m not in ahead, -top[m], m))


def _lines(rows: Sequence[Row], best: Sequence[Row], unit: str, scale: _Scale) -> tuple[Line, ...]:
    lines = []
    for number, model in enumerate(models_in_order(rows, best)):
        own = sorted(
            (r for r in rows if r.report.model == model), key=lambda r: r.cost(unit) or 0.0
        )
        main = set(_pareto(own, unit))
        lines.append(
            Line(
                label=model,
                colour=min(number, COLOURS),
                shape=SHAPES[(number + (number >= COLOURS)) % len(SHAPES)],
                marks=tuple(_mark(row, i in main, unit, scale) for i, row in enumerate(own)),
            )
        )
    return tuple(lines)


def _mark(row: Row, main: bool, unit: str, scale: _Scale) -> Mark:
    figure, cost = row.accuracy, row.cost(unit)
    assert figure is not None  # rows of the picture have both
    assert cost is not None
    return Mark(
        row=row,
        x=scale.x(cost),
        y=scale.y(figure.value),
        low=scale.y(figure.low),
        high=scale.y(figure.high),
        main=main,
        title=f"{row.report.model} {row.report.budget}: {percent(figure.value)} "
        f"({interval(figure)}), {tokens(row.tokens)}",
    )


def _stairs(frontier: Sequence[Mark], frame: Frame) -> str:
    """The Pareto frontier as a staircase to the right edge."""
    if not frontier:
        return ""
    path = f"M{frontier[0].x:.1f},{frontier[0].y:.1f}"
    for mark in frontier[1:]:
        path += f"H{mark.x:.1f}V{mark.y:.1f}"
    return path + f"H{frame.width - frame.right:.1f}"


Box = tuple[float, float, float, float]


def _taken(lines: Sequence[Line]) -> list[Box]:
    """What a label must not cover: marks, whiskers, and the lines (as small pieces)."""
    boxes: list[Box] = []
    for line in lines:
        main = [m for m in line.marks if m.main]
        boxes += [(m.x - 6, m.y - 6, m.x + 6, m.y + 6) for m in line.marks]
        boxes += [(m.x - 2, m.high, m.x + 2, m.low) for m in main]
        for a, b in pairwise(main):
            pieces = 1 + int((abs(b.x - a.x) + abs(b.y - a.y)) / 8)
            for i in range(pieces + 1):
                x, y = a.x + (b.x - a.x) * i / pieces, a.y + (b.y - a.y) * i / pieces
                boxes.append((x - 1, y - 1, x + 1, y + 1))
    return boxes


def _place(frontier: Sequence[Mark], lines: Sequence[Line], frame: Frame) -> tuple[Label, ...]:
    """Names of models at their lines' ends, and of the frontier's budgets, if there is room."""
    taken = _taken(lines)
    labels: list[Label] = []
    colours = {line.label: line.colour for line in lines[:COLOURS]}
    for line in lines[:COLOURS]:
        end = next((m for m in reversed(line.marks) if m.main), None)
        if end is not None:
            label = Label(0, 0, line.label, "", line.colour, model=True)
            _put(labels, taken, end, label, frame)
    for mark in reversed(frontier):
        report = mark.row.report
        label = Label(0, 0, report.budget, "", colours.get(report.model, -1))
        _put(labels, taken, mark, label, frame)
    return tuple(labels)


def _put(labels: list[Label], taken: list[Box], mark: Mark, label: Label, frame: Frame) -> None:
    """Place a label near its mark, if there is room."""
    wide = len(label.text) * _CHAR
    for dx, dy, anchor in (
        (9, -8, "start"), (-9, -8, "end"), (9, 17, "start"), (-9, 17, "end"),
        (9, -22, "start"), (-9, -22, "end"), (9, 31, "start"), (-9, 31, "end"),
    ):  # fmt: skip
        x, y = mark.x + dx, mark.y + dy
        start = x - wide if anchor == "end" else x
        box = (start, y - _LINE + 3, start + wide, y + 3)
        inside = (
            box[0] > frame.left
            and box[2] < frame.width - 2
            and box[1] > 0
            and box[3] < frame.height - frame.bottom
        )
        if inside and not any(_overlap(box, other) for other in taken):
            labels.append(replace(label, x=round(x, 1), y=round(y, 1), anchor=anchor))
            taken.append((box[0] - _SPACE, box[1], box[2] + _SPACE, box[3]))
            return


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _summary(group: Group, best: Sequence[Row], unit: str, say: Callable[[str], str]) -> str:
    """The chart as text, for screen readers."""
    steps = "; ".join(
        f"{r.report.model} {r.report.budget} {percent(r.accuracy.value)} "
        f"({short(r.cost(unit) or 0.0)})"
        for r in best
        if r.accuracy is not None
    )
    return say(CHART["board"]).format(
        task=group.task,
        unit=say(SCRIPT[unit]),
        runs=len(group.ranked),
        models=len(group.models),
        steps=steps,
    )
