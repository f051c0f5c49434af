"""The problems that flipped, with both answers, for comments and test reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.core import HarnessError
from harness.core.counting import counted
from harness.gate.results import Flipped
from harness.results.reports import find_runs
from harness.results.samples import iter_samples
from harness.store import open_store

MOST = 10
"""Number of problems shown with their answers; all are counted."""

Answers = Mapping[tuple[str, str], str]
"""The response to a problem by (run id, problem id)."""


def foremost(flipped: Iterable[Flipped]) -> list[Flipped]:
    """The ones that are shown: newly wrong problems come first."""
    return sorted(flipped, key=lambda one: not one.worse)[:MOST]


def find_answers(db: str, flipped: Iterable[Flipped]) -> Answers:
    """The first stored response of each side of each flip, if the database has its run.

    Only the flips that `foremost` selects for each run are looked up.
    """
    runs: dict[str, list[Flipped]] = {}
    for one in flipped:
        runs.setdefault(one.run, []).append(one)
    wanted = [one for flips in runs.values() for one in foremost(flips)]
    answers: dict[tuple[str, str], str] = {}
    try:
        with open_store(db) as store:
            known = set(find_runs(store))
            for run in {id_ for one in wanted for id_ in (one.run_id, one.baseline_id)} & known:
                problems = {one.problem for one in wanted if run in (one.run_id, one.baseline_id)}
                for view in iter_samples(store, run):
                    if view.problem.id in problems and view.error is None:
                        answers.setdefault((run, view.problem.id), view.response)
    except HarnessError:  # no database: the reports do without answers
        return answers
    return answers


def shortened(text: str, most: int) -> str:
    """The end of an answer, where its result is."""
    return text if len(text) <= most else f"… {text[-most:]}"


def transcripts(flipped: Iterable[Flipped], answers: Answers, most: int) -> str:
    """Flips as plain text, each with both answers; `most` characters of an answer are kept."""
    every = list(flipped)
    lines = []
    for one in foremost(every):
        lines.append(f"{one.problem}: {one.said}")
        for name, run in (("before", one.baseline_id), ("now", one.run_id)):
            text = answers.get((run, one.problem))
            lines.append(f"--- {name}: " + (NOWHERE if text is None else shortened(text, most)))
        lines.append("")
    if len(every) > MOST:
        lines.append(f"and {counted(len(every) - MOST, 'more problem')} that flipped")
    return "\n".join(lines).strip()


NOWHERE = "(not in this database)"
