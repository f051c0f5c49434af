"""`harness db`."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.options import db_option, json_option, print_json
from harness.core.counting import counted


@click.group(
    epilog="\b\nExamples:\n  harness db verify\n  harness db recover harness.sqlite.rescue.jsonl\n"
    "  harness db redact --dry-run\n  harness db gc --dry-run"
)
def db() -> None:
    """Check a database, recover rescued samples, clean up, remove secrets."""


@db.command()
@db_option
@json_option
def verify(db: str, as_json: bool) -> int:
    """Recompute every hash and check every reference."""
    from harness.results.reports import verify_figures
    from harness.store import open_store
    from harness.store.verify import verify as check

    with open_store(db) as store:
        counts, faults = check(store)
        if not faults:  # else there is nothing to compute them from
            faults = verify_figures(store)
    if as_json:
        print_json({"rows": counts, "faults": faults})
    else:
        click.echo(", ".join(f"{count} {name}s" for name, count in counts.items()))
        for fault in faults:
            click.echo(fault)
        click.echo("all is well" if not faults else f"{len(faults)} faults")
    return 1 if faults else 0


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
@db_option
@json_option
def recover(file: Path, db: str, as_json: bool) -> None:
    """Import the samples of a rescue file, except those already stored."""
    from harness.store import open_store
    from harness.store.recovery import recover as bring_in

    with open_store(db, create=True) as store:
        count = bring_in(store, file)
    if as_json:
        print_json({"file": str(file), "rows": count})
        return
    click.echo(f"{counted(count, 'row')} read from {file}; the file can be deleted now")


@db.command()
@db_option
@click.option("--dry-run", is_flag=True, help="Only print what would be removed.")
@json_option
def gc(db: str, dry_run: bool, as_json: bool) -> None:
    """Remove samples that no attempt is charged for, with their calls.

    Failed or interrupted attempts leave such samples behind, and running them again would reuse
    them. Samples of the last hour are kept, because a command may still be running.
    """
    from dataclasses import asdict

    from harness.store import open_store
    from harness.store.upkeep import collect_garbage

    with open_store(db) as store:
        removed = collect_garbage(store, dry_run=dry_run)
    if as_json:
        print_json({**asdict(removed), "dry_run": dry_run})
        return
    click.echo(
        f"{'would remove' if dry_run else 'removed'} {counted(removed.samples, 'sample')}, "
        f"{counted(removed.calls, 'call')}, {counted(removed.prompts, 'prompt')} and "
        f"{counted(removed.problems, 'problem')}"
    )


@db.command()
@db_option
@click.option("--dry-run", is_flag=True, help="Only print what would be replaced.")
@click.option(
    "--env", "names", multiple=True, metavar="NAME", help="Also remove this variable's value."
)
@json_option
def redact(db: str, dry_run: bool, names: tuple[str, ...], as_json: bool) -> None:
    """Replace keys and passwords in what is stored about models and runs.

    Looks for the known formats of keys, user names in URLs, and the values of environment variables
    named like secrets. Ids do not change; prompts and samples are not touched.
    """
    import os

    from harness.core import UsageError
    from harness.core.secrets import environment_secrets
    from harness.store import open_store
    from harness.store.redact import redact as take_out

    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise UsageError(f"--env {missing[0]}: no such environment variable is set")
    known = {**environment_secrets(), **{name: os.environ[name] for name in names}}
    with open_store(db) as store:
        places = take_out(store, known, dry_run=dry_run)
    if as_json:
        print_json({"places": places, "dry_run": dry_run})
        return
    for place in places:
        click.echo(place)
    done = "would be redacted" if dry_run else "redacted"
    click.echo(
        f"{counted(len(places), 'place')} {done}" if places else "nothing looks like a secret"
    )
