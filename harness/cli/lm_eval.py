"""`harness lm-eval`."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.options import plugin_option
from harness.core import TaskSpec, registry


@click.group(
    "lm-eval",
    epilog="\b\nExample:\n  lm_eval --include_path $(harness lm-eval path) "
    "--tasks harness_decimals …",
)
def lm_eval() -> None:
    """Use this package's tasks in lm-eval (to run lm-eval's here, use --task lm-eval:NAME)."""


@lm_eval.command("path")
@click.option("--task", "-t", "tasks", multiple=True, help="Task, with options [default: all].")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    help="Read data sets from this folder instead of the hub.",
)
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Write to this folder instead of the cache."
)
@plugin_option
def path(tasks: tuple[str, ...], data_dir: Path | None, folder: Path | None) -> None:
    """Write a folder for lm-eval's --include_path, and print its name.

    The task `decimals` is `harness_decimals` there, and all have the tag `harness`.
    """
    from harness.interop.lm_eval_export import default_folder, write_folder

    target = folder or default_folder()
    specs = [TaskSpec.parse(text) for text in tasks or registry.names("tasks")]
    write_folder(target, specs, data_dir=data_dir)
    click.echo(target)
