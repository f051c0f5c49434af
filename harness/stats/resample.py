"""The seeded clustered bootstrap, for figures without a formula."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from harness.core import Estimate
from harness.stats.intervals import check_confidence
from harness.stats.spread import cluster_codes

_MOST_AT_ONCE = 2_000_000  # drawn clusters held in memory


def bootstrap_interval(
    statistic: Callable[[NDArray[np.intp]], float],
    n: int,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    *,
    resamples: int = 2000,
    seed: int = 0,
) -> Estimate:
    """Percentile interval of `statistic(rows)`, resampling whole clusters with replacement.

    `statistic` gets row numbers (with repeats) and returns a finite float. The percentile
    bootstrap has zero length if all values agree and is too short with few clusters: for means
    and proportions use `mean_interval` or `ratio_interval`. Same seed, same digits.
    """
    check_confidence(confidence)
    if n < 1 or resamples < 1:
        raise ValueError(f"needs n >= 1 and resamples >= 1, got {n} and {resamples}")
    codes = cluster_codes(clusters, n)
    members = [np.flatnonzero(codes == g) for g in range(int(codes.max()) + 1)]
    rng = np.random.default_rng(seed)
    values = np.empty(resamples)
    for i in range(resamples):
        drawn = rng.integers(0, len(members), size=len(members))
        values[i] = statistic(np.concatenate([members[g] for g in drawn]))
    value = float(statistic(np.arange(n)))
    return _percentiles(value, values, n, len(members), confidence, seed)


def bootstrap_sums(
    statistic: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    columns: NDArray[np.float64],
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    *,
    resamples: int = 2000,
    seed: int = 0,
) -> Estimate:
    """`bootstrap_interval` of a statistic of column sums, for all resamples at once: much faster.

    `columns` is (n, c); `statistic` gets the sums of every resample, (resamples, c), and returns
    (resamples,) values. The resamples are those of `bootstrap_interval` with the same seed.
    """
    check_confidence(confidence)
    n = len(columns)
    if n < 1 or resamples < 1:
        raise ValueError(f"needs n >= 1 and resamples >= 1, got {n} and {resamples}")
    codes = cluster_codes(clusters, n)
    count = int(codes.max()) + 1
    parts = np.zeros((count, columns.shape[1]))
    np.add.at(parts, codes, columns)
    rng, sums, block = np.random.default_rng(seed), [], max(1, _MOST_AT_ONCE // count)
    for start in range(0, resamples, block):
        drawn = rng.integers(0, count, size=(min(block, resamples - start), count))
        times = np.zeros(drawn.shape)
        np.add.at(times, (np.arange(len(drawn))[:, None], drawn), 1.0)
        sums.append(times @ parts)
    value = float(statistic(parts.sum(axis=0, keepdims=True))[0])
    return _percentiles(value, statistic(np.concatenate(sums)), n, count, confidence, seed)


def _percentiles(
    value: float,
    values: NDArray[np.float64],
    n: int,
    clusters: int,
    confidence: float,
    seed: int,
) -> Estimate:
    if not (np.isfinite(values).all() and np.isfinite(value)):
        raise ValueError("the statistic is not finite on every resample")
    tail = (1 - confidence) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return Estimate(
        value=value,
        low=min(float(low), value),
        high=max(float(high), value),
        n=n,
        clusters=clusters,
        confidence=confidence,
        method="bootstrap",
        extra={"resamples": len(values), "seed": seed},
    )
