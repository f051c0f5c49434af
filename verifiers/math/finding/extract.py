r"""The final answer in free text.

Rules are tried from the surest to the weakest; the first that finds something wins, and of several
finds of one rule the last counts (models correct themselves):

| rule | warning | example |
|---|---|---|
| `boxed` | 0 | `\boxed{7}`; neighbours joined by commas or "and" make a list |
| `correction` | 1 | "5. No wait, it is 7" |
| `marker` | 0 | "The answer is 7", "Answer: 7", "#### 7", "A: 7", in nine languages |
| `bold` | 1 | `**7**` at the end |
| `bare` | 0 | the whole text is short: an answer alone |
| `conclusion` | 2 | "Therefore ... 7" |
| `formula` | 2 | the last formula |
| `number` | 3 | the last number |
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from harness.verifiers.math.finding.asked import Asked, asked, names, stem
from harness.verifiers.math.finding.bold import BOLD, NOTE, bold_answer
from harness.verifiers.math.finding.conclusion import concludes, conclusion
from harness.verifiers.math.finding.dollars import mark_money, plain_money
from harness.verifiers.math.finding.phrases import (
    ATTAINED,
    BARE_LIMIT,
    CORRECTION,
    ENUMERATION,
    HEADING,
    MARKER,
    NEGLIGIBLE,
    OPENING,
    ORNAMENT,
    RATE,
    SINCE,
    SO,
    THINK_CLOSE,
    THINK_OPEN,
    TOGETHER,
    VALUED,
    WEAK,
)
from harness.verifiers.math.finding.prose import LATEX_WORDS, WORD, has_words, is_prose
from harness.verifiers.math.finding.spans import FORMULA, NUMBER
from harness.verifiers.math.finding.stated import in_digits, is_sentence, stated
from harness.verifiers.math.finding.trimming import (
    PROVED,
    PROVED_ENDS,
    with_halves,
    without_working,
)
from harness.verifiers.math.finding.words import ABBREVIATIONS
from harness.verifiers.math.reading.boxes import boxed_answer
from harness.verifiers.math.reading.notation import without_aside
from harness.verifiers.math.reading.sentences import denied, tells_of_none
from harness.verifiers.math.reading.spoken import in_signs
from harness.verifiers.math.reading.wording import number_words, only_signs
from harness.verifiers.patterns import lazy_pattern

MAX_TEXT = 80_000  # characters read from the end of a response: answers stand at the end
MAX_MARKERS = 20  # of the last ones, tried until one has an answer behind it
MAX_SEGMENT = 2_000

_HASHES = lazy_pattern(r"^(\\?\$)?\s*#{2,}\s*")
_WHICH = lazy_pattern(
    r"[*_]{0,2},?\s+which\s+(?:is|makes|gives|equals|means|totals|comes to|leaves)\s+"
    r"[^.!?\n]*\d[^.!?\n]*"
)
_ABBREVIATED = lazy_pattern(r"(?:^|[\s(*])([A-Za-z.]+)$")
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
    """What was taken for the answer, by which rule, and how sure that is (0 sure, 3 a guess).

    `sentence` is the one in which it was found, where it was found in one, and `why` says why it
    was taken and not another number of it.
    """

    answer: str
    rule: str
    warning: int = 0
    sentence: str = ""
    why: str = ""


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
    stripped = _HASHES.sub(r"\1", rest.lstrip(" \t*_:=\n>"), count=1)
    formula = FORMULA.match(stripped)
    if formula:
        tail = stripped[formula.end() :]
        line = _REASON.split(_SENTENCE_END.split(tail, maxsplit=1)[0], maxsplit=1)[0]
        return _ASIDE.sub("", (formula.group(0) + line).strip())
    bold = BOLD.match(stripped)
    if bold:
        return bold.group(1).strip()
    line = stripped.split("\n", 1)[0]
    answer = _cut_sentence(line).strip(" \t*_`")
    if is_sentence(answer) and (more := _WHICH.match(line, line.find(answer) + len(answer))):
        answer += more.group()  # "…, which makes 96 meals"
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
        elif depth == 0 and match.start() > 0 and not (token == "." and _abbreviated(line, match)):
            return line[: match.start()]
    return line


def _abbreviated(line: str, point: re.Match[str]) -> bool:
    word = _ABBREVIATED.search(line[: point.start()])
    return word is not None and word[1].lower() in ABBREVIATIONS


def _marked(text: str) -> tuple[int, str] | None:
    """The last marker with something behind it: (its position, the answer)."""
    places = {(m.start(), m.end()) for m in MARKER.finditer(text)}
    places |= {(m.start(), m.end()) for m in HEADING.finditer(text)}
    for start, end in sorted(places, reverse=True)[:MAX_MARKERS]:
        if WEAK.search(text[start:end]) and re.search(r"\n\s*\n[^\n]*\d", text[end:]):
            continue  # "the result is 3" in the middle of a solution
        answer = _after_marker(text, end)
        if WEAK.search(text[start:end]) and not re.search(r"[\d\\]", answer):
            continue
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
    for found in FORMULA.finditer(text):
        formula = found
    for found in NUMBER.finditer(text, formula.end() if formula else 0):
        if not denied(text, found.start()):
            number = found
    if formula and (number is None or len(text) - formula.end() < 40):
        inner = next(g for g in formula.groups() if g is not None)
        return Extraction(inner.strip(), "formula", 2)
    if number:
        return Extraction(number.group().strip(), "number", 3)
    return None


_LABELLED = lazy_pattern(
    r"\s*(?:[A-Za-z]+(?:\s\d+)?\s*[:=]\s*[-\d./]+)(?:(?:,|;|,?\s+and)\s*[A-Za-z]+(?:\s\d+)?\s*[:=]"
    r"\s*[-\d./]+)+\s*\.?\s*"
)
_BRACKETED = lazy_pattern(r"(?<=[\w.]) \((?=[^()]*(?:=|[A-Za-z]{3}))[^()]*\)[\s.]*$")
_EMPTY_BOX = lazy_pattern(r"\\(?:boxed|fbox)\s*\{[\s$~\\]*\}")
_CONTENT = lazy_pattern(r"[^\s*_#$.:~]")
_BARE_MARKER = lazy_pattern(
    r"^[\s*_#]*(?:(?:the|my)\s+)?(?:final\s+)?(?:answer|ans|solution|result|答案|最终答案)"
    r"(?:\s+is)?[\s*_:.：]*$", re.I
)  # fmt: skip
_IS = lazy_pattern(
    r"\s(?:is|are|equals|was|be|est|sind?|ist|es|son|is:)\s|[:：]\s|(?:是|为|は)|(?<=[\w)}\"])\s*=\s*"
)


_SUBJECT = lazy_pattern(
    r"(?:^|[;:]\s|\b(?:so|thus|hence|therefore|that|then|conclude)\b,?\s+)(?:both\s+)?"
    r"([^;:\n]{1,200}?),?\s+(?:is|are)\s+(?:the|our|all|its|indeed)\s+(?:[a-z]+\s+){0,2}"
    r"(?:answers?|solutions?|roots?|zeros|results?|ones|values?)\b",
    re.I,
)
_DIMENSION = lazy_pattern(  # "300 cm long"
    r"(?<=[a-z])\s+(?:long|wide|tall|high|deep|thick|away|apart|altogether"
    r"|in (?:length|width|height|total|all))$"
)
_JOINERS = lazy_pattern(r"\b(?:and|or|und|et)\b", re.I)


_PART_OF = lazy_pattern(r"(-?[\d.,]+\s?%|-?\d+\s?/\s?\d+)\s+of\s+[^\d]*[\d.,]+\W*$")
_CHINESE_GOES_ON = lazy_pattern(r"(?<=[\d\u4e00-\u9fff])[,，](?=[\u4e00-\u9fff])")


def _tail(sentence: str) -> str | None:
    """What follows the last "is" or "=" of a sentence, if that is an answer alone."""
    sentence = sentence[-MAX_SEGMENT:]
    masked = FORMULA.sub(lambda m: "·" * len(m.group()), sentence)
    ends = [m.end() for m in _IS.finditer(masked)]
    tail = _CHINESE_GOES_ON.split(sentence[ends[-1] if ends else 0 :], maxsplit=1)[0].strip(" .")
    if len(tail) >= len(sentence.strip(" .")) or not tail or is_prose(tail):
        return None
    if re.fullmatch(r"[A-Z]", tail) or number_words(tail) is not None:
        return tail
    plain = [w for w in WORD.findall(LATEX_WORDS.sub(" ", tail)) if len(w) > 2]
    return tail if re.match(r"[-+$€£(\[{\\\d.√]", tail) and len(plain) < 3 else None


_COUNT_FIRST = lazy_pattern(
    r"(.*\b\d+\s(?:[a-z]+\s)?([a-z]+))\s*[,:(]\s*(?:namely\s+)?\$?\\?\(?[a-z]\s*=", re.I | re.S
)
"""What precedes the solutions in "exactly 1 solution, x = 3"."""
_VALUED_SINCE = lazy_pattern(
    r"(\b(?:is|are)\s+-?[\d./]+(?:(?:,|\s+and|\s+or)\s+-?[\d./]+)*),?\s+(?:since|because)\s.*$",
    re.S,
)
_ASSIGNED = lazy_pattern(
    r"\b(?:are|is|at|when|with|gives|get|have)\s+((?:[a-z](?:_\{?\d\}?)?\s*=\s*[^\s,;=]+)(?:(?:,\s*(?:and\s+)?|\s+(?:and|or)\s+)"
    r"[a-z](?:_\{?\d\}?)?\s*=\s*[^\s,;=]+)+?)\W*$"
)
"""What "the roots are x = 3 and x = -2" states."""


def _is_anothers(sentence: str, tail: str, asked: Asked) -> bool:
    """Whether the clause that ends in a value is about someone other than the one asked for."""
    before = re.split(r"[,，;；。]", sentence[: sentence.rfind(tail)])[-1]
    told = names(f"x {before}") if asked.names else frozenset()
    return bool(told) and told.isdisjoint(asked.names) and len(names(f"x {sentence}") | told) > 1


def narrow(segment: str, question: str = "") -> Extraction | None:
    """The formula or number that a segment states: after its last "is" or "=", else the one that
    is its object."""
    segment = with_halves(segment[:MAX_SEGMENT])
    if asked(question).nouns and (counted := ENUMERATION.search(segment)):
        before = segment[: counted.start()]
        segment = before if re.search(r"\d", before) else segment
    segment = in_digits(segment, asked(question))
    if asked(question).nouns and (told := _COUNT_FIRST.match(segment)):
        segment = told[1] if stem(told[2]) in asked(question).nouns else segment
    main = SINCE.sub("", without_working(_BRACKETED.sub("", segment)))
    main = ATTAINED.sub("", _VALUED_SINCE.sub(r"\1", main))
    if assigned := _ASSIGNED.search(main):
        return Extraction(assigned[1], "formula", 1, segment)
    tail = _DIMENSION.sub("", _tail(main) or "")
    several = question and len(VALUED.findall(main)) > 1  # "x is 45 and y is 55"
    if part := _PART_OF.match(tail):  # "12 is 40% of 30"
        tail = (
            part[1] if asked(question).kind == "percent" or not asked(question).tells(tail) else ""
        )
    if tail and _is_anothers(main, tail, asked(question)):
        tail = ""
    if tail and not several and not denied(segment, segment.rfind(tail)):
        return Extraction(tail, "formula", 1, segment)
    said = stated(segment, asked(question))
    if said is None:
        return None
    return Extraction(
        said.answer, "formula" if "\\" in said.answer else "number", 2, segment, said.why
    )


def prepared(text: str) -> str:
    """The text that the rules read: its end, money marked, empty boxes gone; "" if that is all."""
    text = text[-MAX_TEXT:]
    if "box" in text:
        text = _EMPTY_BOX.sub("", text)
    text = (text if text.isascii() else ORNAMENT.sub("", text)).strip()
    if text.rstrip(" $.").endswith(PROVED_ENDS):
        text = PROVED.sub("", text)
    text = mark_money(text)
    if "root of" in text:
        text = in_signs(text)
    return "" if len(text) < 60 and not _CONTENT.search(_BARE_MARKER.sub("", text)) else text


_SEVERAL_SIGNS = lazy_pattern(r"[=$\n]")  # what may be worked out in steps, or marked in a text


def extract(text: str, question: str = "") -> Extraction | None:
    """The final answer of `text` (cleaned, without its reasoning blocks), or None.

    `question` helps where a sentence has several numbers.
    """
    text = prepared(text)
    if not text:
        return None
    if only_signs(text) and not _SEVERAL_SIGNS.search(text):
        return Extraction(text, "bare")
    for _, rule in RULES:
        if (found := rule(text, question)) is not None:
            answer = plain_money(RATE.sub(r"\1 per \2", TOGETHER.sub("", found.answer)))
            return found if answer == found.answer else replace(found, answer=answer)
    return None


def _boxed(text: str, question: str) -> Extraction | None:
    boxed = boxed_answer(text)
    return Extraction(_HASHES.sub("", boxed), "boxed") if boxed and boxed.strip() else None


def _correction(text: str, question: str) -> Extraction | None:
    """ "No wait, it is 7" behind what a marker announced, or anywhere where there is none."""
    if not CORRECTION.search(text):
        return None
    marked = _marked(text)
    corrected = _corrected(text, marked[0] if marked else 0)
    return Extraction(corrected, "correction", 1) if corrected else None


def _marker(text: str, question: str) -> Extraction | None:
    marked = _marked(text)
    if marked is None or _is_working(*marked, text, asked(question)):
        return None
    return Extraction(marked[1], "marker")


def _is_working(position: int, answer: str, text: str, asked: Asked) -> bool:
    """Whether what follows "Answer:" is a solution of several sentences, not its answer."""
    behind = text[text.find(answer, position) + len(answer) :]
    word = re.search(r"\w", behind)
    if word is None or not re.search(r"\d", behind[word.end() :]):
        return False
    if not is_sentence(answer):
        worded = not re.search(r"\d", answer) and is_prose(f"{answer} 0")
        return worded and (bool(OPENING.match(answer)) or (asked.numeric and concludes(behind)))
    told = "=" in answer or asked.tells(answer) or bool(OPENING.match(answer))
    return told or concludes(behind)


def _bare(text: str, question: str) -> Extraction | None:
    text = SO.sub("", text)
    if len(text) > BARE_LIMIT:
        return None
    alone = not (is_prose(without_aside(text)) or is_sentence(text))
    return Extraction(text, "bare") if alone or _LABELLED.fullmatch(text) else None


def _bold(text: str, question: str) -> Extraction | None:
    told = bold_answer(text, question)
    return Extraction(told[0], "bold", 1, told[1]) if told else None


def _subject(text: str, question: str) -> Extraction | None:
    """ "Thus 5 and 6 are the roots"."""
    sentence, last = conclusion(text)
    sentence = sentence[-MAX_SEGMENT:]
    subject = _SUBJECT.search(sentence)
    if subject is None or has_words(_JOINERS.sub(" ", subject.group(1))):
        return None
    if denied(sentence, subject.start(1)):
        return None
    return Extraction(subject.group(1).strip(), "conclusion", 2, last)


def _stated(text: str, question: str) -> Extraction | None:
    """What the concluding sentence states."""
    sentence, last = conclusion(text)
    if tells_of_none(sentence):
        return Extraction("no solution", "conclusion", 2, sentence)
    told = narrow(NOTE.sub("", sentence), question)
    if told is None:
        return None
    return replace(told, rule=told.rule if told.why else "conclusion", warning=2, sentence=last)


def _last(text: str, question: str) -> Extraction | None:
    if "\\" in text and not ("\n" in text or "=" in text or "$" in text or has_words(text)):
        return None  # one long formula: its last number is not its value
    value = _last_value(text)
    return value and replace(value, sentence=conclusion(text)[1])


RULES: tuple[tuple[str, Callable[[str, str], Extraction | None]], ...] = (
    ("a box", _boxed),
    ("a correction", _correction),
    ("a marker", _marker),
    ("an answer alone", _bare),
    ("a bold piece of the concluding sentence", _bold),
    ("the subject of the concluding sentence", _subject),
    ("what the concluding sentence states", _stated),
    ("the last formula or number", _last),
)
"""The rules by name, from the surest to the weakest: the first that finds something wins."""
