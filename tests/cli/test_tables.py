"""The tables of runs: whatever the width, nothing of a name or a figure is cut."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from harness.cli.tables import runs_table
from harness.results.reports import find_runs, load_reports
from harness.store import open_store

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


@pytest.mark.parametrize("width", [80, 120])
def test_a_narrow_terminal_folds_and_cuts_nothing(stored, tmp_path, width):
    with open_store(tmp_path / "harness.sqlite") as store:
        (report,) = load_reports(store, find_runs(store))
    out = io.StringIO()
    Console(width=width, file=out).print(runs_table([report]))
    text = out.getvalue()
    assert "…" not in text
    # The model is the first column: its pieces, joined, are its name.
    first = [line.split()[0] for line in text.splitlines() if line[:1].strip()]
    assert NAME in "".join(first)
    assert "66.7%" in text
