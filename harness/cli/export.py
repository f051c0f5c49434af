"""`harness export`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from harness.cli.options import db_option, json_option, print_json
from harness.core.counting import counted


@click.group()
def export() -> None:
    """Export stored samples for other programs."""


@export.command(
    epilog="\b\nExamples:\n"
    "  harness eval --task gsm8k:split=train --budget sample@4\n"
    "  harness export star RUN --held-out TEST_RUN --out round1.jsonl\n"
    "  harness export star RUN --hinted HINTED_RUN --held-out TEST_RUN --out round1.jsonl\n\n\b\n"
    "A row is {prompt, completion, problem, sample, source, round}: the first two are the\n"
    "engine's exact text. HINTED_RUN saw the answer in its prompt; its correct solutions serve\n"
    "for the problems that RUN missed, under RUN's own prompt (STaR's rationalisation)."
)
@click.argument("run")
@click.option(
    "--hinted", metavar="RUN", help="A run whose prompts had the answers, for missed problems."
)
@click.option(
    "--held-out",
    multiple=True,
    metavar="RUN",
    help="An evaluation run: leave out its problems and similar ones (repeatable).",
)
@click.option(
    "--ngram",
    type=click.IntRange(0),
    default=13,
    show_default=True,
    help="Consecutive shared words that make questions similar; 0: only equal questions.",
)
@click.option(
    "--per-problem",
    type=click.IntRange(1),
    help="Maximum number of solutions per problem [default: all].",
)
@click.option(
    "--round",
    "round_",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Round number to record in rows.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    required=True,
    help="The JSONL file to write.",
)
@db_option
@json_option
def star(
    run: str,
    hinted: str | None,
    held_out: tuple[str, ...],
    ngram: int,
    out: Path,
    db: str,
    as_json: bool,
    **given: Any,
) -> int:
    """Write a run's verified solutions as training rows (STaR, one round).

    The exit code is 1 if no row could be written.
    """
    from harness.analysis.star import Alike, StarCount, star_rows
    from harness.results.samples import iter_samples
    from harness.store import open_store
    from harness.store.runs import name_run

    count = StarCount()
    with open_store(db) as store:
        own = name_run(store, run)
        more = () if hinted is None else iter_samples(store, name_run(store, hinted))
        others = [name_run(store, name) for name in held_out]
        known = Alike((v.problem for one in others for v in iter_samples(store, one)), ngram)
        rows = star_rows(
            iter_samples(store, own),
            count,
            hinted=more,
            held_out=known,
            per_problem=given["per_problem"],
            round_=given["round_"],
        )
        with out.open("w", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps(row.to_json(), ensure_ascii=False) + "\n")
    if as_json:
        print_json(count.to_json())
    else:
        click.echo(
            f"{counted(count.rows, 'row')} of "
            f"{counted(count.problems - count.held_out, 'problem')} in {out}: "
            f"{count.missed} were missed, {count.rationalised} of them solved with the hint; "
            f"{count.held_out} left out as held out; "
            f"not written: {count.cut} cut off, {count.repeated} repeated, {count.spare} spare"
        )
    if not held_out:
        click.echo(
            "no --held-out run was given, so nothing was checked against an evaluation", err=True
        )
    return 0 if count.rows else 1
