"""Studies of a few problems, in a folder of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ..cli.conftest import Result, cli  # noqa: TID252 - the command line in this process

__all__ = ["Result", "cli"]

SMALL = """
limit = 6
max_output_tokens = 24
budgets = ["greedy", "vote@{1,2}"]

[[models]]
model = "onnx:tiny-s"
name = "Small"

[[tasks]]
task = "decimals"
"""
"""A study that takes a second."""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Writes a study file into an empty folder, which is the present one."""
    monkeypatch.chdir(tmp_path)

    def go(text: str = SMALL, name: str = "study.toml") -> Path:
        file = tmp_path / name
        file.write_text(text, "utf-8")
        return file

    return go
