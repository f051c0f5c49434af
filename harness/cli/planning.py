"""The options of an evaluation, shared by `eval`, `plan` and `gate`."""

from __future__ import annotations

import dataclasses
import datetime as dt
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from harness.cli.options import key_values
from harness.core import HarnessError, UsageError

if TYPE_CHECKING:
    from harness.cost import PriceEntry
    from harness.run.config import EvalConfig, JudgeConfig

F = TypeVar("F", bound=Callable[..., Any])
_PRICE = "US dollars per million input, output and cached input tokens, such as 0.15,0.60."


def stop_cleanly() -> None:
    """Make SIGINT and SIGTERM end the command as Ctrl-C does.

    A shell script starts background jobs with SIGINT ignored, and containers and CI jobs are
    stopped by SIGTERM: both must stop cleanly and say how to resume.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda _number, _frame: signal.raise_signal(signal.SIGINT))


def price_entry(text: str | None, option: str = "--price") -> PriceEntry | None:
    """The price in `--price IN,OUT` or `IN,OUT,CACHED`; None if it is not given."""
    if text is None:
        return None
    from harness.cost import PriceEntry

    try:
        read, written, *cached = (float(part) for part in text.split(","))
    except ValueError as error:
        raise UsageError(f"{option} {text}: write INPUT,OUTPUT, such as 0.15,0.60") from error
    if len(cached) > 1:
        raise UsageError(f"{option} {text}: write INPUT,OUTPUT or INPUT,OUTPUT,CACHED")
    if not all(0 <= price < float("inf") for price in (read, written, *cached)):
        raise UsageError(f"{option} {text}: prices are dollar amounts of at least 0")
    return PriceEntry(
        models=(),
        date=dt.datetime.now(dt.UTC).date(),
        input=read,
        output=written,
        cached=cached[0] if cached else None,
        source=option,
    )


def _price(_context: click.Context, option: click.Parameter, text: str | None) -> Any:
    return price_entry(text, option.opts[-1])


def _pairs(_context: click.Context, option: click.Parameter, items: tuple[str, ...]) -> Any:
    return key_values(items, option.opts[-1]) or None


def _fresh_seed(_context: click.Context, _option: click.Parameter, text: str | None) -> int | None:
    """The seed given with --fresh-seed, or an unpredictable one."""
    if text is None:
        return None
    if text != "draw":
        if not text.isdecimal():
            raise UsageError(f"--fresh-seed {text}: write a whole number, or leave it out")
        return int(text)
    import secrets

    seed = 1 + secrets.randbelow(10**9)
    click.echo(f"fresh seed {seed}: use --fresh-seed {seed} to repeat or resume this", err=True)
    return seed


def _label(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    """The label given with --fresh; without a value, one made from the current time."""
    if text != "now":
        return text
    from harness.run.freshness import new_label

    label = new_label()
    click.echo(f"sampling again: use --fresh {label} to resume this", err=True)
    return label


_OPTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "model": (
        ("-m", "--model"),
        {"help": "Model, as backend:name or backend:name@url [default: onnx:tiny-s]."},
    ),
    "tasks": (
        ("-t", "--task"),
        {"multiple": True, "help": "Task, with options as name:k=v (repeatable)."},
    ),
    "budgets": (
        ("-b", "--budget"),
        {"multiple": True, "help": "Budget, or a sweep in braces (repeatable)."},
    ),
    "model_args": (
        ("--model-arg",),
        {
            "multiple": True,
            "metavar": "K=V",
            "callback": _pairs,
            "help": "Option of the model's backend (repeatable).",
        },
    ),
    "limit": (
        ("--limit",),
        {"type": int, "help": "Use only the first INTEGER problems of each task."},
    ),
    "prompt": (
        ("--prompt",),
        {
            "metavar": "TEMPLATE",
            "help": "Template to replace the task's prompt; {{ question }} is the question.",
        },
    ),
    "system": (
        ("--system",),
        {"metavar": "TEXT", "help": "Replace the task's system prompt ('' for none)."},
    ),
    "exclude_known_faults": (
        ("--exclude-known-faults",),
        {
            "is_flag": True,
            "help": "Leave out problems with a known wrong answer or an ambiguous question.",
        },
    ),
    "shots": (("--shots",), {"type": int, "help": "Number of worked examples before a question."}),
    "seed": (("--seed",), {"type": int, "help": "Seed for sampling [default: 0]."}),
    "fresh_seed": (
        ("--fresh-seed",),
        {
            "is_flag": False,
            "flag_value": "draw",
            "metavar": "[SEED]",
            "callback": _fresh_seed,
            "help": "Also run generated tasks on this seed (random if omitted), and compare.",
        },
    ),
    "data_dir": (
        ("--data-dir",),
        {
            "type": click.Path(path_type=Path),
            "help": "Read data sets from this folder instead of the hub.",
        },
    ),
    "max_output_tokens": (
        ("--max-output-tokens",),
        {"type": int, "help": "Token limit of one completion [default: the model's own]."},
    ),
    "fresh": (
        ("--fresh",),
        {
            "is_flag": False,
            "flag_value": "now",
            "metavar": "[LABEL]",
            "callback": _label,
            "help": "Sample an API model again; reuse the same LABEL to resume.",
        },
    ),
    "max_age": (
        ("--max-age",),
        {
            "metavar": "AGE",
            "help": "Reuse an API model's samples up to this old, such as 12h or 7d.",
        },
    ),
    "concurrency": (
        ("--concurrency",),
        {"type": int, "help": "Concurrent requests [default: enough to keep the engine busy]."},
    ),
    "max_total_tokens": (
        ("--max-total-tokens", "--max-tokens"),
        {"type": int, "help": "Token limit of the whole command, including prompts and judge."},
    ),
    "max_usd": (
        ("--max-usd",),
        {
            "type": float,
            "help": "Spending limit of the whole command in US dollars, including the judge.",
        },
    ),
    "max_seconds": (
        ("--max-seconds",),
        {"type": float, "help": "Start no call after the command has run for this many seconds."},
    ),
    "batch": (
        ("--batch",),
        {
            "is_flag": False,
            "flag_value": "wait",
            "type": click.Choice(["wait", "submit"]),
            "metavar": "[submit]",
            "help": "Use the provider's batch API at half the price and wait for it, or submit and "
            "exit. Run the same command again to collect the results.",
        },
    ),
    "price": (("--price",), {"metavar": "IN,OUT[,CACHED]", "callback": _price, "help": _PRICE}),
    "gpu_usd_per_hour": (
        ("--gpu-usd-per-hour",),
        {"type": float, "help": "Compute dollars from device time at this hourly rate instead."},
    ),
    "judge_model": (
        ("--judge",),
        {
            "metavar": "MODEL",
            "help": "Let this model decide whether a flaw was recognised, instead of the rules.",
        },
    ),
    "judge_args": (
        ("--judge-arg",),
        {
            "multiple": True,
            "metavar": "K=V",
            "callback": _pairs,
            "help": "Option of the judge's backend (repeatable).",
        },
    ),
    "judge_max_output_tokens": (
        ("--judge-max-output-tokens",),
        {"type": int, "help": "Token limit of one judge reply [default: 1024]."},
    ),
    "judge_votes": (
        ("--judge-votes",),
        {
            "type": int,
            "help": "Number of judge votes per answer; the majority wins [default: 1].",
        },
    ),
    "judge_price": (
        ("--judge-price",),
        {
            "metavar": "IN,OUT[,CACHED]",
            "callback": _price,
            "help": "Price of the judge [default: from the price book, else --price].",
        },
    ),
}
JUDGE = ("judge_model", "judge_args", "judge_max_output_tokens", "judge_votes", "judge_price")
WHAT = (
    "model", "tasks", "budgets", "model_args", "limit", "exclude_known_faults", "prompt",
    "system", "shots", "seed",
    "data_dir", "max_output_tokens",
)  # fmt: skip
"""The options that define what is measured."""


def config_options(*names: str) -> Callable[[F], F]:
    """Options of an evaluation, named after EvalConfig's fields (a judge's start with `judge_`)."""

    def add(command: F) -> F:
        for name in reversed(names):
            flags, more = _OPTIONS[name]
            command = click.option(*flags, name, **more)(command)
        return command

    return add


def flag(name: str) -> str:
    """The command-line option for a library parameter."""
    if name in _OPTIONS:
        return next(f for f in _OPTIONS[name][0] if f.startswith("--"))
    name = {"difference": "detect", "fields": "field"}.get(name, name)
    return f"--{name.replace('_', '-')}"


def told(error: Exception) -> str:
    """An error's message, with library parameters written as options."""
    return error.told(_option) if isinstance(error, HarnessError) else str(error)


def _option(name: str, value: object) -> str:
    outer, dot, inner = name.partition(".")
    if dot:  # one of a backend's arguments
        return f"{flag(outer)} {inner}={'' if value is ... else value}"
    if isinstance(value, dict):  # a backend's arguments
        return " ".join(f"{flag(name)} {key}={text}" for key, text in value.items())
    return flag(name) if value is ... or value is True else f"{flag(name)} {value}"


def given_options(given: dict[str, Any]) -> dict[str, Any]:
    """Only the options that were given; the others keep the library's defaults."""
    return {
        name: value
        for name, value in given.items()
        if value not in (None, ()) and value is not False
    }


def judge_from(given: dict[str, Any]) -> JudgeConfig | None:
    """The judge described by the options; UsageError for judge options without --judge."""
    from harness.run.config import JudgeConfig

    said = given_options({name: given.get(name) for name in JUDGE})
    if said and "judge_model" not in said:
        raise UsageError(f"{flag(next(iter(said)))} goes with --judge MODEL")
    if not said:
        return None
    return JudgeConfig(**{name.removeprefix("judge_"): value for name, value in said.items()})


def config_from(given: dict[str, Any]) -> EvalConfig:
    """The evaluation described by the options; UsageError if they are invalid."""
    from harness.run.config import EvalConfig

    fields = {field.name for field in dataclasses.fields(EvalConfig)} - {"judge"}
    said = given_options({name: value for name, value in given.items() if name in fields})
    return EvalConfig(**said, judge=judge_from(given)).complete()
