"""Comparing two answers given as text, in stages from normalised text to trees."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from harness.verifiers.math.comparing.answers import MAX_ANSWER, read
from harness.verifiers.math.comparing.exact import UnknownError, key
from harness.verifiers.math.comparing.labels import labelled
from harness.verifiers.math.comparing.options import Options
from harness.verifiers.math.comparing.outcome import Outcome
from harness.verifiers.math.comparing.quick import number_key, plain_value, text_key
from harness.verifiers.math.comparing.words import no_mathematics, same_words
from harness.verifiers.math.reading import wording
from harness.verifiers.math.reading.notation import second_readings
from harness.verifiers.math.reading.numbers import plain_number
from harness.verifiers.math.reading.parts import parts
from harness.verifiers.math.reading.tree import Node
from harness.verifiers.patterns import lazy_pattern

if TYPE_CHECKING:
    from harness.verifiers.math.comparing.compare import Comparison

_BARE = lazy_pattern(r"[^A-Za-z]*(?:[,;]|\band\b|\\text\s*\{\s*and\s*\})[^A-Za-z]*")
_FIRST = frozenset("1aAiI①")  # how numbered parts begin
_APART = lazy_pattern(r"\s*[,;]\s*(?:and\s+)?|\s+and\s+")
_CURRENCY = lazy_pattern(r"[$€£¥₹₽₩]|USD|Rs")


def same_answer(gold: str, answer: str, options: Options) -> tuple[Outcome, str]:
    """(outcome, reason) for two answers as text."""
    if len(gold) > MAX_ANSWER or len(answer) > MAX_ANSWER:
        return Outcome("".join(gold.split()) == "".join(answer.split()), "text"), "too long to read"
    if text_key(gold) == text_key(answer):
        return Outcome(True, "text"), "the same text"
    left, right = plain_number(gold), plain_number(answer)
    if left is not None and left == right and _CURRENCY.findall(gold) == _CURRENCY.findall(answer):
        return Outcome(True, "rational"), "the same number"
    told = (
        no_mathematics(gold, answer)
        or _by_labels(gold, answer, options)
        or _by_parts(gold, answer, options)
    )
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


def _by_labels(gold: str, answer: str, options: Options) -> tuple[Outcome, str] | None:
    """Parts with the same labels in words, each compared with its like; None for other answers."""
    told = None if wording.only_signs(gold) else labelled(gold)
    said = told and labelled(answer)
    if told and not said and _BARE.fullmatch(answer):
        order = f"({', '.join(told.values())})"  # "father 36, son 12"
        equal = same_answer(order, answer, options)[0].equal
        return Outcome(equal, "labels"), "the labelled parts in their order"
    if not told or not said or set(told) != set(said):
        return None
    outcomes = [same_answer(value, said[label], options)[0] for label, value in told.items()]
    return Outcome(all(o.equal for o in outcomes), "labels"), "part by part, by their labels"


def _by_parts(gold: str, answer: str, options: Options) -> tuple[Outcome, str] | None:
    """Numbered parts in words, "a) yes; b) no", each compared with its like."""
    told = parts(wording.words_only(gold)) if gold.lstrip(" (")[:1] in _FIRST else None
    if told is None or all(read(part).readings for part in told):
        return None
    plain = wording.words_only(answer)
    said = parts(plain) or [p for p in _APART.split(plain) if p.strip()]
    if len(said) != len(told):
        return None
    equal = all(same_answer(a, b, options)[0].equal for a, b in zip(told, said, strict=True))
    return Outcome(equal, "labels"), "part by part"


def _from_roman(text: str) -> str:
    value = wording.roman(wording.words_only(text))
    return text if value is None else str(value)


@functools.lru_cache(maxsize=64)
def _comparison(options: Options) -> Comparison:
    from harness.verifiers.math.comparing.compare import Comparison  # with the first that needs it

    return Comparison(options)


def _parsed(gold: str, answer: str, options: Options) -> tuple[Outcome, str]:
    left, right = read(gold), read(answer)
    told = same_words(left, right, gold, answer, options)
    if told is not None:
        return told
    comparison = _comparison(options)
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
    """One string for equivalent answers; None for a text without content."""
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
