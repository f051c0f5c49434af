"""From names to a plan: tasks loaded, budgets resolved, runs with their manifests."""

from __future__ import annotations

import datetime as dt
import platform
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness._version import __version__
from harness.analysis.contamination import fresh_specs
from harness.budgets import Budget, Strategy, expand, fit, resolve, wording
from harness.core import (
    Command,
    DataError,
    DataSource,
    ModelInfo,
    ModelSpec,
    ParameterError,
    Problem,
    Prompt,
    RunIdentity,
    RunManifest,
    TaskSpec,
    UsageError,
    VerifierSpec,
    registry,
    watch,
)
from harness.core.counting import counted
from harness.core.hashing import content_hash
from harness.core.origin import blamed, is_builtin, version_of
from harness.core.protocols import Backend, Task
from harness.core.secrets import check_option
from harness.cost import PriceEntry, price_of_model
from harness.results.groups import KEY as GROUPS
from harness.run.ceilings import Ceiling, ceiling_of
from harness.run.config import DEFAULT_MAX_OUTPUT_TOKENS, EvalConfig
from harness.run.contracts import (
    check_backend,
    check_choices,
    check_ready,
    load_problems,
    prompts_of,
    verifier_of,
    verifier_version,
)
from harness.run.freshness import at_asking, engine_of
from harness.run.members import open_groups
from harness.run.reproduce import reproduce
from harness.store.identity import run_id
from harness.store.records import Row, run_row
from harness.tasks._faults import FAULTS_EXCLUDED, split, told
from harness.tasks._wording import Wording, reword

BATCH_SHARE = 0.5
"""A token's price in a batch relative to its normal price: at OpenAI and at Anthropic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedTask:
    """A task with its problems and prompts, in the task's order."""

    spec: TaskSpec
    task: Task
    problems: tuple[Problem, ...]
    prompts: tuple[Prompt, ...]
    verifier: VerifierSpec
    verifier_version: str
    versions: Mapping[str, str] = field(default_factory=dict)  # of third-party code
    wording: Wording = field(default_factory=Wording)  # overrides the task's own
    origin: Mapping[str, Any] = field(default_factory=dict)  # the task's facts about its data
    groups: Mapping[str, Any] = field(default_factory=dict)  # for which it is measured, by name
    left_out: Mapping[str, int] = field(default_factory=dict)  # problems by their known faults

    @property
    def verifier_label(self) -> str:
        """The verifier's name, with its arguments if it has any."""
        return verifier_label(self.verifier)

    @property
    def judge(self) -> tuple[str, str]:
        """The verifier's label and version, which identify its verdicts."""
        return self.verifier_label, self.verifier_version


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """One run: a budget on a task by a model."""

    id: str
    loaded: LoadedTask
    strategy: Strategy
    manifest: RunManifest = field(repr=False)
    ceiling: Ceiling | None = None


def verifier_label(spec: VerifierSpec) -> str:
    """A verifier's name in the store, which includes its arguments."""
    if not spec.args:
        return spec.name
    told = (f"{name}={_told(value)}" for name, value in sorted(spec.args.items()))
    return f"{spec.name}({','.join(told)})"


def _told(value: object) -> object:
    """An argument as part of a name; a whole table, such as a rubric, by its hash."""
    return f"#{content_hash('table', value)[:12]}" if isinstance(value, Mapping) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that an evaluation will do; `runs` are by task."""

    config: EvalConfig
    backend: Backend
    tasks: Sequence[LoadedTask]
    runs: Mapping[str, Sequence[PlannedRun]]
    fresh: Mapping[TaskSpec, TaskSpec] = field(default_factory=dict)  # by the public task

    @property
    def max_output_tokens(self) -> int:
        """The default token limit of one completion: see `output_limit`."""
        return output_limit(self.backend.info, self.config)

    @property
    def notes(self) -> list[str]:
        """The problems left out of each task, one line per task."""
        return [
            f"{task.spec}: {counted(sum(task.left_out.values()), 'problem')} with known faults "
            f"left out ({told(task.left_out)}), {counted(len(task.problems), 'is', 'are')} asked"
            for task in self.tasks
            if task.left_out
        ]

    @property
    def all_runs(self) -> list[PlannedRun]:
        """The runs of all tasks, in order."""
        return [run for runs in self.runs.values() for run in runs]


def make_plan(config: EvalConfig) -> Plan:
    """Resolve all names and load the problems; no model is loaded yet.

    UsageError for unsuitable names and parameters, DataError for unavailable data.
    """
    config.complete()
    wanted = expand(config.budgets)
    backend = at_asking(open_backend(config.model, config.model_args), config)
    specs = open_groups(map(TaskSpec.parse, config.tasks))
    fresh = {} if config.fresh_seed is None else fresh_specs(specs, config.fresh_seed)
    wording = Wording(prompt=config.prompt, system=config.system, shots=config.shots)
    by_spec = {
        spec: load_task(
            spec,
            limit=config.limit,
            data_dir=config.data_dir,
            wording=wording,
            sound=config.exclude_known_faults,
        )
        for spec in (*specs, *fresh.values())
    }
    by_spec = {s: replace(one, groups=specs.get(s, {})) for s, one in by_spec.items()}
    loaded = list(by_spec.values())
    for task in loaded:
        check_ready(task.verifier)
    if len({task.spec for task in loaded}) < len(loaded):
        named = ", ".join(map(str, specs))
        raise UsageError(f"tasks {named}: two of them are files of the same name, and runs are "
                         "named after it: rename one")  # fmt: skip
    fresh = {by_spec[public].spec: by_spec[other].spec for public, other in fresh.items()}
    runs = {str(task.spec): plan_runs(backend.info, task, wanted, config) for task in loaded}
    plan = Plan(config=config, backend=backend, tasks=loaded, runs=runs, fresh=fresh)
    _check_dollars(plan)
    _check_batch(plan)
    return plan


def _check_batch(plan: Plan) -> None:
    """Check that there is a batch API, and that nothing counts the seconds of a batch."""
    if plan.config.batch is None:
        return
    if any(run.strategy.reads for run in plan.all_runs):
        raise ParameterError("{batch}: log-likelihoods cannot be batched", batch=plan.config.batch)
    if getattr(engine_of(plan.backend), "batches", None) is None:
        raise ParameterError(
            f"{{batch}}: {plan.backend.info.spec} has no batch API here; openai: and "
            "anthropic: have one",
            batch=plan.config.batch,
        )
    for run in plan.all_runs:
        if run.ceiling is not None and run.ceiling.seconds is not None:
            raise ParameterError(
                f"budget {str(run.strategy.budget)!r}: seconds<= has no meaning with {{batch}}, "
                "whose replies have no latency; leave out one of them",
                batch=plan.config.batch,
            )


def _check_dollars(plan: Plan) -> None:
    """Check that limited dollars can be counted, and are shown the way they are counted."""
    config, spec = plan.config, plan.backend.info.spec
    if config.max_usd is not None and price_of(plan.backend.info, config) is None:
        raise ParameterError(
            f"{{max_usd}} needs a price, and none is known for {spec}: set {{price}} (US dollars "
            "per million tokens of input and output)",
            max_usd=config.max_usd,
            price=...,
        )
    if config.gpu_usd_per_hour is None:
        return
    for run in plan.all_runs:
        if run.ceiling is not None and run.ceiling.usd is not None:
            raise ParameterError(
                f"budget {str(run.strategy.budget)!r}: usd<= counts dollars by the token, not by "
                "{gpu_usd_per_hour}; leave out one of them",
                gpu_usd_per_hour=config.gpu_usd_per_hour,
            )


def open_backend(model: str | Backend, model_args: Mapping[str, str] | None = None) -> Backend:
    """The backend of a model spec; its weights are loaded by the first call."""
    if not isinstance(model, str):
        return check_backend(model)
    spec = ModelSpec.parse(model, model_args)
    for name, value in spec.args:
        check_option("the model's option", name, value)
    kind = registry.find("models", spec.backend)
    with blamed(f"the backend {spec.backend!r}", kind, watch.AWAITED):
        return check_backend(kind(spec))


def load_task(
    spec: TaskSpec,
    *,
    limit: int | None = None,
    data_dir: Path | None = None,
    wording: Wording | None = None,
    sound: bool = False,
) -> LoadedTask:
    """Find a task by name and load its problems; DataError if they are unavailable.

    `sound`: leave out problems with known faults, which becomes part of the task's name; a task of
    such a name is loaded alike.
    """
    if FAULTS_EXCLUDED.items() <= dict(spec.options).items():
        own_options = tuple(one for one in spec.options if one not in FAULTS_EXCLUDED.items())
        spec, sound = TaskSpec(spec.name, own_options), True
    for name, value in spec.options:
        check_option(f"the task's option {spec.name}:", name, value)
    own: Task = registry.make("tasks", spec.name)
    task, wording = own, wording or Wording()
    # A file is identified by its name, regardless of its location.
    named = loads = TaskSpec(getattr(own, "label", spec.name), spec.options)
    if wording.changes:
        task, loads, named = reword(own, loads, wording)
    source = DataSource(data_dir=data_dir, limit=limit, options=dict(loads.options))
    every = load_problems(spec, task, source)[:limit]
    kept, left_out = split(own.name, every) if sound else (every, {})
    problems = tuple(kept)
    if left_out:
        options = dict(named.options) | FAULTS_EXCLUDED
        named = TaskSpec(named.name, tuple(sorted(options.items())))
    if not problems:
        raise DataError(f"task {spec}: no problems")
    counts = Counter(problem.id for problem in problems)
    problem_id, count = counts.most_common(1)[0]
    if count > 1:
        raise DataError(f"task {spec}: the problem id {problem_id!r} occurs {count} times")
    verifier = verifier_of(spec, task)
    judge = registry.find("verifiers", verifier.name)
    parts = {"task": own, "verifier": judge}  # ours have their own versions
    code = {part: version_of(plugin) for part, plugin in parts.items() if not is_builtin(plugin)}
    return LoadedTask(
        spec=named,
        task=task,
        problems=problems,
        prompts=prompts_of(spec, task, problems),
        verifier=verifier,
        verifier_version=verifier_version(verifier),
        versions={part: version for part, version in code.items() if version is not None},
        wording=wording,
        origin=dict(getattr(own, "origin", {})),
        left_out=left_out,
    )


def output_limit(info: ModelInfo, config: EvalConfig) -> int:
    """The maximum tokens of one completion: as configured, else the model's own, else 2048."""
    return config.max_output_tokens or info.output_limit or DEFAULT_MAX_OUTPUT_TOKENS


def price_of(info: ModelInfo, config: EvalConfig) -> PriceEntry | None:
    """The model's token price: as configured, or as known today."""
    entry = config.price or price_of_model(info, dt.datetime.now(dt.UTC).date())
    return entry if entry is None or config.batch is None else entry.scaled(BATCH_SHARE, "by batch")


def plan_runs(
    info: ModelInfo, loaded: LoadedTask, budgets: Iterable[Budget], config: EvalConfig
) -> list[PlannedRun]:
    """The runs of one task; UsageError if a budget does not suit the model."""
    runs = []
    entry = price_of(info, config)
    data = content_hash(sorted(problem.digest() for problem in loaded.problems))
    prompts = content_hash([prompt.to_json() for prompt in loaded.prompts])
    for budget in dict.fromkeys(fit(budget, info) for budget in budgets):
        strategy = resolve(budget)
        if strategy.proposer.needs_marks and info.think is None:
            raise ParameterError(
                f"budget {str(budget)!r} cuts the thinking, but {info.spec} has no thinking marks: "
                "set think_start and think_end in {model_args}",
                model_args=...,
            )
        check_choices(strategy, loaded.spec, loaded.prompts, info)
        ceiling = ceiling_of(strategy, info, entry)
        identity = RunIdentity(
            model=info.fingerprint,
            task=str(loaded.spec),
            task_version=loaded.task.version,
            data=data,
            prompts=prompts,
            budget=str(budget),
            seed=config.seed,
            max_output_tokens=output_limit(info, config),
            price=None if ceiling is None else ceiling.price,
            extra={**wording(budget), **plugin_versions(loaded, strategy)},
        )
        manifest = RunManifest(
            identity=identity,
            harness=__version__,
            python=platform.python_version(),
            platform=platform.platform(terse=True),
            model=info.spec,
            limit=config.limit,
            local_data=config.data_dir is not None,
            selector=strategy.selector.name,
            selector_args=dict(strategy.selector.args),
            size=strategy.proposer.size,
            whole=strategy.whole,
            reward=strategy.reward.info.fingerprint if strategy.reward else None,
            prompt_once=info.prompt_once,
            command=Command.parse(
                reproduce(
                    info,
                    loaded.spec,
                    loaded.wording,
                    budget,
                    config,
                    sound=bool(loaded.left_out),
                )
            ),
            extra={
                **_kept("wording", loaded.wording.to_json()),
                **_kept("data", loaded.origin),
                **_kept(GROUPS, loaded.groups),
            },
        )
        runs.append(
            PlannedRun(
                id=run_id(identity.to_json()),
                loaded=loaded,
                strategy=strategy,
                manifest=manifest,
                ceiling=ceiling,
            )
        )
    return runs


def plugin_versions(loaded: LoadedTask, strategy: Strategy) -> Mapping[str, Any]:
    """What identifies the code of a run's plugins, unless they are ours in their first version."""
    code = {**strategy.versions, **loaded.versions}
    return {"plugins": code} if code else {}


def _kept(name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dict(value)} if value else {}


def stored_run(run: PlannedRun, manifest: RunManifest, created: str) -> Row:
    """The row of a run, with its manifest."""
    return run_row(
        run.id,
        manifest,
        planned=len(run.loaded.problems),
        verifier=run.loaded.judge,
        created=created,
    )
