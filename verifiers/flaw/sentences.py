"""Which side each sentence of a response takes: a flaw is declared, or a value stated."""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.verifiers.flaw.words import (
    ASSUMING,
    CONCLUDING,
    CONDITIONAL,
    DISMISSED,
    EXAMPLE,
    GLANCE,
    IN_UNKNOWN,
    MISMATCH,
    REASON,
    STRONG,
    SUPPOSED,
    TURN,
    UNIT_LETTER,
    VALUE,
    WEAK,
)
from harness.verifiers.patterns import lazy_pattern

_SENTENCE = lazy_pattern(
    r"(?<=[.!?。！？])(?:\*\*|\"|”)?(?:\s+|(?=[^\s\d.,)}\]]))|\n+|(?<=[。！？；])|(?<=;)\s"
)
_RESULT = lazy_pattern(
    r"(?:[=≈]|\b(?:is|are|must|needs?|has|have|buys?|only|equals?|gives?|gets?|leav(?:es?|ing)|remains?|keep|then)\b|得|是|为|等于|共|答|只能|即)"
    r"\W{0,6}(?:\w+ ){0,3}[$\\(-]*\d",
    re.I,
)
"""What follows a case that is ruled out: "x cannot be negative, so x = 4"."""
_ASIDE = lazy_pattern(r"\([^()]*[a-z]{2} [^()]*\)(?=\W*\w)", re.I)
"""Words in parentheses, within a sentence: not its conclusion."""
_ITEM = lazy_pattern(r"\(?\d{1,2}[.)]|[-•–]")
"""The number of a list's item or of a step, which says nothing."""
_BARE_VALUE = lazy_pattern(r"(?:so\W+)?[$¥€£]?\s*[-−]?\d[\d.,/]*\s*(?:%|[^\W\d]+)?\W*", re.I)
_VERB = lazy_pattern(
    r"[=≈≤≥<>:：]|\\(?:approx|leq?|geq?)\b|\b(?:is|are|was|were|has|have|had|be|equals?|needs?|costs?"
    r"|takes?|makes?|gets?|earns?|spen[dt]s?|gives?|leaves?|pays?)\b|[是为有共剩需]"
)
"""What the value of a sentence stands behind."""
MOST_READ = 600
"""Characters of a sentence, or of a marked answer, that are read."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence's side: 1 declares a flaw, -1 states a value, 0 neither; `strong`: how surely."""

    text: str
    side: int
    strong: bool

    @property
    def settles(self) -> bool:
        """Whether it states a value, and not as an example."""
        return self.side < 0 and not EXAMPLE.search(self.text)

    @property
    def concludes(self) -> bool:
        """Whether it concludes with a value, on no condition."""
        conditional = re.search(r"\b(?:if|would|could)\b|如果", self.text, re.I)
        return bool(CONCLUDING.search(self.text) and not conditional and self.side < 0)


def read_sentences(text: str, most: int = 60) -> list[Sentence]:
    """What the last sentences say, and the first two: a verdict may precede its reasons."""
    parts = [s[-MOST_READ:] for part in _SENTENCE.split(text) if (s := part.strip(" \t*_#>-\\$[]"))]
    parts = [part for part in parts[:-1] if not _ITEM.fullmatch(part)] + parts[-1:]
    return [read_sentence(part) for part in (*parts[:-most][:2], *parts[-most:])]


def read_sentence(text: str) -> Sentence:
    """Which side a sentence takes, decided by what comes last in it."""
    kept = _ASIDE.sub(_blank, DISMISSED.sub(_blank, text))
    strong = max(_last_end(STRONG, kept), _last_end(MISMATCH, text))
    weak = _last_end(WEAK, kept)
    end = max(strong, weak)
    if SUPPOSED.search(text) and end < 0 and VALUE.search(kept):
        return Sentence(text, -1, strong=False)
    if CONDITIONAL.search(text) and not CONCLUDING.search(text):
        return Sentence(text, 0, strong >= 0)
    rest = kept[max(end, 0) :]
    if end >= 0 and GLANCE.search(text) and (TURN.search(rest) or not TURN.search(text)):
        return Sentence(text, 0, False)  # a first impression, taken back
    if end >= 0:
        plain = REASON.sub("", rest)
        follows = VALUE.search(plain) and (
            CONCLUDING.search(" " + plain)
            or ASSUMING.search(plain)
            or re.search(r"\b(?:but|still|anyway|however|nevertheless)\b|但|不过", plain)
            or (weak > strong and re.search(r"[,，;；:]", plain) and _RESULT.search(plain))
        )
        if follows and not re.search(r"(?:舍去|reject)", plain):
            return Sentence(text, -1, strong >= 0)
        if _discards(text):
            return Sentence(text, 0, False)
        return Sentence(text, 1, strong >= 0)
    states = (
        VALUE.search(kept)
        or _BARE_VALUE.fullmatch(text)
        or (CONCLUDING.match(text) and re.search(r"\d", kept))  # "Therefore, 18 students sing"
    )
    return Sentence(text, -1 if states else 0, False)


def _blank(match: re.Match[str]) -> str:
    return "·" * len(match[0])


def _discards(text: str) -> bool:
    return bool(
        re.search(
            r"\b(?:reject|discard|exclud|disregard|throw|rule[sd]? out|drop)\w*|舍去|排除|不合题意",
            text,
            re.I,
        )
    )


def _last_end(pattern: re.Pattern[str], text: str) -> int:
    end = -1
    for match in pattern.finditer(text):
        end = match.end()
    return end


def keeps_unknown(text: str) -> bool:
    """Whether the value that a sentence states has an unknown in it."""
    parts = [part for part in _VERB.split(text) if re.search(r"\w", part)]
    return bool(parts and IN_UNKNOWN.search(UNIT_LETTER.sub(" ", parts[-1])))
