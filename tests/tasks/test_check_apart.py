"""`harness tasks check` on code that never ends, or ends the process: real files and processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.core import DataSource, Problem, Prompt, VerifierSpec, registry
from harness.tasks import _calls, check
from harness.tasks._data import rows_of_hub

FILE = """
import ctypes, itertools, os, time
import harness
from harness.core import Problem, Prompt, VerifierSpec
class Own:
    name, version, summary = "own", "1", "small sums"
    def load(self, source): return [self.problem(n) for n in range(10, 14)][: source.limit]
    def problem(self, n): return Problem(id=f"sum-{n}", question=f"{n} + 1?", gold=str(n + 1))
    def prompt(self, problem): return Prompt.user(problem.question)
    def verifier(self): return VerifierSpec("math")
    def metrics(self, scored): return {}
"""
HANGS = {
    "import": ("\ntime.sleep(10**6)", "its import", 2),
    "constructor": ("    def __init__(self): time.sleep(10**6)", "its constructor", 1),
    "load": ("    def load(self, source):\n     while True: pass", "load", 1),
    "verifier": ("    def verifier(self):\n     while True: pass", "verifier", 1),
    "blocked in C": ("    def load(self, source): return sum(itertools.repeat(0))", "load", 1),
    "takes every exception": (
        """
    def certify(self, problem):
        while problem.id == 'sum-12':
            try: time.sleep(10**6)
            except BaseException: pass""",
        "certify",
        1,
    ),
    "prompt": (
        """
    def prompt(self, problem):
        while problem.id == 'sum-13': pass
        return Prompt.user(problem.question)""",
        "prompt",
        1,
    ),
}
LIKE_LOAD = ("constructor", "verifier", "prompt")  # other calls, told in the same way
ENDS = {
    "import": ("\nos._exit(0)", r"its import ended .* \(exit code 0\)", 2),
    "load": ("    def load(self, source): os._exit(0)", r"load ended .* \(exit code 0\)", 1),
    "crash": (
        "    def load(self, source): os.kill(os.getpid(), 9)",
        r"load ended .* \(signal 9\)",
        1,
    ),
    "thread": (
        """
import threading; threading.Timer(0.5, os._exit, [0]).start()
Own.load = lambda self, source: time.sleep(100)""",
        r"load ended .* \(exit code 0\)",
        1,
    ),
}


def written(folder: Path, code: str) -> Path:
    """A task's file with this code at the end of its class, or behind it."""
    file = folder / "own.py"
    file.write_text(f"{FILE}{code}\nharness.register('tasks', 'own', Own)\n", "utf-8")
    return file


@pytest.fixture
def checked(harness_command: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`harness tasks check …`; the process in which it runs a task's code is a new one."""

    def go(file: Path, *words: object) -> subprocess.CompletedProcess[str]:
        command = [harness_command, "tasks", "check", file, *words]
        return subprocess.run(
            list(map(str, command)), capture_output=True, text=True, check=False, timeout=120
        )

    return go


@pytest.mark.parametrize(
    ("code", "what", "exit_code"),
    [
        pytest.param(*case, id=name, marks=pytest.mark.slow if name in LIKE_LOAD else ())
        for name, case in HANGS.items()
    ],
)
def test_a_call_that_never_ends_is_one_line(tmp_path, checked, code, what, exit_code) -> None:
    file = written(tmp_path, code)
    done = checked(file, "--seconds", 1.5)
    line = rf"harness: \S+own\.py \(\S+own\.py, line (\d+)\): {what} was still running after 1.5 s"
    told = re.fullmatch(rf"{line} \(--seconds allows more\)\n", done.stderr)
    assert told, done
    assert int(told[1]) > FILE.count("\n")
    assert (done.returncode, done.stdout) == (exit_code, "")


@pytest.mark.parametrize(("code", "said", "exit_code"), ENDS.values(), ids=ENDS)
def test_a_call_that_ends_the_process_is_one_line(tmp_path, checked, code, said, exit_code) -> None:
    done = checked(written(tmp_path, code), "--seconds", 60)
    assert re.fullmatch(rf"harness: \S+own\.py: {said}: let it return or raise.*\n", done.stderr)
    assert (done.returncode, done.stdout) == (exit_code, "")


def test_a_thread_that_would_keep_every_command_from_ending_is_one_line(tmp_path, checked) -> None:
    code = "\nimport threading; threading.Thread(target=time.sleep, args=[10**6]).start()"
    done = checked(written(tmp_path, code), "--seconds", 2)
    assert "harness: " in done.stderr
    assert "a thread that its code started still runs 2 s after the checks" in done.stderr
    assert done.returncode == 1


def test_the_plugins_of_a_named_task_are_watched_too(tmp_path, checked) -> None:
    done = checked(Path("own"), "--plugin", written(tmp_path, "\nos._exit(0)"))
    assert done.stderr.startswith("harness: own: its import ended the whole process")
    assert done.returncode == 2


def test_many_calls_may_take_longer_than_one(tmp_path, checked) -> None:
    """Four certificates of 0.7 s each, under a limit of 2 s."""
    slow = "    def certify(self, problem): time.sleep(0.7)"
    done = checked(written(tmp_path, slow), "--seconds", 2)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ok    certificate" in done.stdout


def test_a_verifier_that_never_ends_is_tried_once(tmp_path, checked) -> None:
    file = written(
        tmp_path,
        """
    def verifier(self): return VerifierSpec("stuck")
class Stuck:
    name, version = "stuck", "1"
    def verify(self, response, problem, *, truncated=False):
        with open(__file__ + ".log", "a") as log: log.write("tried\\n")
        time.sleep(1000)
harness.register("verifiers", "stuck", Stuck)""",
    )
    done = checked(file, "--seconds", 1.5)
    assert re.search(r"FAIL  verifier\n +sum-10: .*own\.py.*stopped after 1.5 s\n", done.stdout)
    assert done.stdout.count("FAIL") == done.returncode == 1
    assert file.with_name("own.py.log").read_text() == "tried\n"


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "")],
    ids=["Ctrl-C", "SIGTERM"],
)
def test_a_signal_ends_the_child_as_well(tmp_path, number, code, said) -> None:
    pid = tmp_path / "pid"
    stuck = (
        f"\nwith open({str(pid)!r}, 'w') as file: print(os.getpid(), file=file)\ntime.sleep(1000)"
    )
    command = [sys.executable, "-m", "harness", "tasks", "check", written(tmp_path, stuck)]
    with subprocess.Popen(
        [*map(str, command), "--seconds", "1000"], stderr=subprocess.PIPE, text=True
    ) as parent:
        while not (pid.exists() and pid.read_text().endswith("\n")):
            assert parent.poll() is None
            time.sleep(0.05)
        parent.send_signal(number)
        assert parent.communicate()[1].strip() == said
    assert parent.returncode == code
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


class Own:
    name, version, summary = "own", "1", "one sum"

    def load(self, source):
        return [Problem(id="a", question="1 + 1?", gold="2")][: source.limit]

    def prompt(self, problem):
        return Prompt.user(problem.question)

    def verifier(self):
        return VerifierSpec("math")

    def metrics(self, scored):
        return {}


def test_only_calls_into_foreign_code_are_announced() -> None:
    said: list[str] = []
    with _calls.told_to(said.append):
        assert check(registry.make("tasks", "arithmetic"), DataSource(limit=20)).ok
        assert said == []
        assert check(Own()).ok
    assert set(said) == {"load", "prompt", "verifier", "metrics", _calls.OURS}
    assert said[1::2] == [_calls.OURS] * (len(said) // 2)


def test_a_download_within_a_task_s_load_may_take_any_time(monkeypatch) -> None:
    said: list[str] = []

    def load_dataset(*_words: object, **_more: object) -> list[dict[str, int]]:
        said.append("downloads")
        return [{"n": 1}]

    hub = SimpleNamespace(load_dataset=load_dataset, disable_progress_bars=lambda: None)
    monkeypatch.setitem(sys.modules, "datasets", hub)
    with _calls.told_to(said.append), _calls.announced("load"):
        assert rows_of_hub("a/b", None, "test", None, "") == [{"n": 1}]
    assert said == ["load", _calls.OURS, "downloads", "load", _calls.OURS]
