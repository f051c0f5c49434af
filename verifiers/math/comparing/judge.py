"""Two answers as text: the stages from normalised text to compared trees."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from fractions import Fraction

from harness.verifiers.math.comparing.exact import UnknownError, key
from harness.verifiers.math.comparing.options import Options
from harness.verifiers.math.comparing.outcome import Outcome
from harness.verifiers.math.comparing.quick import number_key, plain_value, text_key
from harness.verifiers.math.reading import sentences, wording
from harness.verifiers.math.reading.families import family
from harness.verifiers.math.reading.notation import digits_value, second_readings
from harness.verifiers.math.reading.numbers import plain_number
from harness.verifiers.math.reading.numerals import in_english, numeral
from harness.verifiers.math.reading.parts import by_cases, parts, permuted
from harness.verifiers.math.reading.tidy import tidy
from harness.verifiers.math.reading.tree import Node, Num, Op, Sym, Text, depth
from harness.verifiers.patterns import lazy_pattern

MAX_ANSWER = 3_000  # characters; longer answers are compared as text only
_OPTION = lazy_pattern(r"\s*\(?([A-J])[.):]\s+(\S.{0,200})")
_FORMULA = lazy_pattern(r"\$[^$]{1,80}\$")
_CURRENCY = lazy_pattern(r"[$€£¥₹₽₩]|USD|Rs")
MAX_DEPTH = 120
_PHRASES = {
    "reals": lazy_pattern(
        r"(?:(?:all|any|every|the set of|the set of all|the) )?(?:the )?real(?: numbers?|s)?"
        r"(?: [a-z])?"
        r"|all reals|all values of [a-z]"
    ),
    "emptyset": lazy_pattern(
        r"(?:there (?:is|are|exists?) )?no (?:such |real |integer |positive |other |possible )*"
        r"(?:(?:solutions?|roots?|values?|numbers?|integers?|pairs?|triples?|functions?|primes?"
        r"|polynomials?|sequences?|points?|sets?)(?: [a-z])?|(?<=such )[a-z])"
        r"(?: (?:exists?|is possible|are possible))?|(?:the )?(?:empty|null) set|none(?: exists?)?"
    ),
    "undefined": lazy_pattern(
        r"(?:the limit |it )?(?:does not exist|doesn't exist|dne|(?:is )?undefined|not defined)"
    ),
    "oo": lazy_pattern(
        r"(?:there are )?(?:infinitely many|infinite|an infinite number of)(?: (?:real |integer )?"
        r"(?:solutions?|values?|roots?|points?))?"
    ),
}
_COMPASS = {
    "N": "north", "E": "east", "S": "south", "W": "west",
    "NE": "northeast", "SE": "southeast", "SW": "southwest", "NW": "northwest",
}  # fmt: skip
_COMMA = lazy_pattern(r"\d,\d")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as text and in its possible readings (none: it is no mathematics)."""

    text: str
    readings: tuple[Node, ...]
    problem: str = ""  # why there is no reading


@functools.lru_cache(maxsize=8192)
def read(text: str) -> Answer:
    """Tidy and parse one answer."""
    # plain numbers need no parser: it is imported with the first answer that does
    from harness.verifiers.math.comparing.calculus import evaluated
    from harness.verifiers.math.comparing.sequences import written_out
    from harness.verifiers.math.comparing.shapes import in_every_order
    from harness.verifiers.math.reading.parser import ParseError, parse

    if len(text) > MAX_ANSWER:
        return Answer(text, (), "too long")
    text = tidy(text)
    plain = wording.words_only(text)
    if sentences.is_denial(plain):
        return Answer(text, (), "a denial")
    if len(plain) < 60 and not any(c.isdigit() for c in plain):
        folded = " ".join(plain.casefold().split()).strip(" .")
        for name, phrase in _PHRASES.items():
            if phrase.fullmatch(folded):
                return Answer(text, (Sym(name),))
    if told := parts(text):
        return _in_parts(text, told)
    if (order := permuted(text)) is not None and (inner := read(order[0])).readings:
        told_in_full = in_every_order(inner.readings[0], cyclic=order[1])
        if told_in_full is not None:
            return Answer(text, (told_in_full,))
    if (cases := by_cases(text)) is not None and (inner := read(cases)).readings:
        return Answer(text, inner.readings)
    spelled = _spelled(plain) or family(text)
    if spelled is not None:
        return Answer(text, (spelled,))
    readings: dict[str, Node] = {}
    problem = ""
    for commas in ("group", "list", "decimal") if _COMMA.search(text) else ("group",):
        if commas == "decimal" and re.search(r"[(\[{]", text):
            continue
        try:
            node = parse(text, commas)
        except (ParseError, RecursionError) as error:
            problem = str(error) or "nested too deeply"
            continue
        if depth(node) > MAX_DEPTH:
            problem = "nested too deeply"
            continue
        node = written_out(evaluated(node))
        if not isinstance(node, Text):
            readings.setdefault(key(node), node)
    return Answer(text, tuple(readings.values()), "" if readings else problem or "words")


def _in_parts(text: str, told: list[str]) -> Answer:
    """`(1) 3; (2) 5` as the tuple of its parts, if each is mathematics."""
    inner = [read(p).readings for p in told]
    if not all(inner):
        return Answer(text, (), "parts in words")
    return Answer(text, (Op("()", tuple(r[0] for r in inner)),))


def _spelled(plain: str) -> Node | None:
    """Digits in a base above ten, a number in words, or a list of such."""
    value: Fraction | int | None = digits_value(plain)
    if value is None:
        value = wording.number_words(plain)
    if value is None and not plain.isdigit():
        value = numeral(plain)
    if value is not None:
        return Num(value)
    several = wording.number_list(plain) if " and " in plain else []
    return Op("list", tuple(map(Num, several))) if several else None


def same_answer(gold: str, answer: str, options: Options) -> tuple[Outcome, str]:
    """(outcome, reason) for two answers as text."""
    if len(gold) > MAX_ANSWER or len(answer) > MAX_ANSWER:
        return Outcome("".join(gold.split()) == "".join(answer.split()), "text"), "too long to read"
    if text_key(gold) == text_key(answer):
        return Outcome(True, "text"), "the same text"
    left, right = plain_number(gold), plain_number(answer)
    if left is not None and left == right and _CURRENCY.findall(gold) == _CURRENCY.findall(answer):
        return Outcome(True, "rational"), "the same number"
    told = _no_mathematics(gold, answer)
    if told is not None:
        return told
    if options.roman:
        gold, answer = (_from_roman(text) for text in (gold, answer))
    outcome, reason = _parsed(gold, answer, options)
    if not outcome.equal:
        for one, other in second_readings(gold, answer):
            second, why = _parsed(one, other, options)
            if second.equal:
                return second, why
    return outcome, reason


def _no_mathematics(gold: str, answer: str) -> tuple[Outcome, str] | None:
    """Times, dates, choice letters, yes and no; None where they do not settle it."""
    time = wording.same_time(gold, answer)
    if time is not None:
        return Outcome(time, "time"), "times of day"
    day = sentences.same_date(gold, answer)
    if day is not None:
        return Outcome(day, "words"), "dates"
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
    possible = _possible(gold), _possible(answer)
    if possible[0] is not None and possible[1] is not None:
        return Outcome(possible[0] == possible[1], "words"), "whether it is possible"
    head = wording.polarity(gold)
    if head is not None and in_english(wording.words_only(gold)).casefold().strip(" .") == head:
        said = wording.polarity(answer)
        if said is not None:
            return Outcome(said == head, "words"), f"{said} for {head}"
    elif head is not None and not any(c.isdigit() or c in "=\\" for c in gold):
        said = wording.polarity(answer)  # "Yes, it is possible"
        if said == head and in_english(wording.words_only(answer)).casefold().strip(" .") == said:
            return Outcome(True, "words"), f"{said}, as the gold says and explains"
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


def _from_roman(text: str) -> str:
    value = wording.roman(wording.words_only(text))
    return text if value is None else str(value)


def _parsed(gold: str, answer: str, options: Options) -> tuple[Outcome, str]:
    left, right = read(gold), read(answer)
    words = [wording.normal_words(a.text, case=options.case) for a in (left, right)]
    if not (left.readings and right.readings):
        members = [wording.members(a.text, case=options.case) for a in (left, right)]
        if members[0] == members[1] and len(members[0]) > 1 and all(members[0]):
            return Outcome(True, "words"), "the same words"
    said = any(c.isalpha() or "①" <= c <= "⑳" for c in words[0])  # 7 7 and 77 are no words
    if said and words[0] == words[1] and not (left.readings and right.readings):
        return Outcome(True, "words"), "the same words"
    plain = wording.words_only(left.text)
    apart = said and not (left.readings and right.readings)
    told = wording.words_only(right.text)
    if apart and sentences.gives(plain, told):
        return Outcome(True, "words"), "the words of a sentence"
    if len(plain) > 2 * len(told) and words[1].isalpha() and sentences.gives(told, plain):
        return Outcome(True, "words"), "the word that the gold's sentence gives"
    if len(plain) > 2 * len(told) and words[1].isalpha() and "$" in gold:
        if sentences.gives(told, _FORMULA.sub("it", gold)):
            return Outcome(True, "words"), "the word that the gold's sentence gives"
    if apart and sentences.same_thing(plain, told):
        return Outcome(True, "words"), "the same but for the noun"
    if not left.readings and sentences.same_numbers(plain, told):
        return Outcome(True, "words"), "the numbers of the gold's sentence"
    if not left.readings or not right.readings:
        side, why = ("answer", right.problem) if left.readings else ("gold", left.problem)
        return Outcome(False, "words"), f"other words (the {side} does not parse: {why})"
    from harness.verifiers.math.comparing.compare import Comparison

    comparison = Comparison(options)
    last = Outcome(False, "structure")
    for a in left.readings:
        for b in right.readings:
            try:
                outcome = comparison.same(a, b)
            except RecursionError:
                outcome = Outcome(None, "depth")
            if outcome.equal:
                return outcome, f"{_show(a)} = {_show(b)}"
            if outcome.equal is None or last.equal is False:
                last = outcome
    if last.equal is None:
        return last, "equality could not be decided"
    return last, f"{_show(left.readings[0])} is not {_show(right.readings[0])}"


def _show(node: Node) -> str:
    text = repr(node)
    return text if len(text) <= 80 else text[:77] + "..."


@functools.lru_cache(maxsize=8192)
def answer_key(text: str) -> str | None:
    """One string for equivalent answers; None for a text that says nothing."""
    value = plain_value(text) if len(text) < 200 else None
    if value is not None and "%" not in text:
        return number_key(value)
    if len(text) > MAX_ANSWER:
        from harness.core.hashing import content_hash

        return content_hash(text)
    time = wording.minutes(text) if ":" in text else None
    if time is not None:
        return f"time {time[0]}"
    answer = read(text)
    if not answer.readings:
        return wording.normal_words(answer.text) or None
    from harness.verifiers.math.comparing.keys import canonical

    try:
        return canonical(answer.readings[0])
    except (RecursionError, UnknownError):
        return key(answer.readings[0])
