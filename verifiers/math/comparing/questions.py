"""Answers that only their question makes equal: yes for the statement that it asks about, degrees
for an angle, the ends of an interval on which a function rises or falls.
"""

from __future__ import annotations

import re
from itertools import chain

from harness.verifiers.math.comparing.answers import MAX_ANSWER
from harness.verifiers.math.comparing.judge import same_answer
from harness.verifiers.math.comparing.opposites import opposite
from harness.verifiers.math.comparing.options import Options
from harness.verifiers.math.comparing.outcome import Outcome
from harness.verifiers.math.reading import wording
from harness.verifiers.math.reading.numbers import plain_number
from harness.verifiers.math.reading.sentences import main_clause
from harness.verifiers.patterns import lazy_pattern

MAX_QUESTION = 4_000  # characters from its end

_YES_OR_NO = lazy_pattern(
    r"(?:^|[.!?:;,]\s+|\n)\s*(?:is|are|was|were|do|does|did|can|could|will|would|must|has|have|should)\b"
    r"[^.?!]*\?|\b(?:determine|decide|find out|state|check) (?:whether|if)\b", re.I
)  # fmt: skip
_NEGATIVE = lazy_pattern(r"\b(?:not|no|never|cannot|neither|nor|impossible|false)\b|n['’]t\b", re.I)
_SENTENCE = lazy_pattern(r"\b(?:is|are|was|were|do|does|can|will|must|has|have)\b", re.I)
_ANGLE = lazy_pattern(r"\bangles?\b|\\angle|∠|\bdegrees?\b|角", re.I)
_MONOTONE = lazy_pattern(
    r"monoton|(?:increasing|decreasing)\s+(?:\w+\s+)?intervals?|intervals?\b[^.?;]{0,80}\b"
    r"(?:increas|decreas)|单调", re.I
)  # fmt: skip
_RANGE = lazy_pattern(r"(\d+(?:\.\d+)?)\s*[-–—~]+\s*(\d+(?:\.\d+)?)")
_SPAN = lazy_pattern(r"(?<!\d)(\d++(?:\.\d+)?)\s*(?:to|and|[-–—~]+|至|到)\s*(\d+(?:\.\d+)?)")
_ASKS_FOR_RANGE = lazy_pattern(r"\brange\b|\bbetween\b|范围", re.I)
_EITHER = lazy_pattern(r"\b([a-z]+),? or ([a-z]+)\b", re.I)
_WITH_BASE = lazy_pattern(r"\(?([0-9A-Z]{1,40})\)?_\{?\(?\d{1,2}\)?\}?")
_ASKS_FOR_BASE = lazy_pattern(
    r"\bbase\b|\bbinary\b|\boctal\b|\bhexadecimal\b|\bternary\b|进制", re.I
)
_ASKS_FOR_TEN = lazy_pattern(r"\bbase[ -_{$]*(?:10|ten)\b|\bdecimal\b|十进制", re.I)
_RADIANS = lazy_pattern(r"\bradians?\b|弧度", re.I)
_ASKS_WHO = lazy_pattern(r"\b(?:who|which (?:player|person|team|student|child|one|of))\b", re.I)
_WHO_OR_WHICH = lazy_pattern(r"\b(?:who|which [a-z]+)\b", re.I)
_PROPER = lazy_pattern(r"[A-Z][a-z]+(?: [A-Z][a-z]*)?")
_THAN = lazy_pattern(
    r"(\b(?:[a-z]+er|(?:more|less) [a-z]+)) than (?:[A-Z]|s)[a-z]*(?: [A-Z][a-z]*)?\W*$"
)
_LOSES = lazy_pattern(r"\b(?:loses?|lost|opposite|except)\b", re.I)
_ENDS = lazy_pattern(r"[\[(].*,.*[\])]", re.S)


def as_asked(
    gold: str, answer: str, question: str, options: Options, sentence: str = ""
) -> tuple[Outcome, str] | None:
    """Whether `question` makes the answer equal; None where it does not. `sentence` is the one in
    which the answer stands.
    """
    if len(answer) > MAX_ANSWER:
        return None
    question = question[-MAX_QUESTION:]
    return (
        _affirmed(gold, answer, question)
        or _in_degrees(gold, answer, question, options)
        or _between_ends(gold, answer, question, options)
        or _as_range(gold, answer, question)
        or _in_base(gold, answer, question)
        or _who(gold, answer, question)
        or _in_another_unit(gold, answer, question, options)
        or _at_the_hour(gold, answer, question)
        or _none_of_them(gold, sentence, question)
        or _leads(gold, sentence, question)
        or _states(gold, sentence, question)
    )


_SENTENCE_ENDS = lazy_pattern(r"(?<=[.!?])\s+|\n")


def last_sentence(question: str) -> str:
    """The sentence with which a question ends; "" if there is none."""
    return next((s for s in reversed(_SENTENCE_ENDS.split(question)) if s.strip()), "")


_ASKS_ORDER = lazy_pattern(
    r"\b(?:in|into) (?:what|which) order\b|\b(?:arrange|rank|sort|order)\s+(?:the|these|them)\b"
    r"[^.?!]{0,80}\b(?:from|in|by)\b"
    r"|从[^。？]{1,6}到[^。？]{1,6}(?:排|顺序)|排列", re.I
)  # fmt: skip
_TELLS_ORDER = lazy_pattern(
    r"\W*(?:from )?(?:smallest|largest|least|greatest|highest|lowest) to [a-z]+\s*:", re.I
)
_MEMBER = lazy_pattern(r"[^\W_]+(?:\.\d+)?")
_JOINING = frozenset({"and", "then", "or", "text"})


def out_of_order(gold: str, answer: str, question: str) -> str | None:
    """Why an answer of the gold's members is wrong where the question asks for their order."""
    asked = _ASKS_ORDER.search(question[-MAX_QUESTION:]) or _TELLS_ORDER.match(gold)
    if len(gold) > 200 or not asked:
        return None
    gold = _TELLS_ORDER.sub("", gold)
    told, said = (
        [m for m in _MEMBER.findall(wording.words_only(t)) if m.casefold() not in _JOINING]
        for t in (gold, answer)
    )
    if len(told) > 1 and told != said and sorted(told) == sorted(said):
        return "the members in another order"
    return None


def _in_another_unit(
    gold: str, answer: str, question: str, options: Options
) -> tuple[Outcome, str] | None:
    """`2040 minutes` for 34, where the question asks how long, names no unit for it, and tells of
    hours: the gold is in one of the units of its problem."""
    if plain_number(gold) is None or not _HOW_LONG.search(question):
        return None
    said = _LASTS.search(wording.words_only(answer))
    if said is None or _IN_WHICH.search(question):
        return None
    own = said[1].lower().rstrip("s")
    for unit in dict.fromkeys(u.lower().rstrip("s") for u in _TIME_UNIT.findall(question)):
        if unit != own:
            told, why = same_answer(f"{gold} {unit}s", answer, options)
            if told.equal:
                return told, f"{why}: the gold in {unit}s, of which the problem tells"
    return None


def _at_the_hour(gold: str, answer: str, question: str) -> tuple[Outcome, str] | None:
    """`2:00` for 2, where the question asks for a time of day."""
    told = _FULL_HOUR.fullmatch(wording.words_only(answer).strip(" ."))
    if told is None or gold.strip(" $") != told[1].lstrip("0"):
        return None
    asks = _WHAT_TIME.search(question) is not None
    return (Outcome(True, "time"), "the full hour") if asks else None


def _none_of_them(gold: str, sentence: str, question: str) -> tuple[Outcome, str] | None:
    """ "There are no eggs left" for 0, and "no such n exists" for no."""
    plain = wording.words_only(sentence)
    if len(plain) > MAX_SENTENCE or re.search(r"\d", plain):
        return None
    told = _NONE.search(plain) if plain_number(gold) == 0 and _HOW_MANY.search(question) else None
    if told is not None:
        named = (told["noun"] or told["thing"] or told["other"] or "").casefold().split()
        asks = question.casefold()
        how_many = " ".join(_HOW_MANY_OF.findall(asks)) or asks
        if all(re.search(rf"\b{re.escape(w.rstrip('s'))}", how_many) for w in named):
            return Outcome(True, "words"), "none, where the question asks how many"
    no = wording.polarity(gold) == "no" and wording.words_only(gold).strip(" .").isalpha()
    if no and _EXISTS.search(question) and _NO_SUCH.search(plain):
        return Outcome(True, "words"), "no, as the sentence tells"
    return None


def _states(gold: str, sentence: str, question: str) -> tuple[Outcome, str] | None:
    """ "Nora does not have enough money" for no, where the question is whether she has."""
    said = wording.words_only(gold).strip(" .").casefold()
    if said not in ("yes", "no") or wording.polarity(sentence):
        return None
    asks = last_sentence(question)
    if not _WHETHER.match(asks) or _NEGATIVE.search(asks) or " or " in asks:
        return None
    told = main_clause(_HERALDED.sub("", wording.words_only(sentence)[:MAX_SENTENCE]))
    told = re.split(r"[,:;]", told, maxsplit=1)[0]
    if _UNSURE.search(told) or len(_NEGATIVE.findall(told)) > 1:
        return None
    wanted, found = _stems(asks), _stems(told)
    if len(wanted) < 2 or wanted[:1] != found[:1]:
        return None
    if not set(wanted[-2:]) <= set(found) or len({*wanted} - {*found}) > len(wanted) // 3:
        return None
    numbers = [{*re.findall(r"\d+", text)} for text in (asks, told)]
    if not numbers[0] <= numbers[1]:
        return None  # "91 is divisible by 5" for whether it is by 7
    if len({*found} - {*wanted}) > 1:
        return None  # "n is a product of primes" for "is n prime"
    denied = _NEGATIVE.search(told) is not None
    return Outcome(denied == (said == "no"), "words"), "what the sentence states"


def _tells(clause: list[str], words: list[str]) -> bool:
    """Whether the last telling word of a clause begins like one of `words`."""
    return not clause or any(w.startswith(clause[-1][:5]) for w in words)


def _beginnings(text: str) -> list[str]:
    """The beginnings of a clause's telling words: "fast" of faster and fastest."""
    return [w[:4] for w in _stems(text)]


def _stems(text: str) -> list[str]:
    """The telling words of a clause without their endings."""
    told = (w.casefold() for w in re.findall(r"[A-Za-z]+", text))
    return [w.rstrip("s").removesuffix("e") for w in told if w not in _EMPTY_WORDS]


_WHETHER = lazy_pattern(r"\W*(?:is|are|was|were|do|does|did|can|will|has|have)\s", re.I)
_UNSURE = lazy_pattern(
    r"\b(?:if|unless|would|could|might|may|should|only|almost|nearly|whether|only|until|hardly|barely|just"
    r"|except|but|save|apart|without|some|part|lacks?|fails?|failed|doubts?|supposedly|perhaps|maybe|possibly"
    r"|probably|refuses?|needs?|wants?|hopes?|denies|claims?|says?|thinks?|believes?"
    r"|determine|check|assum\w*|suppose)\b", re.I
)  # fmt: skip
_EMPTY_WORDS = frozenset({
    "the", "a", "an", "is", "are", "was", "were", "do", "does", "did", "can", "will", "has",
    "have", "had", "be", "been", "to", "of", "in", "on", "for", "at", "by", "it", "that", "this",
    "not", "no", "so", "there", "with", "t", "n",
})  # fmt: skip


def _leads(gold: str, sentence: str, question: str) -> tuple[Outcome, str] | None:
    """ "Lena ran farther than Rita: 12 km against 10" for Lena, where the question asks who ran
    farther."""
    name = wording.words_only(gold).strip(" .")
    if not _PROPER.fullmatch(name) or not _WHO_OR_WHICH.search(question):
        return None
    told = _HERALDED.sub("", wording.words_only(sentence)[:MAX_SENTENCE]).lstrip(" *_")
    if not told.startswith(f"{name} ") or _NEGATIVE.search(told) or _LOSES.search(told):
        return None
    asked = {w.lower() for w in _COMPARATIVE.findall(last_sentence(question))}
    clause = re.split(r"[:;,(]", told, maxsplit=1)[0]
    more = [w.lower() for w in _COMPARATIVE.findall(clause)]
    if re.search(r"\b(?:but|however|although|though|still|even)\b", told, re.I):
        return None
    if len(asked) != 1 or more[:1] != [*asked] or " and " in clause.partition(more[0])[0]:
        return None
    return Outcome(True, "words"), "the one who leads the comparison"


MAX_SENTENCE = 300
_HOW_LONG = lazy_pattern(r"\bhow\s+(?:long|much\s+(?:total\s+)?time)\b", re.I)
_TIME_UNIT = lazy_pattern(r"\b(seconds?|minutes?|hours?|days?|weeks?)\b", re.I)
_LASTS = lazy_pattern(r"\d\s*(seconds?|minutes?|hours?|days?|weeks?)\b", re.I)
_IN_WHICH = lazy_pattern(
    r"\bin\s+(?:seconds|minutes|hours|days|weeks)\b|\bhow\s+many\s+(?:more\s+)?(?:seconds|minutes|hours|days"
    r"|weeks)\b", re.I
)  # fmt: skip
_FULL_HOUR = lazy_pattern(r"(\d{1,2}):00(?::00)?")
_WHAT_TIME = lazy_pattern(
    r"\b(?:what|which)\s+(?:\w+\s+)?time\b|\btime of day\b|\bo['’]?clock\b", re.I
)
_HOW_MANY = lazy_pattern(r"\bhow\s+(?:many|much)\b", re.I)
_HOW_MANY_OF = lazy_pattern(r"\bhow\s+(?:many|much)\s+(?:of\s+)?(?:[\w-]+\s*){1,3}", re.I)
_REMAIN = r"(?:left(?:over)?|remain(?:s|ing)?|needed|over)"
_NONE = lazy_pattern(
    r"\bnone\b(?:\s+of\s+(?:the\s+)?(?P<thing>[a-z ]{1,40}?))?\s+"
    rf"(?:is|are|was|were|will be|would be)?\s*{_REMAIN}\b"
    r"|(?:^|\b(?:so|thus|therefore|hence|are|is|be|has|have|had|with)\b,?)\W*no\s+"
    rf"(?P<noun>(?:[a-z]+\s+){{1,3}}?)(?:(?:is|are|was|were|will be)\s+)?{_REMAIN}\b"
    rf"|n['’]t\s+(?:be\s+|have\s+)?any\s+(?P<other>(?:[a-z]+\s+){{1,3}}?){_REMAIN}\b",
    re.I,
)
_EXISTS = lazy_pattern(r"\b(?:does|do)\b[^.?!]*\bexist\b|\b(?:is|are)\s+there\b|\bexists?\b", re.I)
_NO_SUCH = lazy_pattern(
    r"\bno\s+such\s+[^.,;]{1,60}\bexists?\b|\b(?:is|are)\s+no\s+such\b|\bdo(?:es)?\s+not\s+exist\b"
    r"|\bdo(?:es)?n['’]t\s+exist\b", re.I
)  # fmt: skip
_HERALDED = lazy_pattern(
    r"^\W*(?:(?:so|thus|hence|therefore|finally|in conclusion|consequently)\b,?\s*)+", re.I
)
_COMPARATIVE = lazy_pattern(
    r"\b(more|less|fewer|farther|further|faster|slower|longer|shorter|taller|older|younger|higher|lower|heavier"
    r"|lighter|earlier|later|larger|smaller|bigger|better|worse|most|least|first|second|third|fourth"
    r"|last)\b", re.I
)  # fmt: skip


def _in_base(gold: str, answer: str, question: str) -> tuple[Outcome, str] | None:
    """The digits of `1011_2`, where the question names the base."""
    told = _WITH_BASE.fullmatch(gold.strip(" $"))
    if told is None or not _ASKS_FOR_BASE.search(question):
        return None
    if _ASKS_FOR_TEN.search(question):
        return None
    same = told[1] == wording.words_only(answer).strip(" .")
    return (Outcome(True, "words"), "the digits in the base asked for") if same else None


def _who(gold: str, answer: str, question: str) -> tuple[Outcome, str] | None:
    """The name with which a gold's sentence begins, where the question asks who."""
    name, told = wording.words_only(answer).strip(" ."), wording.words_only(gold)
    told = _THAN.sub(r"\1", told)
    if len(told) > 200 or not (_PROPER.fullmatch(name) and _ASKS_WHO.search(question)):
        return None
    rest = told.removeprefix(name)
    alone = rest is not told and re.match(r"\s+[a-z]+", rest) and not re.search(r"\s[A-Z]", rest)
    if not alone or _NEGATIVE.search(rest) or _LOSES.search(rest) or opposite(gold, question):
        return None
    if len(rest.split()) < 3 and not {*_beginnings(rest)} & {*_beginnings(question)}:
        return None  # "Jana lies" for who tells the truth
    placed = {w.lower() for w in _COMPARATIVE.findall(rest)}
    if placed - {w.lower() for w in _COMPARATIVE.findall(question)} - {"most", "more"}:
        return None
    return Outcome(True, "words"), "the one of whom the gold speaks"


def _affirmed(gold: str, answer: str, question: str) -> tuple[Outcome, str] | None:
    """ "Yes" for "The vectors are collinear", where the question is whether they are."""
    said = wording.polarity(answer)
    plain = wording.words_only(gold)
    if said not in ("yes", "no") or wording.polarity(gold) or not _YES_OR_NO.search(question):
        return None
    if len(plain) > 200 or not _SENTENCE.search(plain):
        return None
    if (said == "no") != (_NEGATIVE.search(plain) is not None):
        return None
    asks = [s for s in _SENTENCE_ENDS.split(question) if _YES_OR_NO.search(s)]
    wanted, found = _stems(question), _stems(plain)
    either = {*_stems(" ".join(chain.from_iterable(_EITHER.findall("".join(asks[-1:])))))}
    if found and found[-1] in either:
        return None  # whether they are "skew or parallel"
    short = len(found) < 4  # a longer statement may tell the same in other words
    if short and not (_tells(found, wanted) or _tells(wanted, found)):
        return None  # "The lines are parallel" for whether they are perpendicular
    return Outcome(True, "words"), f"{said}, as the gold states"


def _as_range(gold: str, answer: str, question: str) -> tuple[Outcome, str] | None:
    """`20 to 30 minutes` for `20-30`, where the question asks for a range."""
    told, said = _RANGE.fullmatch(gold.strip(" $")), _SPAN.search(answer)
    if told is None or said is None or not _ASKS_FOR_RANGE.search(question):
        return None
    if len(re.findall(r"\d+(?:\.\d+)?", answer)) != 2 or _NEGATIVE.search(answer):
        return None
    return Outcome(told.groups() == said.groups(), "words"), "a range"


def _in_degrees(
    gold: str, answer: str, question: str, options: Options
) -> tuple[Outcome, str] | None:
    r"""`60` for `\pi/3`, where the question is about an angle."""
    if plain_number(answer) is None or not re.search(r"pi|π", gold):
        return None
    if not _ANGLE.search(question) or _RADIANS.search(question):
        return None
    told, why = same_answer(gold, rf"{answer}^\circ", options)
    return (told, f"{why}: degrees of an angle") if told.equal else None


def _between_ends(
    gold: str, answer: str, question: str, options: Options
) -> tuple[Outcome, str] | None:
    """An interval on which a function rises, with or without its ends: both are usual."""
    if not (_ENDS.search(gold) and _ENDS.search(answer) and _MONOTONE.search(question)):
        return None
    first, second = (t.replace("[", "(").replace("]", ")") for t in (gold, answer))
    told, why = same_answer(first, second, options)
    return (told, f"{why}: but for the ends of the intervals") if told.equal else None
