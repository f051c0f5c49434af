"""Traces, compared element by element."""

from __future__ import annotations

import re
from decimal import Decimal

from harness.core import Problem, Status, Verdict
from harness.verifiers.flaw.verifier import visible
from harness.verifiers.text import evasion

_ELEMENT = re.compile(r"[-−]?\d+(?:\.\d+)?|[-−]?\.\d+|\b[A-Za-z]\b")
_MARK = re.compile(r"(?im)^.*\b(?:answer|output|result)\b\W{0,4}(?:is\b|[:=])")
_HEAD = re.compile(r"(?im)^\s*(?:initial_)?trace\s*(?:\|[^:\n]*)?:\s*")
MOST = 200_000  # elements that are compared


class TraceVerifier:
    """The output of a run, behind the last `|`; with a gold that holds a `|`, its trace as well.

    All elements (numbers by value, letters) must be there in their order: brackets and commas do
    not count. With `partial`, what is not wholly right scores the share of elements that are right
    in their places, of as many as there are or should be.
    """

    name = "trace"
    version = "1"

    def __init__(self, *, partial: bool = True) -> None:
        self.partial = partial

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Judge a response; one that was cut off has no output, and of a trace what it has."""
        text, gold = _HEAD.sub("", visible(response)), problem.gold or ""
        whole = "|" in gold
        said = text if whole else output_of(text)
        found, wanted = elements(said), elements(gold)
        if not any(map(str.isalpha, wanted)):  # then a letter is a word, as in "I have"
            found = [element for element in found if not element.isalpha()]
        declined = evasion(text) is not None and all(map(str.isalpha, found))
        if not found or declined or (truncated and not whole):
            return _nothing(text, truncated)
        agreed = sum(a == b for a, b in zip(found, wanted, strict=False))
        longest = max(len(found), len(wanted))
        right = agreed == longest and not truncated
        score = 1.0 if right else min(agreed / longest, 1 - 1 / (longest + 1))
        return Verdict(
            status=Status.CORRECT if right else Status.WRONG,
            answer=said.strip()[:MOST],
            key=" ".join(found),
            method="trace/elements",
            reason=f"{agreed} of {longest} elements are right",
            score=score if self.partial else None,
        )


def _nothing(text: str, truncated: bool) -> Verdict:
    """Where there is no output: cut off, declined, or none was said."""
    if truncated:
        reason = "cut off before the output"
        return Verdict(status=Status.TRUNCATED, method="trace", reason=reason)
    status = evasion(text) or Status.UNPARSED
    return Verdict(status=status, method="trace", reason="no output was found")


def output_of(text: str) -> str:
    """Behind the last `|`, else behind "Answer:", else the last line with an element."""
    behind = text.rpartition("|")
    if behind[1]:
        return behind[2].strip().partition("\n\n")[0]
    marked = list(_MARK.finditer(text))
    if marked:
        return text[marked[-1].end() :]
    lines = [line for line in text.splitlines() if _ELEMENT.search(line)]
    return lines[-1] if lines else ""


def elements(text: str) -> list[str]:
    """Numbers in one form for one value, and single letters."""
    return [_plain(found) for found in _ELEMENT.findall(text)[: MOST + 1]]


def _plain(element: str) -> str:
    if element.isalpha():
        return element.upper()
    return f"{Decimal(element.replace('−', '-')).normalize() + 0:f}"
