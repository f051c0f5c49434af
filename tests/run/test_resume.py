"""Interrupted runs: failures, cancellation, and a process that is killed outright."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from harness.core import BackendError
from harness.run.config import EvalConfig
from harness.run.evaluate import run_plan
from harness.run.plan import make_plan

PLUGIN = Path(__file__).with_name("stub_plugin.py")


def command(harness: Path, db: Path, *more: str) -> list[str]:
    words = [str(harness), "eval", "--plugin", str(PLUGIN), "--db", str(db)]
    words += ["--model", "stub:x", "--task", "thirds", "--limit", "10", "--quiet"]
    return [*words, "--budget", "think@{4,16,64}", "--budget", "vote@{2,6}:think=16", *more]


def test_a_killed_run_goes_on_and_ends_like_an_uninterrupted_one(
    harness_command, tmp_path, contents
):
    killed, whole = tmp_path / "killed.sqlite", tmp_path / "whole.sqlite"
    env = {**os.environ, "HARNESS_STUB_KILL_AT": f"61:{killed}"}
    first = subprocess.run(
        command(harness_command, killed), env=env, capture_output=True, check=False
    )
    assert first.returncode == -9
    before = {row[0] for row in contents(killed)["sample"]}
    assert before
    again = subprocess.run(command(harness_command, killed), capture_output=True, check=True)
    straight = subprocess.run(command(harness_command, whole), capture_output=True, check=True)
    assert again.stdout == straight.stdout
    after, clean = contents(killed), contents(whole)
    assert before <= {row[0] for row in after["sample"]}
    assert after == clean


def test_a_finished_run_makes_no_call(run, stub):
    run(stub(), "think@{4,16}", "vote@{2,4}")
    third = stub()
    result = run(third, "think@{4,16}", "vote@{2,4}")
    assert third.calls == 0
    assert result.ok
    assert result.calls == 0


def test_a_failed_call_fails_its_attempt_alone_and_is_tried_again(run, stub):
    def fail(_request, call):
        return BackendError("the server is tired") if call in (3, 7) else None

    result = run(stub(fail=fail), "greedy")
    assert result.failed == 2
    assert not result.ok
    assert all("the server is tired" in error for error in result.errors)
    [report] = result.reports
    assert (report.problems, report.failed, report.status) == (10, 2, "partial")
    second = stub()
    [report] = run(second, "greedy").reports
    assert second.calls == 2
    assert (report.problems, report.failed, report.status) == (12, 0, "complete")


def test_a_fatal_error_stops_the_command_and_keeps_what_is_paid(run, stub):
    def fail(_request, call):
        return BackendError("the server is gone", fatal=True) if call == 20 else None

    first, second, whole = stub(fail=fail), stub(), stub()
    with pytest.raises(BackendError, match="the server is gone"):
        run(first, "vote@4")
    assert first.closed
    run(second, "vote@4")
    run(whole, "vote@4", db="whole.sqlite")
    assert first.samples > 0
    assert first.samples + second.samples == whole.samples


def test_cancelling_keeps_what_is_finished(tmp_path, stub, contents):
    backend = stub()

    async def main():
        config = EvalConfig(
            model=backend,
            tasks=("thirds",),
            budgets=("vote@4",),
            limit=40,
            db=tmp_path / "c.sqlite",
        )
        task = asyncio.create_task(run_plan(make_plan(config)))
        while backend.samples < 30:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert backend.closed
    kept = contents(tmp_path / "c.sqlite")["sample"]
    assert len(kept) == backend.samples


def test_the_engine_is_kept_full(run, stub):
    backend = stub()
    run(backend, "vote@4", limit=40)
    assert backend.most_in_flight == backend.info.concurrency
