"""`harness train-tiny`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from harness.train.config import DEFAULT_TOKENS

EXAMPLES = """
\b
Examples:
  harness train-tiny --out my-tiny --tokens 2000000
  harness eval --model onnx:my-tiny --task arithmetic --budget 'think@{0,32}'

\b
The work folder keeps checkpoints: run the same command again to resume.
Needs pip install 'reasoning-harness[train]'.
"""


@click.command("train-tiny", epilog=EXAMPLES)
@click.option("--size", default="tiny-s", show_default=True, help="tiny-s or tiny-m.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("tiny"),
    show_default=True,
    help="Folder for the models.",
)
@click.option(
    "--work", type=click.Path(path_type=Path), help="Folder for checkpoints [default: OUT.work]."
)
@click.option(
    "--tokens",
    type=click.IntRange(1),
    default=DEFAULT_TOKENS,
    show_default=True,
    help="Number of training tokens.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Training seed.")
@click.option(
    "--threads", type=click.IntRange(1), default=1, show_default=True, help="CPU threads."
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
@click.option("--bf16/--no-bf16", default=False, show_default=True, help="Compute in bfloat16.")
@click.option(
    "--compile/--no-compile", "compile", default=True, show_default=True, help="Compile the model."
)
def train_tiny(size: str, out: Path, work: Path | None, **options: Any) -> int:
    """Retrain an embedded model on the training part of the generated tasks."""
    from harness.train import SIZES, TrainConfig, train

    if size not in SIZES:
        from harness.core import UnknownNameError

        raise UnknownNameError("size", size, SIZES)
    config = TrainConfig(
        folder=out,
        work=work or out.with_name(f"{out.name}.work"),
        size=size,
        **options,
    )
    try:
        folder = train(config, lambda line: click.echo(line, err=True))
    except KeyboardInterrupt:
        click.echo(f"\nstopped; run the same command again to resume from {config.work}", err=True)
        return 130
    click.echo(f"wrote {folder}: harness eval --model onnx:{folder} …")
    return 0
