"""Broken plugins of all kinds: one clear line, the right exit code, and nothing that hangs."""

from __future__ import annotations

import re


def test_one_line_says_what_is_wrong(broken, write, command, tmp_path):
    words = ["eval", "--plugin", write(broken.code), "--model", "own:m", "--task", broken.task]
    words += ["--budget", broken.budget, "--db", tmp_path / "t.sqlite", "--quiet"]
    code, _, said = command(*words)
    lines = [line for line in said.splitlines() if not line.startswith("the same command tries")]
    assert len(lines) == 1, said
    assert re.search(broken.says, lines[0]), said
    assert "Traceback" not in said
    assert code == broken.exit
