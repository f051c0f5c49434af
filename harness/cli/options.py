"""Options shared by several commands."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from harness.core import UsageError
from harness.core.env_file import load_env_file
from harness.core.registry import include, load_plugin

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_DB = "harness.sqlite"


def db_option(command: F) -> F:
    """--db: a file or a SQLAlchemy URL."""
    return click.option(
        "--db",
        default=DEFAULT_DB,
        envvar="HARNESS_DB",
        show_default=True,
        show_envvar=True,
        metavar="FILE|URL",
        help="Database: an SQLite file or an SQLAlchemy URL.",
    )(command)


def json_option(command: F) -> F:
    """--json: machine-readable output."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")(
        command
    )


def plugin_option(command: F) -> F:
    """--plugin: files that register tasks, verifiers, models …; also adds `--include-path`."""
    return _plugin_option(command, expose_value=False, is_eager=True, callback=_load_plugins)


def plugin_paths_option(command: F) -> F:
    """The same, for a command that gets `plugins`, the paths, and loads them itself."""
    return _plugin_option(command)


def _plugin_option(command: F, **more: Any) -> F:
    return click.option(
        "--plugin",
        "plugins",
        multiple=True,
        metavar="FILE.py",
        help="Python file that registers plugins (repeatable).",
        **more,
    )(_include_option(command))


def env_file_option(command: F) -> F:
    """--env-file: reads provider keys from a file, for this process only."""
    return click.option(
        "--env-file",
        "env_files",
        multiple=True,
        metavar="FILE",
        expose_value=False,
        is_eager=True,
        callback=_load_env_files,
        help="File of NAME=value lines with API keys; variables that are set take precedence.",
    )(command)


def allow_code_option(command: F) -> F:
    """--allow-code: programs that a model wrote may run where there is no sandbox."""
    return click.option(
        "--allow-code",
        is_flag=True,
        expose_value=False,
        callback=_allow_code,
        help="Run programs that a model has written even where there is no sandbox for them.",
    )(command)


def _allow_code(_context: click.Context, _option: click.Parameter, given: bool) -> None:
    if not given:
        return
    from harness.verifiers.code import allow, find_sandbox

    allow()
    if find_sandbox().name == "none":
        click.secho(
            "--allow-code: programs that a model has written run WITHOUT A SANDBOX, with all that "
            "you may do on this machine",
            err=True,
            bold=True,
        )


def _load_env_files(
    _context: click.Context, _option: click.Parameter, files: Iterable[str]
) -> None:
    for file in files:
        load_env_file(file)


def _include_option(command: F) -> F:
    """--include-path: folders with task definitions in another harness's format."""
    return click.option(
        "--include-path",
        multiple=True,
        metavar="FOLDER",
        expose_value=False,
        is_eager=True,
        callback=_include,
        help="Folder with task definitions in another harness's format (repeatable).",
    )(command)


def _include(_context: click.Context, _option: click.Parameter, folders: Iterable[str]) -> None:
    for folder in folders:
        include(folder)


def _load_plugins(_context: click.Context, _option: click.Parameter, files: Iterable[str]) -> None:
    for file in files:
        load_plugin(file)


def filter_options(command: F) -> F:
    """--model, --task and --budget as filters on stored runs."""
    for name in ("budget", "task", "model"):
        command = click.option(f"--{name}", help=f"Only runs with this {name}.")(command)
    return command


def key_values(items: Iterable[str], option: str) -> dict[str, str]:
    """`k=v` arguments as a mapping; UsageError for anything else."""
    pairs = {}
    for item in items:
        key, equals, value = item.partition("=")
        if not equals or not key:
            raise UsageError(f"{option} {item!r}: write key=value")
        pairs[key] = value
    return pairs


def hourly(dollars: float | None) -> float | None:
    """The rate given with --gpu-usd-per-hour; None if it is not given."""
    if dollars is not None and not 0 <= dollars < float("inf"):
        raise UsageError(f"--gpu-usd-per-hour {dollars}: must be a dollar amount of at least 0")
    return dollars


def print_json(value: Any) -> None:
    """Print one JSON document to standard output; lossless in any encoding."""
    unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    click.echo(json.dumps(value, ensure_ascii=not unicode, indent=2, allow_nan=False, default=str))
