"""`harness view`."""

from __future__ import annotations

import click

from harness.cli.options import db_option, plugin_option


@click.command(epilog="\b\nExamples:\n  harness view\n  harness view --db runs.sqlite --port 8080")
@db_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Port on this machine; 0 picks a free one.",
)
@plugin_option
def view(db: str, port: int) -> None:
    """Serve a database's leaderboard pages, updated while runs are in progress.

    Serves on this machine only (127.0.0.1), until interrupted: progress, cost so far, and every
    transcript as soon as it is stored. `harness site build` writes the same pages as files.
    """
    from harness.site.live import view as serve

    serve(db, port=port, title=f"Live: {db.rsplit('/', 1)[-1]}", ready=click.echo)
