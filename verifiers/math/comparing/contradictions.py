"""What the words of two answers say against each other, where their numbers alone agree: another
bound, another unit, the number of another part, the names exchanged, a denial.

Each rule looks at what both texts tell; what one of them leaves out contradicts nothing.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from harness.verifiers.math.comparing.opposites import opposite
from harness.verifiers.math.reading.parts import outside_brackets
from harness.verifiers.math.reading.sentences import main_clause
from harness.verifiers.math.reading.units import Unit, read_unit
from harness.verifiers.math.reading.wording import number_words, words_only
from harness.verifiers.patterns import lazy_pattern

MAX_READ = 400  # characters of each text
_WORDED = lazy_pattern(r"(?<![A-Za-z\\])[A-Za-z]{2}|[\u4e00-\u9fff]")
_NUMBER = r"-?\d+(?:,\d{3})*(?:\.\d+)?(?:/\d+)?"
_NUMBERS = lazy_pattern(rf"(?<![A-Za-z\d.^_]){_NUMBER}(?![\d^])")
_MEASURED = lazy_pattern(
    rf"(?<![A-Za-z\d.^_])({_NUMBER})(?![\d.,]*\d)\s*(?:-\s*)?"
    r"(?=([A-Za-z][A-Za-z/^{}23 ·*]{0,40}|[\u4e00-\u9fff]+))"
)
_UNIT_TOKEN = lazy_pattern(r"\s*(?:/\s*)?[A-Za-z]+(?:\s?\^\s?\{?[23]\}?)?|[\u4e00-\u9fff]+")
_COUNTER = lazy_pattern(r"[个只条本张人名位件辆棵朵头匹种次]")
_NO_UNITS = frozenset({"in", "a", "A", "C", "K", "N", "V", "W", "J", "c", "d"})
_WORD = lazy_pattern(
    r"(?:team|group|class|pipe|car|box|plan|player|tank|store|method|machine|worker|train|type|kind)"
    r"\s+\d(?![\d.,])|[A-Za-z][\w-]*[A-Za-z]|(?<![\w\\])[A-Z](?![\w])|[\u4e00-\u9fff]+|" + _NUMBER,
    re.I,
)
_NAMED = lazy_pattern(r"[a-z]+\s+\d", re.I)
_ARTICLE = lazy_pattern(r"(?:^|[.;:]\s*)(?:A|I)(?=\s+[a-z])|\bI\b")
_APART = lazy_pattern(
    r"[(\[{]|[)\]}]|[;；、，]|,(?!\d{3})\s*|\.\s|\b(?:and|while|but|whereas)\b|和"
)
_SMALL = frozenset({
    "the", "a", "an", "is", "are", "was", "were", "has", "have", "had", "be", "been", "will",
    "would", "must", "should", "can", "could", "does", "do", "did", "of", "in", "on", "at", "to",
    "for", "from", "by", "with", "as", "it", "its", "that", "this", "which", "who", "there",
    "each", "every", "only", "them", "they", "their", "his", "her", "he", "she", "we", "you",
    "one", "gets", "get", "got", "costs", "cost", "takes", "take", "took", "needs",
    "need", "and", "or", "so", "thus", "therefore", "hence", "answer", "value", "values",
    "while", "but", "per", "when", "where", "if", "after", "before", "exactly", "total", "about",
    "still", "also", "respectively", "equal", "equals", "text", "left", "right",
})  # fmt: skip
_SHORTENED = {"max": "maximum", "min": "minimum", "pts": "point", "pt": "point"}
_NAMES = lazy_pattern(r"(?<=[a-z] )[A-HJ-Z](?![\w(^_'=])")
_LETTER_OF = lazy_pattern(r"\b([a-z])\s+-(?=[a-z]{3})")  # `$y$-intercept`
_BOUNDS = lazy_pattern(
    r"\b(?:(?P<ge>at least|no (?:less|fewer) than|not (?:less|fewer) than|minimum of"
    r"|(?:greater|more|larger) than or equal to)"
    r"|(?P<le>at most|no (?:more|greater) than|not more than|up to|maximum of"
    r"|(?:less|smaller|fewer) than or equal to)"
    r"|(?P<gt>(?:more|greater|larger) than|exceeds|above|over)"
    r"|(?P<lt>(?:less|fewer|smaller) than|below|under))\s+\$?-?\d", re.I
)  # fmt: skip
_BETWEEN = lazy_pattern(r"\bbetween\b|\d\s+to\s+\d", re.I)
_FROM_TO = lazy_pattern(rf"\bbetween\s+({_NUMBER})\s+and\s+({_NUMBER})", re.I)
_JOINED = lazy_pattern(rf"({_NUMBER})\s+and\s+({_NUMBER})", re.I)
_DENIES = lazy_pattern(r"\b(?:not|never|cannot)\b|n['’]t\b", re.I)
_DENYING = lazy_pattern(
    r"\b(?:not|never|cannot|no|none|nor|neither|without|except|but|un\w+|im\w+|in\w{5,}|non\w*)\b"
    r"|n['’]t\b", re.I
)  # fmt: skip
_EXCEPTS = lazy_pattern(r"\b(?:except|excluding|other than|all but)\b", re.I)
_EXCEPTED = lazy_pattern(r"≠|∪|∖|\\(?:neq?|cup|setminus|backslash)|\bother\b|\bexcluding\b|\ball\b")
_COUNTED = lazy_pattern(r"\W*([a-z]+)\s+((?:[a-z-]+\s+)*)([a-z]+?)s?\W*", re.I)
_ANY_KIND = frozenset({"distinct", "different", "real", "such", "possible", "integer", "the", "of",
                       "positive", "more", "whole"})  # fmt: skip
_UNSURE = lazy_pattern(r"\b(?:hardly|perhaps|maybe|probably|possibly|supposedly|allegedly)\b", re.I)
_DIRECTED = frozenset({"than", "to", "per", "before", "after", "into", "over", "under", "above",
                       "below", "beats", "divides", "owes"})  # fmt: skip
_DISTANCE = lazy_pattern(r"\bdistance\b|\bbetween\b", re.I)
_STEPS = lazy_pattern(r"\bthen\b", re.I)
_ONLY_IF = lazy_pattern(r"\b(?:if and only if|iff|exactly when|only when|only if)\b(.*)", re.I)
_CONDITION = lazy_pattern(
    r"\b(?:for|if|when|where|at)\s+\$?([a-z])\s*(<|>|≤|≥|=|\\[lg]eq?(?![a-z]))\s*(-?[\d.]+)"
)
_DOWN = ("<", "≤", r"\l")


class _Piece(NamedTuple):
    """A part of a text: its numbers, and the words under which they stand."""

    numbers: tuple[str, ...]
    words: frozenset[str]


def numbers_of(text: str) -> list[str]:
    """The numbers that a text writes in digits."""
    return _NUMBERS.findall(text)


def several_numbers(text: str) -> set[str]:
    """The numbers of a text that tells them in several parts: "5 boys and 6 girls"."""
    pieces = _pieces(words_only(text))
    return {*chain.from_iterable(p.numbers for p in pieces)} if len(pieces) > 1 else set()


@functools.lru_cache(maxsize=4096)
def worded(text: str) -> bool:
    """Whether a text has words, which another text's may contradict."""
    return len(text) <= MAX_READ and _WORDED.search(words_only(text)) is not None


def contradiction(gold: str, said: str) -> str | None:
    """Why the words of `said` contradict those of `gold`; None where they do not."""
    if not worded(gold) or len(said) > MAX_READ:
        return None
    told, text = words_only(gold), words_only(said)
    if _bounds_lost(told, text):
        return "bounds"
    if not worded(said):
        return None
    if opposite(gold, said):
        return "the opposite"
    if _bounds_apart(told, text) or _spans_apart(told, text):
        return "other bounds"
    if _units_apart(told, text):
        return "other units"
    if _conditions_apart(told, text):
        return "another condition"
    if _denied(told, text):
        return "denied"
    if "\\begin" in told or "\\begin" in text:
        return None  # cases in signs
    letters = [{*_letters(t)} for t in (told, text)]
    if letters[0] and letters[1] and not letters[0] & letters[1]:
        return "other letters"
    if _exchanged(told, text):
        return "the names exchanged"
    return _roles_apart(told, text)


def _bounds_apart(gold: str, said: str) -> bool:
    """Whether both tell bounds, and other ones."""
    bounds = [[m.lastgroup for m in _BOUNDS.finditer(t)] for t in (gold, said)]
    if bounds[0] and len(bounds[0]) == len(bounds[1]):
        return bounds[0] != bounds[1] and sorted(map(str, bounds[0])) != sorted(map(str, bounds[1]))
    return False


def _bounds_lost(gold: str, said: str) -> bool:
    """Whether a gold of several bounds is answered by bare numbers: "12, 20" for "at least 12 and
    at most 20"."""
    if len(_BOUNDS.findall(gold)) < 2 or _BOUNDS.search(said) or _BETWEEN.search(said):
        return False
    return len(_NUMBERS.findall(said)) > 1 and re.search(r"[(\[<≤–-]|\\le|最|至", said) is None


def _spans_apart(gold: str, said: str) -> bool:
    """Whether one is "between 12 and 20 apples" and the other "12 and 20 apples"."""
    told, joined = _FROM_TO.search(gold), _JOINED.search(said)
    if told is None or joined is None or _FROM_TO.search(said) or _BOUNDS.search(said):
        return False
    return told.groups() == joined.groups()


def bounded_alike(gold: str, said: str) -> bool:
    """Whether two texts of several numbers tell the same bounds, or both none."""
    bounds = [[m.lastgroup for m in _BOUNDS.finditer(t)] for t in (gold, said)]
    between = [_BETWEEN.search(t) is not None for t in (gold, said)]
    return bounds[0] == bounds[1] and between[0] == between[1]


def _units(text: str) -> dict[str, set[Unit | str]]:
    """The units in which each number of a text stands, as far as they are known."""
    found: dict[str, set[Unit | str]] = {}
    for number, word in _MEASURED.findall(text):
        unit = _unit_of(word)
        if unit is not None:
            found.setdefault(number, set()).add(unit)
        elif _COUNTER.match(word):
            found.setdefault(number, set()).add("a count")
    return found


def _unit_of(words: str) -> Unit | None:
    """The unit with which words behind a number begin: as much of them as is one."""
    ends = [m.end() for m in _UNIT_TOKEN.finditer(words)][:4]
    for end in reversed(ends):
        told = words[:end].replace(" ^", "^").replace("^ ", "^").strip()
        if told not in _NO_UNITS and (unit := read_unit(told)) is not None:
            return unit
    return None


def _units_apart(gold: str, said: str) -> bool:
    """Whether a number of both stands in other units, in both of which it has one."""
    told, found = _units(gold), _units(said)
    return any(n in found and not found[n] & units for n, units in told.items())


def mixed(said: str) -> bool:
    """Whether the numbers of a text are in several units: 12 m by 18 cm."""
    return len(set(chain.from_iterable(_units(said).values()))) > 1


def _conditions_apart(gold: str, said: str) -> bool:
    """Whether each tells one condition on one letter, and not both can hold: x > 0 and x < 0."""
    told, found = _CONDITION.findall(gold), _CONDITION.findall(said)
    if len(told) != 1 or len(found) != 1 or told[0][0] != found[0][0]:
        return False
    (_, sign, value), (_, other, number) = told[0], found[0]
    if sign == other == "=":
        return bool(value != number)
    if "=" in (sign, other):
        return False
    return bool(sign.startswith(_DOWN) != other.startswith(_DOWN))


def _denied(gold: str, said: str) -> bool:
    """Whether the main clause of `said` denies what the gold says, or doubts it."""
    if _UNSURE.search(said) and not _UNSURE.search(gold):
        return True
    only = _ONLY_IF.search(gold)
    if only is not None and only.start() > 3 and not re.search(r"[=<>\d]", said):
        rest = set(_telling(only[1]))
        if rest and not rest & set(_telling(said)):
            return True  # "The second player wins" for "… wins if and only if n is odd"
    if _EXCEPTS.search(said) and not (_DENYING.search(gold) or _EXCEPTED.search(gold)):
        return True
    if _DENYING.search(gold) or not _DENIES.search(main_clause(said)):
        return False
    return len(set(_telling(gold)) & set(_telling(said))) > 1


def _telling(text: str) -> list[str]:
    """The words of a text that tell something, in its order, without their endings."""
    text = _ARTICLE.sub(lambda m: m.group().replace("A", " ").replace("I", " "), text)
    text = _LETTER_OF.sub(r"\1-", text)
    found = []
    for word in _WORD.findall(text):
        folded = word.casefold() if len(word) > 1 else word
        folded = _SHORTENED.get(folded, folded)
        if folded[0].isdigit() or folded[0] == "-" or folded in _SMALL:
            continue
        known = word in _NO_UNITS or len(word) == 1 or word.casefold() in _SHORTENED
        if known or read_unit(word) is None:
            plural = len(folded) > 3 and not folded.endswith("ss")
            found.append(folded.removesuffix("s") if plural else folded)
    return found


def _letters(text: str) -> list[str]:
    """The capital letters by which a text of words names things: "center O"."""
    return _NAMES.findall(_ARTICLE.sub(" ", text)) if len(_telling(text)) > 1 else []


def other_kind(gold: str, said: str) -> bool:
    """Whether two counts in words are of other kinds of a thing: "two tangent circles"."""
    told, found = (_COUNTED.fullmatch(words_only(t)) for t in (gold, said))
    if told is None or found is None or len(gold) > MAX_READ or len(said) > MAX_READ:
        return False
    if number_words(told[1]) is None or told[1].casefold() != found[1].casefold():
        return False
    kinds = [{*m[2].casefold().split()} - _ANY_KIND for m in (told, found)]
    return told[3].casefold() == found[3].casefold() and bool(kinds[1] - kinds[0])


def one_of_names(gold: str, said: str) -> bool:
    """Whether a name alone, read as a product, is one of two of which a gold tells: "Alice is
    taller than Bob"."""
    if not re.fullmatch(r"\W*[A-Z][a-z]+\W*", said):
        return False
    return len(re.findall(r"\b[A-Z][a-z]+\b", gold)) > 1 and bool(re.search(r"\b[a-z]{3}", gold))


def other_words(gold: str, said: str) -> bool:
    """Whether two texts without numbers, which were read as mathematics, have other words: "the
    incenter of ABC" and "the orthocenter of ABC"."""
    if not worded(gold) or not worded(said) or re.search(r"[\d=<>\\]", gold + said):
        return False
    if not all(re.search(r"\b[A-Z]{2}", t) for t in (gold, said)):
        return False
    told, found = ({w for w in _telling(t) if len(w) > 3 and w.islower()} for t in (gold, said))
    return bool(told - found) and bool(found - told)


def _exchanged(gold: str, said: str) -> bool:
    """Whether the two are the same words but for two that have changed places: "more girls than
    boys"; or the same steps in another order.
    """
    words = [[w.casefold() for w in _WORD.findall(t)] for t in (gold, said)]
    numbers = [_NUMBERS.findall(t) for t in (gold, said)]
    if all(_STEPS.search(t) for t in (gold, said)) and numbers[0] != numbers[1]:
        return sorted(numbers[0]) == sorted(numbers[1])
    if len(words[0]) != len(words[1]) or _DISTANCE.search(gold):
        return False
    apart = [i for i, pair in enumerate(zip(*words, strict=True)) if pair[0] != pair[1]]
    if len(apart) != 2:
        return False
    first, last = apart
    if words[0][first] != words[1][last] or words[0][last] != words[1][first]:
        return False
    if words[0][first][-1].isdigit() or words[0][last][-1].isdigit():
        return False
    between = words[0][first + 1 : last]
    return any(w in _DIRECTED or w[-1].isdigit() for w in between)


def _pieces(text: str) -> list[_Piece]:
    """The parts of a text that hold numbers; what holds none belongs to the next one."""
    pieces: list[_Piece] = []
    waiting: list[str] = []
    for part in outside_brackets(_APART, text):
        words = _telling(part)
        bare = _WORD.sub(lambda m: " " if _NAMED.fullmatch(m.group()) else m.group(), part)
        numbers = tuple(n.replace(",", "") for n in _NUMBERS.findall(bare))
        if not numbers:
            waiting += words
            continue
        pieces.append(_Piece(numbers, frozenset((*waiting, *words))))
        waiting = []
    if waiting and pieces:
        pieces[-1] = _Piece(pieces[-1].numbers, pieces[-1].words | {*waiting})
    return pieces


def _own(pieces: list[_Piece]) -> list[frozenset[str]]:
    """The words that stand in one part alone, part by part."""
    return [
        p.words - frozenset(chain.from_iterable(o.words for o in pieces if o is not p))
        for p in pieces
    ]


def _places(words: Iterable[str], own: list[frozenset[str]]) -> list[int]:
    """The parts that words name."""
    found = set(words)
    return [i for i, names in enumerate(own) if names & found]


def _roles_apart(gold: str, said: str) -> str | None:
    """Whether a number of the gold stands in `said` under the name of another part, or under a
    name of which the gold does not tell."""
    told, found = _pieces(gold), _pieces(said)
    if len(told) < 2 or not found:
        return None
    own = _own(told)
    known = set(chain.from_iterable(p.numbers for p in told))
    words = frozenset(chain.from_iterable(p.words for p in told))
    placed = 0
    strange = []
    for piece in found:
        places = _places(piece.words, own)
        if len(places) != 1:
            alike = any(w in v or v in w for w in piece.words for v in words if len(v) > 1)
            if piece.words and not piece.words & words and not alike:
                strange += [piece] if {*piece.numbers} <= known else []
            continue
        placed += 1
        right = told[places[0]].numbers
        if sorted(piece.numbers) == sorted(right):
            continue
        another = any(piece.numbers == p.numbers for p in told)
        if another or (len(piece.numbers) == len(right) and {*piece.numbers} <= known):
            return "the number of another part"
    if placed and strange and all(len(p.words) < 4 for p in strange):
        return "a part of another name"
    return None


def same_roles(gold: str, said: str) -> bool:
    """Whether `said` tells each number of the gold under the name of its part, in any order."""
    if not worded(gold) or not worded(said) or len(said) > MAX_READ // 2:
        return False
    told, text = words_only(gold), words_only(said)
    if _DENYING.search(text) or re.search(r"[\\<>≤≥]", told + text) or contradiction(gold, said):
        return False
    parts, found = _pieces(told), _pieces(text)
    if len(parts) < 2 or len(parts) != len(found):
        return False
    own = _own(parts)
    places = [_places(p.words, own) for p in found]
    if sorted(chain.from_iterable(places)) != list(range(len(parts))):
        return False
    return bounded_alike(told, text) and all(
        len(place) == 1 and len(piece.numbers) == 1 and parts[place[0]].numbers == piece.numbers
        for place, piece in zip(places, found, strict=True)
    )
