"""Judging rules: evidence first, and a verdict only if the interval is conclusive."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from harness.core import UsageError
from harness.core.counting import counted
from harness.gate import wording
from harness.gate.evidence import Evidence, absolute_evidence, kept_by, paired_evidence
from harness.gate.results import Flipped, GateResult, GateVerdict, RuleResult
from harness.gate.rules import SAMPLED, Rule
from harness.gate.sides import differing_facts, joined
from harness.results.outcomes import ProblemOutcome, RunOutcomes
from harness.stats.sequential import spending_levels

_FLIP = 0.5  # minimum change in the probability of a correct answer

Level = Callable[[float], float]
"""The one-sided level of this look, from that of the whole gate (`harness.stats.sequential`)."""


class Looks:
    """A gate with several looks: each look has its own level, and a pass is final.

    `fractions` are the increasing shares of all problems available at the looks.
    """

    def __init__(self, fractions: Sequence[float]) -> None:
        self.fractions = tuple(fractions)
        self._passed: dict[int, RuleResult] = {}

    def look(self, number: int, judged: Callable[[Level], GateResult]) -> GateResult:
        """The gate's result at look `number` (from 0); `judged` judges what has been seen."""
        result = judged(lambda alpha: spending_levels(self.fractions, alpha)[number])
        results = tuple(self._passed.get(i, one) for i, one in enumerate(result.results))
        for i, one in enumerate(results):
            if one.verdict is GateVerdict.PASS and not one.rule.observed:
                self._passed[i] = one
        return replace(result, results=results)

    @staticmethod
    def settled(result: GateResult) -> bool:
        """Whether no further look can change the gate's verdict.

        A failing rule on observed figures may still be met by all problems together.
        """
        regressed = GateVerdict.REGRESSED
        found = (r for r in result.results if not r.rule.observed)
        return any(r.verdict is regressed for r in found) or result.verdict is GateVerdict.PASS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A rule with one run's problems, and the baseline's in the same order (absolute: None)."""

    rule: Rule
    run: str
    new: tuple[ProblemOutcome, ...]
    old: tuple[ProblemOutcome, ...] | None

    def evidence(self) -> Evidence:
        if self.old is None:
            return absolute_evidence(self.rule, self.new)
        return paired_evidence(self.rule, self.new, self.old)

    def count(self, n: int) -> str:
        """The number of problems that it is judged on."""
        return counted(n, "problem") if self.old is None else f"the same {counted(n, 'problem')}"

    def without_worst_flaky(self) -> tuple[str, _Case] | None:
        """The case without the flaky problem that counts most against the run, and its id."""
        old = self.old or self.new
        if self.rule.metric not in SAMPLED or len(self.new) < 2:
            return None

        def harm(i: int) -> float:
            if self.rule.metric == "lure_rate":
                return (self.new[i].lured or 0.0) - (self.old is not None) * (old[i].lured or 0.0)
            return (self.old is not None) * old[i].correct - self.new[i].correct

        flaky = [i for i in range(len(old)) if self.new[i].flaky or old[i].flaky]
        if not flaky:
            return None
        worst = max(flaky, key=harm)
        rest = [i for i in range(len(old)) if i != worst]
        new = tuple(self.new[i] for i in rest)
        kept = None if self.old is None else tuple(old[i] for i in rest)
        return self.new[worst].id, replace(self, new=new, old=kept)


def run_gate(
    rules: Sequence[Rule],
    candidates: Sequence[RunOutcomes],
    baseline: Sequence[RunOutcomes],
    *,
    any_budget: bool = False,
    level: Level = float,
    part: bool = False,
) -> GateResult:
    """Judge every rule on every run that it applies to.

    `any_budget` compares a run with the baseline's run of its task under any budget. `level`
    is for callers with several looks, `part` for those that have seen only some of the problems.
    UsageError if a rule applies to no run, can never fail, a run has no counterpart or is not
    comparable.
    """
    cases: list[_Case] = []
    for rule in rules:
        runs = [r for r in candidates if rule.task in (None, r.task)]
        runs = [r for r in runs if rule.budget in (None, r.budget)]
        if not runs:
            raise UsageError(f"rule '{rule}' applies to none of the candidate's runs")
        cases += [_case(rule, run, baseline, any_budget) for run in runs]
    for case in () if part else cases:  # a part may happen to be hard for the reference
        if case.old is not None:
            check_can_fail(case.rule, case.new, case.old)
    evidence = [case.evidence() for case in cases]
    decisions = decide([(c.rule, e) for c, e in zip(cases, evidence, strict=True)], level)
    results = []
    for i, (case, decision) in enumerate(zip(cases, decisions, strict=True)):
        regressed = decision.verdict is GateVerdict.REGRESSED
        alone = _hangs_on(i, cases, evidence, level) if regressed else None
        if alone is not None:
            decision = replace(decision, verdict=GateVerdict.INCONCLUSIVE)
        results.append(_result(case, evidence[i], decision, alone))
    flaky = [f"{run.task}: {o.id}" for run in candidates for o in run.outcomes if o.flaky]
    return GateResult(
        results=tuple(results),
        flaky=tuple(flaky),
        within_share=_within_share(candidates),
        flipped=tuple(_flipped(rules, candidates, baseline, any_budget)),
    )


def _flipped(
    rules: Sequence[Rule],
    candidates: Sequence[RunOutcomes],
    baseline: Sequence[RunOutcomes],
    any_budget: bool,
) -> Iterator[Flipped]:
    """Among the runs that a rule compares with the baseline, the problems that flipped."""
    for run in candidates:
        held = [r for r in rules if r.limit is None and r.task in (None, run.task)]
        if any(rule.budget in (None, run.budget) for rule in held):
            other = counterpart(run, baseline, any_budget)
            for old, new in joined(other, part_of(run, other)):
                if abs(new.correct - old.correct) >= _FLIP:
                    yield Flipped(
                        run=run.label,
                        problem=new.id,
                        before=old.correct,
                        now=new.correct,
                        run_id=run.id,
                        baseline_id=other.id,
                    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A rule's verdict and the bounds of its room that decided it.

    `low` is one-sided at the rule's confidence, `high` at the level left by Holm's procedure:
    a rule passes if low > 0 and regresses if high < 0. `sharing` rules shared that level.
    """

    verdict: GateVerdict
    low: float
    high: float
    sharing: int = 1


def decide(cases: Sequence[tuple[Rule, Evidence]], level: Level = float) -> list[Decision]:
    """Verdicts of several rules at once.

    A rule passes if its one-sided interval lies above the limit: all must pass for the gate to
    pass, so no correction is needed. Regressions are called by Holm's procedure over the rules, so
    that the probability of any false one stays below 1 - confidence.
    """
    found: dict[int, Decision] = {}
    lows = [
        e.room if r.observed else e.bounds(1 - 2 * level(1 - r.confidence))[0] for r, e in cases
    ]
    for i, (rule, evidence) in enumerate(cases):
        if rule.observed:
            passed = evidence.room >= 0
            verdict = GateVerdict.PASS if passed else GateVerdict.REGRESSED
            found[i] = Decision(verdict=verdict, low=evidence.room, high=evidence.room)
    left = [i for i in range(len(cases)) if i not in found]
    while left:
        highs = {i: _high(*cases[i], level, len(left)) for i in left}
        called = [i for i in left if highs[i] < 0]
        for i in called or left:
            verdict = GateVerdict.REGRESSED if called else _unless_regressed(cases[i][0], lows[i])
            found[i] = Decision(verdict=verdict, low=lows[i], high=highs[i], sharing=len(left))
        left = [i for i in left if i not in found]
    return [found[i] for i in range(len(cases))]


def _high(rule: Rule, evidence: Evidence, level: Level, sharing: int) -> float:
    return evidence.bounds(1 - 2 * level((1 - rule.confidence) / sharing))[1]


def _unless_regressed(rule: Rule, low: float) -> GateVerdict:
    """An absolute limit may be met exactly; a margin may not be used up."""
    passed = low > 0 or (low == 0 and rule.limit is not None)
    return GateVerdict.PASS if passed else GateVerdict.INCONCLUSIVE


def _hangs_on(
    i: int, cases: Sequence[_Case], evidence: Sequence[Evidence], level: Level
) -> str | None:
    """The flaky problem without which case i would not be called a regression, if there is one.

    A problem that is right in some samples and wrong in others must never decide a gate alone.
    """
    without = cases[i].without_worst_flaky()
    if without is None:
        return None
    name, case = without
    others = [(c.rule, e) for c, e in zip(cases, evidence, strict=True)]
    others[i] = (case.rule, case.evidence())
    return None if decide(others, level)[i].verdict is GateVerdict.REGRESSED else name


def _within_share(runs: Sequence[RunOutcomes]) -> float | None:
    """Mean of p(1-p)·k/(k-1) over the problems with k > 1 samples, over m(1-m) for their mean m."""
    pools = [(o.pool_correct, o.samples) for run in runs for o in run.outcomes if o.samples > 1]
    mean = math.fsum(p for p, _ in pools) / len(pools) if pools else 0.0
    if not 0 < mean < 1:
        return None
    within = math.fsum(p * (1 - p) * k / (k - 1) for p, k in pools) / len(pools)
    return min(1.0, within / (mean * (1 - mean)))


def _case(rule: Rule, run: RunOutcomes, baseline: Sequence[RunOutcomes], any_budget: bool) -> _Case:
    if len(run.outcomes) != run.planned:
        raise UsageError(
            f"{run.label} has {len(run.outcomes)} of {run.planned} problems: "
            "finish it with the same `harness eval`"
        )
    kept = kept_by(rule, run.outcomes)
    if rule.limit is not None:
        return _Case(rule=rule, run=run.label, new=tuple(kept), old=None)
    other = counterpart(run, baseline, any_budget, f"rule '{rule}': ")
    reasons = differing_facts(replace(other, planned=len(other.outcomes)), part_of(run, other))
    if reasons:
        raise UsageError(f"{run.label} cannot be compared with the baseline: {'; '.join(reasons)}")
    names = {o.id for o in kept}
    pairs = [(old, new) for old, new in joined(other, run) if new.id in names]
    return _Case(
        rule=rule,
        run=run.label,
        new=tuple(new for _, new in pairs),
        old=tuple(old for old, _ in pairs),
    )


def part_of(run: RunOutcomes, baseline: RunOutcomes) -> RunOutcomes:
    """A run's problems that are in a baseline saved from only some of its problems."""
    if len(baseline.outcomes) == baseline.planned or baseline.planned != run.planned:
        return run
    ids = {o.id for o in baseline.outcomes}
    outcomes = tuple(o for o in run.outcomes if o.id in ids)
    return replace(run, outcomes=outcomes, planned=len(ids))


def check_can_fail(
    rule: Rule, new: Sequence[ProblemOutcome], old: Sequence[ProblemOutcome]
) -> None:
    """UsageError for a margin that allows everything: such a rule passes whatever happens."""
    if rule.relative or rule.metric not in ("accuracy", "trap_ratio"):
        return
    reference = paired_evidence(rule, new, old).reference
    if reference - (rule.margin or 0.0) <= 0:
        raise UsageError(
            f"rule '{rule}' can never fail: the baseline's {rule.metric} is {reference:.1%}, and "
            f"it may fall by {100 * (rule.margin or 0.0):g} points; choose a task or a budget that "
            "the reference can solve, or a smaller margin"
        )


def counterpart(
    run: RunOutcomes, baseline: Sequence[RunOutcomes], any_budget: bool, what: str = ""
) -> RunOutcomes:
    """The baseline's run to compare `run` with; UsageError unless there is exactly one.

    If the baseline has runs of several models, the one of the same model.
    """
    others = [b for b in baseline if b.task == run.task and (any_budget or b.budget == run.budget)]
    if len(others) > 1:
        others = [b for b in others if b.model == run.model] or others
    if len(others) != 1:
        had = ", ".join(sorted({f"{b.task} under {b.budget} by {b.model}" for b in baseline}))
        raise UsageError(
            f"{what}the baseline has {len(others)} runs for {run.task} under {run.budget} "
            f"(it holds {had})"
        )
    return others[0]


def _result(case: _Case, e: Evidence, decision: Decision, alone: str | None) -> RuleResult:
    rule, low, high = case.rule, decision.low, decision.high
    more, advice = None, []
    if alone is not None:
        advice.append(f"it depends on the flaky problem {alone} alone: draw more samples")
    elif decision.verdict is GateVerdict.INCONCLUSIVE:
        more = _more_problems(e, low, high)
        advice.append(_advice(e, more))
        if decision.sharing > 1 and e.room < 0:
            advice.append(f"{decision.sharing} rules share the gate's allowed error")
    said = [f"{case.count(e.n)}: {wording.figures(rule, e)}", wording.evidence(rule, e, low, high)]
    return RuleResult(
        rule=rule,
        run=case.run,
        verdict=decision.verdict,
        value=e.value,
        reference=e.reference,
        room=e.room,
        low=low if math.isfinite(low) else None,
        high=high if math.isfinite(high) else None,
        n=e.n,
        more_problems=more,
        message="; ".join(part for part in (*said, *advice) if part),
    )


def _more_problems(e: Evidence, low: float, high: float) -> int | None:
    """How many more similar problems would decide it; None if no number can be given."""
    half = e.room - low if e.room > 0 else high - e.room
    if e.value is None or abs(e.room) <= 1e-9 or not math.isfinite(half):
        return None
    return max(1, math.ceil(e.n * ((half / e.room) ** 2 - 1)))


def _advice(e: Evidence, more: int | None) -> str:
    if more is not None:
        return f"about {counted(more, 'more problem')} like these would decide it"
    if e.value is None:
        return "more problems are needed"
    return "the figures lie on the limit itself: no number of problems decides that"
