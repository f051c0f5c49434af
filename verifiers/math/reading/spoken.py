r"""Mathematics in English words, converted to notation: roots, signs, ranges, exceptions.

`the square root of 2` becomes `\sqrt{2}`, `all real numbers less than 5` becomes `x < 5`, `all real
numbers except 2` a difference of sets. Anything not entirely of such a form is unchanged.
"""

from __future__ import annotations

import re

from harness.verifiers.math.reading.wording import words_only
from harness.verifiers.patterns import lazy_pattern

MAX_PHRASE = 160  # characters
_ROOT = lazy_pattern(
    r"\b(?:the\s+)?(square|cube)\s+root\s+of\s+\$?(\d+(?:\.\d+)?|[a-z](?![a-z])|\\pi)\$?", re.I
)
_MINUS = lazy_pattern(r"^(?:minus|negative)\s+(?=[\d.$\\])", re.I)
_SUBJECT = (
    r"(?:\\text\s*\{\s*)?(?:\$?[a-z]\$?\s+(?:is|can be|may be)\s+)?(?:the\s+set\s+of\s+)?"
    r"(?:(?:all|any|every)\s+)?"
)
_REALS = r"(?:real(?:s|\s+numbers?|\s+values?)?|numbers?|values?)(?:\s+(?:of\s+)?\$?[a-z]\$?)?"
_EXCEPT = lazy_pattern(
    rf"^{_SUBJECT}real(?:s|\s+numbers?|\s+values?)?(?:\s+(?:of\s+)?\$?[a-z]\$?)?\s+"
    r"(?:except|other than|excluding|but|not equal to)(?:\s+for)?(?:\s+\$?[a-z]\s?=)?(.{1,80})$",
    re.I | re.S,
)
_BOUND = lazy_pattern(
    rf"^{_SUBJECT}(?:{_REALS}\s+)?(?:(?:that\s+are|is|are)\s+)?"
    r"(less than or equal to|greater than or equal to|no more than|no less than|at most|at least"
    r"|less than|greater than|more than|smaller than|larger than)\s+([^a-z,;]{1,40})$",
    re.I,
)
_SIGNED = lazy_pattern(
    rf"^{_SUBJECT}(positive|negative|non-?negative|non-?positive|non-?zero)\s+"
    r"real(?:s|\s+numbers?|\s+values?)?(?:\s+(?:of\s+)?\$?[a-z]\$?)?\s*\}?\W*$",
    re.I,
)
_SUCH_THAT = lazy_pattern(
    r"^(?:the\s+set\s+of\s+)?(?:all|any|every)\s+(?:real\s+)?(?:numbers?\s+|values?\s+of\s+)?\$?[a-z]\$?"
    r"\s+(?:such that|for which)\s+(?=\S*\s*(?:[<>=≤≥≠]|\\[lgn]e))", re.I
)  # fmt: skip
_SIGN = r"(?:\\[a-z]+|[A-Za-z0-9.+*/^_{}()$\s-])"
_PLAIN = rf"({_SIGN}(?:(?!\b[a-z]{{3}}){_SIGN}){{0,40}}?)"  # no word of three letters and more
_COMPARED = lazy_pattern(
    rf"{_PLAIN}\s+is\s+(greater than|larger than|more than|less than|smaller than)\s+{_PLAIN}"
)
_BETWEEN = lazy_pattern(rf"{_PLAIN}\s+is\s+(?:strictly\s+)?between\s+{_PLAIN}\s+and\s+{_PLAIN}")
_NAMED = lazy_pattern(r"\$?[a-z]\s*=\s*")
_ALL_BUT = lazy_pattern(
    r"(?:all|any|every)\s+\$?([a-z])\$?\s+(?:except|other than|excluding|but)\s+"
    r"(?:for\s+)?(?:\$?\1\s*=\s*)?([-\d][^a-z]{0,40}"
    r"(?:(?:and|or)\s+(?:\$?\1\s*=)?[^a-z]{1,40})?)", re.I
)  # fmt: skip
_SIGNS = {
    "less than": "<", "smaller than": "<", "greater than": ">", "more than": ">",
    "larger than": ">", "less than or equal to": r"\le ", "at most": r"\le ",
    "no more than": r"\le ", "greater than or equal to": r"\ge ", "at least": r"\ge ",
    "no less than": r"\ge ", "positive": ">", "negative": "<", "nonnegative": r"\ge ",
    "nonpositive": r"\le ", "nonzero": r"\ne ",
}  # fmt: skip
_CONSTANT = lazy_pattern(
    r"\W*(?:\\text\s*\{)?\s*(?:(?:all|any|every|the|only|a)\s+)*(?:f\s+is\s+(?:a\s+)?)?constant(?:\s+functions?)?\W*",
    re.I,
)
_IDENTITY = lazy_pattern(
    r"\W*(?:\\text\s*\{)?\s*(?:f\s+is\s+)?(?:(?:only\s+)?the\s+)?identity(?:\s+function)?\W*", re.I
)
_AND = lazy_pattern(r"\s*,?\s*\b(?:and|or)\b\s*")


def in_signs(text: str) -> str:
    """`text` with the words above as notation."""
    if "root of" in text:
        text = _ROOT.sub(_root, text)
    text = _MINUS.sub("-", text)
    if "onstant" in text and _CONSTANT.fullmatch(text):
        return "f(x) = c"
    if "dentity" in text and _IDENTITY.fullmatch(text):
        return "f(x) = x"
    if "such that" in text or "for which" in text:
        text = _SUCH_THAT.sub("", text)
    if " is" in text and len(text) < MAX_PHRASE:
        plain = words_only(text)
        if told := _COMPARED.fullmatch(plain) or _BETWEEN.fullmatch(plain):
            return _relation(told)
    if told := _ALL_BUT.fullmatch(text):
        return rf"{told[1]} \ne {_AND.sub(', ', _NAMED.sub('', told[2]))}"
    return _range(text) or text if is_range(text) else text


def _relation(told: re.Match[str]) -> str:
    """`M is greater than N`, `x is between 3 and 4`."""
    if (sign := _SIGNS.get(told[2].lower())) is not None:
        return f"{told[1]} {sign} {told[3]}"
    return f"{told[2]} < {told[1]} < {told[3]}"


def _root(match: re.Match[str]) -> str:
    degree = "[3]" if match[1].lower() == "cube" else ""
    return rf"\sqrt{degree}{{{match[2]}}}"


def _range(text: str) -> str | None:
    if found := _EXCEPT.match(text):
        return rf"\mathbb{{R}} \setminus \{{{_AND.sub(',', found[1])}\}}"
    if found := _BOUND.match(text):
        return f"x {_SIGNS[' '.join(found[1].lower().split())]}{found[2]}"
    if found := _SIGNED.match(text):
        return f"x {_SIGNS[found[1].lower().replace('-', '')]}0"
    return None


def is_range(text: str) -> bool:
    """Whether a text that looks like a sentence is a set of numbers: `all reals except 2`."""
    if len(text) > MAX_PHRASE or " " not in text:
        return False
    return bool(_EXCEPT.match(text) or _BOUND.match(text) or _SIGNED.match(text))
