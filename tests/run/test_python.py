"""`harness.evaluate` as Python calls it: parameters, progress, notebooks, interrupts."""

from __future__ import annotations

import asyncio
import dataclasses
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import harness
from harness.core import ParameterError, UsageError
from harness.run.config import EvalConfig, EvalSettings, JudgeConfig

PLUGIN = Path(__file__).with_name("stub_plugin.py")


def test_the_keyword_arguments_are_the_fields_of_the_configuration() -> None:
    fields = {field.name for field in dataclasses.fields(EvalConfig)}
    assert set(EvalSettings.__annotations__) == fields - {"model", "tasks", "budgets", "judge"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"limit": 0}, "limit=0: must be at least 1"),
        ({"limit": 2.5}, "limit=2.5: must be a whole number"),
        ({"limit": True}, "limit=True: must be a whole number"),
        ({"seed": "x"}, "seed='x': must be a whole number"),
        ({"concurrency": -1}, "concurrency=-1: must be at least 1"),
        ({"max_output_tokens": 0}, "max_output_tokens=0: must be at least 1"),
        ({"max_total_tokens": 10**16}, f"max_total_tokens={10**16}: must be at most {10**15}"),
        ({"max_usd": float("nan")}, "max_usd=nan: must be above 0"),
        ({"gpu_usd_per_hour": -1.0}, "gpu_usd_per_hour=-1.0: must be 0 or more"),
        ({"max_usd": 1.0}, "set price=... (US dollars"),
        ({"fresh_seed": 3}, "fresh_seed=3: the problems of task thirds are not generated"),
        ({"judge": "stub:x"}, "judge='stub:stub': no task of thirds uses a judge"),
        ({"tasks": ()}, "no task given: try tasks='decimals'"),
        ({"budgets": ()}, "no budget given: try budgets='greedy'"),
        ({"budgets": "greedy usd<=1"}, "set price=... (US dollars"),
    ],
)
def test_errors_name_parameters_and_no_options(stub, given: dict[str, Any], message: str) -> None:
    words = {"tasks": "thirds", "budgets": "greedy", **given}
    with pytest.raises(UsageError) as raised:
        harness.evaluate(stub(), words.pop("tasks"), words.pop("budgets"), **words)
    assert message in str(raised.value)
    assert "--" not in str(raised.value)


def test_a_judges_parameters_are_checked() -> None:
    with pytest.raises(ParameterError, match="judge_votes=0: must be at least 1"):
        JudgeConfig(model="stub:x", votes=0)


def test_an_evaluation_shows_itself_in_a_few_lines(run, stub) -> None:
    done = run(stub(), "vote@{1,4}", limit=8)
    assert len(repr(done)) < 1000
    assert "vote@4" in repr(done)
    assert "generated 32 samples, took 0 from the store" in repr(done)
    assert "<table>" in done._repr_html_()
    assert len(repr(done.reports[0])) < 120
    frame = done.to_frame()
    assert list(frame["budget"]) == ["vote@1", "vote@4"]
    assert frame["accuracy"][1] == pytest.approx(done.reports[1].accuracy.value)
    assert (frame["problems"] == 8).all()


def test_what_was_asked_and_what_the_store_had(run, stub) -> None:
    assert (run(stub(), "vote@4", limit=4).asked, run(stub(), "vote@4", limit=8).from_store) == (
        16,
        16,
    )
    again = run(stub(), "vote@{2,4}", limit=8)
    assert (again.asked, again.from_store) == (0, 32)


def test_a_data_frame_without_pandas_is_one_clear_error(run, stub, monkeypatch) -> None:
    done = run(stub(), "greedy", limit=2)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match="needs pandas, which is missing: pip install pandas"):
        done.to_frame()


def test_progress_is_shown_where_it_is_asked_for(stub, tmp_path, capsys) -> None:
    def go(**more: Any) -> str:
        harness.evaluate(stub(), "thirds", "greedy", limit=3, db=tmp_path / "p.sqlite", **more)
        return capsys.readouterr().err

    assert go() == ""
    assert "thirds: 3 attempts, 3 of them already stored" in go(progress=True)


def test_async_code_awaits_it(stub, tmp_path) -> None:
    async def main() -> Any:
        return await harness.aevaluate(
            stub(), "thirds", "greedy", limit=3, db=tmp_path / "a.sqlite"
        )

    done = asyncio.run(main())
    assert done.ok
    assert done.asked == 3


# An interrupt reaches a notebook's cell as a KeyboardInterrupt in the thread whose loop is running.
CELL = """
import asyncio, sys, harness
harness.load_plugin({plugin!r})

async def cell():
    print("begun", flush=True)
    harness.evaluate({model!r}, "thirds", "vote@512:max=400", limit=40, db={db!r}, progress=True)

loop = asyncio.new_event_loop()
try:
    loop.run_until_complete(cell())
except KeyboardInterrupt:
    print("stopped", flush=True)
    sys.stdin.readline()  # the kernel lives on
"""


def _count(db: Path) -> int:
    with closing(sqlite3.connect(db)) as connection:
        return int(connection.execute("SELECT count(*) FROM sample").fetchone()[0])


def test_an_interrupted_cell_stops_the_work_and_keeps_what_is_stored(tmp_path: Path) -> None:
    db = tmp_path / "cell.sqlite"
    code = CELL.format(plugin=str(PLUGIN), model="stub:x", db=str(db))
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        for line in process.stderr:
            if "attempts" in line:
                break
        while not db.exists() or not _count(db):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "begun\n"
        assert process.stdout.readline() == "stopped\n"
        kept = _count(db)
        process.stdin.write("\n")
        process.stdin.flush()
        process.wait()
    assert 0 < kept < 40 * 512
    assert _count(db) == kept  # nothing was generated after the interrupt
