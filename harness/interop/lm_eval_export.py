"""Our tasks in lm-eval: the folder for its `--include_path`, and the functions its YAMLs call.

lm-eval gets the prompts exactly as they are here, and answers are graded by the task's own
verifier, in a worker process with its limits. lm-eval does not report whether an answer was cut
off, so such an answer is `unparsed` there and not `truncated`; neither is correct.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.core import (
    DataSource,
    Problem,
    Status,
    TaskSpec,
    UsageError,
    VerifierSpec,
    registry,
)

if TYPE_CHECKING:
    from harness.core import Prompt, Task
    from harness.verifiers.pool import VerifierPool

METRICS = ("acc", "lured", "ungraded")
"""Shares of all problems: correct answers, lured ones, and ones that could not be graded."""

_MOST_TOKENS = 2048  # of an answer, the default of `harness eval`


def default_folder() -> Path:
    """Where `harness lm-eval path` writes: in the user's cache."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "harness" / "lm-eval"


def task_name(spec: TaskSpec) -> str:
    """lm-eval's name for a task: `harness_decimals`, `harness_decimals_seed_7`."""
    return "harness_" + re.sub(r"[^A-Za-z0-9.-]+", "_", str(spec)).strip("_")


def write_folder(
    folder: Path, specs: Iterable[TaskSpec], *, data_dir: Path | None = None
) -> list[str]:
    """Write a YAML file for each task; returns lm-eval's names for them, in order.

    The files name the currently loaded plugin files, and load them again where lm-eval runs.
    Raises UsageError if the folder cannot be written, UnknownNameError for an unknown task.
    """
    names = []
    for spec in specs:
        task: Task = registry.make("tasks", spec.name)
        name = task_name(spec)
        text = json.dumps(_config(name, spec, task, data_dir), indent=1)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.yaml").write_text(_with_functions(text), "utf-8")
        except OSError as error:
            raise UsageError(f"{folder}: cannot be written: {error.strerror}") from error
        names.append(name)
    return names


def _config(name: str, spec: TaskSpec, task: Task, data_dir: Path | None) -> dict[str, Any]:
    """All of a YAML file (JSON is YAML), functions still as text."""
    return {
        "task": name,
        "tag": "harness",
        "custom_dataset": f"!function {__name__}.dataset",
        "process_results": f"!function {__name__}.process_results",
        "test_split": "test",
        "output_type": "generate_until",
        "description": "system",  # names of columns, not templates: no text is rewritten
        "doc_to_text": "text",
        "doc_to_target": "target",
        "num_fewshot": 0,
        "generation_kwargs": {
            "until": [],
            "do_sample": False,
            "temperature": 0.0,
            "max_gen_toks": _MOST_TOKENS,
        },
        "metric_list": [
            {"metric": metric, "aggregation": "mean", "higher_is_better": metric == "acc"}
            for metric in METRICS
        ],
        "metadata": {
            "version": task.version,
            "harness_task": str(spec),
            "harness_data_dir": None if data_dir is None else str(data_dir.resolve()),
            "harness_plugins": list(registry.plugin_files()),
        },
    }


def _with_functions(text: str) -> str:
    return re.sub(r'"(!function [\w.]+)"', r"\1", text)


def dataset(
    *,
    harness_task: str,
    harness_data_dir: str | None = None,
    harness_plugins: Sequence[str] = (),
    **_: Any,
) -> Mapping[str, Any]:
    """The problems as lm-eval's `test` split; called by lm-eval with a YAML file's `metadata`."""
    import datasets

    for file in harness_plugins:
        registry.load_plugin(file)
    spec = TaskSpec.parse(harness_task)
    task: Task = registry.make("tasks", spec.name)
    folder = None if harness_data_dir is None else Path(harness_data_dir)
    problems = task.load(DataSource(data_dir=folder, options=dict(spec.options)))
    judge = task.verifier()
    verifier = json.dumps({"name": judge.name, "args": dict(judge.args)})
    rows = [_row(spec, problem, task.prompt(problem), verifier) for problem in problems]
    return {"test": datasets.Dataset.from_list(rows)}


def _row(spec: TaskSpec, problem: Problem, prompt: Prompt, verifier: str) -> dict[str, str]:
    """One problem; UsageError for a prompt that lm-eval's files cannot express."""
    *before, last = prompt.messages
    system = before.pop(0).content if before and before[0].role == "system" else ""
    if before or prompt.begin or prompt.stop or prompt.plain:
        raise UsageError(
            f"task {spec}: lm-eval takes one question and a system message, and this prompt "
            "has earlier turns, a prefix or stop strings: leave out few-shot options"
        )
    return {
        "id": problem.id,
        "system": system,
        "text": last.content,
        "target": "no answer" if problem.gold is None else problem.gold,
        "problem": json.dumps(problem.to_json(), ensure_ascii=False),
        "verifier": verifier,
    }


def process_results(doc: Mapping[str, str], results: Sequence[str]) -> dict[str, float]:
    """The verdict on one answer, as lm-eval's metrics (see METRICS), each 0 or 1."""
    problem = Problem(**json.loads(doc["problem"]))
    spec = VerifierSpec(**json.loads(doc["verifier"]))
    status = _pool().submit(spec, results[0], problem).result().status
    wanted = (Status.CORRECT, Status.LURED, Status.UNGRADED)
    return {name: float(status is one) for name, one in zip(METRICS, wanted, strict=True)}


@functools.cache
def _pool() -> VerifierPool:
    from harness.verifiers.pool import VerifierPool

    return VerifierPool(workers=1)  # lm-eval asks for one verdict at a time
