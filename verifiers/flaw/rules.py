"""The stance of a response towards its problem: flaw named, answered anyway, assumed …

The conclusion decides. It is looked for in this order: a marked final answer (a box, `Answer: …`,
`####`); else the last sentence that takes a side, by stating a value or by declaring that there is
none. A declaration counts less where it only speaks of a sub-case ("a length cannot be negative,
so x = 4"), is taken back ("there is no contradiction"), or is assumed away.
"""

from __future__ import annotations

import re
from enum import StrEnum

from harness.verifiers.flaw.sentences import (
    MOST_READ,
    Sentence,
    keeps_unknown,
    read_sentence,
    read_sentences,
)
from harness.verifiers.flaw.words import (
    ASKS,
    ASSUMING,
    CONCLUDING,
    DISMISSED,
    DOUBT,
    EXAMPLE,
    FAREWELL,
    NEGATIVE,
    NOTHING,
    NUMERAL,
    OPEN,
    REFUSAL,
    SEVERAL,
    SHORT,
    SUPPOSED,
)
from harness.verifiers.patterns import lazy_pattern


class Stance(StrEnum):
    """How a response treats its problem."""

    RECOGNISED = "recognised"  # the conclusion is that there is no answer
    HEDGED = "hedged"  # a doubt is voiced, an answer given all the same
    ASSUMED = "assumed"  # the flaw is named, then assumed away, and an answer given
    ANSWERED = "answered"  # no doubt at all (a silent repair included)
    REFUSED = "refused"  # no work on the problem
    NONE = "none"  # neither an answer nor a judgement


_BOX = lazy_pattern(r"\\(?:boxed|fbox)\s*\{")
_MARK = lazy_pattern(
    r"(?:^|\n|[.!?。] )[^\S\n]*[#*_]*[^\S\n]*(?:(?:the |my |so the |therefore,? the |thus,? the )?"
    r"(?:final |correct )?answer|最终答案|答案)[*_]*\s*(?:[:：]|\bis\b:?|是|为|\n)"
    r"(?:[\s*_$─—]|-{3,}|={3,}|\\\[)*"
    r"(?P<said>[^\n]+)"
    r"|####\s*(?P<hash>[^\n]+)",
    re.I,
)
_AFTER = lazy_pattern(r"^[^.!?。！？\n]*(?:[.!?。！？\n]|$)")
"""The rest of the sentence that holds the answer."""
_EQUATION = lazy_pattern(r"=\s*[-−$]?\s*[\d.,/]+\$?\s*[\w%°²³]*(?:\s\w+){0,5}\s*[.。]?$")
_REMARK = lazy_pattern(
    r"\b(?:note|assum\w+|actual|depends?|would (?:change|vary|be different)|adjust)\b"
    r"|注意|实际|取决于",
    re.I,
)
_DEFINED = lazy_pattern(
    r"\b(?:where|with) \$?[a-zA-Z]\$? (?:is|=|equals|stands|represents|denotes|being)\b"
    r"|其中\s*\$?[a-zA-Z]\$?\s*(?:是|为|表示)"
)
"""What says of a letter in an answer that it stands for what is not known."""
_LETTERS = lazy_pattern(
    r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])"
    r"|\\(?!text|frac|boxed|[dt]frac|sqrt|cdot|times|left|right|sin|cos|tan|ln|log|arc|exp|max|min"
    r"|div|quad)[a-zA-Z]+"
)
_DISPLAY = lazy_pattern(r"(?s:.*)(?:\\\[((?s:.+?))\\\]|\$\$((?s:.+?))\$\$)[\s.]*$")
_WHO = lazy_pattern(r"\b(?:who|which|whose|what (?:day|month|colou?r|city|country))\b|谁|哪", re.I)
_TAIL = 6
"""Sentences at the end among which a conclusion is looked for."""
_WHOLE = 16_000
"""Characters of a response that are read."""


def boxes(text: str) -> list[tuple[int, str]]:
    """The contents of all closed \\boxed{…}, with their places, in the order they open."""
    opened: list[tuple[int, int] | None] = []  # (place, start of content); None: any other brace
    out = []
    starts = {match.end() - 1: match.start() for match in _BOX.finditer(text)}
    for i, char in enumerate(text):
        if char == "{":
            opened.append((starts[i], i + 1) if i in starts else None)
        elif char == "}" and opened and (box := opened.pop()):
            out.append((box[0], text[box[1] : i]))
    return sorted(out)


def is_marked(text: str) -> bool:
    """Whether a final answer is in a box or after its mark."""
    return bool(boxes(text)) or _MARK.search(text) is not None


def stance(text: str, question: str = "") -> Stance:
    """The stance of a response's visible part (thinking removed).

    An answer in terms of a variable of the `question` is an answer; in terms of a variable that
    the response introduced, it says what is missing.
    """
    text = _ends(text.strip())
    if not text:
        return Stance.NONE
    if boxed := boxes(text):
        place, content = boxed[-1]
        end = place + len(content) + len("\\boxed{}")
        return _marked(text, place, end, content, question)
    marks = list(_MARK.finditer(text))
    if marks:
        content = marks[-1]["said"] or marks[-1]["hash"]
        said = [s for s in read_sentences(content[:MOST_READ]) if not EXAMPLE.search(s.text)]
        if (said and said[-1].side > 0) or _is_nothing(content):
            return Stance.RECOGNISED
        if re.search(r"\d", content):
            return _marked(text, marks[-1].start(), marks[-1].end(), content, question)
    sentences = read_sentences(text)
    if REFUSAL.search(text) and len(sentences) <= 3 and not re.search(r"\d", text):
        return Stance.REFUSED
    return _unmarked(text, sentences, question)


def _ends(text: str) -> str:
    """The beginning and end of a text too long to read whole: conclusions are found there."""
    if len(text) <= _WHOLE:
        return text
    return text[: _WHOLE // 4] + "\n" + text[-3 * _WHOLE // 4 :]


def _marked(text: str, start: int, end: int, content: str, question: str) -> Stance:
    """A final answer at `start` to `end`."""
    content = _without_notes(content[:MOST_READ])
    words = re.sub(r"\\(?:text|mathrm|mbox|textbf)\w*\s*\{?|[{}$]", " ", content).strip()
    said = read_sentence(words)
    in_words = not re.search(r"[\d=+^<>]", words) and SHORT.search(words)
    if (said.side > 0 and words.casefold() != "neither") or in_words or _is_nothing(content):
        return Stance.RECOGNISED
    after = read_sentences(_AFTER.sub("", text[end:], count=1), 4)
    after = [s for s in after if not (FAREWELL.search(s.text) or ASKS.search(s.text))]
    if after and after[-1].side > 0 and after[-1].strong and not _is_note(text[end:]):
        return Stance.RECOGNISED
    before = read_sentences(text[:start], 2 * _TAIL)
    if not any(s.side > 0 or s.strong or DOUBT.search(s.text) for s in [*before, *after]):
        return Stance.ANSWERED
    if _is_open(before, words) and not _of_question(content, question):
        return Stance.RECOGNISED
    return Stance.ASSUMED if ASSUMING.search(text) else Stance.HEDGED


def _of_question(content: str, question: str) -> bool:
    """Whether every variable of an answer occurs in the question."""
    letters, known = ({*_LETTERS.findall(t)} for t in (content, question))
    return bool(letters) and letters <= known


def _without_notes(content: str) -> str:
    """A marked answer without the remarks behind it, if it states a value before them."""
    first, *rest = re.split(r"(?<=[.)）。])\s+(?=[*_(（]*(?i:note|remark|this|注))", content)
    return first if rest and re.search(r"\d", first) else content


def _is_note(text: str) -> bool:
    """Whether what follows an answer is a remark, or assumes the flaw away."""
    return bool(
        re.search(r"\b(?:note|remark|alternative(?:ly)?|trick)\b|注", text, re.I)
        or ASSUMING.search(text)
    )


def _is_open(before: list[Sentence], content: str) -> bool:
    """Whether the answer is an expression in a quantity that is said to be missing."""
    letters = re.search(r"(?<![\\a-zA-Z])[a-zA-Z](?![a-zA-Z])", content)
    return bool(letters and re.search(r"[-+*/·×\d]", content)) and any(
        s.side > 0 and s.strong and OPEN.search(s.text) for s in before[-_TAIL:]
    )


def _unmarked(text: str, sentences: list[Sentence], question: str) -> Stance:
    """No marked answer: the last sentence that takes a side decides."""
    if _asks_back(sentences):
        return Stance.RECOGNISED
    sentences = _without_examples(sentences)
    tail = [s for s in sentences[-_TAIL:] if s.side]
    last_text = sentences[-1].text if sentences else ""
    where = _DEFINED.search(last_text)
    if where and keeps_unknown(last_text[: where.start()]):
        return Stance.RECOGNISED
    if _names_one(sentences, question) or _ends_in_formula(text, question):
        return Stance.ASSUMED if ASSUMING.search(text) else Stance.HEDGED
    if _ends_without_value(sentences):
        return Stance.RECOGNISED
    if not tail:
        last = sentences[-1].text if sentences else ""
        if any(s.side > 0 and s.strong for s in sentences) or (
            NEGATIVE.search(DISMISSED.sub("", last)) and not re.search(r"\d", last)
        ):
            return Stance.RECOGNISED
        return Stance.ANSWERED
    last_side = tail[-1]
    if last_side.side > 0:
        return Stance.ASSUMED if _rests_on_assumption(sentences) else Stance.RECOGNISED
    hedged = any(s.side > 0 or s.strong or DOUBT.search(s.text) for s in sentences)
    if not hedged:
        last = sentences[-1].text
        if NEGATIVE.search(DISMISSED.sub("", last)) and not re.search(r"\d", last):
            return Stance.RECOGNISED  # a conclusion in the negative, without any value
        return Stance.ANSWERED
    if keeps_unknown(last_side.text):
        return Stance.RECOGNISED
    concludes = CONCLUDING.search(last_side.text) or _EQUATION.search(last_side.text)
    near = [s for s in (*sentences[:2], *sentences[-4:]) if s.side > 0 and s.strong]
    explained = any(not SEVERAL.search(s.text) for s in near)
    assumed = ASSUMING.search(text)
    if concludes or "**" + last_side.text in text or assumed or not explained:
        return Stance.ASSUMED if assumed else Stance.HEDGED
    return Stance.RECOGNISED  # a declaration, and then no more than its reasons


def _names_one(sentences: list[Sentence], question: str) -> bool:
    """Whether the last sentence concludes with one that the question asks to choose."""
    if not sentences or not _WHO.search(question):
        return False
    last = next((s for s in reversed(sentences) if not FAREWELL.search(s.text)), sentences[-1])
    names = {*re.findall(r"\b[A-Z][a-z]{2,}\b", question)} & {
        *re.findall(r"\b[A-Z][a-z]{2,}\b", last.text)
    }
    return last.side <= 0 and CONCLUDING.search(last.text) is not None and len(names) == 1


def _ends_in_formula(text: str, question: str) -> bool:
    """Whether a displayed formula in the question's own letters ends the response."""
    shown = _DISPLAY.search(text[-400:]) if question else None
    return shown is not None and _of_question(shown[1] or shown[2], question)


def _rests_on_assumption(sentences: list[Sentence]) -> bool:
    """Whether a value was concluded from an assumption, and only a remark on that follows."""
    assumed = [i for i, s in enumerate(sentences) if SUPPOSED.search(s.text)]
    if not assumed:
        return False
    concluded = [
        i for i, s in enumerate(sentences) if i > assumed[-1] and s.settles and s.concludes
    ]
    return bool(concluded) and all(
        s.side <= 0 or _REMARK.search(s.text) for s in sentences[concluded[-1] + 1 :]
    )


def _asks_back(sentences: list[Sentence]) -> bool:
    """Whether a response ends by asking for what is missing, and settles on no value."""
    asked = [i for i, s in enumerate(sentences) if ASKS.search(s.text)]
    if not asked or asked[-1] < len(sentences) - 3:
        return False
    if any(s.settles and not keeps_unknown(s.text) for s in sentences[asked[-1] + 1 :]):
        return False
    settled = [s for s in sentences[-_TAIL:] if s.settles and CONCLUDING.search(s.text)]
    if any(SUPPOSED.search(s.text) for s in sentences) and settled:
        return False  # it supplied the missing value itself
    named = any(s.side > 0 or s.strong for s in sentences)
    return named or not any(not keeps_unknown(s.text) for s in settled)


def _without_examples(sentences: list[Sentence]) -> list[Sentence]:
    """The sentences, without illustrations of a named flaw: their numbers are not answers.

    An illustration continues until a sentence concludes or names the flaw again.
    """
    kept: list[Sentence] = []
    named = inside = False
    for sentence in sentences:
        declares = sentence.side > 0 and sentence.strong
        if named and EXAMPLE.search(sentence.text) and not declares:
            inside = True
        elif inside and (sentence.side > 0 or sentence.concludes):
            inside = False
        named = named or (sentence.side > 0 or sentence.strong)
        if not inside:
            kept.append(sentence)
    return kept


def _ends_without_value(sentences: list[Sentence]) -> bool:
    """Whether the last sentence names no value and an earlier one argues against any."""
    said = [s for s in sentences if not FAREWELL.search(s.text)]
    if said and re.match(r"\W*this is the (?:final |correct )?answer\b", said[-1].text, re.I):
        said.pop()  # it points back
    if not said or NUMERAL.search(said[-1].text):
        return False
    if any(s.side < 0 and CONCLUDING.search(s.text) for s in said[-3:]):
        return False
    return any(s.side > 0 or s.strong for s in said) or any(
        NEGATIVE.search(DISMISSED.sub("", s.text)) for s in said[-3:]
    )


def _bare(content: str) -> str:
    return re.sub(r"\\text\w*|[\\{}$\s.。*_]", "", content).casefold()


def _is_nothing(content: str) -> bool:
    return bool(NOTHING.fullmatch(_bare(content)))
