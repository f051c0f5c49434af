"""The columnar indexes: of a run problem by problem, of a task row by row.

They are published for programs, read by the pages' scripts, and read again by the next build, so
that runs which have not changed need no reading of samples.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from harness.core import Problem
from harness.results.boards import Answer, BoardRun, ProblemFigures
from harness.site.groups import UNITS, Group, Row

Floats = NDArray[np.float64]
_DIGITS = 6
COSTS = ("tokens", "sequential", "read", "flops", "usd", "seconds")
"""Of a problem, as `ProblemFigures` names them."""


@dataclass(frozen=True, slots=True)
class Place:
    """A problem's place in the transcripts: the page (0: there are none), and its number there."""

    page: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunIndex:
    """A run problem by problem; transcripts are in the folder of the run `owner`."""

    board: BoardRun
    places: Mapping[str, Place]
    owner: str
    pages: int
    samples: int

    def to_json(self) -> dict[str, Any]:
        """Columns, one entry a problem."""
        figures = self.board.figures
        costs = {name: [_short(getattr(f, name)) for f in figures] for name in COSTS}
        places = [self.places.get(f.problem, Place(0, 0)) for f in figures]
        return {
            "run": self.board.run,
            "transcripts": {"run": self.owner, "pages": self.pages, "samples": self.samples},
            "problems": [p.to_json() for p in self.board.problems],
            "statuses": [dict(f.statuses) for f in figures],
            "counts": [dict(f.counts) for f in figures],
            "answers": [[[a.text, a.count, a.status] for a in f.answers] for f in figures],
            "page": [p.page for p in places],
            "number": [p.number for p in places],
            **costs,
        }

    @classmethod
    def from_json(
        cls, data: Mapping[str, Any], shared: dict[str, Problem] | None = None
    ) -> RunIndex:
        """The inverse of `to_json`; `shared` holds problems of several runs once."""
        shared = {} if shared is None else shared
        problems = tuple(_once(p, shared) for p in data["problems"])
        columns = zip(
            problems, data["statuses"], data["counts"], data["answers"],
            *(data[name] for name in COSTS),
            strict=True,
        )  # fmt: skip
        figures = tuple(
            ProblemFigures(
                problem=problem.id,
                statuses=statuses,
                counts=counts,
                answers=tuple(Answer(*a) for a in answers),
                tokens=tokens,
                sequential=sequential,
                read=read,
                flops=flops,
                usd=usd,
                seconds=seconds,
            )
            for problem, statuses, counts, answers, *costs in columns
            for tokens, sequential, read, flops, usd, seconds in (costs,)
        )
        where = data["transcripts"]
        return cls(
            board=BoardRun(run=data["run"], problems=problems, figures=figures),
            places={
                p.id: Place(page, number)
                for p, page, number in zip(problems, data["page"], data["number"], strict=True)
            },
            owner=where["run"],
            pages=where["pages"],
            samples=where["samples"],
        )


def _once(data: Mapping[str, Any], shared: dict[str, Problem]) -> Problem:
    key = json.dumps(data, sort_keys=True)
    if key not in shared:
        shared[key] = Problem(**data)
    return shared[key]


def _short(value: float | None) -> float | None:
    """Six digits: more than any page prints. Whole numbers stay as they are."""
    if value is None or not math.isfinite(value):
        return None
    if value == int(value) and abs(value) < 1e15:
        return int(value)
    return float(f"{value:.{_DIGITS}g}")


COLUMNS = (
    "run", "model", "budget", "kind", "own", "family", "note", "accuracy", "low", "high",
    "rank_from", "rank_to", "part", "frontier", "paired", "lure", "alarms", "attempted",
    "accuracy_attempted", "refused", *UNITS, "device_seconds",
    "prompt_tokens", "cached_prompt_tokens", "tokens_per_correct", "usd_per_correct", "obeyed",
    "truncated", "ungraded", "problems", "planned", "created",
)  # fmt: skip


def table_json(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Rows as columns of plain values, unrounded; None is unknown."""
    values = [_row(row) for row in rows]
    return {name: [value[name] for value in values] for name in COLUMNS}


def _row(row: Row) -> dict[str, Any]:
    r, accuracy = row.report, row.accuracy
    charged = r.charged
    part = "ranked" if row.rank else "coverage" if row.oracle else "unfinished"
    if r.status != "complete" or accuracy is None:
        part = "unfinished"
    named = {"paired": row.paired, "lure": row.lure, "alarms": row.alarms}
    named |= {n: r.metrics.get(n) for n in ("attempted", "accuracy_attempted")}
    values: dict[str, Any] = {
        "run": r.id,
        "model": r.model,
        "budget": r.budget,
        "kind": row.kind,
        "own": row.own,
        "family": row.family,
        "note": row.note,
        "accuracy": accuracy.value if accuracy else None,
        "low": accuracy.low if accuracy else None,
        "high": accuracy.high if accuracy else None,
        "rank_from": row.rank[0] if row.rank else None,
        "rank_to": row.rank[1] if row.rank else None,
        "part": part,
        "frontier": row.frontier,
        **{name: e.value if e else None for name, e in named.items()},
        "refused": row.refused,
        "device_seconds": row.device_seconds,
        **{unit: row.cost(unit) for unit in UNITS},
        "prompt_tokens": per(charged.prompt_tokens, r.problems),
        "cached_prompt_tokens": per(charged.cached_prompt_tokens, r.problems),
        "tokens_per_correct": row.per_correct(row.tokens),
        "usd_per_correct": row.per_correct(row.usd),
        "obeyed": row.obeyed,
        "truncated": r.truncated,
        "ungraded": row.ungraded,
        "problems": r.problems,
        "planned": r.planned,
        "created": r.created[:10],
    }
    return {k: _finite(v) for k, v in values.items()}


def per(total: float | None, problems: int) -> float | None:
    """A total per problem; None if unknown."""
    return None if total is None or not problems else total / problems


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def score_table(group: Group, boards: Mapping[str, BoardRun]) -> tuple[list[Problem], Floats]:
    """The problems of a group's ranked rows, and (rows, problems) chances to be correct.

    Rows are complete, so that all hold the same problems; the first one's order.
    """
    rows = group.ranked
    if not rows:
        return [], np.zeros((0, 0))
    problems = list(boards[rows[0].report.id].problems)
    table = []
    for row in rows:
        mine = {f.problem: f.correct for f in boards[row.report.id].figures}
        table.append([mine.get(p.id, 0.0) for p in problems])
    return problems, np.array(table)


def dumps(value: Any) -> str:
    """JSON: ASCII, keys sorted, infinite and undefined numbers as null."""
    packed = _encoded(value).encode("ascii")
    try:  # a tenth of the time that Python's own encoder needs
        return msgspec.json.format(packed, indent=1).decode("ascii") + "\n"
    except msgspec.DecodeError:  # half of a surrogate
        return json.dumps(json.loads(packed), sort_keys=True, indent=1) + "\n"


def compact(value: Any) -> str:
    """JSON in one line, for scripts; safe within a page's <script>."""
    body = _encoded(value)
    return body.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _encoded(value: Any) -> str:
    try:
        return _plain_json(value)
    except (ValueError, TypeError):  # a number that JSON has not, or keys of several kinds
        return _plain_json(finite(value))


def _other(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)


_plain_json = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), default=_other, allow_nan=False
).encode


def finite(value: Any) -> Any:
    """The value with infinite and undefined numbers as None, and keys as text."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(k): finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [finite(v) for v in value]
    return value
