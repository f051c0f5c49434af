"""From names to what will be run: tasks loaded, budgets resolved, runs with their manifests."""

from __future__ import annotations

import datetime as dt
import math
import platform
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from harness._version import __version__
from harness.budgets import Budget, Strategy, resolve
from harness.core import (
    DataError,
    DataSource,
    ModelInfo,
    Problem,
    Prompt,
    TaskSpec,
    UsageError,
    VerifierSpec,
    registry,
)
from harness.core.hashing import content_hash
from harness.core.protocols import Task
from harness.cost import PriceEntry, find_price
from harness.run.ceilings import Ceiling, ceiling_of
from harness.store.identity import model_id, run_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a command sets for all of its runs; see `harness.evaluate`.

    `price` is what budgets with `usd<=` are held to; None: the price book's of the day.
    """

    seed: int = 0
    limit: int | None = None
    data_dir: Path | None = None
    max_output_tokens: int = 2048
    price: PriceEntry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedTask:
    """A task with its problems and prompts, in the task's order."""

    spec: TaskSpec
    task: Task
    problems: tuple[Problem, ...]
    prompts: tuple[Prompt, ...]
    verifier: VerifierSpec
    verifier_version: str

    @property
    def verifier_label(self) -> str:
        """The verifier's name, with its arguments when it has any."""
        return verifier_label(self.verifier)

    @property
    def judge(self) -> tuple[str, str]:
        """The verifier's label and version: what names its verdicts."""
        return self.verifier_label, self.verifier_version


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """One run: a budget on a task by a model."""

    id: str
    loaded: LoadedTask
    strategy: Strategy
    manifest: Mapping[str, Any] = field(repr=False)
    ceiling: Ceiling | None = None


def verifier_label(spec: VerifierSpec) -> str:
    """How a verifier is named in the store: its arguments belong to its name."""
    if not spec.args:
        return spec.name
    return f"{spec.name}({','.join(f'{k}={v}' for k, v in sorted(spec.args.items()))})"


def load_task(spec: TaskSpec, settings: Settings) -> LoadedTask:
    """Find a task by name and load its problems; DataError when they cannot be had."""
    task: Task = registry.find("tasks", spec.name)()
    source = DataSource(
        data_dir=settings.data_dir, limit=settings.limit, options=dict(spec.options)
    )
    problems = tuple(task.load(source))[: settings.limit]
    if not problems:
        raise DataError(f"task {spec}: no problems")
    counts = Counter(problem.id for problem in problems)
    problem_id, count = counts.most_common(1)[0]
    if count > 1:
        raise DataError(f"task {spec}: the problem id {problem_id!r} stands {count} times")
    verifier = task.verifier()
    judge = registry.find("verifiers", verifier.name)
    return LoadedTask(
        spec=spec,
        task=task,
        problems=problems,
        prompts=tuple(task.prompt(problem) for problem in problems),
        verifier=verifier,
        verifier_version=str(judge.version),
    )


def price_of(info: ModelInfo, settings: Settings) -> PriceEntry | None:
    """What the model's tokens cost: as told, or as its price is known today."""
    return settings.price or find_price(info.name, dt.datetime.now(dt.UTC).date())


def plan_runs(
    info: ModelInfo, loaded: LoadedTask, budgets: Iterable[Budget], settings: Settings
) -> list[PlannedRun]:
    """The runs of one task; UsageError when a budget does not fit the model."""
    runs = []
    entry = price_of(info, settings)
    data = content_hash(sorted(problem.digest() for problem in loaded.problems))
    prompts = content_hash([prompt.to_json() for prompt in loaded.prompts])
    for budget in budgets:
        strategy = resolve(budget)
        if strategy.proposer.needs_marks and info.think is None:
            raise UsageError(
                f"budget {str(budget)!r} cuts the thinking, but {info.spec} has no thinking marks: "
                "name them with --model-arg think_start=… --model-arg think_end=…"
            )
        ceiling = ceiling_of(strategy, info, entry)
        identity = {
            "model": info.fingerprint,
            "task": str(loaded.spec),
            "task_version": loaded.task.version,
            "data": data,
            "prompts": prompts,
            "budget": str(budget),
            "seed": settings.seed,
            "max_output_tokens": settings.max_output_tokens,
            **(ceiling.identity() if ceiling is not None else {}),
        }
        manifest = {
            "identity": identity,
            "harness": __version__,
            "python": platform.python_version(),
            "platform": platform.platform(terse=True),
            "model": info.spec,
            "limit": settings.limit,
            "local_data": settings.data_dir is not None,
            "selector": strategy.selector.name,
            "selector_args": dict(strategy.selector.args),
            "size": strategy.proposer.size,
            "whole": strategy.whole,
            "reward": strategy.reward.info.fingerprint if strategy.reward else None,
            "prompt_once": info.prompt_once,
            "command": reproduce(info, loaded.spec, budget, settings),
        }
        runs.append(
            PlannedRun(
                id=run_id(identity),
                loaded=loaded,
                strategy=strategy,
                manifest=manifest,
                ceiling=ceiling,
            )
        )
    return runs


def reproduce(info: ModelInfo, task: TaskSpec, budget: Budget, settings: Settings) -> str:
    """The command that measures the same again (a local data folder has to be named anew)."""
    words = ["harness eval", f"--model {info.spec}", f"--task {task}", f"--budget '{budget}'"]
    words += [f"--model-arg {k}={v}" for k, v in sorted(info.extra.get("args", {}).items())]
    if "asked" in info.extra:
        words.append(f"--fresh {info.extra['asked']}")
    if settings.limit is not None:
        words.append(f"--limit {settings.limit}")
    if settings.seed:
        words.append(f"--seed {settings.seed}")
    if settings.max_output_tokens != Settings().max_output_tokens:
        words.append(f"--max-output-tokens {settings.max_output_tokens}")
    if settings.data_dir is not None:
        words.append("--data-dir DIR")
    if settings.price is not None and budget.max_usd is not None:
        words.append(f"--price {settings.price.input},{settings.price.output}")
    return " ".join(words)


def model_row(info: ModelInfo) -> dict[str, Any]:
    """The columns of a model's row."""
    known = asdict(info)
    return {
        "id": model_id(info.fingerprint),
        "name": info.name,
        "spec": info.spec,
        "fingerprint": info.fingerprint,
        "info": {k: v for k, v in known.items() if k not in ("fingerprint", "concurrency")},
    }


def run_row(
    run: PlannedRun, info: ModelInfo, created: str, extra: Mapping[str, Any]
) -> dict[str, Any]:
    """The columns of a run's row; `extra` joins the manifest."""
    return {
        "id": run.id,
        "model_id": model_id(info.fingerprint),
        "task": str(run.loaded.spec),
        "budget": str(run.strategy.budget),
        "planned": len(run.loaded.problems),
        "verifier": run.loaded.verifier_label,
        "verifier_version": run.loaded.verifier_version,
        "manifest": {**run.manifest, **extra},
        "created": created,
    }


def families(runs: Sequence[PlannedRun]) -> list[list[PlannedRun]]:
    """Runs that share a pool, grouped; the longest traces first, so that the rest can be cut."""
    groups: dict[str, list[PlannedRun]] = {}
    for run in runs:
        groups.setdefault(run.strategy.family, []).append(run)
    return sorted(groups.values(), key=lambda group: _shortness(group[0]))


def _shortness(run: PlannedRun) -> tuple[bool, float, float, int]:
    """Ceilings cut samples, the lower the shorter; so do shorter thoughts."""
    budget = run.strategy.budget
    tokens, usd = budget.max_tokens or math.inf, budget.max_usd or math.inf
    return run.strategy.capped, -tokens, -float(usd), -run.strategy.proposer.depth
