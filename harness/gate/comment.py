"""A pull request comment: before and after, what flipped with both answers, the cost."""

from __future__ import annotations

import html

from harness.gate.flips import NOWHERE, Answers, foremost, shortened
from harness.gate.forms import cell, notes
from harness.gate.results import Flipped, GateResult, GateVerdict

_LONGEST = 2500  # characters of an answer
_SIGNS = {GateVerdict.PASS: "✅", GateVerdict.REGRESSED: "❌", GateVerdict.INCONCLUSIVE: "❓"}


def comment(result: GateResult, answers: Answers | None = None, link: str | None = None) -> str:
    """Markdown for a pull request; `link` points to the full report."""
    lines = [f"### {_SIGNS[result.verdict]} harness gate: {result.verdict}", ""]
    lines += ["| | rule | run | figures |", "|---|---|---|---|"]
    for one in result.results:
        cells = (_SIGNS[one.verdict], str(one.rule), one.run, one.message)
        lines.append("| " + " | ".join(cell(text) for text in cells) + " |")
    lines += ["", *(f"- {cell(note)}" for note in notes(result))]
    for flip in foremost(result.flipped):
        lines += ["", *_details(flip, answers or {})]
    if link:
        lines += ["", f"[Full report]({link})"]
    return "\n".join(lines) + "\n"


def _details(one: Flipped, answers: Answers) -> list[str]:
    """One flip, in a collapsed section."""
    lines = [f"<details><summary>{html.escape(one.problem)}: {one.said}</summary>", ""]
    for name, run in (("before", one.baseline_id), ("now", one.run_id)):
        text = answers.get((run, one.problem))
        lines.append(f"**{name}**")
        if text is None:
            lines.append(NOWHERE)
        else:
            lines.append(f"<pre>{html.escape(shortened(text, _LONGEST))}</pre>")
    return [*lines, "</details>"]
