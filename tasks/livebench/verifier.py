"""The rules of LiveBench's mathematics (`livebench/process_results/math`), written anew.

A proof put in order earns the share of it that stands: 1 - edit distance / the longer length.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.core import Problem, Status, Verdict
from harness.verifiers.math import MathVerifier
from harness.verifiers.text import read_response

_TAIL = 50  # characters at the end in which a competition's number is looked for
_CHOICE = re.compile(r"\\textbf{\(([A-E])\)\s?}(.*?)(?:\\qquad|\$)")


class LivebenchMathVerifier:
    """Judges by `meta["task"]`: a letter or number, an order of numbers, an expression."""

    name = "livebench-math"
    version = "1"

    def __init__(self) -> None:
        self._math = MathVerifier()

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Judge a response; an expression is the math verifier's."""
        kind, gold = problem.meta["task"], str(problem.gold)
        if kind == "AMPS_Hard":
            return self._math.verify(response, problem, truncated=truncated)
        view = read_response(response, problem, truncated=truncated, cleaned=False)
        if view.verdict is not None:
            return view.verdict
        if kind == "olympiad":
            found = numbers_in(view.text)
            if not found:
                return view.unanswered(kind, "no list of numbers was found")
            wanted = [int(part) for part in gold.split(",")]
            score = 1 - distance(found, wanted) / max(len(found), len(wanted))
            said = ",".join(map(str, found))
            return Verdict(
                status=Status.CORRECT if score == 1 else Status.WRONG,
                answer=said, key=said, method=kind, reason=f"{score:.3f} of the order",
                score=score if 0 < score < 1 else None,
            )  # fmt: skip
        if re.fullmatch("[A-E]", gold):
            right, answer = chooses(view.text, gold, problem.question), letter_in(view.text)
        else:
            right, answer = gold in view.text[-_TAIL:], gold if gold in view.text[-_TAIL:] else None
        if not right and answer is None:
            return view.unanswered(kind)
        return Verdict(
            status=Status.CORRECT if right else Status.WRONG,
            answer=gold if right else answer, key=gold if right else answer, method=kind,
        )  # fmt: skip


def letter_in(text: str) -> str | None:
    """A letter said five times over, in `<solution>`, or boxed; the last of the first that is."""
    for pattern in (r"([A-E])\1{3,}", r"<solution>\s*([A-Ea-e])\1*\s*</solution>",
                    r"\\f?boxed{(?:\\text{)?\(?([A-Ea-e])\)?}"):  # fmt: skip
        if found := re.findall(pattern, text):
            return str(found[-1]).upper()
    return None


def chooses(text: str, gold: str, question: str) -> bool:
    """Whether it says the right letter, or ends in the right choice's value."""
    if gold * 4 in text or letter_in(text) == gold:
        return True
    value = dict(_CHOICE.findall(question)).get(gold, "").strip().strip("$~")
    return bool(value) and value in text[-20 - len(value) :]


def numbers_in(text: str) -> list[int]:
    """The list behind the last "Answer:", else in the last box, else on the last line."""
    lines = text.strip().splitlines()
    at = [i for i, line in enumerate(lines) if "answer:" in line.lower()]
    places = []
    if at:
        behind = re.split("answer:", lines[at[-1]], flags=re.I)[-1]
        places.append(
            behind if re.search(r"\d", behind) else "".join(lines[at[-1] + 1 : at[-1] + 2])
        )
    places += re.findall(r"\\boxed{([^}]*)}", text)[-1:] + lines[-1:]
    for place in places:
        if found := re.findall(r"\d+", place):
            return [int(one) for one in found]
    return []


def distance(one: Sequence[int], other: Sequence[int]) -> int:
    """Levenshtein's: insertions, deletions and substitutions."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        left, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            left, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, left + (a != b))
    return row[-1]
