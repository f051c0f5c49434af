"""`Evaluation`: what an evaluation brought, as a notebook and a script read it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.analysis.contamination import Contamination
from harness.core.counting import counted
from harness.results.display import Reports
from harness.results.groups import GroupFigure
from harness.run.limits import Spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The result of an evaluation: its runs as stored, and what went wrong.

    `calls` requests were sent now, for `asked` samples; `from_store` further charged samples
    were already stored. `spent` is what these requests used, including the judge's.
    `failed` attempts ended in an error (listed in `errors`), `unfinished` ones were left because a
    limit was reached; repeating the call resumes both. `ungraded` says why verifiers gave no
    verdict, each reason once. `contamination` compares public with fresh problems if a fresh seed
    was given; `groups` combines the runs of task groups. `notes` are the backend's remarks, for
    example that the model changed during the run.
    """

    reports: Reports
    failed: int
    unfinished: int
    limit_reached: bool
    calls: int
    asked: int = 0
    from_store: int = 0
    spent: Spent = field(default_factory=Spent)
    judged: bool = True  # False: the limit was reached before the judge was done
    errors: Sequence[str] = field(default_factory=tuple)
    ungraded: Sequence[str] = field(default_factory=tuple)
    contamination: Sequence[Contamination] = field(default_factory=tuple)
    groups: Sequence[GroupFigure] = field(default_factory=tuple)
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def ok(self) -> bool:
        """Whether every problem was attempted and graded."""
        return (
            not self.failed
            and self.judged
            and all(report.status == "complete" and not report.ungraded for report in self.reports)
        )

    @property
    def summary(self) -> str:
        """One line: what was generated now, and what went wrong."""
        parts = [
            f"generated {counted(self.asked, 'sample')}, took {self.from_store} from the store"
        ]
        if self.failed:
            parts.append(f"{counted(self.failed, 'attempt')} failed: {'; '.join(self.errors[:3])}")
        if self.limit_reached:
            left = counted(self.unfinished, "attempt is", "attempts are")
            parts.append(f"the limit was reached, at least {left} left")
        return "; ".join(parts)

    def to_frame(self) -> Any:
        """A pandas DataFrame with one row per run; UsageError if pandas is not installed."""
        return self.reports.to_frame()

    def __repr__(self) -> str:
        return f"{self.reports!r}\n{self.summary}"

    def _repr_html_(self) -> str:
        return f"{self.reports._repr_html_()}<p>{html.escape(self.summary)}</p>"
