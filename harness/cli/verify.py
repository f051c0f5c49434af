"""`harness verify`."""

from __future__ import annotations

import json
import sys
from typing import IO

import click


@click.command(
    epilog="\b\nExamples:\n  harness verify --gold 1/2 --answer 'The answer is 0.5'\n"
    "  harness verify answers.jsonl\n  cat answers.jsonl | harness verify -"
)
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"), required=False)
@click.option("--gold", help="The right answer.")
@click.option("--answer", help="A response, or a bare answer.")
@click.option("--verifier", default="math", show_default=True, help="A registered verifier.")
@click.option("--option", "-o", multiple=True, metavar="KEY=VALUE", help="A verifier's argument.")
@click.option("--workers", type=click.IntRange(1), help="Processes; default: one a CPU.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(
    file: IO[str] | None,
    gold: str | None,
    answer: str | None,
    verifier: str,
    option: tuple[str, ...],
    workers: int | None,
    as_json: bool,
) -> int:
    """Judge one answer, or the rows of a file (JSON lines with `gold` and `text` or `answer`).

    FILE `-` is standard input. One JSON object a row goes to standard output, in order and as soon
    as it is judged, with `verdict`, `extracted`, `stage`, `reason`, `rule`, `warning` and `key`.
    Exit code 1: some rows are `ungraded`.
    """
    from harness.core import UsageError, VerifierSpec
    from harness.verifiers.pool import VerifierPool
    from harness.verifiers.rows import judge_rows, options_of, read_rows

    spec = VerifierSpec(verifier, options_of(option))
    if (gold is None) != (answer is None) or (file is None) == (gold is None):
        raise UsageError("give a FILE (or - for standard input), or both --gold and --answer")
    rows = read_rows(file) if file is not None else iter([(gold or "", answer or "")])
    ungraded = 0
    with VerifierPool(1 if file is None else workers) as pool:
        for row in judge_rows(rows, spec, pool):
            ungraded += row["verdict"] == "ungraded"
            if file is None and not as_json:
                click.echo(_sheet(row, gold or ""))
            else:
                sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
                sys.stdout.flush()  # whoever reads a pipe waits for it
    return 1 if ungraded else 0


def _sheet(row: dict[str, object], gold: str) -> str:
    from harness.verifiers.math.comparing.judge import read
    from harness.verifiers.math.verifier import gold_answer

    shown = {
        "extracted": f"{row['extracted']}  (rule {row['rule']}, warning {row['warning']})",
        "parsed as": _readings(read(str(row["extracted"]))),
        "gold": _readings(read(gold_answer(gold))),
        "verdict": row["verdict"],
        "stage": row["stage"],
        "why": row["reason"],
    }
    return "\n".join(f"{name:<10} {value}" for name, value in shown.items())


def _readings(answer: object) -> str:
    readings = getattr(answer, "readings", ())
    return "  or  ".join(map(repr, readings)) or f"words ({getattr(answer, 'problem', '')})"
