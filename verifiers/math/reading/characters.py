"""Characters of many scripts brought to the few that the parser knows.

Zero-width and bidirectional marks vanish; digits of every script become ASCII ones; look-alike
minus signs, spaces, quotes and brackets become the ASCII ones.
"""

from __future__ import annotations

import re
import unicodedata

from harness.verifiers.patterns import lazy_pattern

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u200e\u200f"
    "\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069"
    "\u206a\u206b\u206c\u206d\u206e\u206f\ufeff\ufe0e\ufe0f"
)
_SPACES = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000"
)
_PLAIN = {
    "−": "-", "‐": "-", "‑": "-", "‒": "-", "–": "-", "﹣": "-", "－": "-", "➖": "-",
    "＋": "+", "➕": "+", "＝": "=", "／": "/", "⁄": "/", "∕": "/", "＊": "*", "∗": "*",
    "（": "(", "）": ")", "［": "[", "］": "]",
    "｛": "{", "｝": "}", "⟨": "\\langle ", "⟩": "\\rangle ",
    "，": ",", "、": ",", "；": ";", "：": ":", "．": ".", "％": "%", "＜": "<", "＞": ">",
    "＄": "$", "￥": "¥", "￡": "£", "Ⅰ": "I", "Ⅱ": "II", "Ⅲ": "III", "Ⅳ": "IV", "Ⅴ": "V",
    "＼": "\\", "＾": "^", "＿": "_",
    "｜": "|", "丨": "|", "！": "!", "？": "?", "′": "'", "’": "'",
    "‘": "'", "“": '"', "”": '"', "＃": "#", "″": "''", "∶": ":", "﹪": "%", "٪": "%",
    "٫": ".", "٬": ",", "،": ",", "؛": ";", "。": ". ", "｡": ". ", "∣": "|", "≦": "≤", "≧": "≥",
    "½": " 1/2", "⅓": " 1/3", "⅔": " 2/3", "¼": " 1/4", "¾": " 3/4", "⅕": " 1/5", "⅖": " 2/5",
    "⅗": " 3/5", "⅘": " 4/5", "⅙": " 1/6", "⅚": " 5/6", "⅛": " 1/8", "⅜": " 3/8", "⅝": " 5/8",
    "⅞": " 7/8", "⩽": "≤", "⩾": "≥", "﹤": "<", "﹥": ">", "\u2028": "\n", "\u2029": "\n",
    "\r": "\n", "\x0b": " ",
}  # fmt: skip


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {ord(c): None for c in _INVISIBLE}
    table.update({ord(c): " " for c in _SPACES})
    table.update({ord(c): plain for c, plain in _PLAIN.items()})
    for start in range(0xFF21, 0xFF3B):  # full-width letters
        table[start] = chr(start - 0xFF21 + ord("A"))
        table[start + 32] = chr(start - 0xFF21 + ord("a"))
    return table


class _Table(dict[int, "str | None"]):
    """Adds decimal digits of other scripts on demand, so that import stays quick."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if code > 0x7F:
            if unicodedata.category(char) == "Nd":
                plain = str(unicodedata.decimal(char))
                self[code] = plain
                return plain
            if 0x1D400 <= code <= 0x1D7FF:  # mathematical alphanumerics
                plain = unicodedata.normalize("NFKC", char)
                self[code] = plain
                return plain
        if len(self) < 20_000:  # bound what hostile text can make us remember
            self[code] = char
        return char


# groups of thousands behind a no-break or thin space are one number: 8 400
_GROUPED = lazy_pattern(
    r"(?<![\d.,])\d{1,3}(?:[\u00a0\u2009\u202f]\d{3}){1,5}(?![\d\u00a0\u2009\u202f])"
)
_RAISED = lazy_pattern("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ]+")
_LOWERED = lazy_pattern("[₀₁₂₃₄₅₆₇₈₉₊₋ₙ]+")
_SCRIPTED = lazy_pattern(r"<su([pb])>([^<>]{1,60})</su\1>")
_ENTITIES = {
    "lt": "<", "gt": ">", "le": "≤", "ge": "≥", "ne": "≠", "nbsp": " ", "times": "×", "minus": "-",
    "divide": "÷", "pi": "π", "infin": "∞", "radic": "√", "deg": "°", "plusmn": "±", "amp": "&",
}  # fmt: skip
_ENTITY = lazy_pattern(rf"&({'|'.join(_ENTITIES)});")
_BLANKS = lazy_pattern(r"[ \t\v\f\x85]{3,}")
# all but those that a broken escape leaves: \a, \b, \t, \n, \v, \f, \r
_CONTROL = lazy_pattern(r"[\x00-\x06\x0e-\x1f\x7f]+")
_LINES = lazy_pattern(r"\n(?:[ \t\v\f\x85]{0,2}\n){2,}")
_SCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ₀₁₂₃₄₅₆₇₈₉₊₋ₙ", "0123456789+-n0123456789+-n")
_TABLE = _Table(_table())


def _joined(match: re.Match[str]) -> str:
    return "".join(c for c in match.group() if c.isdigit())


def clean(text: str) -> str:
    """`text` without invisible marks and long blanks, look-alikes replaced; linear time."""
    text = _CONTROL.sub("", text)
    if not text.isascii():
        text = _GROUPED.sub(_joined, text)
        text = _RAISED.sub(lambda m: "^{" + m[0].translate(_SCRIPTS) + "}", text)
        text = _LOWERED.sub(lambda m: "_{" + m[0].translate(_SCRIPTS) + "}", text)
        text = text.translate(_TABLE)
    elif "\r" in text:
        text = text.replace("\r", "\n")
    if "<su" in text:
        text = _SCRIPTED.sub(lambda m: f"{'^' if m[1] == 'p' else '_'}{{{m[2]}}}", text)
    if "&" in text and ";" in text:
        text = _ENTITY.sub(lambda m: _ENTITIES[m[1]], text)
    text = _BLANKS.sub("  ", text)  # long blanks cost every later pattern
    return _LINES.sub("\n\n", text) if "\n" in text else text


def strip_surrogates(text: str) -> str:
    """Lone surrogates cannot be encoded; drop them so that every later stage can."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "ignore").decode()
    return text
