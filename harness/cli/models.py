"""`harness models`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import click

from harness.cli.options import json_option, plugin_option, print_json
from harness.core import registry

_NEEDS = {"onnx": ("onnxruntime", ""), "openai": ("httpx", ""), "vllm": ("vllm", "vllm"),
          "hf": ("transformers", "hf")}  # fmt: skip


@click.command(epilog="\b\nExample:\n  harness models --json")
@plugin_option
@json_option
def models(as_json: bool) -> None:
    """List backends, and the models and rewards that need no download."""
    from harness.budgets.rewards.onnx import EMBEDDED
    from harness.models import embedded_models

    backends: list[dict[str, Any]] = []
    for name in registry.names("models"):
        package, extra = _NEEDS.get(name, ("", ""))
        installed = not package or find_spec(package) is not None
        backends.append({"backend": name, "installed": installed, "extra": extra or None})
    rows = embedded_models()
    rewards = sorted(folder.name for folder in EMBEDDED.iterdir() if folder.is_dir())
    if as_json:
        print_json({"backends": backends, "embedded": rows, "rewards": rewards})
        return
    for row in rows:
        click.echo(f"onnx:{row['name']:<10} {row['parameters']:>12,} parameters, in the package")
    for name in rewards:
        click.echo(f"reward=onnx:{name:<12} a process reward model for budgets, in the package")
    for backend in backends:
        state = (
            "installed"
            if backend["installed"]
            else (f"not installed: pip install 'reasoning-harness[{backend['extra']}]'")
        )
        click.echo(f"{backend['backend'] + ':NAME':<15} {state}")
