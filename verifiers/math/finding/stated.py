"""What a sentence states: the mention that is its answer, with the reason for the choice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from harness.verifiers.math.finding.asked import Asked, numbers, stem
from harness.verifiers.math.finding.dollars import plain_money
from harness.verifiers.math.finding.mentions import Mention, mentions, with_unit
from harness.verifiers.math.finding.spans import FORMULA
from harness.verifiers.math.finding.words import SPEECH, words
from harness.verifiers.math.reading.families import is_family
from harness.verifiers.math.reading.notation import without_aside
from harness.verifiers.math.reading.sentences import denied, main_clause, spelled_number
from harness.verifiers.math.reading.spoken import is_range
from harness.verifiers.math.reading.units import is_unit, read_unit
from harness.verifiers.math.reading.vocabulary import FUNCTIONS, GREEK
from harness.verifiers.math.reading.wording import number_words
from harness.verifiers.patterns import lazy_pattern

MAX_SENTENCE = 2_000
CLOSE = 0.1  # weights nearer than this are a tie
NEAR = 0.6  # weights nearer than this are left to what the question says

_LATEX_WORDS = lazy_pattern(
    r"\\(?:text\w*|mathrm|mbox|operatorname|begin|end)\s*\{[^{}]*\}|\\[A-Za-z]+"
)
_WORD = lazy_pattern(r"(?<![^\s\"'“(*-])[A-Za-zÀ-ÖØ-öø-ɏ]{2,}(?=[\s,.;:!?)*'’”-]|$)")
_JOINERS = words("and or if mod then where with for such that in is an of to")
GREEK_NAMES = frozenset(GREEK.values()) | words(
    "infinity infty dozen hundred thousand million billion trillion percent percentage pct degrees"
    " repeating recurring"
)
_UNITS_OF = {
    "time": frozenset("s"), "length": frozenset("m"), "money": frozenset({"usd", "eur", "gbp"}),
}  # fmt: skip
_EQUALS = lazy_pattern(r"(?<![<>!:=])=(?!=)")
_NAMED = lazy_pattern(r"\s*\\?[A-Za-z]\w*(?:_\{?\w+\}?)?'?(?:\s?\([^()=]*\))?\s*")
_PHRASE = lazy_pattern(
    r"[\W_]*-?[\d.,]+%?\s+(?:[a-z]+\s+){0,3}(?:in|for|after|from|on|at|with|during|every)\s+"
    r"(?:\w+\s+){0,3}?\d"
)
_YEAR = lazy_pattern(r"1\d{3}|20\d{2}")
_MONEY = lazy_pattern(r"[$€£¥]\s?-?[\d.]|\d\s?[€£]")
_CURRENCIES = words("dollars dollar cents euros pounds usd")
_LABELS = lazy_pattern(
    r"(?:^|[;,|\n])\s*[*_]{0,2}([A-Za-z][A-Za-z ]{1,30}?)[*_]{0,2}\s*:\s*[*_]{0,2}\s*"
    r"([^;|\n:A-Za-z]*\d[^;|\n:A-Za-z,]*)"
)
_WHOLE = frozenset({"total", "sum", "altogether", "answer", "result"})
_PRONOUNS = (("them",), ("these",), ("those",))  # "6 of them"
_TELLING = frozenset({"object", "subject", "result", "restatement", "bold", "ordinal"})
_BARE_SYMBOL = lazy_pattern(r"\W*\\?[A-Za-z]+\W*")


@dataclass(frozen=True, slots=True)
class Stated:
    """`answer` as written, and why it and not another number of the sentence; `doubt`: 1 or 2."""

    answer: str
    why: str
    doubt: int = 1


def is_sentence(text: str) -> bool:
    """Whether a text says its answer in a sentence, rather than being the answer."""
    if len(text) > MAX_SENTENCE or " " not in text.strip():
        return False
    text = without_aside(text)
    if is_range(text) or is_family(text):
        return False
    plain = _LATEX_WORDS.sub(" ", FORMULA.sub(" 0 ", text))
    said = [w.lower() for w in _WORD.findall(plain) if w.lower() not in FUNCTIONS]
    telling = [w for w in said if w not in _JOINERS]
    if _equates(plain) or _USING.match(plain):
        return True  # "30% of 50 is 15"
    if not telling or not re.search(r"\d", plain):
        return is_spelled_out(text)
    head = re.match(r"[\W_]*-?[\d.,]+", plain)
    if head is None:
        before = re.split(r"\d", plain, maxsplit=1)[0]
        names = [w for w in _WORD.findall(before) if w.lower() not in FUNCTIONS]
        if not re.search(r"[:=]\s*\W*$", before) and len(names) > 1:
            return True
    elif _PHRASE.match(plain):
        return True  # "23 in 568 days"
    elif all(is_unit(w) for w in telling):
        return False
    return any(w in SPEECH for w in telling) and len(said) > 1


_IS_NUMBER = lazy_pattern(r"\s(?:is|are|was|were|equals|leaves|makes|gives)\s.*\d", re.I)


def _equates(text: str) -> bool:
    """Whether a clause equates two numbers: "30% of 50 is 15"."""
    clauses = ((part, re.search(r"\d", part)) for part in re.split(r"[=:\n]", text))
    return any(first and _IS_NUMBER.search(part, first.end()) for part, first in clauses)


_USING = lazy_pattern(
    r"\W*(?:using|substituting|by|with|since|because|adding|dividing)\s[^=]*,[^=]*=[^=]*\d", re.I
)  # fmt: skip


def is_spelled_out(text: str) -> bool:
    """Whether a sentence without digits spells a number: "there are seven hundred toys"."""
    return len(text.split()) > 4 and not re.search(r"[\d\\]", text) and (
        _spelled(text) is not None
    )  # fmt: skip


def _spelled(text: str) -> str | None:
    """The one number that a sentence, or else its main clause, spells."""
    told = spelled_number(text) or spelled_number(main_clause(text))
    end = None if told or _DENIES.search(text) else _AT_THE_END.match(text)
    return end[1] if end and number_words(end[1]) is not None else told


_AT_THE_END = lazy_pattern(
    r".*\b(?:is|are|of|equals|to|gives|makes|totals|leaves)\s+"
    r"(?:an?\s+)?([a-z]+(?:[ -][a-z]+){0,4})\W*$", re.I | re.S
)  # fmt: skip
_DENIES = lazy_pattern(r"\b(?:not|no|nor|never|or|than)\b|n['’]t\b", re.I)


_COUNTED = lazy_pattern(
    r"[\s*_]*((?:\\?\$\s?)?-?\d[\d,.]*%?)(?:(?:st|nd|rd|th)(?=\s))?\s?((?:\s?[A-Za-z][A-Za-z&'’-]+)+)[\s.*_]*"
)


def counted(text: str) -> str | None:
    """The number of `4 logs` or `52 WPM`: what is counted is no factor. None for anything else."""
    found = _COUNTED.fullmatch(text) if len(text) < 80 else None
    names = found[2].split() if found else []
    if not names or any(n in GREEK_NAMES for n in names) or any(n in FUNCTIONS for n in names[:-1]):
        return None
    if any(len(n) < 3 and not (n[0].isupper() or is_unit(n)) for n in names):
        return None
    return found[1] if found and not all(map(is_unit, names)) else None


def stated(sentence: str, asked: Asked) -> Stated | None:
    """The number or formula that a sentence states, None where it mentions none."""
    sentence = sentence[:MAX_SENTENCE]
    found = [
        m for m in mentions(sentence)
        if not denied(sentence, m.start) and not _REJECTED.match(sentence, m.end)
    ]  # fmt: skip
    if len(found) > 1:
        found = [m for m in found if not _BARE_SYMBOL.fullmatch(m.text.strip("$"))] or found
    if not found:
        spelled = _spelled(sentence)
        return Stated(spelled, "the one number in words", 2) if spelled else None
    ranked = _ranked(found, asked)
    top, _, best = ranked[0]
    rivals = [
        m for w, _, m in ranked[1:]
        if _bare(m) != _bare(best) and (top - w < CLOSE or _alternatives(best, m))
    ]  # fmt: skip
    rivals = rivals or _named_instead(best, found, asked)
    if not rivals:
        others = f", not {_bare(ranked[1][2])} ({ranked[1][2].part})" if len(ranked) > 1 else ""
        return Stated(_text(sentence, best), f"the {best.part} of the sentence{others}")
    if _is_list(sentence, sorted([best, *rivals], key=lambda m: m.start)):
        told = sorted([best, *rivals], key=lambda m: m.start)
        return Stated(", ".join(_bare(m) for m in told), "several numbers side by side", 2)
    named = ", ".join(_bare(m) for m in sorted([best, *rivals], key=lambda m: m.start))
    return Stated(named, f"the sentence could mean any of {named}: it is held to all of them", 2)


_REJECTED = lazy_pattern(
    r"\s*[A-Za-z]{0,12}\s*(?:being|is|are|was|would be)\s+(?:(?:wrong|incorrect|false|mistaken)\b"
    r"|too\s+(?:many|much|few|little|large|small|high|low)\b)", re.I
)  # fmt: skip
_SPELLED = lazy_pattern(
    r"(?<![-\w])((?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)-[a-z]+)"
    r"|(?:(?<=exactly )|(?<=only )|(?<=just ))one"
    r"|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?![-\w])(?=\W+([a-z]+))", re.I
)  # fmt: skip


def in_digits(sentence: str, asked: Asked) -> str:
    """`sentence` with the numbers in digits that it spells and that count what is asked for."""

    def digits(match: re.Match[str]) -> str:
        value = number_words(match[1])
        fits = stem(match[2]) in asked.nouns
        return str(value) if fits and value is not None else match[1]

    return _SPELLED.sub(digits, sentence) if asked.nouns else sentence


def _ranked(found: list[Mention], asked: Asked) -> list[tuple[float, int, Mention]]:
    """(weight, -place, mention), the likeliest first.

    The sentence's grammar leads. What the question says of names and of the rest only chooses among
    mentions that the grammar leaves near each other: it never overturns it.
    """
    common = frozenset.intersection(*(m.content for m in found))
    weighed = [(weight(m, asked), m) for m in found]
    top = max(w for w, _ in weighed)
    told = []
    for base, mention in weighed:
        near = top - base <= NEAR
        alike = mention.negated or not asked.negated
        telling = alike * 0.5 * min(2, len((mention.content - common) & asked.content))
        opposed = any(
            o in mention.content for w in asked.content - common for o in _OPPOSITE.get(w, ())
        )
        helped = telling + _named(mention, asked) - opposed if near else 0.0
        told.append((base + helped, -mention.start, mention))
    return sorted(told, key=lambda t: (-t[0], -t[1]))


_EXTREMES = tuple(
    (words(a), words(b))
    for a, b in (
        ("largest greatest biggest maximum highest", "smallest least minimum lowest"),
        ("longest longer", "shortest shorter"), ("oldest older", "youngest younger"),
        ("first", "second third last"), ("second", "first third last"), ("third", "first second"),
        ("initial original", "final"), ("before", "after"),
    )
)  # fmt: skip
_OPPOSITE = {w: b for one, b in _EXTREMES for w in one} | {
    w: a for a, other in _EXTREMES[:3] for w in other
} | {"final": words("initial original"), "after": words("before")}  # fmt: skip
"""What a number is not asked for, if the question has the one word and stands beside the other."""


def _named(mention: Mention, asked: Asked) -> float:
    """What the names beside a mention, and whether the problem gives it, say for it."""
    told = -0.3 if asked.tells(mention.text) else 0.0  # what the problem gives is not asked for
    if asked.names and mention.names:
        told += 0.8 if mention.names & asked.names else -0.4
    return told


def labelled(text: str, asked: Asked) -> str | None:
    """Of `Boys: 18; girls: 12` what stands behind the label that the question names."""
    items = list(_LABELS.finditer(text)) if len(text) < MAX_SENTENCE else []
    if len(items) < 2:
        return None
    wanted = asked.nouns | asked.content | asked.names
    labels = [{stem(w) for w in re.findall(r"[A-Za-z]+", m[1])} for m in items]
    told = [m[2] for m, label in zip(items, labels, strict=True) if label & wanted]
    if not told:
        told = [m[2] for m, label in zip(items, labels, strict=True) if label & _WHOLE]
    return told[0].rpartition("=")[2].strip() if len(told) == 1 else None


def _alternatives(best: Mention, other: Mention) -> bool:
    """Whether "$125 or $96" leaves open which; "0.5, or 50%" says one thing twice."""
    if "restatement" not in (best.part, other.part) or best.clause != other.clause:
        return False
    told = numbers(best.text), numbers(other.text)
    alike = ("%" in best.text) == ("%" in other.text) and best.noun[:1] == other.noun[:1]
    return alike and len(told[0]) == len(told[1]) == 1 and told[0] != told[1]


def _is_list(sentence: str, told: list[Mention]) -> bool:
    return all(re.search(r",|\band\b|\bor\b", sentence[a.end : b.start]) for a, b in pairwise(told))


def _named_instead(best: Mention, found: list[Mention], asked: Asked) -> list[Mention]:
    """The mentions beside the name that is asked for, where the best stands beside another."""
    if not asked.names or not best.names or best.names & asked.names:
        return []
    return [
        m for m in found
        if m.names and m.names <= asked.names and m.part in _TELLING and _bare(m) != _bare(best)
    ]  # fmt: skip


def _bare(mention: Mention) -> str:
    return plain_money(mention.text)


def _text(sentence: str, mention: Mention) -> str:
    """The mention without its delimiters; of a chain of equalities, its last member."""
    text = with_unit(sentence, mention)
    inner = FORMULA.fullmatch(text)
    if inner is None:
        return text
    told = next(g for g in inner.groups() if g is not None).strip()
    *before, right = _EQUALS.split(told)
    left = "=".join(before)
    chained = "=" in left or not _NAMED.fullmatch(left)
    return right.strip() if left and right.strip() and chained else told


def weight(mention: Mention, asked: Asked) -> float:
    """The part's weight, and what the question has to say of it."""
    told = mention.weight
    if mention.part == "compared":
        return told
    nouns = {stem(w) for w in mention.noun}
    money = bool(_MONEY.search(mention.text) or set(mention.noun[:1]) & _CURRENCIES)
    percent = "%" in mention.text or "percent" in nouns
    fits = {
        "money": money,
        "percent": percent,
        "age": bool(nouns & {"year", "old"}),
        "": bool(asked.nouns & nouns)
        or any(_cjk_fits(n, mention) for n in asked.nouns)
        or (bool(asked.nouns) and mention.noun[:1] in _PRONOUNS)
        or "left" in mention.content & asked.content  # "…, 84 are left"
        or (mention.part == "subject" and bool(asked.nouns & mention.content)),  # "18 are girls"
    }
    apart = mention.difference and not asked.difference  # "4 years younger" tells no age
    if fits.get(asked.kind) and not apart:
        told += 2 if mention.part in _TELLING else 0.4 if mention.part == "subordinate" else 1
    elif (money or ":" in mention.text) and asked.nouns:
        told -= 1.5
    if asked.kind == "year" and _YEAR.fullmatch(mention.text) and not asked.tells(mention.text):
        told += 2.5
    unit = read_unit(mention.noun[0]) if mention.noun else None
    if unit is not None and not apart:
        same = asked.unit is not None and unit.dimension == asked.unit.dimension
        if same or set(dict(unit.dimension)) & _UNITS_OF.get(asked.kind, frozenset()):
            told += 1.5
        elif asked.unit is not None and asked.unit_word and not same:
            told -= 1  # "the 400 m hurdles", where seconds are asked for
    if mention.negated:
        told += 1.2 if asked.negated else -1.2
    if mention.difference and mention.clause and not asked.difference:
        told -= 1.5  # "…, which is $600 less than in 5 weeks"
    return told + (2 if mention.difference and asked.difference else 0)


def _cjk_fits(noun: str, mention: Mention) -> bool:
    """Chinese writes no spaces: the noun stands somewhere in what follows the number."""
    return not noun.isascii() and any(noun[:2] in behind for behind in mention.noun)
