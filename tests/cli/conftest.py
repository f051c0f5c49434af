"""The command line, called in this process as the console script calls it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.cli import main

PLUGIN = str(Path(__file__).parents[1] / "run" / "stub_plugin.py")


@dataclass
class Result:
    code: int
    out: str
    err: str


@pytest.fixture
def cli(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Result]:
    """Runs `harness …` in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def go(*words: object) -> Result:
        monkeypatch.setattr("sys.argv", ["harness", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        captured = capsys.readouterr()
        code = stop.value.code
        return Result(code if isinstance(code, int) else 1, captured.out, captured.err)

    return go


@pytest.fixture
def stub_eval(cli: Callable[..., Result]) -> Callable[..., Result]:
    """`harness eval` with the counting stub on its task."""

    def go(*more: object) -> Result:
        base = ["eval", "--plugin", PLUGIN, "--model", "stub:x", "--task", "thirds"]
        return cli(*base, "--limit", "6", *more)

    return go


@pytest.fixture
def command_env() -> dict[str, str]:
    """The environment for commands in processes of their own."""
    return dict(os.environ)
