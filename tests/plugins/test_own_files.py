"""What a stranger's code is named by: its file, and those of its own that it imports."""

from __future__ import annotations

import hashlib
import importlib
import sys

import pytest

import harness
from harness.core.origin import code_hash
from harness.core.registry import find
from harness.core.sources import MOST_FILES, own_files
from harness.testing import ScriptedEngine

PLUGIN = """
import json, math, numpy, harness
from harness.testing import Scripted
from words_beside import VERDICT
class Own:
    name, version = "own", "1"
    def verify(self, response, problem, *, truncated=False):
        from harness.core import Status, Verdict
        return Verdict(status=Status(VERDICT), key="x")
class Task(Scripted):
    name = "mine"
    def verifier(self):
        from harness.core import VerifierSpec
        return VerifierSpec("own")
harness.register("verifiers", "own", Own)
harness.register("tasks", "mine", Task)
"""


@pytest.fixture(autouse=True)
def _paths(monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith(("words_beside", "pack_of_mine")):
            del sys.modules[name]


def test_an_edited_file_beside_a_plugin_judges_anew(tmp_path):
    file, beside = tmp_path / "own.py", tmp_path / "words_beside.py"
    file.write_text(PLUGIN)
    engine, ids = ScriptedEngine(), {}
    for status in ("correct", "wrong", "correct"):
        beside.write_text(f"VERDICT = {status!r}\n")
        harness.load_plugin(file)
        [report] = harness.evaluate(
            engine, "mine", "vote@2", limit=3, db=tmp_path / "t.sqlite"
        ).reports
        assert report.verdicts == {status: 3}
        ids.setdefault(status, set()).add(code_hash(find("verifiers", "own")))
    assert [len(one) for one in ids.values()] == [1, 1]
    assert ids["correct"] != ids["wrong"]


def test_a_file_alone_is_named_as_it_was(tmp_path):
    """By its bytes, as in databases that were written before."""
    file = tmp_path / "own.py"
    file.write_text("import json\nclass Own:\n def run(self): return json.dumps(1)\n")
    namespace = {"__name__": "alone"}
    exec(compile(file.read_text(), str(file), "exec"), namespace)  # noqa: S102 - as a plugin runs
    assert code_hash(namespace["Own"]) == hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def names(files, folder):
    return {str(one.relative_to(folder.resolve())) for one in files}


def test_the_modules_of_a_package_that_it_imports(tmp_path, monkeypatch):
    folder = tmp_path / "site-packages"
    pack = folder / "pack_of_mine"
    (pack / "deep").mkdir(parents=True)
    for name, text in {
        "__init__.py": "",
        "own.py": "from . import near\nfrom .deep.far import VALUE\nimport stranger\nimport numpy\n"
        "class Own:\n def run(self): return VALUE\n",
        "near.py": "def later():\n    import pack_of_mine.late\n    from .own import Own\n",
        "late.py": "x = 1\n",
        "unused.py": "x = 1\n",
        "deep/__init__.py": "",
        "deep/far.py": "from .. import near\nVALUE = 1\n",
    }.items():
        (pack / name).write_text(text)
    (folder / "stranger.py").write_text("import json\n")
    found = names(own_files(pack / "own.py"), pack)
    assert found == {
        *("own.py", "near.py", "late.py", "__init__.py", "deep/__init__.py", "deep/far.py")
    }
    monkeypatch.syspath_prepend(str(folder))
    own = importlib.import_module("pack_of_mine.own").Own
    before = code_hash(own)
    (pack / "unused.py").write_text("x = 2\n")
    assert code_hash(own) == before
    (pack / "late.py").write_text("x = 2\n")
    assert code_hash(own) != before


def test_what_stands_beside_a_file_in_a_shared_folder_is_a_stranger_s(tmp_path):
    folder = tmp_path / "site-packages"
    folder.mkdir()
    for name in ("own", "other"):
        (folder / f"{name}.py").write_text("import json\n")
    assert names(own_files(folder / "own.py"), folder) == {"own.py"}
    for name in ("own", "other"):
        (tmp_path / f"{name}.py").write_text("import other, harness\n")
    (tmp_path / "harness").mkdir()
    (tmp_path / "harness" / "__init__.py").touch()
    assert names(own_files(tmp_path / "own.py"), tmp_path) == {"own.py", "other.py"}


def test_files_are_bounded_and_broken_ones_are_no_error(tmp_path):
    (tmp_path / "own.py").write_text("".join(f"import m{i}\n" for i in range(MOST_FILES + 50)))
    for i in range(MOST_FILES + 50):
        (tmp_path / f"m{i}.py").write_text("import m0, m1\nthis is no Python(\n")
    assert len(own_files(tmp_path / "own.py")) == MOST_FILES
