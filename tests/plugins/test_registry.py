"""How plugins are found: names, edited files, broken packages, code that changes."""

from __future__ import annotations

import subprocess
import sys
import types
import warnings

import pytest

import harness
from harness.budgets import Budget, catalogue, resolve
from harness.core import PluginError, UnknownNameError, UsageError, registry
from harness.core.origin import code_hash, version_of
from harness.testing import Scripted, ScriptedEngine


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Installs a package that is nothing but entry points."""

    def install(name, points):
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(points)
        registry._entry_points.cache_clear()

    monkeypatch.syspath_prepend(str(tmp_path))
    yield install
    monkeypatch.undo()
    registry._entry_points.cache_clear()


@pytest.mark.filterwarnings("default::harness.core.registry.BrokenPluginWarning")
def test_a_broken_package_hides_nothing_else(package, command):
    package("rotten", "[harness.tasks]\nrotten = rotten_module:Task\n")
    code, out, said = command("tasks", "list")
    assert code == 0
    assert {"decimals", "gsm8k"} <= {line.split()[0] for line in out.splitlines()}
    [line] = said.splitlines()
    assert line.startswith("warning: the task 'rotten' of the package 'rotten' cannot be loaded")
    assert "rotten_module" in line
    with pytest.raises(UsageError, match="of the package 'rotten' cannot be loaded"):
        registry.find("tasks", "rotten")


def test_a_package_that_takes_a_built_in_name_is_not_used(package):
    package("usurper", "[harness.verifiers]\nmath = usurper:Verifier\n")
    with pytest.warns(registry.BrokenPluginWarning, match="'math' of the package 'usurper' is not"):
        assert registry.find("verifiers", "math").__module__.startswith("harness.")


@pytest.mark.parametrize(
    ("kind", "name"),
    [("tasks", "gsm8k"), ("verifiers", "math"), ("models", "onnx"), ("proposers", "beam"),
     ("selectors", "majority"), ("rewards", "steps"), ("families", "lm-eval"),
     ("aggregations", "last"), ("stops", "beta")],
)  # fmt: skip
def test_a_built_in_name_is_taken_only_on_purpose(kind, name):
    ours = registry.find(kind, name)
    with pytest.raises(UsageError, match=r"already exists .*replace=True"):
        harness.register(kind, name, Scripted)
    assert registry.find(kind, name) is ours
    harness.register(kind, name, ours)  # what it is already
    harness.register(kind, name, Scripted, replace=True)
    assert registry.find(kind, name) is Scripted


def test_a_cell_that_runs_again_takes_its_name_over():
    for _ in range(2):
        harness.register("tasks", "mine", type("Mine", (Scripted,), {}))
    with pytest.raises(PluginError, match="is not a class or function"):
        harness.register("tasks", "mine", "Mine")
    with pytest.raises(UnknownNameError, match="did you mean 'tasks'"):
        harness.register("task", "mine", Scripted)


def test_a_file_runs_once_and_again_when_it_was_edited(tmp_path):
    file = tmp_path / "own.py"
    text = "import harness\nharness.register('aggregations', 'first', lambda steps: steps[{}])\n"
    file.write_text(text.format(0))
    assert harness.load_plugin(file) == (("aggregations", "first"),)
    once = registry.find("aggregations", "first")
    harness.load_plugin(file)
    assert registry.find("aggregations", "first") is once
    file.write_text(text.format(1))
    harness.load_plugin(file)
    assert registry.find("aggregations", "first")([1, 2]) == 2
    file.write_text(text.format(0).replace("'first'", "'other'"))
    harness.load_plugin(file)
    assert "first" not in registry.names("aggregations")


PROPOSER = """
import harness
from harness.core import Sampling

class Own:
    size, family, exchangeable, depth, needs_marks = 2, "own", True, 0, False
    def __init__(self, budget, reward=None): pass
    def most_tokens(self, limit): return limit
    async def propose(self, caller, n):
        for draw in await caller.sample(range(n), Sampling(max_tokens=LIMIT, temperature=0.7)):
            yield (draw,)

harness.register("proposers", "own", Own)
"""


def test_an_edited_proposer_is_another_run(tmp_path):
    file, reports = tmp_path / "own.py", {}
    for limit in ("5", "60", "5"):
        file.write_text(PROPOSER.replace("LIMIT", limit))
        harness.load_plugin(file)
        harness.register("tasks", "scripted", Scripted)
        done = harness.evaluate(
            ScriptedEngine(), "scripted", "own@2", limit=4, db=tmp_path / "t.sqlite"
        )
        reports.setdefault(limit, []).append(done.reports[0])
    assert reports["5"][0].id == reports["5"][1].id != reports["60"][0].id
    assert reports["60"][0].charged.output_tokens > reports["5"][0].charged.output_tokens


def test_an_edited_verifier_judges_anew(tmp_path):
    text = (
        "import harness\nfrom harness.core import *\nfrom harness.testing import Scripted\n"
        "class Own:\n name, version = 'own', '1'\n"
        " def verify(self, response, problem, *, truncated=False):\n"
        "  return Verdict(status=Status.STATUS, key='x')\n"
        "class Task(Scripted):\n name = 'mine'\n def verifier(self): return VerifierSpec('own')\n"
        "harness.register('verifiers', 'own', Own)\nharness.register('tasks', 'mine', Task)\n"
    )
    file, engine = tmp_path / "own.py", ScriptedEngine()
    for status in ("CORRECT", "WRONG"):
        file.write_text(text.replace("STATUS", status))
        harness.load_plugin(file)
        done = harness.evaluate(engine, "mine", "vote@2", limit=3, db=tmp_path / "t.sqlite")
        assert done.reports[0].verdicts == {status.lower(): 3}
    assert engine.samples == 6  # what was generated serves the second verifier too


def cell(text):
    module = types.ModuleType("__main__")
    exec(compile(text, "<cell>", "exec"), module.__dict__)  # noqa: S102 - as a notebook does
    return module.__dict__


def test_code_without_a_file_is_named_by_what_it_does():
    text = "def half(x): return x / TWO\nTWO = 2\nclass Own:\n def run(self): return half(3)\n"
    same = code_hash(cell(text)["Own"])
    assert code_hash(cell("\n\n" + text)["Own"]) == same
    for edited in (
        text.replace("3", "4"),
        text.replace("x / TWO", "x // TWO"),
        text.replace("= 2", "= 3"),
    ):
        assert code_hash(cell(edited)["Own"]) != same


def test_ours_in_their_first_version_are_named_by_nothing():
    """So the runs of stored databases keep their names."""
    for budget in ("greedy", "vote@4", "think@64", "adaptive@9", "best@4:reward=judge", "revise@3"):
        versions = dict(resolve(Budget.parse(budget)).versions)
        versions.pop("reward", None)
        assert versions == {}, budget
    for budget in ("beam@4x2:reward=judge", "mcts@4:reward=judge", "rmaxts@4", "think@9:min=3"):
        assert resolve(Budget.parse(budget)).versions["proposer"] == "2"
    assert version_of(registry.find("rewards", "steps")) == "3"


@pytest.mark.parametrize(
    ("budget", "says"),
    [
        ("vote@4:select=shortes", "did you mean 'shortest'"),
        ("vote@4:select=shortest,off=3", "unknown option .*'off'"),
        ("vote@4:select=shortest,of=x", "of=x must be a whole number"),
        ("adaptive@4:stop=betta", "did you mean 'beta'"),
        ("adaptive@4:p=1", "p=1 must be a number from 0.5 on and below 1"),
        ("adaptive@4:stop=beta,p=high", "p=high must be a number"),
        ("best@4:reward=steps,agg=man", "did you mean 'mean'"),
        ("beam@4x2:reward=steps,agg=man", "did you mean 'mean'"),
        ("second@4", "unknown budget 'second'"),
    ],
)
def test_slips_are_told(budget, says):
    class Shortest(harness.budgets.Choosing):
        name = "shortest"

        def __init__(self, of: int = 0):
            self.of = of

    harness.register("selectors", "shortest", Shortest)
    with pytest.raises(UsageError, match=says):
        resolve(Budget.parse(budget))
    assert "shortest" in next(line for line in catalogue() if line.startswith("select="))


def test_help_lists_what_a_plugin_brings(command, tmp_path):
    file = tmp_path / "own.py"
    file.write_text(PROPOSER.replace("LIMIT", "5"))
    code, out, _ = command("eval", "--plugin", file, "--help")
    assert code == 0
    assert "budgets of plugins: own" in out
    assert "stop= beta" in out


def test_a_verifier_from_a_script_reaches_its_workers(monkeypatch):
    from harness.core import Problem, VerifierSpec
    from harness.verifiers.pool import VerifierPool

    text = (
        "from harness.core import Status, Verdict\nGOOD = Status.CORRECT\n"
        "class Own:\n name, version = 'own', '1'\n"
        " def verify(self, response, problem, *, truncated=False):\n"
        "  return Verdict(status=GOOD if response == problem.gold else Status.WRONG)\n"
    )
    harness.register("verifiers", "own", cell(text)["Own"])
    problem = Problem(id="a", question="q", gold="7")
    with VerifierPool(1) as pool:
        asked = [pool.submit(VerifierSpec("own"), said, problem) for said in ("7", "8")]
        assert [one.result(60).status for one in asked] == ["correct", "wrong"]


def test_what_cannot_be_sent_to_a_worker_is_said_and_does_not_hang():
    from harness.core import Problem, VerifierSpec
    from harness.verifiers.pool import VerifierPool

    namespace = cell(
        "import threading\nclass Own:\n name, version, lock = 'own', '1', threading.Lock()\n"
        " def verify(self, response, problem, *, truncated=False): pass\n"
    )
    namespace["Own"].stuck = sys._getframe()
    harness.register("verifiers", "own", namespace["Own"])
    with VerifierPool(1) as pool, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the pickler warns too
        asked = pool.submit(VerifierSpec("own"), "7", Problem(id="a", question="q", gold="7"))
        with pytest.raises(UsageError, match="cannot be sent to a worker process"):
            asked.result(60)


SCRIPT = """
import re
import harness
from harness.core import Problem, Status, Verdict, VerifierSpec
from harness.verifiers.pool import VerifierPool

NUMBER = re.compile("[0-9]+")

def last(text):
    found = NUMBER.findall(text)
    return found[-1] if found else None

class Own:
    name, version = "own", "1"
    def verify(self, response, problem, *, truncated=False):
        right = last(response) == problem.gold and re.search("so", response)
        return Verdict(status=Status.CORRECT if right else Status.WRONG)

harness.register("verifiers", "own", Own)
if __name__ == "__main__":
    problem = Problem(id="a", question="q", gold="7")
    with VerifierPool(1) as pool:
        for said in ("so 7", "so 8"):
            print(pool.submit(VerifierSpec("own"), said, problem).result(120).status)
"""


def test_a_verifier_of_the_script_that_runs_brings_what_it_names(tmp_path):
    """In the real `__main__`, as a notebook's cells are: its imports and functions go with it."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.stdout, done.stderr) == ("correct\nwrong\n", "")
