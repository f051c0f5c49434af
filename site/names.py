"""Names of files and folders: safe on every file system, the same in every build."""

from __future__ import annotations

import re

from harness.core.hashing import content_hash

_SAFE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def slug(name: str) -> str:
    """A name unchanged if it is safe; else its safe part, with a hash of the whole."""
    if _SAFE.fullmatch(name):
        return name
    kept = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:48]
    return f"{kept or 'x'}-{content_hash('name', name)[:6]}"


def run_folder(run: str) -> str:
    """The folder of a run: its id, if that is a safe name."""
    return run if _RUN.fullmatch(run) else content_hash(run)
