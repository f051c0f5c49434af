"""How verdicts agree with labels that people gave by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.core import DataError, Estimate, Status
from harness.results.display import Listing, Row
from harness.results.views import SampleView
from harness.stats.agreement import cohen_kappa


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a person says of one sample: its status, or only whether it is correct.

    The sample is named by its `id`, or by `problem` and `index`.
    """

    said: Status | bool
    id: str | None = None
    problem: str | None = None
    index: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The verdicts of one run against labels; `kappa` is None where it is undefined.

    `labelled` samples have a label and a verdict; `ungraded` ones have a label and no verdict, and
    count as disagreement.
    """

    run: str
    verifier: str
    labelled: int
    ungraded: int
    agreeing: int
    kappa: Estimate | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        kappa = None if self.kappa is None else self.kappa.to_json()
        names = ("run", "verifier", "labelled", "ungraded", "agreeing")
        return {name: getattr(self, name) for name in names} | {"kappa": kappa}

    def __str__(self) -> str:
        share = f"{self.agreeing} of {self.labelled} labels"
        if self.kappa is None:
            return f"{self.verifier} agrees with {share}; kappa is undefined: all labels are alike"
        k = self.kappa
        return (
            f"{self.verifier} agrees with {share}: "
            f"Cohen's kappa {k.value:.2f} [{k.low:.2f}, {k.high:.2f}]"
        )


class Agreements(Listing[Agreement]):
    """Agreements of several runs with labels."""

    __slots__ = ()

    def rows(self) -> Sequence[Row]:
        """Counts, and kappa with its interval."""
        return [
            {
                "run": one.run[:12],
                "verifier": one.verifier,
                "labelled": one.labelled,
                "agreeing": one.agreeing,
                "kappa": None if one.kappa is None else one.kappa.value,
                "low": None if one.kappa is None else one.kappa.low,
                "high": None if one.kappa is None else one.kappa.high,
            }
            for one in self
        ]


def read_labels(path: Path) -> list[Label]:
    """Labels from a JSONL file: `{"id": SAMPLE, "status": "correct"}` or `"correct": false` a line.

    `{"problem": ID, "index": 0, ...}` names a sample too. Raises DataError with the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"labels {path}: {error}") from error
    labels = [_label(line, f"{path}, line {n}") for n, line in enumerate(lines, 1) if line.strip()]
    if not labels:
        raise DataError(f"labels {path}: no label in it")
    return labels


def _label(line: str, where: str) -> Label:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise DataError(f"{where}: not JSON: {error}") from error
    if not isinstance(row, Mapping) or not ("id" in row or "problem" in row):
        raise DataError(f'{where}: write {{"id": SAMPLE, "status": "correct"}}, as `harness show '
                        '--samples RUN --json` names samples')  # fmt: skip
    return Label(
        said=_said(row, where),
        id=str(row["id"]) if "id" in row else None,
        problem=None if "id" in row else str(row["problem"]),
        index=int(row.get("index", 0)),
    )


def _said(row: Mapping[str, Any], where: str) -> Status | bool:
    if isinstance(row.get("correct"), bool):
        return bool(row["correct"])
    if row.get("status") in list(Status):
        return Status(row["status"])
    known = ", ".join(Status)
    raise DataError(f'{where}: "status" is one of {known}, or "correct" true or false')


def agreement(
    run: str, verifier: str, views: Iterable[SampleView], labels: Sequence[Label]
) -> Agreement | None:
    """The verdicts of a run's samples against the labels that name them; None where none does."""
    by_id = {label.id: label for label in labels if label.id is not None}
    by_place = {(label.problem, label.index): label for label in labels if label.id is None}
    theirs: list[str] = []
    ours: list[str] = []
    clusters: list[str] = []
    for view in views:
        label = by_id.get(view.id) or by_place.get((view.problem.id, view.index))
        if label is None or not view.id:
            continue
        status = Status.UNGRADED if view.verdict is None else view.verdict.status
        theirs.append(str(label.said))
        ours.append(_alike(status, label.said))
        clusters.append(view.problem.cluster)
    if not theirs:
        return None
    kappa = None
    if len({*theirs, *ours}) > 1:
        kappa = cohen_kappa(theirs, ours, clusters)
    return Agreement(
        run=run,
        verifier=verifier,
        labelled=len(theirs),
        ungraded=ours.count(str(Status.UNGRADED)),
        agreeing=sum(a == b for a, b in zip(theirs, ours, strict=True)),
        kappa=kappa,
    )


def _alike(status: Status, said: Status | bool) -> str:
    """A verdict in the terms of a label."""
    if isinstance(said, bool) and status is not Status.UNGRADED:
        return str(status is Status.CORRECT)
    return str(status)
