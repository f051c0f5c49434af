"""Runs a GitHub job's or action's steps, and a GitLab job's script, as their runners do.

What a step's `run` holds is run by bash, with the files that a runner gives it, after the
expressions that our files use are evaluated. A step that `uses` another project's action
(checkout, cache …) is stood in for: it is noted in `used`, and does nothing.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ACTION = "OWNER/harness"
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
_INPUT = re.compile(r"\$\[\[\s*inputs\.(\w+)\s*\]\]")


@dataclass
class Runner:
    """One job in a checked-out repository; `code` is that of the first step that failed."""

    workspace: Path
    action: Path
    environment: Mapping[str, str]
    contexts: dict[str, Any] = field(default_factory=dict)
    code: int = 0
    log: str = ""
    used: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    summary: str = ""

    def run_action(self, given: Mapping[str, str], env: Mapping[str, str]) -> dict[str, str]:
        """The composite action with its inputs; returns its outputs."""
        data = yaml.safe_load((self.action / "action.yml").read_text("utf-8"))
        inputs = {}
        for name, one in data["inputs"].items():
            if one.get("required"):
                assert name in given, name
            inputs[name] = given.get(name, one.get("default", ""))
        assert set(given) <= set(inputs)
        outer = self.contexts
        self.contexts = {**outer, "inputs": inputs, "steps": {}}
        self.run_steps(data["runs"]["steps"], {**env, "GITHUB_ACTION_PATH": str(self.action)})
        outputs = {name: self.expand(one["value"]) for name, one in data["outputs"].items()}
        self.contexts = outer
        return outputs

    def run_steps(self, steps: list[Mapping[str, Any]], env: Mapping[str, str]) -> None:
        """One after the other; after a failure only those that say `if: always()`."""
        self.contexts.setdefault("steps", {})
        for step in steps:
            condition = str(step.get("if", "success()"))
            if not self._holds(condition):
                continue
            own = {name: self.expand(str(text)) for name, text in step.get("env", {}).items()}
            outputs: dict[str, str] = {}
            if "run" in step:
                outputs = self._run(step, {**env, **own})
            elif str(step["uses"]).startswith(ACTION):
                given = {k: self.expand(str(v)) for k, v in step.get("with", {}).items()}
                outputs = self.run_action(given, {**env, **own})
            else:
                given = {k: self.expand(str(v)) for k, v in step.get("with", {}).items()}
                self.used.append((step["uses"], given))
            if "id" in step:
                self.contexts["steps"][step["id"]] = {"outputs": outputs}

    def _run(self, step: Mapping[str, Any], env: Mapping[str, str]) -> dict[str, str]:
        output, summary = self.workspace / ".output", self.workspace / ".summary"
        output.write_text("")
        summary.write_text("")
        folder = self.workspace / self.expand(step.get("working-directory", "."))
        given = {
            **self.environment, **env, "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_ACTIONS": "true",
        }  # fmt: skip
        # `shell: bash` and the default differ in pipefail alone
        words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self.expand(step["run"])]
        done = subprocess.run(
            words, cwd=folder, env=given, capture_output=True, text=True, check=False
        )
        self.log += done.stdout + done.stderr
        self.summary += summary.read_text("utf-8")
        if done.returncode and not self.code:
            self.code = done.returncode
        lines = output.read_text("utf-8").splitlines()
        for file in (output, summary):
            file.unlink()
        return dict(line.split("=", 1) for line in lines)

    def _holds(self, condition: str) -> bool:
        if condition == "always()":
            return True
        if self.code:
            return False
        if condition == "success()":
            return True
        left, right = condition.split(" == ")
        return self._value(left) == right.strip("'")

    def expand(self, text: str) -> str:
        """A text with its expressions evaluated."""
        return _EXPRESSION.sub(lambda match: self._value(match[1]), text)

    def _value(self, expression: str) -> str:
        value: Any = self.contexts
        for part in expression.strip().split("."):
            value = value.get(part, "") if isinstance(value, Mapping) else ""
        return str(value)


def gitlab_job(file: Path, inputs: Mapping[str, str] | None = None) -> tuple[str, dict[str, Any]]:
    """The one job of a file, by name; of a component, with its inputs put in.

    GitLab puts them in as text, before it reads the YAML; a line break in one is escaped, since
    ours stand in double quotes.
    """
    text = file.read_text("utf-8")
    if inputs is not None:
        head, text = text.split("\n---\n")
        spec = yaml.safe_load(head)["spec"]["inputs"]
        assert set(inputs) <= set(spec)
        missing = [
            name for name, one in spec.items() if "default" not in one and name not in inputs
        ]
        assert missing == []
        for name, value in inputs.items():
            assert value in spec[name].get("options", [value])
        values = {name: str(inputs.get(name, one.get("default"))) for name, one in spec.items()}
        text = _INPUT.sub(lambda match: values[match[1]].replace("\n", "\\n"), text)
    [(name, job)] = yaml.safe_load(text).items()
    return name, job


def run_gitlab(job: Mapping[str, Any], folder: Path, environment: Mapping[str, str]) -> Any:
    """The job's script as the shell executor runs it: one script that ends at the first error."""
    env = {**environment, **job.get("variables", {}), "CI_PROJECT_DIR": str(folder)}
    words = ["bash", "-eo", "pipefail", "-c", "\n".join(job["script"])]
    return subprocess.run(
        words, cwd=folder, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
