"""Keys from a user's file of `NAME=value` lines, loaded into this process's environment.

They go nowhere else: not into the store, messages or sites.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, MutableMapping
from pathlib import Path

from harness.core.errors import UsageError

_LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*)")
_QUOTED = re.compile(r"""(?P<quote>['"])(?P<text>.*?)(?P=quote)\s*(?:#.*)?""")


def load_env_file(path: str | Path, environment: MutableMapping[str, str] = os.environ) -> None:
    """Load a file's variables into the environment; variables that are already set win.

    UsageError for an unreadable file or an invalid line; the message repeats no value.
    """
    for name, value in _read(Path(path)):
        environment.setdefault(name, value)


def _read(path: Path) -> Iterator[tuple[str, str]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UsageError(f"{path}: the file with keys cannot be read: {reason}") from None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        match = _LINE.fullmatch(text)
        if match is None:
            raise UsageError(f"{path}: line {number} is not of the form NAME=value")
        yield match["name"], _value(match["value"])


def _value(text: str) -> str:
    quoted = _QUOTED.fullmatch(text)
    if quoted is not None:
        return quoted["text"]
    return re.split(r"\s#", text, maxsplit=1)[0].strip()
