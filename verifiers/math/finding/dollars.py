r"""Which dollar signs are money and which delimit a formula.

The rule of Pandoc's `tex_math_dollars`: no space after the opening sign, none before the closing
one, and no digit after it; and prose inside is not a formula. "costs $2, so he spends 6 * $2 = $12"
is three amounts; "so $x$ costs $2$" is two formulas.
"""

from __future__ import annotations

import re

from harness.verifiers.math.reading.units import is_unit
from harness.verifiers.patterns import lazy_pattern

_SIGN = lazy_pattern(r"(?<![\\$])\$(?!\$)")
_AMOUNT = lazy_pattern(  # not $45x$
    r"\$\s?#{0,4}\s?-?\.?\d[\d,.]*(?![\d,.])(?:[kKMB]\b(?!\s*[-+*/^=])|(?![A-Za-z^_\\{]))"
)
_LATEX = lazy_pattern(r"\\(?:text\w*|mathrm|mbox|operatorname)\s*\{[^{}]*\}|\\[A-Za-z]+")
_COMMAND = lazy_pattern(r"\\(?!\$|text)[A-Za-z]+")
_PROSE = lazy_pattern(r"(?<![A-Za-z])[A-Za-z]{3,}(?![A-Za-z(])")
_MATH_WORDS = frozenset(
    {"sin", "cos", "tan", "log", "exp", "max", "min", "mod", "sqrt", "gcd", "lcm", "frac", "abs"}
)


def mark_money(text: str) -> str:
    r"""`text` with the dollar signs that are money written `\$`."""
    if text.count("$") < 1:
        return text
    return "\n".join(_line(line) if "$" in line else line for line in text.split("\n"))


def _line(line: str) -> str:
    signs = [m.start() for m in _SIGN.finditer(line)]
    money, index = set(), 0
    while index < len(signs):
        start = signs[index]
        end = signs[index + 1] if index + 1 < len(signs) else None
        if end is not None and _is_formula(line, start, end):
            index += 2
            continue
        if _AMOUNT.match(line, start):
            money.add(start)
        elif end is not None:  # an odd sign: it opens what the next one closes
            index += 1
        index += 1
    for start in sorted(money, reverse=True):
        line = f"{line[:start]}\\{line[start:]}"
    return line


def _is_formula(line: str, start: int, end: int) -> bool:
    inside = line[start + 1 : end]
    amount = _AMOUNT.match(line, start) is not None
    if not amount:
        return True  # only a digit behind the sign makes it money
    spaced = inside[-1:].isspace()
    if (spaced and not inside[:1].isspace()) or line[end + 1 : end + 2].isdigit():
        return False
    if inside[-1:].isalpha() and _AMOUNT.match(line, end) is None:
        return True  # "$120 degrees$": a sign right behind a word closes
    words = {w.lower() for w in _PROSE.findall(_LATEX.sub(" ", inside))} - _MATH_WORDS
    if _COMMAND.search(inside) and len(words) < 5:
        return True  # "$2n for all n \\in \\mathbb{Z}$"
    return all(map(is_unit, words)) and not re.search(r"[.;]\s", inside)


def plain_money(answer: str) -> str:
    r"""An answer with one `\$` that `mark_money` put there, as originally written."""
    return answer.replace("\\$", "$") if answer.count("$") == 1 else answer
