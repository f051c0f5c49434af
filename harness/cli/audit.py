"""`harness audit`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import IO, Any

import click

from harness.cli.options import db_option, json_option, plugin_option, print_json


@click.command(
    epilog="\b\nExamples:\n  harness audit RUN --count 60 > to_label.jsonl\n"
    "  harness audit RUN --judge math-verify > to_label.jsonl\n"
    "  harness audit RUN --labels labelled.jsonl"
)
@click.argument("run")
@db_option
@click.option("--count", type=click.IntRange(1), default=50, show_default=True, help="Samples.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which ones are drawn.")
@click.option(
    "--judge", type=click.Choice(["math-verify"]), help="A second judge: list where it differs."
)
@click.option(
    "--labels",
    type=click.File("r", encoding="utf-8"),
    metavar="FILE",
    help="A labelled list (- for standard input): print what it says of the verifier.",
)
@plugin_option
@json_option
def audit(
    run: str,
    db: str,
    count: int,
    seed: int,
    judge: str | None,
    labels: IO[str] | None,
    as_json: bool,
) -> None:
    """List samples of a run for a person to label, or read the labels.

    Without --labels, one JSON object a line: samples drawn by how sure the verifier was, the least
    sure first. Set `label` to true (the answer is right), false, or "unsure", and hand the lines
    back with --labels: the verifier's error rate and the accuracy corrected by it are printed, each
    with its 95% interval, beside the plain accuracy, which stays as it is.
    """
    from harness import api
    from harness.results.audit import audited, read_labels, to_label

    views = api.samples(run, db)
    if labels is None:
        second = None if judge is None else _math_verify()
        for row in to_label(views, count, seed=seed, judge=second):
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        return
    found = audited(views, read_labels(_rows(labels), views))
    if as_json:
        print_json({name: estimate.to_json() for name, estimate in found.items()})
        return
    for name, e in found.items():
        title = name.replace("_", " ")
        click.echo(f"{title:<20} {e.value:7.1%}  [{e.low:.1%}, {e.high:.1%}]  n={e.n}  {e.method}")


def _rows(lines: IO[str]) -> list[Mapping[str, Any]]:
    from harness.core import DataError

    rows: list[Mapping[str, Any]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise DataError(f"labels, line {number}: not JSON: {error}") from error
        if not isinstance(row, dict):
            raise DataError(f"labels, line {number}: not an object")
        rows.append(row)
    return rows


def _math_verify() -> Callable[[str, str], bool | None]:
    from harness.core import UsageError

    try:
        from math_verify import parse, verify  # type: ignore[import-untyped,unused-ignore]
    except ImportError as error:
        raise UsageError("--judge math-verify needs: pip install math-verify") from error

    def judge(response: str, gold: str) -> bool | None:
        answer = parse(response)
        return bool(verify(parse(f"${gold}$"), answer)) if answer else None

    return judge
