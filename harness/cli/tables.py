"""Tables for people: the runs of a database, and figures as they are written everywhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.analysis.contamination import Contamination
from harness.core import Estimate
from harness.results.views import RunReport


def console() -> Console:
    """Standard output; where it is no terminal as wide as any table, so that nothing is cut."""
    return Console(width=None if sys.stdout.isatty() else 10_000, highlight=False)


def percent(estimate: Estimate | None) -> str:
    """`71.5% [66.2, 76.3]`, or a dash."""
    if estimate is None:
        return "–"
    return f"{estimate.value:6.1%} [{100 * estimate.low:.1f}, {100 * estimate.high:.1f}]"


def count(value: float | None) -> str:
    """A number of tokens for people: thousands apart; unknown is a dash."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:,.1f}"


def per_problem(total: float | None, problems: int) -> float | None:
    """A mean, where the total is known."""
    return None if total is None or not problems else total / problems


def runs_table(reports: Sequence[RunReport]) -> Table:
    """One line a run, or more in a narrow terminal: accuracy, lures, and what it cost."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("model", "task", "budget"):
        table.add_column(name, overflow="fold")
    table.add_column("accuracy [95%]", justify="right", overflow="fold")
    for name in ("lured", "tokens/problem", "spent tokens", "usd", "problems"):
        table.add_column(name, justify="right", overflow="fold")
    table.add_column("", overflow="fold")
    for report in reports:
        lured = report.metrics.get("lure_rate")
        table.add_row(
            escape(report.model),
            escape(report.task),
            escape(report.budget),
            percent(report.metrics.get("accuracy")),
            "–" if lured is None else f"{lured.value:.1%}",
            count(per_problem(report.charged.output_tokens, report.problems)),
            count(report.spent.output_tokens),
            "N/A" if report.usd is None else f"{report.usd:.4f}",
            str(report.problems),
            _remarks(report),
        )
    return table


def contamination_table(found: Sequence[Contamination]) -> Table:
    """One line a budget: public and fresh accuracy, and their difference in points."""
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
    return f"{value:+.1f} [{low:+.1f}, {high:+.1f}]"


def _remarks(report: RunReport) -> str:
    remarks = []
    if report.selector == "oracle":
        name = report.budget.partition(":")[0].replace("sample", "pass")
        remarks.append("coverage" if "<=" in name else f"coverage, {name}")
    if report.status != "complete":
        remarks.append(f"unfinished: {report.problems} of {report.planned}")
    if report.stopped:
        remarks.append(f"{report.stopped} stopped by the ceiling")
    if report.failed:
        remarks.append(f"{report.failed} failed")
    if report.ungraded:
        remarks.append(f"{report.ungraded} ungraded")
    return "; ".join(remarks)
