"""`harness verify`."""

from __future__ import annotations

import json
import sys
from typing import IO, TYPE_CHECKING

import click

if TYPE_CHECKING:
    from harness.core import Problem, VerifierSpec


@click.command(
    epilog="\b\nExamples:\n  harness verify --gold 1/2 --answer 'The answer is 0.5'\n"
    "  harness verify --explain --gold 64 --answer 'She pays $64 for 16 glasses.'\n"
    "  harness verify --verifier rubric -o rubric=my.toml --explain --gold refuse --answer 'No.'\n"
    "  harness verify answers.jsonl\n  cat answers.jsonl | harness verify -"
)
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"), required=False)
@click.option("--gold", help="The right answer.")
@click.option("--answer", help="A response, or a bare answer.")
@click.option("--verifier", default="math", show_default=True, help="A registered verifier.")
@click.option("--option", "-o", multiple=True, metavar="KEY=VALUE", help="A verifier's argument.")
@click.option(
    "--workers", type=click.IntRange(1), help="Number of processes [default: one per CPU]."
)
@click.option("--question", default="", help="The question, which can help to find the answer.")
@click.option("--explain", is_flag=True, help="Show every step of one verdict (math, rubric).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(  # noqa: PLR0913 - an argument an option
    file: IO[str] | None,
    gold: str | None,
    answer: str | None,
    verifier: str,
    option: tuple[str, ...],
    workers: int | None,
    question: str,
    explain: bool,
    as_json: bool,
) -> int:
    """Grade one answer, or the rows of a file (JSON lines with `gold` and `text` or `answer`, and
    `question` if known).

    FILE `-` is standard input. Prints one JSON object per row, in order and as soon as it is
    graded, with `verdict`, `extracted`, `stage`, `reason`, `rule`, `warning` and `key`, and
    `score` for partial credit. --explain shows the text with the answer marked, each rule that was
    tried and why it lost, the role of each number in its sentence, both parsed trees, and the stage
    that decided; for a rubric, each proposition with its value and weight, each class with its
    rule, and the score. The exit code is 1 if some rows are `ungraded`.
    """
    from harness.core import UsageError, VerifierSpec
    from harness.verifiers.pool import VerifierPool
    from harness.verifiers.rows import Row, judge_rows, options_of, read_rows

    spec = VerifierSpec(verifier, options_of(option))
    if (gold is None) != (answer is None) or (file is None) == (gold is None):
        raise UsageError("give a FILE (or - for standard input), or both --gold and --answer")
    if explain or question or (verifier == "rubric" and file is None and not as_json):
        return _explained(spec, question, gold, answer, as_json)
    rows = read_rows(file) if file is not None else iter([Row(gold or "", answer or "")])
    ungraded = 0
    with VerifierPool(1 if file is None else workers) as pool:
        for row in judge_rows(rows, spec, pool):
            ungraded += row["verdict"] == "ungraded"
            if file is None and not as_json:
                click.echo(_sheet(row, gold or ""))
            else:
                sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
                sys.stdout.flush()  # so that readers of a pipe see it at once
    return 1 if ungraded else 0


def _explained(
    spec: VerifierSpec, question: str, gold: str | None, answer: str | None, as_json: bool
) -> int:
    import dataclasses

    from harness.core import Problem, UsageError
    from harness.verifiers.math.explain import explain

    if spec.name == "rubric" and gold is not None and answer is not None:
        return _by_rubric(spec, Problem(id="", question=question, gold=gold), answer, as_json)
    if spec.name != "math" or gold is None or answer is None:
        raise UsageError(
            "--explain and --question need --gold and --answer, and the verifier math or rubric"
        )
    told = explain(answer, Problem(id="", question=question, gold=gold), **spec.args)
    if as_json:
        shown = {**dataclasses.asdict(told), "marked": told.marked}
        sys.stdout.write(json.dumps(shown, ensure_ascii=False) + "\n")
    else:
        lines = [told.marked, "", *(f"  {t.rule}: {t.found or '-'}  ({t.why})" for t in told.tried)]
        lines += [f"  number {n.text}: {n.part}, weight {n.weight:g}" for n in told.numbers]
        lines += [
            "",
            f"answer     {'  or  '.join(told.answer)}",
            f"gold       {'  or  '.join(told.gold)}",
            f"stage      {told.stage}",
            f"verdict    {told.verdict.status}",
            f"why        {told.verdict.reason}",
        ]
        click.echo("\n".join(lines))
    return 1 if told.verdict.status == "ungraded" else 0


def _by_rubric(spec: VerifierSpec, problem: Problem, answer: str, as_json: bool) -> int:
    from harness.verifiers.rubric import RubricVerifier
    from harness.verifiers.rubric.explain import explain

    verifier = RubricVerifier(**spec.args)
    verdict = verifier.verify(answer, problem)
    told = explain(verifier, answer, problem)
    if as_json:
        shown = {"verdict": verdict.status, "score": verdict.score, "reason": verdict.reason}
        sys.stdout.write(json.dumps({**shown, **told.to_json()}, ensure_ascii=False) + "\n")
    else:
        score = "" if verdict.score is None else f", score {verdict.score:.3f}"
        click.echo("\n".join([*told.lines(), f"verdict  {verdict.status}{score}"]))
        click.echo(f"why      {verdict.reason}")
    return 1 if verdict.status == "ungraded" else 0


def _sheet(row: dict[str, object], gold: str) -> str:
    from harness.verifiers.math.comparing.answers import read
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
