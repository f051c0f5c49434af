"""Tokens of an answer: LaTeX, plain, Unicode and Python-like notation in one stream.

One compiled expression, one pass; what it does not know is a token of kind `?`.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from harness.verifiers.math.reading.units import is_unit
from harness.verifiers.math.reading.vocabulary import (
    CONNECTORS,
    FUNCTIONS,
    GREEK,
    NAMES,
    SHORT_WORDS,
    SPACING,
    STYLES,
    SYMBOLS,
    TEXT_COMMANDS,
)
from harness.verifiers.patterns import lazy_pattern

MAX_TOKENS = 3000
MAX_NUMBER = 4000  # digits
MAX_EXPONENT = 2000


class ParseError(Exception):
    """The text is not mathematics that we read; the message says what was met."""


class Token(NamedTuple):
    """`kind`: num, name, func, cmd, op, text, and, or, end. `value`: its text; `number` for num."""

    kind: str
    value: str
    space: bool  # white space stood before it
    number: Fraction | None = None
    places: int | None = None


_ESCAPED = {"|": "\\|", "{": "{s", "}": "}s"}
_GROUP = r"(?:\{,\}|,\\[!,; ]|\\!,|\\[,;: ]|,\\ )"
_NUMBER = (
    rf"(?P<latexgroup>\d{{1,3}}(?:{_GROUP}\s*\d{{3}})+(?:\.\d+)?(?!\d))"
    r"|(?P<repeat>\d*\.\d*(?:\\dot\s*\{?\d\}?\d*\\dot\s*\{?\d\}?|\\(?:overline|bar|dot|overset\{\.\}|widebar)\s*\{\d+\}|\(\d+\)|\\dot\s*\d))"
    r"|(?P<ellipsis>\d{0,20}\.\d{0,20}?(?P<period>\d{1,6}?)(?P=period){2,60}(?:\.\.\.|…|\\[lc]?dots))"
    r"|(?P<group>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d]))"
    r"|(?P<dotgroup>\d{1,3}(?:\.\d{3})+,\d+(?!\d)|\d{1,3}(?:\.\d{3}){2,}(?![\d.,])"
    r"|\d{1,3}(?: \d{3})+,(?!\d{3}(?!\d))\d+(?!\d))"
    r"|(?P<commadecimal>\d+,\d+)"
    r"|(?P<spacegroup>\d{1,3}(?: \d{3})+(?![\d/])(?:\.\d+)?)"
    r"|(?P<sci>(?:\d+(?:\.\d*)?|\.\d+)[eE][-+]?\d{1,5}(?![\d.a-zA-Z]))"
    r"|(?P<plain>\d+(?:\.\d+|\.(?![\w.]))?|\.\d+)"
)
_TOKEN = lazy_pattern(
    rf"(?P<space>\s+)|(?P<num>{_NUMBER})"
    r"|\\(?P<cmd>[A-Za-z]+\*?)|(?P<newrow>\\\\)|\\(?P<escaped>.)"
    r"|(?P<rate>(?:km|cm|m|mi|ft|kg|g|mol|mL|L)\s*/\s*(?:s|hr|h|min|mL|mol|m|L|kg|cm|dm)"
    r"(?:\s*\^\s*\{?\s*-?\d\s*\}?)?(?![A-Za-z]))"
    r"|(?P<word>[A-Za-zÀ-ÖØ-öø-ɏ]+)|(?P<greek>[α-ωΑ-Ωϕϑϵ])"
    r"|(?P<op>\*\*|<=|>=|!=|==|=>|->|:=|\.\.\.|[-+*/^_=<>()\[\]{}|,;:!&%'?~.°\"@#`$])"
    r"|(?P<unicode>.)",
    re.S,
)


_NOT_DIGIT = lazy_pattern(r"[^\d.]")


def number_of(kind: str, text: str) -> tuple[Fraction, int | None]:
    """The exact value of a number token and its digits behind the point."""
    if len(text) > MAX_NUMBER:
        raise ParseError("a number with too many digits")
    if kind == "repeat":
        head, tail = re.match(r"([\d.]*)(.*)", text, re.S).groups()  # type: ignore[union-attr]
        return _repeating(head, "".join(re.findall(r"\d", tail)))
    if kind == "ellipsis":
        match = re.match(r"(\d*\.\d*?)(\d{1,6}?)\2{2,}\D", text)
        assert match is not None
        return _repeating(match.group(1), match.group(2))
    if kind == "dotgroup":
        text = text.replace(".", "").replace(" ", "").replace(",", ".")
    elif kind == "commadecimal":
        text = text.replace(",", ".")
    elif kind == "sci":
        if abs(int(re.split("[eE]", text)[1])) > MAX_EXPONENT:
            raise ParseError("too large an exponent")
        return Fraction(text), max(0, _places(text)) or None
    else:
        text = _NOT_DIGIT.sub("", text) if not text.isdigit() else text
    whole, _, decimals = text.partition(".")
    if not decimals:
        return Fraction(int(whole or "0")), None
    value = Fraction(int((whole or "0") + decimals), 10 ** len(decimals))
    return value, len(decimals)


def _places(text: str) -> int:
    mantissa, _, exponent = text.lower().partition("e")
    return len(mantissa.partition(".")[2]) - int(exponent)


def _repeating(head: str, period: str) -> tuple[Fraction, None]:
    whole, _, decimals = head.partition(".")
    base = Fraction(int((whole or "0") + decimals or "0"), 10 ** len(decimals))
    return base + Fraction(int(period), (10 ** len(period) - 1) * 10 ** len(decimals)), None


_VOWEL = lazy_pattern(r"[aeiou]", re.I)


def tokenize(text: str, commas: str = "group") -> list[Token]:
    """All tokens, closed by one of kind `end`.

    `commas` says how a comma between digits is read: "group" (1,234), "list", or "decimal" (1,5).
    """
    tokens: list[Token] = []
    position, space = 0, False
    while position < len(text):
        match = _TOKEN.match(text, position)
        assert match is not None
        kind = match.lastgroup
        position = match.end()
        if kind == "space":
            space = True
            continue
        if kind == "num":
            position = _lex_number(match, commas, space, tokens)
        elif kind == "cmd":
            position = _lex_command(match["cmd"], text, position, space, tokens)
        elif kind == "newrow":
            tokens.append(Token("op", "\\\\", space))
        elif kind == "escaped":
            char = match["escaped"]
            if char in ",;:! >\n":
                space = space or char != "!"
                continue
            tokens.append(Token("op", _ESCAPED.get(char, char), space))
        elif kind == "rate" and space and _ends_number(tokens):
            tokens.append(Token("text", match["rate"], space))
        elif kind == "rate":
            letters = re.match(r"[A-Za-z]+", match["rate"])
            assert letters is not None
            position = match.start() + letters.end()
            _lex_word(letters.group(), space, tokens, text[position : position + 2])
        elif kind == "word":
            _lex_word(match["word"], space, tokens, text[position : position + 2])
        elif kind == "greek":
            name = GREEK[match["greek"]]
            tokens.append(Token("name", name, space))
        elif kind == "unicode":
            _lex_symbol(match["unicode"], space, tokens)
        else:
            tokens.append(Token("op", match["op"], space))
        space = False
        if len(tokens) > MAX_TOKENS:
            raise ParseError("too long")
    tokens.append(Token("end", "", space))
    return tokens


def _lex_number(match: re.Match[str], commas: str, space: bool, tokens: list[Token]) -> int:
    """Append the number that `match` holds, as far as the reading of commas lets it go."""
    kind = next(k for k in _KINDS if match[k] is not None)
    text, start = match[kind], match.start()
    if (kind == "group" and commas != "group") or (kind == "commadecimal" and commas != "decimal"):
        if (
            kind == "group"
            and commas == "decimal"
            and text.startswith("0,")
            and text.count(",") == 1
        ):
            kind = "commadecimal"
        else:
            plain = re.match(r"\d+", text)
            assert plain is not None
            kind, text = "plain", plain.group()
            point = re.compile(r"\.\d+").match(match.string, start + len(text))
            text += point.group() if point else ""
    value, places = number_of(kind, text)
    tokens.append(Token("num", text, space, value, places))
    return start + len(text)


_KINDS = (
    "latexgroup", "repeat", "ellipsis", "group", "dotgroup", "commadecimal", "spacegroup", "sci",
    "plain",
)  # fmt: skip


def _lex_command(name: str, text: str, position: int, space: bool, tokens: list[Token]) -> int:
    """Append what a LaTeX command stands for; returns where to read on."""
    bare = name.rstrip("*")
    if bare in SPACING:
        if bare in ("quad", "qquad"):
            tokens.append(Token("op", "quad", True))
        return position
    if bare in TEXT_COMMANDS:
        content, end = _group(text, position)
        _lex_text(content, bare, space, tokens)
        return end
    if bare in STYLES:
        return position
    if bare in SYMBOLS:
        kind, value = SYMBOLS[bare]
        tokens.append(Token(kind, value, space))
    elif bare in FUNCTIONS and bare not in ("sqrt", "binom"):
        tokens.append(Token("func", FUNCTIONS[bare], space))
    else:
        tokens.append(Token("cmd", bare, space))
    return position


def _group(text: str, position: int) -> tuple[str, int]:
    """The content of the braces that open at `position` (one character without braces)."""
    start = re.compile(r"\s*").match(text, position).end()  # type: ignore[union-attr]
    if text[start : start + 1] != "{":
        return text[start : start + 1], start + 1
    depth = 0
    for match in re.compile(r"\\.|[{}]", re.S).finditer(text, start):
        if match.group() == "{":
            depth += 1
        elif match.group() == "}":
            depth -= 1
            if depth == 0:
                return text[start + 1 : match.start()], match.end()
    return text[start + 1 :], len(text)


def _lex_text(content: str, command: str, space: bool, tokens: list[Token]) -> None:
    r"""Words inside `\text{…}`: connectives and single letters are read, the rest is a word."""
    content = content.replace("$", " ").replace("\\ ", " ").replace("~", " ")
    words = content.strip(" ,.;:").lower()
    if words in CONNECTORS:
        tokens.append(Token(CONNECTORS[words], words, True))
    elif not content.strip():
        return
    elif words in ("percent", "pct", "percentage", "%"):
        tokens.append(Token("op", "%", space))
    elif words == "min" and _after_number(tokens):
        tokens.append(Token("text", words, space))
    elif content.strip() in FUNCTIONS and (command == "operatorname" or words in _NAMED):
        tokens.append(Token("func", FUNCTIONS[content.strip()], space))
    elif _after_number(tokens) and command != "mathbf" and is_unit(content.strip()):
        tokens.append(Token("text", content.strip(), space))
    elif (
        re.match(r"\s*[\d$]", content)
        or len(content.strip()) == 1
        or re.fullmatch(r"[\d\s.,+*/=()-]+", content)
        or "\\" in content
    ):
        inner = tokenize(content)[:-1]
        if inner:
            tokens.append(inner[0]._replace(space=space))
            tokens.extend(inner[1:])
    elif command in ("mathrm", "operatorname") and content.strip() in NAMES:
        _lex_word(content.strip(), space, tokens, "")
    elif command == "operatorname" and content.strip().isalpha():
        tokens.append(Token("cmd", content.strip(), space))  # a function that we do not know
    else:
        first = re.match(r"\s*(and|or)\b(.+)", content, re.S)
        if first:
            tokens.append(Token(first.group(1), first.group(1), True))
            content = first.group(2)
        tokens.append(Token("text", content.strip(), space))


def _ends_number(tokens: list[Token]) -> bool:
    """Whether a number, or a power of ten, ends here."""
    return bool(tokens) and (tokens[-1].kind == "num" or tokens[-1].value == "}")


def _before_unit(token: Token) -> bool:
    return token.kind == "num" or (token.kind == "text" and token.value in ("sq", "cu", "per"))


_NAMED = frozenset({"gcd", "lcm", "max", "min", "cis", "arcsin", "arccos", "arctan"})


def _after_number(tokens: list[Token]) -> bool:
    if not tokens:
        return False
    unit = tokens[-1].kind == "text" and is_unit(tokens[-1].value)
    return unit or tokens[-1].kind == "num" or tokens[-1].value in (")", "}")


def _lex_word(word: str, space: bool, tokens: list[Token], following: str) -> None:
    """A run of letters: a known name, a connective, single letters, or a word of prose."""
    lower = word.lower()
    if lower in CONNECTORS and (space or lower not in ("o", "y", "e", "u")) and len(lower) > 1:
        tokens.append(Token(CONNECTORS[lower], lower, space))
    elif word in ("in", "min") and _is_quantity(tokens, following):
        tokens.append(Token("text", word, space))
    elif word in NAMES:
        kind, value = NAMES[word]
        tokens.append(Token(kind, value, space))
    elif len(word) == 1:
        tokens.append(Token("name", word, space))
    elif tokens and tokens[-1].kind == "num" and lower in ("sq", "cu"):
        tokens.append(Token("text", lower, space))
    elif tokens and _before_unit(tokens[-1]) and len(word) > 1 and is_unit(word):
        tokens.append(Token("text", word, space))
    elif lower in FUNCTIONS and following[:1] in ("(", " "):
        tokens.append(Token("func", FUNCTIONS[lower], space))
    else:
        pieces = _pieces(word, apart=following[:1] == " " and following[1:].isalnum())
        if pieces is None:
            tokens.append(Token("text", word, space))
            return
        for index, (kind, value) in enumerate(pieces):
            tokens.append(Token(kind, value, space and index == 0))


def _is_quantity(tokens: list[Token], following: str) -> bool:
    """Whether "in" or "min" is a unit: behind a number, with no argument behind it."""
    after = following.strip()[:1]
    return bool(tokens) and tokens[-1].kind == "num" and after in ("", ".", ",", ")", "$", "}", "^")


_INNER = lazy_pattern(r"arcsin|arccos|arctan|sqrt|sin|cos|tan|cot|sec|csc|log|ln|exp|pi|[A-Za-z]")


def _pieces(word: str, apart: bool) -> list[tuple[str, str]] | None:
    """`xsinx` as x, sin, x; up to three single letters as a product; None for a word of prose.

    A short word is prose where it stands `apart`: "by" in `ax+by` is b times y.
    """
    if word.lower() in SHORT_WORDS and not word.isupper() and (len(word) > 2 or apart):
        return None
    found = _INNER.findall(word)
    letters = sum(len(f) == 1 for f in found)
    if (letters > 3 and (letters > 6 or _VOWEL.search(word))) or not word.isascii():
        return None
    return [NAMES.get(f, ("name", f)) for f in found]


def _lex_symbol(char: str, space: bool, tokens: list[Token]) -> None:
    if char in GREEK:
        tokens.append(Token("name", GREEK[char], space))
    elif char in SYMBOLS:
        kind, value = SYMBOLS[char]
        tokens.append(Token(kind, value, space))
    elif char in CONNECTORS and not (tokens and tokens[-1].kind == "text"):
        tokens.append(Token(CONNECTORS[char], char, True))
    elif char.isalpha():
        if tokens and tokens[-1].kind == "text" and not space:
            tokens[-1] = tokens[-1]._replace(value=tokens[-1].value + char)
        else:
            tokens.append(Token("text", char, space))
    else:
        tokens.append(Token("?", char, space))
