"""Where the numbers and formulas of a sentence stand."""

from __future__ import annotations

import re

from harness.verifiers.math.reading.units import read_unit
from harness.verifiers.patterns import lazy_pattern

FORMULA = lazy_pattern(  # none spans the opening of another: time stays linear
    r"\$\$(.+?)\$\$|\\\[((?:[^\\]|\\[^\[])+?)\\\]|\\\(((?:[^\\]|\\[^(])+?)\\\)|(?<!\\)\$((?:[^$\\\n]|\\.){1,2000}?)\$",
    re.S,
)
NUMBER = lazy_pattern(
    r"(?<![\w.:])\d{1,2}:\d{2}(?:\s?[ap]\.?\s?m\b\.?)?(?![\d:])"
    r"|(?<![A-Za-zÀ-ɏ0-9_.^])(?<![\^_]\{)[-+]?\s?(?:\\?[$€£¥]\s?)?(?:"
    r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\d,.])(?=\s?(?:€|EUR\b|euros?\b))"
    r"|\d{1,3}(?:\.\d{3})+,\d+|\d+\s\d+/\d+(?![\d/])"
    r"|(?:\d+\s?)?√\s?(?:\d+|\([^()]{1,20}\))(?:\s?/\s?\d+)?"
    r"|\d+(?:,\d+)*(?:\.\d+)?(?:[eE][-+]?\d+|\^\{?-?\d+\}?)?(?:\s?π)?(?:\s?/\s?\d+)?)"
    r"(?!:\d)(?:\s?%|\s?\\%|\s?€|\s(?:thousand|million|billion|trillion)\b)?"
    r"|(?<![\w.])[-+]?(?:\\?[$€£¥])?\.\d+%?",
    re.I,
)
_OPERATOR = lazy_pattern(
    r"\s*!?\s*(?:[-+*/×÷^·]|\\times|\\cdot|x(?=\s)|(?<=\s)(?:minus|plus)(?=\s))\s*\(?\s*"
)
_RANGE = lazy_pattern(r"\s?(?:to|bis|à|至|到|–|—)\s?")
_FROM = lazy_pattern(
    r"(?:\bfrom\b[^,;]*|\b(?:next|close|equal|add\w*|going|gone|went)|从[^，]*)\s*$", re.I
)
NO_UNITS = frozenset({"in", "a", "as", "at", "dozen", "dozens", "me", "ms"})
_PLACE = r"\s*-?(?:\d+(?:\.\d+)?(?:/\d+)?|\d*√\d+|∞|infinity|inf)\s*"
_POINT = lazy_pattern(
    r"(?:\b(?:points?|pairs?|triples?|coordinates|coordinate|intervals?|is|are|be|vertex|center|centre|at|vector"
    r"|to|domain|range|by|on)|[:=,])\s+"
    rf"(?P<told>[(\[](?!\d{{1,3}}(?:,\d{{3}})+\)){_PLACE}(?:,{_PLACE})+[)\]])"
)
_BOUND = lazy_pattern(
    r"(?<![\w\\$^*/+-])(?<![-+*/^=<>≤≥] )"
    r"(?P<told>[a-z]\s?(?:[<>]=?|[≤≥])\s?-?\d+(?:\.\d+)?(?:/\d+)?)"
    r"(?![\w^%]|\s?[-+*/^<>≤≥=])"
)
_SMALLER = lazy_pattern(
    r"\s+([A-Za-z]+),?\s+(?:and\s+)?(\d[\d.]*|no|zero)\s+([A-Za-z]+)(?![A-Za-z])", re.I
)


def spans(sentence: str) -> list[tuple[int, int, str]]:
    """(start, end, text) of formulas and numbers; a sum or product written out is one."""
    pieces = [(m.start(), m.end(), m.group()) for m in FORMULA.finditer(sentence)]
    pieces = sorted([*pieces, *_plain(sentence, pieces)])
    place, numbers = 0, []
    for start, end, _ in [*pieces, (len(sentence), len(sentence), "")]:
        numbers += [
            (m.start() + len(m.group()) - len(m.group().lstrip()), m.end(), m.group().strip())
            for m in NUMBER.finditer(sentence, place, start)
        ]
        place = end
    merged: list[tuple[int, int, str]] = []
    for start, end, text in sorted(pieces + numbers):
        between = sentence[merged[-1][1] : start] if merged else ""
        signed = text[0] in "+-" and not between.strip() and bool(between)
        lead = sentence[: merged[-1][0]] if merged else ""
        ranged = (
            (_RANGE.fullmatch(between) and not _FROM.search(lead))
            or (between.strip() == "and" and lead.rstrip().endswith("between"))
        )  # fmt: skip
        if merged and (signed or ranged or _OPERATOR.fullmatch(between)):
            first = merged.pop()
            if sentence[end : end + 1] == "!" and "!" in between:
                end += 1  # 2 × 5! × 5!
            merged.append((first[0], end, sentence[first[0] : end]))
        else:
            merged.append((start, end, text))
    found: list[tuple[int, int, str]] = []
    for piece in merged:
        if not found or piece[0] >= found[-1][1]:
            found.append(_compound(sentence, *piece))
    return found


def _plain(sentence: str, formulas: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The points, intervals and bounds that a sentence writes without marks: (3, -1), x > 2."""
    told = (*_POINT.finditer(sentence), *_BOUND.finditer(sentence))
    return [
        (m.start("told"), m.end("told"), m["told"])
        for m in told
        if not any(s < m.end() and m.start() < e for s, e, _ in formulas)
    ]


def _compound(sentence: str, start: int, end: int, text: str) -> tuple[int, int, str]:
    """`2 hours and 30 minutes`, `21 dollars and no cents`: with the smaller part."""
    more = _SMALLER.match(sentence, end)
    big, small = (read_unit(more[1]), read_unit(more[3])) if more else (None, None)
    names = {more[1].lower(), more[3].lower()} if more else set()
    if more and big and small and big.dimension == small.dimension and not names & NO_UNITS:
        if more[2].lower() in ("no", "zero", "0"):
            return start, more.end(), f"{text} {more[1]}"
        return start, more.end(), f"{text} {more[1]} {more[2]} {more[3]}"
    return start, end, text
