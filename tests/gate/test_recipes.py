"""The action, the component and the recipes, step by step as a runner runs them.

They install this very checkout into an environment of their own; see `runner.py` for what is stood
in for.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

pytestmark = pytest.mark.slow  # each installs a package; the gate's own step is in test_ci.py too

REPOSITORY = Path(__file__).parents[2]
RECIPES = REPOSITORY / "docs" / "ci"
_spec = importlib.util.spec_from_file_location(
    "harness_ci_runner", Path(__file__).with_name("runner.py")
)
runner = importlib.util.module_from_spec(_spec)
sys.modules["harness_ci_runner"] = runner
_spec.loader.exec_module(runner)

RULES = """
[gate]
baseline = "harness-baseline.txt"
[[gate.rules]]
metric = "accuracy"
margin = 0.3
"""
EVAL = "harness eval -m onnx:tiny-s -t arithmetic -b think@32 --limit 40 --quiet --db old.sqlite"
SAVE = "harness baseline save harness-baseline.txt task=arithmetic --db old.sqlite"


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A fresh environment's variables: pip installs there, without an index, what it is told."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("machine")
    venv.create(folder, with_pip=False)
    ask = [
        str(folder / "bin" / "python"),
        "-c",
        "import sysconfig; print(sysconfig.get_path('purelib'))",
    ]
    purelib = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
    ours = Path(sysconfig.get_path("purelib"))
    found = [str(ours)]
    for file in ours.glob("*.pth"):  # shared packages, but not an editable install of this one
        lines = file.read_text("utf-8").splitlines()
        found += [x for x in lines if x.startswith("/") and x != str(REPOSITORY)]
    (Path(purelib) / "shared.pth").write_text("\n".join(found) + "\n", "utf-8")
    (folder / "bin" / "pip").write_text('#!/bin/sh\nexec python -m pip "$@"\n')
    (folder / "bin" / "pip").chmod(0o755)
    return {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip's own reading: isolation is off
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory, machine):
    """A repository with rules and a baseline, made by the installed command."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "harness.toml").write_text(RULES, "utf-8")
    install = f'pip install --quiet "{REPOSITORY}"'
    done = shell("\n".join((install, EVAL, SAVE, "rm old.sqlite")), folder, machine)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def shell(script, folder, environment):
    words = ["bash", "-eo", "pipefail", "-c", script]
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def checkout(project, tmp_path):
    for name in ("harness.toml", "harness-baseline.txt"):
        (tmp_path / name).write_bytes((project / name).read_bytes())
    return tmp_path


def github(folder, machine, **contexts):
    return runner.Runner(
        workspace=folder,
        action=REPOSITORY,
        environment=machine,
        contexts={"github": {"run_id": "7", "run_attempt": "1", "job": "gate"}, **contexts},
    )


def test_the_action_step_by_step(checkout, machine):
    job = github(checkout, machine, strategy={"job-index": "0"})
    outputs = job.run_action({"model": "onnx:tiny-s"}, {})
    assert job.code == 0, job.log
    assert outputs == {"verdict": "pass", "junit": "./gate.xml", "comment": "./comment.md"}
    assert (checkout / outputs["junit"]).is_file()
    assert "## harness gate: pass" in job.summary
    uses = [name.partition("@")[0] for name, _ in job.used]
    assert uses == ["actions/setup-python", "actions/cache/restore", "actions/cache/save"]
    assert job.used[1][1]["key"] == "harness-gate-0-7-1"
    assert (checkout / job.used[2][1]["path"]).is_file()  # what the cache keeps is there


def test_the_action_judges_several_models_and_keeps_the_cache_of_a_gate_that_fails(
    checkout, machine
):
    job = github(checkout, machine)
    given = {"model": "onnx:tiny-s\nonnx:tiny-m\n", "arguments": "--budget think@0 --any-budget"}
    outputs = job.run_action(given, {})
    assert (job.code, outputs["verdict"]) in ((1, "regressed"), (3, "inconclusive")), job.log
    assert ET.parse(checkout / "gate.xml").getroot()[0].get("tests") == "2"
    assert job.used[-1][0].startswith("actions/cache/save")


def test_the_pull_request_recipe_step_by_step(checkout, machine):
    workflow = yaml.safe_load((RECIPES / "github.yml").read_text("utf-8"))
    job = github(checkout, machine, vars={"HARNESS": str(REPOSITORY)})
    job.run_steps(workflow["jobs"]["gate"]["steps"], {})
    assert job.code == 0, job.log
    name, given = job.used[-1]
    assert name.startswith("actions/upload-artifact")
    assert all((checkout / path).is_file() for path in given["path"].split())


@pytest.mark.parametrize("key", ["", "sk-of-a-push"], ids=["a fork", "a push"])
def test_the_matrix_of_models_in_a_part_of_a_repository(checkout, machine, key):
    """What a fork may not ask is left out, and said; of the API the refusal of the sandbox is."""
    part = checkout / "services" / "assistant"
    part.mkdir(parents=True)
    for name in ("harness.toml", "harness-baseline.txt"):
        (checkout / name).rename(part / name)
    workflow = yaml.safe_load((RECIPES / "github-models.yml").read_text("utf-8"))
    gate = workflow["jobs"]["gate"]
    local, remote = gate["strategy"]["matrix"]["model"]
    secrets = {"OPENAI_API_KEY": key}
    job = github(checkout, machine, matrix={"model": local}, secrets=secrets)
    job.run_steps(gate["steps"], {})
    assert job.code == 0, job.log
    assert (part / "gate.xml").is_file()
    nobody = "openai:my-model@http://127.0.0.1:9/v1"
    assert remote.startswith("openai:")
    job = github(checkout, machine, matrix={"model": nobody}, secrets=secrets)
    job.run_steps(gate["steps"], {"HARNESS_TRACEBACK": ""})
    assert (job.code, "is not asked" in job.summary) == ((2, False) if key else (0, True)), job.log


@pytest.mark.parametrize(
    "inputs",
    [
        {"model": "onnx:tiny-s"},
        {"model": "onnx:tiny-s", "directory": "eval", "arguments": "--seed '1'", "job": "other"},
    ],
    ids=["defaults", "all told"],
)
def test_the_component_step_by_step(checkout, machine, inputs):
    folder = checkout / inputs.get("directory", ".")
    if folder != checkout:
        folder.mkdir()
        for name in ("harness.toml", "harness-baseline.txt"):
            (checkout / name).rename(folder / name)
    given = {**inputs, "requirement": str(REPOSITORY)}
    name, job = runner.gitlab_job(REPOSITORY / "templates" / "gate.yml", given)
    assert name == inputs.get("job", "gate")
    done = runner.run_gitlab(job, checkout, machine)
    assert done.returncode == 0, done.stdout + done.stderr
    for path in (*job["artifacts"]["reports"].values(), *job["artifacts"]["paths"]):
        assert (checkout / path).is_file()
    assert (checkout / job["cache"]["paths"][0]).is_file()
    assert json.loads((folder / "gl-code-quality-report.json").read_text("utf-8")) == []


def test_what_an_input_says_is_no_part_of_the_script(checkout, machine):
    given = {"model": "onnx:$(touch hurt)\nonnx:tiny-s", "arguments": "--limit '$(touch hurt)'"}
    job = github(checkout, machine)
    assert job.run_action(given, {})["verdict"] == "error"
    _, gitlab = runner.gitlab_job(
        REPOSITORY / "templates" / "gate.yml", {**given, "requirement": str(REPOSITORY)}
    )
    assert runner.run_gitlab(gitlab, checkout, machine).returncode == 2
    assert not (checkout / "hurt").exists()


@pytest.fixture
def repository(checkout, machine, tmp_path_factory):
    """The checkout as a clone of a repository, and a `gh` that notes what it is told."""
    folder = tmp_path_factory.mktemp("origin")
    git = (
        f"git init --quiet --bare {folder} && git init --quiet . && git remote add origin {folder}"
        " && git add . && git -c user.name=a -c user.email=a@b commit --quiet -m one"
        " && git push --quiet origin HEAD:main"
    )
    done = shell(git, checkout, machine)
    assert done.returncode == 0, done.stderr
    tools = tmp_path_factory.mktemp("tools")
    (tools / "gh").write_text('#!/bin/sh\nprintf "%s\\n" "$@" >"$0.told"\n')
    (tools / "gh").chmod(0o755)
    path = f"{tools}{os.pathsep}{machine['PATH']}"
    return checkout, folder, tools, {**machine, "PATH": path, "GITHUB_RUN_ID": "7"}


def test_the_baseline_recipe_opens_a_pull_request(repository):
    folder, origin, tools, machine = repository
    workflow = yaml.safe_load((RECIPES / "github-baseline.yml").read_text("utf-8"))
    job = github(folder, machine, inputs={"model": "onnx:tiny-s", "limit": "50"})
    job.contexts["vars"] = {"HARNESS": str(REPOSITORY)}
    job.run_steps(workflow["jobs"]["renew"]["steps"], {})
    assert job.code == 0, job.log
    told = (tools / "gh.told").read_text().splitlines()
    assert told[:4] == ["pr", "create", "--head", "harness-baseline-7"]
    assert "of 50 problems; was" in (folder / "renewed.txt").read_text("utf-8")
    show = f"git --git-dir {origin} show --stat harness-baseline-7"
    assert re.search(r"harness-baseline\.txt \|", shell(show, folder, machine).stdout)


def test_the_baseline_recipe_of_gitlab_pushes_a_merge_request(repository):
    folder, origin, _, machine = repository
    _, job = runner.gitlab_job(RECIPES / "gitlab-baseline.yml")
    script = [
        line.replace(
            '"https://gate:$GITLAB_TOKEN@$CI_SERVER_HOST/$CI_PROJECT_PATH.git"', str(origin)
        )
        for line in job["script"]
    ]
    assert script != job["script"]
    git = f"git --git-dir {origin} config receive.advertisePushOptions true"
    assert shell(git, folder, machine).returncode == 0
    job = {
        **job,
        "script": script,
        "variables": {**job["variables"], "HARNESS": str(REPOSITORY), "LIMIT": "50"},
    }
    given = {
        **machine,
        "CI_PIPELINE_ID": "8",
        "CI_SERVER_HOST": "x.org",
        "CI_DEFAULT_BRANCH": "main",
    }
    done = runner.run_gitlab(job, folder, given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "harness-baseline-8" in shell(f"git --git-dir {origin} branch", folder, machine).stdout
