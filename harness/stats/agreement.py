"""Agreement of two raters beyond chance: a judge or a verifier against human labels."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from harness.core import Estimate
from harness.stats.intervals import check_confidence
from harness.stats.spread import cluster_codes

_DRAWS = 20_000


def cohen_kappa(
    a: Sequence[Hashable],
    b: Sequence[Hashable],
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    *,
    seed: int = 0,
) -> Estimate:
    """Cohen's kappa of two raters' labels for the same n items, with a credible interval.

    kappa = (p_o - p_e) / (1 - p_e): observed agreement against that of raters who label at random
    with the same frequencies (Cohen 1960, Educational and Psychological Measurement 20, 37-46).
    The interval is that of kappa under a Dirichlet posterior of the k x k table, with 1/k added to
    each cell (Jeffreys' prior for two labels), so that perfect agreement on few items is not
    certainty. With `clusters` the counts are scaled to the size of a sample of independent items
    with equal uncertainty: n over the design effect of kappa's linearised variance (Fleiss,
    Cohen and Everitt 1969, Psychological Bulletin 72, 323-327, eq. 13), or the number of clusters
    if that variance is zero. `extra` has "agreement", p_o. Same seed, same digits.

    Raises ValueError for no items, for lists of different lengths, and if both raters give
    the same single label throughout: kappa is then undefined.
    """
    check_confidence(confidence)
    if len(a) != len(b) or not a:
        raise ValueError(f"needs equally many labels from both raters: {len(a)} and {len(b)}")
    labels = {label: i for i, label in enumerate(sorted({*a, *b}, key=repr))}
    rows = np.array([labels[label] for label in a])
    columns = np.array([labels[label] for label in b])
    if len(labels) == 1:
        raise ValueError("both raters give only one label: agreement beyond chance is undefined")
    k, n = len(labels), len(a)
    table = np.zeros((k, k))
    np.add.at(table, (rows, columns), 1.0)
    codes = cluster_codes(clusters, n)
    groups = int(codes.max()) + 1
    effective = _effective_size(table / n, rows, columns, codes)
    return kappa_interval(table / n, effective, n, groups, confidence, seed=seed)


def kappa_interval(
    shares: NDArray[np.float64],
    effective: float,
    n: int,
    clusters: int,
    confidence: float,
    *,
    seed: int = 0,
) -> Estimate:
    """Kappa of a table of shares, (k, k), with the precision of `effective` independent items."""
    k = len(shares)
    rng = np.random.default_rng(seed)
    posterior = rng.dirichlet((shares * effective + 1 / k).ravel(), size=_DRAWS)
    draws = _kappa(posterior.reshape(-1, k, k))
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    value = float(_kappa(shares[None])[0])
    return Estimate(
        value=value,
        low=min(float(low), value),
        high=max(float(high), value),
        n=n,
        clusters=clusters,
        confidence=confidence,
        method="Dirichlet posterior of the table",
        extra={"agreement": float(np.trace(shares))},
    )


def _kappa(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kappa of tables of shares, (m, k, k) -> (m,)."""
    observed = np.trace(tables, axis1=1, axis2=2)
    expected = np.sum(tables.sum(axis=2) * tables.sum(axis=1), axis=1)
    kappa: NDArray[np.float64] = (observed - expected) / (1 - expected)
    return kappa


def influences(
    shares: NDArray[np.float64], rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Each item's first-order contribution to kappa, (n,); squares over n² sum to its variance."""
    by_row, by_column = shares.sum(axis=1), shares.sum(axis=0)
    observed, expected = float(np.trace(shares)), float(by_row @ by_column)
    agreeing = (rows == columns) - observed
    chance = by_column[rows] + by_row[columns] - 2 * expected
    left = 1 - expected
    out: NDArray[np.float64] = agreeing / left - (1 - observed) / left**2 * chance
    return out


def _effective_size(
    shares: NDArray[np.float64],
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    codes: NDArray[np.intp],
) -> float:
    """The number of independent items with the same uncertainty as these in their clusters."""
    n, groups = len(rows), int(codes.max()) + 1
    if groups == n:
        return float(n)
    if groups == 1:
        return 1.0
    parts = influences(shares, rows, columns)
    alone = float(np.sum(parts**2))
    if alone < 1e-12 * n:
        return float(groups)
    sums = np.bincount(codes, weights=parts, minlength=groups)
    together = float(np.sum(sums**2)) * groups / (groups - 1)
    return n / max(1.0, together / alone)
