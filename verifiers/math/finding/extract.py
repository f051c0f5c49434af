r"""The final answer in free text.

Rules are tried from the surest to the weakest; the first that finds something wins, and of several
finds of one rule the last counts (models correct themselves):

| rule | warning | example |
|---|---|---|
| `boxed` | 0 | `\boxed{7}`; neighbours joined by commas or "and" make a list |
| `marker` | 0 | "The answer is 7", "Answer: 7", "#### 7", "A: 7", in nine languages |
| `correction` | 1 | "5. No wait, it is 7" |
| `bold` | 1 | `**7**` at the end |
| `bare` | 0 | the whole text is short: an answer alone |
| `conclusion` | 2 | "Therefore ... 7" |
| `formula` | 2 | the last formula |
| `number` | 3 | the last number |
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.verifiers.math.finding.phrases import (
    BARE_LIMIT,
    CORRECTION,
    HEADING,
    MARKER,
    NEGLIGIBLE,
    THINK_CLOSE,
    THINK_OPEN,
)
from harness.verifiers.math.reading.boxes import boxed_answer
from harness.verifiers.math.reading.notation import without_aside
from harness.verifiers.math.reading.sentences import denied, spelled_number
from harness.verifiers.math.reading.spoken import in_signs, is_range
from harness.verifiers.math.reading.units import is_unit
from harness.verifiers.math.reading.vocabulary import FUNCTIONS, SHORT_WORDS
from harness.verifiers.math.reading.wording import number_words
from harness.verifiers.patterns import lazy_pattern

MAX_TEXT = 80_000  # characters read from the end of a response: answers stand at the end

MAX_MARKERS = 20  # of the last ones, tried until one has an answer behind it
MAX_SEGMENT = 2_000

_BOLD = lazy_pattern(r"(?:\*\*|__)([^*_\n]{1,200}?)(?:\*\*|__)")
_FORMULA = lazy_pattern(
    r"\$\$(.+?)\$\$|\\\[(.+?)\\\]|\\\((.+?)\\\)|(?<!\\)\$((?:[^$\\\n]|\\.){1,2000}?)\$", re.S
)
_NUMBER = lazy_pattern(
    r"(?<![\w.:])\d{1,2}:\d{2}(?:\s?[ap]\.?\s?m\b\.?)?(?![\d:])|"
    r"(?<![A-Za-zÀ-ɏ0-9_.^])(?<![\^_]\{)[-+]?\s?(?:[$€£¥]\s?)?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?(?:\s?/\s?\d+)?%?(?!:\d)"
    r"|(?<![\w.])[-+]?\.\d+%?",
    re.I,
)
_THAN = lazy_pattern(r"\s*(?:\w+\s+)?(?:(?:more|less|greater|fewer) than|times)\b", re.I)
_WORD = lazy_pattern(r"(?<![A-Za-z\\])[A-Za-zÀ-ÖØ-öø-ɏ]{2,}")
_FOREIGN = lazy_pattern(r"[^\W\d_\u0000-\u03ff\u1d00-\u2bff\U0001d400-\U0001d7ff]")
_MATH = lazy_pattern(r"[\d\\$]")
_LATEX_WORDS = lazy_pattern(
    r"\\(?:text\w*|mathrm|mbox|operatorname|begin|end)\s*\{[^{}]*\}|\\[A-Za-z]+"
)
_BREAK = lazy_pattern(
    r"\\\(|\\\[|\\\)|\\\]|\$|[.?](?=\s|$)|(?<!\d)!(?=\s|$)|[。！？]"
    r"|,?\s+(?:because|since|where|which|but|not|instead of|rather than)\b"
)
_REASON = lazy_pattern(
    r"[\s,;(]{0,5}\b(?:because|since|where|which|but|not|instead of|rather than|as|so)\b", re.I
)
_ASIDE = lazy_pattern(r"(?<=.)\s*\((?=[^()]*[A-Za-z]{3,})[^()\\]*\)\s*$")
_SENTENCE_END = lazy_pattern(r"(?<!\d)[.!?](?=\s|$)|(?<=\d)[.!?](?=\s+\D|\s*$)|[。！？]|\n")


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was taken for the answer, by which rule, and how sure that is (0 sure, 3 a guess)."""

    answer: str
    rule: str
    warning: int = 0


def final_part(text: str) -> str | None:
    """The response without its reasoning blocks; None when it never left its reasoning."""
    closes = list(THINK_CLOSE.finditer(text))
    if closes:
        return text[closes[-1].end() :]
    opened = THINK_OPEN.search(text)
    if opened:
        return None
    return text


def _after_marker(text: str, start: int) -> str:
    """The answer that follows a marker: a formula, a bold piece, or the rest of its sentence."""
    rest = text[start : start + 2000]
    stripped = rest.lstrip(" \t*_:=\n>")
    formula = _FORMULA.match(stripped)
    if formula:
        tail = stripped[formula.end() :]
        line = _REASON.split(_SENTENCE_END.split(tail, maxsplit=1)[0], maxsplit=1)[0]
        return _ASIDE.sub("", (formula.group(0) + line).strip())
    bold = _BOLD.match(stripped)
    if bold:
        return bold.group(1).strip()
    line = stripped.split("\n", 1)[0]
    answer = _cut_sentence(line).strip(" \t*_`")
    return _ASIDE.sub("", answer) if is_prose(answer) or has_words(answer) else answer


def _cut_sentence(line: str) -> str:
    """Up to the end of the first sentence; a point between digits does not end it."""
    depth = 0
    for match in _BREAK.finditer(line):
        token = match.group()
        if token in ("\\(", "\\["):
            depth += 1
        elif token in ("\\)", "\\]"):
            depth = max(0, depth - 1)
        elif token == "$":
            continue
        elif depth == 0 and match.start() > 0:
            return line[: match.start()]
    return line


def _marked(text: str) -> tuple[int, str] | None:
    """The last marker with something behind it: (its position, the answer)."""
    places = {(m.start(), m.end()) for m in MARKER.finditer(text)}
    places |= {(m.start(), m.end()) for m in HEADING.finditer(text)}
    for start, end in sorted(places, reverse=True)[:MAX_MARKERS]:
        answer = _after_marker(text, end)
        if answer and not NEGLIGIBLE.fullmatch(answer):
            return start, answer
    return None


def _corrected(text: str, position: int) -> str | None:
    """What a later "no wait, it is …" puts in place of an answer that stood at `position`."""
    last = None
    for match in CORRECTION.finditer(text, position):
        last = match
    if last is None:
        return None
    tail = text[last.end() : last.end() + 400]
    value = _last_value(tail)
    return value.answer if value else None


def _last_value(text: str) -> Extraction | None:
    """The last formula or, later than it, the last number."""
    formula = number = None
    for found in _FORMULA.finditer(text):
        formula = found
    for found in _NUMBER.finditer(text, formula.end() if formula else 0):
        if not denied(text, found.start()):
            number = found
    if formula and (number is None or len(text) - formula.end() < 40):
        inner = next(g for g in formula.groups() if g is not None)
        return Extraction(inner.strip(), "formula", 2)
    if number:
        return Extraction(number.group().strip(), "number", 3)
    return None


_SHORT = SHORT_WORDS | {"is", "in", "or", "be"}


def is_prose(text: str) -> bool:
    """A sentence around an answer, rather than an answer alone."""
    plain = _LATEX_WORDS.sub(" ", text)
    words = [
        w
        for w in _WORD.findall(plain)
        if w.lower() not in FUNCTIONS and (len(w) > 2 or w.lower() in _SHORT)
    ]
    if text[:1].isdigit():
        words = [w for w in words if not is_unit(w)]
    if is_range(text):
        return False
    foreign = len(_FOREIGN.findall(plain))
    if "\n" in text.strip() and (words or foreign):
        return True
    return ((len(words) >= 3 or foreign >= 6) and bool(_MATH.search(text))) or len(words) > 12


def has_words(text: str) -> bool:
    """Whether words of a language stand beside the mathematics."""
    plain = _LATEX_WORDS.sub(" ", text[:MAX_SEGMENT])
    return bool(_FOREIGN.search(plain)) or any(
        len(w) > 2 and w.lower() not in FUNCTIONS for w in _WORD.findall(plain)
    )


_IS = lazy_pattern(
    r"\s(?:is|are|equals|was|be|est|sind?|ist|es|son|is:)\s|[:：]\s|(?:是|为|は)|(?<=[\w)}])\s*=\s*"
)


_SUBJECT = lazy_pattern(
    r"(?:^|[;:]\s|\b(?:so|thus|hence|therefore|that|then|conclude)\b,?\s+)(?:both\s+)?"
    r"([^;:\n]{1,200}?),?\s+(?:is|are)\s+(?:the|our|all|its|indeed)\s+(?:[a-z]+\s+){0,2}"
    r"(?:answers?|solutions?|roots?|zeros|results?|ones|values?)\b",
    re.I,
)
_NOTE = lazy_pattern(r"(?<=[\d$)*])\s*\((?=[^()]*[A-Za-z]{4})[^()]*\)\s*\.?\s*$")
_JOINERS = lazy_pattern(r"\b(?:and|or|und|et)\b", re.I)


def _tail(sentence: str) -> str | None:
    """What follows the last "is" or "=" of a sentence, if that is an answer alone."""
    tail = _IS.split(sentence[-MAX_SEGMENT:])[-1].strip(" .")
    if len(tail) >= len(sentence.strip(" .")) or not tail or is_prose(tail):
        return None
    if re.fullmatch(r"[A-Z]", tail) or number_words(tail) is not None:
        return tail
    plain = [w for w in _WORD.findall(_LATEX_WORDS.sub(" ", tail)) if len(w) > 2]
    return tail if re.match(r"[-+$€£(\[{\\\d.√]", tail) and len(plain) < 3 else None


def narrow(segment: str) -> Extraction | None:
    """The formula or number inside a segment that is a sentence: after its last "is" or "=",
    else its last formula, else its first number."""
    segment = segment[:MAX_SEGMENT]
    tail = _tail(segment)
    if tail and not denied(segment, segment.rfind(tail)):
        return Extraction(tail, "formula", 1)
    formula = None
    for found in _FORMULA.finditer(segment):
        formula = found
    if formula:
        inner = next(g for g in formula.groups() if g is not None)
        return Extraction(inner.strip(), "formula", 2)
    numbers = [n for n in _NUMBER.finditer(segment) if not denied(segment, n.start())]
    if numbers:
        number = numbers[0]
        if _THAN.match(segment, number.end()):  # "3 more than 10, that is 13"
            number = numbers[-1]
        return Extraction(number.group().strip(), "number", 2)
    spelled = spelled_number(segment)
    return Extraction(spelled, "number", 2) if spelled else None


def extract(text: str) -> Extraction | None:
    """The final answer of `text` (cleaned, without its reasoning blocks), or None."""
    text = text[-MAX_TEXT:].strip()
    if "root of" in text:
        text = in_signs(text)
    if not text:
        return None
    boxed = boxed_answer(text)
    if boxed is not None and boxed.strip():
        return Extraction(boxed, "boxed", 0)
    marked = _marked(text)
    if marked:
        position, answer = marked
        corrected = _corrected(text, position)
        if corrected:
            return Extraction(corrected, "correction", 1)
        return Extraction(answer, "marker", 0)
    corrected = _corrected(text, 0)
    if corrected:
        return Extraction(corrected, "correction", 1)
    if len(text) <= BARE_LIMIT and not is_prose(without_aside(text)):
        return Extraction(text, "bare", 0)
    last_line = _NOTE.sub("", text.rsplit("\n", 1)[-1].strip())
    bold = None
    for found in _BOLD.finditer(last_line):
        bold = found
    if bold and re.search(r"\d|\\", bold.group(1)):
        return Extraction(bold.group(1).strip(), "bold", 1)
    subject = _SUBJECT.search(last_line)
    if (
        subject
        and not has_words(_JOINERS.sub(" ", subject.group(1)))
        and not denied(last_line, subject.start(1))
    ):
        return Extraction(subject.group(1).strip(), "conclusion", 2)
    tail = _tail(last_line)
    if tail and not denied(last_line, last_line.rfind(tail)):
        return Extraction(tail, "conclusion", 2)
    return _last_value(last_line) or _last_value(text)
