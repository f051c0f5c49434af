"""`harness.Study`: a study file as an object."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from harness.core import ParameterError
from harness.core.counting import counted
from harness.results.display import Reports
from harness.run.config import DEFAULT_DB
from harness.run.progress import Observer, shown
from harness.study.claims import CheckedClaims, check_claims
from harness.study.file import StudyFile
from harness.study.forecast import StudyForecast, forecast_study
from harness.study.matrix import Planned, plan_all
from harness.study.reading import read_study
from harness.study.running import StudyResult, run_pilot, run_study, study_reports


class Study:
    """Models, tasks and budgets in one file.

    >>> study = harness.Study.load("study.toml")
    >>> study.plan()        # the matrix with its predicted cost; runs nothing
    >>> study.run()         # resumes where it was stopped
    >>> study.frame()       # all results, one row per run

    `file` is the file's contents, `db` the database that the study uses. Nothing is loaded
    before it is needed; `StudyError` (a UsageError) then reports everything that is wrong.
    """

    def __init__(self, file: StudyFile, path: Path, db: str) -> None:
        self.file, self.path, self.db = file, path, db

    @classmethod
    def load(cls, path: str | Path, *, db: str | Path | None = None) -> Study:
        """Read a study file. `db` overrides the file's own; the default is harness.sqlite."""
        file = Path(path)
        read = read_study(file)
        own = DEFAULT_DB if read.db is None else _beside(file, read.db)
        return cls(read, file, own if db is None else str(db))

    @functools.cached_property
    def planned(self) -> list[Planned]:
        """All evaluations with their runs; StudyError if one of them cannot start."""
        return plan_all(self.file, self.path, self.db)

    @property
    def title(self) -> str:
        """The title of its site."""
        return self.file.title or self.path.stem

    @property
    def text(self) -> str:
        """The text above its site's table: plain text, blank lines separate paragraphs."""
        return self.file.text.strip()

    def plan(
        self, *, pilot: float | None = None, progress: Observer | bool | None = None
    ) -> StudyForecast:
        """The remaining work and its predicted cost, cheapest first.

        `pilot` (0.05: the first 5% of each task's problems) is run first, to predict from; the
        study does not pay for it again.
        """
        planned = self.planned
        if pilot is not None:
            if not 0 < pilot <= 1:
                raise ParameterError("{pilot}: must be a share above 0, such as 0.05", pilot=pilot)
            with shown(progress) as observer:
                for line in run_pilot(planned, self.file.ceilings, pilot, observer):
                    observer.note(line)
            self.__dict__.pop("planned", None)  # its backends are closed
        return forecast_study(self.planned)

    def run(self, *, progress: Observer | bool | None = None) -> StudyResult:
        """Run what is not stored yet, within the ceilings; the cheapest models first.

        Raises StudyError before any model is called, StoreError if nothing can be written. A model
        that cannot be reached is named in the result, and the others continue.
        """
        planned = self.planned
        with shown(progress) as observer:
            done = run_study(planned, self.file.ceilings, observer)
        self.__dict__.pop("planned", None)  # its backends are closed
        reports = study_reports(planned, create=True)  # even if no model could be reached
        return StudyResult(
            reports=reports,
            claims=self._check(planned, reports),
            calls=done.calls,
            asked=done.asked,
            generated=done.generated,
            spent=done.spent,
            left=done.left,
            notes=done.notes,
        )

    def names(self) -> dict[str, str]:
        """Its runs, stored or not: its name for the model, by run id."""
        return {run.id: one.name for one in self.planned for run in one.plan.all_runs}

    def reports(self) -> Reports:
        """Reports of its stored runs, under its own names for the models."""
        return study_reports(self.planned)

    def frame(self) -> Any:
        """All results as one pandas DataFrame, one row per run; UsageError without pandas."""
        return self.reports().to_frame()

    def check(self) -> CheckedClaims:
        """The figures that it claims, compared with the stored ones."""
        return self._check(self.planned, self.reports()) if self.file.expect else CheckedClaims()

    def _check(self, planned: list[Planned], reports: Reports) -> CheckedClaims:
        return check_claims(self.file.expect, planned, {r.id: r for r in reports})

    def __repr__(self) -> str:
        file = self.file
        size = f"{counted(len(file.models), 'model')}, {counted(len(file.tasks), 'task')}"
        return f"Study({str(self.path)!r}: {size})"


def _beside(file: Path, name: str) -> str:
    return name if "://" in name else str(file.parent / name)
