"""What would do harm unseen: filters that match nothing, damaged files, text that steers."""

from __future__ import annotations

import json
from pathlib import Path

PLUGIN = str(Path(__file__).parents[1] / "run" / "stub_plugin.py")


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


def test_a_samples_text_cannot_steer_the_terminal(cli, tmp_path):
    row = {"problem": "p1", "text": "\x1b]0;owned\x07\x1b[2J\u202ethe answer\r is 1"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    words = ["import", "rows.jsonl", "--plugin", PLUGIN, "--task", "thirds", "--model", "m"]
    (run,) = json.loads(cli(*words, "--json").out)["runs"]
    shown = cli("show", "--samples", run["id"]).out
    assert "→ ␛]0;owned␇␛[2J[U+202E]the answer␍ is 1\n" in shown
    (view,) = json.loads(cli("show", "--samples", run["id"], "--json").out)
    assert view["response"] == row["text"]
