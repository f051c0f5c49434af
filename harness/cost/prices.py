"""What tokens cost: a dated price book with the source of each entry."""

from __future__ import annotations

import datetime as dt
import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.core import DataError, Usage

BOOK = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceEntry:
    """US dollars per million tokens for `models`, valid from `date` and before `until`.

    `cached` is the price of cached prompt tokens; None where none is published: they cost
    `input`. `source` is the address that states the price.
    """

    models: tuple[str, ...]
    date: dt.date
    input: float
    output: float
    source: str
    cached: float | None = None
    until: dt.date | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, as a run's manifest keeps it."""
        return {
            "models": list(self.models),
            "date": self.date.isoformat(),
            "until": self.until.isoformat() if self.until else None,
            "input": self.input,
            "cached": self.cached,
            "output": self.output,
            "source": self.source,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> PriceEntry:
        """The inverse of `to_json`."""
        dates = {
            name: kept.get(name) and dt.date.fromisoformat(kept[name]) for name in ("date", "until")
        }
        return cls(**{**kept, **dates, "models": tuple(kept["models"])})


def _entry(raw: dict[str, Any], where: str) -> PriceEntry:
    known = {"models", "date", "until", "input", "cached", "output", "source"}
    missing = {"models", "date", "input", "output", "source"} - raw.keys()
    if missing or raw.keys() - known:
        names = ", ".join(sorted(missing | (raw.keys() - known)))
        raise DataError(f"{where}: a [[price]] misses or has unknown fields: {names}")
    dates = [raw["date"], raw.get("until", raw["date"])]
    prices = [raw["input"], raw["output"], raw.get("cached", 0)]
    if not all(type(d) is dt.date for d in dates):
        raise DataError(f"{where}: dates are written 2024-10-01, without quotes: {dates}")
    if not all(isinstance(p, int | float) and 0 <= p < float("inf") for p in prices):
        raise DataError(f"{where}: prices are dollars per million tokens: {prices}")
    if not raw["models"] or not all(isinstance(m, str) for m in raw["models"]):
        raise DataError(f"{where}: `models` is a list of names, got {raw['models']!r}")
    return PriceEntry(**{**raw, "models": tuple(raw["models"])})


@functools.cache
def load_prices(path: Path = BOOK) -> tuple[PriceEntry, ...]:
    """The entries of a price book; raises DataError when it is not one."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"price book {path}: {error}") from error
    if not isinstance(raw.get("price"), list):
        raise DataError(f"price book {path}: needs [[price]] entries")
    return tuple(_entry(item, f"price book {path}") for item in raw["price"])


def find_price(
    model: str, date: dt.date, book: Sequence[PriceEntry] | None = None
) -> PriceEntry | None:
    """The newest entry for exactly this model name that held on `date`; None: unpriced."""
    held = [
        entry
        for entry in (load_prices() if book is None else book)
        if model in entry.models
        and entry.date <= date
        and (entry.until is None or date < entry.until)
    ]
    return max(held, key=lambda entry: entry.date, default=None)


def price(usage: Usage, entry: PriceEntry | None) -> float | None:
    """US dollars of a usage; None ("N/A", never 0) without an entry or with unknown tokens.

    An unknown number of cached tokens counts as none, so that the price is never too low.
    """
    if entry is None or usage.prompt_tokens is None or usage.output_tokens is None:
        return None
    cached = usage.cached_prompt_tokens or 0
    if cached > usage.prompt_tokens:
        raise ValueError(f"{cached} cached of {usage.prompt_tokens} prompt tokens")
    rate = entry.input if entry.cached is None else entry.cached
    dollars = (
        (usage.prompt_tokens - cached) * entry.input
        + cached * rate
        + usage.output_tokens * entry.output
    )
    return dollars / 1e6
