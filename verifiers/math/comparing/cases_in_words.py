"""Statements in words by their conditions: "Ana wins if n is odd, Ben wins if n is even"."""

from __future__ import annotations

import re

from harness.verifiers.math.comparing.outcome import Outcome
from harness.verifiers.math.reading import wording
from harness.verifiers.patterns import lazy_pattern

_IF = r"(?:if and only if|exactly when|precisely when|whenever|if|when|for)"
_IF_FIRST = lazy_pattern(rf"\W*{_IF}\s+([^,;]+?)\s*,?\s+(?:then\s+)?([^,;]*[a-z]{{3}}[^,;]*)", re.I)
_IF_LAST = lazy_pattern(rf"\W*([^,;]*?[a-z]{{3}}[^,;]*?)\s+{_IF}\s+([^,;]+?)\W*", re.I)
_CASES_APART = lazy_pattern(
    r"[;.]\s*(?:and\s+|while\s+|but\s+)?|,?\s+(?:and|while|but|whereas)\s+|,\s+", re.I
)
_IF_WORD = lazy_pattern(rf"\b{_IF}\b", re.I)
_ORDERED = lazy_pattern(r"[<>=≤≥≠]|\\[lgn]eq?(?![a-z])")
_SMALL = frozenset({
    "the", "a", "an", "is", "are", "has", "have", "winning", "strategy", "player", "wins", "win",
    "can", "always", "all", "number", "numbers", "integer", "integers", "value", "values", "of",
    "will", "game", "who",
})  # fmt: skip


def in_cases(gold: str, answer: str) -> tuple[Outcome, str] | None:
    """ "If n is odd, Ana wins; if n is even, Ben wins": statements in words by their conditions."""
    if len(_IF_WORD.findall(gold[:400])) < 2 or len(_IF_WORD.findall(answer[:400])) < 2:
        return None
    told, said = _by_condition(gold), _by_condition(answer)
    if told is None or said is None or {*told} != {*said}:
        return None
    return Outcome(told == said, "words"), "case by case, by their conditions"


def _by_condition(text: str) -> dict[str, str] | None:
    """What a text in words says under each condition; None where a value is told in signs."""
    plain = wording.words_only(text).strip(" .")
    if len(plain) > 300:
        return None
    pieces = [p for p in _CASES_APART.split(plain) if p.strip()]
    joined: list[str] = []
    for piece in pieces:  # the comma behind "if n is odd" parts no cases
        if joined and not _IF_WORD.search(piece) and _IF_WORD.match(joined[-1].strip()):
            joined[-1] += f", {piece}"
        else:
            joined.append(piece)
    found: dict[str, str] = {}
    for piece in joined:
        first = _IF_FIRST.fullmatch(piece)
        last = None if first else _IF_LAST.fullmatch(piece)
        if first is None and last is None:
            return None
        when, what = first.groups() if first else (last[2], last[1]) if last else ("", "")
        condition, statement = _bag(when), _bag(what)
        if not condition or not statement or condition in found or re.search(r"[\d=]", what):
            return None
        found[condition] = statement
    return found if len(found) > 1 else None


def _bag(text: str) -> str:
    """The telling words of a clause, in one order."""
    found = re.findall(r"[^\W_]+|[<>=≤≥≠+*/^-]|\\[a-z]+", text.casefold())
    told = [w for w in found if w not in _SMALL]
    return " ".join(told if _ORDERED.search(text) else sorted(told))
