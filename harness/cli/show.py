"""`harness show`."""

from __future__ import annotations

import click

from harness.cli.options import (
    db_option,
    filter_options,
    json_option,
    plugin_option,
    print_json,
)


@click.command(
    epilog="\b\nExamples:\n  harness show --task decimals\n"
    "  harness show --json | jq '.[].budget'\n"
    "  harness show --samples RUN --problem s0-17"
)
@db_option
@filter_options
@click.option("--samples", metavar="RUN", help="The samples of one run (its id or a beginning).")
@click.option("--problem", help="With --samples: only this problem's.")
@plugin_option
@json_option
def show(
    db: str,
    model: str | None,
    task: str | None,
    budget: str | None,
    samples: str | None,
    problem: str | None,
    as_json: bool,
) -> None:
    """Show the runs in a database, or the samples of one run."""
    from harness.cli.tables import console, runs_table
    from harness.core import UsageError
    from harness.results.reports import find_runs, load_reports
    from harness.store import open_store

    if problem is not None and samples is None:
        raise UsageError(f"--problem {problem} goes with --samples RUN")
    with open_store(db) as store:
        if samples is not None:
            _show_samples(store, samples, problem, as_json)
            return
        reports = load_reports(store, find_runs(store, model=model, task=task, budget=budget))
    if as_json:
        print_json([report.to_json() for report in reports])
    elif reports:
        console().print(runs_table(reports))
    else:
        click.echo("no runs match")


def _show_samples(store: object, run: str, problem: str | None, as_json: bool) -> None:
    from dataclasses import asdict

    from harness.core import UsageError
    from harness.results.reports import find_runs, iter_samples
    from harness.site.text import plain
    from harness.store import Store

    assert isinstance(store, Store)
    matches = [run_id for run_id in find_runs(store) if run_id.startswith(run)]
    if len(matches) != 1:
        raise UsageError(
            f"run {run!r}: {len(matches)} runs begin with that; `harness show --json` lists ids"
        )
    views = [v for v in iter_samples(store, matches[0]) if problem in (None, v.problem.id)]
    if problem is not None and not views:
        raise UsageError(f"--problem {problem}: run {matches[0]} has no such problem yet")
    if as_json:
        print_json([asdict(view) for view in views])
        return
    for view in views:
        verdict = view.verdict
        judged = f"{verdict.status} ({verdict.method}) {verdict.reason}" if verdict else view.error
        # A model's text must not steer the terminal: hidden characters are spelled out.
        click.secho(plain(f"── {view.problem.id} #{view.index}: {judged}"), bold=True)
        click.echo(plain(f"{view.problem.question}\n→ {view.response}\n"))
