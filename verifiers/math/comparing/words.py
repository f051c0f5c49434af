"""Answers in words: what is settled without mathematics, and words against words."""

from __future__ import annotations

import functools
import re
from dataclasses import replace

from harness.verifiers.math.comparing.answers import Answer
from harness.verifiers.math.comparing.cases_in_words import in_cases
from harness.verifiers.math.comparing.contradictions import bounded_alike, mixed
from harness.verifiers.math.comparing.opposites import opposite
from harness.verifiers.math.comparing.options import Options
from harness.verifiers.math.comparing.outcome import Outcome
from harness.verifiers.math.comparing.quick import text_key
from harness.verifiers.math.reading import dates, sentences, wording
from harness.verifiers.math.reading.numerals import in_english
from harness.verifiers.math.reading.tree import Sym
from harness.verifiers.patterns import lazy_pattern

Told = tuple[Outcome, str]
_LABEL = lazy_pattern(
    r"^\W*(?:neg|lnot|not|¬)?\s*[a-zA-Z]\s*:\s*(?=\W*(?:forall|exists|for|there|∀|∃))", re.I
)
_TRIANGLE = lazy_pattern(r"\\triangle\s*|△\s*")
_OF = lazy_pattern(r"\s+of\b.*$", re.S)  # "O is the centroid of triangle ABC"
_OPTION = lazy_pattern(r"\s*\(?([A-J])[.):]\s+(\S.{0,200})")
_LETTERED = lazy_pattern(r"\s*\(([A-J])\)\s*\S")  # "(B) 12"
_FORMULA = lazy_pattern(r"\$[^$]{1,80}\$|\\triangle\s*|(?<![\w\\])[a-z]_\{?\d\}?")
_PLACES = (("first", "1st", "i", "1"), ("second", "2nd", "ii", "2"), ("third", "3rd", "iii", "3"),
           ("fourth", "4th", "iv", "4"))  # fmt: skip
_QUADRANT = lazy_pattern(
    r"[^\w-]*(?:the\s+)?(?:quadrant\s+)?(first|second|third|fourth|1st|2nd|3rd|4th|IV|I{1,3}|[1-4])"
    r"(?:\s+quadrant)?[^\w-]*", re.I
)  # fmt: skip
_PROPOSITION = lazy_pattern(
    r"\bif\b.*\bthen\b|\bthere (?:is|exists?)\b|\bfor (?:all|any|every)\b|\\exists|\\forall|[∃∀]"
    r"|\\parallel|\\perp|[∥⊥]|\b(?:parallel|perpendicular)\b",
    re.I | re.S,
)
_LETTER = lazy_pattern(r"\W*[A-Z]\W*")
_SPELLINGS = tuple((lazy_pattern(p, re.I), s) for p, s in (
    (r"\\(?:geqslant|geq|ge)(?![a-z])", "≥"), (r"\\(?:leqslant|leq|le)(?![a-z])", "≤"),
    (r"\\(?:neq|ne)(?![a-z])", "≠"), (r"\\gt(?![a-z])", ">"), (r"\\lt(?![a-z])", "<"),
    (r"\\in(?![a-z])|\bin\b|\bbelongs to\b", "∈"),
    (r"\\(?:mathbb|mathbf|mathrm|text|bf)\s*\{\s*([RQZNC])\s*\}|\b(?:the )?real numbers?\b", r"\1"),
    (r"\\exists(?![a-z])|\bthere (?:is|exists?)(?:\s+(?:an?|some)(?![a-z]))?", "∃"),
    (r"\\forall(?![a-z])|\bfor (?:all|any|every|each)\b", "∀"),
    (r"\b(?:is |are )?parallel to\b|\\parallel(?![a-z])", "∥"),
    (r"\b(?:is |are )?perpendicular to\b|\\perp(?![a-z])", "⊥"),
    (r"\b(?:is |are )?(?:a subset of|contained in)\b|\\subset(?:eq)?(?![a-z])", "⊂"),
    (r"\b(?:such that|so that|s\.t\.|with)\b", ""), (r"\bthe\b", ""),
))  # fmt: skip
_OF_ONE = lazy_pattern(r"(?<![A-Za-z])([a-z])_\{?0\}?")  # the x_0 that exists
_UNSPOKEN = frozenset(" .,;:$~{}'\"`*\n\\")
_COMPASS = {
    "N": "north", "E": "east", "S": "south", "W": "west",
    "NE": "northeast", "SE": "southeast", "SW": "southwest", "NW": "northwest",
}  # fmt: skip


_DIVIDED = lazy_pattern(
    r"(\d{1,12})\s*(?:\bwith (?:a )?)?"
    r"(?:remainder(?:\s+(?:is|of))?|\bR\.?|余(?:数为?)?|…+|\\cdots|\.{3,})\s*(\d{1,12})",
    re.I,
)


def no_mathematics(gold: str, answer: str) -> Told | None:
    """Times, dates, choice letters, yes and no; None where they do not settle it."""
    if wording.only_signs(gold) and wording.only_signs(answer):
        return None
    time = wording.same_time(gold, answer)
    if time is not None:
        return Outcome(time, "time"), "times of day"
    day = dates.same_date(gold, answer)
    if day is not None:
        return Outcome(day, "words"), "dates"
    if opposite(gold, answer):
        return Outcome(False, "opposite"), "the opposite"
    return (
        _choice(gold, answer)
        or _judgement(gold, answer)
        or _letters(gold, answer)
        or _divided(gold, answer)
        or _dimensions(gold, answer)
        or _quadrants(gold, answer)
        or _propositions(gold, answer)
    )


def _divided(gold: str, answer: str) -> Told | None:
    """`7 remainder 2` and `7 R 2`."""
    told = _DIVIDED.fullmatch(wording.words_only(gold).strip(" ."))
    said = told and _DIVIDED.fullmatch(wording.words_only(answer).strip(" ."))
    if not told or not said:
        return None
    return Outcome(told.groups() == said.groups(), "words"), "a quotient and a remainder"


_SIDE = r"(\d{1,9}(?:\.\d{1,9})?)\s*(?:[a-z]{1,12}\.?)?(?:\s+(?:wide|long|tall|high|deep))?"
_BY = r"\s*(?:\bby\b|x|×|\\times(?![a-z])|\*)\s*"
_SIZES = lazy_pattern(rf"\W*{_SIDE}{_BY}{_SIDE}(?:{_BY}{_SIDE})?\W*", re.I)


def _dimensions(gold: str, answer: str) -> Told | None:
    """`12 by 18` and `18 cm × 12 cm`, where a side at least is no mere product."""
    if not any(" by " in t or "by }" in t for t in (gold, answer)):
        return None
    told = [_SIZES.fullmatch(wording.words_only(t)) for t in (gold, answer)]
    if told[0] is None or told[1] is None:
        return None
    if mixed(wording.words_only(answer)):
        return None
    sides = [sorted(float(n) for n in t.groups() if n) for t in told if t]
    return Outcome(sides[0] == sides[1], "words"), "the sides of a rectangle or box"


def _quadrants(gold: str, answer: str) -> Told | None:
    """`second`, `Quadrant II` and `the 2nd quadrant`."""
    told = _quadrant(gold)
    said = told and _quadrant(answer)
    if not told or not said:
        return None
    if not any(re.search("[a-z]{3}", t.group(), re.I) for t in (told, said)):
        return None
    places = [next(i for i, row in enumerate(_PLACES) if t[1].lower() in row) for t in (told, said)]
    return Outcome(places[0] == places[1], "words"), "places in an order"


def _quadrant(text: str) -> re.Match[str] | None:
    return _QUADRANT.fullmatch(in_english(wording.words_only(text)))


_IF_THEN = lazy_pattern(r"\W*if\b(.+?),?\s*\bthen\b(.+)", re.I | re.S)


def _converse(gold: str, answer: str) -> bool:
    """Whether an answer tells the premise of the gold as its conclusion."""
    told = _IF_THEN.fullmatch(gold[:400])
    said = told and _IF_THEN.fullmatch(answer[:400])
    if not told or not said:
        return False
    first, last = ([_proposition(part) for part in m.groups()] for m in (told, said))
    return first != last and first == last[::-1]


def _propositions(gold: str, answer: str) -> Told | None:
    """`If …, then …` and `there exists x such that …` in the same words and signs."""
    if wording.only_signs(gold):
        return None
    if _converse(gold, answer):
        return Outcome(False, "opposite"), "the converse"
    if not (_PROPOSITION.search(gold[:400]) and _PROPOSITION.search(answer[:400])):
        return None
    keys = [_proposition(t) for t in (gold, answer)]
    return (Outcome(True, "words"), "the same proposition") if keys[0] == keys[1] else None


def _proposition(text: str) -> str:
    text = _LABEL.sub("", text.replace("\text", "\\text"))  # a backslash read as an escape
    text = _OF_ONE.sub(r"\1", text)
    for pattern, sign in _SPELLINGS:
        text = pattern.sub(sign, text)
    return "".join(c for c in wording.words_only(text).casefold() if c not in _UNSPOKEN)


def _choice(gold: str, answer: str) -> Told | None:
    """The letter of an option, or the text of the one that the gold tells with its letter."""
    letters = [_LETTERED.match(wording.words_only(t)) for t in (gold, answer)]
    if letters[0] and letters[1] and letters[0][1] != letters[1][1]:
        return Outcome(False, "choice"), "the letter of another option"
    option = _OPTION.fullmatch(gold)
    if option is not None:  # "B. 5"
        letter = wording.choice(answer)
        if letter is not None and letter == option[1]:
            return Outcome(True, "choice"), "choice letters"
        if text_key(option[2]) == text_key(answer):
            return Outcome(True, "choice"), "the text of the option"
    if wording.is_choice(gold):
        letter = wording.choice(answer) or wording.chosen(answer)
        if letter is not None and letter == wording.choice(gold):
            return Outcome(True, "choice"), "choice letters"
    return None


def _judgement(gold: str, answer: str) -> Told | None:
    """Yes and no, true and false, possible and impossible."""
    possible = _possible(gold), _possible(answer)
    if possible[0] is not None and possible[1] is not None:
        return Outcome(possible[0] == possible[1], "words"), "whether it is possible"
    gold = _FOR_EXAMPLE.sub("", wording.words_only(gold)).strip()
    head = wording.polarity(gold)
    if head is None:
        return None
    said = wording.polarity(answer)
    if in_english(wording.words_only(gold)).casefold().strip(" .") == head:
        return None if said is None else (Outcome(said == head, "words"), f"{said} for {head}")
    explained = not any(c.isdigit() or c in "=\\" for c in gold)  # "Yes, it is possible"
    alone = in_english(wording.words_only(answer)).casefold().strip(" .") == said
    if explained and alone and said == head:
        return Outcome(True, "words"), f"{said}, as the gold says and explains"
    return None


def _letters(gold: str, answer: str) -> Told | None:
    """Points of the compass, and the letters of several options."""
    point = _COMPASS.get(wording.words_only(answer).strip(" ."))
    if point is not None and point == wording.normal_words(gold):
        return Outcome(True, "words"), "a point of the compass"
    letters = wording.choices(gold)
    if letters is not None and letters == wording.choices(answer):
        return Outcome(True, "choice"), "the same letters"
    return None


_FOR_EXAMPLE = lazy_pattern(
    r"\W*\b(?:for example|for instance|e\.g\.|such as|counter-?examples?)\b.*$", re.I | re.S
)


@functools.lru_cache(maxsize=4096)
def _possible(text: str) -> bool | None:
    """What "yes", "impossible" and "it is not possible" say; None for other texts."""
    plain = " ".join(wording.words_only(text).casefold().replace("it's", "it is").split())
    plain = _NO_ONE.sub("", plain)
    return _POSSIBLE.get(
        plain.strip(" .!*").removeprefix("it ").removeprefix("is ").removeprefix("that is ")
    )


_NO_ONE = lazy_pattern(r"^no,? (?:this|that|it|he|she|they|we|you|one)(?: is)? ")
_POSSIBLE = {
    **dict.fromkeys(("yes", "possible", "can", "can be done"), True),
    **dict.fromkeys(("no", "impossible", "not possible", "cannot", "cannot be done"), False),
}


def key_of_none(answer: Answer) -> bool:
    """Whether an answer reads as the empty set."""
    return any(isinstance(n, Sym) and n.name == "emptyset" for n in answer.readings)


_LABEL_SIGN = lazy_pattern(r"(?<=[A-Za-z]{2})\s*=")  # "boat = 18 km/h", a label
_ESCAPED = lazy_pattern(r"\\(?=[\s\d$])")  # what is left of `\$9`
_NEITHER = lazy_pattern(r"\bneither\b.*\bnor\b", re.I | re.S)


def _one_word(plain: str, told: str, word: str, gold: str) -> Told | None:
    """The one word of an answer that a gold in a sentence gives."""
    if word == "neither" and _NEITHER.search(plain):
        return Outcome(True, "words"), "neither of the two"
    if not (word.isalpha() or sentences.is_numbered(told) or _LETTER.fullmatch(told)):
        return None
    told = _TRIANGLE.sub("triangle ", told)
    plain_triangle = _TRIANGLE.sub("triangle ", plain)
    given = (plain, plain_triangle, _FORMULA.sub("it ", gold), _FORMULA.sub("it ", plain))
    if any(sentences.gives(told, p) for g in given for p in (g, _OF.sub("", g))):
        return Outcome(True, "words"), "the word that the gold's sentence gives"
    if sentences.tells_apart(told, plain):
        return Outcome(True, "words"), "the adjective of the gold's subject"
    return None


_AFFIRMING = lazy_pattern(r"^\W*(?:yes|no),\s+(?=(?:it|this|that|they|these|there)\s)", re.I)


def same_words(
    left: Answer, right: Answer, gold: str, answer: str, options: Options
) -> Told | None:
    """Words against words, where a side is no mathematics; None where both are."""
    if " " in gold and (cases := in_cases(left.text, right.text)) is not None:
        return cases
    said = wording.words_only(right.text)
    affirms = right.text[:1] in "YyNn\\" and _AFFIRMING.match(said) is not None
    if affirms and wording.polarity(left.text) is None:
        right = replace(right, text=_AFFIRMING.sub("", said))
    plain, told = wording.words_only(left.text), wording.words_only(right.text)
    if len(plain) > len(told):
        word = wording.normal_words(right.text, case=options.case)
        if (alone := _one_word(plain, told, word, gold)) is not None:
            return alone
    told = _TRIANGLE.sub("triangle ", told)
    if all(sentences.tells_of_none(a.text) or key_of_none(a) for a in (left, right)):
        return Outcome(True, "words"), "there is none"
    if left.readings and right.readings:
        return _both_read(plain, told, answer)
    return _in_words(left, right, (plain, told, answer), options)


def _same_numbers(gold: str, answer: str) -> bool:
    return sentences.same_numbers(gold, answer) and bounded_alike(gold, answer)


def _both_read(plain: str, told: str, answer: str) -> Told | None:
    """What the words tell of two answers that both read as mathematics."""
    said = wording.words_only(answer)
    if plain.isalpha() and len(plain) > 2 and sentences.gives(plain, said):
        return Outcome(True, "words"), "the word of a sentence"  # red, read as a product
    unescaped = _ESCAPED.sub("", plain), _ESCAPED.sub("", told)
    if sentences.other_order(*unescaped):
        return Outcome(False, "order"), "the numbers of the gold's sentence in another order"
    if "\\" not in unescaped[0] and _same_numbers(*unescaped):
        return Outcome(True, "words"), "the numbers of the gold's sentence"
    return None


def _in_words(left: Answer, right: Answer, texts: tuple[str, str, str], options: Options) -> Told:
    """Words against words; `texts` are the gold's, the answer's, and the answer as it was found."""
    plain, told, answer = texts
    members = [wording.members(a.text, case=options.case) for a in (left, right)]
    if members[0] == members[1] and len(members[0]) > 1 and all(members[0]):
        return Outcome(True, "words"), "the same words"
    words = [wording.normal_words(a.text, case=options.case) for a in (left, right)]
    if any(c.isalpha() or "①" <= c <= "⑳" for c in words[0]):  # 7 7 and 77 are no words
        if words[0] == words[1]:
            return Outcome(True, "words"), "the same words"
        written = dict.fromkeys((told, wording.words_only(answer)))
        if any(sentences.gives(plain, text) for text in written):
            return Outcome(True, "words"), "the words of a sentence"
        if not options.case and sentences.same_thing(in_english(plain), in_english(told)):
            return Outcome(True, "words"), "the same but for the noun"
    if left.readings and sentences.counts_in_order(plain, told):
        return Outcome(True, "words"), "the numbers in their order, with what they count"
    bare = _LABEL_SIGN.sub(":", _ESCAPED.sub("", told))
    if _same_numbers(_ESCAPED.sub("", plain), bare):
        return Outcome(True, "words"), "the numbers of the gold's sentence"
    side, why = ("answer", right.problem) if left.readings else ("gold", left.problem)
    return Outcome(False, "words"), f"other words (the {side} does not parse: {why})"
