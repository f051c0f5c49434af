"""Agreement of verdicts with human labels."""

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
    """A person's judgement of one sample: its status, or only whether it is correct.

    The sample is identified by its `id` (and the problem's `digest`, if it answers several), or by
    `problem` and `index`. `said` is None if it has no label yet, or the person is `unsure`.
    `drawn` is as written by `harness audit list`; `line` is the line in the file.
    """

    said: Status | bool | None
    id: str | None = None
    digest: str | None = None
    problem: str | None = None
    index: int = 0
    unsure: bool = False
    author: str = ""
    note: str = ""
    drawn: Mapping[str, Any] | None = None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The verdicts of one run against labels; `kappa` is None if it is undefined.

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
            return f"{self.verifier} agrees with {share}; kappa is undefined: all labels are equal"
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
    """Labels from a JSONL file, one per line: what `harness audit list` wrote, with `label` filled
    in (true, false, "unsure" or a status; null: none), or `{"id": SAMPLE, "status": "correct"}`,
    `{"id": SAMPLE, "correct": false}`. `{"problem": ID, "index": 0, ...}` also names a sample.

    Raises DataError that names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # a text may contain U+2028
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"labels {path}: {error}") from error
    labels = [_label(line, path, n) for n, line in enumerate(lines, 1) if line.strip()]
    if not labels:
        raise DataError(f"labels {path}: no label in it")
    return labels


def _label(line: str, path: Path, number: int) -> Label:
    where = f"{path}, line {number}"
    try:
        row = json.loads(line)
    except ValueError as error:
        raise DataError(f"{where}: not JSON: {error}") from error
    sample = row.get("sample", row.get("id")) if isinstance(row, Mapping) else None
    if not isinstance(row, Mapping) or (sample is None and "problem" not in row):
        raise DataError(
            f'{where}: write {{"id": SAMPLE, "status": "correct"}}; `harness audit list` and '
            "`harness show --samples RUN --json` give sample ids"
        )
    said, unsure = _said(row, where)
    return Label(
        said=said,
        unsure=unsure,
        id=None if sample is None else str(sample),
        digest=_text(row, "problem_digest", where),
        problem=None if sample is not None else str(row["problem"]),
        index=_index(row, where),
        author=_text(row, "author", where) or "",
        note=_text(row, "note", where) or "",
        drawn=_drawn(row.get("drawn"), where),
        line=number,
    )


def _said(row: Mapping[str, Any], where: str) -> tuple[Status | bool | None, bool]:
    """The label of a line, and whether it is "unsure"."""
    name = next((n for n in ("label", "correct", "status") if n in row), "status")
    value = row.get(name, "")
    if value is None or value == "unsure":
        return None, value is not None
    if isinstance(value, bool) and name != "status":
        return value, False
    if isinstance(value, str) and value in list(Status):
        return Status(value), False
    known = ", ".join(Status)
    raise DataError(
        f'{where}: "status" is one of {known}; or "label" (or "correct") true, false or "unsure"'
    )


def _text(row: Mapping[str, Any], name: str, where: str) -> str | None:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise DataError(f'{where}: "{name}" must be text')
    return value


def _index(row: Mapping[str, Any], where: str) -> int:
    value = row.get("index", 0)
    if isinstance(value, bool) or not isinstance(value, int):
        raise DataError(f'{where}: "index" must be a whole number')
    return value


def _drawn(value: Any, where: str) -> Mapping[str, Any] | None:
    if value is None:
        return None
    wanted = {"population": str, "by": str, "stratum": str, "size": int}
    if not isinstance(value, Mapping) or {n: type(v) for n, v in value.items()} != wanted:
        raise DataError(f'{where}: leave "drawn" as `harness audit list` wrote it')
    return dict(value)


def agreement(
    run: str, verifier: str, views: Iterable[SampleView], labels: Sequence[Label]
) -> Agreement | None:
    """The verdicts of a run's samples against their labels; None if no label names one."""
    by_id = {label.id: label for label in labels if label.id is not None}
    by_place = {(label.problem, label.index): label for label in labels if label.id is None}
    theirs: list[str] = []
    ours: list[str] = []
    clusters: list[str] = []
    for view in views:
        label = by_id.get(view.id) or by_place.get((view.problem.id, view.index))
        if label is None or label.said is None or not view.id:
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
    """A verdict in the label's terms."""
    if isinstance(said, bool) and status is not Status.UNGRADED:
        return str(status is Status.CORRECT)
    return str(status)
