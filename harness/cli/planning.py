"""What an evaluation is told on a command line: the options of `eval`, `plan` and `gate`."""

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
    """Let SIGINT and SIGTERM end the command as Ctrl-C does.

    A shell script starts its background jobs with SIGINT ignored, and a container or CI job is
    stopped by SIGTERM: both must stop cleanly and say how to go on.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda _number, _frame: signal.raise_signal(signal.SIGINT))


def price_entry(text: str | None, option: str = "--price") -> PriceEntry | None:
    """The price that `--price IN,OUT` or `IN,OUT,CACHED` gives; None without one."""
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
        raise UsageError(f"{option} {text}: prices are numbers of dollars, not below 0")
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
    """The seed that --fresh-seed names, or one that nobody could know before."""
    if text is None:
        return None
    if text != "draw":
        if not text.isdecimal():
            raise UsageError(f"--fresh-seed {text}: write a whole number, or nothing behind it")
        return int(text)
    import secrets

    seed = 1 + secrets.randbelow(10**9)
    click.echo(f"fresh seed {seed}: --fresh-seed {seed} repeats this or goes on with it", err=True)
    return seed


def _label(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    """The label that --fresh gives; alone, one of this moment."""
    if text != "now":
        return text
    from harness.run.freshness import new_label

    label = new_label()
    click.echo(f"asked anew: --fresh {label} goes on with this", err=True)
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
        {"type": int, "help": "Take only the first INTEGER problems of each task."},
    ),
    "prompt": (
        ("--prompt",),
        {
            "metavar": "TEMPLATE",
            "help": "Replace the task's wording; the question stands at {{ question }}.",
        },
    ),
    "system": (
        ("--system",),
        {"metavar": "TEXT", "help": "Replace the task's system prompt ('' for none)."},
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
            "help": "Also run generated tasks on this seed (drawn if omitted) and compare the two.",
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
            "help": "Ask an API model anew, whatever is stored; the same label goes on.",
        },
    ),
    "max_age": (
        ("--max-age",),
        {"metavar": "AGE", "help": "Take stored samples of an API model this young, as 12h or 7d."},
    ),
    "concurrency": (
        ("--concurrency",),
        {"type": int, "help": "Concurrent requests [default: as many as keep the engine busy]."},
    ),
    "max_total_tokens": (
        ("--max-total-tokens", "--max-tokens"),
        {"type": int, "help": "Token limit of the whole command, prompts and judge included."},
    ),
    "max_usd": (
        ("--max-usd",),
        {
            "type": float,
            "help": "Spending limit of the whole command in US dollars, judge included.",
        },
    ),
    "max_seconds": (
        ("--max-seconds",),
        {"type": float, "help": "Begin no call after so many seconds of the command."},
    ),
    "batch": (
        ("--batch",),
        {
            "is_flag": False,
            "flag_value": "wait",
            "type": click.Choice(["wait", "submit"]),
            "metavar": "[submit]",
            "help": "Ask through the provider's batch interface, at half the price, and wait; or "
            "submit and end. The same command collects.",
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
            "help": "Have this model judge whether a flaw was recognised, instead of the rules.",
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
        {"type": int, "help": "Token limit of one reply by the judge [default: 1024]."},
    ),
    "judge_votes": (
        ("--judge-votes",),
        {
            "type": int,
            "help": "Number of votes by the judge on each answer; the majority wins [default: 1].",
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
    "model", "tasks", "budgets", "model_args", "limit", "prompt", "system", "shots", "seed",
    "data_dir", "max_output_tokens",
)  # fmt: skip
"""The options that say what is measured."""


def config_options(*names: str) -> Callable[[F], F]:
    """Options of an evaluation, by the names of EvalConfig's fields (a judge's with `judge_`)."""

    def add(command: F) -> F:
        for name in reversed(names):
            flags, more = _OPTIONS[name]
            command = click.option(*flags, name, **more)(command)
        return command

    return add


def flag(name: str) -> str:
    """How a command line names a parameter of the library."""
    if name in _OPTIONS:
        return next(f for f in _OPTIONS[name][0] if f.startswith("--"))
    name = {"difference": "detect", "fields": "field"}.get(name, name)
    return f"--{name.replace('_', '-')}"


def told(error: Exception) -> str:
    """An error's message, with the library's parameters as options."""
    return error.told(_option) if isinstance(error, HarnessError) else str(error)


def _option(name: str, value: object) -> str:
    outer, dot, inner = name.partition(".")
    if dot:  # one of a backend's arguments
        return f"{flag(outer)} {inner}={'' if value is ... else value}"
    if isinstance(value, dict):  # a backend's arguments
        return " ".join(f"{flag(name)} {key}={text}" for key, text in value.items())
    return flag(name) if value is ... or value is True else f"{flag(name)} {value}"


def given_options(given: dict[str, Any]) -> dict[str, Any]:
    """Only what was said: what was left out takes the library's defaults."""
    return {name: value for name, value in given.items() if value not in (None, ())}


def judge_from(given: dict[str, Any]) -> JudgeConfig | None:
    """The judge that the options name; UsageError for options of a judge without one."""
    from harness.run.config import JudgeConfig

    said = given_options({name: given.get(name) for name in JUDGE})
    if said and "judge_model" not in said:
        raise UsageError(f"{flag(next(iter(said)))} goes with --judge MODEL")
    if not said:
        return None
    return JudgeConfig(**{name.removeprefix("judge_"): value for name, value in said.items()})


def config_from(given: dict[str, Any]) -> EvalConfig:
    """The evaluation that the options describe; UsageError for nonsense."""
    from harness.run.config import EvalConfig

    fields = {field.name for field in dataclasses.fields(EvalConfig)} - {"judge"}
    said = given_options({name: value for name, value in given.items() if name in fields})
    return EvalConfig(**said, judge=judge_from(given)).complete()
