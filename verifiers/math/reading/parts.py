r"""Answers in parts, `(1) 3; (2) 5`, and answers by cases told in words, `1 if n is odd, 2 if n is
even`: each brought to a notation that the parser knows.
"""

from __future__ import annotations

import re

from harness.verifiers.math.reading.wording import words_only
from harness.verifiers.patterns import lazy_pattern

MAX_LENGTH = 400  # characters
_ROWS = (
    tuple(f"({n})" for n in range(1, 7)),
    tuple(f"({c})" for c in "abcdef"),
    ("(i)", "(ii)", "(iii)", "(iv)", "(v)", "(vi)"),
    ("(I)", "(II)", "(III)", "(IV)", "(V)", "(VI)"),
    tuple(f"{n})" for n in range(1, 7)),
    tuple(f"{c})" for c in "abcdef"),
    tuple("①②③④⑤⑥"),
)
_PREFIX = lazy_pattern(r"^\s*(?:part|question|problem)\s+(?=\(?[1-6a-f])", re.I)
_FACTOR = lazy_pattern(r"[-+*/=^(×·⋅]\s*$")  # a bracket behind it is a factor and no heading
_BREAK = lazy_pattern(
    r"[;,.]?\s*(?:\\quad|\\qquad|\\\\|\n)*\s*(?:\band\b\s*)?(?:part\s+|问)?$", re.I
)
_TELLS = lazy_pattern(r"(?<![A-Za-z])(?:if|when|for|otherwise|else|in all other)(?![A-Za-z])", re.I)
_PERMUTED = lazy_pattern(
    r"(?P<base>.*?[)\]}])(?:\s|,|;|\\text\s*\{|\$)*"
    r"(?:(?:and|or|with|plus|up to|as well as)(?:\s|\})+)?(?:\\text\s*\{)?\s*"
    r"(?:(?:all|its|any|their|the|other|of|every)\s+)*(?P<cyclic>cyclic\s+)?permutations?"
    r"(?:\s+(?:thereof|of (?:it|them|these|this|the)(?:\s+(?:values|numbers|three|triples?))?))?"
    r"\s*\}?\W*"
    r"|(?:(?:all|any|the|every)\s+)*(?:\\text\s*\{)?(?:(?:all|any|the)\s+)*"
    r"(?P<first>cyclic\s+)?permutations?\s+of\s*\}?\s*(?P<of>[($].*[)$])\W*",
    re.I | re.S,
)
_FIXED = lazy_pattern(  # "(2, 2, 2) and the permutations of (2, 2, 3)"
    r"(?P<fixed>\((-?\w+)(?:\s*,\s*\2)+\))(?:\s|,|\}|\\text\s*\{|(?:and|or|all|the|any)\b)+"
    r"(?P<cyclic>cyclic\s+)?permutations?\s+of\s*\}?\s*(?P<of>\(.*\))\W*", re.S
)  # fmt: skip
_THROUGHOUT = lazy_pattern(r"\s*(?:all|any|every|each)\b", re.I)
_NAME = lazy_pattern(r"(?:the\s+)?[A-Z][a-z]*")
_AMOUNT = lazy_pattern(r"\s*\$?\s*[\d.]+\s*")
_FIRST_TERM = lazy_pattern(  # a_1 = 1, a_n = 2n - 3 for n >= 2
    r"\W*([a-zA-Z])_\{?([01])\}?\s*=\s*([^=]{1,40}?)\s*(?:[,;\s$]|\band\b|\\text\s*\{\s*and\s*\}|\\quad)+"
    r"\1_\{?n\}?\s*=\s*([^=]{1,80}?)[\s,;$(]*(?:(?:\\text\s*\{\s*)?(?:for|when|if|where)[\s}$]*)?[\s$(]*"
    r"n\s*(?:\\geq?(?:slant)?(?![a-z])|≥|>=)\s*([12])[\s)$}.]*"
)
_CASE = lazy_pattern(
    r"(?P<value>.{1,60}?)\s*,?\s*(?<![A-Za-z\\])(?:(?:if|when|for)(?![A-Za-z])\s*(?P<when>.{1,60}?)"
    r"|(?P<else>otherwise|else|in all other cases))\s*(?:$|[;,.](?:\s*and)?\s+|\s+and\s+"
    r"|\s+or\s+(?=[a-zA-Z]\s?\([a-z]\)\s*=))",
    re.I,
)


def parts(text: str) -> list[str] | None:
    """The parts of an answer that are numbered from the first; None for other answers."""
    text = _PREFIX.sub("", text.strip().strip("$").strip())
    for row in _ROWS:
        if not text.startswith(row[0]) or len(text) > MAX_LENGTH:
            continue
        found, rest = [], text.removeprefix(row[0])
        for label in row[1:]:
            before, sign, behind = rest.partition(label)
            if not sign or _FACTOR.search(before) or before.count("{") != before.count("}"):
                break
            found.append(_BREAK.sub("", before))
            rest = behind
        told = [p.strip(" :;,.$\n") for p in (*found, rest)]
        return told if len(told) > 1 and all(told) else None
    return None


def outside_brackets(marks: re.Pattern[str], text: str) -> list[str]:
    """What the marks that stand outside all brackets part a text into; `marks` finds the brackets
    as well."""
    pieces, depth, start = [], 0, 0
    for match in marks.finditer(text):
        sign = match.group()
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif depth == 0:
            pieces.append(text[start : match.start()])
            start = match.end()
    return [*pieces, text[start:]]


def permuted(text: str) -> tuple[str, bool] | None:
    """(the tuples, whether only cyclically) of `(1, 2, 3) and its permutations`."""
    if len(text) > MAX_LENGTH or "ermutation" not in text:
        return None
    if (fixed := _FIXED.fullmatch(text.strip())) is not None:
        return f"{fixed['fixed']}, {fixed['of']}", bool(fixed["cyclic"])
    match = _PERMUTED.fullmatch(text.strip())
    if match is None:
        return None
    return match["base"] or match["of"], bool(match["cyclic"] or match["first"])


def by_cases(text: str) -> str | None:
    r"""`1 if n is odd, 2 if n is even` as a `cases` environment; None for other answers.

    "120 for A, 80 for B" are values with labels; where one condition holds throughout, as in
    "f(x) = 1 for all x, or f(x) = x for all x", they are a list.
    """
    if len(text) > MAX_LENGTH or "\\begin" in text:
        return None
    if (first := _FIRST_TERM.fullmatch(text)) is not None:
        name, low, value, rest, start = first.groups()
        told = rf"{value} & n = {low} \\ {rest} & n \ge {start}"
        return rf"{name}_n = \begin{{cases}} {told} \end{{cases}}"
    if len(_TELLS.findall(text)) < 2:
        return None
    plain = words_only(text)
    rows: list[tuple[str, str | None]] = []
    position = 0
    while position < len(plain.rstrip(" .")):
        match = _CASE.match(plain, position)
        if match is None:
            return None
        when = match["when"]
        if when is not None and len(re.findall(r"[A-Za-z]{3,}", when)) > 4:
            return None
        rows.append((match["value"].strip(" ,"), when))
        position = match.end()
    if len(rows) < 2:
        return None
    conditions = {when for _, when in rows}
    if len(conditions) == 1 and _THROUGHOUT.match(rows[0][1] or ""):
        return ", ".join(value for value, _ in rows)
    if all(_NAME.fullmatch(when or "") and _AMOUNT.fullmatch(value) for value, when in rows):
        return ", ".join(f"{when}: {value.strip(' $')}" for value, when in rows)
    told = r" \\ ".join(f"{value} & {_condition(when)}" for value, when in rows)
    return rf"\begin{{cases}} {told} \end{{cases}}"


def _condition(when: str | None) -> str:
    if when is None:
        return "\\text{otherwise}"
    return when if re.search(r"[=<>≤≥≠]|\\[lg]e|\\equiv|\\ne", when) else f"\\text{{{when}}}"
