"""Answers that say the opposite of each other: "a 4% increase" and "decreased by 4%"."""

from __future__ import annotations

from harness.verifiers.math.reading.wording import words_only
from harness.verifiers.patterns import lazy_pattern

MAX_READ = 200  # characters of an answer
_PAIRS = (
    ("increas|gain|rise|rose|profit|grow|grew",
     "decreas|declin|reduc|loss|lost|fall|fell|drop|shrink"),
    ("north", "south"), ("east", "west"), ("left", "right"), ("before|earlier", "after|later"),
    ("clockwise", "counter-?clockwise|anti-?clockwise"), ("above", "below"), ("faster", "slower"),
    ("older", "younger"), ("taller|longer", "shorter"), ("more", "less|fewer"),
    ("greater|larger|bigger", "smaller|less"), ("inside", "outside"), ("ahead", "behind"),
    ("upward", "downward"), ("converg", "diverg"), ("at least", "at most"),
    ("interior", "exterior"), ("odd", "even"), ("higher", "lower"), ("win", "lose"), ("up", "down"),
    ("gcd|hcf", "lcm"), ("bc", "ad"), ("am", "pm"),
)  # fmt: skip
_WORD = r"(?<![\\A-Za-z-])(?:%s)(?:e|es|s|ed|d|ing|ent|tion)?(?![A-Za-z])"
_ANY = lazy_pattern(_WORD % "|".join(f"{a}|{b}" for a, b in _PAIRS))
_SIDES = tuple(tuple(lazy_pattern(_WORD % side) for side in pair) for pair in _PAIRS)


def opposite(gold: str, answer: str) -> bool:
    """Whether two answers take the two sides of one pair of words, each one side alone."""
    if len(gold) > MAX_READ or len(answer) > MAX_READ or not _ANY.search(gold):
        return False
    told, said = words_only(gold).casefold(), words_only(answer).casefold()
    for pair in _SIDES:
        sides = [tuple(p.search(text) is not None for p in pair) for text in (told, said)]
        if sides[0] in ((True, False), (False, True)) and sides[1] == sides[0][::-1]:
            return True
    return False
