# ruff: noqa: E501 - a pattern is read whole or not at all
"""Whether a text calls a statement true or false.

A word of truth with the negations before it ("not false", 没有错) is one judgement. The last one
that is said of the statement, or stands alone, decides; one inside other prose ("a wrong idea")
only if there is no such one.
"""

from __future__ import annotations

import re

from harness.tasks.decimals._relations import sentences
from harness.verifiers.patterns import lazy_pattern

_ECHO = lazy_pattern(
    r"\btrue (?:or|/) false\b|\btrue/false\b|对还是错|对错|是否(?:正确|成立|属实)?|真假|\bwhether (?:\w+ ){0,4}(?:true|correct|right|false)\b"
    r"|对比|相对|对于|绝对|对齐|对应|比对|面对|针对|对照|对[^,。错]{0,8}进行|认真|真正|\bright (?:digit|side|hand|most|of|away|after|triangle)\b|\brightmost\b"
    r"|\bcorrect (?:order|digit|way|comparison|answer)\b|\bno (?:difference|need|matter|digits?|number|further|more|other|one)\b|错位|\bto be true\b",
    re.I,
)
_WORD = lazy_pattern(
    r"(?P<true>\b(?:true|correct|right|yes|valid|accurate|holds?(?: true)?|agree|yep|yeah|the case)\b|(?<=not )so\b|(?<=n't )so\b|没错|不错|无误|正确|属实|成立|对(?!不)|是的|真|√|✓|✔|✅|☑|\\checkmark)"
    r"|(?P<false>\b(?:false|incorrect|wrong|untrue|invalid|inaccurate|disagree|nope|fails?)\b|^\W*no\b(?=\W|$)|并非如此|不是的|错误?|有误|问题|假|否|✗|✘|❌|☒|✖|❎|^\W*(?:×|\\times)\W*$)",
    re.I,
)
_NOT = lazy_pattern(
    r"\b(?:not|cannot|nothing|neither|nor)\b|n['’]t\b|\bnever\b|\bhardly\b|\bfar from\b|不是|并不|并非|不|没有|没|未|无(?!误)",
    re.I,
)
_CLAUSE = lazy_pattern(
    r",|:|\b(?:but|because|since|(?<!not )(?<!n't )so|therefore|thus|hence|and|as|while)\b|但(?:是)?|因为|所以|因此|由于|而(?!且)",
    re.I,
)
_ABOUT = lazy_pattern(
    r"\b(?:statement|claim|assertion|sentence|answer|it|it's|this|that|that's|comparison|proposition|i)\b|这句话|说法|陈述|命题|答案|判断|这(?:是|个)?|该|结论|它",
    re.I,
)
_HEDGED = lazy_pattern(
    r"\b(?:might|may|could|seems?|looks?|appears?|glance|if|whether|people|think)\b(?! it['’]?s (?:true|false)$)|以为|看起来|似乎|如果|乍一看|看似",
    re.I,
)
_LONE = lazy_pattern(r"^\W*(?:T|Y)\W*$|^\W*是\W*$"), lazy_pattern(r"^\W*(?:F|N)\W*$|^\W*[xX]\W*$")
_FIRM, _LOOSE, _WEAK = 0, 1, 2


def truth(text: str) -> bool | None:
    """True, false, or None where neither is said."""
    best: tuple[int, bool] | None = None
    for sentence in reversed(sentences(text)):
        found = _judgements(_ECHO.sub(" ", sentence))
        if not found:
            continue
        rank = min(r for r, _ in found)
        if best is None or rank < best[0]:
            best = rank, next(value for r, value in reversed(found) if r == rank)
        if best[0] == _FIRM:
            break
    return None if best is None else best[1]


def _judgements(sentence: str) -> list[tuple[int, bool]]:
    out = []
    parts = [p for p in _CLAUSE.split(sentence) if p and p.strip()]
    for part in parts:
        for value, lone in zip((True, False), _LONE, strict=True):
            if lone.match(part):
                out.append((_FIRM, value))
        last = None
        for match in _WORD.finditer(part):
            last = match
        if last is None:
            continue
        value = last.lastgroup == "true"
        if len(_NOT.findall(part[: last.start()])) % 2:
            value = not value
        out.append((_rank(part, last), value))
    return out


def _rank(part: str, found: re.Match[str]) -> int:
    if _HEDGED.search(part):
        return _WEAK
    if re.match(r" to \w", part[found.end() :]):
        return _LOOSE  # "it would be wrong to compare"
    rest = part[: found.start()] + part[found.end() :]
    words = re.findall(r"[A-Za-z']+|[\u4e00-\u9fff]", rest)
    return _FIRM if _ABOUT.search(rest) or len(words) <= 3 else _LOOSE
