"""Broken plugins of all kinds: one clear line, the right exit code, and nothing that hangs."""

from __future__ import annotations

import re
import time

import pytest

from harness.core import watch


def test_one_line_says_what_is_wrong(broken, write, command, tmp_path):
    words = ["eval", "--plugin", write(broken.code), "--model", "own:m", "--task", broken.task]
    words += ["--budget", broken.budget, "--db", tmp_path / "t.sqlite", "--quiet"]
    code, _, said = command(*words)
    lines = [line for line in said.splitlines() if not line.startswith("run the same command")]
    assert len(lines) == 1, said
    assert re.search(broken.says, lines[0]), said
    assert "Traceback" not in said
    assert code == broken.exit


def test_regrade_and_tasks_check_end_with_a_verifier_of_unknown_verdicts(write, command, tmp_path):
    """What `eval` stored is judged again by the broken verifier; nothing hangs."""
    sound = "class task(Good):\n def verifier(self): return VerifierSpec('own')"
    broken = sound + (
        "\nclass judge(Judge):\n def verify(self, response, problem, *, truncated=False):\n"
        "  return Verdict(status='great')"
    )
    db = tmp_path / "t.sqlite"
    words = ["eval", "--plugin", write(sound), "--model", "own:m", "--task", "own"]
    assert command(*words, "--budget", "greedy", "--db", db, "--quiet")[0] == 0
    code, out, said = command("regrade", "--plugin", write(broken), "--db", db)
    assert (code, said.count("Traceback")) == (1, 0)
    assert "3 ungraded" in out + said
    code, out, said = command("tasks", "check", "own", "--plugin", write(broken))
    assert code != 0
    assert "verify gave status 'great'" in out + said
    assert "Traceback" not in out + said


def test_nothing_hangs(hanging, write, command, tmp_path, monkeypatch):
    """What should take no time, and what is awaited, are stopped; here after a second each."""
    monkeypatch.setenv(watch.VARIABLE, "1")
    monkeypatch.setattr(watch, "_AWAITED", 1)
    words = ["eval", "--plugin", write(hanging.code), "--model", "own:m", "--task", "own"]
    words += ["--budget", hanging.budget, "--db", tmp_path / "t.sqlite", "--quiet"]
    code, _, said = command(*words)
    [line] = [one for one in said.splitlines() if not one.startswith("run the same command")]
    assert re.search(hanging.says + r".*plugin\.py, line \d+|" + hanging.says, line), line
    assert "still running after 1 s (HARNESS_PLUGIN_SECONDS allows more)" in line
    assert code == 1


def test_a_call_that_ends_in_time_is_left_alone(monkeypatch):
    """Nothing arrives later, and nested limits are each their own."""
    for _ in range(300):
        with watch.limited(0.25), watch.limited(30):
            pass
    with pytest.raises(watch.StillRunning), watch.limited(30), watch.limited(0.1):
        _spin(60)
    _spin(1)


def _spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
