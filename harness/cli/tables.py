"""Text tables: the runs of a database, and the formatting of figures."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import click
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.core import Estimate
from harness.core.counting import counted
from harness.results.groups import GroupFigure
from harness.results.views import RunReport

if TYPE_CHECKING:
    from harness.analysis.contamination import Contamination


def console() -> Console:
    """Standard output; if it is not a terminal, wide enough that nothing is truncated."""
    return Console(width=None if sys.stdout.isatty() else 10_000, highlight=False)


def percent(estimate: Estimate | None) -> str:
    """`71.5% [66.2, 76.3]`, or a dash."""
    if estimate is None:
        return "–"
    return f"{estimate.value:6.1%} [{100 * estimate.low:.1f}, {100 * estimate.high:.1f}]"


def count(value: float | None) -> str:
    """A formatted number of tokens with thousands separators; a dash if unknown."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:,.1f}"


def per_problem(total: float | None, problems: int) -> float | None:
    """A mean, if the total is known."""
    return None if total is None or not problems else total / problems


def group_lines(groups: Sequence[GroupFigure]) -> list[str]:
    """A line for each group of tasks: its members' accuracy, joined."""
    return [
        f"{one.group}, {one.model} {one.budget}: {percent(one.accuracy).strip()}, the mean over "
        f"{'the ' + count(one.problems) + ' problems of its ' if one.weighted else 'its '}"
        f"{counted(one.tasks, 'task')}"
        for one in groups
        if one.accuracy is not None
    ]


_Cells = Mapping[str, str]
_LEAST = {"model": 10, "task": 8, "budget": 8, "remarks": 10}
"""Columns that may be shortened in a narrow terminal, and their minimum widths."""
_SHARES = ("refused", "abstained", "empty", "truncated", "looping")
"""Shares of the samples, shown as columns when they are informative."""
_WORTH_A_COLUMN = 0.005
"""The smallest share that is informative."""
_DROPPED = (*reversed(_SHARES), "answered", "attempted", "spent", "done", "judge", "usd", "errors",
            "lured", "kappa", "pairs")  # fmt: skip
"""Columns to drop, in this order, if that is not enough."""


def print_runs(reports: Sequence[RunReport], *, wide: bool = False) -> None:
    """One line per run, whatever the terminal's width; `wide` shows every column in full.

    In a narrow terminal names are shortened and columns left out, which a last line says.
    """
    from harness.results.warnings import warnings

    out = console()
    for line in warnings(reports):
        click.echo(line)
    width = None if wide or not sys.stdout.isatty() else out.width
    table, left_out = runs_table(reports, width, every=wide)
    Console(width=out.width if width else 10_000, highlight=False).print(table)
    if any("pair_score" in report.metrics for report in reports):
        click.echo("pair score: never naming a flaw, and always naming one, give 50% at best")
    if left_out:
        click.echo(f"columns left out to fit: {', '.join(left_out)} (--wide shows all)", err=True)


def runs_table(
    reports: Sequence[RunReport], width: int | None = None, *, every: bool = False
) -> tuple[Table, list[str]]:
    """Accuracy, lures and costs of runs in at most `width` characters; the omitted headings.

    Columns that say nothing of any run are not there, unless `every` one is asked for.
    """
    from harness.results.alike import told_apart

    apart = told_apart(reports)
    rows = [row for report in reports for row in _rows(report, apart.get(report.id))]
    names = list(_HEADINGS) if every else [n for n in _HEADINGS if _says(n, reports, rows)]
    widths = {n: max(map(cell_len, (_HEADINGS[n], *(row[n] for row in rows)))) for n in names}
    left_out = []
    if width is not None:
        for name in (None, *_DROPPED):
            if name in names:
                names.remove(name)
                left_out.append(_HEADINGS[name])
            if _shortened(names, widths, width):
                break
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        side: Literal["left", "right"] = "left" if name in _LEAST else "right"
        table.add_column(
            _HEADINGS[name], justify=side, no_wrap=True, overflow="ellipsis",
            max_width=widths[name],
        )  # fmt: skip
    for row in rows:
        table.add_row(*(escape(row[name]) for name in names))
    return table, left_out


def _says(name: str, reports: Sequence[RunReport], rows: Sequence[_Cells]) -> bool:
    """Whether a column is informative for any run."""
    if name in _SHARES:
        return any((getattr(report, name) or 0.0) >= _WORTH_A_COLUMN for report in reports)
    if name in ("attempted", "answered"):
        shares = [report.metrics.get("attempted") for report in reports]
        return any(s is not None and s.value <= 1 - _WORTH_A_COLUMN for s in shares)
    return any(row[name] not in ("", "–") for row in rows)


def _shortened(names: Sequence[str], widths: dict[str, int], most: int) -> bool:
    """Whether the columns fit after shortening the longest of those that may be shortened."""
    over = sum(widths[name] + 2 for name in names) - 2 - most
    if over > sum(max(0, widths[n] - _LEAST[n]) for n in names if n in _LEAST):
        return False
    while over > 0:
        longest = max((n for n in names if n in _LEAST), key=lambda n: widths[n] - _LEAST[n])
        widths[longest] -= 1
        over -= 1
    return True


_HEADINGS = {
    "model": "model",
    "task": "task",
    "budget": "budget",
    "accuracy": "accuracy [95%]",
    "pairs": "pair score [95%]",
    "kappa": "judge's kappa [95%]",
    "errors": "wrong verdicts [95%]",
    "attempted": "attempted [95%]",
    "answered": "accuracy if attempted [95%]",
    "lured": "lured",
    "refused": "refused",
    "abstained": "abstained",
    "empty": "empty",
    "truncated": "cut off",
    "looping": "looping",
    "tokens": "tokens/problem",
    "spent": "spent tokens",
    "usd": "usd",
    "judge": "judge usd",
    "done": "problems",
    "remarks": "",
}


def _rows(report: RunReport, apart: str | None) -> list[_Cells]:
    """A run's line, then its accuracy corrected by labels, and without known faults of the data."""
    rows = [_cells(report, apart)]
    found = report.audit
    if found is not None and found.of_run and found.corrected_accuracy is not None:
        said = {
            "budget": f"corrected by {counted(found.labels, 'label')}",
            "accuracy": percent(found.corrected_accuracy),
        }
        rows.append({name: said.get(name, "") for name in _HEADINGS})
    accuracy = report.metrics.get("accuracy")
    for name, fault in (("gold", "known wrong answer"), ("data", "known fault")):
        sound = report.metrics.get(f"{name}=undisputed")
        if sound is not None and accuracy is not None and sound.value != accuracy.value:
            left_out = counted(report.problems - sound.n, fault)
            said = {"budget": f"without {left_out} of the data", "accuracy": percent(sound)}
            rows.append({name: said.get(name, "") for name in _HEADINGS})
    return rows


def _cells(report: RunReport, apart: str | None) -> _Cells:
    lured = report.metrics.get("lure_rate")
    return {
        "model": report.model,
        "task": report.task,
        "budget": report.budget,
        "accuracy": percent(report.metrics.get("accuracy")),
        "pairs": percent(report.metrics.get("pair_score")),
        "kappa": _kappa(report),
        "errors": percent(report.audit.error_rate if report.audit else None),
        "attempted": percent(report.metrics.get("attempted")),
        "answered": percent(report.metrics.get("accuracy_attempted")),
        "lured": "–" if lured is None else f"{lured.value:.1%}",
        **{name: _share(getattr(report, name)) for name in _SHARES},
        "tokens": count(per_problem(report.charged.output_tokens, report.problems)),
        "spent": count(report.spent.output_tokens),
        "usd": "N/A" if report.usd is None else f"{report.usd:.4f}",
        "judge": _judge(report),
        "done": str(report.problems),
        "remarks": "; ".join(filter(None, (_remarks(report), apart))),
    }


def _kappa(report: RunReport) -> str:
    """A judge's agreement with human labels; a dash if rules gave the verdicts."""
    if report.judge is None:
        return "–"
    kappa = report.audit.kappa if report.audit else None
    return (
        "unchecked" if kappa is None else f"{kappa.value:.2f} [{kappa.low:.2f}, {kappa.high:.2f}]"
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def contamination_table(found: Sequence[Contamination]) -> Table:
    """One line per budget: public and fresh accuracy, and their difference in points."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("task", "fresh", "budget"):
        table.add_column(name, no_wrap=True)
    for name in ("public", "fresh", "public - fresh [95%]", "lured: public - fresh [95%]"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in found:
        table.add_row(
            escape(one.task),
            escape(one.fresh_task),
            escape(one.budget),
            f"{one.public.value:.1%}",
            f"{one.fresh.value:.1%}",
            points(one.difference),
            "–" if one.lure_rate is None else points(one.lure_rate),
        )
    return table


def points(estimate: Estimate) -> str:
    """A difference of shares in percentage points: `+1.5 [-2.0, +5.0]`."""
    value, low, high = (100 * x for x in (estimate.value, estimate.low, estimate.high))
    return f"{value:+z.1f} [{low:+z.1f}, {high:+z.1f}]"


def _judge(report: RunReport) -> str:
    """A judge's dollars; a dash if there was no judge."""
    spent = report.spent_by_role.get("judge")
    if spent is None:
        return "–"
    return "N/A" if spent.usd is None else f"{spent.usd:.4f}"


def _remarks(report: RunReport) -> str:
    remarks = []  # the most important first: a narrow terminal cuts the end
    if report.status != "complete":
        remarks.append(f"unfinished: {report.problems} of {report.planned}")
    if report.failed:
        remarks.append(f"{report.failed} failed")
    if report.ungraded:
        remarks.append(f"{report.ungraded} ungraded")
    if report.obedience is not None and report.obedience.ignored:
        kept = report.obedience
        remarks.append(
            f"ignores its budget: {kept.within:.0%} within, median {kept.median:.1f} times"
        )
    if len(report.origins) > 1:
        remarks.append(f"the model changed: {', then '.join(report.origins)}")
    if report.stopped:
        remarks.append(f"{report.stopped} stopped by the ceiling")
    if report.selector == "oracle":
        name = report.budget.partition(":")[0].replace("sample", "pass")
        remarks.append("coverage" if "<=" in name else f"coverage, {name}")
    return "; ".join(remarks)
