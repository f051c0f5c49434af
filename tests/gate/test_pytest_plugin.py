"""The fixture `harness_gate`, in a pytest session of its own, as a team has it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

from harness.gate.baseline import write_baseline

TESTS = """
import pytest

def test_same(harness_gate):
    assert harness_gate("same.txt").verdict == "pass"

def test_worse(harness_gate):
    harness_gate("worse.txt")

def test_doubtful(harness_gate):
    harness_gate("doubtful.txt")

def test_doubtful_let_pass(harness_gate):
    assert harness_gate("doubtful.txt", inconclusive="pass").verdict == "inconclusive"

def test_doubtful_skipped(harness_gate):
    harness_gate("doubtful.txt", inconclusive="skip")

def test_missing(harness_gate):
    harness_gate("nothing.txt")

def test_the_command_line_s_words(harness_gate):
    harness_gate("same.txt", db="nowhere.sqlite", task="t", budget="greedy", limit=5)

def test_a_slip(harness_gate):
    harness_gate("same.txt", bugdet="greedy")
"""
RULES = """
[gate]
baseline = "baseline.txt"
[[gate.rules]]
metric = "accuracy"
margin = 0.05
"""


def test_verdicts_become_outcomes(make_run, tmp_path):
    good = [1.0] * 160 + [0.0] * 40
    for name, lost in (("baseline", 0), ("same", 0), ("doubtful", 8), ("worse", 60)):
        run = make_run([0.0] * lost + good[lost:])
        write_baseline(tmp_path / f"{name}.txt", [replace(run, id=name)])
    (tmp_path / "harness.toml").write_text(RULES, "utf-8")
    (tmp_path / "test_model.py").write_text(TESTS, "utf-8")
    words = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    said = {line.split(" - ")[0] for line in done.stdout.splitlines()}
    for name, outcome in (
        ("same", "PASSED"), ("worse", "FAILED"), ("doubtful", "FAILED"),
        ("doubtful_let_pass", "PASSED"), ("missing", "FAILED"),
        ("the_command_line_s_words", "PASSED"), ("a_slip", "FAILED"),
    ):  # fmt: skip
        assert f"{outcome} test_model.py::test_{name}" in said
    assert "4 failed, 3 passed, 1 skipped" in done.stdout
    assert "gate: regressed" in done.stdout
    assert "harness gate could not judge: " in done.stdout
    assert "did you mean 'budget'" in done.stdout
    assert "Traceback" not in done.stdout
