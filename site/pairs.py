"""Paired differences of all rows of a table, by the rule of `harness compare`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.stats.comparisons import difference_limits
from harness.stats.spread import cluster_codes

Floats = NDArray[np.float64]
MOST = 300
"""Maximum number of rows for comparing all pairs: 44,850 pairs."""


def paired_limits(scores: Floats, clusters: Sequence[str]) -> list[list[tuple[float, float]]]:
    """For each row i but the last, the 95% limits of (row j minus row i) for all j > i.

    `scores` are (rows, problems), in [0, 1].
    """
    codes = cluster_codes(clusters, scores.shape[1])
    order = np.argsort(codes, kind="stable")
    ordered = scores[:, order]
    starts = np.searchsorted(codes[order], np.arange(int(codes.max()) + 1))
    out = []
    for i in range(len(scores) - 1):
        low, high, _ = difference_limits(ordered[i + 1 :] - ordered[i], starts, 0.95)
        out.append(list(zip(low.tolist(), high.tolist(), strict=True)))
    return out
