"""Answers in words: names, times of day, days, number words, choice letters."""

from __future__ import annotations

import functools
import re
from fractions import Fraction

from harness.verifiers.math.reading.numerals import in_english
from harness.verifiers.patterns import lazy_pattern

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_VALUES = {
    **{w: i for i, w in enumerate(_ONES)},
    **{w: 10 * (i + 2) for i, w in enumerate(_TENS)},
    "a": 1, "an": 1,
}  # fmt: skip
_PARTS = {"half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6,
          "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11,
          "twelfth": 12, "thirteenth": 13, "fifteenth": 15, "sixteenth": 16, "twentieth": 20,
          "hundredth": 100}  # fmt: skip
_TIME = lazy_pattern(
    r"^\s*(\d{1,2})(?:\s*[:.]\s*(\d{2}))?(?::00)?\s*(?:([ap])\.?\s*m\b\.?|(?:o'?clock))?\s*\.?$",
    re.I,
)
_NAMED_TIMES = {"noon": 720, "12 noon": 720, "midday": 720, "midnight": 0, "12 midnight": 0}
_ROMAN = lazy_pattern(r"^M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})$")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_CHOICE = lazy_pattern(
    r"^\s*(?:\\(?:text|textbf|mathrm|mathbf)\s*\{\s*)?(?:option|choice)?\s*\(?\s*([A-Ja-j])\s*"
    r"(?:\)|[.:])?\s*\}?\s*(?:[).:]\s*.*|\s*\\?\\?(?:text|\$|\\).*|\(.*\))?$",
    re.S | re.I,
)
_ANOTHER = lazy_pattern(
    r"[\s)}.:$]*(?:,|/|&|\b(?:or|and)\b|\\text\s*\{\s*(?:or|and)\s*\})[\s({$]*"
    r"(?:\\text\w*\s*\{\s*\(?)?[A-J]\s*[)}.,]*\s*$",
    re.I,
)
_LATEX = lazy_pattern(
    r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mbox|operatorname)\s*\{([^{}]*)\}"
)
_THIN = lazy_pattern(r"\\[ ,;!:]|[~$]")
_NOISE = lazy_pattern(r"[\s$.,;:!?\"'`*_~()\\{}-]+")
_LEAD = lazy_pattern(
    r"^\s*(?:(?:it|this|that|they|there|he|she|(?:the|her|his)(?:\s+[\w']+){1,4}?)"
    r"(?:'s|'ll be|\s+(?:is|are|was|were|will be|would be|must be|should be|has to be))|on)\s+",
    re.I,
)
_WINS = lazy_pattern(
    r"\s+(?:wins|always wins|will win|can(?: always)? win|(?:has|have) (?:a|the) winning strategy)"
    r"(?: the game)?\W*$",
    re.I,
)
_POLARITY = lazy_pattern(
    r"^\W*(?:(?:so|thus|hence|therefore),?\s+)?(yes|no|true|false)(?:\W*$|[*_\s]*[,.;:!—-][*_]*\s|\s+because\b)",
    re.I,
)
_BOTH = lazy_pattern(r"yes\W+no\W*$|no\W+yes\W*$|true\W+false\W*$|false\W+true\W*$", re.I)
_LETTERS = lazy_pattern(r"\W*([A-J]+|[A-J](?:(?:[^\w<>]|\band\b)+[A-J])+)\W*")
_CHOSEN = lazy_pattern(
    r"\b(?:(?i:choose|pick|select|go with)\s+(?i:option|choice|answer)?"
    r"|(?i:option|choice)(?i:\s+is)?)\s*\(?([A-J])\b|选项?\s*([A-J])\b"
)
_DENIED = lazy_pattern(r"\b(?:not|n't|wrong|incorrect|false|except|neither)\b", re.I)
_ARTICLES = lazy_pattern(r"\b(?:the|a|an)\b\s*|\s+only\W*$", re.I)


def number_words(text: str) -> Fraction | None:
    """`twenty-three`, `two thirds`, `a hundred and five`, `half`; None for anything else."""
    if len(text) > 120:
        return None
    words = text.lower().replace("-", " ").replace(",", " ").strip(" .").split()
    if len(words) > 1 and words[0] in ("minus", "negative"):
        positive = number_words(" ".join(words[1:]))
        return None if positive is None else -positive
    if not words or any(
        w not in _VALUES
        and w not in _SCALES
        and w not in ("and", "dozen")
        and w.rstrip("s") not in _PARTS
        and w not in _PARTS
        for w in words
    ):
        return None
    if words[-1] in _PARTS or words[-1].rstrip("s") in _PARTS:
        if "and" in words:  # two and a half
            split = words.index("and")
            whole, part = _count(words[:split]), number_words(" ".join(words[split + 1 :]))
            return None if whole is None or part is None or part >= 1 else whole + part
        bottom = _PARTS.get(words[-1]) or _PARTS[words[-1].rstrip("s")]
        top = _count(words[:-1]) if words[:-1] else 1
        return None if top is None else Fraction(top, bottom)
    if words[-1] == "dozen":
        top = _count(words[:-1]) if words[:-1] else 1
        return None if top is None else Fraction(12 * top)
    count = _count(words) if words not in (["a"], ["an"]) else None
    return None if count is None else Fraction(count)


def number_list(text: str) -> list[Fraction]:
    """The numbers of `two, three and five`; none if a member is not a number word."""
    parts = re.split(r",\s*(?:and\s+)?|\s+and\s+", text) if len(text) <= 120 else []
    found = [number_words(part) for part in parts]
    return [n for n in found if n is not None] if None not in found else []


def _count(words: list[str]) -> int | None:
    total = current = 0
    seen = False
    for index, word in enumerate(words):
        if word == "and":
            if not index or words[index - 1] not in _SCALES:
                return None  # "two and three" are two numbers
            continue
        if word in _VALUES:
            value = _VALUES[word]
            if current % (10 if value < 10 else 100) or current % 100 == 10:
                return None  # "twenty eleven"
            current += value
            seen = True
        elif word == "hundred":
            current = max(1, current) * 100
            seen = True
        elif word in _SCALES:
            total += max(1, current) * _SCALES[word]
            current, seen = 0, True
        else:
            return None
    return total + current if seen else None


def roman(text: str) -> int | None:
    """The value of a Roman numeral in capitals."""
    if not text or not _ROMAN.match(text):
        return None
    values = [_ROMAN_VALUES[c] for c in text]
    return sum(-v if v < max(values[i:]) else v for i, v in enumerate(values))


@functools.lru_cache(maxsize=4096)
def minutes(text: str) -> tuple[int, bool] | None:
    """(minutes since midnight, whether a.m. or p.m. was said) of a time of day."""
    plain = words_only(text)
    if plain.casefold().strip(" .") in _NAMED_TIMES:
        return _NAMED_TIMES[plain.casefold().strip(" .")], True
    match = _TIME.match(plain)
    if match is None or not (match[2] or match[3]):
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if hour > 24 or minute > 59:
        return None
    half = (match[3] or "").lower()
    if half:
        if hour > 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour * 60 + minute, bool(half)


def same_time(gold: str, answer: str) -> bool | None:
    """Whether two times of day are the same; None if either is not a time."""
    left, right = minutes(gold), minutes(answer)
    number = words_only(gold)
    spoken = right is not None and (right[1] or ":" in answer)
    if left is None and right is not None and spoken and number.isdigit():  # 2 p.m. as 2
        return (
            right[1]
            and right[0] % 60 == 0
            and len(number) < 3
            and int(number) % 12 == right[0] // 60 % 12
        )
    if left is None or right is None:
        return None
    if left[1] == right[1]:
        return left[0] == right[0]
    said, bare = (left, right) if left[1] else (right, left)
    if re.match(r"\s*0\d", words_only(gold if right[1] else answer)):
        return bare[0] == said[0]  # a leading zero is the 24-hour clock
    return bare[0] in (said[0], said[0] % 720, said[0] % 720 + (720 if said[0] % 720 < 60 else 0))


@functools.lru_cache(maxsize=4096)
def words_only(text: str) -> str:
    """`text` with the contents of its LaTeX text commands."""
    for _ in range(3):
        opened = _LATEX.sub(r" \1 ", text)
        if opened == text:
            break
        text = opened
    return _THIN.sub(" ", text).strip()


_IN_SIGNS = lazy_pattern(  # t, f, y and n may be judgements, 7.05 a time of day
    r"(?!.*\d-\d\d-\d)(?:[\d\s+*/^_(){}\[\]=<>,$|!-]|(?<![A-Za-z\\])[a-drxz](?![A-Za-z])"
    r"|\\(?:[dt]?frac|sqrt|pi|cdot|times|left|right|circ|infty|cup|pm)(?![A-Za-z])|\\[,;! ])*",
    re.S,
)


@functools.lru_cache(maxsize=4096)
def only_signs(text: str) -> bool:
    """Whether a text is of signs, commands and single letters, so that no words can tell of it."""
    return len(text) < 200 and _IN_SIGNS.fullmatch(text) is not None


def normal_words(text: str, *, case: bool = False) -> str:
    """Words without articles, punctuation and (unless `case`) letter case."""
    text = _WINS.sub("", _LEAD.sub("", words_only(text)))
    text = _ARTICLES.sub("", text)
    text = _NOISE.sub("", in_english(text))
    return text if case else text.casefold()


def members(text: str, *, case: bool = False) -> list[str]:
    """The normalised members of a list of words, "Alice, Bob and Carol", sorted."""
    parts = re.split(r",(?:\s*and\b)?|\band\b|;", words_only(text))
    return sorted(normal_words(part, case=case) for part in parts)


@functools.lru_cache(maxsize=4096)
def polarity(text: str) -> str | None:
    """`yes`, `no`, `true` or `false` at the head of an answer; None for anything else."""
    match = _POLARITY.match(in_english(words_only(text[:300])))
    if match is None or _BOTH.match(text, match.start(1)):
        return None
    return match[1].lower()


@functools.lru_cache(maxsize=4096)
def choices(text: str) -> frozenset[str] | None:
    """The letters of an answer to a question with several correct options: `ACD`, `A, C and D`."""
    match = _LETTERS.fullmatch(words_only(text)) if len(text) < 80 else None
    found = re.findall("[A-J]", match[1]) if match else []
    return frozenset(found) if len(set(found)) == len(found) > 1 else None


def choice(text: str) -> str | None:
    """The capital letter of `(B)`, `B.`, `B) 12`, `\\text{B}`; None for anything else."""
    text = text.strip().strip("$*").strip()
    match = _CHOICE.match(text) if len(text) < 400 else None
    if match is None or _ANOTHER.match(text, match.end(1)):
        return None  # "(D) or (E)" chooses none
    return match[1].upper()


def chosen(text: str) -> str | None:
    """The letter that a sentence chooses, "I pick option C": a single letter, without denials."""
    letters = {a or b for a, b in _CHOSEN.findall(text)} if len(text) < 400 else set()
    alone = set(re.findall(r"\b[A-J]\b", text)) - {"I"} <= letters  # "choose A or B" chooses none
    return letters.pop() if len(letters) == 1 and alone and not _DENIED.search(text) else None


_CHOICE_TEXT = lazy_pattern(r"\s*\\text\w*\s*\{\s*\(?[A-J]\)?\s*\}")
_CHOICE_BARE = lazy_pattern(r"\s*\(?[A-J]\)?\.?\s*")


@functools.lru_cache(maxsize=4096)
def is_choice(gold: str) -> bool:
    """Whether a gold is a choice letter: one capital letter, bare or in brackets or `\\text`."""
    if len(gold) < 200 and _CHOICE_TEXT.match(gold):
        return True
    return _CHOICE_BARE.fullmatch(words_only(gold)) is not None
