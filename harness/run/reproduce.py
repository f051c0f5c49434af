"""The command that measures a run again."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from harness.budgets import Budget
from harness.core import ModelInfo, TaskSpec
from harness.run.config import DEFAULT_MAX_OUTPUT_TOKENS, EvalConfig
from harness.tasks._faults import FAULTS_EXCLUDED

if TYPE_CHECKING:
    from harness.run.plan import LoadedTask


def reproduce(info: ModelInfo, loaded: LoadedTask, budget: Budget, config: EvalConfig) -> str:
    """The command that measures the same again (a local data folder has to be named anew)."""
    words = [
        "harness eval",
        f"--model {info.spec}",
        f"--task {_as_written(loaded)}",
        f"--budget '{budget}'",
    ]
    given = sorted(info.extra.get("args", {}).items())
    words += [f"--model-arg {shlex.quote(f'{name}={value}')}" for name, value in given]
    if "asked" in info.extra:
        words.append(f"--fresh {info.extra['asked']}")
    words += [
        f"--{name} {shlex.quote(str(text))}" for name, text in loaded.wording.to_json().items()
    ]
    if loaded.left_out:
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


def _as_written(loaded: LoadedTask) -> TaskSpec:
    """The task without the options that stand for another wording."""
    changed = {*loaded.wording.to_json(), *(FAULTS_EXCLUDED if loaded.left_out else ())}
    options = tuple((k, v) for k, v in loaded.spec.options if k not in changed)
    return TaskSpec(loaded.spec.name, options)
