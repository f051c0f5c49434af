r"""The numbers that a sentence mentions, and the part that each plays in it.

English has few small words and they tell: "needs to pay $64 for 16 glasses" has an object and a
prepositional phrase; "40 dwarves can mine 43,200 pounds in a month" a subject, an object and a
phrase; "3 loaves cost $4 more than 2 bagels" a subject, an object and what it is compared with. No
list of verbs is needed: what is governed by no small word is the object, except where a clause
begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from harness.verifiers.math.finding.asked import content, names
from harness.verifiers.math.finding.dollars import plain_money
from harness.verifiers.math.finding.phrases import (
    ALTOGETHER,
    CHINESE_ASIDE,
    CHINESE_RESULT,
    NEGATED,
)
from harness.verifiers.math.finding.spans import NO_UNITS, NUMBER, spans
from harness.verifiers.math.finding.words import (
    CHANGES,
    COPULAS,
    KNOWN,
    LABELS,
    LEFT,
    MEASURES,
    MODALS,
    PREPOSITIONS,
    REACHES,
    RESULTS,
    SAYS,
    SUBORDINATE,
    TRANSPARENT,
)
from harness.verifiers.math.reading.units import is_unit
from harness.verifiers.patterns import lazy_pattern

_TOKEN = lazy_pattern(r"[A-Za-zÀ-ɏ]+(?:['’][A-Za-z]+)?|[\u4e00-\u9fff]|[^\s\w]|\S")
_ORDINAL = lazy_pattern(r"(?:st|nd|rd|th)\b|\^\{?\\?(?:text|mathrm|rm)?\{?(?:st|nd|rd|th)\b")
_HYPHEN = lazy_pattern(r"[-‐–][A-Za-z]")
_BETWEEN_UNITS = frozenset({"per", "square", "cubic", "sq"})
_CHINESE_IS = frozenset("是为共得有了剩于到过达=＝:：")
_CHINESE_PHRASE = frozenset("在用从每把对第比与向给被以除按")


_BEFORE_GERUNDS = (["after"], ["before"], ["by"], ["without"], ["when"], ["while"])
_PARTITIVE = lazy_pattern(r"[\s*]*of\s+(?:[a-z]+\s+){0,2}[*$]{0,3}\d[\d,.]*")
_APPROXIMATELY = frozenset({"about", "approximately", "roughly", "around", "≈"})
_SPLIT = lazy_pattern(r"[,;()，；：]|\b(?:and|but|while|whereas|or)\b")
_AND = lazy_pattern(r"\s+and\b")
_RELATIVES = frozenset({"which", "who", "whose", "where"})
_SUBJECTS = frozenset({"he", "she", "it", "they", "we", "you", "i", "there"})
_SCALE = lazy_pattern(r"\s?(dozen|hundred|thousand|million|billion|trillion)\b")


@dataclass(frozen=True, slots=True)
class Mention:
    """`weight` says how likely this is what the sentence states: 2 an object, 1.5 a subject, 1 or
    less a phrase beside them. `noun` is what stands behind the number."""

    start: int
    end: int
    text: str
    weight: float = 2.0
    part: str = "object"
    noun: tuple[str, ...] = ()
    clause: int = 0
    difference: bool = False
    names: frozenset[str] = frozenset()
    negated: bool = False
    content: frozenset[str] = frozenset()


def mentions(sentence: str) -> list[Mention]:
    """The numbers and formulas of a sentence in order, weighted by their part in it."""
    told = spans(sentence)
    if not told:
        return []
    found: list[Mention] = []
    state = _Reader(sentence)
    place = 0
    for start, end, text in told:
        state.take(sentence[place:start])
        found.append(state.mention(start, end, text))
        place = end
    return state.finished(_named(sentence, found))


def _named(sentence: str, found: list[Mention]) -> list[Mention]:
    """Each mention with the names beside it: "Pia has 20 and Jo 10"."""
    named: list[Mention] = []
    for place, mention in enumerate(found):
        first = found[place - 1].end if place else 0
        last = found[place + 1].start if place + 1 < len(found) else len(sentence)
        before, behind = sentence[first : mention.start], sentence[mention.end : last]
        if place:
            before = _SPLIT.split(before)[-1]
        behind = _SPLIT.split(behind, maxsplit=1)[0]
        told = names(f"x {before}") | names(f"x {behind}")
        if place and not sentence[first : mention.start].strip(" ="):
            told |= named[-1].names  # "Jo has 24 + 12 = 36"
        named.append(replace(
            mention, names=told,
            negated=NEGATED.match(behind) is not None, content=content(f"{before} {behind}"),
        ))  # fmt: skip
    for place in range(len(named) - 2, -1, -1):  # "20 and Jo has 10 marbles"
        if not named[place].noun and _AND.match(sentence, named[place].end):
            named[place] = replace(named[place], noun=named[place + 1].noun)
    return named


class _Reader:
    """Reads a sentence from the left and keeps the words since the last mention."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        self.words: list[str] = []
        self.clause = 0
        self.region = ""  # "", "sub" or "purpose"
        self.until_comma = False
        self.spoken = False  # an object stood in this clause already
        self.mentioned = False  # a number stood in it
        self.gerund = False  # "Dividing 240 by 12 gives …"
        self.operated = False  # "12 m × 7 m"
        self.brackets = 0
        self.equals = 0  # mentions before the last equality sign: its left side is less than that
        self.opened = self.clause_of_equals = 0  # the first mention since the last comma
        self.count = 0
        self.restated = False  # behind "that is"
        self.begun = 0  # the words before the present clause

    def take(self, text: str) -> None:
        """The words between two mentions."""
        if CHINESE_RESULT.search(text):
            self.region, self.clause = "", self.clause + 1
        elif CHINESE_ASIDE.search(text):
            self.region, self.until_comma = "sub", False
        tokens = [t for t in _TOKEN.findall(text) if t not in "*_`~"]
        self.operated = self.operated or bool({"×", "÷", "+", "x"} & set(tokens))
        for index, token in enumerate(tokens):
            word = token.lower()
            if not self.count and not self.words:
                self.gerund = word.endswith("ing")
            after = tokens[index + 1].lower() if index + 1 < len(tokens) else ""
            if word == "which" and _APPROXIMATELY & {
                t.lower() for t in tokens[index + 2 : index + 3]
            }:
                after = ""  # "2√5, which is about 4.47" has told its value
            begun = any(w.isalpha() and w not in RESULTS for w in self.words)
            self._turn(word, after, opening=not begun and not self.count)
            self.words.append(word)

    def _turn(self, word: str, after: str, *, opening: bool) -> None:
        if word in (",", ";", "，", "；") and not self.brackets:
            self.opened = self.count
        if word in ("(", "["):
            self.brackets += 1
        elif word in (")", "]"):
            self.brackets = max(0, self.brackets - 1)
        elif word == "=" and not self.brackets:
            self.equals, self.clause_of_equals = self.count, self.opened
        elif word in _SUBJECTS and self.until_comma and self.mentioned:
            self.region, self.until_comma = "", False  # "After giving away 7 she has 5"
        elif word in (",", ";", "，", "；") and (self.until_comma or word in ";；"):
            self.region, self.until_comma, self.mentioned = "", False, False
            self.words.append("|")
        elif (
            (word in RESULTS and self.words[-1:] not in _BEFORE_GERUNDS)  # "after giving 7 away"
            or (word == "which" and after in SAYS)
            or (word == "is" and self.words[-2:] == [",", "that"])  # "that is, in 2018"
            or (word == "to" and after in REACHES)
        ):
            self.restated = word == "is"
            self.region, self.until_comma = "", False
            self.begun = len(self.words)
            self.clause += 1
            self.spoken = self.mentioned = False
        elif (
            word in SUBORDINATE
            or word == "which"
            or (word in ("before", "after", "until") and (opening or self.mentioned))
        ):
            start = opening or self._begins()
            aside = word in _RELATIVES and self.words[-1:] in ([","], ["|"])  # ", who is 5,"
            joined = self.words[-1:] in (["and"], ["but"])  # ", and after using 24, 72 remain"
            self.region = "sub"
            self.until_comma = aside or joined or (start and not self.mentioned)
        elif word == "to" and after and after not in TRANSPARENT and not after.isdigit():
            modal = self.words[-1:] and self.words[-1] in MODALS
            if (opening or self.mentioned) and not modal and not self.region:
                self.region, self.until_comma = "purpose", opening

    def _begins(self) -> bool:
        """Whether no word stands yet in the clause but "so"."""
        words = self.words[self.begun :]
        return not any(w.isalpha() and w not in RESULTS for w in words)

    def mention(self, start: int, end: int, text: str) -> Mention:
        """The next mention, by the words before it and right behind it."""
        behind = self.sentence[end : end + 80]
        weight, part = self._part(start)
        noun = _noun(behind)
        if _HYPHEN.match(behind) and not behind[1:3].isupper():
            measure = re.match(r"[-‐–]\w+\s+([a-z]+)", behind)
            told = measure is not None and measure[1] in MEASURES
            weight, part = (1.8, "object") if told else (0.0, "attribute")
        elif _ORDINAL.match(behind):
            weight, part = min(weight, 0.6), "ordinal"
        later = [w.lower() for w in re.findall(r"[A-Za-z]+|[.,;]", behind)][:6]
        clause = later[: next((i for i, w in enumerate(later) if w in ".,;"), len(later))]
        difference = bool(set(later[:2]) & {"more", "less", "fewer", "older", "younger", "higher",
                                            "lower", "longer", "shorter", "taller", "times"}
                          and "than" in clause) or later[:1] == ["times"]  # fmt: skip
        if difference:
            weight -= 0.45
        if part in ("object", "result", "subject") and set(clause) & LEFT:
            weight += 0.7
        if ALTOGETHER.match(behind) and part in ("phrase", "object", "subject"):
            weight, part = 3.0, "result"  # "…, for 225 apples in all"
        if self.sentence[max(0, start - 2) : start] == "**":
            weight, part = weight + 2.5, "bold"
        if part in ("object", "result", "bold"):
            self.spoken = True
        if part in ("object", "subject", "result", "restatement"):
            weight += 1.5 * self.clause
        self.words, self.begun = [], 0
        self.count += 1
        self.mentioned = True
        return Mention(start, end, text, weight, part, noun, self.clause, difference)

    def _part(self, start: int) -> tuple[float, str]:
        words = list(self.words)
        known = False
        while words and (words[-1] in TRANSPARENT or words[-1].endswith(("ing", "'s", "’s"))):
            known = words.pop() in KNOWN or known
        before = words[-1] if words else ""
        earlier = words[-2] if len(words) > 1 else ""
        weight, part = self._by_word(before, earlier, words)
        if self.brackets:
            return min(weight, 0.5), "aside"
        if words[-2:] == [",", "or"] and self.operated:
            return 3.0, "result"  # "12 m × 7 m, or 84 m²"
        if words[-1:] == ["or"]:
            return min(weight, 1.3), "restatement"
        if self._is_label(start):
            return 0.6, "label"
        if self.region:
            return min(weight, 0.8), "subordinate"
        if self.restated:
            return max(weight, 3.0), "result"
        if known and part in ("object", "subject"):
            weight = 1.2
        return weight, part

    def _is_label(self, start: int) -> bool:
        """`the WidgetMaster 9000`: a name's number, behind which no noun stands."""
        name = re.search(r"\w\s+([A-Z][A-Za-z]+)\s$", self.sentence[max(0, start - 40) : start])
        behind = NUMBER.match(self.sentence, start)
        return bool(name and behind and re.match(
            r"\s*(?:$|[.,;]|(?:than|and|or|is|in|for|if|over|compared|versus|vs|with|to|at|on"
            r"|will|can|has|does)\b)", self.sentence[behind.end() :]
        ))  # fmt: skip

    def _by_word(self, before: str, earlier: str, words: list[str]) -> tuple[float, str]:
        if before == "than":
            return 0.0, "compared"
        if before in ("=", "≈", "→", "⇒"):
            return 3.0, "result"
        if before == "of" and words == ["of"]:
            return 0.4, "whole"  # "4 of the 12 eggs", "Of the 12 eggs, 4 …"
        if before == "of":
            return _of(earlier, words)
        if before == "to":
            return (1.0, "phrase") if "from" in words else (2.2, "object")
        if before == "with":
            told = earlier in LEFT or earlier in ("up", "him", "her", "them", "ends", "ended")
            return (2.2, "object") if told else (1.0, "phrase")
        if before == "by" and any(w.startswith(CHANGES) for w in words):
            return 1.8, "object"
        if before == "in" and earlier.startswith("result"):
            return 2.5, "object"
        if before in PREPOSITIONS:
            return 1.0, "phrase"
        if before in LABELS and earlier not in COPULAS:
            return 0.5, "label"
        if before in COPULAS or before in _CHINESE_IS:
            return 2.5, "object"
        if before in _CHINESE_PHRASE:
            return (0.0, "compared") if before == "比" else (1.0, "phrase")
        if before in ("", ",", "|", ":", "and", "，", "。") and not self.spoken:
            return 1.5, "subject"
        return 2.0, "object"

    def finished(self, found: list[Mention]) -> list[Mention]:
        """The mentions, those on the left of an equality sign and before its clause set back."""
        left = range(self.clause_of_equals, self.equals)
        return [
            replace(m, weight=min(m.weight, 0.3), part="left side") if i in left
            else replace(m, weight=min(m.weight, 1.0)) if i < self.equals else m
            for i, m in enumerate(found)
        ]  # fmt: skip


def _of(earlier: str, words: list[str]) -> tuple[float, str]:
    """The part of what follows "a total of", "a price of", "gives a payment of"."""
    if earlier in ("consists", "consist", "composed", "comprised"):
        return 2.2, "object"
    if earlier in ("total", "sum"):
        return 3.0, "result"
    if earlier in ("rate", "price", "speed") and "at" in words[-5:]:
        return 1.0, "phrase"  # "at a rate of 25 pages per day"
    said = earlier in MEASURES or SAYS & {*words[-5:-2]}
    return (2.2, "object") if said else (1.0, "phrase")


def _noun(behind: str) -> tuple[str, ...]:
    """The words right behind a number, up to a verb or a phrase."""
    if chinese := re.match(r"\s*([\u4e00-\u9fff]{1,4})", behind):
        return (chinese[1],)
    words: list[str] = []
    if partitive := _PARTITIVE.match(behind):
        behind = behind[partitive.end() :]
    for word in re.findall(r"[A-Za-z'’]+|[^\s\w]", re.split(r"\d", behind, maxsplit=1)[0]):
        if word in "*_`~\\" or word.lower() in ("more", "additional", "different", "total"):
            continue
        low = word.lower()
        if (
            not word[0].isalpha()
            or low in ("and", "or", "but", "so")
            or low in COPULAS
            or low in TRANSPARENT - {"of"}
        ):
            break
        if low in PREPOSITIONS and low != "of":
            break
        if low != "of":
            words.append(low)
        if len(words) == 4:
            break
    return tuple(words)


def with_unit(sentence: str, mention: Mention) -> str:
    """The mention's text with the unit behind it; other nouns say nothing of its value."""
    text = plain_money(mention.text)
    scale = _SCALE.match(sentence, mention.end)
    if scale is not None:
        return f"{text} {scale[1]}"
    if text[-1:] in "$)]%€" or text[:1] in "$€£¥\\":
        return text
    behind = re.match(
        r"\s?((?:square |cubic |sq\.? )?[A-Za-zµ]+(?:\s?/\s?[a-z]+|\s+per\s+[a-z]+)?)(?![\w-])",
        sentence[mention.end : mention.end + 40],
    )
    if behind is None:
        return text
    for unit in (behind[1], re.split(r"\s?/|\s+per\s", behind[1])[0]):
        names = [w for w in re.findall(r"[A-Za-zµ]+", unit) if w not in _BETWEEN_UNITS]
        if unit.lower() in NO_UNITS or not names or (len(names[-1]) < 2 and unit != "L"):
            continue
        if all(map(is_unit, names)):
            return f"{text} {'litres' if unit == 'L' else unit}"
    return text
