"""Answers in words: what is settled without mathematics, and words against words."""

from __future__ import annotations

from harness.verifiers.math.comparing.answers import Answer
from harness.verifiers.math.comparing.options import Options
from harness.verifiers.math.comparing.outcome import Outcome
from harness.verifiers.math.comparing.quick import text_key
from harness.verifiers.math.reading import sentences, wording
from harness.verifiers.math.reading.numerals import in_english
from harness.verifiers.patterns import lazy_pattern

Told = tuple[Outcome, str]
_OPTION = lazy_pattern(r"\s*\(?([A-J])[.):]\s+(\S.{0,200})")
_FORMULA = lazy_pattern(r"\$[^$]{1,80}\$")
_COMPASS = {
    "N": "north", "E": "east", "S": "south", "W": "west",
    "NE": "northeast", "SE": "southeast", "SW": "southwest", "NW": "northwest",
}  # fmt: skip


def no_mathematics(gold: str, answer: str) -> Told | None:
    """Times, dates, choice letters, yes and no; None where they do not settle it."""
    time = wording.same_time(gold, answer)
    if time is not None:
        return Outcome(time, "time"), "times of day"
    day = sentences.same_date(gold, answer)
    if day is not None:
        return Outcome(day, "words"), "dates"
    return _choice(gold, answer) or _judgement(gold, answer) or _letters(gold, answer)


def _choice(gold: str, answer: str) -> Told | None:
    """The letter of an option, or the text of the one that the gold tells with its letter."""
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


def _possible(text: str) -> bool | None:
    """What "yes", "impossible" and "it is not possible" say; None for other texts."""
    plain = " ".join(wording.words_only(text).casefold().replace("it's", "it is").split())
    return _POSSIBLE.get(plain.strip(" .!*").removeprefix("it is ").removeprefix("that is "))


_POSSIBLE = {"yes": True, "possible": True, "no": False, "impossible": False, "not possible": False,
             "it cannot be done": False}  # fmt: skip


def same_words(left: Answer, right: Answer, gold: str, options: Options) -> Told | None:
    """Words against words, where a side is no mathematics; None where both are."""
    words = [wording.normal_words(a.text, case=options.case) for a in (left, right)]
    plain, told = wording.words_only(left.text), wording.words_only(right.text)
    one_word = words[1].isalpha() and len(plain) > 2 * len(told)
    if one_word and any(sentences.gives(told, p) for p in (plain, _FORMULA.sub("it", gold))):
        return Outcome(True, "words"), "the word that the gold's sentence gives"
    if left.readings and right.readings:
        return None
    members = [wording.members(a.text, case=options.case) for a in (left, right)]
    if members[0] == members[1] and len(members[0]) > 1 and all(members[0]):
        return Outcome(True, "words"), "the same words"
    if any(c.isalpha() or "①" <= c <= "⑳" for c in words[0]):  # 7 7 and 77 are no words
        if words[0] == words[1]:
            return Outcome(True, "words"), "the same words"
        if sentences.gives(plain, told):
            return Outcome(True, "words"), "the words of a sentence"
        if not options.case and sentences.same_thing(plain, told):
            return Outcome(True, "words"), "the same but for the noun"
    if not left.readings and sentences.same_numbers(plain, told):
        return Outcome(True, "words"), "the numbers of the gold's sentence"
    side, why = ("answer", right.problem) if left.readings else ("gold", left.problem)
    return Outcome(False, "words"), f"other words (the {side} does not parse: {why})"
