r"""Sets of integers in words: "all odd integers n ≥ 3", "the multiples of 3", "n is a
power of 2", "n ≡ 0, 1 (mod 4)", `4 \nmid n`.

Each becomes a node `family` of its name (and number), a list of residues, or a `system` of these
and a bound. Anything not entirely of such a form is None.
"""

from __future__ import annotations

import functools
import re

from harness.verifiers.math.reading.tree import Node, Num, Op, Sym
from harness.verifiers.math.reading.wording import words_only
from harness.verifiers.patterns import lazy_pattern

MAX_PHRASE = 120  # characters

_HINT = lazy_pattern(
    r"odd|even|multiple|divisible|power|square|cube|prime|composite|integer|natural|whole|congruent"
    r"|equiv|mid\b|≡|≢|∣|∤|mathbb|nmid|\\in\b|∈",
    re.I,
)
_LETTER = r"\s*[a-z]\s*"
_HEAD = (
    r"(?:(?:for|exactly|precisely|only|if and only if|when|whenever|holds for)\s+)*"
    r"(?:(?:the\s+set\s+of|the|those|all|any|every|each)\s+)*"
    r"(?:(?:values?\s+of\s+)?[a-z]\s+(?:(?:is|are|must be|can be|such that [a-z] is)\s+)?"
    r"(?:(?:an?|any)\s+)?)?"
)
_SIGN = r"(?:(?P<sign>positive|natural|whole|non-?negative|strictly positive)\s+)?"
_NOUN = r"(?:(?:natural\s+)?(?:integer|number|value|participant|player|term)s?)"
_WHICH = r"(?:\s*(?:which|that)\s+(?:is|are)\s+|\s+)?"
_CORE = (
    (
        r"(?:(?P<parity>odd|even)(?:\s+positive|\s+natural)?(?:\s+NOUN)?(?:\s+of\s+[a-z]{2,20})?"
        r"|(?:NOUN)?(?:LETTER)?WHICH(?P<non>not\s+)?(?:a\s+|any\s+)?(?:multiples?\s+of|divisible\s+by)\s+(?P<divisor>\d{1,3})"
        r"|(?:NOUN)?WHICH(?:a\s+)?(?:(?:positive|non-?negative)\s+)?(?:integer\s+)?powers?\s+of\s+(?P<base>\d{1,3}|two|three)"
        r"|(?:NOUN)?WHICH(?:a\s+)?(?P<shape>perfect\s+squares?|square\s+numbers?|perfect\s+cubes?|primes?|composite)"
        r"(?:\s+numbers?)?"
        r"|(?:NOUN)?(?:LETTER)?WHICHcongruent\s+to\s+(?P<rest>\d{1,3}(?:\s*,?\s*(?:or|and)?\s*\d{1,3})*)\s+"
        r"(?:mod|modulo)\s+(?P<modulus>\d{1,3})"
        r"|(?P<all>integers?|natural\s+numbers?|whole\s+numbers?|naturals))"
    )
    .replace("NOUN", _NOUN)
    .replace("LETTER", _LETTER)
    .replace("WHICH", _WHICH)
)
_BOUND = (
    r"(?:\s*,?\s*(?:with\s+)?(?:[a-z]\s*)?"
    r"(?P<relation><=?|>=?|greater than or equal to|greater than|at least|less than"
    r"|at most|from)\s*(?P<limit>\d{1,3}))?"
    r"(?:\s+(?:except|other than|excluding|but not)\s+(?:for\s+)?(?:[a-z]\s*=\s*)?"
    r"(?P<but>\d{1,3}(?:\s*,?\s*(?:and|or)?\s*\d{1,3}){0,8}))?"
)
_PHRASE = lazy_pattern(rf"{_HEAD}{_SIGN}{_CORE}(?:\s+[a-z])?{_BOUND}", re.I)
_BOUND_FIRST = lazy_pattern(
    r"(?P<first>[a-z])\s*(?P<relation><=?|>=?)\s*(?P<limit>\d{1,3})\s*(?:,|and|with|where)?\s*"
    r"(?P<tail>(?:(?P=first)\s+)?(?:is\s+)?(?:an?\s+)?(?:odd|even|prime|integer|composite)"
    r"(?:\s+(?:integer|number))?)",
    re.I,
)
_RESIDUES = lazy_pattern(
    r"(?:[a-z]\s*)?(?:equiv|≡)\s*(?P<rest>\d{1,3}(?:\s*,?\s*(?:or|and)?\s*\d{1,3})*)\s*"
    r"\(?\s*(?:pmod|bmod|mod)\s*\{?\s*(?P<modulus>\d{1,3})\s*\}?\s*\)?"
)
_DIVIDES = lazy_pattern(
    r"(?P<divisor>\d{1,3})\s*(?P<sign>nmid|mid|∣|∤|not\s*mid|\||does not divide|divides)\s*[a-z]"
)
_ONE = lazy_pattern(r"(?:[a-z]\s*=\s*)?(\d{1,3})")
_SET = lazy_pattern(
    r"(?:(?:[a-z]|all [a-z])\s*(?:in|∈)\s*)?(?:mathbb\s*\{?\s*)?(?P<set>[NZℕℤ])\s*\}?\s*"
    r"(?:(?P<raised>\^)\s*\{?\s*(?P<plus>\+|\*|ast)\s*\}?|_\s*\{?\s*(?P<low>\+|0|>\s*0|>=?\s*[01])\s*\}?)?"
)
_CONGRUENT = lazy_pattern("congruent|equiv|≡")
_WITHOUT = lazy_pattern(
    r"(?P<head>.{1,60}?)\s*(?:setminus|∖|-)\s*\{\s*(?P<but>\d{1,3}(?:\s*,\s*\d{1,3}){0,8})\s*\}"
)
_SIGNS = {"greater than or equal to": ">=", "at least": ">=", "from": ">=", "greater than": ">",
          "less than": "<", "at most": "<="}  # fmt: skip
_BASES = {"two": 2, "three": 3}


def is_family(text: str) -> bool:
    """Whether a text is a set of integers in words rather than a sentence."""
    return family(text) is not None


@functools.lru_cache(maxsize=2048)
def family(text: str) -> Node | None:
    """The set of integers that a text describes, or None."""
    if len(text) > MAX_PHRASE or _HINT.search(text) is None:
        return None
    plain = _plain(text)
    if " or " in plain and not _CONGRUENT.search(plain):
        return _either(plain.split(" or "))
    if "≢" in plain:
        inner = family(plain.replace("≢", "≡"))
        return inner and Op("not", (inner,))
    if found := _RESIDUES.fullmatch(plain):
        return _residues(found["rest"], found["modulus"])
    if found := _DIVIDES.fullmatch(plain):
        whole = _family("multiple", int(found["divisor"]))
        return Op("not", (whole,)) if found["sign"][0] in "n∤" or "not" in found["sign"] else whole
    if (found := _SET.fullmatch(plain)) and ("mathbb" in plain or found["set"] in "ℕℤ"):
        return _number_set(found)
    if found := _BOUND_FIRST.fullmatch(plain):
        inner = family(found["tail"])
        return inner and Op("system", (inner, _bound(found["relation"], found["limit"])))
    if (found := _WITHOUT.fullmatch(plain)) and (inner := family(found["head"])) is not None:
        return _without(inner, found["but"])
    found = _PHRASE.fullmatch(plain)
    return _told(found) if found else None


def _either(told: list[str]) -> Node | None:
    """`n = 2 or n is odd`."""
    found = [Num(int(m[1])) if (m := _ONE.fullmatch(part.strip())) else family(part)
             for part in told]  # fmt: skip
    members = [n for n in found if n is not None]
    whole = len(members) == len(found) and any(isinstance(n, Op) for n in members)
    return Op("or", tuple(members)) if whole else None


def _plain(text: str) -> str:
    """Words and signs of a phrase without formatting commands."""
    text = words_only(text).replace("$", " ")
    for sign, told in (("\\geqslant", ">="), ("\\geq", ">="), ("\\ge", ">="), ("≥", ">="),
                       ("\\leqslant", "<="), ("\\leq", "<="), ("\\le", "<="), ("≤", "<="),
                       ("\\gt", ">"), ("\\lt", "<"), ("\\not\\equiv", "≢"),
                       ("\\not \\equiv", "≢"), ("\\nequiv", "≢"),
                       ("\\quad", " "), ("\\left", " "), ("\\right", " ")):  # fmt: skip
        text = text.replace(sign, told)
    return " ".join(text.replace("\\", " ").split()).strip(" .,;()")


def _family(name: str, *numbers: int) -> Node:
    return Op("family", (Sym(name), *map(Num, numbers)))


def _bound(sign: str, limit: str) -> Node:
    sign = " ".join(sign.lower().split())
    return Op(_SIGNS.get(sign, sign), (Sym("n"), Num(int(limit))))


def _residues(rest: str, modulus: str) -> Node:
    told = tuple(Op("residue", (Num(int(r)), Num(int(modulus)))) for r in re.findall(r"\d+", rest))
    return Op("family", (Sym("residues"), *told))


def _number_set(found: re.Match[str]) -> Node:
    if found["set"] in "Zℤ" and not (found["plus"] or found["low"]):
        return Sym("integers")
    if found["low"] and found["low"].replace(" ", "") in ("0", ">=0"):
        return _family("nonnegative") if found["set"] in "Nℕ" or ">" in found["low"] else Sym("Z_0")
    return _family("natural")


def _told(found: re.Match[str]) -> Node:
    """The node of a phrase."""
    node: Node
    if found["parity"]:
        node = _family(found["parity"].lower())
    elif found["divisor"]:
        node = _family("multiple", int(found["divisor"]))
        node = Op("not", (node,)) if found["non"] else node
    elif found["base"]:
        node = _family("power", _BASES.get(found["base"].lower()) or int(found["base"]))
    elif found["shape"]:
        shape = found["shape"].lower()
        names = ("square", "cube", "prime", "composite")
        node = _family(next(n for n in names if n in shape))
    elif found["rest"]:
        node = _residues(found["rest"], found["modulus"])
    else:
        node = _whole(found)
    if found["limit"]:
        node = Op("system", (node, _bound(found["relation"], found["limit"])))
    if found["but"]:
        node = _without(node, found["but"])
    return node


def _without(members: Node, but: str) -> Node:
    """A family without the numbers of "3 and 5"."""
    taken = tuple(Num(int(n)) for n in re.findall(r"\d+", but))
    return Op("minus", (members, Op("{}", taken)))


def _whole(found: re.Match[str]) -> Node:
    sign, name = (found["sign"] or "").lower().replace("-", ""), found["all"].lower()
    if sign == "nonnegative" or "whole" in name or sign == "whole":
        return _family("nonnegative")
    if sign or "natural" in name:
        return _family("natural")
    return Sym("integers")
