"""A gate that judges while evaluating: in growing parts, until the verdict is certain.

Whole clusters come in an order that depends only on the data's fingerprint and each cluster's name,
so every part is a fair sample of the problems, and an interrupted gate resumes where it
stopped. Each look tests every rule at the level that `harness.stats.sequential` allows it: a
false verdict is as rare as with a single look at the end.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from harness.core import BackendError, HarnessError, ParameterError, Problem, UsageError
from harness.core.hashing import content_hash
from harness.core.protocols import Backend
from harness.core.sample import add_known
from harness.gate.canaries import check_verifier
from harness.gate.evidence import UndefinedError, kept_by
from harness.gate.judge import Looks, check_can_fail, counterpart, run_gate
from harness.gate.results import GateResult, GateVerdict, Stopping
from harness.gate.rules import Rule
from harness.gate.same_model import CanaryCheck
from harness.gate.sides import differing, joined, of_model
from harness.results.outcomes import ProblemOutcome, RunOutcomes, load_outcomes
from harness.results.samples import iter_samples
from harness.run.config import EvalConfig
from harness.run.evaluate import run_blocking
from harness.run.freshness import at_asking
from harness.run.plan import LoadedTask, Plan, PlannedRun, make_plan, open_backend
from harness.run.progress import Observer, Silent
from harness.stats.sequential import LOOKS
from harness.store import Store

Chosen = Mapping[str, frozenset[str]]
"""Problem ids by task."""


def plan_gate(config: EvalConfig, baseline: Sequence[RunOutcomes]) -> Plan:
    """What a gate evaluates: by default the baseline's tasks, budgets and number of problems.

    UsageError if there is neither a name nor a baseline to take it from.
    """
    names = list(config.tasks) or list(dict.fromkeys(run.task for run in baseline))
    if not names:
        raise ParameterError(
            "no baseline to take the task from: name {tasks} and {budgets}", tasks=..., budgets=...
        )
    backend = at_asking(open_backend(config.model, config.model_args), config)
    baseline = of_model(baseline, _name(backend))
    plans = []
    for name in names:
        runs = [run for run in baseline if run.task == name]
        wanted = config.budgets or tuple(dict.fromkeys(run.budget for run in runs))
        if not wanted:
            raise ParameterError(
                f"the baseline has no run of {name}: name {{budgets}}", budgets=...
            )
        limit = config.limit or max((run.planned for run in runs), default=None)
        plans.append(
            make_plan(
                replace(
                    config,
                    model=backend,
                    fresh=None,
                    max_age=None,
                    tasks=(name,),
                    budgets=wanted,
                    limit=limit,
                )
            )
        )
    return Plan(
        config=config,
        backend=backend,
        tasks=[task for plan in plans for task in plan.tasks],
        runs={name: runs for plan in plans for name, runs in plan.runs.items()},
    )


def run_staged_gate(
    rules: Sequence[Rule],
    plan: Plan,
    baseline: Sequence[RunOutcomes],
    *,
    observer: Observer | None = None,
    any_budget: bool = False,
    looks: Sequence[float] = LOOKS,
    canary: CanaryCheck | None = None,
) -> GateResult:
    """Evaluate the plan look by look, and stop as soon as the gate's verdict is certain.

    It stops when a rule has regressed or all have passed; a passed rule stays passed.
    Rules on observed figures are judged on what has been seen when the others are settled, and
    never stop it by failing. `looks` are increasing shares of the problems, the last being 1;
    `canary` is sent before the first. Repeating the call reuses stored samples. Raises UsageError
    before anything is spent if rules, baseline and plan do not match, and for problems that
    could not be evaluated.
    """
    gate = _StagedGate(rules, plan, baseline, any_budget, looks, observer or Silent())
    gate.check()
    done = run_blocking(plan, observer, gate.rounds, canary)
    assert gate.result is not None  # there is at least one look, and it judges or raises
    assert gate.result.stopping is not None
    asked = plan.backend.info.extra.get("asked")
    stopping = replace(gate.result.stopping, calls=done.calls, asked=asked)
    said = [] if canary is None else [canary.note]
    return replace(gate.result, stopping=stopping, notes=(*said, *done.notes))


class _StagedGate:
    """The looks of one gate; `rounds` is how the engine requests problems."""

    def __init__(
        self,
        rules: Sequence[Rule],
        plan: Plan,
        baseline: Sequence[RunOutcomes],
        any_budget: bool,
        looks: Sequence[float],
        observer: Observer,
    ) -> None:
        self.result: GateResult | None = None
        self._model = _name(plan.backend)
        self._rules, self._plan, self._baseline = rules, plan, of_model(baseline, self._model)
        self._any_budget, self._observer = any_budget, observer
        self._problems = {str(t.spec): _asked(t, self._baseline) for t in plan.tasks}
        self._parts = list(growing(plan.tasks, self._problems, looks))
        self._planned = sum(len(problems) for problems in self._problems.values())
        self._looks = Looks([_count(part) / self._planned for part in self._parts])

    def check(self) -> None:
        """Find out what cannot work before anything is spent."""
        for rule in self._rules:
            runs = [
                run
                for run in self._plan.all_runs
                if rule.task in (None, str(run.loaded.spec))
                and rule.budget in (None, str(run.strategy.budget))
            ]
            if not runs:
                raise UsageError(f"rule '{rule}' applies to none of the runs to be made")
            for run in runs:
                expected = _expected(run, self._model)
                kept_by(rule, expected.outcomes)
                if rule.limit is not None:
                    continue
                old = counterpart(expected, self._baseline, self._any_budget, f"rule '{rule}': ")
                reasons = differing(old, expected)
                if reasons:
                    raise UsageError(
                        f"{expected.label} cannot be compared with the baseline: "
                        f"{'; '.join(reasons)}"
                    )
                _check_can_fail(rule, expected, old)
        for task in self._plan.tasks:
            check_verifier(task.verifier, task.problems)

    def rounds(self, store: Store) -> Iterator[Chosen]:
        """The next part, until the verdict is certain."""
        for number, part in enumerate(self._parts):
            yield part
            last = number == len(self._parts) - 1
            try:
                self.result = self._look(store, number)
            except UndefinedError:
                if last:
                    raise
                continue
            if Looks.settled(self.result):
                return

    def _look(self, store: Store, number: int) -> GateResult:
        part = self._parts[number]
        candidates = [
            _restricted(load_outcomes(store, run.id), part[str(run.loaded.spec)])
            for run in self._plan.all_runs
        ]
        for run in candidates:
            if len(run.outcomes) < run.planned:
                raise self._unfinished(store, run)
        old = [_restricted(run, part.get(run.task, frozenset())) for run in self._baseline]
        result = self._looks.look(
            number,
            lambda level: run_gate(
                self._rules,
                candidates,
                [run for run in old if run.outcomes],
                any_budget=self._any_budget,
                level=level,
                part=True,
            ),
        )
        result = replace(result, stopping=self._stopping(candidates, number))
        unclear = GateVerdict.INCONCLUSIVE
        settled = sum(one.verdict is not unclear for one in result.results)
        self._observer.note(f"{result.stopping}: {settled} of {len(result.results)} rules settled")
        return result

    def _unfinished(self, store: Store, run: RunOutcomes) -> HarnessError:
        """What prevented problems from being evaluated; a limit leaves no error."""
        errors = [view.error for view in iter_samples(store, run.id) if view.error is not None]
        missing = f"{run.planned - len(run.outcomes)} of {run.planned} problems"
        said = f"{run.label}: {missing} could not be evaluated"
        rest = "finished work is stored: run the same command again to resume"
        if errors:
            return BackendError(f"{said}: {errors[-1]}\n{rest}")
        return ParameterError(
            f"{said}: the limit of {{max_total_tokens}} or {{max_usd}} was reached\n{rest}",
            max_total_tokens=...,
            max_usd=...,
        )

    def _stopping(self, candidates: Sequence[RunOutcomes], number: int) -> Stopping:
        seen = _count(self._parts[number])
        totals = [_tokens(run) for run in candidates]
        sizes = [len(self._problems[str(run.loaded.spec)]) for run in self._plan.all_runs]
        used: float | None = None
        saved: float | None = None
        if all(total is not None for total in totals):
            used = math.fsum(total or 0 for total in totals)
            saved = math.fsum(
                (total or 0) / run.planned * (size - run.planned)
                for total, run, size in zip(totals, candidates, sizes, strict=True)
            )
        return Stopping(
            look=number + 1,
            looks=len(self._parts),
            problems=seen,
            planned=self._planned,
            tokens=used,
            tokens_saved=saved,
            calls=0,
        )


def _asked(task: LoadedTask, baseline: Sequence[RunOutcomes]) -> list[Problem]:
    """The problems of a task; for a baseline saved from some of them, only those."""
    ids = {o.id for run in baseline if run.task == str(task.spec) for o in run.outcomes}
    parts = [run for run in baseline if run.task == str(task.spec)]
    if not parts or any(len(run.outcomes) == run.planned for run in parts):
        return list(task.problems)
    return [problem for problem in task.problems if problem.id in ids]


def growing(
    tasks: Sequence[LoadedTask], asked: Mapping[str, Sequence[Problem]], looks: Sequence[float]
) -> Iterator[Chosen]:
    """Growing sets of whole clusters, one per look; looks that would add nothing are skipped."""
    orders = {str(task.spec): _shuffled(task.problems, asked[str(task.spec)]) for task in tasks}
    before: Chosen = {}
    for share in (*looks[:-1], 1.0):
        part = {name: _first(clusters, share) for name, clusters in orders.items()}
        if part != before:
            yield part
        before = part


def _shuffled(problems: Sequence[Problem], asked: Sequence[Problem]) -> list[list[str]]:
    """Ids of `asked` by cluster, in an order determined by the fingerprint of all `problems`."""
    data = content_hash(sorted(problem.digest() for problem in problems))
    clusters: dict[str, list[str]] = {}
    for problem in asked:
        clusters.setdefault(problem.cluster, []).append(problem.id)
    return [clusters[c] for c in sorted(clusters, key=lambda c: content_hash(data, c))]


def _first(clusters: Sequence[Sequence[str]], share: float) -> frozenset[str]:
    """Whole clusters until they contain that share of the problems."""
    wanted = math.ceil(share * sum(map(len, clusters)) - 1e-9)
    ids: list[str] = []
    for cluster in clusters:
        if len(ids) >= wanted:
            break
        ids += cluster
    return frozenset(ids)


def _count(part: Chosen) -> int:
    return sum(len(ids) for ids in part.values())


def _restricted(run: RunOutcomes, ids: Iterable[str]) -> RunOutcomes:
    """The run as if only these problems had been planned."""
    wanted = frozenset(ids)
    kept = tuple(o for o in run.outcomes if o.id in wanted)
    return replace(run, outcomes=kept, planned=len(wanted))


def _tokens(run: RunOutcomes) -> float | None:
    return add_known(o.tokens for o in run.outcomes)


def _check_can_fail(rule: Rule, expected: RunOutcomes, old: RunOutcomes) -> None:
    """The verdict if the model answered like the reference, by the whole baseline."""
    ids = {o.id for o in kept_by(rule, expected.outcomes)}
    pairs = [(then, now) for then, now in joined(old, expected) if now.id in ids]
    same = [replace(now, correct=then.correct) for then, now in pairs]
    if pairs:
        check_can_fail(rule, same, [then for then, _ in pairs])


def _name(backend: Backend) -> str:
    """The model's name as in stored runs."""
    return backend.info.label or backend.info.name


def _expected(run: PlannedRun, model: str) -> RunOutcomes:
    """The run with its facts and problems, before it has outcomes (its scores mean nothing)."""
    return RunOutcomes(
        id=run.id,
        model=model,
        task=str(run.loaded.spec),
        budget=str(run.strategy.budget),
        selector=run.strategy.selector.name,
        planned=len(run.loaded.problems),
        facts=run.manifest.facts(f"{run.loaded.verifier_label}@{run.loaded.verifier_version}"),
        outcomes=tuple(ProblemOutcome.without_answer(p, 0.0) for p in run.loaded.problems),
    )
