"""A study's cost: its matrix with expected tokens, dollars and hours, cheapest first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from harness.core import Usage
from harness.core.sample import add_known
from harness.cost import price
from harness.results.display import Listing, Row
from harness.run.forecast import Forecast, Range, forecast
from harness.run.plan import LoadedTask
from harness.study.matrix import Planned


@dataclass(frozen=True, slots=True, kw_only=True)
class CellForecast:
    """The remaining work of one model on one task, over all its budgets.

    `tokens` (generated), `usd` and `seconds` are expected totals with a 95% range, from the
    finished problems; None if there are fewer than two. `most_tokens` and `most_usd` are then
    upper bounds: every sample at its limit, each prompt read twice (one token per byte if tokens
    cannot be counted).
    """

    model: str
    task: str
    budgets: tuple[str, ...]
    problems: int
    attempts: int
    stored: int
    samples: int
    measured_on: int
    tokens: Range | None
    usd: Range | None
    seconds: Range | None
    most_tokens: int | None
    most_usd: float | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self) | {"budgets": list(self.budgets)}


class StudyForecast(Listing[CellForecast]):
    """The matrix of a study, cheapest cells first."""

    __slots__ = ()

    @property
    def tokens(self) -> Range | None:
        """All tokens expected to be generated; None if a cell has no estimate."""
        return Range.total(cell.tokens for cell in self)

    @property
    def usd(self) -> Range | None:
        """Dollars of all cells; None if those of one are unknown."""
        return Range.total(cell.usd for cell in self)

    @property
    def seconds(self) -> Range | None:
        """Seconds of all cells, one model after another."""
        return Range.total(cell.seconds for cell in self)

    @property
    def most_tokens(self) -> int | None:
        """An upper bound on generated tokens; None if a cell has none."""
        return add_known(cell.most_tokens for cell in self)

    @property
    def most_usd(self) -> float | None:
        """An upper bound on dollars; None if a cell has none."""
        return add_known(cell.most_usd for cell in self)

    def rows(self) -> Sequence[Row]:
        """One row per cell."""
        return [
            {
                "model": cell.model,
                "task": cell.task,
                "budgets": ", ".join(cell.budgets),
                "problems": cell.problems,
                "samples": cell.samples,
                "tokens": None if cell.tokens is None else cell.tokens.value,
                "most_tokens": cell.most_tokens,
                "usd": None if cell.usd is None else cell.usd.value,
                "most_usd": cell.most_usd,
                "hours": None if cell.seconds is None else cell.seconds.value / 3600,
            }
            for cell in self
        ]

    def to_json(self) -> dict[str, Any]:
        """Cells and totals."""
        totals = {"tokens": self.tokens, "usd": self.usd, "seconds": self.seconds}
        return {
            "cells": [cell.to_json() for cell in self],
            "total": {name: None if one is None else one.to_json() for name, one in totals.items()}
            | {"most_tokens": self.most_tokens, "most_usd": self.most_usd},
        }


def forecast_study(planned: Sequence[Planned]) -> StudyForecast:
    """The matrix, cheapest first: by dollars if known, else by tokens."""
    cells = [cell for one in planned for cell in _cells(one)]
    return StudyForecast(sorted(cells, key=_cost))


def _cost(cell: CellForecast) -> tuple[float, float]:
    usd = cell.most_usd if cell.usd is None else cell.usd.value
    tokens = cell.most_tokens if cell.tokens is None else cell.tokens.value
    return usd or 0.0, math.inf if tokens is None else tokens


def _cells(one: Planned) -> Iterator[CellForecast]:
    rows: dict[str, list[Forecast]] = {}
    for row in forecast(one.plan):
        rows.setdefault(row.task, []).append(row)
    for task, families in rows.items():
        most, entry = add_known(row.most_tokens for row in families), one.price
        # A token is at least one byte, if the tokenizer is not available.
        longest = _bytes(next(t for t in one.plan.tasks if str(t.spec) == task))
        prompts = sum((row.prompt_tokens or longest) * row.samples for row in families)
        bound = None
        if most is not None:
            read = 2 * math.ceil(prompts / families[0].problems)
            bound = price(Usage(prompt_tokens=read, output_tokens=most), entry)
        yield CellForecast(
            model=one.name,
            task=task,
            budgets=tuple(b for row in families for b in row.budgets),
            problems=families[0].problems,
            attempts=sum(row.attempts for row in families),
            stored=sum(row.stored for row in families),
            samples=sum(row.samples for row in families),
            measured_on=min(row.measured_on for row in families),
            tokens=Range.total(row.expected_tokens for row in families),
            usd=Range.total(row.expected_usd for row in families),
            seconds=Range.total(row.expected_seconds for row in families),
            most_tokens=most,
            most_usd=bound,
        )


def _bytes(task: LoadedTask) -> int:
    return sum(len(m.content.encode()) for prompt in task.prompts for m in prompt.messages)
