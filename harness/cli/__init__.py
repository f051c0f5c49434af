"""The `harness` command: each subcommand is a thin call into the library."""

from __future__ import annotations

import codecs
import importlib
import os
import sys
import threading
import time
import warnings
from collections.abc import Iterable
from typing import Any

import click

from harness._version import __version__

_COMMANDS = {
    "eval": ("harness.cli.eval:eval_", "Evaluate a model on tasks under budgets."),
    "study": ("harness.cli.study:study", "Write and check study files, which name a whole board."),
    "plan": ("harness.cli.plan:plan", "Predict the cost of an evaluation, or the size it needs."),
    "show": ("harness.cli.show:show", "Show the runs in a database."),
    "runs": ("harness.cli.runs:runs", "List runs, name and tag them, remove them."),
    "curve": ("harness.cli.curve:curve", "Plot accuracy and coverage against compute."),
    "compare": ("harness.cli.compare:compare", "Compare runs on the same problems."),
    "gate": ("harness.cli.gate:gate", "Check a run against rules and a baseline, for CI."),
    "baseline": (
        "harness.cli.baseline:baseline",
        "Keep reference outcomes as a text file in a repository.",
    ),
    "tasks": ("harness.cli.tasks:tasks", "List tasks, show one, write and check your own."),
    "models": ("harness.cli.models:models", "List backends and the models that need no download."),
    "lm-eval": ("harness.cli.lm_eval:lm_eval", "Use the tasks of this package in lm-eval."),
    "import": ("harness.cli.import_:import_", "Import outputs generated elsewhere."),
    "export": ("harness.cli.export:export", "Write stored samples for other programs."),
    "regrade": ("harness.cli.regrade:regrade", "Judge stored samples again; no model is needed."),
    "site": ("harness.cli.site:site", "Build or serve the static leaderboard."),
    "view": ("harness.cli.view:view", "Show a database in the browser while it grows."),
    "verify": ("harness.cli.verify:verify", "Judge one answer, or a file of them."),
    "audit": (
        "harness.cli.audit:audit",
        "Have people label samples: how often is the verifier wrong?",
    ),
    "db": ("harness.cli.db:db", "Check a database, recover rescued samples, clean up."),
    "doctor": ("harness.cli.doctor:doctor", "Report what is installed and what is available."),
    "train-tiny": ("harness.cli.train:train_tiny", "Retrain the embedded models ([train])."),
    "train-reward": (
        "harness.cli.train_reward:train_reward",
        "Train a process reward model on a model's solutions ([train]).",
    ),
}


class _LazyGroup(click.Group):
    """Imports a subcommand when it is called, so that `--help` is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in _COMMANDS:
            from harness.core import UnknownNameError

            raise UnknownNameError("command", args[0], _COMMANDS)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_) for name, (_, help_) in _COMMANDS.items()])


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 success; 1 some problems failed or are ungraded, or something outside "
    "failed; 2 wrong usage or input; 130 interrupted.",
)
@click.version_option(__version__, prog_name="harness")
def cli() -> None:
    """Evaluate reasoning models under test-time compute budgets.

    \b
    harness eval --task decimals --budget 'think@{0,16,64}' --limit 100
    harness show
    harness site build
    """


def _warn(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
    """A broken plugin of some package is one line; other warnings are Python's own."""
    from harness.core.registry import BrokenPluginWarning

    if issubclass(category, BrokenPluginWarning):
        click.echo(f"warning: {message}", err=True)
    elif "was never awaited" not in str(message):  # what came of that is said as an error
        _python_warns(message, category, *where, **more)


_python_warns = warnings.showwarning


def main() -> None:
    """Entry point: errors become one message and an exit code, never a traceback."""
    from harness.core.watch import ends_process

    _write_anywhere()
    warnings.showwarning = _warn
    before = set(threading.enumerate())
    with ends_process():
        code = _carry_out()
    _leave_behind(set(threading.enumerate()) - before, code)
    sys.exit(code)


def _carry_out() -> int:
    try:
        result: Any = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return 130
    except BrokenPipeError:  # the reader, as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        from harness.core import HarnessError

        if os.environ.get("HARNESS_TRACEBACK"):
            raise
        if isinstance(error, HarnessError):
            from harness.cli.planning import told

            click.echo(f"harness: {told(error)}", err=True)
            return error.exit_code
        click.echo(f"harness: {_unforeseen(error)}", err=True)
        return 1
    return result if isinstance(result, int) else 0


_LAST_S = 10.0


def _leave_behind(threads: Iterable[threading.Thread], code: int) -> None:
    """Do not wait for ever for threads that a plugin has left, as Python does at its end."""
    deadline = time.monotonic() + _LAST_S
    for thread in threads:
        if not thread.daemon:
            thread.join(max(deadline - time.monotonic(), 0))
            if thread.is_alive():
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)


_PLAIN = {"–": "-", "—": "-", "…": "...", "×": "x", "·": "|", "→": "->", "’": "'", "≤": "<="}


def _plain(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that the output's encoding does not have."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character, "?") for character in text), error.end


def _write_anywhere() -> None:
    """Let output that is not Unicode show what it can, instead of ending the command."""
    codecs.register_error("harness-plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        encoding = (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "")
        if not encoding.startswith("utf") and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="harness-plain")


def _unforeseen(error: Exception) -> str:
    """One message for what no part of the product has foreseen; all that is finished is stored."""
    if isinstance(error, OSError):  # a disk, a permission: not a fault of the code
        return f"{error}; what is finished is stored"
    return (
        f"a fault in harness or a plugin: {type(error).__name__}: {error}; what is finished is "
        "stored. HARNESS_TRACEBACK=1 and the same command show where it happened"
    )
