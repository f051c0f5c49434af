"""Judging answers to comparisons: a number as written, "equal", true or false, or an order."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from harness.core import Problem, Status, Verdict
from harness.tasks.decimals._asked import Asked, asked_of
from harness.tasks.decimals._clauses import NUMBER, plain, value_of
from harness.tasks.decimals._order import order_of
from harness.tasks.decimals._relations import Claim, last_claim
from harness.tasks.decimals._truth import truth
from harness.verifiers.math.reading.boxes import boxed_answer
from harness.verifiers.patterns import lazy_pattern
from harness.verifiers.text import read_response

_MARK = lazy_pattern(
    r"(?:^|(?<=[\s*_#,.;:(]))(?:the )?(?:final |correct )?answer(?: is| would be|\s*[*_]{0,2}\s*:)"
    r"|(?:最终)?答案\s*[*_]{0,2}\s*(?:应该)?(?:是|为|:)|####",
    re.I,
)
_END = lazy_pattern(r"(?<!\d)[.!?](?=\s|$)|(?<=\d)[.!?](?=\s|$)|\n")
_DOUBTED = lazy_pattern(r"[?？]\s*$|\bnot\b|n['’]t\b|不", re.I)
_READ = 20_000  # characters that are read: the end of a text


class ComparisonVerifier:
    """Judges by the reading that `problem.meta["reading"]` names.

    `value`: 9.80 is 9.8. `parts` (versions, chapters, dates): 9.80 lies behind 9.9. Units and signs
    of money do not count. A relation is read as a relation: "9.8 is larger than 9.11",
    "9.11 < 9.8" and "9.11 is the smaller one" all answer "which is larger" with 9.8.
    """

    name = "comparison"
    version = "2"

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Judge a response."""
        view = read_response(response, problem, truncated=truncated)
        if view.verdict is not None:
            return view.verdict
        asked = asked_of(problem)
        found = _find(view.text[-_READ:], asked)
        if found is None or not view.trusts(found.rule):
            return view.unanswered(self.name, f"no {_SOUGHT[asked.form]} in the answer")
        status, reason = _status(found.value, problem, asked)
        return view.settled(
            Verdict(
                status=status,
                answer=found.text,
                key=repr(found.value),
                method=f"{found.rule}/{self.name}",
                warning=found.warning,
                reason=reason,
            ),
            problem.gold,
        )


_SOUGHT = {"pick": "number or relation", "judge": "truth value", "sort": "order"}


@dataclass(frozen=True, slots=True)
class _Found:
    """An answer: what it says (a number's value, "equal", a truth value, a tuple), as text."""

    value: Any
    text: str
    rule: str
    warning: int = 0


def _status(value: Any, problem: Problem, asked: Asked) -> tuple[Status, str]:
    if problem.gold is None:
        return Status.UNGRADED, "the problem has no answer: judge it with a flaw verifier"
    if value == _expected(problem.gold, asked):
        return Status.CORRECT, "equal to the gold answer"
    if problem.lure is not None and value == _expected(problem.lure, asked):
        return Status.LURED, "equal to the lure"
    return Status.WRONG, f"not {problem.gold!r}"


def _expected(text: str, asked: Asked) -> Any:
    """What a gold or a lure says: it is written plainly."""
    reading = asked.numbers.reading
    if asked.form == "judge":
        return truth(text)
    values = [value_of(n, reading) for n in NUMBER.findall(plain(text))]
    if asked.form == "sort":
        return tuple(values)
    return values[0] if values else "equal"


def _find(text: str, asked: Asked) -> _Found | None:
    """The answer in a text: in its box, behind its mark, else where it concludes."""
    boxed = boxed_answer(text)
    if boxed is not None:
        return _read(boxed, asked, "boxed", 0) or _read(text, asked, "relation", 1)
    for match in reversed(list(_MARK.finditer(text))[-8:]):
        found = _read(_segment(text, match.end(), asked), asked, "marker", 0)
        if found is not None:
            return found
    return _read(text, asked, "relation", 1)


def _segment(text: str, start: int, asked: Asked) -> str:
    """What a mark announces: the rest of its sentence; of a list all that follows."""
    rest = text[start : start + 2_000].lstrip(" \t*_:\n")
    if asked.form == "sort":
        return rest.split("\n\n", 1)[0]
    end = _END.search(rest)
    return rest[: end.start()] if end else rest


def _read(text: str, asked: Asked, rule: str, warning: int) -> _Found | None:
    if asked.form == "judge":
        return _judged(text, asked, rule, warning)
    if asked.form == "sort":
        return _sorted(text, asked, rule, warning)
    return _picked(text, asked, rule, warning)


def _picked(text: str, asked: Asked, rule: str, warning: int) -> _Found | None:
    claim = last_claim(text, asked.numbers)
    marked = rule in ("boxed", "marker")
    if claim is None or (claim.rank > 1 and claim.index is None and not marked):
        return _mentioned(text, asked, rule, warning) if marked else _guessed(text, asked)
    if claim.kind == "EQ":
        return _Found("equal", "equal", rule, max(warning, claim.rank))
    if claim.index is None:
        return _Found(value_of(claim.text, asked.numbers.reading), claim.text, rule, warning)
    index = _chosen(claim, asked)
    if index is None:
        return None
    number = asked.numbers.written[index]
    value = value_of(number, asked.numbers.reading)
    return _Found(value, number, rule, max(warning, claim.rank))


def _chosen(claim: Claim, asked: Asked) -> int | None:
    """Which number answers the question if a claim is true."""
    assert claim.index is not None
    if claim.kind == "THIS" or not asked.direction or claim.kind == asked.direction:
        return claim.index
    pairs = {frozenset(("HI", "LO")), frozenset(("NEAR", "FAR"))}
    if frozenset((claim.kind, asked.direction)) in pairs and len(asked.numbers.written) == 2:
        return 1 - claim.index
    return None


def _mentioned(text: str, asked: Asked, rule: str, warning: int) -> _Found | None:
    """A marked answer that names one number among other words."""
    found = dict.fromkeys(NUMBER.findall(plain(text)))
    if len(found) != 1:
        return None
    number = next(iter(found))
    return _Found(value_of(number, asked.numbers.reading), number, rule, warning + 1)


def _guessed(text: str, asked: Asked) -> _Found | None:
    """The only compared number of the last line that has one."""
    for line in reversed(plain(text).splitlines()):
        found = {i for n in NUMBER.findall(line) if (i := asked.numbers.index(n)) is not None}
        if len(found) == 1 and not _DOUBTED.search(line):
            number = asked.numbers.written[found.pop()]
            return _Found(value_of(number, asked.numbers.reading), number, "number", 3)
        if found:
            return None
    return None


def _judged(text: str, asked: Asked, rule: str, warning: int) -> _Found | None:
    said = truth(plain(text))
    if said is not None:
        return _Found(said, str(said).lower(), rule, warning)
    claim = last_claim(text, asked.numbers)
    held = _bears_out(claim, asked.claim) if claim is not None else None
    if held is None:
        return None
    return _Found(held, str(held).lower(), rule, max(1, warning))


def _bears_out(said: Claim, stated: Claim | None) -> bool | None:
    """Whether what an answer says of the numbers is what the statement says; None: unrelated."""
    if stated is None or said.kind in ("THIS", "NEAR", "FAR"):
        return None
    if "EQ" in (said.kind, stated.kind):
        return said.kind == stated.kind
    if said.index is None or stated.index is None:
        return None
    return (said.kind == stated.kind) == (said.index == stated.index)


def _sorted(text: str, asked: Asked, rule: str, warning: int) -> _Found | None:
    reading = asked.numbers.reading
    wanted = [value_of(n, reading) for n in asked.numbers.written]
    found = order_of(plain(text), reading, wanted)
    if found is None:
        return None
    numbers, sign = found
    if sign and (sign == ">") != asked.down:
        numbers = numbers[::-1]  # 9.9 > 9.8 is the order from the low end, too
    values = tuple(value_of(n, reading) for n in numbers)
    sure = Counter(values) == Counter(wanted)
    return _Found(values, ", ".join(numbers), rule, warning if sure else warning + 1)
