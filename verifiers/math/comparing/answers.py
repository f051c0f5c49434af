"""An answer as text, read: the forms that are read as a whole, then the grammar."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from harness.verifiers.math.comparing.exact import key
from harness.verifiers.math.reading import sentences, wording
from harness.verifiers.math.reading.families import family
from harness.verifiers.math.reading.notation import digits_value
from harness.verifiers.math.reading.numerals import in_english, numeral
from harness.verifiers.math.reading.parts import by_cases, parts, permuted
from harness.verifiers.math.reading.tidy import tidy
from harness.verifiers.math.reading.tree import Node, Num, Op, Sym, Text, depth
from harness.verifiers.patterns import lazy_pattern

MAX_ANSWER = 3_000  # characters; longer answers are compared as text only
MAX_DEPTH = 120
_PHRASES = {
    "reals": lazy_pattern(
        r"(?:(?:all|any|every|the set of|the set of all|the) )?(?:the )?real(?: numbers?|s)?"
        r"(?: [a-z])?"
        r"|all reals|all values of [a-z]"
        r"|(?:any|every|all) (?:real )?(?:values? of )?[a-z] (?:works?|will work|is possible)"
    ),
    "emptyset": lazy_pattern(
        r"(?:(?:there (?:is|are|exists?)"
        r"|(?:(?:the|this) (?:\w+ )?(?:equation|system|inequality)|it) has) )?"
        r"no (?:such |real |integer |positive |other |possible )*"
        r"(?:(?:solutions?|roots?|values?|numbers?|integers?|pairs?|triples?|functions?|primes?"
        r"|polynomials?|sequences?|points?|sets?)(?: [a-z])?|(?<=such )[a-z])"
        r"(?: (?:exists?|is possible|are possible))?(?: (?:over|in|among) the real(?: number)?s)?"
        r"|(?:the )?(?:empty|null) set|none(?: exists?)?|no (?:real )?solutions?[;:.,].*"
    ),
    "undefined": lazy_pattern(
        r"(?:the limit |it )?(?:does not exist|doesn't exist|dne|(?:is )?undefined|not defined)"
    ),
    "oo": lazy_pattern(
        r"(?:positive )?infinity"
        r"|(?:there are )?(?:infinitely many|infinite|(?:an )?infinite number of)"
        r"(?: (?:real |integer )?"
        r"(?:solutions?|values?|roots?|points?))?"
    ),
}
MAX_RUN = 200
_TIMES = {"once": 1, "twice": 2, "thrice": 3, "doubles": 2, "triples": 3, "quadruples": 4}
_DOTTED = lazy_pattern(
    r"\W*?((?:-?\d+\s*,\s*){2,5})(?:\\[lc]?dots|\.{3}|…)\s*,?\s*(?:and\s+)?(-?\d+)\W*"
)
_ENDLESS = lazy_pattern(
    r"\W*?(?:[a-z]\s*=\s*)?(-?\d+(?:\s*,\s*-?\d+){2,7})\s*,\s*(?:\\[lc]?dots|\.{3}|…)\W*"
)
_VICE_VERSA = lazy_pattern(r"[\s,;]*(?:\\text\s*\{\s*)?(?:or|and)\s+vice versa.*$", re.S)
_FROM_TO = lazy_pattern(
    r"(?:all |the |every )*(?:integers?|whole numbers?)\s+(?:from\s+)?(-?\d+)\s+(?:to|through)"
    r"\s+(-?\d+)(?:,? inclusive)?\W*", re.I
)  # fmt: skip
_COUNTED = lazy_pattern(
    r"(?:there (?:is|are) )?(?:(?:exactly|only|just|precisely) )?([a-z]+(?:-[a-z]+)?)"
    r"(?: (?:distinct |different |real |such |possible )*"
    r"(?:solutions?|roots?|ways?|values?|pairs?|triples?|numbers?"
    r"|integers?|points?|times?|answers?|functions?|primes?))?\W*", re.I
)  # fmt: skip
_COMMA = lazy_pattern(r"\d,\d")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as text and in its possible readings (none: it is no mathematics)."""

    text: str
    readings: tuple[Node, ...]
    problem: str = ""  # why there is no reading


@functools.lru_cache(maxsize=8192)
def read(text: str) -> Answer:
    """Tidy and parse one answer."""
    if len(text) > MAX_ANSWER:
        return Answer(text, (), "too long")
    text = tidy(text)
    plain = wording.words_only(text)
    wordless = wording.only_signs(text) and not text.startswith("0")  # 0x1F
    if not wordless and sentences.is_denial(plain):
        return Answer(text, (), "a denial")
    if len(plain) < 60 and not any(c.isdigit() for c in plain):
        folded = in_english(" ".join(plain.casefold().split()).strip(" .{}\\"))
        for name, phrase in _PHRASES.items():
            if phrase.fullmatch(folded):
                return Answer(text, (Sym(name),))
    told = _whole(text, plain, wordless=wordless)
    return told if told is not None else _by_grammar(text)


def _whole(text: str, plain: str, *, wordless: bool) -> Answer | None:
    """An answer that is read as a whole: in parts, in every order, by cases, in words."""
    if numbered := parts(text):
        return _in_parts(text, numbered)
    if wordless:
        return None
    if (order := permuted(text)) is not None and (inner := read(order[0])).readings:
        from harness.verifiers.math.comparing.shapes import in_every_order

        every = in_every_order(inner.readings[0], cyclic=order[1])
        if every is not None:
            return Answer(text, (every,))
    if (cases := by_cases(text)) is not None and (inner := read(cases)).readings:
        return Answer(text, inner.readings)
    if "vice versa" in plain and (both := _both_ways(text)) is not None:
        return Answer(text, (both,))
    if (run := _run(plain) or _endless(plain)) is not None:
        return Answer(text, (run,))
    spelled = _spelled(plain) or family(text)
    return None if spelled is None else Answer(text, (spelled,))


def _both_ways(text: str) -> Node | None:
    """`p = 3, q = 2 or vice versa` as the points (3, 2) and (2, 3)."""
    inner = read(_VICE_VERSA.sub("", text)).readings
    match inner[:1]:
        case (Op(head="list" | "system", args=(Op(head="=") as one, Op(head="=") as other)),):
            pair = (one.args[1], other.args[1])
            return Op("list", (Op("()", pair), Op("()", pair[::-1])))
    return None


def is_run(text: str) -> bool:
    """Whether an answer is "all integers from 0 to 45"."""
    return _FROM_TO.fullmatch(wording.words_only(text)) is not None


def _run(plain: str) -> Node | None:
    r"""Every whole number of `0, 1, 2, \ldots, 45` or "all integers from 0 to 45"."""
    if (dotted := _DOTTED.fullmatch(plain)) is not None:
        shown = [int(n) for n in re.findall(r"-?\d+", dotted[1])]
        step, last = shown[1] - shown[0], int(dotted[2])
        if any(b - a != step for a, b in pairwise(shown)):
            return None
    elif (told := _FROM_TO.fullmatch(plain)) is not None:
        shown, step, last = [int(told[1])], 1, int(told[2])
    else:
        return None
    if not step or (last - shown[0]) % step or not 0 < (last - shown[0]) // step < MAX_RUN:
        return None
    return Op("list", tuple(map(Num, range(shown[0], last + (1 if step > 0 else -1), step))))


def _endless(plain: str) -> Node | None:
    r"""`5, 6, 7, \ldots` as the whole numbers from 5 on, in steps of 1."""
    told = _ENDLESS.fullmatch(plain)
    shown = [int(n) for n in re.findall(r"-?\d+", told[1])] if told else []
    step = shown[1] - shown[0] if len(shown) > 1 else 0
    if step < 1 or any(b - a != step for a, b in pairwise(shown)):
        return None
    residue = Op("residue", (Num(shown[0] % step), Num(step)))
    every = Sym("integers") if step == 1 else Op("family", (Sym("residues"), residue))
    return Op("system", (every, Op(">=", (Sym("n"), Num(shown[0])))))


@functools.cache
def _grammar() -> tuple[
    Callable[[str, str], Node], type[Exception], Callable[[Node], Node]
]:  # plain numbers need no parser: it is imported with the first answer that does
    """The parser, what it raises, and what works out derivatives and dots in its trees."""
    from harness.verifiers.math.comparing.calculus import evaluated
    from harness.verifiers.math.comparing.sequences import written_out
    from harness.verifiers.math.reading.parser import ParseError, parse

    return parse, ParseError, lambda node: written_out(evaluated(node))


def _by_grammar(text: str) -> Answer:
    """An answer that the parser reads, in each way of reading its commas."""
    parse, error_kind, worked_out = _grammar()
    readings: dict[str, Node] = {}
    problem = ""
    for commas in ("group", "list", "decimal") if _COMMA.search(text) else ("group",):
        if commas == "decimal" and re.search(r"[(\[{]", text):
            continue
        try:
            node = parse(text, commas)
        except (error_kind, RecursionError) as error:
            problem = str(error) or "nested too deeply"
            continue
        if depth(node) > MAX_DEPTH:
            problem = "nested too deeply"
            continue
        node = worked_out(node)
        if not isinstance(node, Text):
            readings.setdefault(key(node), node)
    return Answer(text, tuple(readings.values()), "" if readings else problem or "words")


def _in_parts(text: str, told: list[str]) -> Answer:
    """`(1) 3; (2) 5` as the tuple of its parts, if each is mathematics."""
    inner = [read(p).readings for p in told]
    if not all(inner):
        return Answer(text, (), "parts in words")
    return Answer(text, (Op("()", tuple(r[0] for r in inner)),))


def _spelled(plain: str) -> Node | None:
    """Digits in a base above ten, a number in words, or a list of such."""
    value: Fraction | int | None = digits_value(plain) or _TIMES.get(
        plain.casefold().strip(" .").removeprefix("it ")
    )
    if value is None:
        value = wording.number_words(plain)
    if value is None and not plain.isdigit():
        value = numeral(plain)
    if value is None and (counted := _COUNTED.fullmatch(plain)) is not None:
        value = wording.number_words(counted[1])
    if value is not None:
        return Num(value)
    several = wording.number_list(plain) if " and " in plain else []
    return Op("list", tuple(map(Num, several))) if several else None
