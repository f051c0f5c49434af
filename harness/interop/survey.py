"""The first reading of a file of outputs: what it holds of each model, and what cannot be taken.

The texts are not kept: they are read a second time when they are graded and stored, so that a file
may be larger than the memory.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from harness.core import Finish
from harness.core.counting import counted as tally
from harness.interop.imported import Prompts, sample_of
from harness.interop.jsonl import ImportedRow, Reading
from harness.store import Store
from harness.store.records import digest_of
from harness.store.samples import find_digests

WINDOW = 2000
"""Texts that are held at once."""


@dataclass(slots=True)
class OfModel:
    """What a file holds of one model; `counts` has the texts by problem (its id)."""

    counts: Counter[str] = field(default_factory=Counter)
    tokens_known: int = 0
    cut: int = 0
    scored: int = 0

    @property
    def texts(self) -> int:
        """All that can be taken."""
        return self.counts.total()


@dataclass(slots=True)
class Survey:
    """What a file holds. `rows` of it say a sample, `known` ones what is stored, or stands above.

    `left` are the places, among the file's `places` rows, of those that are not to be stored.
    """

    models: dict[str, OfModel] = field(default_factory=dict)
    rows: int = 0
    known: int = 0
    places: int = 0
    left: set[int] = field(default_factory=set)


def windows(rows: Iterable[ImportedRow]) -> Iterator[list[ImportedRow]]:
    """The rows, so many at a time as are held at once."""
    rows = iter(rows)
    while window := list(itertools.islice(rows, WINDOW)):
        yield window


def survey(store: Store, prompts: Prompts, rows: Iterable[ImportedRow], reading: Reading) -> Survey:
    """Read all rows once. Those whose sample is stored, or stands above, with another text are
    noted as bad; of those that say the same sample the first is taken."""
    found, digests = Survey(), dict[str, str]()
    places = itertools.count()
    for window in windows(rows):
        samples = [sample_of(row, prompts.asked(row)) for row in window]
        stored = find_digests(store, [sample.id for sample in samples])
        for row, sample, place in zip(window, samples, places, strict=False):
            digest, again = digest_of(sample), sample.id in digests
            if digests.setdefault(sample.id, stored.get(sample.id, digest)) != digest:
                reading.bad.append((row.line, _other_text(row)))
                found.left.add(place)
                continue
            found.rows += 1
            found.known += again or sample.id in stored
            if again:
                found.left.add(place)
            else:
                _count(found.models.setdefault(row.model, OfModel()), row)
        found.places += len(window)
    reading.bad.sort()
    return found


def _other_text(row: ImportedRow) -> str:
    return (
        f"sample {row.sample} of problem {row.problem.id} by {row.model} is there already "
        "with another text: number the rows with `sample`, or use another model name"
    )


def _count(of: OfModel, row: ImportedRow) -> None:
    of.counts[row.problem.id] += 1
    of.tokens_known += row.output_tokens is not None
    of.cut += row.finish is Finish.LENGTH
    of.scored += row.reward is not None


def taken(rows: Iterable[ImportedRow], found: Survey) -> Iterator[ImportedRow]:
    """Of a second reading the rows that are to be stored; what was written meanwhile is not."""
    known = itertools.islice(rows, found.places)
    return (row for place, row in enumerate(known) if place not in found.left)


def notes(reading: Reading, models: Mapping[str, OfModel]) -> list[str]:
    """How the file was interpreted, in numbers."""
    counted = reading.taken
    found_by = ", ".join(
        f"{counted[f'by {how}']} by {how}"
        for how in ("id", "row index", "question")
        if counted[f"by {how}"]
    )
    texts = sum(of.texts for of in models.values())
    out = [f"{tally(counted['lines'], 'line')}, {tally(texts, 'text')}; problems found: {found_by}"]
    out += [
        f"{name}: {tally(of.texts, 'sample')} of {tally(len(of.counts), 'problem')}, output tokens "
        f"known of {of.tokens_known}, {of.cut} cut by a limit"
        for name, of in models.items()
    ]
    if counted["failed generations"]:
        out.append(
            f"{tally(counted['failed generations'], 'failed generation')} (null or empty): "
            "samples without text, graded as such"
        )
    if counted["further filters"]:
        out.append(
            f"{tally(counted['further filters'], 'line')} of further filters left out: their "
            "responses are those of the first, and our verifier reads them in full"
        )
    return out
