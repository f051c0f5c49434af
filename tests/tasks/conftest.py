"""The command line in this process."""

from __future__ import annotations

from ..cli.conftest import Result, cli  # noqa: TID252 - it stands with the tests of commands

__all__ = ["Result", "cli"]
