"""`harness models`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import click

from harness.cli.options import json_option, plugin_option, print_json
from harness.core import registry

_NEEDS = {"onnx": ("onnxruntime", ""), "vllm": ("vllm", "vllm"), "hf": ("transformers", "hf"),
          "any-llm": ("any_llm", "any-llm")}  # fmt: skip

EXAMPLES = """
\b
Examples:
  harness models --json
  harness models options anthropic
  harness models prices openai:gpt-5
"""


@click.group(invoke_without_command=True, epilog=EXAMPLES)
@plugin_option
@json_option
@click.pass_context
def models(context: click.Context, as_json: bool) -> None:
    """List backends, and the models and rewards that need no download."""
    if context.invoked_subcommand is None:
        _list(as_json)


def _list(as_json: bool) -> None:
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


@models.command()
@click.argument("backend")
@plugin_option
@json_option
def options(backend: str, as_json: bool) -> None:
    """List a backend's --model-arg options. Those marked * are part of a sample's identity."""
    from dataclasses import asdict

    from harness.core import UsageError
    from harness.models.options import describe

    kind = getattr(registry.find("models", backend), "options_class", None)
    if kind is None:
        raise UsageError(f"the backend {backend!r} does not declare its options")
    rows = describe(kind)
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    for row in rows:
        mark = "*" if row.affects_output else " "
        default = "" if row.default in (None, {}, ()) else f" [{row.default}]"
        click.echo(f"{row.name + mark:<24} {row.type}{default}\n{'':<25}{row.help}")


@models.command()
@click.argument("model")
@click.option("--date", help="Date of the price (ISO) [default: today].")
@json_option
def prices(model: str, date: str | None, as_json: bool) -> int:
    """Show what a model's tokens cost, and where the price comes from.

    MODEL is a spec (openai:gpt-5) or a bare name, which is looked up at every provider.
    """
    import datetime as dt

    from harness.core import UsageError

    try:
        day = dt.datetime.now(dt.UTC).date() if date is None else dt.date.fromisoformat(date)
    except ValueError as error:
        raise UsageError(f"--date {date}: write an ISO date, such as 2026-01-31") from error
    entry = _price(model, day)
    if as_json:
        print_json(None if entry is None else entry.to_json())
    elif entry is None:
        click.echo(
            f"no price is known for {model} on {day}: set it with --price INPUT,OUTPUT (US "
            "dollars per million tokens)"
        )
    else:
        for line in _price_lines(model, day, entry):
            click.echo(line)
    return 0 if entry is not None else 1


def _price(model: str, day: Any) -> Any:
    from harness.cost import find_price, price_of_model
    from harness.cost.catalogue import catalogue_price
    from harness.run.plan import open_backend

    backend, colon, _ = model.partition(":")
    if colon and backend in registry.names("models"):
        return price_of_model(open_backend(model).info, day)
    return find_price(model, day) or catalogue_price(model, day)


def _price_lines(model: str, day: Any, entry: Any) -> list[str]:
    cached = "same as input" if entry.cached is None else f"${entry.cached:g}"
    lines = [
        f"{model} on {day}, US dollars per million tokens:",
        f"  input ${entry.input:g}, cached input {cached}, output ${entry.output:g} (and thinking)",
    ]
    lines += [
        f"  above {tier.above:,} prompt tokens: input ${tier.input:g}, output ${tier.output:g}"
        for tier in entry.tiers
    ]
    until = f", until {entry.until}" if entry.until else ""
    dated = f", stated {entry.date}{until}" if entry.book == "prices.toml" else ""
    return [*lines, f"  from {entry.book}{dated}", f"  source: {entry.source}"]
