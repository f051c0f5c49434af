r"""Conditions behind an answer: "for n ≥ 2", "where c is a constant", "for all x ∈ ℤ".

They say what the letters of an answer range over, not what the answer is, and are cut. A declared
integer stays as `, k \in \mathbb{Z}`, since a letter that runs through the integers may have any
name. Answers by cases ("x if x > 0, -x if x < 0") and conditions inside braces are no such tail.
"""

from __future__ import annotations

import re

from harness.verifiers.math.reading.parts import by_cases
from harness.verifiers.patterns import lazy_pattern

_HEAD = lazy_pattern(
    r"(?:[\s,;(~]|\\[,;: ]|\\quad|\\qquad|\\(?:text\w*|mathrm|mbox)\s*\{\s*|\\left\s*\()*"
    r"(?<![A-Za-z\\])(for|where|when|whenever|with|if|provided|given|such that|as long as|on|over"
    r"|in which|at|и|где|pour|donde|für|wobei|其中)(?![A-Za-z])",
    re.I,
)
_WORDS = lazy_pattern(  # a quick look whether one of them is there at all
    r"(?<![A-Za-z\\])(?:for|wh|with|if|provided|given|such|as|on|over|in|at|и|где|pour|donde|für"
    r"|wobei)|其中", re.I
)  # fmt: skip
_BRACKETED = lazy_pattern(
    r"(?:(?<=[\w}])(?:\s|\\[,;: ]|\\q?quad)+|(?<=[\d}\])])\s*)\$?\s*[(（]\s*"
    r"((?:-?[\d./]{1,8}\s*(?:[<≤]"
    r"|\\leq?(?![a-z])|\\leqslant(?![a-z])|\\lt(?![a-z]))\s*)?[a-zA-Z](?:\s*,\s*[a-zA-Z])*\s*(?:[<>≤≥≠∈]"
    r"|\\(?:geq?|geqslant|leq?|leqslant|neq?|in|lt|gt)(?![a-z]))[^()]{1,60})[)）]\s*\$?\s*\.?$"
)
_MEMBERSHIP = lazy_pattern(
    r"(?:\s*(?:[,;]|\\quad|\\qquad|\\[,;: ]|(?=[(（])))+\s*[(（]?\s*(?:\\forall\s*)?"
    r"([a-zA-Z](?:_\{?\d\}?)?(?:\s*,\s*[a-zA-Z](?:_\{?\d\}?)?)*\s*(?:\\in(?![a-z])|∈)\s*"
    r"(?:\\(?:mathbb|mathbf|mathrm|bf)\s*\{?\s*[RQCNZ]\s*\}?|[RQCNZℝℚℂℕℤ])"
    r"(?:[_^]\s*(?:\{[^{}]{1,6}\}|[*+\d]))?)\s*[)）]?\s*$"
)
_ANY = lazy_pattern(  # , k any real number
    r",\s*(?:\\text\s*\{\s*)?\$?[a-zA-Z]\$?\s+(?:is\s+)?(?:an?\s+)?(?:any|arbitrary)(?:\s+(?:real|constant"
    r"|complex|number|constants?|real number))*\s*\}?\W*$"
)
_TEXT = lazy_pattern(r"\\(?:text\w*|mathrm|mbox)\s*\{([^{}]*)\}")
_RELATION = lazy_pattern(
    r"[<>≤≥≠=∈]|\\(?:in|ge|geq|geqslant|le|leq|leqslant|ne|neq|lt|gt|mathbb|forall|ldots|dots)"
    r"(?![a-z])|[ℕℤℝℚℂ]"
)
_RANGES = lazy_pattern(
    r"\b(?:any|all|every|each|some|an?|arbitrary|constants?|positive|negative|non-?negative"
    r"|non-?zero|nonzero|fixed|real|reals|integers?|natural|rational|complex|whole|odd|even|numbers?"
    r"|is|are|be|runs|ranges|parameters?)\b|[\u4e00-\u9fff]",
    re.I,
)
_INTEGERS = lazy_pattern(
    r"\bintegers?\b|\bwhole numbers?\b|\\in\s*\\?(?:mathbb|mathbf|bf)?\s*\{?\s*[ZN]\b"
    r"|∈\s*[ℤℕZN]|整数",
    re.I,
)
_NATURALS = lazy_pattern(
    r"ℕ|(?:mathbb|mathbf|bf|∈|\\in)\s*\{?\s*N\b|N[\^_*+]|positive|natural|non-?negative|正整数",
    re.I,
)
_LETTER = lazy_pattern(r"(?<![A-Za-z\\])([a-zA-Z])(?![A-Za-z])")
_PIECES = lazy_pattern(r"\b(?:if|when|otherwise)\b|\\(?:if|begin)", re.I)
_QUANTIFIED = lazy_pattern(
    r"\W*(?:\\text\w*\s*\{\s*)?(?:there (?:is|are|exists?)|for (?:all|any|every|each|some)"
    r"|exists?\b|if\b|\\exists|\\forall|[∃∀])", re.I
)  # fmt: skip
_LETTERS = frozenset("aA")  # "a" is an article
_SMALL = frozenset(
    {"and", "or", "of", "the", "in", "to", "which", "that", "not", "both", "where", "values",
     "value", "set", "over", "sin", "cos", "from", "through"}
)  # fmt: skip


def without_condition(text: str) -> str:
    """`text` without the condition on its letters, if it has one."""
    if len(text) > 400 or "\\begin" in text or (" " not in text and "{" not in text):
        return text
    if by_cases(text) is not None or _QUANTIFIED.match(text):
        return text
    if told := _BRACKETED.search(text):
        return text[: told.start()] + _declared(told[1])
    for match in _HEAD.finditer(text) if _WORDS.search(text) else ():
        before, behind = text[: match.start()].rstrip(" ,;~"), text[match.end() :]
        if (
            not before
            or before.endswith((" and", " or"))
            or not re.search(r"[\d=\\+*/^_]|^\W*[a-z]\W*$|\(.*,.*\)", before)
        ):
            continue
        if not _balanced(before) or len(_PIECES.findall(text)) > 1:
            continue
        if _is_condition(behind):
            return before + _declared(behind)
    if told := _ANY.search(text) if "," in text else None:
        before = text[: told.start()]
        if _balanced(before) and re.search(r"[\d=\\+*/^_]", before):
            return before
    told = _MEMBERSHIP.search(text) if "\\in" in text or "∈" in text else None
    if (
        told
        and _balanced(before := text[: told.start()])
        and re.search(r"[\d=\\+*/^_]|\(.*,.*\)", before)
    ):
        return before.rstrip(" ,;") + _declared(told[1])
    return text


def _balanced(before: str) -> bool:
    """Whether every bracket before a condition is closed; half-open intervals count as closed."""
    if before.count("{") != before.count("}"):
        return False
    opened = before.count("(") + before.count("[")
    return opened == before.count(")") + before.count("]") or "]" in before[:1]


def _is_condition(behind: str) -> bool:
    """Letters with a relation, or words that tell what letters are."""
    plain = _TEXT.sub(r" \1 ", behind).replace("$", " ")
    letters = [x for x in _LETTER.findall(re.sub(r"\\[A-Za-z]+", " ", plain)) if x not in _LETTERS]
    words = re.findall(r"[A-Za-z]{2,}", re.sub(r"\\[A-Za-z]+", " ", plain))
    if not letters and not _RANGES.search(plain):
        return False
    told = [w for w in words if not _RANGES.fullmatch(w) and w.lower() not in _SMALL]
    return (bool(_RELATION.search(plain)) or bool(_RANGES.search(plain))) and len(told) <= 2


def _declared(behind: str) -> str:
    """What is kept of a condition: that its letters are integers."""
    if not _INTEGERS.search(behind):
        return ""
    plain = re.sub(r"\\[A-Za-z]+", " ", _TEXT.sub(r" \1 ", behind))
    letters = dict.fromkeys(x for x in _LETTER.findall(plain) if x not in "aAZNI")
    numbers = "N" if _NATURALS.search(behind) else "Z"
    return "".join(rf", {x} \in \mathbb{{{numbers}}}" for x in letters)
