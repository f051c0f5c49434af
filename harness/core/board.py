"""What a leaderboard says of itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardText:
    """The title of a site's pages, and the text above its table.

    `text` is plain text: a blank line parts paragraphs, everything else is shown as it is written.
    """

    title: str = "Leaderboard"
    text: str = ""
