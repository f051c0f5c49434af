"""Where a gate's reports go; made sure of before anything is spent, written whatever happens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.core import DataError
from harness.gate import forms
from harness.gate.judge import GateResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """The files of one gate: JUnit XML, GitLab's code quality, and what GitHub Actions reads.

    `inconclusive` is what doubt does to the job: "pass", "fail" or "report".
    """

    junit: Path | None = None
    gitlab: Path | None = None
    inconclusive: str = "report"

    def check(self) -> None:
        """Raise DataError for a file that cannot be written: better now than after the gate."""
        for path in (self.junit, self.gitlab):
            if path is not None:
                _write(path, "", "a")

    def write(self, result: GateResult, config: Path) -> Iterator[str]:
        """Write all of them; yields the lines that GitHub Actions reads from the log."""
        unclear = self.inconclusive
        texts = forms.junit(result, unclear), forms.code_quality(result, unclear, config)
        self._files(*texts)
        if os.environ.get("GITHUB_ACTIONS") == "true":
            yield from forms.workflow_commands(result, unclear, config)
        _step_summary(forms.markdown(result))

    def write_failure(self, failure: forms.Failure, config: Path | None) -> Iterator[str]:
        """The same for a gate that could not judge; `config` is None where it was not found."""
        self._files(forms.junit_failure(failure), forms.code_quality_failure(failure, config))
        if os.environ.get("GITHUB_ACTIONS") == "true":
            yield forms.workflow_failure(failure, config)
        _step_summary(forms.markdown_failure(failure))

    def _files(self, junit: str, gitlab: str) -> None:
        for path, text in ((self.junit, junit), (self.gitlab, gitlab)):
            if path is not None:
                _write(path, text, "w")


def _step_summary(text: str) -> None:
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        _write(Path(summary), text, "a")


def _write(path: Path, text: str, mode: str) -> None:
    try:
        with path.open(mode, encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise DataError(f"the report {path} cannot be written: {error.strerror}") from error
