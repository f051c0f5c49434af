"""Checking a study's figures against its claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.results.display import Listing, Row
from harness.results.views import RunReport
from harness.study.file import Claim
from harness.study.matrix import Planned, claimed_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A claim and the measured figure: `why` compares the two in one line."""

    claim: Claim
    run: str
    found: float | None
    low: float | None
    high: float | None
    agrees: bool
    why: str

    def __str__(self) -> str:
        claim = self.claim
        place = f"{claim.model}  {claim.task}  {claim.budget}  {claim.metric}"
        return f"{'agrees' if self.agrees else 'DIFFERS'}  {place}: {self.why}"

    def to_json(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        claim = self.claim
        return {
            "model": claim.model, "task": claim.task, "budget": claim.budget,
            "metric": claim.metric, "claimed": claim.value, "tolerance": claim.tolerance,
            "found": self.found, "low": self.low, "high": self.high, "agrees": self.agrees,
            "why": self.why, "run": self.run,
        }  # fmt: skip


class CheckedClaims(Listing[Checked]):
    """The claims of a study, in its order."""

    __slots__ = ()

    @property
    def ok(self) -> bool:
        """Whether all figures agree."""
        return all(one.agrees for one in self)

    def rows(self) -> Sequence[Row]:
        """One row per claim."""
        return [one.to_json() for one in self]


def check_claims(
    claims: Sequence[Claim], planned: Sequence[Planned], reports: Mapping[str, RunReport]
) -> CheckedClaims:
    """Each claim compared with the report of its run, by run id."""
    return CheckedClaims(
        _check(claim, run, reports.get(run))
        for claim in claims
        for run in [claimed_run(claim, planned).id]
    )


def _check(claim: Claim, run: str, report: RunReport | None) -> Checked:
    if report is None or report.status != "complete" or report.ungraded:
        done = "nothing is measured" if report is None else _state(report)
        why = f"claimed {claim.value:g}, but {done}"
        return Checked(claim=claim, run=run, found=None, low=None, high=None, agrees=False, why=why)
    figure = report.metrics.get(claim.metric)
    if figure is None:
        why = f"the run has no such figure; it has {', '.join(report.metrics)}"
        return Checked(claim=claim, run=run, found=None, low=None, high=None, agrees=False, why=why)
    if claim.tolerance is None:
        agrees = figure.low <= claim.value <= figure.high
        allowed = "its interval"
    else:
        agrees = abs(figure.value - claim.value) <= claim.tolerance + 1e-12
        allowed = f"± {claim.tolerance:g}"
    why = (
        f"claimed {claim.value:g}, found {figure.value:.4g} [{figure.low:.4g}, {figure.high:.4g}], "
        f"{'within' if agrees else 'outside'} {allowed}"
    )
    return Checked(
        claim=claim, run=run, found=figure.value, low=figure.low, high=figure.high,
        agrees=agrees, why=why,
    )  # fmt: skip


def _state(report: RunReport) -> str:
    if report.ungraded:
        return f"{report.ungraded} of its problems are ungraded"
    return f"{report.problems} of {report.planned} problems are done"
