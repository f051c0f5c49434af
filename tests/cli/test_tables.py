"""The tables of runs: one line a run at every width, and no figure is cut."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import pytest
from rich.console import Console

from harness.cli.tables import runs_table
from harness.results.reports import find_runs, load_reports
from harness.store import open_store

from ..grids import in_turn  # noqa: TID252

PLUGIN = str(Path(__file__).parents[1] / "run" / "stub_plugin.py")
NAME = "organisation/" + "a-long-name-" * 20


@pytest.fixture
def stored(cli, tmp_path):
    """Two thirds of six problems solved by a model with a long name."""
    rows = [{"problem": f"p{i}", "text": f"A: {i % 3 % 2}"} for i in range(6)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ["import", "rows.jsonl", "--plugin", PLUGIN, "--task", "thirds", "--model", NAME]
    assert cli(*words).code == 0


def test_where_there_is_no_terminal_a_run_is_one_line(stored, cli):
    lines = cli("show", "--plugin", PLUGIN).out.splitlines()
    assert len(lines) == 2
    assert NAME in lines[1]
    assert "66.7% [" in lines[1]
    assert "unfinished: 6 of 40" in lines[1]


@pytest.mark.parametrize("width", [72, 80, 120, 200])
def test_a_narrow_terminal_has_one_line_a_run_and_cuts_no_figure(stored, tmp_path, width):
    with open_store(tmp_path / "harness.sqlite") as store:
        (report,) = load_reports(store, find_runs(store))
    table, left_out = runs_table([report], width)
    out = io.StringIO()
    Console(width=width, file=out).print(table)
    heading, line = out.getvalue().splitlines()
    assert len(heading) <= width
    assert "66.7% [" in line
    assert line.startswith("organ")
    assert "unfin" in line  # that a run is not whole is always said
    assert ("problems" in left_out) == ("problems" not in heading)


def test_wide_output_has_all_columns_in_full(stored, cli):
    assert NAME in cli("show", "--plugin", PLUGIN, "--wide").out


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-8"])
def test_output_survives_a_terminal_without_unicode(
    stored, harness_command, command_env, tmp_path, encoding
):
    env = command_env | {"PYTHONIOENCODING": encoding}
    words = [harness_command, "show", "--plugin", PLUGIN]
    for more in ([], ["--json"], ["--task", "nöpe"]):
        done = subprocess.run([*words, *more], env=env, cwd=tmp_path, capture_output=True)
        assert (done.returncode, done.stderr) == (0, b"")
        text = done.stdout.decode(encoding)
        if more == ["--json"]:
            assert json.loads(text)[0]["model"] == NAME


@pytest.mark.parametrize(
    ("command", "encoding"), in_turn(["show", "curve", "compare", "runs"], ["latin-1", "ascii"])
)
def test_every_table_survives_it(stored, harness_command, command_env, tmp_path, encoding, command):
    with open_store(tmp_path / "harness.sqlite") as store:
        [run] = find_runs(store)
    more = {"compare": [run, run, "--anyway"], "runs": ["list"]}.get(command, [])
    plugin = [] if command == "runs" else ["--plugin", PLUGIN]
    words = [harness_command, command, *more, *plugin]
    env = command_env | {"PYTHONIOENCODING": encoding}
    done = subprocess.run(words, env=env, cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    assert done.stdout.decode(encoding)
