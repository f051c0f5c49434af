"""`harness db`."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.options import db_option, json_option, print_json


@click.group(
    epilog="\b\nExamples:\n  harness db verify\n  harness db recover harness.sqlite.rescue.jsonl"
)
def db() -> None:
    """Check a database, or recover rescued samples."""


@db.command()
@db_option
@json_option
def verify(db: str, as_json: bool) -> int:
    """Re-derive every hash and follow every reference."""
    from harness.store import open_store
    from harness.store.verify import verify as check

    with open_store(db) as store:
        counts, faults = check(store)
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
    """Bring in the samples of a rescue file; what stands already is left as it is."""
    from harness.store import open_store
    from harness.store.rescue import recover as bring_in

    with open_store(db, create=True) as store:
        count = bring_in(store, file)
    if as_json:
        print_json({"file": str(file), "rows": count})
        return
    click.echo(f"{count} rows read from {file}; the file can be deleted now")
