"""A comment for a pull request: before and after, what flipped with both answers, what it cost."""

from __future__ import annotations

import html

from harness.gate.flips import NOWHERE, Answers, foremost, said, shortened
from harness.gate.forms import cell, notes
from harness.gate.results import Flipped, GateResult, GateVerdict

_LONGEST = 2500  # characters of an answer
_SIGNS = {GateVerdict.PASS: "✅", GateVerdict.REGRESSED: "❌", GateVerdict.INCONCLUSIVE: "❓"}


def comment(result: GateResult, answers: Answers | None = None, link: str | None = None) -> str:
    """Markdown for a pull request; `link` leads to the whole report."""
    lines = [f"### {_SIGNS[result.verdict]} harness gate: {result.verdict}", ""]
    lines += ["| | rule | run | figures |", "|---|---|---|---|"]
    for one in result.results:
        cells = (_SIGNS[one.verdict], str(one.rule), one.run, one.message)
        lines.append("| " + " | ".join(cell(text) for text in cells) + " |")
    lines += ["", *(f"- {cell(note)}" for note in notes(result))]
    for flip in foremost(result.flipped):
        lines += ["", *_details(flip, answers or {})]
    if link:
        lines += ["", f"[The whole report]({link})"]
    return "\n".join(lines) + "\n"


def _details(one: Flipped, answers: Answers) -> list[str]:
    """One flip, folded."""
    lines = [f"<details><summary>{html.escape(one.problem)}: {said(one)}</summary>", ""]
    for name, run in (("before", one.baseline_id), ("now", one.run_id)):
        text = answers.get((run, one.problem))
        lines.append(f"**{name}**")
        if text is None:
            lines.append(NOWHERE)
        else:
            lines.append(f"<pre>{html.escape(shortened(text, _LONGEST))}</pre>")
    return [*lines, "</details>"]
