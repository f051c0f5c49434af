"""Broken plugins of all kinds: one clear line, the right exit code, and nothing that hangs."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import subprocess
import sys
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
    done = subprocess.run(
        [sys.executable, "-m", "harness", "tasks", "check", "own", "--plugin", write(broken)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "verify gave status 'great'" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_nothing_hangs(hanging, write, command, tmp_path, monkeypatch):
    """What should take no time, what is awaited and what loads are stopped; after a second each."""
    monkeypatch.setenv(watch.VARIABLE, "1")
    monkeypatch.setenv(watch.LOAD_VARIABLE, "1")
    monkeypatch.setattr(watch, "AWAITED", watch.QUICK)
    # But where that is the case, imports have their time: they may be the first of this process.
    patient = watch.Limit("HARNESS_TEST_IMPORT_SECONDS", 600)
    imports = watch.QUICK if hanging.says.startswith("plugin") else patient
    monkeypatch.setattr(watch, "IMPORT", imports)
    words = ["eval", "--plugin", write(hanging.code), "--model", "own:m", "--task", hanging.task]
    words += ["--budget", hanging.budget, "--db", tmp_path / "t.sqlite", "--quiet"]
    code, _, said = command(*words)
    [line] = [one for one in said.splitlines() if not one.startswith("run the same command")]
    assert re.search(hanging.says + r".*plugin\.py, line \d+|" + hanging.says, line), line
    variable = watch.LOAD_VARIABLE if "load" in hanging.code else watch.VARIABLE
    assert f"still running after 1 s ({variable} allows more)" in line
    assert code == hanging.exit


def test_commands_for_tasks_end_too(write, command, monkeypatch):
    monkeypatch.setenv(watch.VARIABLE, "1")
    code = "class task(Good):\n def verifier(self):\n  while True: pass"
    code, out, said = command("tasks", "show", "own", "--plugin", write(code))
    assert re.search(r"the task '\w+' \(.*plugin\.py, line \d+\): it was still running", out + said)
    assert code == 1


@pytest.mark.filterwarnings("default::harness.core.registry.BrokenPluginWarning")
def test_a_task_that_cannot_be_made_leaves_the_list_of_the_others(write, command, monkeypatch):
    monkeypatch.setenv(watch.VARIABLE, "1")
    stuck = "class task(Good):\n def __init__(self):\n  while True: pass"
    code, out, said = command("tasks", "list", "--plugin", write(stuck))
    assert (code, "gsm8k" in out) == (0, True)
    assert re.search("the task 'own' .* still running after", said)


STUBBORN = """
class Stop:
    def more(self, votes, drawn):
        if not drawn: return 1
        while True:
            try:
                while True: pass
            except BaseException: pass
harness.register('stops', 'mine', Stop)
"""


RETRIES = """
class Stop:
    def more(self, votes, drawn): return 1
harness.register('stops', 'mine', Stop)
class engine(Engine):
    calls = 0
    async def generate(self, request):
        import asyncio
        Engine.calls = getattr(Engine, 'calls', 0) + 1
        while Engine.calls > 1:
            try: await asyncio.sleep(10**6)
            except: pass
        return await super().generate(request)
"""


OUT_OF_TIME = {  # the plugin, and what is said of it
    STUBBORN: r"the stop rule 'mine' \(.*plugin\.py, line \d+\): it was .* 1 s",
    RETRIES: r"the backend 'own:m' \(.*plugin\.py, line \d+\): generate: it was .* 2 s",
}


@pytest.mark.slow
def test_what_takes_every_exception_ends_the_process_and_loses_nothing(write, tmp_path):
    """In processes of their own, side by side, which end with one line; what came is stored."""
    env = {**os.environ, watch.VARIABLE: "1", watch.CALL_VARIABLE: "2"}
    running = []
    for n, code in enumerate(OUT_OF_TIME):
        (tmp_path / str(n)).mkdir()
        plugin = write(code).rename(tmp_path / str(n) / "plugin.py")
        words = ["eval", "--plugin", plugin, "--model", "own:m", "--task", "own", "--limit", "1"]
        words += ["--budget", "adaptive@3:stop=mine", "--db", plugin.with_name("t.sqlite")]
        command = [sys.executable, "-m", "harness", *map(str, words), "--quiet"]
        process = subprocess.Popen(
            command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        running.append((process, plugin.with_name("t.sqlite")))
    ended = [(process, db, *process.communicate(timeout=120)) for process, db in running]
    for (process, db, out, err), said in zip(ended, OUT_OF_TIME.values(), strict=True):
        assert re.fullmatch(rf"harness: {said} \(HARNESS_\w+_SECONDS allows more\)\n", err)
        assert (process.returncode, out) == (1, "")
        with sqlite3.connect(db) as stored:
            assert stored.execute("select count(*) from sample").fetchone() == (1,)


def test_a_call_that_ends_in_time_is_left_alone(monkeypatch):
    """Nothing arrives later, and nested limits are each their own."""
    for _ in range(300):
        # A busy machine may pause the block itself for so long.
        with contextlib.suppress(watch.StillRunning), watch.limited(0.25), watch.limited(30):
            pass
    with pytest.raises(watch.StillRunning), watch.limited(30), watch.limited(0.1):
        _spin(60)
    _spin(1)


def _spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
