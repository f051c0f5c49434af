"""Answers that stand in a sentence: words as its subject or complement, spelled numbers, dates."""

from __future__ import annotations

import functools
import re

from harness.verifiers.math.reading import wording
from harness.verifiers.math.reading.units import is_unit
from harness.verifiers.patterns import lazy_pattern

MAX_SENTENCE = 200  # characters
_TOKEN = lazy_pattern(r"[^\W_]+(?:['’][a-z]+)?")
_DENIALS = frozenset(
    {"not", "no", "neither", "nor", "never", "none", "cannot", "but", "or", "and", "than", "either",
     "except", "rather", "instead", "unless", "if", "false", "wrong", "incorrect", "without",
     "less", "more", "only", "lose", "loses", "lost", "last", "opposite", "before", "after"}
)  # fmt: skip
_VERBS = frozenset(
    {"is", "are", "was", "were", "be", "will", "would", "must", "should", "has", "have", "had",
     "can", "does", "did", "wins", "won", "becomes", "on", "named", "called"}
)  # fmt: skip
_FILLER = frozenset(
    {
        "it",
        "it's",
        "that's",
        "this",
        "that",
        "they",
        "there",
        "answer",
        "value",
        "solution",
        "result",
        "on",
    }
)
_DENIAL = lazy_pattern(
    r"(?:\b(?:not|never|cannot|neither|nor)|n['’]t)"
    r"(?:\s+(?:be|equal|equals|equal to|to|simply|just|the|a|an|option|number))*[\s$(*]*$",
    re.I,
)
_DENIED = lazy_pattern(r"\W*(?:it\s+is\s+|it['’]s\s+)?(?:not|never|neither|nor|cannot)\b", re.I)


def denied(text: str, position: int) -> bool:
    """Whether the words right before `position` deny what stands there: "it is not 5"."""
    return _DENIAL.search(text[max(0, position - 60) : position]) is not None


def is_denial(text: str) -> bool:
    """Whether a text says what the answer is not: "not 5"."""
    return _DENIED.match(text) is not None


_CHINESE = lazy_pattern(r"[\u4e00-\u9fff]")
_CHINESE_IS = lazy_pattern(r"[^,，;；不没非]{0,30}[是为叫在]")


def gives(words: str, sentence: str) -> bool:
    """Whether a sentence has `words` for its subject or complement, denying and comparing nothing.

    "The day will be Tuesday" gives Tuesday; "Evelyn has the greatest speed" gives Evelyn; "After
    turning by 90 degrees, she is facing east" gives east; "Alice beats Bob" gives neither.
    """
    if _NEGATIVE.search(sentence):
        return False
    if _CHINESE.search(words):
        told = sentence.strip(" 。.!")
        return told.endswith(words) and _CHINESE_IS.fullmatch(told.removesuffix(words)) is not None
    return any(_gives(words, told) for told in dict.fromkeys((sentence, main_clause(sentence))))


def _gives(words: str, sentence: str) -> bool:
    words, sentence = (_NUMBERED.sub(_spelled_out, text) for text in (words, sentence))
    sentence = _ORDINAL.sub("nth", sentence)
    if len(sentence) > MAX_SENTENCE or re.search(r"[,;:=\\\d]", sentence):
        return False
    said, wanted = _TOKEN.findall(_ONLY.sub("", sentence)), _TOKEN.findall(_ONLY.sub("", words))
    while len(wanted) > 1 and wanted[0].casefold() in ("the", "a", "an"):
        del wanted[0]
    if len(wanted) == 2 and wanted[0].casefold() in _KINDS and len(wanted[1]) == 1:
        del wanted[0]  # "Person A" for "A arrives first"
    if len(said) > 1 and said[0].casefold() in _KINDS and wanted == [said[1]]:
        del said[0]
    folded, sought = [t.casefold() for t in said], [t.casefold() for t in wanted]
    if sought and sought[-1].endswith("s") and sought[-1] not in folded:
        sought[-1] = sought[-1].removesuffix("s")  # "cubes" for "only a cube can …"
    size = len(sought)
    if not size or not size < len(folded) <= 20:
        return False
    first = 1 if folded[0] in ("the", "a", "an") and folded[:1] != sought else 0
    if folded[-size:] == sought:
        before, after = said[:-size], []
    elif folded[first : first + size] == sought:
        before, after = said[:first], _without_phrase(said[first + size :])
    else:
        return False
    predicate = after[:1] and after[0].casefold() in _VERBS  # "a cube can have both … and …"
    rest = {t.casefold() for t in (*before, *after)} - ({"and", "or"} if predicate else set())
    if after[:1] and after[0].casefold() in _COPULAS and "than" not in rest:
        rest -= {"more", "less"}  # "plan A is more expensive"
    if rest & _DENIALS or any(t.endswith(("n't", "n’t")) for t in rest):
        return False
    named = wanted[0][:1].isupper() and (_has_name(before, 1) or _has_name(after, 0))
    if named:
        return False  # another name competes
    if after:
        return after[0].casefold() in _VERBS or _is_verb(after)
    before = [t for t in before if t.casefold() not in ("the", "a", "an")]
    if not before or before[-1].casefold() in _VERBS or rest <= _FILLER:
        return True
    participle = len(before) > 1 and before[-1].endswith("ing")
    return participle and before[-2].casefold() in (*_VERBS, "up")  # "ends up facing east"


_NUMBERED = lazy_pattern(
    r"\b(Plan|Option|Player|Method|Team|Machine|Store|Box|Car|Route) ([1-9])\b"
)


_ORDINAL = lazy_pattern(r"\b\d+(?:st|nd|rd|th)\b|(?<=\b[Tt]he )\d+(?= [a-z])")


def is_numbered(text: str) -> bool:
    """Whether a text is "Plan 2"."""
    return _NUMBERED.fullmatch(text.strip(" .")) is not None


def _spelled_out(match: re.Match[str]) -> str:
    """ "Plan 2" as one word without digits."""
    return match[1] + "abcdefghi"[int(match[2]) - 1]


_ONLY = lazy_pattern(r"^\W*only\s+", re.I)
_KINDS = frozenset({"person", "player", "team", "box", "point", "car", "option", "brand", "plan"})
_NO_SUCH = lazy_pattern(
    r"\bno such\b|\b(?:does|do) not exist|\bdoesn['’]t exist|\bcannot exist|\bthere (?:is|are) no\b"
    r"|\bn['’]y a (?:pas|aucun)|\baucune?\b|\bнет\b|не существует|\bkeine? (?:solche|lösung)"
    r"|不存在|无解|\bno [a-z ]{0,30}(?:exists?|possible)\b|^\W*(?:no solutions?|none)\W*$", re.I
)  # fmt: skip


@functools.lru_cache(maxsize=4096)
def tells_of_none(text: str) -> bool:
    """Whether a text says that nothing is as asked: "no such k exists", "il n'y a pas de …"."""
    plain = wording.words_only(text)
    return len(plain) < MAX_SENTENCE and not re.search(r"\d", plain) and (
        _NO_SUCH.search(plain) is not None
    )  # fmt: skip


def _has_name(said: list[str], first: int) -> bool:
    """Whether a name stands there that competes: not that of "the capital of France"."""
    for place in range(first, len(said)):
        word = said[place]
        if not word[:1].isupper() or word.isupper():
            continue
        before = [w.casefold() for w in said[max(0, place - 2) : place] if w.casefold() != "the"]
        if not before or before[-1] not in ("of", "in", "from", "to", "at", "on", "near"):
            return True
    return False


_NOUNS = frozenset(
    {"player", "players", "team", "triangle", "triangles", "quadrilateral", "line", "lines",
     "angle", "angles", "condition", "number", "numbers", "integer", "integers", "function",
     "functions", "day", "option", "person", "one", "side", "strategy", "sequence", "circle",
     "circles", "planes", "plane", "shape", "solution", "sign", "symbol"}
)  # fmt: skip
"""Nouns for the kind of thing that an adjective describes."""
_COPULAS = ("is", "are", "was", "were")
_PLAIN_WORDS = lazy_pattern(r"[A-Za-zÀ-ɏ'’ .-]{1,60}|Player \d", re.I)
_STEM = lazy_pattern(r"(?:ing|ent|es|ed|e|s)$")
_ORDINALS = {"1": "first", "2": "second", "one": "first", "two": "second", "i": "first"}


def same_thing(first: str, second: str) -> bool:
    """Whether two short answers differ in the noun that tells the kind of thing alone: "second"
    and "the second player", "right triangle" and "right-angled triangle", "Player 1".
    """
    if not (_PLAIN_WORDS.fullmatch(first) and _PLAIN_WORDS.fullmatch(second)):
        return False
    if _with_adverb(first) and _with_adverb(first) == _with_adverb(second):
        return True  # "externally tangent", "tangent externally"
    if _NEGATIVE.search(first) is None and _NEGATIVE.search(second):
        return False
    short, long = sorted((_adjectives(first), _adjectives(second)), key=len)
    if not short:
        return False
    single = len(short) == 1 and len(short[0]) > 6 and len(long) < 5 and not _DENIALS & {*long}
    if single and _STEM.sub("", short[0]) == _STEM.sub("", long[-1]):
        return True  # "convergent", "the series converges"
    if len(long) <= 4 and {*_COPULAS} & {*long, *short} and not _DENIALS & {*long, *short}:
        bags = [sorted(w for w in side if w not in (*_COPULAS, "the")) for side in (short, long)]
        if bags[0] == bags[1]:
            return True  # "skew lines", "the lines are skew"
    if sorted(short) == sorted(long) and short[-1] == long[-1] and not _DENIALS & {*short}:
        return True  # "isosceles right triangle", "right isosceles triangle"
    return short == long or (long[:-1] == short and long[-1] in _NOUNS)


_APART = lazy_pattern(r"\W*(?:the|a|an)\s+([a-z]+)\s+[a-z]+\s+(?!and\b|or\b)([^,;:]+)", re.I)
_COMPARED = lazy_pattern(
    r"\b(?:more|less|most|least|fewer|[a-z]{2,}er|[a-z]{2,}est|first|wins)\b", re.I
)


def tells_apart(word: str, sentence: str) -> bool:
    """Whether a comparing sentence, "a stopped clock is right more often", has the word for the
    adjective of its subject.
    """
    found = _APART.fullmatch(sentence)
    if found is None or word.strip(" .").casefold() != found[1].casefold():
        return False
    compared = _COMPARED.search(found[2])
    return bool(compared) and not _DENIALS & {*found[2].casefold().split()} - {"more", "less"}


def _with_adverb(text: str) -> list[str]:
    """An adjective and its adverb, in one order; nothing for other texts."""
    told = sorted(_adjectives(text))
    return told if len(told) == 2 and sum(w.endswith("ly") for w in told) == 1 else []


_WHO_GOES = lazy_pattern(
    r"\b(player|person|one|team)\s+(?:who|that|to)\s+(?:goes|moves?|plays|starts|begins)\s+"
    r"(first|second|last)\b", re.I
)  # fmt: skip


def _adjectives(text: str) -> list[str]:
    text = _WHO_GOES.sub(r"\2 \1", text)
    told = [t.casefold() for t in _TOKEN.findall(text.replace("-angled", ""))]
    told = ["sequence" if t == "progression" else t for t in told]
    while told and told[0] in ("the", "a", "an"):
        del told[0]
    if len(told) == 2 and told[0] == "player":
        told = [_ORDINALS.get(told[1], told[1]), "player"]
    return told


_NUMBER = lazy_pattern(r"(?<![\w.,])-?\d[\d,]*(?:\.\d+)?(?:/\d+)?(?![\w^])")
_SIGNS = lazy_pattern(r"[=<>^+*≤≥]|\\(?:frac|sqrt|pi|le|ge)")


def same_numbers(gold: str, answer: str) -> bool:
    """Whether a gold in a sentence of two numbers or more, "each A room is 240 yuan, and each B
    room 210", is answered by the same numbers in their order, under the same names if any.
    """
    if gold.count(" ") < 3 or max(len(gold), len(answer)) > 2 * MAX_SENTENCE:
        return False
    if _SIGNS.search(gold) or _EXCEPTED.search(gold):
        return False
    told, said = ([n.rstrip(",") for n in _NUMBER.findall(t)] for t in (gold, answer))
    if len(told) < 2 or told != said or len(re.findall(r"[A-Za-z]{3,}", gold)) < 4:
        return False
    if len(re.findall(r"[A-Za-z]{3,}", answer)) > 8 or _SIGNS.search(answer):
        return False
    names = _names(gold, answer)
    return names[0] == names[1]


def _names(gold: str, answer: str) -> tuple[list[str], list[str]]:
    """The words that stand once in each of the two, in their orders: what stands twice is what all
    are counted in."""
    words = [[t for t in _TOKEN.findall(text) if not t.isdigit()] for text in (gold, answer)]
    shared = {t for t in words[0] if all(side.count(t) == 1 for side in words)}
    first, second = ([t for t in side if t in shared] for side in words)
    return first, second


def other_order(gold: str, answer: str) -> bool:
    """Whether an answer has the numbers of a gold in a sentence, or the names, in another order:
    not both, which tells the same.
    """
    if gold.count(" ") < 3 or len(gold) > 2 * MAX_SENTENCE or "\\" in gold or _SIGNS.search(gold):
        return False
    if len(re.findall(r"[A-Za-z]{3,}", gold)) < 4:
        return False
    told, said = ([n.rstrip(",") for n in _NUMBER.findall(t)] for t in (gold, answer))
    if len(told) < 2 or sorted(told) != sorted(said):
        return False
    names = _names(gold, answer)
    if names[0] == names[1] or len(names[0]) != len(told):
        return told != said
    return told == said or (names[0] != names[1][::-1] or told != said[::-1])


_EXCEPTED = lazy_pattern(r"\b(?:not|no|except|without|but|other|never|neither|nor)\b", re.I)
_BARE_NUMBERS = lazy_pattern(r"-?\d[\d.]*(?:\s*,\s*-?\d[\d.]*){1,5}")


def counts_in_order(gold: str, answer: str) -> bool:
    """Whether an answer in words has the numbers of a bare list in its order: 20, 72 for "20 tons
    of rice and 72 tons of flour".
    """
    if len(answer) > MAX_SENTENCE or not _BARE_NUMBERS.fullmatch(gold.strip()):
        return False
    if _SIGNS.search(answer) or _NEGATIVE.search(answer) or _DENIAL_WORD.search(answer):
        return False
    words = re.findall(r"[A-Za-z]{2,}", answer)
    told, said = ([n.rstrip(",") for n in _NUMBER.findall(t)] for t in (gold, answer))
    return 0 < len(words) <= 12 and told == said


_DENIAL_WORD = lazy_pattern(r"\b(?:not|no|or|than|between|from)\b", re.I)
_NEGATIVE = lazy_pattern(
    r"\b(?:loses?|lost|last|opposite|wrong|incorrect|neither|hardly|barely|could|might|perhaps"
    r"|maybe|possibly|probably|nearly|almost|supposedly)\b", re.I
)  # fmt: skip
_LATER = (
    r"(?:[a-z]+|\d+)\s+(?:days?|weeks?|months?|years?|hours?)\s+(?:after|before|from|later)\b[^,]{0,60}?"
    r"(?:,\s*|\s+(?=(?:it|he|she|they)\b))"
)
_LEADING = lazy_pattern(
    r"^[\W_]*(?:(?:therefore|thus|hence|so|finally|consequently|in conclusion|as a result)\b"
    r"[,:]?\s*"
    rf"|{_LATER}"
    r"|(?:[a-z]{2,}ing\b(?=[^,]*,\s+(?:we|she|he|it|they|you|the)\b)|after|before|since|because|when|if|as|in|on|at|by|for|from|starting|based|given|with"
    r"|out of|of|among|between|compared|unlike)\b"
    r"(?:[^,]{1,120},\s*|[^,]{1,120}?(?=\b(?:he|she|it|they|we|you)\b)))+",
    re.I,
)
_HEADED = lazy_pattern(r"^[\s*_#-]*[A-Z][A-Za-z]+(?: [A-Za-z]+){0,3}:\*{0,2}\s+")  # "Direction: "
_TRAILING = lazy_pattern(
    r",?\s+(?:when|while|since|because|after|before|if|which|with|by|until|as|at the)\b"
    r".*$"
    r"|\s*\([^()]*\)\s*\.?$",
    re.I | re.S,
)


def main_clause(sentence: str) -> str:
    """A sentence without the phrases and clauses before and behind its main one."""
    sentence = _HEADED.sub("", sentence[: 2 * MAX_SENTENCE])
    return _TRAILING.sub("", _LEADING.sub("", sentence)).strip(" .*_!")


def _without_phrase(after: list[str]) -> list[str]:
    """The words behind a subject without "from Mauritius"."""
    if after[:1] and after[0].casefold() in ("from", "of", "in"):
        return next((after[i:] for i in range(2, min(5, len(after)))
                     if after[i].casefold() in _VERBS), after)  # fmt: skip
    return after


def _is_verb(after: list[str]) -> bool:
    """Whether "earns the most" follows a subject: a verb with its superlative."""
    superlative = any(t.casefold() in ("most", "least") or t.endswith("est") for t in after[1:4])
    superlative = superlative or after[-1].casefold() == "first"
    return superlative and after[0].islower() and after[0].endswith(("s", "ed"))


_MIXED = lazy_pattern(
    r"\b([a-z-]+ and (?:a|one|two|three) (?:half|halves|thirds?|quarters?))\b", re.I
)


_FRACTION = lazy_pattern(
    r"\b((?:one|two|three|four|five|six|seven|eight|nine|ten|eleven)[ -]"
    r"(?:halves|thirds?|quarters?|fourths?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?|elevenths?"
    r"|twelfths?|thirteenths?|fifteenths?|sixteenths?|twentieths?))\b", re.I
)  # fmt: skip


def spelled_number(text: str) -> str | None:
    """The one number that a text without digits spells: "six" in "a total of six"."""
    if len(text) > MAX_SENTENCE or re.search(r"[\d\\]", text):
        return None
    bold: list[str] = re.findall(r"\*\*([A-Za-z -]+)\*\*", text)
    if len(bold) == 1 and wording.number_words(bold[0]) is not None:
        return bold[0]
    mixed = _MIXED.findall(text)
    if len(mixed) == 1 and wording.number_words(mixed[0]) is not None:
        return str(mixed[0])
    runs: list[list[str]] = [[]]
    for token in re.findall(r"[a-z]+", text.casefold()):
        if token in _DENIALS - {"and", "only"}:
            return None
        if token not in ("and", "a", "an") and wording.number_words(token) is not None:
            runs[-1].append(token)
        elif runs[-1] and not (token == "and" and runs[-1][-1] in ("hundred", "thousand")):
            runs.append([])
    found = [" ".join(r) for r in runs if r and r != ["one"]]
    fractions = [f for f in _FRACTION.findall(text) if wording.number_words(f) is not None]
    if len(fractions) == 1 and len(found) < 2:
        return str(fractions[0])
    one = re.findall(r"\bone\s+([a-z]+)", text.casefold())
    if not found and len(one) == 1 and is_unit(one[0]):
        return "one"  # "in one hour"
    return found[0] if len(found) == 1 and wording.number_words(found[0]) is not None else None
