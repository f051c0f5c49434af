"""A model's card: a picture for social networks, which show no SVG. Needs Pillow."""

from __future__ import annotations

import importlib
import io
from collections.abc import Sequence
from typing import Any

from harness.core.counting import counted
from harness.site.groups import Row
from harness.site.numbers import count, interval, percent

WIDTH, HEIGHT = 1200, 630
"""As the networks ask for."""
MOST = 4
"""Tasks of a card."""

_PAPER, _INK, _MUTED, _LINE, _BAND = "#fcfcfa", "#16181d", "#565d6b", "#e6e6e2", "#b8c2ee"
_EDGE, _TOP, _STEP = 72, 262, 76
_BAR = (560, 900)  # from 0% to 100%


def can_draw() -> bool:
    """Whether Pillow is installed."""
    try:
        importlib.import_module("PIL.ImageFont")
    except ImportError:
        return False
    return True


def card(model: str, board: str, rows: Sequence[tuple[str, Row]], accent: str) -> bytes:
    """A PNG of a model's best budget on each task, `rows` (task, row); the same input gives the
    same bytes by one version of Pillow."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 10), fill=accent)
    draw.text((_EDGE, 56), _latin(board)[:70], _MUTED, _font(28))
    name = _latin(model)
    draw.text((_EDGE, 104), name[:60], _INK, _fitting(draw, name[:60]))
    draw.text((_EDGE, 196), "best budget on each task, 95% intervals", _MUTED, _font(26))
    for i, (task, row) in enumerate(rows[:MOST]):
        _task(draw, _TOP + i * _STEP, task, row, accent)
    if len(rows) > MOST:
        more = f"and {counted(len(rows) - MOST, 'more task')}"
        draw.text((_EDGE, _TOP + MOST * _STEP), more, _MUTED, _font(24))
    out = io.BytesIO()
    image.quantize(64, method=Image.Quantize.FASTOCTREE).save(out, "PNG")
    return out.getvalue()


def _task(draw: Any, top: int, task: str, row: Row, accent: str) -> None:
    figure = row.accuracy
    assert figure is not None  # ranked rows have one
    low, high = _BAR
    draw.text((_EDGE, top), _latin(task)[:26], _INK, _font(32))
    cost = f"{_latin(row.report.budget)[:28]}, {count(row.tokens)} tokens"
    draw.text((_EDGE, top + 38), cost, _MUTED, _font(20))
    middle = top + 28

    def at(share: float) -> float:
        return low + share * (high - low)

    draw.line((low, middle, high, middle), _LINE, 3)
    draw.rounded_rectangle((at(figure.low), middle - 9, at(figure.high), middle + 9), 6, _BAND)
    x = at(figure.value)
    draw.ellipse((x - 11, middle - 11, x + 11, middle + 11), accent, _PAPER, 3)
    draw.text((930, top + 4), percent(figure.value), _INK, _font(36))
    draw.text((1060, top + 16), interval(figure), _MUTED, _font(22))


def _fitting(draw: Any, text: str) -> Any:
    """The largest font in which a name fits the card."""
    for size in (72, 60, 50, 42, 34):
        font = _font(size)
        if draw.textlength(text, font) <= WIDTH - 2 * _EDGE:
            return font
    return _font(28)


def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _latin(text: str) -> str:
    """The characters of Pillow's own font; any other becomes a dot."""
    known = (" " <= c <= "~" or "\xa1" <= c <= "\xff" or c in "–…" for c in text)
    return "".join(c if has else "·" for c, has in zip(text, known, strict=True))
