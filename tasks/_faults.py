"""Known errors in published data, from `known_faults.toml`: reported with the score, not fixed."""

from __future__ import annotations

import functools
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.core import Estimate, Problem, Scored
from harness.tasks._metrics import by_factor

FAULTS_EXCLUDED = {"faults": "excluded"}
"""The option that names a task of which problems with known faults were left out."""

FILE = Path(__file__).with_name("known_faults.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A problem whose published gold is wrong; `question` is the fingerprint of its question."""

    task: str
    question: str
    row: int
    published: str
    right: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Other known facts about a task's data."""

    task: str
    text: str
    source: str


@functools.cache
def _read() -> tuple[tuple[Fault, ...], tuple[Note, ...]]:
    raw = tomllib.loads(FILE.read_text("utf-8"))
    return tuple(Fault(**f) for f in raw["fault"]), tuple(Note(**n) for n in raw["note"])


def faults(task: str) -> Sequence[Fault]:
    """The wrong golds of a task's data."""
    return [fault for fault in _read()[0] if fault.task == task]


def notes(task: str) -> Sequence[Note]:
    """Other known facts about them."""
    return [note for note in _read()[1] if note.task == task]


def fingerprint(question: str) -> str:
    """The 16 digits by which an entry identifies a question."""
    return hashlib.sha256(question.encode()).hexdigest()[:16]


def fault_of(task: str, question: str) -> Fault | None:
    """What is wrong with the gold of a question; None if nothing is known."""
    known = faults(task)
    mark = fingerprint(question) if known else ""
    return next((fault for fault in known if fault.question == mark), None)


def undisputed(task: str, scored: Sequence[Scored]) -> Sequence[Scored]:
    """The ones whose golds are not known to be wrong."""
    return [one for one in scored if fault_of(task, one.problem.question) is None]


def without_faults(task: str, problems: Sequence[Problem]) -> Sequence[Problem]:
    """The problems whose golds are not known to be wrong, in their order."""
    return [one for one in problems if fault_of(task, one.question) is None]


def sound_figure(task: str, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
    """The accuracy without those whose golds are known to be wrong; nothing where none is."""
    sound = undisputed(task, scored)
    if not sound or len(sound) == len(scored):
        return {}
    return by_factor(sound, "gold", lambda _: "undisputed")


def to_json(task: str) -> dict[str, Any]:
    """Everything that is known about a task's data."""
    return {"faults": [asdict(f) for f in faults(task)], "notes": [asdict(n) for n in notes(task)]}


def lines(task: str) -> list[str]:
    """The same as text lines."""
    found = [
        f"- row {f.row}: gold {f.published}, where {f.right} is right: {f.reason} (by {f.source})"
        for f in faults(task)
    ]
    found += [f"- {note.text} (by {note.source})" for note in notes(task)]
    return ["Known of the published data, which are scored as they are:", *found] if found else []
