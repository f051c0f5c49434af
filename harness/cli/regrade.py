"""`harness regrade`."""

from __future__ import annotations

from typing import Any

import click

from harness.cli.options import (
    db_option,
    filter_options,
    json_option,
    plugin_option,
    print_json,
)
from harness.cli.planning import JUDGE, config_options, judge_from, stop_cleanly


@click.command(
    epilog="\b\nExamples:\n  harness regrade --task gsm8k\n"
    "  harness regrade --task traps --judge openai:NAME"
)
@db_option
@filter_options
@plugin_option
@config_options(*JUDGE, "price")
@json_option
def regrade(
    db: str,
    model: str | None,
    task: str | None,
    budget: str | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Judge stored samples again with today's verifiers; no model is needed.

    Old verdicts stay in the database beside the new ones. With --judge that model is asked; its
    calls stand in the ledger of the run.
    """
    from harness import api

    stop_cleanly()
    results = api.regrade(
        db, model=model, task=task, budget=budget, judge=judge_from(given), price=given["price"]
    )
    if as_json:
        print_json([result.to_json() for result in results])
    elif not results:
        click.echo("no runs match")
    for result in results if not as_json else ():
        click.echo(
            f"{result.model}  {result.task}  {result.budget}: {result.samples} samples, "
            f"{result.changed} verdicts changed ({result.before} -> {result.after})"
        )
    return 1 if any(result.ungraded for result in results) else 0
