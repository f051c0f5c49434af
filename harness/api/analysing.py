"""Curves and comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.analysis.curve_figures import rows as curve_rows
from harness.analysis.curves import Curve, load_curves
from harness.core import UsageError
from harness.cost import PriceEntry
from harness.gate.compare import Comparison, compare_runs
from harness.gate.sides import find_side, pair_runs
from harness.results.display import Listing, Row
from harness.run.config import DEFAULT_DB
from harness.store import open_store
from harness.store.runs import find_runs


class Curves(Listing[Curve]):
    """Curves by task and model; a data frame has one row per point."""

    __slots__ = ()

    def rows(self) -> Sequence[Row]:
        """All points of all curves."""
        return [row for curve in self for row in curve_rows(curve)]


class Comparisons(Listing[Comparison]):
    """Comparisons of two runs each, B minus A."""

    __slots__ = ()

    def rows(self) -> Sequence[Row]:
        """The difference in accuracy with its interval, and what it cost."""
        return [
            {
                "a": c.a.label,
                "b": c.b.label,
                "accuracy_a": c.means[0],
                "accuracy_b": c.means[1],
                "difference": c.accuracy.value,
                "low": c.accuracy.low,
                "high": c.accuracy.high,
                "p": c.adjusted_p,
                "tokens": None if c.tokens is None else c.tokens.value,
                "usd": None if c.usd is None else c.usd.value,
                "problems": c.accuracy.n,
            }
            for c in self
        ]


def curve(
    db: str | Path = DEFAULT_DB,
    *,
    model: str | None = None,
    task: str | None = None,
    budget: str | None = None,
    price: PriceEntry | None = None,
    gpu_usd_per_hour: float | None = None,
) -> Curves:
    """Accuracy and coverage against tokens, FLOPs and dollars, from all that is stored.

    Dollars come from `price`, else from device time, else from what each run recorded.
    """
    with open_store(db) as store:
        ids = find_runs(store, model=model, task=task, budget=budget)
        if not ids:
            raise UsageError("no run matches; `harness show` lists what is stored")
        curves = load_curves(store, ids, gpu_usd_per_hour=gpu_usd_per_hour, price_entry=price)
    if not curves:
        raise UsageError("the runs have no graded problem yet; run the same eval again to resume")
    return Curves(curves)


def compare(
    a: str,
    b: str,
    db: str | Path = DEFAULT_DB,
    *,
    anyway: bool = False,
    correction: str = "holm",
) -> Comparisons:
    """B minus A, problem by problem. Each is a run id (or a prefix), a filter such as
    `model=NAME;budget=B`, or a baseline file.

    `anyway` also compares runs that were measured differently; `correction` ("holm" or "bh")
    applies to several tasks at once.
    """
    pairs = pair_runs(find_side(str(db), a), find_side(str(db), b))
    return Comparisons(compare_runs(pairs, anyway=anyway, correction=correction))
