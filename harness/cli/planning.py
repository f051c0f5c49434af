"""What several commands read from a command line: the plan of an eval, prices, signals."""

from __future__ import annotations

import signal
from typing import Any

import click

from harness.cli.options import hourly, key_values
from harness.core import UsageError

_MOST = {"concurrency": 10**6, "max_output_tokens": 10**9, "max_tokens": 10**15, "limit": 10**9}


def stop_cleanly() -> None:
    """Let SIGINT and SIGTERM end the command as Ctrl-C does.

    A shell script starts its background jobs with SIGINT ignored, and a container or CI job is
    stopped by SIGTERM: both must stop cleanly and say how to go on.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda _number, _frame: signal.raise_signal(signal.SIGINT))


def read_plan(given: dict[str, Any]) -> tuple[Any, Any]:
    """The plan and run options of what `harness eval` was given; UsageError for nonsense."""
    from harness.run.evaluate import Options, make_plan
    from harness.run.plan import Settings

    if not given["tasks"]:
        raise UsageError("no task given: --task decimals, for a start; `harness tasks` lists them")
    if not given["budgets"]:
        raise UsageError("no budget given: --budget greedy, for a start")
    for name, most in _MOST.items():
        if given[name] is not None and not 1 <= given[name] <= most:
            bound = "at least 1" if given[name] < 1 else f"at most {most}"
            raise UsageError(f"--{name.replace('_', '-')} {given[name]}: must be {bound}")
    if given["max_usd"] is not None and not given["max_usd"] > 0:
        raise UsageError(f"--max-usd {given['max_usd']}: a number of dollars above 0")
    plan = make_plan(
        given["model"],
        given["tasks"],
        given["budgets"],
        model_args=key_values(given["model_args"], "--model-arg"),
        settings=Settings(
            seed=given["seed"],
            limit=given["limit"],
            data_dir=given["data_dir"],
            max_output_tokens=given["max_output_tokens"] or Settings().max_output_tokens,
            price=price_entry(given["price"]),
        ),
        fresh_seed=_fresh_seed(given["fresh_seed"]),
    )
    options = Options(
        db=given["db"],
        concurrency=given["concurrency"],
        max_tokens=given["max_tokens"],
        max_usd=given["max_usd"],
        gpu_usd_per_hour=hourly(given["gpu_usd_per_hour"]),
    )
    return plan, options


def _fresh_seed(text: str | None) -> int | None:
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


def price_entry(text: str | None) -> Any:
    """The price that --price gives; None without one."""
    if text is None:
        return None
    import datetime as dt

    from harness.cost import PriceEntry

    try:
        given, made = (float(part) for part in text.split(","))
    except ValueError as error:
        raise UsageError(f"--price {text}: write INPUT,OUTPUT, as 0.15,0.60") from error
    if not (0 <= given < float("inf") and 0 <= made < float("inf")):
        raise UsageError(f"--price {text}: prices are numbers of dollars, not below 0")
    today = dt.datetime.now(dt.UTC).date()
    return PriceEntry(models=(), date=today, input=given, output=made, source="--price")
