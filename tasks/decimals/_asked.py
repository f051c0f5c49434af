"""What a question asks about which numbers, parsed from its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.core import Problem
from harness.tasks.decimals._clauses import NUMBER, Numbers, plain
from harness.tasks.decimals._relations import Claim, question_claim
from harness.verifiers.patterns import lazy_pattern

_TARGET = lazy_pattern(
    r"(?:closer|nearer|closest|nearest) to (?:chapter |version )?\$?-?\d+(?:\.\d+)?"
    r"|接近第?\s*-?\d+(?:\.\d+)?",
    re.I,
)
_DOWN = lazy_pattern(
    r"\bfrom (?:the )?(?:largest|biggest|greatest|highest|longest|newest|last|latest|most)\b"
    r"|\bdescending\b|\bdecreasing\b|从[大高长新后晚]到|从[大高长新后晚]至|降序|由[大高长新后晚][到至]",
    re.I,
)
_HEAD = lazy_pattern(
    r"\bTrue or false,? for \w[\w ().]*:|^\s*\w[\w ().]*?:(?=\s)|对还是错（[^）]*）", re.I
)


@dataclass(frozen=True, slots=True)
class Asked:
    """`form` pick, judge or sort; `direction` HI, LO, NEAR or "" (not known) of a pick.

    `claim` is what a statement to judge says; `down`: sorted from the high end.
    """

    form: str
    numbers: Numbers
    direction: str = ""
    claim: Claim | None = None
    down: bool = False


def asked_of(problem: Problem) -> Asked:
    """What a problem asks: from its metadata if given there, else from its words."""
    meta: Mapping[str, Any] = problem.meta
    form = str(meta.get("form", "pick"))
    numbers = Numbers(_written(problem, form), str(meta.get("reading", "value")))
    question = plain(problem.question)
    if form == "sort":
        return Asked(form, numbers, down=_DOWN.search(question) is not None)
    if form == "judge":
        return Asked(form, numbers, claim=question_claim(_HEAD.sub(" ", question), numbers))
    ask = {"larger": "HI", "smaller": "LO", "closer": "NEAR"}.get(str(meta.get("ask")))
    if ask is None:
        kinds = [t.kind for t in numbers.tokens(question)]
        ask = next((k for k in kinds if k in ("NEAR", "HI", "LO", "FAR")), "")
    return Asked(form, numbers, ask)


def _written(problem: Problem, form: str) -> list[str]:
    known = problem.meta.get("numbers")
    if isinstance(known, (list, tuple)) and all(isinstance(n, str) for n in known):
        return list(known)
    found = NUMBER.findall(_TARGET.sub(" ", plain(problem.question)))
    answers = f"{problem.gold or ''}\n{problem.lure or ''}" if form != "judge" else ""
    if form == "sort" or len(found) < 2:
        found = found or NUMBER.findall(plain(answers))
    return list(dict.fromkeys(found))
