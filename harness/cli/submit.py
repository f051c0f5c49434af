"""`harness submit`."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.options import db_option, filter_options, json_option, plugin_option, print_json
from harness.core.counting import counted


@click.command(
    epilog="\b\nExamples:\n  harness submit --model onnx:tiny-s --out tiny-s.zip\n"
    "  harness submit RUN RUN --out two-runs.zip\n"
    "  harness site check-submission tiny-s.zip\n\n"
    "Send the file to a leaderboard, e.g. in a pull request to its project (`harness site new`)."
)
@click.argument("runs", nargs=-1, metavar="[RUN]...")
@filter_options
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("submission.zip"),
    show_default=True,
    help="File to write.",
)
@click.option(
    "--allow-secrets",
    is_flag=True,
    help="Pack even if something looks like a key or a password.",
)
@db_option
@plugin_option
@json_option
def submit(
    runs: tuple[str, ...],
    out: Path,
    allow_secrets: bool,
    db: str,
    as_json: bool,
    **filters: str | None,
) -> None:
    """Pack finished runs into one file: samples, manifests, ledger, reports, checksums.

    RUN is a run's id, a prefix of it, or its name; without any, all matching runs are packed.
    """
    from harness.core import UsageError
    from harness.interop.submission import pack
    from harness.results.reports import find_runs
    from harness.store import open_store
    from harness.store.runs import name_run

    with open_store(db) as store:
        wanted = find_runs(store, **filters)
        if runs:
            named = [name_run(store, run) for run in runs]
            wanted = [run for run in dict.fromkeys(named) if run in set(wanted)]
        if not wanted:
            raise UsageError("no run matches: `harness show` lists the runs")
        packed = pack(store, wanted, out, allow_secrets=allow_secrets)
    if as_json:
        print_json(packed.to_json())
        return
    click.echo(
        f"{counted(len(packed.runs), 'run')}, {counted(packed.samples, 'sample')}, "
        f"{packed.bytes / 1000:,.0f} kB: {packed.path}"
    )
