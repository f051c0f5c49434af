"""A board's own settings: its title, texts, colours, and what it withholds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.core import UsageError

LANGUAGES = ("en", "zh")
COLOURS = ("accent", "accent-dark")
LOGOS = (".svg", ".png", ".webp")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardText:
    """A board's own texts and settings.

    `lead` is shown under the title, and `text` (blank lines separate paragraphs) below it.
    `report` is the link of "report a wrong verdict", in which {run}, {problem} and {sample} are
    replaced. `url` is the address of the published site: feeds and embeds need it. `colours` are
    "accent" and "accent-dark", as #rrggbb. For `protected` tasks (by name), gold answers and lures
    are not published. `sql_js` is the file sql-wasm-inline.js of the npm package sql.js, which
    enables a page to query the tables. Raises UsageError for invalid values.
    """

    title: str = "Reasoning leaderboard"
    lead: str = ""
    text: str = ""
    licence: str = ""
    contact: str = ""
    logo: Path | None = None
    report: str = ""
    url: str = ""
    language: str = "en"
    colours: Mapping[str, str] = field(default_factory=dict)
    protected: tuple[str, ...] = ()
    sql_js: Path | None = None

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise UsageError(f"language {self.language!r}: one of {', '.join(LANGUAGES)}")
        for name, colour in self.colours.items():
            if name not in COLOURS or not _COLOUR.fullmatch(colour):
                raise UsageError(
                    f"colour {name} = {colour!r}: write accent or accent-dark, as #2b46c9"
                )
        if self.logo is not None and self.logo.suffix.lower() not in LOGOS:
            raise UsageError(f"logo {self.logo}: one of {', '.join(LOGOS)}")
        if self.sql_js is not None and not self.sql_js.is_file():
            raise UsageError(
                f"sql_js {self.sql_js}: there is no such file (npm install sql.js; then it is "
                "node_modules/sql.js/dist/sql-wasm-inline.js)"
            )
        for name in ("report", "url"):
            address = getattr(self, name)
            if address and not address.startswith(("https://", "http://", "mailto:")):
                raise UsageError(f"{name} {address!r}: an address that begins with https://")

    def report_link(self, run: str, problem: str, sample: str) -> str:
        """The address for reporting a verdict; empty if the board has none."""
        from urllib.parse import quote

        out = self.report
        for name, value in (("run", run), ("problem", problem), ("sample", sample)):
            out = out.replace("{" + name + "}", quote(value, safe=""))
        return out

    def protects(self, task: str) -> bool:
        """Whether a task's golds are withheld, by its name with or without options."""
        return task in self.protected or task.partition(":")[0] in self.protected
