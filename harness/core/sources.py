"""Which files a plugin's code consists of: its own file, and its own files that it imports.

They are found from import statements anywhere in a file; other ways of importing are not tracked.
"Own" are the modules of the same package, or, for a file outside any package, those next to it.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

MOST_FILES = 200
"""At most this many own files are included, the nearest (by imports) first."""

_SHARED = frozenset({"site-packages", "dist-packages"})  # neighbours there are unrelated packages


def own_files(file: Path) -> tuple[Path, ...]:
    """The file first, then the others that it imports, directly or indirectly."""
    first = file.resolve()
    root, package = _home(first)
    found = {first: None}
    waiting = [first]
    while waiting:
        now = waiting.pop(0)
        for other in sorted(_imported(now, root, package)):
            if other not in found and len(found) < MOST_FILES:
                found[other] = None
                waiting.append(other)
    return tuple(found)


def _home(file: Path) -> tuple[Path, str | None]:
    """The folder in which absolute imports of own modules are found, and the package name."""
    folder, package = file.parent, None
    while (folder / "__init__.py").is_file() and folder != folder.parent:
        folder, package = folder.parent, folder.name
    return folder, package


def _imported(file: Path, root: Path, package: str | None) -> Iterator[Path]:
    try:
        statements = _statements(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    for name, level in statements:
        if level:
            yield from _along(name, file.parents[level - 1])
        else:
            yield from _absolute(name, root, package)


@functools.lru_cache(maxsize=MOST_FILES)
def _statements(code: bytes) -> tuple[tuple[str, int], ...]:
    """What a file's import statements name, and how many folders up; 0 is an absolute import."""
    found: dict[tuple[str, int], None] = {}
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {(alias.name, 0): None for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = f"{node.module}." if node.module else ""
            found |= {(start + alias.name, node.level): None for alias in node.names}
    return tuple(found)


def _absolute(name: str, root: Path, package: str | None) -> Iterator[Path]:
    top = name.partition(".")[0]
    own = top == package if package else root.name not in _SHARED
    if own and top != "harness":
        yield from _along(name, root)


def _along(name: str, folder: Path) -> Iterator[Path]:
    """The files that importing a dotted name runs, as far as they exist."""
    for part in name.split("."):
        folder = folder / part
        for file in (folder.with_name(f"{part}.py"), folder / "__init__.py"):
            if file.is_file():
                yield file.resolve()
