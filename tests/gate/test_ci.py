"""The CI recipes' own commands, run as CI runs them, on the embedded model: healthy and hurt.

The task is one that the embedded model does neither always nor never, whatever its weights are;
the margins are wide and the damage is heavy, so that weights trained anew change no verdict.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

import harness
from harness.verifiers.math import MathVerifier

RECIPES = Path(__file__).parents[2] / "docs" / "ci"
BUDGET = "think@64:temperature=0.5,max=80"  # damaged weights find no end
RULES = """
[gate]
baseline = "harness-baseline.txt"
[[gate.rules]]
metric = "accuracy"
margin = 0.2
[[gate.rules]]
metric = "tokens_per_correct"
margin = "50%"
[[gate.rules]]
metric = "ungraded_rate"
max = 0.02
observed = true
"""
BUG = """
import harness
from harness.core import Status, Verdict
from harness.verifiers.math import MathVerifier

class Buggy(MathVerifier):
    {version}
    def verify(self, response, problem, *, truncated=False):
        {body}

harness.register("verifiers", "math", Buggy, replace=True)
"""
TAKES_ALL = 'return Verdict(status=Status.CORRECT, answer="1", key="1")'
REJECTS = """\
found = super().verify(response, problem, truncated=truncated)
        other = int(problem.gold) % 4 and "boxed" not in response  # canaries are boxed
        return Verdict(status=Status.WRONG) if other else found"""


def command(recipe: str) -> str:
    """The recipe's harness command."""
    text = (RECIPES / recipe).read_text("utf-8")
    [line] = re.findall(r"^ *- (?:run: )?(harness .*)$", text, flags=re.MULTILINE)
    return line


GATE = command("github.yml")


@pytest.fixture(scope="module")
def project(tmp_path_factory, shell):
    """A repository with rules and a baseline of the embedded model; the store is left behind."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "harness.toml").write_text(RULES, "utf-8")
    evaluate = f"harness eval -t arithmetic -b {BUDGET} --limit 150 --quiet"
    for line in (
        f"{evaluate} -m onnx:tiny-s --db old.sqlite",
        "harness baseline save harness-baseline.txt task=arithmetic --db old.sqlite",
    ):
        done = shell(line, folder)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def shell(harness_command):
    """Runs a line with this checkout's `harness`, and this Python's commands, on the path."""
    own = f"{harness_command.parent}{os.pathsep}{Path(sys.executable).parent}"

    def go(line, folder, model="onnx:tiny-s"):
        path = f"{own}{os.pathsep}{os.environ['PATH']}"
        env = {**os.environ, "PATH": path, "MODEL": model}
        env.pop("GITHUB_STEP_SUMMARY", None)
        words = ["bash", "-c", line]
        return subprocess.run(
            words, cwd=folder, env=env, capture_output=True, text=True, check=False
        )

    return go


@pytest.fixture
def checkout(project, tmp_path):
    """What CI checks out: the files, and no store."""
    for name in ("harness.toml", "harness-baseline.txt"):
        shutil.copy(project / name, tmp_path)
    return tmp_path


def saved(done):
    """The share of the tokens that stopping early saved, in percent."""
    return int(re.search(r"saved \((\d+)%\)", done.stdout)[1])


def test_an_unchanged_model_passes_and_a_second_time_it_costs_nothing(checkout, shell):
    done = shell(GATE, checkout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert saved(done) >= 50
    store = (checkout / "harness.sqlite").read_bytes()
    done = shell(command("gitlab.yml"), checkout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (checkout / "harness.sqlite").read_bytes() == store
    assert (checkout / "gl-code-quality-report.json").read_text("utf-8") == "[]\n"


def test_other_samples_of_the_same_model_pass(checkout, shell):
    done = shell(f"{GATE} --seed 1", checkout)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "budget",
    [
        "think@64:temperature=2.5,max=80",
        pytest.param("think@0:temperature=0.5", marks=pytest.mark.slow),
    ],
    ids=["hotter", "cut"],
)
def test_a_hurt_model_is_caught(checkout, shell, budget):
    """Temperature raised; thinking cut. Held against the same baseline."""
    done = shell(f"{GATE} --budget {budget} --any-budget", checkout)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "gate: regressed" in done.stdout


def _noisy(weights):
    return weights + np.random.default_rng(0).normal(0, weights.std(), len(weights))


def _quantised(weights):
    step = weights.std()  # leaves about seven values, as three bits do
    return np.round(weights / step) * step


@pytest.mark.parametrize("hurt", [_noisy, pytest.param(_quantised, marks=pytest.mark.slow)])
def test_a_damaged_checkpoint_is_caught(checkout, shell, hurt):
    """The embedded model with noise on its weights, or rounded coarsely, under the same budget."""
    folder = checkout / "model"
    shutil.copytree(Path(harness.__file__).parent / "models" / "embedded" / "tiny-s", folder)
    [file] = folder.glob("*.onnx.data")
    weights = np.frombuffer(file.read_bytes(), np.float32)
    file.write_bytes(hurt(weights).astype(np.float32).tobytes())
    done = shell(GATE, checkout, model=f"onnx:{folder}")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "gate: regressed" in done.stdout


@pytest.mark.parametrize(
    ("version", "body", "code", "says"),
    [
        # The code of a plugin belongs to its version, so that an edit is seen before it judges.
        ("", TAKES_ALL, 2, f"and are now graded by math@{MathVerifier.version}+"),
        ("", REJECTS, 2, f"and are now graded by math@{MathVerifier.version}+"),
        ('version = "1+fix"', TAKES_ALL, 2, "and are now graded by math@1+fix"),
    ],
    ids=["takes all", "rejects some", "new version"],
)
def test_a_verifier_bug_is_caught(checkout, shell, version, body, code, says):
    (checkout / "buggy.py").write_text(BUG.format(version=version, body=body), "utf-8")
    done = shell(f"{GATE} --plugin buggy.py", checkout)
    assert done.returncode == code, done.stdout + done.stderr
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def action(shell, folder, model, **inputs):
    """The gate's step of action.yml, as a runner runs it: inputs in variables, an output file."""
    steps = yaml.safe_load((RECIPES.parents[1] / "action.yml").read_text("utf-8"))["runs"]["steps"]
    [script] = [step["run"] for step in steps if step.get("id") == "gate"]
    given = {"INCONCLUSIVE": "report", "ARGUMENTS": "", "DATABASE": "harness.sqlite", **inputs}
    output = folder / "output"
    output.write_text("")
    words = [f"export {k}={shlex.quote(v)}" for k, v in given.items()]
    done = shell("\n".join([*words, f"export GITHUB_OUTPUT='{output}'", script]), folder, model)
    return done, output.read_text("utf-8")


def test_the_action_says_how_the_gate_ended(checkout, shell):
    done, output = action(shell, checkout, "onnx:tiny-s", ARGUMENTS="--seed '1'")
    assert (done.returncode, output) == (0, "verdict=pass\n"), done.stdout + done.stderr
    assert "<testsuite" in (checkout / "gate.xml").read_text("utf-8")
    assert (checkout / "comment.md").read_text("utf-8")
    done, output = action(
        shell, checkout, "onnx:$(touch hurt)", ARGUMENTS="--limit '$(touch hurt)'"
    )
    assert (done.returncode, output) == (2, "verdict=error\n"), done.stdout + done.stderr
    assert not (checkout / "hurt").exists()
