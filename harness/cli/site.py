"""`harness site`."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.options import db_option, filter_options, json_option, plugin_option, print_json


@click.group(
    epilog="\b\nExamples:\n  harness site build --out leaderboard\n"
    "  harness site serve leaderboard --port 8080"
)
def site() -> None:
    """Build or serve the static leaderboard."""


@site.command()
@db_option
@filter_options
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("_site"),
    show_default=True,
    help="Folder to write.",
)
@click.option("--title", default="Leaderboard", show_default=True, help="Title of the pages.")
@click.option(
    "--allow-secrets",
    is_flag=True,
    help="Publish what looks like a key or a password all the same.",
)
@plugin_option
@json_option
def build(
    db: str,
    model: str | None,
    task: str | None,
    budget: str | None,
    out: Path,
    title: str,
    allow_secrets: bool,
    as_json: bool,
) -> None:
    """Write the leaderboard of a database as plain files; they open from disk."""
    from harness.core import UsageError
    from harness.results.reports import find_runs, iter_samples, load_reports
    from harness.site import build as write
    from harness.store import open_store

    with open_store(db) as store:
        runs = find_runs(store, model=model, task=task, budget=budget)
        if not runs and (model or task or budget):  # else a slip would empty a built site
            raise UsageError("no run matches these filters: `harness show` lists the runs")
        reports = load_reports(store, runs)
        try:
            result = write(
                reports,
                lambda run: iter_samples(store, run),
                out,
                title=title,
                allow_secrets=allow_secrets,
            )
        except OSError as error:
            raise UsageError(
                f"the site cannot be written to {out}: {error.strerror or error}; name another "
                "folder with --out"
            ) from error
    if as_json:
        print_json({"index": str(result.index), "pages": result.pages, "runs": len(reports)})
    else:
        click.echo(f"{result.pages} pages for {len(reports)} runs: open {result.index}")


@site.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("_site"))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port; 0 takes a free one.",
)
def serve(folder: Path, host: str, port: int) -> None:
    """Serve a built leaderboard on this machine."""
    from harness.site import serve as run

    run(folder, host=host, port=port, ready=click.echo)
