"""Prices of providers' models from the package genai-prices (MIT, maintained by Pydantic), offline.

The package ships its data; nothing is fetched. Names are matched within one provider, identified by
its URL, so that a self-hosted model with a famous name is not priced.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
from decimal import Decimal
from typing import Any

from harness.cost.entries import PriceEntry, PriceTier


def catalogue_price(
    model: str, date: dt.date, *, url: str | None = None, provider: str | None = None
) -> PriceEntry | None:
    """The price of a model on a day at the provider behind `url`, or at a named one.

    With neither, at the provider that the name itself suggests. None if no price is known.
    """
    from genai_prices.data_snapshot import get_snapshot  # half a second to import

    try:
        found, info = get_snapshot().find_provider_model(model, None, provider, url)
    except LookupError:
        return None
    moment = dt.datetime.combine(date, dt.time(12), tzinfo=dt.UTC)
    prices = info.get_prices(moment)
    rates = {name: getattr(prices, f"{name}_mtok", None) for name in ("input", "output")}
    cached = getattr(prices, "cache_read_mtok", None)
    if rates["input"] is None or rates["output"] is None:
        return None
    return PriceEntry(
        models=(model,),
        date=date,
        input=_base(rates["input"]),
        output=_base(rates["output"]),
        cached=None if cached is None else _base(cached),
        source=(found.pricing_urls or [""])[0],
        book=f"genai-prices {importlib.metadata.version('genai-prices')}: {found.id}/{info.id}",
        tiers=_tiers(rates["input"], rates["output"], cached),
    )


def _base(price: Any) -> float:
    return float(price if isinstance(price, Decimal | int | float) else price.base)


def _tiers(given: Any, made: Any, cached: Any) -> tuple[PriceTier, ...]:
    """The tiers, each with the prices of all three kinds of token."""
    starts = sorted({tier.start for p in (given, made, cached) for tier in getattr(p, "tiers", ())})
    return tuple(
        PriceTier(
            above=start,
            input=_at(given, start),
            output=_at(made, start),
            cached=None if cached is None else _at(cached, start),
        )
        for start in starts
    )


def _at(price: Any, start: int) -> float:
    reached = [tier.price for tier in getattr(price, "tiers", ()) if tier.start <= start]
    return float(reached[-1]) if reached else _base(price)
