"""What a question asks for: the noun that it counts, or the unit of its answer."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from harness.verifiers.math.finding.words import words
from harness.verifiers.math.reading.units import Unit, read_unit
from harness.verifiers.patterns import lazy_pattern

MAX_QUESTION = 4_000  # characters from its end

_MANY = lazy_pattern(
    r"\bhow\s+many\s+(?:(?:more|fewer|less|total|additional|other|whole|full|extra|different)\s+)*"
    r"((?:[A-Za-z'-]+\s*){1,6})", re.I
)  # fmt: skip
_WHAT = lazy_pattern(r"\b(?:the\s+(?:total\s+)?number\s+of)\s+((?:[A-Za-z'-]+\s*){1,6})", re.I)
_MONEY = lazy_pattern(
    r"\bhow\s+much\b.*\b(?:cost|costs|pay|paid|pays|earn\w*|spen[dt]\w*|money|charge\w*|make|made"
    r"|sav(?:e|es|ed|ings)|owe\w*|profit|price|worth|change|lose|lost|give|raise\w*|dollars?)\b"
    r"|\bin\s+dollars\b|\bwhat\b.*\b(?:price|cost|profit|revenue|salary|income|wage|earnings|bill"
    r"|budget|fee)\b|\bhow\s+much\s+(?:more\s+)?money\b", re.I | re.S
)  # fmt: skip
_OLD = lazy_pattern(r"\bhow\s+old\b|\b(?:'s|current|present|his|her)\s+age\b", re.I)
_LONG = lazy_pattern(r"\bhow\s+(?:long|much\s+time)\b", re.I)
_FAR = lazy_pattern(r"\bhow\s+(?:far|tall|high|deep|wide)\b|\bwhat\b.*\bdistance\b", re.I)
_PERCENT = lazy_pattern(
    r"百分之几|百分比|\b(?:what|how\s+many)\s+percent|\bpercentage\b|\bpercent\b", re.I
)
_YEAR = lazy_pattern(r"\b(?:what|which) year\b", re.I)
_MORE = lazy_pattern(
    r"\bhow\s+(?:many|much)\s+(?:\w+\s+)?(?:more|less|fewer|older|younger|longer|taller|farther"
    r"|further|faster|heavier|higher)\b|\bdifference\b", re.I
)  # fmt: skip
_IN_UNIT = lazy_pattern(r"\bin\s+((?:square\s+|cubic\s+)?[a-z]+(?:\s+per\s+[a-z]+)?)\s*\W*$", re.I)
_LONG_IN = lazy_pattern(r"\bhow\s+(?:long|far|fast|tall|high|much),?\s+in\s+([a-z]+)\b,", re.I)
_NUMERIC = lazy_pattern(r"\bhow\s+(?:many|much)\b|\bcalculate\b|多少|几", re.I)
_DIGITS = lazy_pattern(r"(?<![\w.])\d[\d,]*(?:\.\d+)?%?|(?<![\w.])\.\d+")
_CONTENT = lazy_pattern(r"[A-Za-z]{3,}")
_ENGLISH = lazy_pattern(r"^x |\b(?:the|how|what|is|are|does|did|do|of)\b", re.I)
_NAME = lazy_pattern(r"(?<=[\w,;:] )[A-Z][a-z]+(?:['’]s)?")
_LETTERED = lazy_pattern(  # box A, train B
    r"\b((?:box|bag|jar|bin|tank|pipe|plan|team|group|class|store|shop|train|car|bus|machine|company|city|town"
    r"|section|route|player|person|pool|shelf|printer|worker|runner|school|farm)\s[A-Z])\b", re.I
)  # fmt: skip
_STOP = words(
    """a an the is are was were do does did has have had will would can could should must may might
    there in on at for of by to from with per if when after before each every that who which he she
    it they you we i his her their its are left remain remaining needed need needs total all
    altogether more than not been be being combined together what how many much number long old
    does and but then also"""
)
_CHINESE = lazy_pattern(
    r"(?:多少|几)\s*(?:[个名只本张辆位条支件块棵把袋盒箱])?\s*([\u4e00-\u9fff]{0,3})"
)


_CLAUSE = lazy_pattern(r"[,，;；。](?=[^,，;；。]*(?:多少|几))")
_PERSON = lazy_pattern(
    r"[小老阿][\u4e00-\u9fff]|[甲乙丙丁]|哥哥|弟弟|姐姐|妹妹|爸爸|妈妈|父亲|母亲|爷爷|奶奶|老师|儿子|女儿"
    r"|男生|女生|男孩|女孩"
)
"""Whom a Chinese text names: 小明, 甲, 哥哥."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`nouns`: stems of what is counted; `unit`: the unit that the question names, if one.

    `kind` is money, percent, year, time, length, age or "" (not told); `difference`: whether it
    asks how many more; `given`: the numbers of the whole problem; `names`: whom and which days;
    `numeric`: whether a number is asked for; `negated`: whether for those that are not something;
    `content`: stems of the question's own words, what is said of the thing that is asked for.
    """

    nouns: frozenset[str] = frozenset()
    unit: Unit | None = None
    unit_word: str = ""
    kind: str = ""
    difference: bool = False
    given: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    numeric: bool = False
    negated: bool = False
    content: frozenset[str] = frozenset()

    def tells(self, sentence: str) -> bool:
        """Whether every number of `sentence` is one that the question gives."""
        told = numbers(sentence)
        return bool(told) and told <= self.given


NOTHING = Asked()


def stem(word: str) -> str:
    """A word without its plural ending."""
    word = word.lower().removesuffix("'s")
    for ending, kept in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"),
                         ("xes", "x"), ("s", "")):  # fmt: skip
        if word.endswith(ending) and len(word) > len(ending) + 1 and not word.endswith("ss"):
            return word.removesuffix(ending) + kept
    return word


def _last_question(text: str) -> str:
    parts = re.split(r"(?<=[.!?。？！])\s+|\n|(?<=[。？！])", text)
    asking = [p for p in parts if "?" in p or "？" in p]
    told = [p for p in parts if p.strip()]
    return (asking or told or [""])[-1]


def numbers(text: str) -> frozenset[str]:
    """The numbers that a text writes in digits, in one form."""
    found = (n.replace(",", "").strip(".") for n in _DIGITS.findall(text))
    return frozenset((n.rstrip("0").rstrip(".") if "." in n else n) for n in found)


@functools.lru_cache(maxsize=2048)
def asked(question: str) -> Asked:
    """What `question` asks for, as far as its words tell."""
    if not question.strip():
        return NOTHING
    sentence = _last_question(question[-MAX_QUESTION:])
    many = _MANY.search(sentence) or _WHAT.search(sentence)
    nouns: list[str] = []
    for word in many[1].split() if many else ():
        if word.lower() in _STOP:
            if word.lower() == "of" and nouns:
                continue
            break
        nouns.append(word)
    if chinese := _CHINESE.search(sentence):
        nouns += [chinese[1]] if chinese[1] else []
    word = nouns[0].lower() if nouns else ""
    unit = read_unit(word) if word else None
    if unit is None and (behind := _IN_UNIT.search(sentence) or _LONG_IN.search(sentence)):
        word, unit = behind[1].lower(), read_unit(behind[1].lower())
    kind = _kind(sentence, unit)
    return Asked(
        frozenset(stem(n) for n in nouns), unit, word if unit else "", kind,
        _MORE.search(sentence) is not None, numbers(question[-MAX_QUESTION:]),
        names(_CLAUSE.split(sentence)[-1] if chinese else sentence),
        bool(nouns or unit or kind or _NUMERIC.search(sentence)),
        re.search(r"\bnot\b|n['’]t\b", sentence) is not None,
        content(sentence) - {stem(n) for n in nouns},
    )  # fmt: skip


def content(text: str) -> frozenset[str]:
    """Stems of the words of a text, small words left out."""
    told = (w.lower() for w in _CONTENT.findall(text))
    return frozenset(stem(w) for w in told if w not in _STOP - {"left", "total"})


def names(text: str) -> frozenset[str]:
    """English words that are capitalised in the middle of a sentence."""
    if chinese := _PERSON.findall(text):
        return frozenset(chinese)
    if not _ENGLISH.search(text):
        return frozenset()
    told = (m.lower().removesuffix("'s").removesuffix("’s") for m in _NAME.findall(text))
    return frozenset(told) | {m.lower() for m in _LETTERED.findall(text)}


def _kind(sentence: str, unit: Unit | None) -> str:
    if _PERCENT.search(sentence):
        return "percent"
    if _YEAR.search(sentence):
        return "year"
    if unit is not None and "usd" in dict(unit.dimension):
        return "money"
    if _OLD.search(sentence):
        return "age"
    if _LONG.search(sentence):
        return "time"
    if _FAR.search(sentence):
        return "length"
    return "money" if _MONEY.search(sentence) and unit is None else ""
