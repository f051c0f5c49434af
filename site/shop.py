"""Shared state of the page builders: the board's texts, templates, runs, and the output folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from harness.site.board_text import BoardText
from harness.site.crew import Setup
from harness.site.folder import Files, Pile
from harness.site.privacy import Guard
from harness.site.render import Renderer
from harness.site.source import Source


class Writes(Protocol):
    """A folder, or a pile of files for one."""

    def write(self, unit: str, path: str, body: str | bytes) -> None:
        """Write one file of a unit."""
        ...


@dataclass(slots=True)
class Shop:
    """The shared state for building pages."""

    board: BoardText
    renderer: Renderer
    source: Source
    files: Writes
    setup: Setup | None = None  # of a worker

    @classmethod
    @contextmanager
    def of(cls, setup: Setup) -> Iterator[Shop]:
        """A worker's: it opens the store by itself."""
        guard = None if setup.allow_secrets else Guard()
        with setup.recipe.open() as source:
            yield cls(
                board=setup.board,
                renderer=Renderer(setup.board, live=setup.live),
                source=source,
                files=Pile(setup.out, guard, {}),
                setup=setup,
            )

    def pile(self, known: Files) -> Pile:
        """A new pile of a worker, for the files of a unit; they are written to it from now on."""
        assert self.setup is not None
        guard = None if self.setup.allow_secrets else Guard()
        self.files = pile = Pile(self.setup.out, guard, known)
        return pile

    def page(self, unit: str, path: str, template: str, **values: Any) -> None:
        """Render a page and write it."""
        self.files.write(unit, path, self.renderer.page(path, template, **values))
