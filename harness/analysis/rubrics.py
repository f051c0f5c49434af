"""Rubrics against labels: fitting the weights, and how far the two agree."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.core import DataError, Estimate, UnknownNameError
from harness.stats import bootstrap_interval
from harness.stats.agreement import cohen_kappa
from harness.stats.ranking import fit_ranking
from harness.verifiers.rubric import Judgement, Rubric, judge
from harness.verifiers.rubric.file import CONSTANT, Behaviour, rubric_of
from harness.verifiers.rubric.judging import features, values_by_rule

RIDGE = 0.01
_HEADER = re.compile(r"^\s*\[+\s*([A-Za-z_]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A response that a person has put into a class, and what the rubric makes of it."""

    text: str
    label: str
    judgement: Judgement

    @property
    def behaviour(self) -> Behaviour:
        """What was wanted."""
        return self.judgement.behaviour


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Rubric against labels.

    `classes` is Cohen's kappa of the classes, `verdicts` that of correct against not (None where
    it is undefined: one label throughout). `pairs` is the share of pairs of responses, one
    labelled better than the other, that the scores put in this order, ties by half.
    `confusion` counts (label, class).
    """

    n: int
    classes: Estimate | None
    verdicts: Estimate | None
    pairs: Estimate | None
    confusion: Mapping[tuple[str, str], int]


def read_labelled(rubric: Rubric, lines: Iterable[str], where: str) -> list[Labelled]:
    """The rows of JSON lines: `text`, `label`, and `behaviour` where the rubric has several.

    `propositions` holds what a person or a model said of some of them, which goes before the rules;
    those that a model judges must be there. Raises DataError with the line.
    """
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(_labelled(rubric, line))
            except (DataError, UnknownNameError) as error:
                raise DataError(f"{where}, line {number}: {error}") from error
    if not found:
        raise DataError(f"{where} has no rows")
    return found


def _labelled(rubric: Rubric, line: str) -> Labelled:
    try:
        row: Any = json.loads(line)
    except ValueError as error:
        raise DataError(f"not JSON: {error}") from error
    if not isinstance(row, dict) or not all(isinstance(row.get(k), str) for k in ("text", "label")):
        raise DataError("needs the fields `text` and `label`, both text")
    behaviour = rubric.behaviour(row.get("behaviour"))
    if behaviour is None:
        known = [b.name for b in rubric.file.behaviours]
        raise UnknownNameError("behaviour", str(row.get("behaviour")), known)
    classes = [c.name for c in behaviour.classes]
    if row["label"] not in classes:
        raise UnknownNameError(f"class of {behaviour.name}", row["label"], classes)
    given = row.get("propositions") or {}
    if not isinstance(given, dict) or not all(isinstance(v, bool) for v in given.values()):
        raise DataError("`propositions` must hold true or false by name")
    for name in given:
        if name not in rubric.propositions:
            raise UnknownNameError("proposition", str(name), rubric.propositions)
    values = {**values_by_rule(rubric, row["text"]), **given}
    if missing := [name for name, value in values.items() if value is None]:
        raise DataError(
            f"a model judges {', '.join(missing)}: give what it says as "
            f'"propositions": {{"{missing[0]}": true}}'
        )
    judged = judge(rubric, behaviour, values)
    return Labelled(text=row["text"], label=row["label"], judgement=judged)


def fit_weights(
    rubric: Rubric, rows: Sequence[Labelled], *, ridge: float = RIDGE
) -> dict[str, dict[str, float]]:
    """Weights by behaviour, so that better labelled responses outscore worse ones.

    They are scaled so that the responses they were fitted to score from 0 to 1. A behaviour needs
    responses of two classes: DataError.
    """
    return {
        behaviour.name: _fitted(rubric, behaviour, of, ridge)
        for behaviour in rubric.file.behaviours
        if (of := [row for row in rows if row.behaviour.name == behaviour.name])
    }


def _fitted(
    rubric: Rubric, behaviour: Behaviour, rows: Sequence[Labelled], ridge: float
) -> dict[str, float]:
    if len({row.label for row in rows}) < 2:
        raise DataError(
            f"behaviour {behaviour.name}: all labels are {rows[0].label!r}; weights are fitted to "
            "pairs of a better and a worse response"
        )
    table = np.array([_features(rubric, row) for row in rows], dtype=float)
    pairs = ranked_pairs(rows)
    weights = fit_ranking(table[pairs[:, 0]], table[pairs[:, 1]], ridge=ridge)
    totals = table @ weights
    low, high = float(totals.min()), float(totals.max())
    if high - low < 1e-9:
        raise DataError(
            f"behaviour {behaviour.name}: no proposition tells better from worse responses"
        )
    scaled = [round(float(w) / (high - low), 4) + 0.0 for w in weights]
    named = dict(zip(rubric.features(behaviour), scaled, strict=True))
    return {CONSTANT: round(-low / (high - low), 4) + 0.0, **named}


def _features(rubric: Rubric, row: Labelled) -> list[float]:
    found = row.judgement
    assert found.label is not None  # all propositions are known
    return [v or 0.0 for v in features(rubric, row.behaviour, found.values, found.label)]


def ranked_pairs(rows: Sequence[Labelled]) -> NDArray[np.intp]:
    """(better, worse) positions in `rows` of one behaviour, whose labels differ, (m, 2)."""
    ranks = [[c.name for c in r.behaviour.classes].index(r.label) for r in rows]
    found = [
        (i, j)
        for i, j in product(range(len(rows)), repeat=2)
        if rows[i].behaviour.name == rows[j].behaviour.name and ranks[i] < ranks[j]
    ]
    return np.array(found, dtype=np.intp).reshape(-1, 2)


def agreement(rubric: Rubric, rows: Sequence[Labelled]) -> Agreement:
    """How far the classes, verdicts and scores of a rubric agree with labels."""
    ours = [f"{r.behaviour.name}: {r.judgement.label}" for r in rows]
    theirs = [f"{r.behaviour.name}: {r.label}" for r in rows]
    confusion: dict[tuple[str, str], int] = {}
    for pair in zip(theirs, ours, strict=True):
        confusion[pair] = confusion.get(pair, 0) + 1
    right = [(r.label in (c := rubric.correct(r.behaviour)), r.judgement.label in c) for r in rows]
    return Agreement(
        n=len(rows),
        classes=_kappa(ours, theirs),
        verdicts=_kappa([ours for _, ours in right], [theirs for theirs, _ in right]),
        pairs=_pairs(rows),
        confusion=dict(sorted(confusion.items())),
    )


def _kappa(a: Sequence[Any], b: Sequence[Any]) -> Estimate | None:
    return cohen_kappa(a, b) if len({*a, *b}) > 1 else None


def _pairs(rows: Sequence[Labelled]) -> Estimate | None:
    pairs = ranked_pairs(rows)
    if not len(pairs):
        return None
    values = np.array([row.judgement.value or 0.0 for row in rows])
    apart = values[pairs[:, 0]] - values[pairs[:, 1]]
    won = np.zeros((len(rows), len(rows)))
    won[pairs[:, 0], pairs[:, 1]] = (apart > 0) + 0.5 * (apart == 0)
    ranked = np.zeros_like(won)
    ranked[pairs[:, 0], pairs[:, 1]] = 1.0

    def share(drawn: NDArray[np.intp]) -> float:
        """A response that is drawn twice is in its pairs twice."""
        times = np.bincount(drawn, minlength=len(rows)).astype(float)
        both = float(times @ ranked @ times)
        return float(times @ won @ times) / both if both else 0.5

    return bootstrap_interval(share, len(rows))


def with_weights(text: str, weights: Mapping[str, Mapping[str, float]]) -> str:
    """The text of a rubric's file with these weights in the place of those it has."""
    kept, inside = [], False
    for line in text.splitlines():
        if header := _HEADER.match(line):
            inside = header[1] == "weights"
        if not inside:
            kept.append(line)
    tables = []
    for behaviour, named in weights.items():
        rows = [f"{name} = {_number(value)}" for name, value in named.items()]
        tables.append("\n".join([f'[weights."{behaviour}"]', *rows]))
    out = "\n\n".join(["\n".join(kept).rstrip(), *tables]) + "\n"
    before, after = tomllib.loads(text), tomllib.loads(out)
    before.pop("weights", None)
    written = after.pop("weights", {})
    if before != after or written != {b: dict(named) for b, named in weights.items()}:
        raise DataError(
            "the weights cannot be put into the file by themselves: a line of a text in it looks "
            "like the head of a table; write the text in one line"
        )
    rubric_of({**after, "weights": written})
    return out


def write_weights(file: Path, out: Path, weights: Mapping[str, Mapping[str, float]]) -> None:
    """`file` with these weights, as `out`; comments and all else stay."""
    out.write_text(with_weights(file.read_text("utf-8-sig"), weights), encoding="utf-8")


def _number(value: float) -> str:
    return f"{value:.4f}"
