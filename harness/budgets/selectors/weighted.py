"""Votes weighted by reward: the class of answers with the largest sum of rewards wins.

Li et al. 2023 (arXiv 2206.02336); "best-of-N weighted" in Snell et al. 2024 (arXiv 2408.03314).
The expectation over k-subsets has no closed form: few subsets are enumerated, many are sampled.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from harness.budgets.selectors.rewarded import Rewarded
from harness.budgets.strategy import Judged
from harness.core import Status
from harness.core.hashing import derive_seed

MOST_SUBSETS = 2000
"""Up to so many subsets are enumerated (exact); beyond that, as many are drawn at random."""

Floats = NDArray[np.float64]
_Shares = tuple[tuple[Status, float], ...]


class Weighted(Rewarded):
    """The status of the class with the largest weight; ties are random; no answer, no vote."""

    name = "weighted"

    def expect(self, pool: Sequence[Judged], k: int) -> Mapping[Status, float]:
        """Probability of each status of the winning answer."""
        shares, statuses = self._shares(pool, k)
        return dict(zip(statuses, shares.mean(axis=0).tolist(), strict=True))

    def error(self, pool: Sequence[Judged], k: int) -> float:
        """The standard error of the sampled probability of `correct`; 0 if it is exact."""
        shares, statuses = self._shares(pool, k)
        if math.comb(len(pool), k) <= MOST_SUBSETS or Status.CORRECT not in statuses:
            return 0.0
        column = shares[:, statuses.index(Status.CORRECT)]
        return float(column.std(ddof=1) / math.sqrt(len(column)))

    def _shares(self, pool: Sequence[Judged], k: int) -> tuple[Floats, list[Status]]:
        """For each subset (row), the probability of selecting each status."""
        keys = tuple(judged.verdict.key for judged in pool)
        weights = tuple(
            0.0 if key is None else self.value(judged)
            for key, judged in zip(keys, pool, strict=True)
        )
        shares = tuple(tuple(judged.verdict.shares.items()) for judged in pool)
        return _by_subset(keys, weights, shares, k), _kinds(shares)


@functools.lru_cache(maxsize=256)
def _by_subset(
    keys: tuple[str | None, ...], weights: tuple[float, ...], shares: tuple[_Shares, ...], k: int
) -> Floats:
    drawn = subsets(len(keys), k, derive_seed("weighted", keys, weights, k))
    classes = sorted({key for key in keys if key is not None})
    judged = np.array([[dict(one).get(kind, 0.0) for kind in _kinds(shares)] for one in shares])
    member = np.array([[key == c for c in classes] for key in keys], float)
    sums = drawn @ (member * np.array(weights)[:, None])
    present = drawn @ member > 0
    sums = np.where(present, sums, -np.inf)
    best = sums.max(axis=1, initial=-np.inf, keepdims=True)
    # Sums of the same rewards in a different order may differ in the last digits.
    wins = (present & (sums >= best - 1e-12 * np.abs(best))).astype(float)
    wins /= np.maximum(wins.sum(axis=1, keepdims=True), 1.0)
    # members of a class have the same verdict, unless a verifier is inconsistent
    out: Floats = wins @ (member.T @ judged / member.sum(axis=0)[:, None])
    silent = ~present.any(axis=1)
    if silent.any():
        out[silent] = drawn[silent] @ judged / k
    return out


def _kinds(shares: Iterable[_Shares]) -> list[Status]:
    return sorted({status for one in shares for status, _ in one})


def subsets(n: int, k: int, seed: int) -> Floats:
    """Rows of n zeros and ones with k ones each: all of them, or a seeded sample."""
    if not 1 <= k <= n:
        raise ValueError(f"{k} samples wanted from a pool of {n}")
    if math.comb(n, k) <= MOST_SUBSETS:
        chosen = np.array(list(combinations(range(n), k)))
    else:
        order = np.random.default_rng(seed).random((MOST_SUBSETS, n))
        chosen = np.argpartition(order, k - 1, axis=1)[:, :k]
    rows = np.zeros((len(chosen), n))
    np.put_along_axis(rows, chosen, 1.0, axis=1)
    return rows
