"""`harness view` on a database that grows."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import harness
from harness.core import UsageError
from harness.site.live import View


def read(url: str, **headers: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as reply:
        return reply.read().decode("utf-8")


def test_pages_follow_the_database(tmp_path: Path) -> None:
    db = str(tmp_path / "runs.sqlite")
    harness.evaluate("onnx:tiny-s", "arithmetic", ["greedy"], limit=2, db=db)
    with View(db) as shown:
        assert shown.url.startswith("http://127.0.0.1:")
        assert "think@8" not in read(shown.url)
        before = json.loads(read(shown.url + "live.json"))["state"]
        assert before == 1
        harness.evaluate("onnx:tiny-s", "arithmetic", ["think@8"], limit=2, db=db)
        shown.refresh()  # the watcher may have been faster
        assert "think@8" in read(shown.url)
        assert json.loads(read(shown.url + "tasks/live.json"))["state"] > before
        assert not shown.refresh()
        page = read(shown.url)
        assert "connect-src 'self'" in page
        assert "live.js" in page
        with pytest.raises(urllib.error.HTTPError, match="403"):
            read(shown.url, Host="evil.example:80")


def test_a_missing_database_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        View(str(tmp_path / "none.sqlite"))
