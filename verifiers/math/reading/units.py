"""Units and currencies: what they measure and how large they are.

A unit is a factor and a dimension (exponents of metre, kilogram, second, ampere, kelvin, mole,
radian, byte and one currency each). Factors are exact.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from harness.verifiers.patterns import lazy_pattern

Dimension = tuple[tuple[str, int], ...]


class Unit(NamedTuple):
    """`factor` base units of `dimension`."""

    factor: Fraction
    dimension: Dimension


def _unit(factor: str | int, **dimension: int) -> Unit:
    return Unit(Fraction(factor), tuple(sorted(dimension.items())))


_PREFIXES = {
    "k": "1000", "c": "1/100", "m": "1/1000", "d": "1/10", "µ": "1/1000000",
    "n": "1/1000000000", "M": "1000000",
}  # fmt: skip
_WORD_PREFIXES = {
    "kilo": "1000", "centi": "1/100", "milli": "1/1000", "deci": "1/10", "micro": "1/1000000",
    "nano": "1/1000000000", "mega": "1000000",
}  # fmt: skip

_PLAIN: dict[str, Unit] = {
    "m": _unit(1, m=1), "g": _unit("1/1000", kg=1), "s": _unit(1, s=1), "A": _unit(1, A=1),
    "L": _unit("1/1000", m=3), "l": _unit("1/1000", m=3), "N": _unit(1, kg=1, m=1, s=-2),
    "J": _unit(1, kg=1, m=2, s=-2), "W": _unit(1, kg=1, m=2, s=-3), "Hz": _unit(1, s=-1),
    "Pa": _unit(1, kg=1, m=-1, s=-2), "V": _unit(1, kg=1, m=2, s=-3, A=-1),
    "K": _unit(1, K=1), "mol": _unit(1, mol=1), "C": _unit(1, A=1, s=1),
    "eV": _unit("1.602176634e-19", kg=1, m=2, s=-2),
}  # fmt: skip
_WORDS: dict[str, Unit] = {
    "meter": _PLAIN["m"], "metre": _PLAIN["m"], "gram": _PLAIN["g"], "gramme": _PLAIN["g"],
    "liter": _PLAIN["L"], "litre": _PLAIN["L"], "newton": _PLAIN["N"], "joule": _PLAIN["J"],
    "watt": _PLAIN["W"], "hertz": _PLAIN["Hz"], "pascal": _PLAIN["Pa"], "volt": _PLAIN["V"],
}  # fmt: skip
_OTHER: dict[str, Unit] = {
    "second": _unit(1, s=1), "sec": _unit(1, s=1), "minute": _unit(60, s=1), "min": _unit(60, s=1),
    "hour": _unit(3600, s=1), "hr": _unit(3600, s=1), "h": _unit(3600, s=1),
    "day": _unit(86400, s=1), "week": _unit(604800, s=1), "month": _unit(1, month=1),
    "year": _unit(12, month=1), "yr": _unit(12, month=1), "decade": _unit(120, month=1),
    "inch": _unit("0.0254", m=1), "inche": _unit("0.0254", m=1), "in": _unit("0.0254", m=1),
    "foot": _unit("0.3048", m=1), "feet": _unit("0.3048", m=1), "ft": _unit("0.3048", m=1),
    "yard": _unit("0.9144", m=1), "yd": _unit("0.9144", m=1), "mile": _unit("1609.344", m=1),
    "mi": _unit("1609.344", m=1), "mph": _unit("0.44704", m=1, s=-1),
    "kph": _unit("5/18", m=1, s=-1), "pound": _unit("0.45359237", kg=1),
    "lb": _unit("0.45359237", kg=1), "ounce": _unit("0.028349523125", kg=1),
    "oz": _unit("0.028349523125", kg=1), "ton": _unit(1000, kg=1), "tonne": _unit(1000, kg=1),
    "hectare": _unit(10000, m=2), "acre": _unit("4046.8564224", m=2),
    "gallon": _unit("0.003785411784", m=3), "quart": _unit("0.000946352946", m=3),
    "pint": _unit("0.000473176473", m=3), "cup": _unit("0.0002365882365", m=3),
    "erg": _unit("1e-7", kg=1, m=2, s=-2),
    "dyne": _unit("1e-5", kg=1, m=1, s=-2), "cal": _unit("4.184", kg=1, m=2, s=-2),
    "cc": _unit("1/1000000", m=3), "radian": _unit(1, rad=1), "rad": _unit(1, rad=1),
    "deg": _unit(1, deg=1), "degC": _unit(1, celsius=1), "degF": _unit(1, fahrenheit=1),
    "celsius": _unit(1, celsius=1), "fahrenheit": _unit(1, fahrenheit=1),
    "usd": _unit(1, usd=1), "dollar": _unit(1, usd=1), "cent": _unit("1/100", usd=1),
    "eur": _unit(1, eur=1), "euro": _unit(1, eur=1), "gbp": _unit(1, gbp=1),
    "jpy": _unit(1, jpy=1), "yen": _unit(1, jpy=1), "inr": _unit(1, inr=1),
    "rupee": _unit(1, inr=1), "yuan": _unit(1, cny=1), "rmb": _unit(1, cny=1),
    "ruble": _unit(1, rub=1), "rouble": _unit(1, rub=1), "kopeck": _unit("1/100", rub=1),
    "kopek": _unit("1/100", rub=1), "peso": _unit(1, peso=1), "dozen": _unit(12),
    "米": _PLAIN["m"], "厘米": _unit("1/100", m=1),
    "千米": _unit(1000, m=1), "公里": _unit(1000, m=1), "秒": _unit(1, s=1), "分钟": _unit(60, s=1),
    "小时": _unit(3600, s=1), "天": _unit(86400, s=1),
    "周": _unit(604800, s=1), "角": _unit("1/10", cny=1), "吨": _unit(1000, kg=1),
    "毫米": _unit("1/1000", m=1), "分米": _unit("1/10", m=1), "升": _unit("1/1000", m=3),
    "毫升": _unit("1/1000000", m=3),
    "元": _unit(1, cny=1), "美元": _unit(1, usd=1),
    "千克": _unit(1, kg=1), "克": _unit("1/1000", kg=1),
    "公斤": _unit(1, kg=1), "度": _unit(1, deg=1),
    "平方米": _unit(1, m=2), "平方厘米": _unit("1/10000", m=2), "立方米": _unit(1, m=3),
}  # fmt: skip


def _vocabulary() -> dict[str, Unit]:
    table = dict(_PLAIN)
    for name, unit in _PLAIN.items():
        for prefix, factor in _PREFIXES.items():
            table.setdefault(prefix + name, Unit(unit.factor * Fraction(factor), unit.dimension))
    for name, unit in _WORDS.items():
        table[name] = unit
        for prefix, factor in _WORD_PREFIXES.items():
            table[prefix + name] = Unit(unit.factor * Fraction(factor), unit.dimension)
    table.update(_OTHER)
    table["kilo"] = table["kg"]
    return table


_UNITS = _vocabulary()
_PART = lazy_pattern(
    r"(?P<power>square|sq\.?|cubic|cu\.?)\s+|(?P<per>per\b|/)|(?P<word>[^\W\d_]+)"
    r"(?:\s*\^?\s*\{?(?P<exponent>-?[123])\}?)?|(?P<skip>[\s.,*·]+)"
)


def is_unit(word: str) -> bool:
    """Whether one word names a unit."""
    return _single(word) is not None


def _single(word: str) -> Unit | None:
    for form in (word, word.lower(), word.lower().rstrip("s"), word.rstrip("s")):
        if form in _UNITS:
            return _UNITS[form]
    return None


def read_unit(text: str) -> Unit | None:
    """`km/h`, `square feet`, `cm^2`, `miles per hour`; None for words that are no unit."""
    factor, dimension = Fraction(1), dict[str, int]()
    sign, power, known, position = 1, 1, False, 0
    for match in _PART.finditer(text):
        if match.start() != position:
            return None
        position = match.end()
        if match["power"]:
            power = 3 if match["power"].startswith("cu") else 2
        elif match["per"]:
            sign = -1
        elif match["word"]:
            unit = _single(match["word"])
            if unit is None:
                return None
            known = True
            exponent = sign * power * int(match["exponent"] or 1)
            factor *= unit.factor**exponent
            for base, count in unit.dimension:
                dimension[base] = dimension.get(base, 0) + count * exponent
            sign, power = 1, 1
    if not known or position != len(text):
        return None
    return Unit(factor, tuple(sorted((b, c) for b, c in dimension.items() if c)))
