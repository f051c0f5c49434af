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
from harness.site.folder import Folder
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


def test_a_page_that_is_written_is_the_old_one_until_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path / "site", None)
    folder.always("front")
    folder.write("front", "index.html", "old")
    folder.finish()
    page = tmp_path / "site" / "index.html"
    real = Path.write_bytes

    def breaks_off(file: Path, data: bytes) -> int:
        real(file, data[:3])
        raise OSError("the disk is full")

    again = Folder(tmp_path / "site", None)
    again.always("front")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", breaks_off)
        with pytest.raises(OSError, match="full"):
            again.write("front", "index.html", "the new page")
    assert page.read_text() == "old"
    assert list(page.parent.glob("*.part"))
    last = Folder(tmp_path / "site", None)
    assert not list(page.parent.glob("*.part"))
    last.always("front")
    last.write("front", "index.html", "the new page")
    last.finish()
    assert page.read_text() == "the new page"
