"""Compliance with budgets: tokens spent relative to tokens requested.

`within` is Control of s1 (Muennighoff et al. 2025, arXiv 2501.19393, eq. 1, with no lower bound):
the share of attempts that stay within their budget. Spent over asked says by how much the others
exceed it. For named levels, which have no number, adjacent ones are compared: a level that changes
nothing has no effect.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from harness.stats.comparisons import holm, sign_flip_p

_KEPT = 0.5  # a budget kept by fewer attempts counts as not kept
_SURE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Obedience:
    """Of `n` attempts with a budget of `asked` tokens (or seconds): the share `within` it, and the
    median and 95th percentile of spent over asked."""

    asked: float
    n: int
    within: float
    median: float
    p95: float

    @property
    def ignored(self) -> bool:
        """Whether fewer than half of the attempts stayed within it."""
        return self.within < _KEPT

    def to_json(self) -> dict[str, Any]:
        """All figures."""
        return asdict(self)


def obedience(asked: float, spent: Sequence[float]) -> Obedience | None:
    """For one budget, in one unit; None without attempts. ValueError for a budget of 0 or less or
    a negative figure. Percentiles are interpolated linearly."""
    if asked <= 0 or any(value < 0 for value in spent):
        raise ValueError(f"obedience: asked {asked}, spent {min(spent, default=0)}")
    if not spent:
        return None
    ratios = np.asarray(spent, dtype=float) / asked
    return Obedience(
        asked=asked,
        n=len(spent),
        within=float((ratios <= 1).mean()),
        median=float(np.median(ratios)),
        p95=float(np.percentile(ratios, 95)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Two adjacent levels or budgets, on the problems that both have.

    `more` is the mean of what the higher one spends beyond the lower, in tokens per problem; `p`
    comes from the sign-flip test over clusters, corrected for the number of steps (Holm).
    `telling`: there are enough clusters for the test to detect a difference at all.
    """

    low: str
    high: str
    problems: int
    more: float
    p: float
    telling: bool

    @property
    def differs(self) -> bool:
        """Whether the higher one spends more, beyond noise."""
        return self.more > 0 and self.p < _SURE

    @property
    def same(self) -> bool:
        """Whether it does not spend more beyond noise, although that would have been detected."""
        return self.telling and not self.differs

    def to_json(self) -> dict[str, Any]:
        """All figures."""
        return {**asdict(self), "differs": self.differs, "same": self.same}


def steps(
    spent: Mapping[str, Mapping[str, float]], clusters: Mapping[str, str] | None = None
) -> list[Step]:
    """Adjacent levels compared, in the given order: name -> tokens by problem.

    `clusters` gives the cluster of a problem (its own by default). A pair without common problems
    is left out.
    """
    found: list[tuple[str, str, list[float], list[float]]] = []
    for (low, less), (high, more) in itertools.pairwise(spent.items()):
        common = sorted(less.keys() & more.keys())
        if not common:
            continue
        differences = [more[problem] - less[problem] for problem in common]
        sums: dict[str, float] = {}
        for problem, difference in zip(common, differences, strict=True):
            cluster = problem if clusters is None else clusters.get(problem, problem)
            sums[cluster] = sums.get(cluster, 0.0) + difference
        found.append((low, high, differences, list(sums.values())))
    corrected = holm([sign_flip_p(sums) for *_, sums in found])
    return [
        Step(
            low=low,
            high=high,
            problems=len(d),
            more=sum(d) / len(d),
            p=p,
            # if all differences have one sign: the smallest p that the test can give
            telling=len(found) * 2.0 ** (1 - len(sums)) < _SURE,
        )
        for (low, high, d, sums), p in zip(found, corrected, strict=True)
    ]
