"""From a study to evaluations: one per model and group of tasks with the same settings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from harness.budgets import Budget, fit
from harness.core import BackendError, HarnessError, ModelSpec, TaskSpec, UnknownNameError
from harness.core.errors import keyword
from harness.core.origin import is_builtin
from harness.core.registry import find
from harness.cost import PriceEntry
from harness.run.config import EvalConfig, JudgeConfig
from harness.run.judge import Judge, judged_runs
from harness.run.plan import Plan, PlannedRun, make_plan, price_of
from harness.study.file import Claim, JudgeEntry, ModelEntry, Price, StudyFile, TaskEntry
from harness.study.reading import StudyError

_KEYS = {"max_total_tokens": "ceilings.max_tokens", "max_usd": "ceilings.max_usd",
         "max_seconds": "ceilings.max_seconds", "model_args": "args"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A model with tasks of the same limit, budgets and prompt: one evaluation."""

    number: int  # of the model in the file, from 1
    model: ModelEntry
    tasks: tuple[TaskEntry, ...]
    config: EvalConfig

    @property
    def name(self) -> str | None:
        """The study's name for the model; None: the model's own."""
        return self.model.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A group with everything that it will do."""

    group: Group
    plan: Plan

    @property
    def price(self) -> PriceEntry | None:
        """The model's token price."""
        return price_of(self.plan.backend.info, self.plan.config)

    @property
    def name(self) -> str:
        """The model's name in this study."""
        info = self.plan.backend.info
        return self.group.name or info.label or info.name


def groups(study: StudyFile, folder: Path, db: str) -> list[Group]:
    """The evaluations of a study, in its order, without the ceilings."""
    found = []
    for number, model in enumerate(study.models, 1):
        mine: list[Group] = []
        for task in study.tasks:
            config = _config(study, model, task, folder, db)
            alike = next((g for g in mine if replace(g.config, tasks=config.tasks) == config), None)
            if alike is None:
                mine.append(Group(number=number, model=model, tasks=(task,), config=config))
                continue
            tasks = (*alike.config.tasks, *config.tasks)
            mine[mine.index(alike)] = replace(
                alike, tasks=(*alike.tasks, task), config=replace(alike.config, tasks=tasks)
            )
        found += mine
    return found


def _config(
    study: StudyFile, model: ModelEntry, task: TaskEntry, folder: Path, db: str
) -> EvalConfig:
    args = as_args(model.args)
    if model.name is not None and _is_named(model.model):
        args.setdefault("display_name", model.name)
    return EvalConfig(
        model=model.model,
        model_args=args,
        tasks=(_task(task, folder),),
        budgets=model.budgets or task.budgets or study.budgets,
        limit=task.limit or study.limit,
        prompt=task.prompt,
        system=task.system,
        shots=task.shots,
        exclude_known_faults=study.exclude_known_faults,
        seed=study.seed,
        fresh=study.fresh,
        max_age=study.max_age,
        data_dir=None if study.data_dir is None else folder / study.data_dir,
        max_output_tokens=model.max_output_tokens or study.max_output_tokens,
        db=db,
        concurrency=model.concurrency,
        batch=model.batch,
        price=_price(model.price),
        gpu_usd_per_hour=model.gpu_usd_per_hour,
        judge=None if study.judge is None else _judge(study.judge),
    )


def _is_named(model: str) -> bool:
    """Whether its backend is one of ours, which accept a display name; others need not."""
    try:
        return is_builtin(find("models", ModelSpec.parse(model).backend))
    except HarnessError:  # reported with all other errors during planning
        return False


def _task(task: TaskEntry, folder: Path) -> str:
    """The task as named on a command line; a file is looked up next to the study."""
    spec = TaskSpec.parse(task.task)
    name = str(folder / spec.name) if (folder / spec.name).is_file() else spec.name
    options = {**dict(spec.options), **as_args(task.options)}
    return str(TaskSpec(name, tuple(sorted(options.items()))))


def as_args(given: Mapping[str, Any]) -> dict[str, str]:
    """Options as written on a command line."""
    return {name: _text(value) for name, value in given.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ",".join(value)
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    return str(value)


def _price(price: Price | None) -> PriceEntry | None:
    if price is None:
        return None
    today = dt.datetime.now(dt.UTC).date()
    return PriceEntry(
        models=(), date=today, input=price.input, output=price.output, cached=price.cached,
        source="the study file",
    )  # fmt: skip


def _judge(judge: JudgeEntry) -> JudgeConfig:
    return JudgeConfig(
        model=judge.model,
        args=as_args(judge.args),
        votes=judge.votes,
        max_output_tokens=judge.max_output_tokens,
        price=_price(judge.price),
    )


def plan_all(study: StudyFile, path: Path, db: str) -> list[Planned]:
    """The plans of all evaluations; StudyError with everything that prevents one from starting."""
    planned: list[Planned] = []
    faults: list[str] = []
    try:
        found = groups(study, path.parent, db)
    except HarnessError as error:
        raise StudyError(path, [error.told(_key)]) from error
    for group in found:
        try:
            planned.append(Planned(group=group, plan=_judged_at_all(make_plan(group.config))))
        except BackendError:
            raise
        except HarnessError as error:
            faults += _each(group) or [f"models #{group.number}: {error.told(_key)}"]
    if not faults:
        faults += _ceilings(study, planned)
        faults += _judge_faults(study, planned)
        faults += _claims(study, planned)
    if faults:
        raise StudyError(path, list(dict.fromkeys(faults)))
    return planned


def _judged_at_all(plan: Plan) -> Plan:
    """The plan without the study's judge if none of its tasks uses one."""
    if plan.config.judge is None or judged_runs(plan):
        return plan
    return replace(plan, config=replace(plan.config, judge=None))


def _judge_faults(study: StudyFile, planned: Sequence[Planned]) -> Iterator[str]:
    if study.judge is None:
        return
    asked = [one for one in planned if one.plan.config.judge is not None]
    if not asked:
        yield (
            "judge: no task of the study uses a judge (tasks of flawed problems do, such as traps, "
            "and tasks with a rubric)"
        )
    try:
        judges = [Judge(_judge(study.judge), fallback=one.plan.config.price) for one in asked]
    except HarnessError as error:
        yield f"judge: {error.told(_key)}"
        return
    if study.ceilings.max_usd is not None and any(judge.price is None for judge in judges):
        yield (
            "judge: no price is known, and ceilings.max_usd needs one: add price = "
            "{ input = …, output = … } to it"
        )


def _each(group: Group) -> list[str]:
    """What is wrong with each task of a group, if several may be wrong."""
    faults = []
    for task, name in zip(group.tasks, group.config.tasks, strict=True):
        try:
            make_plan(replace(group.config, tasks=(name,)))
        except HarnessError as error:
            said = error.told(_key)
            if isinstance(error, UnknownNameError) and error.kind == "task":
                faults.append(f"tasks: {said}")  # the same for every model
            elif task.task in said or str(error).startswith("task "):
                faults.append(f"tasks: {said}")
            else:
                faults.append(f"models #{group.number} ({group.name or group.model.model}): {said}")
    return faults


def _key(name: str, value: object) -> str:
    """A parameter as written in the file."""
    return keyword(_KEYS.get(name, name), value).replace("=", " = ", 1)


def _ceilings(study: StudyFile, planned: Sequence[Planned]) -> Iterator[str]:
    """Ceilings that cannot be counted, or are too low for any answer."""
    ceilings = study.ceilings
    if ceilings.max_usd is not None:
        for one in planned:
            if one.price is None:
                yield (
                    f"models #{one.group.number} ({one.name}): no price is known, and "
                    "ceilings.max_usd needs one: add price = { input = …, output = … } in US "
                    "dollars per million tokens (zeros if it costs nothing)"
                )
    least = [_least(one) for one in planned]
    fewest = min(tokens for tokens, _ in least)
    if ceilings.max_tokens is not None and ceilings.max_tokens < fewest:
        yield (
            f"ceilings.max_tokens = {ceilings.max_tokens}: less than the {fewest:,} "
            "that the shortest answer may take; raise it, or lower max_output_tokens"
        )
    dollars = [usd for _, usd in least if usd is not None]
    if ceilings.max_usd is not None and dollars and ceilings.max_usd < min(dollars):
        yield (
            f"ceilings.max_usd = {ceilings.max_usd:g}: less than the {min(dollars):.2g} that the "
            "cheapest answer may take; raise it, or lower max_output_tokens"
        )


def _least(one: Planned) -> tuple[int, float | None]:
    """The fewest tokens that an answer of a group may take, including the prompt, and dollars."""
    plan, entry = one.plan, one.price
    most = min(r.strategy.proposer.most_tokens(plan.max_output_tokens) for r in plan.all_runs)
    backend = plan.backend
    prompts = [backend.count_tokens(backend.render(task.prompts[0])) or 0 for task in plan.tasks]
    read = min(prompts)
    usd = None if entry is None else (read * entry.input + most * entry.output) / 1e6
    return read + most, usd


def _claims(study: StudyFile, planned: Sequence[Planned]) -> Iterator[str]:
    for number, claim in enumerate(study.expect, 1):
        try:
            claimed_run(claim, planned)
        except HarnessError as error:
            yield f"expect #{number}: {error}"


def claimed_run(claim: Claim, planned: Sequence[Planned]) -> PlannedRun:
    """The run that a claim refers to; UnknownNameError if the study has no such run."""
    mine = [one for one in planned if one.name == claim.model]
    if not mine:
        raise UnknownNameError("model", claim.model, {one.name for one in planned})
    label = str(TaskSpec.parse(claim.task))
    runs = {label: runs for one in mine for label, runs in one.plan.runs.items()}
    if label not in runs:
        raise UnknownNameError("task", claim.task, runs)
    info = mine[0].plan.backend.info
    wanted = str(fit(Budget.parse(claim.budget), info))
    for run in runs[label]:
        if str(run.strategy.budget) == wanted:
            return run
    known = [str(run.strategy.budget) for run in runs[label]]
    raise UnknownNameError("budget", claim.budget, known)
