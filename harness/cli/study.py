"""`harness study`, and the `--study FILE` of other commands."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.options import db_option, json_option, plugin_option, print_json
from harness.core import UsageError
from harness.core.counting import counted

if TYPE_CHECKING:
    from harness.study import Study
    from harness.study.claims import CheckedClaims
    from harness.study.forecast import CellForecast, StudyForecast

SCHEMA = "study.schema.json"


@click.group(
    epilog="\b\nExamples:\n  harness study new board\n  harness eval --study board.toml --dry-run\n"
    "  harness eval --study board.toml\n  harness study check board.toml\n"
    "  harness site build --study board.toml"
)
def study() -> None:
    """Write and check study files: models, tasks and budgets to run with one command."""


@study.command("new")
@click.argument("name")
def new(name: str) -> None:
    """Write NAME.toml, a commented study that is ready to run, and its schema for editors."""
    from harness.study.template import TEMPLATE

    file = Path(name if name.endswith(".toml") else f"{name}.toml")
    if file.exists():
        raise UsageError(f"{file} already exists: choose another name")
    try:
        file.write_text(TEMPLATE.replace("NAME", file.stem), "utf-8")
        (file.parent / SCHEMA).write_text(schema_text(), "utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror or error}") from error
    click.echo(f"wrote {file}, and {SCHEMA} for editors")
    click.echo(f"next: harness eval --study {file} --dry-run")


@study.command("schema")
def schema() -> None:
    """Print the JSON schema of study files; refer to it by `#:schema FILE` on the first line."""
    click.echo(schema_text(), nl=False)


def schema_text() -> str:
    """The JSON schema of study files, as a file."""
    from harness.study.file import schema as made

    return json.dumps(made(), indent=1, ensure_ascii=False) + "\n"


@study.command("check")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.toml")
@db_option
@plugin_option
@json_option
@click.pass_context
def check(context: click.Context, db: str, file: Path, as_json: bool) -> int:
    """Check a study file, and compare stored results with the figures that it claims.

    Nothing is run. Exit code 2 when the file is at fault, 1 when a figure does not agree.
    """
    one = open_study(file, context)
    claims = one.check()
    if as_json:
        print_json(claims_json(claims))
        return 0 if claims.ok else 1
    cells = sum(len(p.plan.runs) for p in one.planned)
    runs = sum(len(p.plan.all_runs) for p in one.planned)
    click.echo(f"{file}: {counted(cells, 'pair')} of model and task, {counted(runs, 'run')}")
    for claim in claims:
        click.echo(str(claim))
    if not claims:
        click.echo("it claims no figures; add some with [[expect]]")
    return 0 if claims.ok else 1


def claims_json(claims: CheckedClaims) -> list[dict[str, object]]:
    """The claims, as printed by `--json`."""
    return [claim.to_json() for claim in claims]


def open_study(file: Path, context: click.Context) -> Study:
    """The study in a file; a database given on the command line overrides its own."""
    from harness.study import Study

    said = context.get_parameter_source("db") is not click.core.ParameterSource.DEFAULT
    return Study.load(file, db=context.params["db"] if said else None)


def carry_out(one: Study, as_json: bool, quiet: bool) -> int:
    """Run a study, print the report, and return the exit code."""
    from harness.cli.progress import progress
    from harness.cli.tables import print_runs
    from harness.run.progress import Silent

    try:
        with contextlib.nullcontext(Silent()) if quiet else progress() as observer:
            result = one.run(progress=observer)
    except KeyboardInterrupt:
        click.echo(
            "\nstopped; all finished work is stored. Run the same command again to resume.",
            err=True,
        )
        return 130
    if as_json:
        runs = [report.to_json() for report in result.reports]
        print_json({"runs": runs, "expect": claims_json(result.claims), "left": list(result.left)})
    else:
        print_runs(result.reports)
        for claim in result.claims:
            click.echo(str(claim))
    if not quiet:
        spent = f"{result.spent.tokens:,} with the prompts, {result.spent.usd:.4g} usd"
        made = f"{counted(result.asked, 'sample')} now, {result.generated:,} tokens generated"
        click.echo(f"{made}, {spent}", err=True)
    for line in (*result.notes, *result.left):
        click.echo(line, err=True)
    if result.left:
        click.echo("run the same command again for what is left", err=True)
    return 0 if result.ok else 1


def dry_run_of(one: Study, pilot: float | None, as_json: bool) -> int:
    """Print a study's matrix with its predicted cost, and return the exit code."""
    from harness.cli.progress import progress

    if pilot is None:
        found = one.plan()
    else:
        with progress() as observer:
            found = one.plan(pilot=pilot, progress=observer)
    if as_json:
        print_json(found.to_json())
        return 0
    click.echo(f"{one.title} ({one.path})")
    for line in matrix(found):
        click.echo(line)
    if any(cell.samples and cell.tokens is None for cell in found):
        click.echo("≤: an upper bound (samples at their limit); --pilot predicts from a 5% run")
    click.echo("nothing else was run" if pilot is not None else "nothing was run")
    return 0


def matrix(found: StudyForecast) -> list[str]:
    """The matrix as table lines, with a line of totals."""
    table: list[tuple[str, ...]] = []
    table += [("model", "task", "runs", "problems", "samples", "to generate", "usd", "hours")]
    table += [_line(cell) for cell in found]
    usd = _figure(None if found.usd is None else found.usd.value, found.most_usd, "{:.4g}")
    tokens = _figure(
        None if found.tokens is None else found.tokens.value, found.most_tokens, "{:,.0f}"
    )
    hours = "unknown" if found.seconds is None else f"{found.seconds.value / 3600:.2g}"
    samples = sum(cell.samples for cell in found)
    runs = sum(len(cell.budgets) for cell in found)
    table.append(("total", "", str(runs), "", f"{samples:,}", tokens, usd, hours))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    left = 2  # columns of words; the others are figures
    lines = [
        "  ".join(
            text.ljust(width) if place < left else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
    if found.tokens is not None and found.tokens.value:
        low, high = found.tokens.low, found.tokens.high
        lines.append(f"95% range of the tokens to generate: {low:,.0f} to {high:,.0f}")
    return lines


def _line(cell: CellForecast) -> tuple[str, ...]:
    tokens, usd, seconds = cell.tokens, cell.usd, cell.seconds
    return (
        cell.model,
        cell.task,
        str(len(cell.budgets)),
        f"{cell.problems:,}",
        f"{cell.samples:,}",
        _figure(None if tokens is None else tokens.value, cell.most_tokens, "{:,.0f}"),
        _figure(None if usd is None else usd.value, cell.most_usd, "{:.4g}"),
        "unknown" if seconds is None else f"{seconds.value / 3600:.2g}",
    )


def _figure(expected: float | None, bound: float | None, form: str) -> str:
    if expected is not None:
        return form.format(expected)
    return "N/A" if bound is None else "≤ " + form.format(bound)
