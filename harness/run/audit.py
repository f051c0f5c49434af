"""A second judge's opinions on the samples of a run, and importing human labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from harness.core import DataError, Status, UsageError, Verdict, VerifierSpec, registry
from harness.results.agreement import Label as Said
from harness.results.agreement import read_labels
from harness.results.audit import Opinions, Place
from harness.results.samples import iter_samples
from harness.results.views import SampleView
from harness.run.judge import Judge, Question
from harness.store import Store
from harness.store.labels import Drawn, Label, answered_problems, put_labels
from harness.verifiers.opinion import SecondOpinion
from harness.verifiers.pool import VerifierPool

_AT_ONCE = 500
"""Number of samples held in memory at once."""
_SILENT = (Status.UNGRADED, Status.UNPARSED)
"""Verdicts of a second judge that are not opinions: it could not decide, or read no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """The result of importing labels; `unsure` ones are stored, `open` ones had no label."""

    stored: int
    unsure: int
    open: int

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {"stored": self.stored, "unsure": self.unsure, "open": self.open}


def verifier_opinions(store: Store, run: str, verifier: str) -> Opinions:
    """Another registered verifier's opinion on each answer of a run.

    UsageError if it is not installed; UnknownNameError if there is none of that name.
    """
    registry.make("verifiers", verifier)  # says what is missing
    spec = VerifierSpec(verifier)
    found: dict[Place, bool | None] = {}
    with VerifierPool() as pool:
        for part in _parts(iter_samples(store, run)):
            verdicts = [
                pool.submit(spec, view.response, view.problem, truncated=view.finish == "length")
                for view in part
            ]
            for view, verdict in zip(part, verdicts, strict=True):
                found[view.problem.digest(), view.id] = _opinion(verdict.result())
    return found


def model_opinions(store: Store, run: str, judge: Judge) -> Opinions:
    """A model's opinion on each answer of a run, stored with its calls in the run's ledger.

    Raises the backend's errors and LimitReached; replies received until then are kept.
    """
    asked = SecondOpinion()
    places: list[Place] = []
    questions: list[Question] = []
    for view in iter_samples(store, run):
        if not view.id or view.verdict is None:
            continue
        question = Question(
            payer=run,
            spec=VerifierSpec(asked.name),
            verifier=asked,
            response=view.response,
            problem=view.problem,
            rules=view.verdict,
        )
        if question.prompt(0) is not None:
            places.append((view.problem.digest(), view.id))
            questions.append(question)
    with VerifierPool(1) as pool:
        verdicts = judge.verdicts(store, pool, questions)
    return {place: _opinion(verdict) for place, verdict in zip(places, verdicts, strict=True)}


def import_labels(store: Store, path: Path, author: str) -> Labelled:
    """Store the labels of a file, by `author` unless a line names another.

    A newer label by the same author replaces the older one. DataError for a line that cannot be
    parsed or names no answer in the database; nothing is stored then.
    """
    everything = read_labels(path)
    lines = [said for said in everything if said.said is not None or said.unsure]
    if not lines:
        raise UsageError(f'{path}: no line has a label yet (true, false or "unsure")')
    known = answered_problems(store, [said.id for said in lines if said.id is not None])
    labels = [label for said in lines for label in _labels(said, known, author, path)]
    put_labels(store, labels)
    return Labelled(
        stored=len(labels),
        unsure=sum(label.status is Status.UNGRADED for label in labels),
        open=len(everything) - len(lines),
    )


def _labels(said: Said, known: dict[str, list[str]], author: str, path: Path) -> Iterator[Label]:
    if said.id is None:
        raise DataError(f'{path}, line {said.line}: name the sample by its id, "sample"')
    problems = known.get(said.id, [])
    if said.digest is not None:
        problems = [one for one in problems if one == said.digest]
    if not problems:
        raise DataError(
            f"{path}, line {said.line}: no answer {said.id} in this database: labels belong to the "
            "database from which the samples were listed"
        )
    for problem in problems:
        yield Label(
            sample=said.id,
            problem=problem,
            author=said.author or author,
            status=_status(said.said),
            note=said.note,
            drawn=None if said.drawn is None else Drawn(**said.drawn),
        )


def _status(said: Status | bool | None) -> Status:
    if said is None:
        return Status.UNGRADED  # unsure
    if isinstance(said, bool):
        return Status.CORRECT if said else Status.WRONG
    return said


def _opinion(verdict: Verdict) -> bool | None:
    return None if verdict.status in _SILENT else verdict.status is Status.CORRECT


def _parts(views: Iterable[SampleView]) -> Iterator[list[SampleView]]:
    answers = (view for view in views if view.id and view.verdict is not None)
    while part := list(islice(answers, _AT_ONCE)):
        yield part
