"""docs/cli.md says what the commands say."""

from __future__ import annotations

from pathlib import Path

from harness.cli import cli
from harness.cli.reference import commands, reference

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"


def test_the_page_is_what_the_commands_say() -> None:
    # Words, not lines: versions of click wrap differently.
    assert PAGE.read_text("utf-8").split() == reference().split(), (
        "write it anew: python -m harness.cli.reference > docs/cli.md"
    )


def test_every_option_is_explained() -> None:
    silent = [
        f"{words} {'/'.join(option.opts)}"
        for words, command in commands(cli)
        for option in command.params
        if option.param_type_name == "option" and not getattr(option, "help", None)
    ]
    assert silent == []
