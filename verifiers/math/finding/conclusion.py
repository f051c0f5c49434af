"""The sentence that concludes a response without a marked answer."""

from __future__ import annotations

import functools
import re

from harness.verifiers.math.finding.words import ABBREVIATIONS
from harness.verifiers.math.reading.sentences import spelled_number, tells_of_none
from harness.verifiers.patterns import lazy_pattern

MAX_LINES = 12  # of the last ones that are looked through

_END = lazy_pattern(r"[.!?](?=[\s*_]|$)|[。！？]")
_FACTORIAL = lazy_pattern(r"[\dn)]!\s+(?:[-+*/=×·÷(\d]|[a-z])")  # "5! × 5!", "5! ways"
_LONGEST = 20  # characters of an abbreviation
_DISPLAY = lazy_pattern(  # none spans the opening of another: time stays linear
    r"\\\[(?:[^\\]|\\[^\[]){1,2000}?\\\]|\$\$.{1,2000}?\$\$|\\\((?:[^\\]|\\[^(]){1,2000}?\\\)", re.S
)
_CLOSING = lazy_pattern(
    r"^\W*(?:let me know|feel free|i hope|hope (?:this|that)|if you (?:have|need|would|want)|please"
    r"|is there anything|good luck|great job|happy to|would you like|do you (?:have|want)|note\b"
    r"|you're welcome|best of luck|如果|希望|请)",
    re.I,
)
_REMARK = lazy_pattern(
    r"^\W*(?:(?:this|that) (?:makes sense|is because)|note|check|for example"
    r"|e\.g|because(?![^,]*,[^,]*\d)|alternatively|remember|here|to (?:verify|check))\b"
    r"|^\s*\([^()]*\)\W*$",
    re.I,
)
_MEANS = lazy_pattern(r"^\W*(?:this|that) (?:means|shows)\b", re.I)
_MAKES = lazy_pattern(r"^\W*(?:that|this) (?:makes|gives|leaves|is)\b", re.I)
_NUMBERED = lazy_pattern(r"^\s*(?:\*\*)?\d{1,2}[.)]\s+(?=\D)")
_CONCLUDES = lazy_pattern(
    r"^[\W_]*(?:therefore|thus|hence|so|in (?:total|conclusion|summary|all)|finally|consequently"
    r"|as a result|altogether|overall|we (?:conclude|find|get)|it follows"
    r"|\[final solution\]|因此|所以|综上|故|于是|总之)(?![a-z])",
    re.I,
)


def sentences(text: str) -> list[str]:
    """The sentences of a line; a point in a number or after an abbreviation does not end one."""
    found, start = [], 0
    for match in _END.finditer(text):
        before = text[start : match.start()]
        if match.group() == "!" and _FACTORIAL.match(text, match.start() - 1):
            continue
        if match.group() == ".":
            last = re.search(r"[A-Za-z.]+$", before[-_LONGEST:])
            if last and (last[0].lower().strip(".") in ABBREVIATIONS):
                continue
            after = text[match.end() : match.end() + 1]
            if (
                re.search(r"(?:^|\s)\d{1,2}$", before)
                and not before.strip(" *\t#0123456789")
                and after
            ):
                continue  # "3. Then …" numbers a line
        dollars = before.count("$") - before.count("\\$")
        if dollars % 2 or before.count("(") > before.count(")"):
            continue
        found.append(text[start : match.end()])
        start = match.end()
    found.append(text[start:])
    return [s.strip() for s in found if re.search(r"\w", s)]


@functools.lru_cache(maxsize=8)
def conclusion(text: str) -> tuple[str, str]:
    """(the last sentence with a number or formula, the very last sentence).

    A closing courtesy ("Let me know …") and a remark behind the conclusion ("This means …") are
    passed over, as is what numbers a line ("5. Thus …").
    """
    lines = [line for line in one_line(text).split("\n") if re.search(r"\w", line)]
    last = ""
    for line in reversed(lines[-MAX_LINES:]):
        told = [s for s in sentences(_NUMBERED.sub("", line)) if not _CLOSING.match(s)]
        last = last or (_concluding(told) or told or [""])[-1]
        numbered = [s for s in told if re.search(r"[\d\\]", s) or _is_spelled(s)]
        if numbered:
            main = [s for i, s in enumerate(numbered) if not _is_remark(s, numbered[:i])]
            return (main or numbered)[-1], last
    return last, last


def _concluding(told: list[str]) -> list[str]:
    return [s for s in told if _CONCLUDES.match(s)]


def concludes(text: str) -> bool:
    """Whether a sentence of `text` says that it concludes ("Thus, …") and has a number."""
    return any(
        re.search(r"\d", told) is not None and "=" not in told
        for line in one_line(text).split("\n")
        for told in _concluding(sentences(line))
    )


def _is_remark(sentence: str, earlier: list[str]) -> bool:
    """Whether a sentence only comments on one before it."""
    explained = _MEANS.match(sentence) and "=" not in sentence and _concluding(earlier)
    return bool(explained or _REMARK.match(sentence))


def _is_spelled(sentence: str) -> bool:
    """Whether a concluding sentence has its number in words, or says that there is none."""
    told = spelled_number(sentence) is not None or tells_of_none(sentence)
    return bool(_CONCLUDES.match(sentence) or _MAKES.match(sentence)) and told


def one_line(text: str) -> str:
    """`text` with each displayed formula on the line on which it begins."""
    return _DISPLAY.sub(lambda m: " ".join(m.group().split()), text)
