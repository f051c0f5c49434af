"""`harness baseline`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.options import db_option, json_option, plugin_option, print_json

if TYPE_CHECKING:
    from harness.gate.feasibility import Feasibility
    from harness.results.outcomes import RunOutcomes

_PARTIAL = click.option(
    "--partial", is_flag=True, help="Take unfinished runs for the problems that they have."
)


@click.group(
    epilog="\b\nExamples:\n  harness baseline save harness-baseline.txt 'model=tiny-s'\n"
    "  harness baseline show harness-baseline.txt\n"
    "  harness baseline update harness-baseline.txt 'model=tiny-s'"
)
def baseline() -> None:
    """Keep runs' outcomes as a text file in a repository."""


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
    from harness.gate.sides import find_side

    if file.exists():
        raise UsageError(f"{file} exists: `harness baseline update` replaces runs in it")
    found = [run for text in runs for run in find_side(db, text)]
    _refuse_doubles(found)
    write_baseline(file, found, partial=partial)
    outcomes = sum(len(run.outcomes) for run in found)
    can = _feasibility(found)
    if as_json:
        said = [one.to_json() for one in can]
        print_json(
            {"file": str(file), "runs": len(found), "outcomes": outcomes, "feasibility": said}
        )
    else:
        runs_said = f"{len(found)} run{'' if len(found) == 1 else 's'}"
        click.echo(f"{file}: {runs_said}, {outcomes} outcomes")
        for one in can:
            click.echo(f"  {one}")


def _feasibility(runs: list[RunOutcomes]) -> list[Feasibility]:
    """What the rules of this folder, or a margin of 5 points without any, can decide with them."""
    from harness.core import HarnessError
    from harness.gate.feasibility import feasibility
    from harness.gate.rules import Rule, read_config

    try:
        rules = read_config().rules
    except HarnessError:  # the gate will say what is wrong with them; or there are none yet
        rules = (Rule(metric="accuracy", margin=0.05),)
    return feasibility(rules, runs)


@baseline.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("runs", nargs=-1, required=True)
@db_option
@_PARTIAL
@plugin_option
@json_option
def update(file: Path, runs: tuple[str, ...], db: str, partial: bool, as_json: bool) -> None:
    """Put RUNS in the place of the runs of the same task and budget in FILE."""
    from harness.gate.baseline import read_baseline, write_baseline
    from harness.gate.sides import find_side

    new = [run for text in runs for run in find_side(db, text)]
    _refuse_doubles(new)
    names = {(run.task, run.budget) for run in new}
    kept = [run for run in read_baseline(file) if (run.task, run.budget) not in names]
    write_baseline(file, [*kept, *new], partial=partial)
    if as_json:
        print_json({"file": str(file), "new": len(new), "kept": len(kept)})
    else:
        click.echo(f"{file}: {len(new)} runs renewed or added, {len(kept)} kept")


@baseline.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def show(file: Path, as_json: bool) -> None:
    """What FILE holds; its checksum is verified."""
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
            f"{a.n} problems, task version {run.facts['task_version']}, {run.facts['verifier']}"
        )


def _refuse_doubles(runs: list) -> None:  # type: ignore[type-arg] # RunOutcomes, imported late
    from harness.core import UsageError

    seen = set()
    for run in runs:
        if (run.task, run.budget) in seen:
            raise UsageError(
                f"two runs of {run.task} under {run.budget}: a baseline holds one; name the model "
                "too, as 'model=…;task=…', or each run by its id (`harness show --json`)"
            )
        seen.add((run.task, run.budget))
