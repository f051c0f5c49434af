"""Token prices: dated entries, each with its source.

Our own book (`prices.toml`) comes first: it has what the package genai-prices lacks, or adds too
late. Then comes that package, which covers all providers (harness.cost.catalogue).
"""

from __future__ import annotations

import datetime as dt
import functools
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from harness.core import DataError, ModelInfo, Usage
from harness.cost.catalogue import catalogue_price
from harness.cost.entries import PriceEntry, PriceTier

BOOK = Path(__file__).with_name("prices.toml")


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
    return PriceEntry(**{**raw, "models": tuple(raw["models"])}, book="prices.toml")


@functools.cache
def load_prices(path: Path = BOOK) -> tuple[PriceEntry, ...]:
    """The entries of a price book; raises DataError if it is invalid."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"price book {path}: {error}") from error
    if not isinstance(raw.get("price"), list):
        raise DataError(f"price book {path}: needs [[price]] entries")
    return tuple(_entry(item, f"price book {path}") for item in raw["price"])


def price_of_model(info: ModelInfo, date: dt.date) -> PriceEntry | None:
    """A model's token prices on a given day; None if unpriced.

    By its exact name in our own book; otherwise, if it is called at a provider's URL, from that
    provider's price list. A model on your own machine has none there.
    """
    own = find_price(info.name, date)
    url = info.extra.get("url")
    if own is not None or not isinstance(url, str) or _by_address(url):
        return own
    return catalogue_price(info.name, date, url=url)


def _by_address(url: str) -> bool:
    """Whether a URL names its host by an address, or within a local network: no provider does."""
    host = urlsplit(url).hostname or ""
    return "." not in host or host.replace(".", "").isdigit()


def find_price(
    model: str, date: dt.date, book: Sequence[PriceEntry] | None = None
) -> PriceEntry | None:
    """The newest entry of a book (ours by default) for exactly this name in force on `date`."""
    held = [
        entry
        for entry in (load_prices() if book is None else book)
        if model in entry.models
        and entry.date <= date
        and (entry.until is None or date < entry.until)
    ]
    return max(held, key=lambda entry: entry.date, default=None)


def price(usage: Usage, entry: PriceEntry | None, *, one_call: bool = False) -> float | None:
    """US dollars of a usage; None ("N/A", never 0) without an entry or with unknown tokens.

    An unknown number of cached tokens counts as none, so that a cost is never underestimated.
    `one_call`: the usage is that of one call, so its prompt length selects the tier; a sum
    of calls is priced at the base rates.
    """
    if entry is None or usage.prompt_tokens is None or usage.output_tokens is None:
        return None
    cached = usage.cached_prompt_tokens or 0
    if cached > usage.prompt_tokens:
        raise ValueError(f"{cached} cached of {usage.prompt_tokens} prompt tokens")
    rates: PriceEntry | PriceTier = entry
    for tier in entry.tiers if one_call else ():
        rates = tier if usage.prompt_tokens > tier.above else rates
    dollars = (
        (usage.prompt_tokens - cached) * rates.input
        + cached * (rates.input if rates.cached is None else rates.cached)
        + usage.output_tokens * rates.output
    )
    return dollars / 1e6
