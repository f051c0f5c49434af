r"""Notations that are brought to the usual one before parsing, and second readings.

`{10 \choose 3}` and `{}_{10}C_3` become `\binom{10}{3}`; rows of an aligned chain are joined; a
condition behind an answer ("for any constant c") is cut: it says what the letters range over. What
has two readings (`\log` to base 10, `C(10,3)` a binomial or a point) is read the usual way first.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from harness.verifiers.math.reading.conditions import without_condition
from harness.verifiers.math.reading.spoken import in_signs
from harness.verifiers.patterns import lazy_pattern

_CHOOSE = lazy_pattern(r"\{([^{}]{1,80})\\choose\s*([^{}]{1,80})\}")
_SCRIPTED = lazy_pattern(
    r"(?:\{\s*\})?[_^]\{?(\d+|[a-z])\}?\s*(?:\\(?:mathrm|text|rm)\s*\{?)?([CP])\}?_\{?(\d+|[a-z])\}?"
)
_CONTINUED = lazy_pattern(r"\\\\\s{0,9}(?=(?:=|\\approx|\\le|\\ge|<|>|\+|-|\\cdot|\\times))")
_MAXIMA = lazy_pattern(r"(?<![\d\s\\)}])%(?=(?:i|pi|e|phi|gamma)(?![A-Za-z]))")
_ASIDE = lazy_pattern(
    r"[\s,;(]{0,5}(?<![A-Za-z\\])(?:i\.\s?e\.?|that is,|in other words"
    r"|(?:(?:or|which is) |(?<=[,;] ))(?:about|approximately|roughly|around)"
    r"|but not|not|rather than|instead of|since|because"
    r"|as (?:required|desired|claimed))(?![A-Za-z]).*$",
    re.S,
)
_ASIDES = lazy_pattern(  # a quick look whether one of them is there at all
    r"i\.\s?e|that is,|in other words|about|approx|roughly|around|not|rather|instead|since"
    r"|because|as "
)
_BASED = lazy_pattern(
    r"\(?([0-9A-Z]{1,12})\)?_\{?(\d{1,2})\}?|0[xX]([0-9A-Fa-f]{1,16})|0[bB]([01]{1,64})"
)
_RATIO = lazy_pattern(r"[\d.]+(?: to [\d.]+)+")
_TO = lazy_pattern(r"\s*\\text\s*\{\s*to\s*\}\s*")
_MAPS = lazy_pattern(r"^\s*(?:([a-zA-Z])\s*:\s*)?([a-z])\s*(?:\\mapsto(?![a-z])|↦)\s*")
_POSITIVE = lazy_pattern(
    r"(?:\\in(?![a-z])|∈)\s*(?:\\math(?:bb|bf|rm)\s*\{?\s*)?[NZ]\s*\}?\s*(?:[\^_]\s*\{?\s*)?"
    r"(?:\*|\+|\\ast)\s*\}?"
)
_CHINESE_RATIO = lazy_pattern(r"(?<=\d)\s?比\s?(?=\d)")
_UNIT = r"(?:\\(?:text|mathrm)\s*\{)?\s*(?:%s)\s*\}?"
_HOURS = lazy_pattern(rf"^(\d+)\s*{_UNIT % 'h|hrs?'}\s*(\d+)\s*{_UNIT % 'm|mins?'}\s*$", re.I)
_FEET = lazy_pattern(
    r"^(\d+)\s*"
    + _UNIT % "'|ft|feet|foot"
    + r"\s*(\d+)\s*"
    + _UNIT % "''|\"|in|inch|inches"
    + r"\s*$",
    re.I,
)
_AT_WHICH = lazy_pattern(r"(?<=.)[\s,，;；]+此时.*$", re.S)  # 2, where x = 1
_IN_TIME = lazy_pattern(r"^[Ii]n\s+(?=\d+\s+[a-z]+\W*$)")
_ARTICLE = lazy_pattern(r"^an?\s+(?=\$?\d)")  # a 21% increase
_OF_A = lazy_pattern(  # 3/4 of an hour
    r"(?<=[\d}])\s*of\s+an?\s+(?=(?:hour|minute|day|week|month|year|meter|metre|mile|inch|foot|pound|cup"
    r"|kilo\w+|lit(?:er|re)|gallon)\b)"
)
_I = lazy_pattern(r"(?<![A-Za-z\\])i(?![A-Za-z])")
# With a real part, so that 4j is no vector along j.
_PYTHON_COMPLEX = lazy_pattern(r"[($]*-?\d[\d.]*\s*[+-]\s*(?:\d[\d.]*)?\*?j[)$]*")
_LETTER_DIGITS = lazy_pattern(r"([A-Z]{2,12})_\{?(\d{2})\}?")
_COUNTED = lazy_pattern(r"(?<![A-Za-z\\])([CP])\s*\(\s*(\d{1,4})\s*,\s*(\d{1,4})\s*\)")
_CHOSEN = lazy_pattern(r"(?<![A-Za-z\\])([CA])_\{?([a-z]|\d+)\}?\^\{?([a-z]|\d+)\}?")
_STATEMENTS = lazy_pattern(r"(?:\s*\(\d\)\s*(?:,|;|and)?)" + "{2,9}")
_OVER = lazy_pattern(r"\\over(?![a-zA-Z])")
_ZERO_DEGREE = lazy_pattern(
    r"(?<=[1-9]\d)\s*\^\s*(?:0|\{\s*0\s*\})(?![\d.])|(?<=[1-9]0)\s*\^\s*\{?0\}?"
)
_BARE_LOG = lazy_pattern(r"\\?\blog(?!\s*(?:_|\\limits|[a-z0-9]))|\\log(?!\s*_)")


def usual(text: str) -> str:
    """`text` in the usual notation."""
    if "\\choose" in text:
        text = _CHOOSE.sub(r"\\binom{\1}{\2}", text)
    if "^" in text and (zero := _ZERO_DEGREE.sub(r"^\\circ ", text)) != text:
        return zero  # 60^0
    if "C_" in text or "P_" in text or "C}_" in text or "P}_" in text:
        text = _SCRIPTED.sub(_scripted, text)
    if "比" in text:
        text = _CHINESE_RATIO.sub(":", text)
    if "\\in" in text or "∈" in text:
        text = _POSITIVE.sub(r"\\in \\mathbb{N}", text)
    if "%" in text:
        text = _MAXIMA.sub("", text)
    if "#" in text or "noun" in text or "signum" in text or text[:2] in ("oo", "cc", "oc", "co"):
        text = _from_maxima(text)
    if "to }" in text:
        text = _TO.sub(" to ", text)
    if "mapsto" in text or "↦" in text:
        text = _MAPS.sub(lambda m: f"{m[1] or 'f'}({m[2]}) = ", text)
    if " to " in text and _RATIO.fullmatch(text):
        text = text.replace(" to ", ":")
    if text[:2] in ("a ", "an"):
        text = _ARTICLE.sub("", text)
    return in_signs(_in_words(text))


def _in_words(text: str) -> str:
    """`text` without the small words around a number."""
    if "此时" in text:
        text = _AT_WHICH.sub("", text)
    if text[:3] in ("in ", "In "):
        text = _IN_TIME.sub("", text)
    if " of a" in text:
        text = _OF_A.sub(" ", text)
    if text[:1].isdigit() and " " in text:
        text = _REPEATING.sub(_repeating, _IN_ALL.sub(r"\1/\2", text))
    if text[:1].isdigit():
        text = _HOURS.sub(r"\1 hours \2 minutes", _FEET.sub(_inches, text))
    return text


_IN_ALL = lazy_pattern(r"^(\d+)\s+(?:in|out of|chances? in)\s+(\d+)(?=$|,?\s+or\s)")
_REPEATING = lazy_pattern(
    r"(?<![\d.])(\d*)\.(\d{1,12})(?:\.\.\.|…)?,?\s*\(?(?:repeating|recurring)\)?(?![a-z])"
)


def _repeating(told: re.Match[str]) -> str:
    """`0.1666 repeating`, `0.6 repeating`; what repeats in `0.27 repeating` is in doubt."""
    digits = told[2]
    if len(digits) > 1 and digits[-1] != digits[-2]:
        return told[0]
    kept = digits.rstrip(digits[-1])
    return rf"{told[1] or 0}.{kept}\overline{{{digits[-1]}}}"


def _inches(feet: re.Match[str]) -> str:
    """`6 ft 2 in` in inches: a 2 behind a unit would be its power."""
    return f"{12 * int(feet[1]) + int(feet[2])} inches"


_INTERVAL = lazy_pattern(r"\b([oc])([oc])\(([^(),]+),([^(),]+)\)")


def _from_maxima(text: str) -> str:
    """Signs and intervals of Maxima as STACK writes them: `x#1`, `a nounor b`, `oo(-inf,1)`."""
    text = text.replace("#pm#", r"\pm ").replace("signum(", "sgn(")
    text = re.sub(r"\bnoun(?=(?:and|or|not|diff)\b)", "", text)
    text = re.sub(r"(?<=[\w)])\s?#\s?(?=[\w(-])", r" \\ne ", text)
    return _INTERVAL.sub(lambda m: f"{'(['[m[1] == 'c']}{m[3]},{m[4]}{')]'[m[2] == 'c']}", text)


def _chosen(match: re.Match[str]) -> str:
    kind, count, chosen = match.groups()
    binomial = rf"\binom{{{count}}}{{{chosen}}}"
    return binomial if kind == "C" else rf"{binomial} \cdot {chosen}!"


def _scripted(match: re.Match[str]) -> str:
    count, kind, chosen = match.groups()
    binomial = rf"\binom{{{count}}}{{{chosen}}}"
    return binomial if kind == "C" else rf"{binomial} \cdot {chosen}!"


def without_over(text: str) -> str:
    r"""`{a \over b}` as `\frac{a}{b}`; other groups are unchanged."""
    for _ in range(10):
        found = _OVER.search(text)
        if found is None:
            return text
        start, end = _around(text, found.start()), _around(text, found.end(), ahead=True)
        if start is None or end is None:
            return text
        top, bottom = text[start : found.start()].strip(), text[found.end() : end].strip()
        braced = text[start - 1 : start] == "{" and text[end : end + 1] == "}"
        told = rf"\frac{{{top}}}{{{bottom}}}"
        text = text[: start - braced] + told + text[end + braced :]
    return text


def _around(text: str, place: int, *, ahead: bool = False) -> int | None:
    """Where the group of braces around a place begins, or `ahead` ends."""
    depth = 0
    for index in range(place, len(text)) if ahead else range(place - 1, -1, -1):
        char = text[index]
        if char in "{}" and text[index - 1 : index] != "\\":
            depth += 1 if (char == "{") == ahead else -1
            if depth < 0:
                return index if ahead else index + 1
    return (len(text) if ahead else 0) if depth == 0 else None


def joined_rows(text: str) -> str:
    """The rows of an unwrapped `aligned`, joined into one chain where they continue."""
    return _CONTINUED.sub(" ", text).replace("&", " ")


@functools.lru_cache(maxsize=4096)
def without_aside(text: str) -> str:
    """`text` up to ", i.e. …" or ", not …", and without a condition on its letters."""
    found = _ASIDE.search(text) if " " in text and _ASIDES.search(text) else None
    before = text[: found.start()] if found else ""
    if found and re.search(r"[\d=\\]", before) and before.count("{") == before.count("}"):
        text = before
    return without_condition(text)


def digits_value(text: str) -> int | None:
    """The value of `1A_{16}` or `0x1A`: digits with letters among them, in their base."""
    match = _BASED.fullmatch(text.strip())
    if match is None:
        return None
    if match[3]:
        return int(match[3], 16)
    if match[4]:
        return int(match[4], 2)
    base = int(match[2])
    if not (10 < base <= 36 and re.search(r"\d", match[1]) and re.search("[A-Z]", match[1])):
        return None
    try:
        return int(match[1], base)
    except ValueError:
        return None


def second_readings(gold: str, answer: str) -> Iterator[tuple[str, str]]:
    r"""Other ways to read the two: `\log` to base 10, `C(n, k)` as a number, AB_{16}, j for i."""
    texts = gold, answer
    others = [_other_reading(t) for t in texts]
    if any(others):
        yield others[0] or gold, others[1] or answer
    for one, other in ((0, 1), (1, 0)):
        if _PYTHON_COMPLEX.fullmatch(texts[other].strip()) and _I.search(texts[one]):
            swapped = texts[other].replace("j", "i")
            yield (gold, swapped) if other else (swapped, answer)


def _other_reading(text: str) -> str | None:
    digits = _LETTER_DIGITS.fullmatch(text.strip().strip("$"))
    if digits and 10 < int(digits[2]) <= 36:
        try:
            return str(int(digits[1], int(digits[2])))
        except ValueError:
            return None
    if "C_" in text or "A_" in text:
        return _CHOSEN.sub(_chosen, text)
    if "log" not in text and "(" not in text:
        return None
    if _STATEMENTS.fullmatch(text):
        return ", ".join(re.findall(r"\d", text))  # (1)(2)(4)
    other = _COUNTED.sub(
        lambda m: rf"\binom{{{m[2]}}}{{{m[3]}}}" + (f"\\cdot {m[3]}!" if m[1] == "P" else ""), text
    )
    if "log" in other:
        other = _BARE_LOG.sub(r"\\lg ", other)
    return other if other != text else None
