"""`harness site`."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.options import db_option, filter_options, json_option, plugin_option, print_json
from harness.core.counting import counted

if TYPE_CHECKING:
    from harness.site import BoardText
    from harness.study import Study


@click.group(
    epilog="\b\nExamples:\n  harness site build --out leaderboard\n"
    "  harness site build --study study.toml --release 2026-01\n"
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
@click.option(
    "--board",
    "board_file",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="Board settings: title, texts, colours, tasks whose gold answers are withheld "
    "[default: board.toml next to the study].",
)
@click.option(
    "--title", help="Title of the pages [default: the board's, the study's, else Leaderboard]."
)
@click.option(
    "--allow-secrets",
    is_flag=True,
    help="Publish even if something looks like a key or a password.",
)
@click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    help="Language of the pages [default: the board's, else en].",
)
@click.option("--url", help="URL of the published site, for its feed and embeds.")
@click.option(
    "--report",
    help="Link behind 'report a wrong verdict'; {run}, {problem} and {sample} are filled in.",
)
@click.option("--all-runs", is_flag=True, help="With --study, include the database's other runs.")
@click.option(
    "--release",
    metavar="NAME",
    help="Keep a frozen copy of the built site under releases/NAME.",
)
@click.option("--fresh", is_flag=True, help="Rewrite every page, changed or not.")
@plugin_option
@json_option
def build(  # noqa: PLR0913 - a parameter an option
    db: str,
    out: Path,
    study_file: Path | None,
    board_file: Path | None,
    title: str | None,
    allow_secrets: bool,
    language: str | None,
    url: str | None,
    report: str | None,
    all_runs: bool,
    release: str | None,
    fresh: bool,
    as_json: bool,
    **filters: str | None,
) -> None:
    """Write a database's leaderboard as static files that also open from disk."""
    from harness.core import UsageError
    from harness.results.reports import find_runs
    from harness.site import StoreSource
    from harness.site import build as write
    from harness.store import open_store

    given = {"title": title, "language": language, "url": url, "report": report}
    study = None
    if study_file is not None:
        from harness.cli.study import open_study

        study = open_study(study_file, click.get_current_context())
        db = study.db
    with open_store(db) as store:
        runs = find_runs(store, **filters)
        names = {} if study is None else study.names()
        if study is not None:
            named = [run for run in names if run in set(runs)]
            runs = [*named, *(r for r in runs if r not in names)] if all_runs else named
            if not runs:
                raise UsageError(f"none of its runs is in {db}: run `harness eval --study` first")
        if not runs and any(filters.values()):  # otherwise a typo would empty a built site
            raise UsageError("no run matches these filters: `harness show` lists the runs")
        try:
            result = write(
                StoreSource(store, runs, names),
                out,
                board=_words(board_file, study, given),
                allow_secrets=allow_secrets,
                fresh=fresh,
                release=release,
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
            f"{counted(result.pages, 'page')} for {counted(result.runs, 'run')}, "
            f"{counted(len(result.written), 'file')} written: open {result.index}"
        )


def _words(board_file: Path | None, study: Study | None, given: dict[str, str | None]) -> BoardText:
    """Settings from the board's file, then the study, then the command's own options."""
    from harness.site import BoardText
    from harness.site.board_file import BOARD, read_board

    if board_file is None and study is not None:
        beside = study.path.parent / BOARD
        board_file = beside if beside.is_file() and not beside.samefile(study.path) else None
    told: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if board_file is not None:
        board = read_board(board_file)
    else:
        board = BoardText(title="Leaderboard" if study is None else study.title)
    if study is not None and not board.text:
        board = replace(board, text=study.text)
    return replace(board, **told)


@site.command(epilog="\b\nExamples:\n  harness site new our-board --title 'Our board'")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--title", default="Our board", show_default=True, help="Title of the pages.")
def new(folder: Path, title: str) -> None:
    """Write a leaderboard project: study, texts and colours, and files that publish it.

    Commit the folder; a push builds the pages for GitHub Pages or GitLab Pages. Its README says how
    to publish them as a Hugging Face Space or on a server of your own.
    """
    from harness.cli.study import SCHEMA, schema_text
    from harness.site.board_file import new_board
    from harness.study.template import TEMPLATE

    study = TEMPLATE.replace("NAME.toml", "study.toml").replace("NAME", title)
    for path in new_board(folder, title, study, {SCHEMA: schema_text()}):
        click.echo(path)
    click.echo(f"next: cd {shlex.quote(str(folder))} && harness eval --study study.toml", err=True)


@site.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("_site"))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port; 0 picks a free one.",
)
def serve(folder: Path, host: str, port: int) -> None:
    """Serve a built leaderboard on this machine."""
    from harness.site import serve as run

    run(folder, host=host, port=port, ready=click.echo)


@site.command(
    name="check-submission",
    epilog="\b\nExamples:\n  harness site check-submission submission.zip\n"
    "  harness site check-submission submission.zip --db board.sqlite --accept\n\n"
    "Exit code 1 with one line per fault, 2 if the file is not a submission.",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--db", metavar="FILE|URL", help="The leaderboard's database, which must agree.")
@click.option("--accept", is_flag=True, help="If there is no fault, add the runs to that database.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    help="Folder with the data of tasks that are not generated.",
)
@plugin_option
@json_option
def check_submission(
    file: Path, db: str | None, accept: bool, data_dir: Path | None, as_json: bool
) -> int:
    """Check a submission: grade every answer again, and recompute every sum."""
    from contextlib import ExitStack

    from harness.core import UsageError
    from harness.interop.submission_check import check_submission as check
    from harness.store import open_store

    if accept and db is None:
        raise UsageError("--accept: name the board's database with --db")
    with ExitStack() as opened:
        board = None if db is None else opened.enter_context(open_store(db, create=accept))
        checked = check(file, board=board, data_dir=data_dir, take=accept)
    if as_json:
        print_json(checked.to_json())
        return 1 if checked.faults else 0
    for fault in checked.faults:
        click.echo(fault)
    for note in checked.notes:
        click.echo(f"note: {note}", err=True)
    said = f"{counted(len(checked.runs), 'run')}, {counted(checked.samples, 'sample')}: "
    if checked.faults:
        click.echo(said + counted(len(checked.faults), "fault"), err=True)
        return 1
    click.echo(said + (f"accepted into {db}" if checked.accepted else "all fits"))
    return 0
