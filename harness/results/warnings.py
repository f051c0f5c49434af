"""What readers of a table should know first: truncated, empty or refused samples."""

from __future__ import annotations

from collections.abc import Sequence

from harness.results.views import RunReport

MOST = 0.05
"""The smallest share that is reported."""


def warnings(reports: Sequence[RunReport]) -> list[str]:
    """One line per run and problem, with what to do about it."""
    lines = []
    for report in reports:
        if not report.problems:
            continue
        name = f"{report.model} {report.budget} on {report.task}"
        limit = report.manifest.identity.max_output_tokens
        cut = report.truncated > MOST and "<=" not in report.budget
        if cut:
            raised = f" (now {limit})" if limit is not None else ""
            own = "max= of the budget" if "max=" in report.budget else "--max-output-tokens"
            lines.append(
                f"{name}: {report.truncated:.0%} of the samples were cut off by the token limit: "
                f"raise {own}{raised}{_loops(report)}"
            )
        if report.empty > MOST and not cut:
            lines.append(f"{name}: {report.empty:.0%} of the answers are empty{_look(report)}")
        if report.refused > MOST:
            lines.append(
                f"{name}: {report.refused:.0%} of the samples are refusals of the model"
                f"{_look(report)}"
            )
        if report.unread > 0:
            lines.append(
                f"{name}: {report.unread:.1%} of the answers are too long for the reward model, "
                "which only scored their beginning: limit them with max= in the budget"
            )
    return lines


def judge_lines(reports: Sequence[RunReport]) -> list[str]:
    """For each model that gave verdicts, its agreement with human labels, or that it is unknown.

    Of several runs with labels, the one with the most counts.
    """
    best: dict[str, RunReport] = {}
    for report in reports:
        if report.judge is not None:
            known = best.setdefault(report.verifier, report)
            if _labels(report) > _labels(known):
                best[report.verifier] = report
    lines = []
    for verifier, report in sorted(best.items()):
        kappa = report.audit.kappa if report.audit else None
        said = "unchecked: no human labels (`harness audit list` draws samples to label)"
        if kappa is not None:
            said = f"kappa {kappa.value:.2f} [{kappa.low:.2f}, {kappa.high:.2f}] with human labels"
        lines.append(f"verdicts by {verifier}: {said}")
    return lines


def _labels(report: RunReport) -> int:
    return report.audit.labels if report.audit and report.audit.kappa else 0


def _loops(report: RunReport) -> str:
    """What no limit fixes."""
    if (report.looping or 0) <= MOST:
        return ""
    return f"; {report.looping:.0%} of the samples are loops, which a higher limit does not end"


def _look(report: RunReport) -> str:
    return f": see `harness show --samples {report.id[:12]}`"
