"""`judge`: all of `harness gate`, from Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Unpack, cast

from harness.core import DataError, ParameterError, TaskSpec
from harness.core.protocols import Backend
from harness.gate.baseline import read_baseline
from harness.gate.canaries import check_verifiers
from harness.gate.feasibility import Feasibility, feasibility, unanswered
from harness.gate.judge import run_gate
from harness.gate.results import GateResult
from harness.gate.rules import GateConfig, Rule, read_config
from harness.gate.same_model import ModelChangedError, canary_check
from harness.gate.several import judge_each
from harness.gate.sides import find_side, of_model
from harness.gate.staged import plan_gate, run_staged_gate
from harness.results.outcomes import RunOutcomes
from harness.run.config import DEFAULT_DB, EvalConfig, EvalSettings
from harness.run.evaluate import eval_config
from harness.run.freshness import new_label
from harness.run.plan import load_task
from harness.run.progress import Observer, Silent, shown


def check(
    *, config: GateConfig | str | Path | None = None, baseline: str | Path | None = None
) -> list[Feasibility]:
    """What the rules can decide with the baseline's problems, without evaluating anything.

    The files are found as in `judge`. UsageError or DataError if they are invalid.
    """
    rules, old = _rules_and_baseline(config, baseline)
    return feasibility(rules.rules, old)


def foresee(
    task: str,
    *,
    limit: int | None = None,
    data_dir: str | Path | None = None,
    config: GateConfig | str | Path | None = None,
) -> list[Feasibility]:
    """What rules could decide with the first `limit` problems of a task, before running anything.

    Also with two, four and eight times as many, if there are that many problems. The rules are
    those of `config` or of this folder; without any, a margin of 5 points. One answer in ten is
    assumed to change between runs. UsageError or DataError for files that cannot be read.
    """
    try:
        rules = _rules_and_baseline(config, None, read=False)[0].rules
    except DataError:
        if config is not None:
            raise
        rules = (Rule(metric="accuracy", margin=0.05),)
    most = None if limit is None else 8 * limit
    where = None if data_dir is None else Path(data_dir)
    problems = load_task(TaskSpec.parse(task), limit=most, data_dir=where).problems
    first = min(limit or len(problems), len(problems))
    sizes = [first * times for times in (1, 2, 4, 8) if first * times <= len(problems)]
    return [
        one for size in sizes for one in feasibility(rules, [unanswered(task, problems[:size])])
    ]


def _rules_and_baseline(
    config: GateConfig | str | Path | None, baseline: str | Path | None, *, read: bool = True
) -> tuple[GateConfig, list[RunOutcomes]]:
    rules = (
        config
        if isinstance(config, GateConfig)
        else read_config(None if config is None else Path(config))
    )
    file = rules.baseline if baseline is None else Path(baseline)
    return rules, read_baseline(file) if read and file is not None else []


def judge(
    candidate: str | None = None,
    *,
    config: GateConfig | str | Path | None = None,
    baseline: str | Path | None = None,
    model: str | Backend | Sequence[str] | None = None,
    tasks: str | Iterable[str] = (),
    budgets: str | Iterable[str] = (),
    any_budget: bool = False,
    progress: Observer | bool | None = None,
    **settings: Unpack[EvalSettings],
) -> GateResult:
    """Check a stored run, or a model that is evaluated now, against rules and a baseline.

    Give either `candidate` (a run's id or prefix, a filter, a baseline file), looked up in the
    database `db`; or `model`, which is evaluated in growing parts until the verdict is certain, on
    the baseline's tasks and budgets unless others are given, with `settings` as for
    `harness.evaluate`. `config` is the file with the rules (None: harness.toml or pyproject.toml
    here), `baseline` a file that overrides the config's.

    A model behind an API is sampled again, whatever is stored, since the server may have changed.
    `fresh` labels these samples (None: the CI system's run name, else the time), and the same label
    resumes; `max_age` reuses stored samples that are at most that old. Local weights are
    identified by their hash, so their stored samples remain valid.

    Several models (a list of names) are gated separately, each at its own error rate, and reported
    together: the verdict is the worst one. If one cannot be judged, the others are judged first.

    UsageError for invalid or conflicting arguments, DataError for a verifier that
    accepts deliberately wrong answers.
    """
    rules, old = _rules_and_baseline(config, baseline)
    if (candidate is None) == (model is None):
        raise ParameterError(
            "give either a candidate (a run, a filter or a baseline file) or {model}, which is "
            "evaluated now, not both",
            model=...,
        )
    if model is None:
        return _stored(rules, old, str(settings.get("db", DEFAULT_DB)), candidate or "", any_budget)
    several = list(model) if isinstance(model, list | tuple) else []
    if several:
        return judge_each(
            dict.fromkeys(several),
            lambda one: judge(
                config=rules,
                baseline=baseline,
                model=one,
                tasks=tasks,
                budgets=budgets,
                any_budget=any_budget,
                progress=progress,
                **settings,
            ),
        )
    asked = eval_config(cast(str | Backend, model), tasks, budgets, None, settings)
    if asked.max_age is None:
        asked = replace(asked, fresh=asked.fresh or new_label())
    with shown(progress) as observer:
        return _run(rules, asked, old, observer, any_budget)


def _stored(
    rules: GateConfig, old: list[RunOutcomes], db: str, candidate: str, any_budget: bool
) -> GateResult:
    """The verdict on stored runs; for a model behind an API it says how old they are."""
    found = find_side(db, candidate)
    check_verifiers(found)
    result = run_gate(rules.rules, found, old, any_budget=any_budget)
    notes = [
        f"{run.label}: judged by replies of {min(c.asked for c in run.canaries)[:10]}; the "
        "server was not called now, as `harness gate --run` would do"
        for run in found
        if run.canaries
    ]
    return replace(result, notes=(*result.notes, *notes))


def _run(
    rules: GateConfig,
    asked: EvalConfig,
    old: list[RunOutcomes],
    observer: Observer,
    any_budget: bool,
) -> GateResult:
    """The verdict on a model that is evaluated now, and sampled again if it has changed."""
    plan = plan_gate(asked, old)
    if not isinstance(observer, Silent):
        info = plan.backend.info
        for one in feasibility(rules.rules, of_model(old, info.label or info.name)):
            if not one.feasible:
                observer.note(f"before anything is spent: {one}")
    canary = canary_check(plan, old)
    try:
        return run_staged_gate(
            rules.rules, plan, old, observer=observer, any_budget=any_budget, canary=canary
        )
    except ModelChangedError:
        assert canary is not None
        said = f"{canary.note}; the stored samples are not used, and the model is sampled again"
        observer.note(said)
        plan = plan_gate(replace(asked, max_age=None, fresh=new_label({})), old)
        result = run_staged_gate(rules.rules, plan, old, observer=observer, any_budget=any_budget)
        return replace(result, notes=(said, *result.notes))
