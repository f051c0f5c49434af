"""The chart as a file of its own, for a blog or a paper: it needs no style sheet and no script.

In an `<img>` a picture may load nothing, so its colours and fonts are its own. They are the light
ones, on a ground: a page's own ground is not known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from harness.site.chart import COLOURS, WIDE, Frame, Line, draw
from harness.site.groups import Group
from harness.site.render import HERE, Renderer

FRAME = Frame(WIDE.width, WIDE.height)
_HEAD, _FOOT, _ROW = 64.0, 48.0, 24.0  # heights: the title, the source, a line of the legend
_CHAR, _MARK, _GAP = 7.2, 34.0, 26.0  # widths in the legend: of a letter, a mark, between entries


@dataclass(frozen=True, slots=True)
class Entry:
    """One model of the legend, at its place below the chart; `line` None: all that are grey."""

    x: float
    y: float
    name: str
    line: Line | None


def picture(renderer: Renderer, group: Group, unit: str = "tokens") -> str | None:
    """A group's chart as an SVG document; None if fewer than two runs have a known cost."""
    chart = draw(group, unit, FRAME, say=renderer.say)
    if chart is None:
        return None
    others = len(chart.lines) - COLOURS
    entries = legend(chart.lines[:COLOURS], f"{others} {renderer.say('other models')}", others > 0)
    below = FRAME.height + entries[-1].y + _FOOT
    return renderer.page(
        "chart.svg",
        "picture.svg",
        chart=chart,
        group=group,
        entries=entries,
        colours=light_colours(),
        head=_HEAD,
        height=_HEAD + below,
    )


def legend(lines: Sequence[Line], others: str, more: bool) -> list[Entry]:
    """The models one after another, in lines no wider than the chart."""
    named: list[tuple[str, Line | None]] = [(line.label, line) for line in lines]
    if more:
        named.append((others, None))
    entries, x, y = [], FRAME.left, _ROW
    for name, line in named:
        shown = name if len(name) <= 60 else f"{name[:59]}…"
        wide = _MARK + _CHAR * len(shown)
        if x > FRAME.left and x + wide > FRAME.width - FRAME.right:
            x, y = FRAME.left, y + _ROW
        entries.append(Entry(round(x, 1), y, shown, line))
        x += wide + _GAP
    return entries


def light_colours() -> dict[str, str]:
    """The light colours of the style sheet, by the names of its variables."""
    sheet = (HERE / "static" / "site.css").read_text(encoding="utf-8")
    return dict(re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}),", sheet))
