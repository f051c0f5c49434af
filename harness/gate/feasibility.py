"""What rules can decide with a baseline's problems, determined before anything is spent.

A gate passes a rule only if its interval is conclusive, and the length of that interval depends
on the number of problems and on how many answers change between runs of the same model. So both
are tried out: gates of an unchanged model are simulated on the baseline's own
clusters, once with every answer kept and once with some of them redrawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from harness.core import Problem
from harness.core.counting import counted
from harness.gate import wording
from harness.gate.evidence import absolute_evidence, kept_by
from harness.gate.rules import RATES, Rule
from harness.results.outcomes import ProblemOutcome, RunOutcomes
from harness.stats.comparisons import Differences
from harness.stats.sequential import LOOKS, spending_levels

WANTED = 0.95
"""The share of gates that an unchanged model should pass."""
ASSUMED_CHANGES = 0.1
"""The assumed share of changing answers if each problem has only one sample."""

_FIRST = 0.05
_GATES = 400
_POWER = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Feasibility:
    """What one rule can decide on one run of the baseline.

    `kept`: an unchanged model passes if none of its answers changes. `chance`: the probability that
    it passes if a share `changes` of the answers does, by simulation; `assumed` if that share is
    not known from repeated samples. `least_margin`: the margin with which it passes in 95% of
    gates. `detectable`: the loss that the rule calls a regression in 80% of gates. None if unused.
    """

    rule: Rule
    run: str
    problems: int
    clusters: int
    kept: bool
    chance: float | None = None
    changes: float | None = None
    assumed: bool = False
    least_margin: float | None = None
    detectable: float | None = None

    @property
    def feasible(self) -> bool:
        """Whether an unchanged model passes often enough."""
        return self.kept and (self.chance is None or self.chance >= WANTED)

    def __str__(self) -> str:
        where = f"{self.run}, rule '{self.rule}'"
        units = counted(self.problems, "problem")
        if self.clusters < self.problems:
            units += f" in {counted(self.clusters, 'cluster')}"
        if self.chance is None or self.detectable is None or self.least_margin is None:
            said = "an unchanged model passes" if self.kept else "an unchanged model cannot pass"
            return f"{where}: {said} with {units}"
        said = f"{self.chance:.0%} of unchanged models pass with {units}"
        share = f"{self.changes:.0%} of the answers change from run to run"
        said += f" if {share}" if self.assumed else f"; {share}"
        if not self.kept:
            said += "; it cannot pass even if no answer changes"
        loss, margin = wording.points(self.detectable), wording.points(self.least_margin)
        if self.feasible:
            return f"{where}: {said}; a loss of {loss} is detected in 80% of gates"
        return (
            f"{where}: {said}. A margin of {margin} passes them in 95% of gates; more problems "
            "allow a smaller one"
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {**asdict(self), "rule": str(self.rule), "feasible": self.feasible}


def feasibility(
    rules: Sequence[Rule], baseline: Sequence[RunOutcomes], *, staged: bool = True
) -> list[Feasibility]:
    """What each rule can decide on each run of the baseline that it applies to.

    `staged`: for a gate that judges while evaluating, whose looks share the error. Rules on costs
    and on observed figures are left out, because an unchanged model passes them.
    """
    levels = (lambda alpha: spending_levels(LOOKS, alpha)[-1]) if staged else float
    found = []
    for rule in rules:
        for run in baseline:
            if rule.observed or rule.metric not in RATES or rule.where is not None:
                continue
            budgets = (None, run.budget) if run.facts else (None, rule.budget)
            if rule.task in (None, run.task) and rule.budget in budgets:
                outcomes = kept_by(rule, run.outcomes)
                found.append(_one(rule, run.label, outcomes, levels(1 - rule.confidence)))
    return found


def first_margin(baseline: Sequence[RunOutcomes]) -> float:
    """The accuracy margin, at least 5 points, that passes an unchanged model in 95% of gates
    on each run."""
    found = feasibility((Rule(metric="accuracy", margin=_FIRST),), baseline)
    return max([_FIRST, *(one.least_margin or 0.0 for one in found)])


def unanswered(task: str, problems: Sequence[Problem]) -> RunOutcomes:
    """A run of problems about which nothing is known except that they will be answered."""
    return RunOutcomes(
        id="",
        model="any model",
        task=task,
        budget="any budget",
        selector="first",
        planned=len(problems),
        facts={},
        outcomes=tuple(ProblemOutcome.without_answer(p, 1.0) for p in problems),
    )


def _one(rule: Rule, run: str, outcomes: Sequence[ProblemOutcome], alpha: float) -> Feasibility:
    clusters = [o.cluster for o in outcomes]
    problems, groups = len(outcomes), len(set(clusters))
    if rule.limit is not None:
        low = absolute_evidence(rule, outcomes).bounds(1 - 2 * alpha)[0]
        return Feasibility(rule=rule, run=run, problems=problems, clusters=groups, kept=low >= 0)
    margin = rule.margin or 0.0
    known = _changes(outcomes)
    changes = ASSUMED_CHANGES if known is None else known
    (kept, _), *_ = _bounds(clusters, 0.0, alpha, 1)
    drawn = _bounds(clusters, changes, alpha, _GATES)
    return Feasibility(
        rule=rule,
        run=run,
        problems=problems,
        clusters=groups,
        kept=kept + margin > 0,
        chance=float(np.mean([low + margin > 0 for low, _ in drawn])),
        changes=changes,
        assumed=known is None,
        least_margin=_up(float(np.quantile([-low for low, _ in drawn], WANTED))),
        detectable=margin + float(np.quantile([high for _, high in drawn], _POWER)),
    )


def _changes(outcomes: Sequence[ProblemOutcome]) -> float | None:
    """The probability that two samples of a problem differ in correctness: mean 2p(1-p)·k/(k-1)."""
    pools = [(o.pool_correct, o.samples) for o in outcomes if o.samples > 1]
    if not pools:
        return None
    return float(np.mean([2 * p * (1 - p) * k / (k - 1) for p, k in pools]))


def _bounds(
    clusters: Sequence[str], changes: float, alpha: float, gates: int
) -> list[tuple[float, float]]:
    """Intervals of the change of an unchanged model if this share of answers differs by chance."""
    rng = np.random.default_rng(0)
    n = len(clusters)
    found = []
    for _ in range(gates):
        moved = rng.random(n) < changes
        up = rng.random(n) < 0.5
        new, old = (moved & up).astype(np.float64), (moved & ~up).astype(np.float64)
        found.append(Differences.of(new, old, clusters).bounds(1 - 2 * alpha, exact=True))
    return found


def _up(margin: float) -> float:
    """Rounded up to half a point, as margins are usually written."""
    return float(np.ceil(margin * 200 - 1e-9) / 200)
