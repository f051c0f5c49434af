"""`harness train-star`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.options import json_option, print_json

if TYPE_CHECKING:
    from harness.core import Estimate

EXAMPLES = """
\b
Examples:
  harness train-star --out star1
  harness train-star --model star1 --seed 1 --out star2

\b
A second round draws from the first one's model. Needs pip install 'reasoning-harness[train]'.
"""


@click.command("train-star", epilog=EXAMPLES)
@click.option(
    "-m", "--model", default="tiny-s", show_default=True, help="Model whose solutions to train on."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("star"),
    show_default=True,
    help="Folder for the model.",
)
@click.option("--problems", type=click.IntRange(1), help="Training problems [default: 1500].")
@click.option("--samples", type=click.IntRange(1), help="Solutions of each [default: 4].")
@click.option("--evaluation", type=click.IntRange(2), help="Problems to measure [default: 1000].")
@click.option("--seed", type=int, help="Seed of the round [default: 0].")
@click.option("--threads", type=click.IntRange(1), help="CPU threads [default: 1].")
@json_option
def train_star(model: str, out: Path, as_json: bool, **options: Any) -> int:
    """Train an embedded model on its own verified solutions: one round of STaR on arithmetic.

    Prints accuracy before and after on fresh problems with the paired gain, whatever it is.
    """
    from harness.train import star

    given = {name: value for name, value in options.items() if value is not None}
    config = star.StarConfig(folder=out, model=model, **given)
    result = star.train_star(config, lambda line: click.echo(line, err=True))
    figures = {"before": result.before, "after": result.after, "gain": result.gain}
    if as_json:
        plain = {n: {"value": e.value, "low": e.low, "high": e.high} for n, e in figures.items()}
        print_json({**plain, "rows": result.count.to_json(), "folder": str(result.folder)})
        return 0
    for name, figure in figures.items():
        click.echo(f"{name:<7} {_shown(figure, signed=name == 'gain')}")
    click.echo(f"wrote {out}: harness eval --model onnx:{out} …")
    return 0


def _shown(figure: Estimate, *, signed: bool) -> str:
    sign = "+" if signed else ""
    return f"{figure.value:{sign}.1%} [{figure.low:{sign}.1%}, {figure.high:{sign}.1%}]"
