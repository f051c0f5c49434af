"""Answers that say the opposite of each other: "a 4% increase" and "decreased by 4%"."""

from __future__ import annotations

import re

from harness.verifiers.math.reading.wording import only_signs, words_only
from harness.verifiers.patterns import lazy_pattern

MAX_READ = 200  # characters of an answer
_CHANGES = "(?:increas|decreas|dropp|reduc|rose|fell|grew|ris|fall|grow)"
_PAIRS = (
    ("increas|gain|rise|rose|profit|grow|grew",
     "decreas|declin|reduc|loss|lost|fall|fell|dropp?|shrink"),
    ("north(?:-?(?:east|west))?", "south(?:-?(?:east|west))?"),
    ("(?:(?:north|south)-?)?east", "(?:(?:north|south)-?)?west"), ("discount", "markup|surcharge"),
    ("left", "right"), ("before|earlier", "after|later"),
    ("clockwise", "counter-?clockwise|anti-?clockwise"), ("above", "below"), ("faster", "slower"),
    ("older", "younger"), ("taller|longer", "shorter"), ("more", "less|fewer"),
    ("greater|larger|bigger", "smaller|less"), ("inside", "outside"), ("ahead", "behind"),
    ("upward", "downward"), ("converg", "diverg"), ("at least", "at most"),
    ("interior", "exterior"), ("odd", "even"), ("higher", "lower"), ("win", "lose"), ("up", "down"),
    ("cheaper", "dearer|more expensive"), ("early", "late"), ("deposit", "withdraw|withdrawal"),
    ("young|younger|youngest", "old|older|oldest"), ("fast|faster|fastest", "slow|slower|slowest"),
    ("first", "last"), ("richer|richest", "poorer|poorest"), ("right", "wrong"),
    ("max|maximum|maximal", "min|minimum|minimal"), ("largest|greatest", "smallest"),
    ("highest", "lowest"), ("internal|internally|inscribed", "external|externally|circumscribed"),
    (rf"{_CHANGES}\w* by", rf"{_CHANGES}\w* to"), ("times as", "more"),
    ("percentage points?", r"\d\s*\\?(?:%|percent(?!age))"), (r"\d\s*\\?(?:%|percent)", "times"),
    ("there (?:exists?|is an?)", "for (?:all|every|each|any)"),
    ("gcd|hcf", "lcm"), ("bc", "ad"), ("am", "pm"),
)  # fmt: skip
_WORD = r"(?<![\\A-Za-z-])(?:%s)(?:e|es|s|ed|d|ing|ent|tion)?(?![A-Za-z])"
_ANY = lazy_pattern(_WORD % "|".join(f"{a}|{b}" for a, b in _PAIRS))
_CHINESE = tuple(
    tuple(lazy_pattern(rf"(?<![不没非])(?:{side})") for side in pair)
    for pair in (
        ("至少|大于|多于|高于|不(?:少|小|低)于|(?<!不)超过",
         "至多|最多|(?<!不)(?:少|小|低)于|不(?:多|大|高)于|不超过"),
        (r"多(?=\d)", r"少(?=\d)"),
        ("增加|增长|上升|提高|盈利|赚", "减少|下降|降低|亏"), ("上午", "下午"), ("东", "西"),
        ("南", "北"), ("左", "右"), ("快", "慢"), ("最大", "最小"), ("递增", "递减"),
        ("提前|早", "推迟|晚"), ("奇", "偶"),
    )
)  # fmt: skip
_SIDES = tuple(tuple(lazy_pattern(_WORD % side) for side in pair) for pair in _PAIRS)


def opposite(gold: str, answer: str) -> bool:
    """Whether two answers take the two sides of one pair of words, each one side alone."""
    if len(gold) > MAX_READ or len(answer) > MAX_READ:
        return False
    if not gold.isascii() and _apart(_CHINESE, gold, answer):
        return True
    if only_signs(gold) or not _ANY.search(gold):
        return False
    told, said = words_only(gold).casefold(), words_only(answer).casefold()
    return _apart(_SIDES, told, said)


def _apart(pairs: tuple[tuple[re.Pattern[str], ...], ...], told: str, said: str) -> bool:
    for pair in pairs:
        sides = [tuple(p.search(text) is not None for p in pair) for text in (told, said)]
        if sides[0] in ((True, False), (False, True)) and sides[1] == sides[0][::-1]:
            return True
    return False
