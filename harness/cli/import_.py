"""`harness import`."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.options import (
    allow_code_option,
    db_option,
    json_option,
    key_values,
    plugin_option,
    print_json,
)
from harness.core.counting import counted

EXAMPLES = """
\b
Examples:
  harness import outputs.jsonl --task gsm8k --model my-model
  harness import runs.jsonl --task math --model other --field text=response.0 --field problem=idx
  harness import solutions.jsonl --task gsm8k --model m --field problem=@row --field text=a.b

\b
A row: {"problem": id or row index or question, "text": "..." or ["...", ...]}; optional model,
sample, prompt_tokens, output_tokens, reasoning_tokens, finish_reason, usd, reward. Dots reach into
nested objects; @row is the line's number from 0. The file may be gzipped. lm-eval's
samples_*.jsonl are read as is. The exit code is 1 if some rows could not be imported.
"""


@click.command("import", epilog=EXAMPLES)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-t", "--task", required=True, help="Task whose problems the rows answer.")
@click.option("-m", "--model", help="Name of the model, for rows that do not name one.")
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="OURS=THEIRS",
    help="Read our field OURS from their field THEIRS (repeatable).",
)
@click.option(
    "-b",
    "--budget",
    "budgets",
    multiple=True,
    help="Budget the rows were generated under (repeatable).",
)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    help="Read data sets from this folder instead of the hub.",
)
@click.option("--limit", type=click.IntRange(1), help="Include only the task's first problems.")
@click.option("--only-given", is_flag=True, help="Include only problems that are in the file.")
@db_option
@allow_code_option
@plugin_option
@json_option
def import_(  # noqa: PLR0913 - all that `harness import` takes
    file: Path,
    task: str,
    model: str | None,
    fields: tuple[str, ...],
    budgets: tuple[str, ...],
    data_dir: Path | None,
    limit: int | None,
    only_given: bool,
    db: str,
    as_json: bool,
) -> int:
    """Import outputs generated elsewhere, and grade them like our own."""
    from harness import api
    from harness.cli.tables import print_runs
    from harness.results.reports import load_reports
    from harness.store import open_store

    result = api.import_outputs(
        file,
        task,
        db=db,
        model=model,
        fields=key_values(fields, "--field"),
        budgets=budgets,
        data_dir=data_dir,
        limit=limit,
        only_given=only_given,
    )
    with open_store(db) as store:
        reports = load_reports(store, result.runs)
    if as_json:
        print_json(
            {
                "rows": result.rows,
                "known": result.known,
                "notes": result.notes,
                "bad": [{"line": n, "error": message} for n, message in result.bad],
                "runs": [report.to_json() for report in reports],
            }
        )
    else:
        print_runs(reports)
    for note in result.notes:
        click.echo(note, err=True)
    click.echo(
        f"{counted(result.rows, 'row')} imported, {result.known} of them already stored", err=True
    )
    for number, message in result.bad[:10]:
        click.echo(f"{file}, line {number}: {message}", err=True)
    if result.bad:
        click.echo(
            f"{counted(len(result.bad), 'row was', 'rows were')} left out; mend the file "
            "and import again",
            err=True,
        )
    return 1 if result.bad or any(report.ungraded for report in reports) else 0
