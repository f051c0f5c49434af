"""`harness rubric`."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from harness.cli.options import json_option, print_json

if TYPE_CHECKING:
    from harness.analysis.rubrics import Agreement
    from harness.core import Estimate

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def rubric() -> None:
    """Rule-based rewards: fit a rubric's weights to labels, and check it against others."""


@rubric.command(
    epilog="\b\nExamples:\n"
    "  harness rubric fit refusal.toml labels.jsonl\n"
    "  harness rubric fit refusal.toml labels.jsonl --out fitted.toml\n\n\b\n"
    'A row of LABELS is {"text": RESPONSE, "label": CLASS, "behaviour": NAME}; the last where\n'
    'the rubric has several. What a model is to judge stands in it as "propositions".'
)
@click.argument("rubric", type=_FILE)
@click.argument("labels", type=click.File("r", encoding="utf-8"))
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write [RUBRIC itself]."
)
@click.option(
    "--ridge", type=click.FloatRange(0, min_open=True), default=0.01, show_default=True,
    help="Penalty on large weights.",
)  # fmt: skip
@json_option
def fit(rubric: Path, labels: IO[str], out: Path | None, ridge: float, as_json: bool) -> None:
    """Fit the weights of RUBRIC to labelled responses, and store them in the file.

    Each pair of responses of which one is labelled better is to score so, by a hinge loss. The
    scores of the labelled responses then run from 0 to 1.
    """
    from harness.analysis.rubrics import agreement, fit_weights, read_labelled, write_weights
    from harness.verifiers.rubric import read_rubric

    rows = read_labelled(read_rubric(rubric), lines := list(labels), labels.name)
    weights = fit_weights(read_rubric(rubric), rows, ridge=ridge)
    write_weights(rubric, out or rubric, weights)
    fitted = read_rubric(out or rubric)
    figures = agreement(fitted, read_labelled(fitted, lines, labels.name))
    if as_json:
        print_json({"weights": weights, "agreement": _plain(figures)})
        return
    for behaviour, named in weights.items():
        click.echo(f"{behaviour}:")
        for name, value in named.items():
            click.echo(f"  {name:<24} {value:+.4f}")
    click.echo(f"wrote {out or rubric}; on the {figures.n} responses that it was fitted to:")
    click.echo(_sheet(figures))


@rubric.command(epilog="\b\nExamples:\n  harness rubric check refusal.toml kept.jsonl")
@click.argument("rubric", type=_FILE)
@click.argument("labels", type=click.File("r", encoding="utf-8"))
@json_option
def check(rubric: Path, labels: IO[str], as_json: bool) -> None:
    """Hold RUBRIC against labelled responses: kappa of classes and verdicts, pairs in order."""
    from harness.analysis.rubrics import agreement, read_labelled
    from harness.verifiers.rubric import read_rubric

    read = read_rubric(rubric)
    figures = agreement(read, read_labelled(read, labels, labels.name))
    if as_json:
        print_json(_plain(figures))
    else:
        click.echo(_sheet(figures))


def _sheet(figures: Agreement) -> str:
    lines = [
        f"kappa of the classes   {_shown(figures.classes)}",
        f"kappa of the verdicts  {_shown(figures.verdicts)}",
        f"pairs in order         {_shown(figures.pairs)}",
        "labelled -> judged",
    ]
    lines += [f"  {a} -> {b}  {count}" for (a, b), count in figures.confusion.items()]
    return "\n".join(lines)


def _shown(figure: Estimate | None) -> str:
    if figure is None:
        return "undefined: one label throughout"
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}], n={figure.n}"


def _plain(figures: Agreement) -> dict[str, Any]:
    def one(figure: Estimate | None) -> dict[str, float] | None:
        if figure is None:
            return None
        return {"value": figure.value, "low": figure.low, "high": figure.high}

    return {
        "n": figures.n,
        "classes": one(figures.classes),
        "verdicts": one(figures.verdicts),
        "pairs": one(figures.pairs),
        "confusion": [
            {"label": a, "judged": b, "count": n} for (a, b), n in figures.confusion.items()
        ],
    }
