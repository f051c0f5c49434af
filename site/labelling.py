"""A page for labelling samples by hand: one file, no server, no external requests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from harness.core.hashing import content_hash
from harness.site.text import plain

_TEMPLATES = Path(__file__).parent / "templates"
_SHOWN = ("question", "gold", "response", "answer", "reason")


def label_page(rows: Sequence[Mapping[str, Any]], run: str) -> str:
    """The page for rows of `harness.to_label`; it saves labels in `import_labels`' format.

    Invisible characters are spelled out; the verdict is collapsed, so that it does not
    bias the labeller.
    """
    shown = [{**row, **{name: plain(row[name]) for name in _SHOWN}} for row in rows]
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    key = content_hash("labels", [[row["sample"], row["drawn"]] for row in rows])
    page: str = env.get_template("label.html").render(run=run, data=_data(shown), key=_data(key))
    return page


def _data(value: Any) -> Markup:
    """JSON that cannot end the script that contains it: `<` is written as an escape."""
    return Markup(json.dumps(value, ensure_ascii=True).replace("<", "\\u003c"))
