"""Slips that would cost something: a filter that matches nothing, a damaged database."""

from __future__ import annotations

import json
from pathlib import Path

PLUGIN = str(Path(__file__).parents[1] / "engine" / "stub_plugin.py")


def test_a_filter_that_matches_nothing_leaves_the_built_site_alone(cli, tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"problem": "p1", "text": "1"}\n')
    words = ["import", "rows.jsonl", "--plugin", PLUGIN, "--task", "thirds", "--model", "m"]
    assert cli(*words).code == 0
    assert cli("site", "build", "--task", "thirds").code == 0
    before = {p: p.read_bytes() for p in (tmp_path / "_site").rglob("*") if p.is_file()}
    for name in ("--task", "--model", "--budget"):
        result = cli("site", "build", name, "nope")
        assert result.code == 2
        assert "no run matches these filters" in result.err
    assert before == {p: p.read_bytes() for p in (tmp_path / "_site").rglob("*") if p.is_file()}


def test_the_doctor_tells_a_damaged_database_from_none(cli, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "torn.sqlite").write_bytes(b"SQLite format 3\0 and then nothing of it" * 99)
    for name, state, code in (("torn.sqlite", "bad", 1), ("none.sqlite", "missing", 0)):
        result = cli("doctor", "--db", name, "--json")
        (found,) = [row for row in json.loads(result.out) if row["name"] == "database"]
        assert (found["state"], result.code) == (state, code)
        assert name in found["detail"]
