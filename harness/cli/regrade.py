"""`harness regrade`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.options import (
    allow_code_option,
    db_option,
    env_file_option,
    filter_options,
    json_option,
    plugin_option,
    print_json,
)
from harness.cli.planning import JUDGE, config_options, judge_from, stop_cleanly
from harness.core.counting import counted

if TYPE_CHECKING:
    from harness.run.regrade import Regraded


@click.command(
    epilog="\b\nExamples:\n  harness regrade --task gsm8k\n"
    "  harness regrade --task traps --judge openai:NAME --judge-votes 3\n"
    "  harness regrade --task traps --judge openai:NAME --labels by-hand.jsonl\n\n\b\n"
    'A label is {"id": SAMPLE, "status": "correct"} or {"id": SAMPLE, "correct": false}; samples\n'
    "are identified as in `harness show --samples RUN --json`, or by problem and index."
)
@db_option
@filter_options
@env_file_option
@allow_code_option
@plugin_option
@config_options(*JUDGE, "price")
@click.option(
    "--labels",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSONL file of human labels: also print the verdicts' agreement (Cohen's kappa).",
)
@json_option
def regrade(
    db: str,
    model: str | None,
    task: str | None,
    budget: str | None,
    labels: Path | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Grade stored samples again with the current verifiers, without calling a model.

    Old verdicts are kept. With --judge a model is asked, and its calls are booked on the run.
    """
    from harness import api

    stop_cleanly()
    results = api.regrade(
        db, model=model, task=task, budget=budget, judge=judge_from(given), price=given["price"]
    )
    filters = {"model": model, "task": task, "budget": budget}
    agreed = api.agreement(labels, db, **filters) if labels is not None else None
    if as_json:
        runs = [result.to_json() for result in results]
        print_json(
            runs
            if agreed is None
            else {"runs": runs, "agreement": [one.to_json() for one in agreed]}
        )
        return _code(results)
    if not results:
        click.echo("no runs match")
    for result in results:
        left = f", {result.ungraded} ungraded" if result.ungraded else ""
        click.echo(
            f"{result.model}  {result.task}  {result.budget}: {counted(result.samples, 'sample')}, "
            f"{counted(result.changed, 'verdict')} changed "
            f"({result.before} -> {result.after}){left}"
        )
    if any(result.ungraded for result in results):
        click.echo("`harness show --samples RUN` says why a sample has no verdict", err=True)
    for one in agreed or ():
        click.echo(f"{one.run[:12]}  {one}")
    return _code(results)


def _code(results: Iterable[Regraded]) -> int:
    return 1 if any(result.ungraded for result in results) else 0
