"""A small database with real rows of every kind."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parents[1] / "run" / "stub_plugin.py"


@pytest.fixture(scope="session")
def evaluated_once(harness_command: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once by the command line: thoughts, cut ones, answers, verdicts."""
    file = tmp_path_factory.mktemp("store") / "once.sqlite"
    command = [str(harness_command), "eval", "--plugin", str(PLUGIN), "--quiet"]
    command += ["--model", "stub:x", "--task", "thirds", "--limit", "4", "--db", str(file)]
    command += ["--budget", "think@{4,64}", "--budget", "vote@2"]
    subprocess.run(command, check=True, capture_output=True, env=os.environ)
    return file


@pytest.fixture
def evaluated(evaluated_once: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    file = tmp_path / "copy.sqlite"
    file.write_bytes(evaluated_once.read_bytes())
    return file
