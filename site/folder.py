"""The folder that a site is written to: which files are ours, kept, or removed.

A site is made of units (a run with its transcripts, the problems of a task …), each with a key: a
hash of everything its files depend on. A unit with the same key as in the last build is not
rebuilt. Files that the last build wrote and this one does not are removed, and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.core import UsageError
from harness.site.privacy import Guard

GENERATOR = "harness site"
STATE = ".harness-site.json"
MARK = "leaderboard.json"
PART = ".part"
"""The end of a file's name while it is written; what an interrupted build leaves is removed."""
RELEASES = "releases"
"""A folder that a new site may find in its place: frozen copies of older ones."""
_BEFORE = ("index.html", "guide.html", "leaderboard.json", "runs/*/*.html", "runs/*/run.json")
"""What versions wrote that kept no list of their files."""

Fact = tuple[str, int]
"""SHA-256 and size of a file."""
Files = dict[str, Fact]


class Pile:
    """Files of one unit, written outside the folder's own process; see `Folder.adopt`.

    `known` are those of the last build.
    """

    def __init__(self, out: Path, guard: Guard | None, known: Mapping[str, Fact]) -> None:
        self.out, self._guard, self._known = out, guard, known
        self.files: Files = {}
        self.written: list[str] = []

    def write(self, _unit: str, path: str, body: str | bytes) -> None:
        """Write one file, unless it already exists unchanged."""
        data, fact = _checked(self._guard, path, body)
        self.files[path] = fact
        if self._known.get(path) != fact or not _stand(self.out, {path: fact}):
            _write(self.out / path, data)
            self.written.append(path)


class Folder:
    """One build into `out`; `finish` removes stale files and writes the record of the build.

    Raises UsageError if `out` is a file, or is not empty and not a site of ours. `fresh`: every
    unit is rebuilt.
    """

    def __init__(self, out: Path, guard: Guard | None, *, fresh: bool = False) -> None:
        self.out, self._guard, self._fresh = out, guard, fresh
        self._old: dict[str, tuple[str, Files]] = self._load()
        self._new: dict[str, tuple[str, Files]] = {}
        self._known = {
            path: fact for _, files in self._old.values() for path, fact in files.items()
        }
        self._begun = False
        self.made: list[str] = []
        self.written: list[str] = []

    def _load(self) -> dict[str, tuple[str, Files]]:
        out = self.out
        if out.exists() and not out.is_dir():
            raise UsageError(f"{out} is a file: name a folder for the site")
        if not out.is_dir() or not any(p.name != RELEASES for p in out.iterdir()):
            out.mkdir(parents=True, exist_ok=True)
            return {}
        state = _json(out / STATE)
        if state.get("generator") == GENERATOR:
            units = {
                name: (unit["key"], {path: (sha, size) for path, sha, size in unit["files"]})
                for name, unit in state["units"].items()
            }
            if state["complete"]:
                return units
            for part in out.rglob(f"*{PART}"):
                part.unlink()
            return {name: (key, _found(out, files)) for name, (key, files) in units.items()}
        if _json(out / MARK).get("generator") != GENERATOR:
            raise UsageError(f"{out} is not empty and holds no site: name another folder")
        for path in {path for pattern in _BEFORE for path in out.glob(pattern)}:
            path.unlink()
        return {}

    def always(self, name: str) -> None:
        """Begin a unit whose files are rebuilt every time."""
        self._new[name] = ("", {})

    def kept(self, name: str, key: str) -> bool:
        """Begin a unit; True if its files are up to date, so that there is nothing to build."""
        old_key, files = self._old.get(name, ("", {}))
        if old_key == key and not self._fresh and self._stand(files):
            self._new[name] = (key, dict(files))
            return True
        self._new[name] = (key, {})
        self.made.append(name)
        return False

    def _stand(self, files: Files) -> bool:
        return _stand(self.out, files)

    def write(self, unit: str, path: str, body: str | bytes) -> None:
        """Write one file of a unit, unless it already exists unchanged."""
        data, fact = _checked(self._guard, path, body)
        self._new[unit][1][path] = fact
        if self._known.get(path) == fact and self._stand({path: fact}):
            return
        self._begin()
        _write(self.out / path, data)
        self.written.append(path)

    def lend(self, unit: str) -> Files:
        """The existing files of a unit, before another process writes it."""
        self._begin()
        return dict(self._old.get(unit, ("", {}))[1])

    def adopt(self, unit: str, files: Files, written: Iterable[str]) -> None:
        """Take over the files of a unit that another process has written."""
        self._new[unit][1].update(files)
        self.written += written

    def read(self, path: str) -> Any:
        """A JSON file of this site, or None if it is not as it was written."""
        try:
            return json.loads((self.out / path).read_bytes())
        except (OSError, ValueError):
            return None

    def facts(self) -> Iterator[tuple[str, str, int]]:
        """Path, SHA-256 and size of all files so far."""
        for _, files in self._new.values():
            for path, (sha, size) in files.items():
                yield path, sha, size

    def _begin(self) -> None:
        """Before the first change: should the build break off, the next one trusts no size."""
        if not self._begun:
            self._begun = True
            self._save(self._old, complete=False)

    def _save(self, units: dict[str, tuple[str, Files]], *, complete: bool) -> None:
        state = {
            "generator": GENERATOR,
            "complete": complete,
            "units": {
                name: {"key": key, "files": [[p, *fact] for p, fact in sorted(files.items())]}
                for name, (key, files) in sorted(units.items())
            },
        }
        (self.out / STATE).write_text(json.dumps(state, indent=0) + "\n", encoding="utf-8")

    def finish(self) -> None:
        """Remove the files of the last build that this one has not; write the list of files."""
        stay = {path for path, _, _ in self.facts()}
        for path in sorted(self._known.keys() - stay):
            self._begin()
            with contextlib.suppress(OSError):
                (self.out / path).unlink()
            self._prune((self.out / path).parent)
        if self._begun or self._new != self._old:
            self._save(self._new, complete=True)

    def _prune(self, folder: Path) -> None:
        """Remove folders that are empty now."""
        while folder != self.out and folder.is_dir():
            try:
                folder.rmdir()
            except OSError:  # it holds something
                return
            folder = folder.parent


def _checked(guard: Guard | None, path: str, body: str | bytes) -> tuple[bytes, Fact]:
    """A file's bytes and its fact; UsageError if the guard finds a secret."""
    if guard is not None and isinstance(body, str):
        guard.check(path, body)
    data = body.encode("utf-8", "replace") if isinstance(body, str) else body
    return data, (hashlib.sha256(data).hexdigest(), len(data))


def _write(file: Path, data: bytes) -> None:
    """Write a file whole: who reads it meanwhile, a browser say, finds the old one."""
    part = file.with_name(f"{file.name}{PART}")
    try:
        part.write_bytes(data)
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
    part.replace(file)


def _stand(out: Path, files: Files) -> bool:
    try:
        return all((out / path).stat().st_size == size for path, (_, size) in files.items())
    except OSError:
        return False


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _found(out: Path, files: Files) -> Files:
    """Files that an interrupted build may have changed, as they are now: others are rebuilt."""
    found: Files = {}
    for path, (sha, size) in files.items():
        try:
            same = hashlib.sha256((out / path).read_bytes()).hexdigest() == sha
        except OSError:
            same = False
        found[path] = (sha, size if same else -1)
    return found
