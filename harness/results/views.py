"""What readers of the store get: frozen, computed on reading, serialisable to JSON.

The terminal, the site, the gate and scripts show these and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from harness.core import Estimate, Problem, RunManifest, Sample, Usage, Verdict
from harness.results.audited import Audit

if TYPE_CHECKING:
    from harness.stats import Obedience


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What the calls of one role used, according to the ledger; unknown is None."""

    calls: int
    usage: Usage
    usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RunReport:
    """The state of one run (model × task × budget).

    `problems` have an attempt; `planned` is how many the run should have; `failed` attempts
    ended in an error, `ungraded` ones have an undecided verdict. `correct` is the expected number
    of correct problems (an integer if each has one sample). `metrics` always has "accuracy" (for
    an oracle selector that is coverage, pass@n) and "lure_rate" if the task has lures; "pass@k"
    for the k that the pool allows; and the task's own.
    `charged` is what the budget would cost if run alone, summed over problems, including
    everything it discarded and its reward's calls; `charged_by_role` splits it. `spent` is what
    this run actually generated, and `spent_by_role` splits that by the calls' roles with their
    dollars, including a judge's calls, which are charged to no budget. `verdicts` sums the status
    probabilities over problems. `usd` and `flops` are charged totals; None if unknown.
    `device_seconds` is this run's share of the time in which any call of its model was in
    progress, and `joules` what the GPUs drew meanwhile. `monte_carlo_error` is the standard error
    that a selector's resampling adds to the accuracy. `stopped` problems were ended by the
    budget's ceiling (`tokens<=`, `usd<=`, `seconds<=`). `charged_seconds` are the summed latencies
    of the charged calls: the duration of the problems without concurrency. `origins` counts the
    calls by who answered them (model, fingerprint, upstream), if replies say so. `obedience`
    compares spending with the budget's number; None if it has none, or the figures are
    unknown.
    Of the pool's samples, `truncated` were cut off by a token limit, `empty` have no text;
    `refused`, `abstained` and `looping` are shares too (`looping` of those that were checked;
    None if none was). Unless accuracy is coverage by several samples, `metrics` has "attempted",
    the share of problems with an answer, right or wrong, and "accuracy_attempted" among
    those. `audit` is what human labels imply about the verdicts; None if there are none.
    """

    id: str
    model: str
    model_spec: str
    task: str
    task_version: str
    budget: str
    selector: str
    created: str
    status: str  # "complete" | "partial"
    planned: int
    problems: int
    failed: int
    ungraded: int
    correct: float
    metrics: Mapping[str, Estimate]
    charged: Usage
    spent: Usage
    calls: int
    verdicts: Mapping[str, float]
    usd: float | None
    flops: float | None
    seconds: float | None  # latencies of this run's calls, summed
    truncated: float  # share of pool samples cut off by a token limit
    verifier: str  # name@version
    manifest: RunManifest = field(default_factory=RunManifest)
    charged_by_role: Mapping[str, Usage] = field(default_factory=dict)
    monte_carlo_error: float = 0.0
    device_seconds: float | None = None
    joules: float | None = None
    stopped: int = 0
    spent_by_role: Mapping[str, Spending] = field(default_factory=dict)
    obedience: Obedience | None = None
    charged_seconds: float | None = None
    origins: Mapping[str, int] = field(default_factory=dict)  # who answered: calls
    empty: float = 0.0  # share of pool samples whose answer is empty
    refused: float = 0.0
    abstained: float = 0.0
    looping: float | None = None
    audit: Audit | None = None
    unread: float = 0.0  # share of pool samples that exceeded their reward model's context

    @property
    def accuracy(self) -> Estimate:
        """The headline figure."""
        return self.metrics["accuracy"]

    @property
    def judge(self) -> str | None:
        """The model that gave the verdicts, with its arguments; None if rules gave them."""
        return self.verifier.rpartition("@")[0].partition(" by ")[2] or None

    def __repr__(self) -> str:
        accuracy = self.metrics.get("accuracy")
        shown = "nothing yet" if accuracy is None else f"{accuracy.value:.1%}"
        return f"<RunReport {self.id[:12]} {self.model} {self.task} {self.budget}: {shown}>"

    def to_json(self) -> dict[str, Any]:
        """The object that `harness show --json` prints."""
        out = {name: getattr(self, name) for name in self.__slots__}
        out["correct"] = int(self.correct) if self.correct == int(self.correct) else self.correct
        out["metrics"] = {name: m.to_json() for name, m in self.metrics.items()}
        out["charged"], out["spent"] = asdict(self.charged), asdict(self.spent)
        out["charged_by_role"] = {role: asdict(u) for role, u in self.charged_by_role.items()}
        out["spent_by_role"] = {role: asdict(s) for role, s in self.spent_by_role.items()}
        out["obedience"] = self.obedience.to_json() if self.obedience else None
        out["audit"] = self.audit.to_json() if self.audit else None
        out["verdicts"] = dict(self.verdicts)
        out["manifest"] = self.manifest.to_json()
        return out

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> RunReport:
        """The inverse of `to_json`."""
        roles, kept = data["charged_by_role"], data["obedience"]
        return cls(
            **{
                **data,
                "metrics": {n: Estimate.from_json(m) for n, m in data["metrics"].items()},
                "charged": Usage(**data["charged"]),
                "spent": Usage(**data["spent"]),
                "charged_by_role": {role: Usage(**usage) for role, usage in roles.items()},
                "spent_by_role": {
                    role: Spending(**{**one, "usage": Usage(**one["usage"])})
                    for role, one in data["spent_by_role"].items()
                },
                "obedience": None if kept is None else _obedience(kept),
                "audit": None if data.get("audit") is None else Audit.from_json(data["audit"]),
                "manifest": RunManifest.from_json(data["manifest"]),
            }
        )


def _obedience(figures: Mapping[str, Any]) -> Obedience:
    from harness.stats import Obedience  # numpy, which most reports do not need

    return Obedience(**figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleView:
    """One sample of one attempt, with everything that a reader wants to see.

    `sample` is the answer; None for an attempt without one, which failed or was stopped. `prompt`
    is the exact text that the engine saw. `usage` is what the sample is charged for: its thinking
    (cut where the budget cuts it) or the steps that led to it, its reward, then its answer.
    `steps` are its reward's values, `seed` the seed sent to the engine for the answer.
    """

    sample: Sample | None
    run_id: str
    problem: Problem
    index: int
    prompt: str
    usage: Usage
    verdict: Verdict | None
    verifier: str | None
    error: str | None = None
    steps: tuple[float, ...] | None = None
    seed: int | None = None

    @property
    def id(self) -> str:
        """The answer's id; empty where there is none."""
        return "" if self.sample is None else self.sample.id

    @property
    def response(self) -> str:
        """The assistant's whole turn, with thinking between marks."""
        return "" if self.sample is None else self.sample.response

    @property
    def finish(self) -> str:
        """Why the answer ended; empty where there is none."""
        return "" if self.sample is None else str(self.sample.finish)

    def to_json(self) -> dict[str, Any]:
        """The object that `harness show --samples --json` prints."""
        return {
            "id": self.id,
            "run_id": self.run_id,
            "problem": asdict(self.problem),
            "index": self.index,
            "prompt": self.prompt,
            "response": self.response,
            "finish": self.finish,
            "usage": asdict(self.usage),
            "verdict": None if self.verdict is None else asdict(self.verdict),
            "verifier": self.verifier,
            "error": self.error,
            "steps": self.steps,
            "seed": self.seed,
        }
