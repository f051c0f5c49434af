"""`harness regrade`."""

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
    epilog="\b\nExamples:\n  harness regrade --task gsm8k\n"
    "  harness regrade --task traps --judge openai:NAME"
)
@db_option
@filter_options
@plugin_option
@click.option(
    "--judge",
    metavar="MODEL",
    help="Ask this model (as for eval --model) whether a flaw was recognised, instead of the "
    "rules. Its calls stand in the ledger of the run.",
)
@json_option
def regrade(
    db: str,
    model: str | None,
    task: str | None,
    budget: str | None,
    judge: str | None,
    as_json: bool,
) -> int:
    """Judge stored samples again with today's verifiers; no model is needed.

    Old verdicts stay in the database beside the new ones.
    """
    from harness.results.reports import find_runs
    from harness.run.evaluate import open_backend
    from harness.run.regrade import regrade_runs
    from harness.store import open_store

    with open_store(db) as store:
        runs = find_runs(store, model=model, task=task, budget=budget)
        results = regrade_runs(store, runs, None if judge is None else open_backend(judge))
    if as_json:
        print_json([result.to_json() for result in results])
    elif not runs:
        click.echo("no runs match")
    for result in results if not as_json else ():
        click.echo(
            f"{result.model}  {result.task}  {result.budget}: {result.samples} samples, "
            f"{result.changed} verdicts changed ({result.before} -> {result.after})"
        )
    return 1 if any(result.ungraded for result in results) else 0
