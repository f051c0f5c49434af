"""`judge`: the whole of `harness gate`, from Python."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.core import UsageError
from harness.core.protocols import Backend
from harness.gate.baseline import read_baseline
from harness.gate.canaries import check_verifiers
from harness.gate.feasibility import Feasibility, feasibility
from harness.gate.judge import GateResult, run_gate
from harness.gate.rules import GateConfig, read_config
from harness.gate.sides import find_side
from harness.gate.staged import plan_gate, run_staged_gate
from harness.results.outcomes import RunOutcomes
from harness.run.evaluate import Options, open_backend
from harness.run.freshness import ask_anew, ask_within, parse_age
from harness.run.plan import Settings
from harness.run.progress import Observer
from harness.store import open_store


def check(
    *, config: GateConfig | str | Path | None = None, baseline: str | Path | None = None
) -> list[Feasibility]:
    """What the rules can decide with the baseline's problems; nothing is evaluated.

    The files are found as by `judge`. UsageError or DataError where they make no sense.
    """
    rules, old = _rules_and_baseline(config, baseline)
    return feasibility(rules.rules, old)


def _rules_and_baseline(
    config: GateConfig | str | Path | None, baseline: str | Path | None
) -> tuple[GateConfig, list[RunOutcomes]]:
    rules = (
        config
        if isinstance(config, GateConfig)
        else read_config(None if config is None else Path(config))
    )
    file = rules.baseline if baseline is None else Path(baseline)
    return rules, [] if file is None else read_baseline(file)


def judge(  # noqa: PLR0913 - all that `harness gate` takes
    candidate: str | None = None,
    *,
    config: GateConfig | str | Path | None = None,
    baseline: str | Path | None = None,
    model: str | Backend | None = None,
    tasks: Sequence[str] = (),
    budgets: Sequence[str] = (),
    model_args: Mapping[str, str] | None = None,
    settings: Settings | None = None,
    options: Options | None = None,
    observer: Observer | None = None,
    any_budget: bool = False,
    fresh: str | None = None,
    max_age: str | None = None,
) -> GateResult:
    """Hold a stored run, or a model that is evaluated now, against rules and a baseline.

    Either `candidate` (a run's id or its beginning, a filter, a baseline file), looked up in
    `options.db`; or `model`, which is evaluated in growing parts until the verdict is certain, on
    the baseline's tasks and budgets unless others are named. `config` is the file with the rules
    (None: harness.toml or pyproject.toml here), `baseline` a file instead of the config's.

    A model behind an API is asked anew, whatever is stored: the server may have changed. `fresh`
    names that asking, and the same name goes on with what it has begun (None: the CI system's name
    of its run, else the time). `max_age` ("12h", "7d") allows stored samples of an asking that is
    no older than that. Local weights are known by their hash; what is stored of them holds.

    UsageError for what makes no sense or does not fit together, DataError for a verifier that
    accepts answers made wrong.
    """
    options = options or Options()
    rules, old = _rules_and_baseline(config, baseline)
    if (candidate is None) == (model is None):
        raise UsageError(
            "name a CANDIDATE (a run, filter or baseline file), or --run and --model; not both"
        )
    if model is None:
        found = find_side(str(options.db), candidate or "")
        check_verifiers(found)
        return run_gate(rules.rules, found, old, any_budget=any_budget)
    backend = open_backend(model, model_args) if isinstance(model, str) else model
    if fresh is not None and max_age is not None:
        raise UsageError("fresh asks anew and max_age takes what is stored: give one of them")
    if max_age is None:
        backend = ask_anew(backend, fresh)
    else:
        with open_store(options.db, create=True) as store:
            age = parse_age(max_age)
            backend = ask_within(store, backend, age, dt.datetime.now(dt.UTC))
    plan = plan_gate(backend, old, tasks=tasks, budgets=budgets, settings=settings)
    for one in feasibility(rules.rules, old):
        if observer is not None and not one.feasible:
            observer.note(f"before anything is spent: {one}")
    return run_staged_gate(
        rules.rules, plan, old, options=options, observer=observer, any_budget=any_budget
    )
