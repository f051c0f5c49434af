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
    "study": (
        "harness.cli.study:study",
        "Write and check study files, which define a whole leaderboard.",
    ),
    "plan": ("harness.cli.plan:plan", "Predict the cost of an evaluation, or the size it needs."),
    "show": ("harness.cli.show:show", "Show the runs in a database."),
    "runs": ("harness.cli.runs:runs", "List, name, tag and remove runs."),
    "curve": ("harness.cli.curve:curve", "Plot accuracy and coverage against compute."),
    "compare": ("harness.cli.compare:compare", "Compare runs on the same problems."),
    "gate": ("harness.cli.gate:gate", "Check a run against rules and a baseline, for CI."),
    "baseline": (
        "harness.cli.baseline:baseline",
        "Keep reference outcomes in a text file in your repository.",
    ),
    "tasks": ("harness.cli.tasks:tasks", "List and show tasks; write and check your own."),
    "models": ("harness.cli.models:models", "List backends and the models that need no download."),
    "lm-eval": ("harness.cli.lm_eval:lm_eval", "Use this package's tasks in lm-eval."),
    "import": ("harness.cli.import_:import_", "Import outputs generated elsewhere."),
    "export": ("harness.cli.export:export", "Export stored samples for other programs."),
    "regrade": (
        "harness.cli.regrade:regrade",
        "Grade stored samples again, without calling a model.",
    ),
    "site": ("harness.cli.site:site", "Build or serve the static leaderboard."),
    "submit": ("harness.cli.submit:submit", "Pack runs into one file for a leaderboard."),
    "view": ("harness.cli.view:view", "Show a live database in the browser."),
    "verify": ("harness.cli.verify:verify", "Grade one answer, or a file of them."),
    "rubric": (
        "harness.cli.rubric:rubric",
        "Fit a rubric's weights to labels, or check it against them.",
    ),
    "audit": (
        "harness.cli.audit:audit",
        "Label samples by hand, to measure how often the verifier is wrong.",
    ),
    "db": ("harness.cli.db:db", "Check a database, recover rescued samples, clean up."),
    "doctor": ("harness.cli.doctor:doctor", "Report what is installed and what is available."),
    "train-tiny": ("harness.cli.train:train_tiny", "Retrain the embedded models ([train])."),
    "train-reward": (
        "harness.cli.train_reward:train_reward",
        "Train a process reward model on a model's solutions ([train]).",
    ),
    "train-star": (
        "harness.cli.train_star:train_star",
        "Train a model on its own verified solutions, and measure the gain ([train]).",
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
    epilog="Exit codes: 0 success; 1 some problems failed or are ungraded, or an external service "
    "failed; 2 invalid usage or input; 130 interrupted.",
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
    """Print a broken plugin's warning on one line; leave other warnings to Python."""
    from harness.core.registry import BrokenPluginWarning

    if issubclass(category, BrokenPluginWarning):
        click.echo(f"warning: {message}", err=True)
    elif "was never awaited" not in str(message):  # its consequences are reported as an error
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
    except BrokenPipeError:  # the reader, such as `head`, has closed the pipe
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
    """Do not wait forever for threads that a plugin left running, as Python does on exit."""
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
    """Replacements for characters that the output's encoding lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character, "?") for character in text), error.end


def _write_anywhere() -> None:
    """Make output streams without Unicode replace characters instead of failing."""
    codecs.register_error("harness-plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        encoding = (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "")
        if not encoding.startswith("utf") and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="harness-plain")


def _unforeseen(error: Exception) -> str:
    """The message for an unexpected error; all finished work is already stored."""
    if isinstance(error, OSError):  # a disk, a permission: not a fault of the code
        return f"{error}; finished work is stored"
    return (
        f"a bug in harness or a plugin: {type(error).__name__}: {error}; finished work is "
        "stored. Run the same command with HARNESS_TRACEBACK=1 to see where it happened"
    )
