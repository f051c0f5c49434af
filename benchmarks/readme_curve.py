"""Draw the README's picture from the demo's database: docs/pictures/curve-{light,dark}.svg.

    make demo DEMO_ARGS="--limit 100"
    python benchmarks/readme_curve.py demo/demo.sqlite --task arithmetic --model tiny-s

Accuracy over output tokens a problem, logarithmic, with 95% intervals clustered by template; the
numbers are those of `harness curve --db demo/demo.sqlite --task arithmetic`.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from harness import Curve, load_curves, open_store

WIDE, TALL = 760, 380
LEFT, RIGHT, TOP, BOTTOM = 56, 150, 20, 46
NAMES = {
    "think@n": "think longer",
    "vote@k": "vote of k",
    "weighted@k": "vote by a reward",
    "pass@k": "any of k right",
}


@dataclass(frozen=True)
class Theme:
    """Colours of a picture."""

    text: str
    faint: str
    lines: tuple[str, ...]


THEMES = {
    "light": Theme("#1f2328", "#d1d9e0", ("#0b62a8", "#b3261e", "#1b7a43", "#6e7781")),
    "dark": Theme("#e6edf3", "#3d444d", ("#58a6ff", "#ff7b72", "#56d364", "#9198a1")),
}


@dataclass(frozen=True)
class Frame:
    """Where a cost and an accuracy are in the picture."""

    low: float
    high: float

    def x(self, cost: float) -> float:
        share = (math.log(cost) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
        return LEFT + share * (WIDE - LEFT - RIGHT)

    def y(self, accuracy: float) -> float:
        return TALL - BOTTOM - accuracy * (TALL - BOTTOM - TOP)


def chosen(curves: Sequence[Curve], model: str, task: str) -> list[tuple[str, Curve]]:
    """The curves that the picture shows, in its order, with their names there."""
    ours = [c for c in curves if c.model == model and c.task == task]
    found = {name: [c for c in ours if c.metric.partition(":")[0] == name] for name in NAMES}
    return [(label, found[name][0]) for name, label in NAMES.items() if found[name]]


def draw(shown: Sequence[tuple[str, Curve]], theme: Theme, title: str) -> str:
    """One picture as SVG text."""
    costs = [p.cost("tokens") for _, curve in shown for p in curve.points]
    known = [c for c in costs if c is not None]
    frame = Frame(min(known) / 1.15, max(known) * 1.15)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {TALL}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>text{{font:13px system-ui,sans-serif;fill:{theme.text}}}</style>",
    ]
    for i in range(0, 101, 20):
        y = frame.y(i / 100)
        out.append(f'<path d="M{LEFT},{y:.1f}H{WIDE - RIGHT}" stroke="{theme.faint}"/>')
        out.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{i}%</text>')
    for power in range(12):
        tokens = 8 * 2**power
        if frame.low <= tokens <= frame.high:
            place = f'x="{frame.x(tokens):.1f}" y="{TALL - BOTTOM + 18}"'
            out.append(f'<text {place} text-anchor="middle">{tokens}</text>')
    middle = (LEFT + WIDE - RIGHT) / 2
    out.append(
        f'<text x="{middle}" y="{TALL - 8}" text-anchor="middle">output tokens a problem</text>'
    )
    ends = []
    for (label, curve), colour in zip(shown, theme.lines, strict=False):
        places = _places(curve, frame)
        out += _line(places, colour, dashed=curve.oracle)
        ends.append((*places[-1][:2], label, colour))
    return "\n".join([*out, *_labels(ends), "</svg>", ""])


Place = tuple[float, float, float, float]
"""x, and y of the accuracy, of the interval's lower and of its upper end."""


def _places(curve: Curve, frame: Frame) -> list[Place]:
    return [
        (frame.x(cost), frame.y(a.value), frame.y(a.low), frame.y(a.high))
        for a, cost in ((p.accuracy, p.cost("tokens")) for p in curve.points)
        if cost is not None
    ]


def _line(places: Sequence[Place], colour: str, *, dashed: bool) -> list[str]:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    path = "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in places)
    out = [f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2.5"{dash}/>']
    for x, y, low, high in places:
        bar = f'stroke="{colour}" stroke-opacity=".45" stroke-width="2"'
        out.append(f'<path d="M{x:.1f},{low:.1f}V{high:.1f}" {bar}/>')
        out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>')
    return out


def _labels(ends: Sequence[tuple[float, float, str, str]]) -> list[str]:
    """Names behind the lines that reach the right edge, one under the other; or before the end."""
    out, free = [], 0.0
    for x, y, label, colour in sorted(ends, key=lambda end: end[1]):
        if x > WIDE - RIGHT - 60:
            at, anchor = max(y, free), "start"
            free, left = at + 17, x + 10
        else:
            at, anchor, left = y, "end", x - 10
        out.append(
            f'<text x="{left:.1f}" y="{at + 4:.1f}" text-anchor="{anchor}" style="fill:{colour}">'
            f"{escape(label)}</text>"
        )
    return out


def main() -> int:
    """Write both pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path)
    parser.add_argument("--task", default="arithmetic")
    parser.add_argument("--model", default="tiny-s")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    args = parser.parse_args()
    with open_store(args.database) as store:
        shown = chosen(load_curves(store), args.model, args.task)
    if not shown:
        print(f"{args.database} has no curve of {args.model} on {args.task}", file=sys.stderr)
        return 1
    title = f"{args.model} on {args.task}: accuracy over output tokens a problem, 95% intervals"
    for name, theme in THEMES.items():
        (args.out / f"curve-{name}.svg").write_text(draw(shown, theme, title), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
