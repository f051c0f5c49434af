"""`harness view` on a database that grows."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import harness
from harness.core import UsageError
from harness.results import attempts
from harness.site import live
from harness.site.live import View
from harness.store import open_store
from harness.store.runs import find_runs, get_runs


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


def test_what_comes_between_two_reads_is_read_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = str(tmp_path / "runs.sqlite")
    harness.evaluate("onnx:tiny-s", "arithmetic", ["greedy"], limit=3, db=db)
    with monkeypatch.context() as patch:
        real = attempts.attempted_problems
        patch.setattr(attempts, "attempted_problems", lambda *args: real(*args)[:2])
        with open_store(db) as store:
            (run,) = get_runs(store, find_runs(store))
            assert len(attempts.read_attempts(store, run).items) == 2

    def torn(*_: object, **__: object) -> None:
        harness.evaluate("onnx:tiny-s", "arithmetic", ["think@8"], limit=2, db=db)
        raise KeyError("a row that was not there before")

    monkeypatch.setattr(live, "PAUSE_S", 3600)  # the watcher waits: we look ourselves
    with View(db) as shown:
        with monkeypatch.context() as patch:
            patch.setattr(live, "build", torn)
            harness.evaluate("onnx:tiny-s", "arithmetic", ["think@0"], limit=2, db=db)
            assert not shown.refresh()
            assert shown.builds == 1
            with pytest.raises(KeyError):  # nothing has come in: it is a fault of ours
                shown.refresh()
        assert shown.refresh()
        assert "think@8" in read(shown.url)


def test_a_missing_database_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        View(str(tmp_path / "none.sqlite"))
