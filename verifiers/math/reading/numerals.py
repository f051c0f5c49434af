"""Numbers and short answers in words, in other languages: `四分之三`, `einundzwanzig`, `Oui`.

Chinese and Japanese numerals up to 10^12 with fractions, decimals and percent; French, German and
Spanish number words up to 100; words for yes, no, days and parity if they are the whole answer.
"""

from __future__ import annotations

import functools
from fractions import Fraction

from harness.verifiers.patterns import lazy_pattern

MAX_NUMERAL = 40  # characters
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"亿": 10**8, "億": 10**8, "万": 10**4, "萬": 10**4}
_NUMERAL = r"[零〇一二两兩三四五六七八九十百千万萬亿億]+|\d{1,12}"
_PARTED = lazy_pattern(rf"(?:({_NUMERAL})又)?({_NUMERAL})分(?:之|の)({_NUMERAL})")
_POINTED = lazy_pattern(rf"({_NUMERAL})[点點]([零〇一二三四五六七八九]+)")
_ENDING = lazy_pattern(r"\s*(?:个|個|です|である|だ)?[\s.]*$")

_FRENCH = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze",
    "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
]  # fmt: skip
_GERMAN = [
    "null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn",
    "elf", "zwölf", "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn",
    "neunzehn",
]  # fmt: skip
_SPANISH = [
    "cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez",
    "once", "doce", "trece", "catorce", "quince", "dieciséis", "diecisiete", "dieciocho",
    "diecinueve", "veinte", "veintiuno", "veintidós", "veintitrés", "veinticuatro", "veinticinco",
    "veintiséis", "veintisiete", "veintiocho", "veintinueve",
]  # fmt: skip
_GERMAN_TENS = (
    "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig",
)  # fmt: skip
_SPANISH_TENS = (
    "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa",
)  # fmt: skip
_PARTS = {
    "un demi": (1, 2), "une demie": (1, 2), "la moitié": (1, 2), "un tiers": (1, 3),
    "deux tiers": (2, 3), "un quart": (1, 4), "trois quarts": (3, 4),
    "ein halb": (1, 2), "die hälfte": (1, 2), "ein drittel": (1, 3), "zwei drittel": (2, 3),
    "ein viertel": (1, 4), "drei viertel": (3, 4), "dreiviertel": (3, 4),
    "un medio": (1, 2), "la mitad": (1, 2), "un tercio": (1, 3), "dos tercios": (2, 3),
    "un cuarto": (1, 4), "tres cuartos": (3, 4),
}  # fmt: skip
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_NAMES = (
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "lunes martes miércoles jueves viernes sábado domingo",
    "星期一 星期二 星期三 星期四 星期五 星期六 星期日",
    "周一 周二 周三 周四 周五 周六 周日",
    "月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日",
)
_WORDS = {
    **dict.fromkeys(("oui", "ja", "sí", "sim", "是", "是的", "はい"), "yes"),
    **dict.fromkeys(("non", "nein", "não", "否", "不是", "いいえ"), "no"),
    **dict.fromkeys(("vrai", "wahr", "richtig", "verdadero", "正确", "正確", "对"), "true"),
    **dict.fromkeys(("faux", "falsch", "falso", "错误", "錯誤", "错"), "false"),
    **dict.fromkeys(("偶数", "pair", "gerade", "par"), "even"),
    **dict.fromkeys(("奇数", "impair", "ungerade", "impar"), "odd"),
    **{n: d for names in _DAY_NAMES for n, d in zip(names.split(), _DAYS, strict=True)},
    "充分不必要": "sufficient but not necessary", "必要不充分": "necessary but not sufficient",
    "充要": "necessary and sufficient", "充分必要": "necessary and sufficient",
    "既不充分也不必要": "neither sufficient nor necessary",
    "既不充分又不必要": "neither sufficient nor necessary",
    "星期天": "sunday", "周天": "sunday",
    "不能": "no", "不会": "no", "不可能": "impossible", "能": "yes", "可能": "possible",
    "奇函数": "odd function", "偶函数": "even function", "无数个": "infinitely many",
    "无穷多个": "infinitely many", "平行": "parallel", "垂直": "perpendicular",
    "相交": "intersecting", "相切": "tangent", "相离": "separate", "异面": "skew",
    "等边三角形": "equilateral triangle", "正三角形": "equilateral triangle",
    "等腰三角形": "isosceles triangle", "直角三角形": "right triangle",
    "等腰直角三角形": "isosceles right triangle", "锐角三角形": "acute triangle",
    "钝角三角形": "obtuse triangle", "平行四边形": "parallelogram", "菱形": "rhombus",
    "矩形": "rectangle", "正方形": "square", "梯形": "trapezoid", "圆": "circle",
    "椭圆": "ellipse", "双曲线": "hyperbola", "抛物线": "parabola", "线段": "line segment",
    "第一象限": "first quadrant", "第二象限": "second quadrant", "第三象限": "third quadrant",
    "第四象限": "fourth quadrant", "等差数列": "arithmetic sequence",
    "等比数列": "geometric sequence", "增函数": "increasing", "减函数": "decreasing",
}  # fmt: skip


def in_english(word: str) -> str:
    """A whole answer in English if it is a known word; otherwise unchanged."""
    if len(word) > MAX_NUMERAL:
        return word
    return _WORDS.get(word.casefold().strip(" .").removesuffix("条件"), word)


def numeral(text: str) -> Fraction | None:
    """The number that all of `text` spells; None for anything else."""
    if (
        len(text) > MAX_NUMERAL
        or "\\" in text
        or (text.isascii() and any(c.isdigit() for c in text))
    ):
        return None
    folded = text.casefold().strip(" .")
    if folded in _PARTS:
        return Fraction(*_PARTS[folded])
    value = _european().get(folded.replace(" ", "-"))
    return Fraction(value) if value is not None else _chinese(_ENDING.sub("", folded))


def _chinese(text: str) -> Fraction | None:
    if text[:1] in ("负", "負"):
        positive = _chinese(text[1:])
        return None if positive is None else -positive
    if text.startswith("百分之"):
        share = _chinese(text[3:])
        return None if share is None else share / 100
    if parted := _PARTED.fullmatch(text):
        whole, bottom, top = (0 if g is None else _count(g) for g in parted.groups())
        return (
            Fraction(top, bottom) + whole
            if bottom and top is not None and whole is not None
            else None
        )
    if pointed := _POINTED.fullmatch(text):
        whole = _count(pointed[1])
        decimals = "".join(str(_DIGITS[c]) for c in pointed[2])
        return None if whole is None else whole + Fraction(int(decimals), 10 ** len(decimals))
    whole = None if text.isascii() else _count(text)
    return None if whole is None else Fraction(whole)


def _count(text: str) -> int | None:
    """`三百零五` as 305, `二〇二四` as 2024; None if not a numeral."""
    if text.isascii():
        return int(text) if text.isdigit() else None
    if len(text) > 1 and all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total = section = 0
    digit: int | None = None
    scale = tens = 10**12
    for char in text:
        if char in _DIGITS and digit in (None, 0):
            digit = _DIGITS[char]
        elif char in _TENS and _TENS[char] < tens and digit != 0:
            tens = _TENS[char]
            section, digit = section + (1 if digit is None else digit) * tens, None
        elif char in _SCALES and _SCALES[char] < scale and (section or digit):
            scale = _SCALES[char]
            total, section, digit, tens = total + (section + (digit or 0)) * scale, 0, None, 10**12
        else:
            return None
    return total + section + (digit or 0) if text else None


@functools.cache
def _european() -> dict[str, int]:
    """Number words of 0 to 100 in French, German and Spanish, hyphens for spaces."""
    table = {w: i for words in (_FRENCH, _GERMAN, _SPANISH) for i, w in enumerate(words)}
    table |= {"ein": 1, "une": 1, "cent": 100, "hundert": 100, "einhundert": 100, "cien": 100}
    units = ["", "ein", *_GERMAN[2:10]]
    for index, ten in enumerate(_GERMAN_TENS):
        table |= {(f"{u}und" if u else "") + ten: 10 * (index + 2) + i for i, u in enumerate(units)}
    for index, ten in enumerate(_SPANISH_TENS):
        table[ten] = 10 * (index + 3)
        table |= {f"{ten}-y-{_SPANISH[i]}": 10 * (index + 3) + i for i in range(1, 10)}
    french = {"vingt": (20, 10), "trente": (30, 10), "quarante": (40, 10), "cinquante": (50, 10),
              "soixante": (60, 20), "quatre-vingt": (80, 20)}  # fmt: skip
    for ten, (value, count) in french.items():
        table[ten] = value
        table |= {f"{ten}-{_FRENCH[i]}": value + i for i in range(1, count)}
        table |= {f"{ten}-et-{_FRENCH[i]}": value + i for i in (1, 11)[: count // 10]}
    table["quatre-vingts"] = 80
    return table
