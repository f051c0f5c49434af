"""`harness baseline`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.options import db_option, json_option, plugin_option, print_json
from harness.cli.planning import config_options, given_options, stop_cleanly
from harness.core.counting import counted

if TYPE_CHECKING:
    from harness.gate.feasibility import Feasibility
    from harness.results.outcomes import RunOutcomes

_PARTIAL = click.option(
    "--partial", is_flag=True, help="Accept unfinished runs, with the problems that they have."
)

_SETTINGS = (
    "model_args", "limit", "seed", "data_dir", "max_output_tokens", "fresh", "max_age",
    "concurrency", "max_total_tokens", "max_usd", "price",
)  # fmt: skip
_RENEW = """
\b
Examples:
  harness baseline renew harness-baseline.txt --model onnx:tiny-s
  harness baseline renew harness-baseline.txt --model onnx:tiny-s --limit 400    # a larger one
"""


@click.group(
    epilog="\b\nExamples:\n  harness baseline save harness-baseline.txt 'model=tiny-s'\n"
    "  harness baseline show harness-baseline.txt\n"
    "  harness baseline update harness-baseline.txt 'model=tiny-s'\n"
    "  harness baseline renew harness-baseline.txt --model onnx:tiny-s --limit 400"
)
def baseline() -> None:
    """Keep outcomes of runs in a text file in your repository."""


@baseline.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("runs", nargs=-1, required=True)
@db_option
@_PARTIAL
@plugin_option
@json_option
def save(file: Path, runs: tuple[str, ...], db: str, partial: bool, as_json: bool) -> None:
    """Write RUNS (ids or filters) to FILE, which must not exist."""
    from harness.core import UsageError
    from harness.gate.baseline import write_baseline
    from harness.gate.renew import refuse_doubles
    from harness.gate.sides import find_side

    if file.exists():
        raise UsageError(f"{file} exists: `harness baseline update` replaces runs in it")
    found = [run for text in runs for run in find_side(db, text)]
    refuse_doubles(found)
    write_baseline(file, found, partial=partial)
    outcomes = sum(len(run.outcomes) for run in found)
    if as_json:
        can, margin = _feasibility(found)
        said = {"feasibility": [one.to_json() for one in can], "first_margin": margin}
        print_json({"file": str(file), "runs": len(found), "outcomes": outcomes, **said})
        return
    for line in (f"{file}: {_count(found)}, {outcomes} outcomes", *_told(found)):
        click.echo(line)


def _feasibility(runs: list[RunOutcomes]) -> tuple[list[Feasibility], float | None]:
    """What this folder's rules can decide with them, or a suggested margin (else None)."""
    from harness.core import HarnessError
    from harness.gate.feasibility import feasibility, first_margin
    from harness.gate.rules import Rule, read_config

    try:
        return feasibility(read_config().rules, runs), None
    except HarnessError:  # the gate will report what is wrong with them, or there are none yet
        margin = first_margin(runs)
    return feasibility((Rule(metric="accuracy", margin=margin),), runs), margin


def _told(runs: list[RunOutcomes]) -> list[str]:
    """What can be decided, as text; without rules, suggested ones for these runs."""
    can, margin = _feasibility(runs)
    lines = [f"  {one}" for one in can]
    if margin is None:
        return lines
    rules = f'[[tool.harness.gate.rules]]\nmetric = "accuracy"\nmargin = {margin:g}'
    return ["no rules in this folder yet; to start, add to pyproject.toml:", "", rules, "", *lines]


@baseline.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("runs", nargs=-1, required=True)
@db_option
@_PARTIAL
@plugin_option
@json_option
def update(file: Path, runs: tuple[str, ...], db: str, partial: bool, as_json: bool) -> None:
    """Replace runs in FILE by stored RUNS of the same task and budget."""
    from harness.gate.baseline import read_baseline
    from harness.gate.renew import replaced, write_renewed
    from harness.gate.sides import find_side

    new = [run for text in runs for run in find_side(db, text)]
    old = read_baseline(file)
    found = replaced(old, new)
    write_renewed(file, old, found, partial=partial)
    kept = len(old) - sum(one.old is not None for one in found)
    if as_json:
        print_json({"file": str(file), "new": len(new), "kept": kept})
    else:
        click.echo(f"{file}: {_count(new)} renewed or added, {kept} kept")
        for one in found:
            click.echo(f"  {one}")


@baseline.command(epilog=_RENEW)
@click.argument("file", type=click.Path(path_type=Path))
@config_options("model", *_SETTINGS)
@db_option
@click.option("--quiet", is_flag=True, help="Do not show progress.")
@plugin_option
@json_option
def renew(file: Path, model: str | None, quiet: bool, as_json: bool, **given: Any) -> None:
    """Evaluate a model on the contents of FILE, or on more problems, and rewrite FILE.

    A model behind an API is asked anew; FILE is written only when no problem failed.
    """
    import contextlib

    from harness.cli.progress import progress
    from harness.core import UsageError
    from harness.gate.renew import renew as renewed
    from harness.run.progress import Silent

    if model is None:
        raise UsageError("name the reference model with --model")
    stop_cleanly()
    db = given.pop("db")
    with contextlib.nullcontext(Silent()) if quiet else progress() as observer:
        found = renewed(file, model, progress=observer, db=db, **given_options(given))
    new = [one.new for one in found]
    if as_json:
        said = [one.to_json() for one in _feasibility(new)[0]]
        print_json({"file": str(file), "runs": [str(one) for one in found], "feasibility": said})
        return
    click.echo(f"{file}: {_count(new)} renewed")
    for line in (*(f"  {one}" for one in found), *_told(new)):
        click.echo(line)


@baseline.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def show(file: Path, as_json: bool) -> None:
    """Show the contents of FILE, after verifying its checksum."""
    from harness.gate.baseline import read_baseline
    from harness.stats import mean_interval

    rows = []
    for run in read_baseline(file):
        scores = [o.correct for o in run.outcomes]
        accuracy = mean_interval(scores, [o.cluster for o in run.outcomes])
        rows.append((run, accuracy))
    if as_json:
        names = ("id", "model", "task", "budget", "planned")
        print_json(
            [
                {**{n: getattr(run, n) for n in names}, "accuracy": a.to_json()} | dict(run.facts)
                for run, a in rows
            ]
        )
        return
    for run, a in rows:
        click.echo(
            f"{run.label}: {a.value:.1%} [{100 * a.low:.1f}, {100 * a.high:.1f}], "
            f"{counted(a.n, 'problem')}, task version {run.facts['task_version']}, "
            f"{run.facts['verifier']}"
        )


def _count(runs: Sequence[RunOutcomes]) -> str:
    return counted(len(runs), "run")
