"""`harness show`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from harness.cli.options import (
    db_option,
    filter_options,
    json_option,
    plugin_option,
    print_json,
)

if TYPE_CHECKING:
    from harness.results.views import SampleView


@click.command(
    epilog="\b\nExamples:\n  harness show --task decimals\n"
    "  harness show --json | jq '.[].budget'\n"
    "  harness show --samples RUN --problem s0-17"
)
@db_option
@filter_options
@click.option("--samples", metavar="RUN", help="Show the samples of one run (its id or a prefix).")
@click.option("--problem", help="With --samples: only those of this problem.")
@click.option(
    "--wide",
    is_flag=True,
    help="Show all columns in full, including those without information.",
)
@plugin_option
@json_option
def show(
    db: str,
    model: str | None,
    task: str | None,
    budget: str | None,
    samples: str | None,
    problem: str | None,
    wide: bool,
    as_json: bool,
) -> None:
    """Show the runs in a database, or the samples of one run."""
    from harness import api
    from harness.analysis.obedience import sweep_lines
    from harness.cli.tables import group_lines, print_runs
    from harness.core import UsageError
    from harness.results.groups import group_figures

    if problem is not None and samples is None:
        raise UsageError(f"--problem {problem} needs --samples RUN")
    if samples is not None:
        _show_samples(api.samples(samples, db, problem=problem), as_json)
        return
    reports = api.show(db, model=model, task=task, budget=budget)
    if as_json:
        print_json([report.to_json() for report in reports])
    elif reports:
        print_runs(reports, wide=wide)
        for line in group_lines(group_figures(reports)):
            click.echo(line)
        for line in sweep_lines(api.obeyed(db, model=model, task=task, budget=budget)):
            click.echo(line)
    else:
        click.echo("no runs match")


def _show_samples(views: Sequence[SampleView], as_json: bool) -> None:
    from harness.site.text import plain

    if as_json:
        print_json([view.to_json() for view in views])
        return
    for view in views:
        verdict = view.verdict
        judged = f"{verdict.status} ({verdict.method}) {verdict.reason}" if verdict else view.error
        # A model's text must not steer the terminal: hidden characters are spelled out.
        click.secho(plain(f"── {view.problem.id} #{view.index}: {judged}"), bold=True)
        click.echo(plain(f"{view.problem.question}\n→ {view.response}\n"))
