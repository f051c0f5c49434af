"""`harness audit`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.options import db_option, json_option, plugin_option, print_json
from harness.cli.planning import JUDGE, config_options, judge_from, stop_cleanly
from harness.core.counting import counted

if TYPE_CHECKING:
    from harness.results.audited import Audit


@click.group(
    epilog="\b\nExamples:\n  harness audit list RUN --count 60 --page label.html\n"
    "  harness audit import labels.jsonl --author ann\n  harness audit show RUN"
)
def audit() -> None:
    """Label samples by hand, and measure how often the verifier is wrong."""


@audit.command(
    "list",
    epilog="\b\nExamples:\n  harness audit list RUN --count 60 > to_label.jsonl\n"
    "  harness audit list RUN --judge math-verify --page label.html\n"
    "  harness audit list RUN --judge openai:NAME --max-usd 2 > to_label.jsonl",
)
@click.argument("run")
@db_option
@click.option(
    "--count", type=click.IntRange(1), default=50, show_default=True, help="Number of samples."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the draw.")
@click.option(
    "--page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page for labelling them, instead of JSON lines.",
)
@config_options(*JUDGE, "price")
@click.option(
    "--max-usd",
    type=click.FloatRange(0, min_open=True),
    help="Spending limit for the judge in US dollars.",
)
@plugin_option
def list_(
    run: str,
    db: str,
    count: int,
    seed: int,
    page: Path | None,
    max_usd: float | None,
    **given: Any,
) -> None:
    """List samples of RUN to label, those with the least certain verdicts first.

    Samples are drawn at random, stratified by the verifier's certainty and verdict. With --judge, a
    model or another verifier (math-verify, if it is installed) is asked about every sample of the
    run, and samples on which it disagrees are drawn more often.

    Prints one JSON object per line: set `label` to true (the answer is right), false or "unsure".
    The page written by --page needs no network and saves such lines. Import them with `harness
    audit import`.
    """
    from harness import api

    stop_cleanly()
    rows = api.to_label(
        run, db, count=count, seed=seed, judge=judge_from(given), price=given["price"],
        max_usd=max_usd,
    )  # fmt: skip
    if page is None:
        for row in rows:
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        return
    from harness.site.labelling import label_page

    _write(page, label_page(rows, run))
    click.echo(f"{counted(len(rows), 'sample')} to label: open {page}", err=True)


@audit.command(
    "import",
    epilog="\b\nExamples:\n  harness audit import labels.jsonl\n"
    "  harness audit import labels.jsonl --author ann",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@db_option
@click.option("--author", help="Author of labels without one [default: you].")
@json_option
def import_(file: Path, db: str, author: str | None, as_json: bool) -> None:
    """Store the labels of a JSONL file alongside the verdicts.

    A newer label by the same author replaces the older one; lines without a label are skipped.
    """
    from harness import api

    taken = api.import_labels(file, db, author=author)
    if as_json:
        print_json(taken.to_json())
        return
    more = f", {taken.unsure} of them unsure" if taken.unsure else ""
    left = f"; {counted(taken.open, 'line has', 'lines have')} none yet" if taken.open else ""
    click.echo(f"{counted(taken.stored, 'label')} stored{more}{left}")


@audit.command(epilog="\b\nExamples:\n  harness audit show RUN\n  harness audit show RUN --json")
@click.argument("run")
@db_option
@plugin_option
@json_option
def show(run: str, db: str, as_json: bool) -> None:
    """Show what the labels of RUN imply: the verifier's error rate and a corrected accuracy.

    Each has a 95% interval. The uncorrected accuracy is shown above, as everywhere else.
    """
    from harness import api

    found = api.audit(run, db)
    if as_json:
        print_json(found.to_json())
        return
    for line in _lines(found):
        click.echo(line)


def _lines(found: Audit) -> list[str]:
    unsure = f", {found.unsure} more unsure" if found.unsure else ""
    lines = [
        f"{counted(found.labels, 'label')} by {counted(found.people, 'person', 'people')}{unsure}"
    ]
    for name, e in (
        ("accuracy of the samples", found.accuracy),
        ("the same, corrected", found.corrected_accuracy),
        ("wrong verdicts", found.error_rate),
    ):
        if e is not None:
            lines.append(f"{name:<24} {e.value:6.1%}  [{e.low:.1%}, {e.high:.1%}]  {e.method}")
    if found.kappa is not None:
        k = found.kappa
        lines.append(f"{'kappa with the labels':<24} {k.value:6.2f}  [{k.low:.2f}, {k.high:.2f}]")
    if found.why:
        lines.append(f"no estimate from these labels: {found.why}")
    return lines


def _write(path: Path, text: str) -> None:
    from harness.core import UsageError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error
