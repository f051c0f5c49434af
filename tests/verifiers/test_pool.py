"""The pool of verifier processes: what hangs, grows or dies costs its own item and nothing else."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.core import HarnessError, Problem, Status, UsageError, Verdict, VerifierSpec
from harness.core.registry import load_plugin
from harness.verifiers.pool import VerifierPool
from harness.verifiers.process import Worker

PLUGIN = """
import os, threading, time, harness.core.registry as registry
from harness.core import Status, Verdict

class Nasty:
    name, version = "nasty", "1"

    def __init__(self, mood="calm"):
        self.mood = mood

    def verify(self, response, problem, *, truncated=False):
        print("a plugin may print")
        if response == "loop":
            while True:
                pass
        if response == "wait":
            threading.Event().wait()
        if response == "eat":
            hoard = []
            while True:
                hoard.append(bytes(1 << 24))  # asked for, not touched: that takes CPU time
        if response == "die":
            os._exit(3)
        if response == "deep":
            return self.verify("deep", problem)
        if response == "raise":
            raise ValueError("on purpose")
        if response == "scribble":
            problem.meta["a"].append(2)
            return Verdict(status=Status.CORRECT, answer=str(problem.meta["a"]))
        return Verdict(status=Status.CORRECT, answer=response, method=self.mood)

class Heavy(Nasty):
    # Loading it takes more CPU time than an answer may.

    name, loaded = "heavy", False

    def prepare(self, problem):
        end = time.process_time() + 1.2
        while not self.loaded and time.process_time() < end:
            pass
        self.loaded = True

registry.register("verifiers", "nasty", Nasty)
registry.register("verifiers", "heavy", Heavy)
"""
NASTY = VerifierSpec("nasty")
PROBLEM = Problem(id="p", question="?", gold="7", meta={"a": [1]})
HANG_S = 600  # longer than anything here takes: what runs into it hangs


@pytest.fixture
def kept_workers() -> None:
    """None are kept: every pool here starts and ends its own."""


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plugin") / "nasty.py"
    path.write_text(PLUGIN)
    load_plugin(path)
    return path


@pytest.fixture
def pool(plugin: Path) -> Iterator[VerifierPool]:
    with VerifierPool(1, wall_s=HANG_S, cpu_s=0.5, memory_mb=300) as pool:
        yield pool


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ("loop", "CPU time"),
        ("eat", "memory"),
        ("die", "exit code 3"),
        ("deep", "nested"),
        ("raise", "ValueError: on purpose"),
    ],
)
def test_a_bad_item_is_ungraded_and_its_neighbours_are_judged(
    pool: VerifierPool, response: str, reason: str
) -> None:
    texts = ["a", "b", response, "c", "d", response, "e"]
    verdicts = [f.result() for f in [pool.submit(NASTY, t, PROBLEM) for t in texts]]
    for text, verdict in zip(texts, verdicts, strict=True):
        if text == response:
            assert verdict.status is Status.UNGRADED
            assert reason in verdict.reason
        else:
            assert verdict.status is Status.CORRECT
            assert verdict.answer == text


def test_what_a_verifier_does_to_a_problem_reaches_no_other_item(pool: VerifierPool) -> None:
    futures = [pool.submit(NASTY, "scribble", PROBLEM) for _ in range(40)]
    assert {f.result().answer for f in futures} == {"[1, 2]"}


def test_the_wall_limit_ends_what_only_waits(plugin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first worker is short of patience; the one that follows it has all that a busy machine
    may ask for."""
    walls = iter([0.3, HANG_S])

    class Limited(Worker):
        def __init__(self, _wall_s: float, cpu_s: float, memory_mb: int) -> None:
            super().__init__(next(walls), cpu_s, memory_mb)

    monkeypatch.setattr("harness.verifiers.pool.Worker", Limited)
    with VerifierPool(1, wall_s=HANG_S, cpu_s=30) as pool:
        stuck = pool.submit(NASTY, "wait", PROBLEM)
        fine = pool.submit(NASTY, "x", PROBLEM)
        assert "0.3 s" in stuck.result().reason
        assert fine.result().status is Status.CORRECT


def test_loading_a_verifier_is_no_item_s_time(plugin: Path) -> None:
    with VerifierPool(1, wall_s=HANG_S, cpu_s=0.5) as pool:
        heavy = VerifierSpec("heavy")
        verdicts = [f.result() for f in [pool.submit(heavy, t, PROBLEM) for t in ("a", "b")]]
        assert [v.status for v in verdicts] == [Status.CORRECT] * 2
        assert "CPU time" in pool.submit(heavy, "loop", PROBLEM).result().reason


def test_arguments_reach_the_verifier(pool: VerifierPool) -> None:
    assert pool.submit(VerifierSpec("nasty", {"mood": "x"}), "a", PROBLEM).result().method == "x"
    assert pool.submit(NASTY, "a", PROBLEM).result().method == "calm"


@pytest.mark.parametrize("spec", [VerifierSpec("nsty"), VerifierSpec("nasty", {"humour": 1})])
def test_a_verifier_that_cannot_be_built_is_the_callers_error(
    pool: VerifierPool, spec: VerifierSpec
) -> None:
    with pytest.raises(UsageError, match=spec.name):
        pool.submit(spec, "a", PROBLEM).result()


def test_nul_bytes_travel_and_lone_surrogates_are_no_verdict(pool: VerifierPool) -> None:
    assert pool.submit(NASTY, "\0é\u2028", PROBLEM).result().answer == "\0é\u2028"
    broken = pool.submit(NASTY, "\ud800", PROBLEM).result()
    assert (broken.status, "half a character" in broken.reason) == (Status.UNGRADED, True)


def test_many_items_from_many_threads_and_from_async_code(plugin: Path) -> None:
    with VerifierPool(2) as pool:
        answers: list[str | None] = []

        def work(name: str) -> None:
            futures = [pool.submit(NASTY, f"{name}{i}", PROBLEM) for i in range(100)]
            answers.extend(f.result().answer for f in futures)

        async def wait() -> list[str | None]:
            futures = [pool.submit(NASTY, f"z{i}", PROBLEM) for i in range(100)]
            return [(await asyncio.wrap_future(f)).answer for f in futures]

        threads = [threading.Thread(target=work, args=(n,)) for n in "ab"]
        for thread in threads:
            thread.start()
        assert asyncio.run(wait()) == [f"z{i}" for i in range(100)]
        for thread in threads:
            thread.join()
        assert sorted(filter(None, answers)) == sorted(f"{n}{i}" for n in "ab" for i in range(100))


def test_closing_finishes_what_is_queued_and_refuses_more(plugin: Path) -> None:
    pool = VerifierPool(1)
    futures = [pool.submit(NASTY, str(i), PROBLEM) for i in range(50)]
    pool.close()
    assert [f.result().answer for f in futures] == [str(i) for i in range(50)]
    with pytest.raises(HarnessError, match="closed"):
        pool.submit(NASTY, "late", PROBLEM)
    pool.close()


def test_cancelling_leaves_no_future_pending(plugin: Path) -> None:
    pool = VerifierPool(1, cpu_s=60, wall_s=HANG_S)
    futures = [pool.submit(NASTY, "loop", PROBLEM) for _ in range(5)]
    pool.close(cancel=True)
    assert all(f.done() for f in futures)


def test_a_worker_that_starts_while_its_pool_is_cancelled_judges_nothing(
    plugin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, go_on = threading.Event(), threading.Event()

    class Late(Worker):
        def __init__(self, *limits: Any) -> None:
            super().__init__(*limits)
            started.set()
            go_on.wait()

    monkeypatch.setattr("harness.verifiers.pool.Worker", Late)
    pool = VerifierPool(1, cpu_s=60, wall_s=HANG_S)
    future = pool.submit(NASTY, "loop", PROBLEM)
    started.wait()
    closing = threading.Thread(target=pool.close, kwargs={"cancel": True})
    closing.start()
    while not pool._cancelled:
        time.sleep(0.01)
    go_on.set()
    closing.join()
    with pytest.raises(HarnessError, match="the verifier pool was closed"):
        future.result()


def test_a_script_that_forgets_to_close_ends_cleanly(plugin: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from harness.core import Problem, VerifierSpec\n"
        "from harness.verifiers.pool import VerifierPool\n"
        "pool = VerifierPool(1)\n"
        "problem = Problem(id='p', question='?', gold='7')\n"
        "print(pool.submit(VerifierSpec('math'), 'Answer: 7', problem).result().status)\n"
        "pool.submit(VerifierSpec('math'), 'Answer: 7', problem)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)], capture_output=True, text=True, timeout=HANG_S
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "correct\n", "")


def test_the_pool_works_inside_another_processes_pool(plugin: Path, tmp_path: Path) -> None:
    script = tmp_path / "nested.py"
    script.write_text(
        "import multiprocessing\n"
        "from harness.core import Problem, VerifierSpec\n"
        "from harness.verifiers.pool import VerifierPool\n"
        "def judge(answer):\n"
        "    with VerifierPool(1) as pool:\n"
        "        problem = Problem(id='p', question='?', gold='7')\n"
        "        return str(pool.submit(VerifierSpec('math'), answer, problem).result().status)\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as outer:\n"
        "        print(outer.map(judge, ['7', '8']))\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=HANG_S
    )
    assert done.stdout == "['correct', 'wrong']\n", done.stderr


def test_workers_must_be_positive() -> None:
    with pytest.raises(UsageError, match="at least 1"):
        VerifierPool(0)


def test_no_further_worker_is_started_for_items_that_do_not_wait(plugin, monkeypatch):
    started = []
    monkeypatch.setattr("harness.verifiers.pool.PATIENCE_S", 600.0)
    monkeypatch.setattr("harness.verifiers.pool.Worker", watched(started))
    with VerifierPool(4) as pool:
        futures = [pool.submit(NASTY, str(i), PROBLEM) for i in range(500)]
        assert [f.result(HANG_S).answer for f in futures] == [str(i) for i in range(500)]
        assert len(started) == 1


def test_items_that_wait_get_further_workers(plugin, monkeypatch):
    started = []
    monkeypatch.setattr("harness.verifiers.pool.PATIENCE_S", 0.01)
    monkeypatch.setattr("harness.verifiers.pool.Worker", watched(started))
    with VerifierPool(2, cpu_s=30, wall_s=HANG_S) as pool:
        stuck = pool.submit(NASTY, "loop", PROBLEM)
        futures = [pool.submit(NASTY, str(i), PROBLEM) for i in range(200)]
        assert futures[-1].result(HANG_S).answer == "199"
        assert len(started) == 2
        assert not stuck.done()
        pool.close(cancel=True)
    with pytest.raises(HarnessError):
        stuck.result(HANG_S)


def watched(started: list) -> type:
    """The pool's worker, which is counted."""

    class Watched(Worker):
        def __init__(self, *limits: float) -> None:
            started.append(limits)
            super().__init__(*limits)

    return Watched


class _Broken:
    """A worker process as the pool sees it, with a defect at one step (a fake: a real process
    cannot be made to fail at each of them)."""

    def __init__(self, step: str) -> None:
        self.step = step
        self.replied = False

    def send(self, chunk: object) -> None:
        if self.step == "send" or self.replied:
            raise LookupError("on purpose")

    def reply(self) -> dict[str, object]:
        if self.step == "reply":
            raise AssertionError("on purpose")
        self.replied = True
        return {}  # neither a verdict nor an error

    def abort(self) -> None: ...

    def kill(self) -> None:
        if self.step == "kill":
            raise LookupError("on purpose")


@pytest.mark.parametrize("step", ["send", "reply", "settle", "kill", "start"])
def test_a_defect_of_the_pool_is_told_to_those_who_wait(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = VerifierPool._start
    broken = [step] * 2

    def start(pool: VerifierPool) -> object:
        if not broken:
            return real(pool)
        if broken.pop() == "start":
            raise LookupError("on purpose")
        return _Broken(step)

    monkeypatch.setattr(VerifierPool, "_start", start)
    problem = Problem(id="p", question="", gold="7")
    with VerifierPool(1) as pool:
        told = [pool.submit(VerifierSpec("math"), "Answer: 7", problem) for _ in range(3)]
        outcomes = [future.exception(60) or future.result() for future in told]
        assert all(isinstance(o, (HarnessError, Verdict)) for o in outcomes)
        broken.clear()  # and the pool goes on
        for _ in range(2):  # the first may still meet the broken worker
            later = pool.submit(VerifierSpec("math"), "Answer: 7", problem)
            later.exception(60)
        assert later.result(60).status is Status.CORRECT


def test_a_worker_that_gives_no_json_costs_its_item(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Worker._read_line
    lines: list[bytes] = []

    def read(worker: Worker, limit_s: float) -> bytes:
        line = real(worker, limit_s)
        lines.append(line)
        return b"Segmentation fault" if len(lines) == 3 else line

    monkeypatch.setattr(Worker, "_read_line", read)
    problem = Problem(id="p", question="", gold="7")
    with VerifierPool(1) as pool:
        told = [pool.submit(VerifierSpec("math"), "Answer: 7", problem) for _ in range(2)]
        verdicts = [future.result(60) for future in told]
    assert verdicts[0].status is Status.UNGRADED
    assert "no reply" in verdicts[0].reason
    assert verdicts[1].status is Status.CORRECT


def test_a_pool_that_gets_no_thread_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    problem = Problem(id="p", question="", gold="7")
    with VerifierPool(1) as pool:
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", refuse)
            with pytest.raises(HarnessError, match="cannot start a thread"):
                pool.submit(VerifierSpec("math"), "7", problem)
        assert pool.submit(VerifierSpec("math"), "7", problem).result(60).status == "correct"


def test_workers_load_before_the_first_item(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded = threading.Event()
    real = Worker.load

    def load(worker: Worker, item: object) -> None:
        real(worker, item)  # type: ignore[arg-type]
        loaded.set()

    monkeypatch.setattr(Worker, "load", load)
    problem = Problem(id="p", question="", gold="7")
    with VerifierPool(1) as pool:
        pool.expect(VerifierSpec("math"), problem, 1000)
        assert loaded.wait(60)
        verdict = pool.submit(VerifierSpec("math"), "Answer: 7", problem).result(60)
    assert verdict.status is Status.CORRECT


def test_a_verifier_that_cannot_load_ahead_is_reported_by_its_item() -> None:
    problem = Problem(id="p", question="", gold="7")
    with VerifierPool(1) as pool:
        pool.expect(VerifierSpec("math", {"no_such": "argument"}), problem, 1)
        future = pool.submit(VerifierSpec("math", {"no_such": "argument"}), "7", problem)
        with pytest.raises(UsageError, match="no_such"):
            future.result(60)
        assert pool.submit(VerifierSpec("math"), "7", problem).result(60).status == "correct"


def test_a_pool_that_expected_items_in_vain_closes() -> None:
    problem = Problem(id="p", question="", gold="7")
    with VerifierPool(2) as pool:
        pool.expect(VerifierSpec("math"), problem, 10_000)
    assert not [thread for thread in threading.enumerate() if thread.name == "verifier"]
