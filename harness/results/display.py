"""How notebooks show results: an HTML table, a short text, a data frame."""

from __future__ import annotations

import html
import importlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from harness.core import UsageError
from harness.core.counting import counted
from harness.results.views import RunReport

T = TypeVar("T")
_SHOWN = 40  # rows in a table, to keep a cell's output readable

Row = Mapping[str, object]


class Listing(tuple[T, ...]):
    """Results in order. Notebooks show them as a table; `to_frame` returns a data frame."""

    __slots__ = ()

    def rows(self) -> Sequence[Row]:
        """One row of plain values per table line, all with the same keys."""
        raise NotImplementedError

    def to_frame(self) -> Any:
        """The rows as a pandas DataFrame; UsageError if pandas is not installed."""
        return frame(self.rows())

    def shown(self) -> Sequence[Row]:
        """The rows as shown in a notebook."""
        return self.rows()

    def __repr__(self) -> str:
        return text_table(self.shown()) or f"{type(self).__name__}()"

    def _repr_html_(self) -> str:
        return html_table(self.shown())


def frame(rows: Sequence[Row]) -> Any:
    """A pandas DataFrame of some rows; UsageError if pandas is not installed."""
    try:
        pandas = importlib.import_module("pandas")  # heavy, and rarely needed
    except ImportError as error:
        raise UsageError("to_frame() needs pandas, which is missing: pip install pandas") from error
    return pandas.DataFrame([dict(row) for row in rows])


def cell(value: object) -> str:
    """One formatted value: floats to four digits, unknown as a dash."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
    return str(value)


def html_table(rows: Sequence[Row]) -> str:
    """An HTML table of the first rows, with a count of the others below."""
    if not rows:
        return "<em>nothing</em>"
    head = "".join(f"<th>{html.escape(name)}</th>" for name in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell(v))}</td>" for v in row.values()) + "</tr>"
        for row in rows[:_SHOWN]
    )
    more = f"<p>… {counted(len(rows) - _SHOWN, 'more row')}</p>" if len(rows) > _SHOWN else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def text_table(rows: Sequence[Row]) -> str:
    """The same as text lines; empty for no rows."""
    if not rows:
        return ""
    table = [list(rows[0]), *([cell(v) for v in row.values()] for row in rows[:_SHOWN])]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        "  ".join(value.ljust(width) for value, width in zip(line, widths, strict=True)).rstrip()
        for line in table
    ]
    if len(rows) > _SHOWN:
        lines.append(f"… {counted(len(rows) - _SHOWN, 'more row')}")
    return "\n".join(lines)


class Reports(Listing[RunReport]):
    """Reports of runs; a data frame has one row per run."""

    __slots__ = ()

    def rows(self) -> Sequence[Row]:
        """Accuracy with its interval, and what it cost."""
        return [report_row(report) for report in self]

    def shown(self) -> Sequence[Row]:
        """Rows without the share and label columns that are uninformative for every run."""
        rows = self.rows()
        silent = {name for name in _SOMETIMES if all(not row[name] for row in rows)}
        if all(row["attempted"] in (None, 1.0) for row in rows):
            silent |= {name for name in rows[0] if "attempted" in name} if rows else set()
        return [{name: v for name, v in row.items() if name not in silent} for row in rows]


_SOMETIMES = (
    "refused", "abstained", "empty", "truncated", "looping", "labels", "corrected_accuracy",
    "corrected_low", "corrected_high", "wrong_verdicts", "kappa",
)  # fmt: skip


def report_row(report: RunReport) -> Row:
    """One report as plain values; unknown is None."""
    accuracy, lured = report.metrics.get("accuracy"), report.metrics.get("lure_rate")
    attempted = report.metrics.get("attempted")
    among = report.metrics.get("accuracy_attempted")
    audit = report.audit
    corrected = audit.corrected_accuracy if audit and audit.of_run else None
    errors, kappa = (audit.error_rate, audit.kappa) if audit else (None, None)
    tokens, judge = report.charged.output_tokens, report.spent_by_role.get("judge")
    return {
        "model": report.model,
        "task": report.task,
        "budget": report.budget,
        "accuracy": None if accuracy is None else accuracy.value,
        "low": None if accuracy is None else accuracy.low,
        "high": None if accuracy is None else accuracy.high,
        "lure_rate": None if lured is None else lured.value,
        "attempted": None if attempted is None else attempted.value,
        "accuracy_attempted": None if among is None else among.value,
        "accuracy_attempted_low": None if among is None else among.low,
        "accuracy_attempted_high": None if among is None else among.high,
        "refused": report.refused,
        "abstained": report.abstained,
        "empty": report.empty,
        "truncated": report.truncated,
        "looping": report.looping,
        "labels": audit.labels if audit else 0,
        "corrected_accuracy": None if corrected is None else corrected.value,
        "corrected_low": None if corrected is None else corrected.low,
        "corrected_high": None if corrected is None else corrected.high,
        "wrong_verdicts": None if errors is None else errors.value,
        "kappa": None if kappa is None else kappa.value,
        "tokens_per_problem": tokens / report.problems if tokens and report.problems else tokens,
        "usd": report.usd,
        "judge_usd": None if judge is None else judge.usd,
        "problems": report.problems,
        "planned": report.planned,
        "failed": report.failed,
        "ungraded": report.ungraded,
        "run": report.id[:12],
    }
