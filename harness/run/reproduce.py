"""The command that measures a run again."""

from __future__ import annotations

import shlex
from collections.abc import Collection

from harness.budgets import Budget
from harness.core import ModelInfo, TaskSpec
from harness.run.config import DEFAULT_MAX_OUTPUT_TOKENS, EvalConfig
from harness.tasks._faults import FAULTS_EXCLUDED
from harness.tasks._wording import Wording


def reproduce(
    info: ModelInfo,
    task: TaskSpec,
    wording: Wording,
    budget: Budget,
    config: EvalConfig,
    *,
    sound: bool,
) -> str:
    """The command that measures the same again (a local data folder has to be named anew).

    `sound`: problems with known faults were left out.
    """
    changed = wording.to_json()
    words = [
        "harness eval",
        f"--model {info.spec}",
        f"--task {_without(task, {*changed, *(FAULTS_EXCLUDED if sound else ())})}",
        f"--budget '{budget}'",
    ]
    given = sorted(info.extra.get("args", {}).items())
    words += [f"--model-arg {shlex.quote(f'{name}={value}')}" for name, value in given]
    if "asked" in info.extra:
        words.append(f"--fresh {info.extra['asked']}")
    words += [f"--{name} {shlex.quote(str(text))}" for name, text in changed.items()]
    if sound:
        words.append("--exclude-known-faults")
    if config.limit is not None:
        words.append(f"--limit {config.limit}")
    if config.seed:
        words.append(f"--seed {config.seed}")
    if config.max_output_tokens not in (None, info.output_limit or DEFAULT_MAX_OUTPUT_TOKENS):
        words.append(f"--max-output-tokens {config.max_output_tokens}")
    if config.data_dir is not None:
        words.append("--data-dir DIR")
    if config.price is not None and budget.ceiling_usd is not None:
        cached = "" if config.price.cached is None else f",{config.price.cached}"
        words.append(f"--price {config.price.input},{config.price.output}{cached}")
    return " ".join(words)


def _without(task: TaskSpec, names: Collection[str]) -> TaskSpec:
    """The task without the options that stand for other options of the command."""
    return TaskSpec(task.name, tuple((k, v) for k, v in task.options if k not in names))
