"""Known errors of published data, from `known_faults/`: reported with the score, not fixed."""

from __future__ import annotations

import functools
import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from itertools import groupby
from pathlib import Path
from typing import Any

from harness.core import DataError, Estimate, Problem, Scored
from harness.core.counting import counted
from harness.tasks._metrics import by_factor

FAULTS_EXCLUDED = {"faults": "excluded"}
"""The option that names a task of which problems with known faults were left out."""

FOLDER = Path(__file__).with_name("known_faults")

KINDS = {"gold": "a wrong answer", "question": "an ambiguous or badly posed question"}
"""What may be wrong with a published problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A problem with a known fault; `question` is the fingerprint of its question.

    `published` and `right` are empty where the source names none; `part` is the part of the data
    set that has the row, as its tasks' names have it, if there are several.
    """

    kind: str = "gold"
    part: str = ""
    question: str
    row: int
    published: str = ""
    right: str = ""
    reason: str
    source: str

    @property
    def said(self) -> str:
        """What is wrong, as a clause."""
        if not self.published:
            return self.reason + (f" ({self.right})" if self.right else "")
        return f"gold {self.published}, where {self.right} is right: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Another known fact about a data set."""

    text: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of one data set; `tasks` are the tasks that ask it (patterns)."""

    tasks: tuple[str, ...]
    faults: Mapping[str, Fault] = field(default_factory=dict)  # by fingerprint
    notes: tuple[Note, ...] = ()


@functools.cache
def _read() -> tuple[Known, ...]:
    return tuple(_known(file) for file in sorted(FOLDER.glob("*.toml")))


def _known(file: Path) -> Known:
    raw = tomllib.loads(file.read_text("utf-8"))
    found = [Fault(**one) for one in raw.get("fault", ())]
    found += [fault for one in raw.get("list", ()) for fault in _listed(**one)]
    by_mark = {fault.question: fault for fault in found}
    if len(by_mark) < len(found) or not {fault.kind for fault in found} <= KINDS.keys():
        raise DataError(f"{file.name}: a question is listed twice, or a kind is unknown")
    notes = tuple(Note(**one) for one in raw.get("note", ()))
    return Known(tasks=tuple(raw["tasks"]), faults=by_mark, notes=notes)


def _listed(kind: str, reason: str, source: str, rows: str) -> Iterator[Fault]:
    """Faults that share their reason: each line is `[PART/]ROW FINGERPRINT [RIGHT]`."""
    for line in filter(None, rows.split("\n")):
        place, question, *right = line.split(maxsplit=2)
        part, _, row = place.rpartition("/")
        yield Fault(
            kind=kind, part=part, question=question, row=int(row), right=" ".join(right),
            reason=reason, source=source,
        )  # fmt: skip


def _of(task: str) -> Iterator[Known]:
    return (one for one in _read() if any(fnmatchcase(task, name) for name in one.tasks))


def faults(task: str) -> Sequence[Fault]:
    """The known faults of a task's data."""
    return [fault for one in _of(task) for fault in one.faults.values() if fault.part in task]


def notes(task: str) -> Sequence[Note]:
    """Other known facts about them."""
    return [note for known in _of(task) for note in known.notes]


def fingerprint(question: str, choices: Sequence[str] = ()) -> str:
    """The 16 digits by which an entry identifies a question, or a question with its choices.

    Choices are compared without regard to white space, which copies of a data set change.
    """
    words = [" ".join(text.split()) for text in (question, *choices)] if choices else [question]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


def _marks(problem: Problem) -> Iterator[str]:
    """A problem's fingerprints: of its question, and of its data row where it carries that."""
    yield fingerprint(problem.question)
    row = problem.meta.get("doc")
    if isinstance(row, Mapping) and isinstance(asked := row.get("question"), str):
        yield fingerprint(asked)
        choices = row.get("choices")
        if isinstance(choices, Sequence) and all(isinstance(one, str) for one in choices):
            yield fingerprint(asked, choices)


def fault_of(task: str, problem: Problem) -> Fault | None:
    """What is wrong with a problem of a task; None if nothing is known."""
    known = [one.faults for one in _of(task) if one.faults]
    if not known:
        return None
    return next((by[mark] for mark in _marks(problem) for by in known if mark in by), None)


def split(task: str, problems: Sequence[Problem]) -> tuple[Sequence[Problem], Mapping[str, int]]:
    """The problems without known faults, in their order, and how many have which kind of fault."""
    if not any(one.faults for one in _of(task)):
        return problems, {}
    found = [fault_of(task, problem) for problem in problems]
    kinds = Counter(fault.kind for fault in found if fault is not None)
    return [one for one, fault in zip(problems, found, strict=True) if fault is None], kinds


def told(kinds: Mapping[str, int]) -> str:
    """How many faults of which kind, for a message."""
    return ", ".join(f"{kinds[kind]:,} with {text}" for kind, text in KINDS.items() if kinds[kind])


def sound_figure(task: str, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
    """The accuracy without problems with known faults; nothing where there is none.

    `gold=undisputed` leaves out those with wrong answers, `data=undisputed` all of them.
    """
    if not any(one.faults for one in _of(task)):
        return {}
    known = [fault_of(task, one.problem) for one in scored]
    pairs = list(zip(scored, known, strict=True))
    gold = [one for one, fault in pairs if fault is None or fault.kind != "gold"]
    sound = [one for one, fault in pairs if fault is None]
    figures: dict[str, Estimate] = {}
    if gold and len(gold) < len(scored):
        figures |= by_factor(gold, "gold", lambda _: "undisputed")
    if sound and len(sound) < len(gold):
        figures |= by_factor(sound, "data", lambda _: "undisputed")
    return figures


def to_json(task: str) -> dict[str, Any]:
    """Everything that is known about a task's data."""
    return {"faults": [asdict(f) for f in faults(task)], "notes": [asdict(n) for n in notes(task)]}


def lines(task: str) -> list[str]:
    """The same as text lines; faults of one list share a line."""
    found = []
    for (reason, source), group in groupby(faults(task), lambda one: (one.reason, one.source)):
        listed = list(group)
        if listed[0].published:
            found += [f"- row {one.row}: {one.said} (by {source})" for one in listed]
            continue
        rows = ", ".join(f"{f.row} ({f.right})" if f.right else str(f.row) for f in listed)
        found.append(f"- {counted(len(listed), 'row')}: {reason} (by {source}): {rows}")
    found += [f"- {note.text} (by {note.source})" for note in notes(task)]
    return ["Known of the published data, which are scored as they are:", *found] if found else []
