"""A linear score learnt from ranked pairs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def fit_ranking(better: Matrix, worse: Matrix, *, ridge: float = 0.01) -> NDArray[np.float64]:
    """The weights w, (d,), by which each row of `better`, (n, d), outscores that of `worse`.

    Minimises (1/n) sum_i max(0, 1 - w·(b_i - c_i)) + (ridge/2) |w|²: the hinge loss of Mu et al.
    2024 (arXiv 2411.01111) with a small penalty, which makes the minimum unique (a
    support vector machine on differences: Joachims 2002, KDD, section 4). It is solved in its dual,
    a quadratic in n numbers between 0 and 1/n.

    Raises ValueError for no pair, matrices of different shapes, and a `ridge` that is not above 0.
    """
    from scipy.optimize import minimize

    if better.shape != worse.shape or better.ndim != 2 or not len(better):
        raise ValueError(f"needs as many rows of both, and some: {better.shape}, {worse.shape}")
    if not ridge > 0:
        raise ValueError(f"the penalty must be above 0, not {ridge}")
    # pairs with one difference count together: the dual has one number for each of them
    apart, counts = np.unique(better - worse, axis=0, return_counts=True)
    most = counts / counts.sum()

    def dual(alpha: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = apart.T @ alpha / ridge
        return float(ridge / 2 * weights @ weights - alpha.sum()), apart @ weights - 1.0

    found = minimize(
        dual,
        most / 2,
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(np.zeros(len(most)), most, strict=True)),
        options={"maxiter": 20_000, "maxfun": 40_000, "ftol": 1e-15, "gtol": 1e-10},
    )
    weights: NDArray[np.float64] = apart.T @ found.x / ridge
    return weights


def ranking_loss(
    weights: NDArray[np.float64], better: Matrix, worse: Matrix, *, ridge: float = 0.01
) -> float:
    """What `fit_ranking` minimises."""
    hinge = np.maximum(0.0, 1.0 - (better - worse) @ weights)
    return float(hinge.mean() + ridge / 2 * weights @ weights)
