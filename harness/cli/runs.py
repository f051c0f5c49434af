"""`harness runs`."""

from __future__ import annotations

from dataclasses import asdict

import click

from harness.cli.options import db_option, filter_options, json_option, print_json
from harness.core.counting import counted


@click.group(
    epilog="\b\nExamples:\n  harness runs list --tag nightly\n"
    "  harness runs rename 3f2a 'before the fix'\n"
    "  harness runs tag 3f2a nightly --remove old\n"
    "  harness runs remove 'before the fix'\n\n"
    "Refer to a run by its id, a prefix of its id, or the name that you gave it."
)
def runs() -> None:
    """List, name, tag and remove runs."""


@runs.command("list")
@db_option
@filter_options
@click.option("--tag", help="Only runs with this tag.")
@json_option
def list_(
    db: str, model: str | None, task: str | None, budget: str | None, tag: str | None, as_json: bool
) -> None:
    """List runs, oldest first, with their names and tags, without computing figures."""
    from harness.store import open_store
    from harness.store.runs import find_runs, get_runs

    with open_store(db) as store:
        found = get_runs(store, find_runs(store, model=model, task=task, budget=budget, tag=tag))
    names = ("id", "name", "tags", "model", "task", "budget", "planned", "created")
    if as_json:
        print_json([{name: getattr(run, name) for name in names} for run in found])
        return
    for run in found:
        said = " ".join(filter(None, [run.name and f"“{run.name}”", *(f"#{t}" for t in run.tags)]))
        click.echo(f"{run.id[:12]}  {run.model}  {run.task}  {run.budget}  {run.created}  {said}")
    if not found:
        click.echo("no runs match")


@runs.command()
@click.argument("run")
@click.argument("name", required=False)
@db_option
def rename(run: str, name: str | None, db: str) -> None:
    """Name RUN, or remove its name if NAME is omitted."""
    from harness.store import open_store
    from harness.store.runs import name_run
    from harness.store.upkeep import rename_run

    with open_store(db) as store:
        rename_run(store, name_run(store, run), name)


@runs.command()
@click.argument("run")
@click.argument("tags", nargs=-1)
@click.option("--remove", "gone", multiple=True, metavar="TAG", help="Tag to remove (repeatable).")
@db_option
def tag(run: str, tags: tuple[str, ...], gone: tuple[str, ...], db: str) -> None:
    """Add TAGS to RUN, or remove tags."""
    from harness.store import open_store
    from harness.store.runs import name_run
    from harness.store.upkeep import tag_run

    with open_store(db) as store:
        tag_run(store, name_run(store, run), add=tags, remove=gone)


@runs.command()
@click.argument("names", metavar="RUN...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@db_option
@json_option
def remove(names: tuple[str, ...], yes: bool, db: str, as_json: bool) -> None:
    """Remove runs with their attempts, and the samples and calls that no other run needs.

    A call whose samples another run uses is kept, and paid for by that run from then on.
    """
    from harness.store import open_store
    from harness.store.runs import get_run, name_run
    from harness.store.upkeep import remove_runs

    with open_store(db) as store:
        found = [get_run(store, name_run(store, name)) for name in names]
        for run in found if not as_json else ():
            click.echo(f"{run.id[:12]}  {run.model}  {run.task}  {run.budget}")
        if not yes:
            click.confirm(f"Permanently remove {counted(len(found), 'run')}?", abort=True, err=True)
        removed = remove_runs(store, [run.id for run in found])
    if as_json:
        print_json(asdict(removed))
        return
    click.echo(
        f"removed {counted(removed.attempts, 'attempt')}, {counted(removed.samples, 'sample')} "
        f"and {counted(removed.calls, 'call')}; "
        f"{counted(removed.moved, 'call is', 'calls are')} now paid for by other runs"
    )
