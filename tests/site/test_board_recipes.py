"""The CI of a new board, step by step as a runner runs it: what is handed in is judged, and shown.

`pip install` is stood in for by this very checkout; all else is run as it is written.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from harness.interop.submission import pack
from harness.site.board_file import new_board
from harness.store import open_store
from harness.store.runs import find_runs
from harness.store.upkeep import remove_runs

pytestmark = pytest.mark.slow

STUDY = """
title = "Our board"
limit = 14
max_output_tokens = 128
budgets = ["think@{0,64}"]
[[models]]
model = "onnx:tiny-s"
name = "Tiny S"
[[tasks]]
task = "decimals"
"""


@pytest.fixture(scope="module")
def runner() -> ModuleType:
    file = Path(__file__).parents[1] / "gate" / "runner.py"
    spec = importlib.util.spec_from_file_location("harness_site_runner", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def machine(tmp_path: Path, harness_command: Path) -> dict[str, str]:
    """Variables of a machine on which `pip install` is noted, and `harness` is this checkout's."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "pip").write_text(f'#!/bin/sh\necho "$@" >> "{tmp_path}/installed"\n')
    (folder / "harness").symlink_to(harness_command)
    (folder / "pip").chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}


@pytest.fixture
def board(runs_db: Path, tmp_path: Path) -> Path:
    """A checked-out board whose database holds one model; another's runs are handed in."""
    folder = tmp_path / "board"
    new_board(folder, "Our board", STUDY)
    with sqlite3.connect(runs_db) as old, sqlite3.connect(folder / "harness.sqlite") as new:
        old.backup(new)
    with open_store(folder / "harness.sqlite") as store:
        remove_runs(store, find_runs(store, model="tiny-m"))
    with open_store(runs_db) as store:
        pack(store, find_runs(store, model="tiny-m"), folder / "submissions/tiny-m.zip")
    return folder


def lie(folder: Path) -> None:
    """Hand in the same with every answer said to be right, checksums left as they are."""
    file = folder / "submissions/tiny-m.zip"
    with zipfile.ZipFile(file) as archive:
        bodies = {name: archive.read(name) for name in archive.namelist()}
    bodies["verdict.jsonl"] = bodies["verdict.jsonl"].replace(b'"wrong"', b'"correct"')
    with zipfile.ZipFile(folder / "submissions/lie.zip", "w") as archive:
        for name, body in bodies.items():
            archive.writestr(name, body)
    file.unlink()


def test_githubs_workflows(
    runner: ModuleType, machine: dict[str, str], board: Path, tmp_path: Path
) -> None:
    for name in ("submissions", "pages"):
        text = (board / f".github/workflows/{name}.yml").read_text()
        job = runner.Runner(workspace=board, action=board, environment=machine)
        job.run_steps(yaml.safe_load(text)["jobs"][name]["steps"], {})
        assert job.code == 0, job.log
    uses = [name.partition("@")[0] for name, _ in job.used]
    assert uses == [
        "actions/checkout", "actions/setup-python", "actions/upload-pages-artifact",
        "actions/deploy-pages",
    ]  # fmt: skip
    assert (tmp_path / "installed").read_text().count("reasoning-harness") == 2
    front = (board / job.used[2][1]["path"] / "index.html").read_text()
    assert "<h1>Our board</h1>" in front
    assert "Tiny S" in front
    assert "tiny-m" in front


def test_a_pull_request_that_lies_is_stopped(
    runner: ModuleType, machine: dict[str, str], board: Path
) -> None:
    lie(board)
    text = (board / ".github/workflows/submissions.yml").read_text()
    job = runner.Runner(workspace=board, action=board, environment=machine)
    job.run_steps(yaml.safe_load(text)["jobs"]["submissions"]["steps"], {})
    assert job.code == 1
    assert "verdict.jsonl: its checksum is not the one" in job.log


def test_gitlabs_jobs(runner: ModuleType, machine: dict[str, str], board: Path) -> None:
    jobs = yaml.safe_load((board / ".gitlab-ci.yml").read_text())
    for name in ("submissions", "pages"):
        done = runner.run_gitlab(jobs[name], board, machine)
        assert done.returncode == 0, done.stdout + done.stderr
    assert (board / jobs["pages"]["artifacts"]["paths"][0] / "index.html").is_file()
    shutil.rmtree(board / "public")
    lie(board)
    assert runner.run_gitlab(jobs["submissions"], board, machine).returncode == 1


def built(board: Path, machine: dict[str, str], *more: str) -> None:
    """Build the pages as the board's README says."""
    command = "harness site build --study study.toml --all-runs --out public"
    done = sh(board, machine, f"{command} {' '.join(more)}")
    assert done.returncode == 0, done.stderr


def sh(board: Path, machine: dict[str, str], command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", command], cwd=board, env=machine, capture_output=True, text=True, check=False
    )


def pages_of(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and ".git/" not in str(p.relative_to(folder))
    }


def test_a_space_of_hugging_face(
    machine: dict[str, str], board: Path, tmp_path: Path, crawl: ModuleType
) -> None:
    """A Space is a git repository; this one is bare, in a folder."""
    first = sh(board, machine, f"sh publish/space.sh {tmp_path}/space.git")
    assert first.returncode == 1
    assert "build the pages first" in first.stderr
    made = sh(
        tmp_path,
        machine,
        "git init -q -b main --bare space.git && git clone -q space.git seed && cd seed && "
        "printf -- '---\\ntitle: Mine\\nsdk: static\\n---\\n' > README.md && "
        "echo old > style.css && git add . && "
        "git -c user.name=a -c user.email=a@b commit -qm Space && git push -q origin HEAD",
    )
    assert made.returncode == 0, made.stderr
    built(board, machine)
    for _ in range(2):
        done = sh(board, machine, f"sh publish/space.sh {tmp_path}/space.git")
        assert done.returncode == 0, done.stderr
    assert "already" in done.stdout
    shutil.rmtree(tmp_path / "seed")
    assert sh(tmp_path, machine, "git clone -q space.git seed").returncode == 0
    found = pages_of(tmp_path / "seed")
    assert b"title: Mine" in found.pop("README.md")
    assert found == pages_of(board / "public")
    assert crawl.dead_links(crawl.read_site(tmp_path / "seed")) == []


def test_a_server_of_ones_own(
    machine: dict[str, str], board: Path, tmp_path: Path, crawl: ModuleType
) -> None:
    """`ssh` is stood in for: it runs the command here."""
    ssh = tmp_path / "bin/ssh"
    ssh.write_text('#!/bin/sh\nshift\nexec sh -c "$1"\n')
    ssh.chmod(0o755)
    target = tmp_path / "var/www/our board"
    for more in ((), ("--title", "Another")):
        built(board, machine, *more)
        done = sh(board, machine, f"sh publish/server.sh me@there '{target}'")
        assert done.returncode == 0, done.stderr
        assert pages_of(target) == pages_of(board / "public")
    assert [p.name for p in target.parent.iterdir()] == ["our board"]
    assert crawl.dead_links(crawl.read_site(target)) == []
