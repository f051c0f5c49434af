"""A gate's report files: checked before anything is spent, and written whatever happens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.core import DataError
from harness.gate import forms
from harness.gate.comment import comment
from harness.gate.flips import find_answers
from harness.gate.results import GateResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """The files of one gate: JUnit XML, GitLab's code quality, a comment, and what GitHub reads.

    `inconclusive` is what an inconclusive result does to the job: "pass", "fail" or "report".
    """

    junit: Path | None = None
    gitlab: Path | None = None
    comment: Path | None = None
    inconclusive: str = "report"

    def check(self) -> None:
        """Raise DataError for a file that cannot be written: better now than after the gate."""
        for path in (self.junit, self.gitlab, self.comment):
            if path is not None:
                _write(path, "", "a")

    def write(self, result: GateResult, config: Path, db: str) -> Iterator[str]:
        """Write all of them; yields the lines that GitHub Actions reads from the log.

        `db` is where the answers to flipped problems are looked up.
        """
        unclear = self.inconclusive
        shown = self.junit is not None or self.comment is not None
        answers = find_answers(db, result.flipped) if shown else {}
        quality = forms.code_quality(result, unclear, config)
        said = comment(result, answers, _link())
        self._files(forms.junit(result, unclear, answers), quality, said)
        if os.environ.get("GITHUB_ACTIONS") == "true":
            yield from forms.workflow_commands(result, unclear, config)
        _step_summary(forms.markdown(result))

    def write_failure(self, failure: forms.Failure, config: Path | None) -> Iterator[str]:
        """The same for a gate that could not judge; `config` is None if it was not found."""
        quality = forms.code_quality_failure(failure, config)
        self._files(forms.junit_failure(failure), quality, forms.markdown_failure(failure))
        if os.environ.get("GITHUB_ACTIONS") == "true":
            yield forms.workflow_failure(failure, config)
        _step_summary(forms.markdown_failure(failure))

    def _files(self, junit: str, gitlab: str, said: str) -> None:
        files = ((self.junit, junit), (self.gitlab, gitlab), (self.comment, said))
        for path, text in files:
            if path is not None:
                _write(path, text, "w")


def _link() -> str | None:
    """The URL of this CI job, where its artefacts are."""
    given = os.environ
    if "GITHUB_RUN_ID" in given and "GITHUB_REPOSITORY" in given:
        server = given.get("GITHUB_SERVER_URL", "https://github.com")
        return f"{server}/{given['GITHUB_REPOSITORY']}/actions/runs/{given['GITHUB_RUN_ID']}"
    return given.get("CI_JOB_URL")


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
