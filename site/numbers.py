"""Formatting of figures. Unknown is "N/A", never 0."""

from __future__ import annotations

import math

from harness.core import Estimate

NA = "N/A"
_MINUS = "\N{MINUS SIGN}"
_SI = (
    (1e24, "Y"),
    (1e21, "Z"),
    (1e18, "E"),
    (1e15, "P"),
    (1e12, "T"),
    (1e9, "G"),
    (1e6, "M"),
    (1e3, "k"),
)


def percent(share: float | None, digits: int = 1) -> str:
    """0.8421 -> `84.2%`. A share that is not exactly 0 or 1 is never shown as 0% or 100%."""
    if share is None:
        return NA
    text = f"{100 * share:.{digits}f}"
    if float(text) == 0 and share > 0:
        text = f"<{10**-digits:.{digits}f}"
    elif float(text) == 100 and share < 1:
        text = f">{100 - 10**-digits:.{digits}f}"
    return f"{text}%"


def points(difference: float) -> str:
    """A difference of shares in percentage points, with its sign: `+3.1`."""
    text = f"{100 * difference:+.1f}"
    return "0.0" if float(text) == 0 else text.replace("-", _MINUS)


def is_share(estimate: Estimate) -> bool:
    """Whether a figure is shown in percent: a share, but not a ratio that may exceed 1."""
    return estimate.low >= 0 and estimate.high <= 1 and not estimate.method.startswith("ratio")


def estimate(figure: Estimate) -> str:
    """A share in percent, any other figure with four digits: `84.2%`, `1.014`."""
    return percent(figure.value) if is_share(figure) else _digits(figure.value)


def interval(figure: Estimate) -> str:
    """The interval: of a share in percent, `81.9-86.3` with an en dash; else `0.7372 to 1.291`."""
    if is_share(figure):
        return f"{100 * figure.low:.1f}\N{EN DASH}{100 * figure.high:.1f}"
    return f"{_digits(figure.low)} to {_digits(figure.high)}"


def _digits(value: float) -> str:
    text = "∞" if math.isinf(value) else f"{abs(value):.4g}"
    return _MINUS + text if value < 0 else text


def count(value: float | None) -> str:
    """A number of tokens or problems: `7`, `38.5`, `1,204`, `25.1k`, `3.20M`."""
    if value is None:
        return NA
    if math.isinf(value):
        return "∞"
    if value < 100:
        return f"{value:.1f}".removesuffix(".0")
    if value < 9999.5:
        return f"{value:,.0f}"
    return f"{value / 1e3:.1f}k" if value < 999_950 else f"{value / 1e6:.2f}M"


def tokens(value: float | None) -> str:
    """A mean number of tokens: as `count`, but with a decimal below 100: `12.0`, `38.5`, `834`."""
    return count(value) if value is None or value >= 100 else f"{value:.1f}"


def si(value: float | None, unit: str) -> str:
    """Three digits with an SI prefix: `3.21 GFLOP`."""
    if value is None:
        return NA
    if math.isinf(value):
        return "∞"
    for size, prefix in _SI:
        if value >= size:
            return f"{value / size:.3g} {prefix}{unit}"
    return f"{value:.3g} {unit}"


def usd(value: float | None) -> str:
    """US dollars with two significant digits below a cent: `$1.25`, `$0.0031`."""
    if value is None:
        return NA
    if math.isinf(value):
        return "∞"
    if value >= 0.1 or value == 0:
        return f"${value:,.2f}"
    return f"${value:.{1 - math.floor(math.log10(value))}f}"


def seconds(value: float | None) -> str:
    """A time span: `0.031 s`, `8.2 s`, `14 min`, `3.1 h`."""
    if value is None:
        return NA
    if value < 1:
        return f"{value:.3g} s"
    if value < 100:
        return f"{value:.1f} s"
    return f"{value / 60:.0f} min" if value < 6000 else f"{value / 3600:.1f} h"
