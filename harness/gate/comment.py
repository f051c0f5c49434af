"""A comment for a pull request: before and after, what flipped with both answers, what it cost."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

from harness.core import HarnessError
from harness.gate.forms import cell, notes
from harness.gate.results import Flipped, GateResult, GateVerdict
from harness.results.reports import find_runs, iter_samples
from harness.store import open_store

_MOST = 10  # problems with their answers
_LONGEST = 2500  # characters of an answer; the last ones, where the answer stands
_SIGNS = {GateVerdict.PASS: "✅", GateVerdict.REGRESSED: "❌", GateVerdict.INCONCLUSIVE: "❓"}

Answers = Mapping[tuple[str, str], str]
"""The response to a problem by (run id, problem id)."""


def find_answers(db: str, flipped: Iterable[Flipped]) -> Answers:
    """The first stored response of each side of each flip, as far as the database has its run."""
    wanted = list(flipped)[:_MOST]
    answers: dict[tuple[str, str], str] = {}
    try:
        with open_store(db) as store:
            known = set(find_runs(store))
            for run in {id_ for one in wanted for id_ in (one.run_id, one.baseline_id)} & known:
                problems = {one.problem for one in wanted if run in (one.run_id, one.baseline_id)}
                for view in iter_samples(store, run):
                    if view.problem.id in problems and view.error is None:
                        answers.setdefault((run, view.problem.id), view.response)
    except HarnessError:  # no database: the comment does without answers
        return answers
    return answers


def comment(result: GateResult, answers: Answers | None = None, link: str | None = None) -> str:
    """Markdown for a pull request; `link` leads to the whole report."""
    lines = [f"### {_SIGNS[result.verdict]} harness gate: {result.verdict}", ""]
    lines += ["| | rule | run | figures |", "|---|---|---|---|"]
    for one in result.results:
        cells = (_SIGNS[one.verdict], str(one.rule), one.run, one.message)
        lines.append("| " + " | ".join(cell(text) for text in cells) + " |")
    lines += ["", *(f"- {cell(note)}" for note in notes(result))]
    shown = sorted(result.flipped, key=lambda one: not one.worse)[:_MOST]
    for flip in shown:
        lines += ["", *_details(flip, answers or {})]
    if link:
        lines += ["", f"[The whole report]({link})"]
    return "\n".join(lines) + "\n"


def _details(one: Flipped, answers: Answers) -> list[str]:
    """One flip, folded."""
    said = "right before, wrong now" if one.worse else "wrong before, right now"
    lines = [f"<details><summary>{html.escape(one.problem)}: {said}</summary>", ""]
    for name, run in (("before", one.baseline_id), ("now", one.run_id)):
        text = answers.get((run, one.problem))
        lines.append(f"**{name}**")
        if text is None:
            lines.append("(not in this database)")
        else:
            cut = "… " if len(text) > _LONGEST else ""
            lines.append(f"<pre>{cut}{html.escape(text[-_LONGEST:])}</pre>")
    return [*lines, "</details>"]
