"""Known secrets in every input, then a search through everything that was written."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from harness.core.secrets import environment_secrets, masked, public, suspects

KEY = "sk-proj-" + "a1B2c3D4" * 4
PASSWORD = "correct-horse-battery"
PLUGIN = Path(__file__).parents[1] / "run" / "stub_plugin.py"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {'x' * 24}",
        f"http://me:{PASSWORD}@host/v1",
        KEY,
        "hf_" + "a" * 34,
        "ghp_" + "b" * 36,
        "AKIA" + "C" * 16,
        "AIza" + "d" * 35,
    ],
)
def test_forms_of_secrets_are_found_and_masked(text):
    [found] = suspects(f"before {text} behind", {})
    assert text not in str(found)
    hidden = masked(f"before {text} behind", {})
    assert not list(suspects(hidden, {}))
    assert hidden.startswith("before ")
    assert hidden.endswith(" behind")


def test_other_text_is_no_secret():
    for text in (
        "The task-ask-desk-risk of 9.11 > 9.8",
        "https://example.org/v1?x=1",
        "harness eval --model onnx:tiny-s --budget 'think@64'",
        "the bearer of the news",
    ):
        assert not list(suspects(text, {}))
        assert masked(text, {}) == text


def test_values_of_the_environment_are_secrets_by_the_name_of_their_variable():
    known = environment_secrets({"MY_API_KEY": PASSWORD, "TOKENIZERS_PARALLELISM": "false"})
    assert known == {"MY_API_KEY": PASSWORD}
    assert [str(s) for s in suspects(f"a {PASSWORD}", known)] == [
        "the value of the environment variable MY_API_KEY (cor…, 21 characters)"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("openai:m@http://10.0.0.7:8000/v1", "openai:m@http://private:8000/v1"),
        ("openai:m@http://gpu-box/v1", "openai:m@http://private/v1"),
        ("openai:m@http://127.0.0.1:1/v1", "openai:m@http://private:1/v1"),
        ("openai:m@https://api.example.com/v1", "openai:m@https://api.example.com/v1"),
        ("onnx:/home/ann/models/best", "onnx:best"),
        ("vllm:Qwen/Qwen3-8B", "vllm:Qwen/Qwen3-8B"),
        (r"hf:C:\Users\ann\model", "hf:model"),
        ("a/b and 3/4", "a/b and 3/4"),
    ],
)
def test_private_addresses_and_paths_become_names(text, said):
    assert public(text) == said


@pytest.fixture(scope="module")
def harness(harness_command):
    """The command, as a process of its own."""

    def go(*words: object, folder: Path) -> subprocess.CompletedProcess[str]:
        line = [harness_command, *map(str, words)]
        return subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)

    return go


@pytest.fixture(scope="module")
def leaky_once(harness, tmp_path_factory):
    """A database as an older version wrote it: a password in an address, a key in an argument."""
    tmp_path = tmp_path_factory.mktemp("leaky")
    done = harness(
        *("eval", "--plugin", PLUGIN, "--model", "stub:x", "--task", "thirds", "--quiet"),
        *("--budget", "greedy", "--limit", 3),
        folder=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    spec = f"openai:m@http://me:{PASSWORD}@10.0.0.7/v1"
    with contextlib.closing(sqlite3.connect(tmp_path / "harness.sqlite")) as db, db:
        db.execute("UPDATE model SET spec = ?", (spec,))
        [manifest] = db.execute("SELECT manifest FROM run").fetchone()
        command = f"harness eval --model {spec} --model-arg key={KEY}"
        manifest = json.loads(manifest) | {"model": spec, "command": command}
        db.execute("UPDATE run SET manifest = ?", (json.dumps(manifest),))
    return tmp_path


@pytest.fixture
def leaky(leaky_once, tmp_path):
    """A copy of it, alone in a folder."""
    shutil.copy(leaky_once / "harness.sqlite", tmp_path)
    return tmp_path


def holders(folder: Path) -> set[str]:
    """The files that hold one of the secrets, or the private address."""
    words = [KEY.encode(), PASSWORD.encode()]
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.name for path in files if any(w in path.read_bytes() for w in words)}


def test_a_site_with_a_secret_is_not_published_and_an_old_store_can_be_mended(leaky, harness):
    done = harness("site", "build", "--out", "site", folder=leaky)
    assert done.returncode == 2
    assert "nothing is published: leaderboard.json would hold" in done.stderr
    assert PASSWORD not in done.stderr + done.stdout
    assert holders(leaky / "site") == set()
    before = harness("show", "--json", folder=leaky).stdout
    dry = harness("db", "redact", "--dry-run", folder=leaky)
    assert dry.stdout.splitlines()[-1] == "2 places would be redacted"
    assert harness("db", "redact", folder=leaky).stdout.splitlines()[-1] == "2 places redacted"
    assert holders(leaky) == set()
    assert harness("db", "verify", folder=leaky).returncode == 0
    after = json.loads(harness("show", "--json", folder=leaky).stdout)
    assert [run["metrics"] for run in after] == [run["metrics"] for run in json.loads(before)]
    done = harness("site", "build", "--out", "site", folder=leaky)
    assert done.returncode == 0, done.stderr
    pages = [p.read_bytes().decode("latin-1") for p in (leaky / "site").rglob("*") if p.is_file()]
    assert not any("10.0.0.7" in page for page in pages)
    assert any("http://private/v1" in page for page in pages)


def test_what_stands_beside_a_site_stays(leaky, harness):
    harness("db", "redact", folder=leaky)
    assert harness("site", "build", "--out", "site", folder=leaky).returncode == 0
    own = {"CNAME": "example.org", "notes.html": "mine", "runs/mine.txt": "mine"}
    for name, text in own.items():
        (leaky / "site" / name).write_text(text)
    assert harness("site", "build", "--out", "site", folder=leaky).returncode == 0
    assert {name: (leaky / "site" / name).read_text() for name in own} == own
