"""docs/cli.md, made from the commands themselves: `python -m harness.cli.reference`."""

from __future__ import annotations

from collections.abc import Iterator

import click

HEAD = """\
# The command line

This page is written by `python -m harness.cli.reference > docs/cli.md`; a test holds it to what the
commands say.

## Exit codes

| code | meaning |
|---|---|
| 0 | success; for `harness gate`: passed |
| 1 | some problems failed or are ungraded, or something outside failed (a server, the database); for `harness gate`: regressed |
| 2 | wrong usage or input; for `harness gate` also whatever else failed, so that 1 means regressed alone |
| 3 | `harness gate` alone: inconclusive, or too few problems to decide |
| 130 | interrupted; what is finished is stored, and the same command goes on |

## Environment

| variable | meaning |
|---|---|
| `HARNESS_DB` | the database, where `--db` is not given |
| `HARNESS_INCLUDE_PATH` | folders of task definitions, as `--include-path` adds them |
| `HARNESS_TRACEBACK` | not empty: an error shows where it happened |

Results are printed on standard output, progress and remarks on standard error. With `--json` standard
output is one JSON document.
"""  # noqa: E501 - a table's row is one line
_WIDTH = 100


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """All commands under a group with their words, groups before what is in them."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        words = (*path, name)
        yield " ".join(words), command
        if isinstance(command, click.Group):
            yield from commands(command, words)


def reference() -> str:
    """The page."""
    from harness.cli import cli

    parts = [HEAD]
    for words, command in commands(cli):
        context = click.Context(
            command, info_name=f"harness {words}", terminal_width=_WIDTH, max_content_width=_WIDTH,
            help_option_names=["-h", "--help"],
        )  # fmt: skip
        text = command.get_help(context).replace("\b\n", "")
        lines = "\n".join(line.rstrip() for line in text.splitlines())
        parts.append(f"## harness {words}\n\n```text\n{lines}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    click.echo(reference(), nl=False)
