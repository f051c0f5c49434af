"""`harness train-reward`."""

from __future__ import annotations

from pathlib import Path

import click

EXAMPLES = """
\b
Examples:
  harness train-reward --model tiny-s --out my-prm
  harness eval --model tiny-s --task arithmetic --budget 'best@8:reward=onnx:my-prm'

\b
Needs pip install 'reasoning-harness[train]'.
"""


@click.command("train-reward", epilog=EXAMPLES)
@click.option(
    "-m", "--model", default="tiny-s", show_default=True, help="Model whose solutions to train on."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("prm"),
    show_default=True,
    help="Folder for the model.",
)
@click.option(
    "-t",
    "--task",
    "tasks",
    type=click.Choice(["arithmetic", "decimals", "traps"]),
    multiple=True,
    help="Task whose problems to solve (repeatable) [default: all].",
)
@click.option(
    "--problems", type=click.IntRange(1), help="Number of problems to solve [default: as shipped]."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Training seed.")
@click.option(
    "--threads", type=click.IntRange(1), default=1, show_default=True, help="CPU threads."
)
def train_reward(
    model: str, out: Path, tasks: tuple[str, ...], problems: int | None, seed: int, threads: int
) -> int:
    """Train a process reward model on an embedded model's own solutions."""
    from harness.train import reward, reward_loop

    config = reward.RewardConfig(
        folder=out,
        model=model,
        tasks=tasks,
        problems=problems or reward.DEFAULT_PROBLEMS,
        seed=seed,
        threads=threads,
    )
    folder = reward_loop.train_reward(config, lambda line: click.echo(line, err=True))
    click.echo(f"wrote {folder}: harness eval … --budget 'best@8:reward=onnx:{folder}'")
    return 0
