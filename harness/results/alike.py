"""Distinguishing rows with the same model, task and budget by the commands that made them."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Sequence

from harness.results.views import RunReport


def told_apart(reports: Sequence[RunReport]) -> dict[str, str]:
    """By run id: the options that set a run's command apart from others of the same row; nothing
    for unique rows. `--model-arg` is left out, and so are the dashes of other options."""
    rows: dict[tuple[str, str, str], list[RunReport]] = defaultdict(list)
    for report in reports:
        rows[report.model, report.task, report.budget].append(report)
    found: dict[str, str] = {}
    for alike in rows.values():
        said = [_said(report) for report in alike]
        shared = set.intersection(*said)
        if len(alike) > 1 and any(words != shared for words in said):
            for report, words in zip(alike, said, strict=True):
                found[report.id] = ", ".join(sorted(words - shared)) or "by default"
    return found


def _said(report: RunReport) -> set[str]:
    try:
        words = shlex.split(str(report.manifest.command))
    except ValueError:  # written before arguments were quoted
        return set()
    pairs = zip(words[2::2], words[3::2], strict=False)
    return {
        value if flag == "--model-arg" else f"{flag.removeprefix('--')} {value}"
        for flag, value in pairs
        if flag.startswith("--")
    }
