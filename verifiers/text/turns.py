r"""Where a response ends and the text of another turn begins.

Base models continue with the next problem of a few-shot prompt, and models without their template
print its markers. Whatever follows the first such turn answers something else.

A marker is *hard* if it can mean nothing else: a printed chat token, `### Instruction:`,
`Human:`. It ends every response that has begun. A heading such as `Problem:` or `Q:` is *soft*:
solutions restate their problem under it, at the beginning or halfway, and number their own
questions. It ends a response only after an answer (marked, or concluded in the paragraph before
it), and neither if the question asked stands under it nor if it continues a numbering that the
response began with 1.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from harness.verifiers.patterns import lazy_pattern

_LINE = r"(?:^|\n)[>#*_\[【 \t]{0,12}"
_COLON = r"[\]】]?[*_]{0,3}[^\S\n]?[:：][*_]{0,3}"
_USER = r"(?:user|human|usuario|utilisateur|用户|人类|使用者)"

_TOKEN = lazy_pattern(
    r"<\|(?:im_end|im_start|endoftext|end_of_text|eot_id|eom_id|end|return|user|system|assistant"
    r"|start_header_id|end_of_turn|end_of_sentence|end▁of▁sentence|begin_of_text|start)\|>"
    r"|<(?:start_of_turn|end_of_turn|/s|s|eos|bos)>|\[/?INST\]|<<SYS>>",
    re.I,
)
"""A printed mark of a chat template, or of the end of a text."""

_SPEAKS = lazy_pattern(
    r"(?:\s|<\|(?:im_start|start|start_header_id|end_header_id|message|channel|begin_of_text)\|>"
    r"|<start_of_turn>|<s>|\[/INST\])*(?:assistant|model|final|analysis)?(?:\s|<\|(?:end_header_id"
    r"|message|channel|assistant|start_header_id)\|>|final|analysis|assistant|:)*",
    re.I,
)
"""Marks that hand the word to the model itself, at the place where a text goes on."""

_HARD = lazy_pattern(
    rf"(?:(?:^|\n)[ \t]{{0,12}}(?P<heading>#{{1,4}} ?(?:instructions?|{_USER})\b[ \t]{{0,4}}"
    r"(?:[:：]|(?=\n)))"
    rf"|{_LINE}(?P<mark>{_USER}{_COLON}|<\s*{_USER}\s*>|\[{_USER}\]))",
    re.I,
)
_SOFT = lazy_pattern(
    rf"{_LINE}(?P<mark>(?:(?:new|next|another|the next|second|follow-?up) )?(?:question|problem"
    r"|exercise|task|instructions?|query|passage|article|premise|assistant|ai|bot|Q|frage|aufgabe"
    r"|pregunta|problema|ejercicio|问题|题目|问|例题|习题|下一题|練習|問題|質問|вопрос|задача)"
    r"(?:[^\S\n]?[#№]?(?P<number>\d{1,4}|[一二三四五六七八九十]))?"
    rf"(?:{_COLON}|[\]】]|(?<=\d)[.)]|[*_]{{2}}(?=\s*\n)))",
    re.I,
)
_MARKED = lazy_pattern(
    r"\\(?:boxed|fbox)\b|####(?!#)[^\S\n]*(?!\d{1,2}[.)]\s)(?=[-+$\\.\d])"
    r"|(?:^|\n)[#*_【\[ \t]{0,12}"
    r"(?:A[*_]{0,2}:|(?:(?:the )?(?:final )?answer|答案|答)[*_:：\]】\s])",
    re.I,
)
"""A box, four hashes, or a heading of the answer; `MARKER` has the words that announce one."""
_CONCLUDED = lazy_pattern(
    r"\b(?:answer|solution|result|total)s?\b[*_]*\s*(?:\bis\b|:|=)[*_]*\s*[^\s*_]"
    r"|(?:\b(?:therefore|thus|hence|so)\b|因此|所以|故)[^\n]*\d|^[\W_]*\*\*[^*\n]*\d[^*\n]*\*\*\W*$",
    re.I,
)
"""A paragraph that concludes, or that is a bold value alone."""
_HEADINGS = 100
"""Headings that are looked at: behind so many without an answer none ends a response."""
_PARAGRAPH = 1_000
"""Characters of a paragraph that are looked through for a conclusion: its end."""
_SAME = 40
"""Characters, blanks aside, by which the beginning of a restated question is known."""
_RESTATED = 8
"""Characters, blanks aside, of the shortest sentence of the question that is known again."""
_READ = 400
"""Characters under a heading in which the question is looked for."""
_LIST_MARKS = ' \t\n*_>#-•–"“'
_SENTENCE = lazy_pattern(r"(?:[^?？!！.。\n]|\.(?=\d))+[?？!！.。]?")
_BARE = 80
"""Characters up to which what stands before a heading may itself be the answer."""
_PLEASANTRY = lazy_pattern(
    r"[#*_\s]*(?:(?:answer|solution|response|explanation|analysis|reasoning|work|steps?)\b[\s*_#]*"
    r"|(?:sure|certainly|of course|okay|ok|alright|absolutely|great|hello|hi|yes, I can)\b[^\n\d]*"
    r"|[^\n\d]*\b(?:help|solve|explain|answer|break|go through|think)\b[^\n\d]*)",
    re.I,
)
"""A heading or a courtesy before a restated problem: no answer."""
_INTRODUCES = lazy_pattern(
    r"[:：]\s*$|\b(?:restate|rephrase|rewrite|read|consider|here is|let us|let's|first|given)\b"
    r"|题目|重述|首先",
    re.I,
)
"""What announces a problem instead of answering one."""


def next_turn(text: str, stop: Sequence[str] = (), question: str = "") -> tuple[int, str] | None:
    """Where the first other turn begins in `text`, and its marker; None: it is one response.

    `stop` are the task's own stop strings; a heading over `question`, the problem's own text,
    does not begin another problem.
    """
    start = _begin(text)
    turns = _token(text, start), _hard(text, start), _soft(text, start, question)
    found = [(place, mark) for place, mark in turns if mark]
    for word in stop:
        place = text.find(word, start) if word.strip() else -1
        if place >= 0 and text[:place].strip():
            found.append((place, word.strip()))
    return min(found, key=lambda turn: turn[0], default=None)


def _begin(text: str) -> int:
    """The position after any opening markers: `<|im_start|>assistant`, `[/INST]`."""
    place = 0
    while (match := _TOKEN.match(text, _blank(text, place))) is not None:
        spoken = _SPEAKS.match(text, match.end())
        place = spoken.end() if spoken else match.end()
    return place


def _blank(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _token(text: str, start: int) -> tuple[int, str]:
    """The first printed marker after which the model itself does not continue."""
    place = start
    while (match := _TOKEN.search(text, place)) is not None:
        spoken = _SPEAKS.match(text, match.end())
        place = max(match.end(), spoken.end() if spoken else 0)
        own = spoken is not None and re.search(r"assistant|model|final", spoken[0], re.I)
        if not own and text[start : match.start()].strip():
            return match.start(), match[0]
    return -1, ""


def _hard(text: str, start: int) -> tuple[int, str]:
    for match in _HARD.finditer(text, start):
        if text[start : match.start()].strip():
            return match.start(), (match["heading"] or match["mark"]).strip()
    return -1, ""


def _soft(text: str, start: int, question: str) -> tuple[int, str]:
    """The first heading of another problem after an answer."""
    marked = -1  # where the first marked answer stands, once a heading asks for it
    numbered = False  # whether the response numbers questions of its own
    for match in itertools.islice(_SOFT.finditer(text, start), _HEADINGS):
        place, number = match.start(), match["number"]
        marked = _marked(text, start) if marked < 0 else marked
        answered = marked < place or _concluded(text, start, place)
        if number in ("1", "一"):
            numbered = numbered or not answered
        if not answered or (number and numbered):
            continue
        if not _restates(text[match.end() : match.end() + _READ], question):
            return place, match["mark"].strip(" *_:：")
    return -1, ""


def _marked(text: str, start: int) -> int:
    """Where the first answer with a mark before it stands; the end of the text if none does."""
    # `harness.verifiers.math` imports this module, and its package all of its parts
    from harness.verifiers.math.finding.phrases import MARKER, WEAK

    places = [len(text)]
    for pattern in (_MARKED, MARKER):
        for match in pattern.finditer(text, start):
            if not WEAK.search(match[0]):
                places.append(_blank(text, match.end()))
                break
    return min(places)


def _concluded(text: str, start: int, end: int) -> bool:
    """Whether the paragraph that ends at `end` concludes, or a short text is an answer alone."""
    last = text[max(start, end - _PARAGRAPH) : end].rstrip()
    if _CONCLUDED.search(last[last.rfind("\n\n") + 1 :]):
        return True
    before = text[start:end].strip() if end - start <= _PARAGRAPH else ""
    if not before or len(before) > _BARE or _INTRODUCES.search(before) or before[-1:] in "?？":
        return False
    return bool(re.search(r"[\d\\]", before)) or not _PLEASANTRY.fullmatch(before)


def _restates(told: str, question: str) -> bool:
    """Whether what stands under a heading is the question asked, or begins with a part of it."""
    own, told = _squeezed(question), told.lstrip(_LIST_MARKS)
    if not own:
        return False
    if _squeezed(told).startswith(own[:_SAME]):
        return True
    sentence = _SENTENCE.match(told)
    first = _squeezed(sentence[0]) if sentence else ""
    return len(first) >= _RESTATED and first in own


def _squeezed(text: str) -> str:
    """A text without blanks, emphasis and case: a restatement may change them."""
    return re.sub(r"[\s*_]", "", text).replace("’", "'").casefold()
