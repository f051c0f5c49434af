"""A gate's result: its verdict, rule by rule, and the evidence."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from harness.gate.rules import Rule


class GateVerdict(StrEnum):
    """The verdict on one rule, or on all."""

    PASS = "pass"
    REGRESSED = "regressed"
    INCONCLUSIVE = "inconclusive"


EXIT_CODES = {GateVerdict.PASS: 0, GateVerdict.REGRESSED: 1, GateVerdict.INCONCLUSIVE: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """A rule's verdict on one run. `low` and `high` bound the room above the rule's limit."""

    rule: Rule
    run: str
    verdict: GateVerdict
    value: float | None
    reference: float
    room: float
    low: float | None  # None: unbounded
    high: float | None
    n: int
    more_problems: int | None
    message: str

    def to_json(self) -> dict[str, Any]:
        """The object that `harness gate --json` prints for a rule."""
        out = {name: getattr(self, name) for name in self.__slots__ if name != "rule"}
        return {"rule": str(self.rule), "confidence": self.rule.confidence, **out}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """Where a gate with several looks has stopped.

    `tokens` is the charge for the problems seen, `tokens_saved` what the others would have cost
    at the same rate; None if unknown. `calls` were made by this command, everything else was
    stored; `asked` is the samples' label, None for local weights.
    """

    look: int
    looks: int
    problems: int
    planned: int
    tokens: float | None
    tokens_saved: float | None
    calls: int = field(compare=False)
    asked: str | None = None

    def __str__(self) -> str:
        return f"look {self.look} of {self.looks}, {self.problems} of {self.planned} problems"


TO_WRONG, TO_RIGHT = "right before, wrong now", "wrong before, right now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flipped:
    """A problem that was mostly right and is now mostly wrong, or vice versa.

    `before` and `now` are the probabilities of a correct answer; the ids name the two runs.
    """

    run: str
    problem: str
    before: float
    now: float
    run_id: str
    baseline_id: str

    @property
    def worse(self) -> bool:
        """Whether it was right before."""
        return self.now < self.before

    @property
    def said(self) -> str:
        """What happened to it; a score between right and wrong is named as a score."""
        if {self.before, self.now} == {0.0, 1.0}:
            return TO_WRONG if self.worse else TO_RIGHT
        return "lower score now" if self.worse else "higher score now"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """All rules; `verdict` is the worst of theirs.

    `flaky` names the problems that are right in some samples and wrong in others; `within_share`
    is the share of the variance of one sample's score that lies between samples of one problem
    (more samples shrink it, more problems shrink all of it); None if each problem has one.
    `notes` are further remarks.
    """

    results: tuple[RuleResult, ...]
    flaky: tuple[str, ...]
    within_share: float | None = None
    stopping: Stopping | None = None
    flipped: tuple[Flipped, ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def verdict(self) -> GateVerdict:
        """Regressed if any rule is, else inconclusive if any is, else pass."""
        found = {result.verdict for result in self.results}
        for verdict in (GateVerdict.REGRESSED, GateVerdict.INCONCLUSIVE):
            if verdict in found:
                return verdict
        return GateVerdict.PASS

    def to_json(self) -> dict[str, Any]:
        """The object that `harness gate --json` prints."""
        return {
            "verdict": self.verdict,
            "results": [one.to_json() for one in self.results],
            "flaky": self.flaky,
            "within_share": self.within_share,
            "stopping": None if self.stopping is None else asdict(self.stopping),
            "flipped": [asdict(one) for one in self.flipped],
            "notes": self.notes,
        }
