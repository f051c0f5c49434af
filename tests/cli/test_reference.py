"""docs/cli.md says what the commands say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from harness.cli import cli
from harness.cli.reference import commands

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"


def test_the_page_is_what_the_commands_say(command_env: dict[str, str]) -> None:
    # In a process of its own: the help of `eval` names what other tests have registered here.
    words = [sys.executable, "-m", "harness.cli.reference"]
    said = subprocess.run(words, env=command_env, capture_output=True, text=True, check=True).stdout
    # Words, not lines: versions of click wrap differently.
    assert PAGE.read_text("utf-8").split() == said.split(), (
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
