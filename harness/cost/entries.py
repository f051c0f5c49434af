"""An entry of a price book: dollars per million tokens, dated, with their source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTier:
    """The prices that apply to a whole call whose prompt has more than `above` tokens."""

    above: int
    input: float
    output: float
    cached: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceEntry:
    """US dollars per million tokens for `models`, valid from `date` and before `until`.

    `cached` is the price of cached prompt tokens; None if none is published, and then they cost
    `input`. `source` is the URL that states the price, `book` where it was read from. `tiers`
    apply to calls with long prompts, in order of `above`.
    """

    models: tuple[str, ...]
    date: dt.date
    input: float
    output: float
    source: str
    cached: float | None = None
    until: dt.date | None = None
    book: str = ""
    tiers: tuple[PriceTier, ...] = ()

    def scaled(self, share: float, why: str) -> PriceEntry:
        """The same entry at a fraction of all prices; `why` is appended to the source."""
        cached = None if self.cached is None else self.cached * share
        return replace(
            self,
            input=self.input * share,
            output=self.output * share,
            cached=cached,
            source=f"{self.source} ({why}: {share:g} of it)",
            tiers=tuple(
                replace(
                    tier,
                    input=tier.input * share,
                    output=tier.output * share,
                    cached=None if tier.cached is None else tier.cached * share,
                )
                for tier in self.tiers
            ),
        )

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> PriceEntry:
        """The inverse of `to_json`."""
        until = kept.get("until")
        return cls(
            models=tuple(kept["models"]),
            date=dt.date.fromisoformat(kept["date"]),
            until=dt.date.fromisoformat(until) if until else None,
            input=kept["input"],
            cached=kept.get("cached"),
            output=kept["output"],
            source=kept["source"],
            book=kept.get("book", ""),
            tiers=tuple(PriceTier(**tier) for tier in kept.get("tiers", ())),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, as stored in a run's manifest."""
        known: dict[str, Any] = {"book": self.book} if self.book else {}
        if self.tiers:
            known["tiers"] = [asdict(tier) for tier in self.tiers]
        return known | {
            "models": list(self.models),
            "date": self.date.isoformat(),
            "until": self.until.isoformat() if self.until else None,
            "input": self.input,
            "cached": self.cached,
            "output": self.output,
            "source": self.source,
        }
