"""`harness site`."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.options import db_option, filter_options, json_option, plugin_option, print_json


@click.group(
    epilog="\b\nExamples:\n  harness site build --out leaderboard\n"
    "  harness site build --study study.toml\n"
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
@click.option(
    "--study",
    "study_file",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="Only the runs of this study, under its title and text.",
)
@click.option("--title", help="Title of the pages [default: the study's, else Leaderboard].")
@click.option(
    "--allow-secrets",
    is_flag=True,
    help="Publish what looks like a key or a password all the same.",
)
@click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="Language of the pages.",
)
@click.option("--url", default="", help="Where the site will stand, for its feed and its embeds.")
@click.option(
    "--report",
    default="",
    help="Link behind 'report a wrong verdict'; {run}, {problem} and {sample} are filled in.",
)
@click.option("--fresh", is_flag=True, help="Write every page anew, changed or not.")
@plugin_option
@json_option
def build(  # noqa: PLR0913 - a parameter an option
    db: str,
    out: Path,
    study_file: Path | None,
    title: str | None,
    allow_secrets: bool,
    language: str,
    url: str,
    report: str,
    fresh: bool,
    as_json: bool,
    **filters: str | None,
) -> None:
    """Write the leaderboard of a database as plain files; they open from disk."""
    from harness.core import UsageError
    from harness.results.reports import find_runs
    from harness.site import BoardText, StoreSource
    from harness.site import build as write
    from harness.store import open_store

    study = None
    if study_file is not None:
        from harness.cli.study import open_study

        study = open_study(study_file, click.get_current_context())
        db = study.db
    with open_store(db) as store:
        runs = find_runs(store, **filters)
        names = {} if study is None else study.names()
        if study is not None:
            runs = [run for run in names if run in set(runs)]
            if not runs:
                raise UsageError(f"none of its runs is in {db}: `harness eval --study` first")
        if not runs and any(filters.values()):  # else a slip would empty a built site
            raise UsageError("no run matches these filters: `harness show` lists the runs")
        try:
            result = write(
                StoreSource(store, runs, names),
                out,
                board=BoardText(
                    title=title or (study.title if study is not None else "Leaderboard"),
                    text="" if study is None else study.text,
                    language=language,
                    url=url,
                    report=report,
                ),
                allow_secrets=allow_secrets,
                fresh=fresh,
            )
        except OSError as error:
            raise UsageError(
                f"the site cannot be written to {out}: {error.strerror or error}; name another "
                "folder with --out"
            ) from error
    if as_json:
        counts = {"pages": result.pages, "runs": result.runs, "written": len(result.written)}
        print_json({"index": str(result.index), **counts})
    else:
        click.echo(
            f"{result.pages} pages for {result.runs} runs, {len(result.written)} files written: "
            f"open {result.index}"
        )


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
