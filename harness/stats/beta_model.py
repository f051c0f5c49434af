"""What few events leave open: the mean of scores that spread like a Beta distribution.

Where nearly all scores are alike, the variance that was seen says little: the rare problem that
differs, and carries most of the variance, is missing from most draws. The shape of the others tells
how likely it is. Here scores are Beta(mu s, (1 - mu) s), those within 0.01 of 0 or 1 known only to
be there (so that right and wrong, s -> 0, is a case of it), and the interval of mu is read off its
posterior on a grid, under the density mu^-1/2 (1 - mu)^-1/2 and ln s uniform on [ln 0.03, ln 2000].
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_END = 0.01  # a score so close to 0 or 1 is only known to lie there
_LOGITS = np.linspace(-8.5, 8.5, 137)  # of mu
_SIZES = np.exp(np.linspace(np.log(0.03), np.log(2000.0), 26))  # s
_AT_ONCE = 500


@functools.cache
def _grid() -> tuple[Floats, Floats]:
    """The log-likelihood's coefficients, (5, points), and the log prior, (points,)."""
    from scipy.special import betainc, betaln

    mu = 1 / (1 + np.exp(-_LOGITS))
    a = np.outer(mu, _SIZES).ravel()
    b = np.outer(1 - mu, _SIZES).ravel()
    at_zero = np.log(np.maximum(betainc(a, b, _END), 1e-300))
    at_one = np.log(np.maximum(betainc(b, a, _END), 1e-300))
    # uniform in the logit is mu^-1 (1 - mu)^-1, so that half a power of each remains
    prior = np.repeat(0.5 * (np.log(mu) + np.log1p(-mu)), len(_SIZES))
    return np.stack([at_zero, at_one, a - 1, b - 1, -betaln(a, b)]), prior


def credible_limits(scores: Floats, weights: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Limits of the mean for each row of `scores`, (draws, observations), in [0, 1].

    `weights` broadcast to the scores: how many observations each counts for. Returns two arrays
    of shape (draws,); a limit beyond the grid is 0 or 1.
    """
    parts = [
        _limits(scores[i : i + _AT_ONCE], np.broadcast_to(weights, scores.shape)[i : i + _AT_ONCE],
                confidence)
        for i in range(0, len(scores), _AT_ONCE)
    ]  # fmt: skip
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def _limits(scores: Floats, weights: Floats, confidence: float) -> tuple[Floats, Floats]:
    coefficients, prior = _grid()
    zero, one = scores < _END, scores > 1 - _END
    inside = ~(zero | one)
    safe = np.where(inside, scores, 0.5)
    within = weights * inside
    seen = [weights * zero, weights * one, within * np.log(safe), within * np.log1p(-safe), within]
    loglik = np.stack([s.sum(axis=1) for s in seen], axis=1) @ coefficients + prior
    mass = np.exp(loglik - loglik.max(axis=1, keepdims=True))
    mass = mass.reshape(len(scores), len(_LOGITS), len(_SIZES)).sum(axis=2)
    below = np.cumsum(mass, axis=1)
    below /= below[:, -1:]
    tail = (1 - confidence) / 2
    low, high = _quantile(below, tail), _quantile(below, 1 - tail)
    least = 1 / (1 + np.exp(-_LOGITS[1]))
    return np.where(low <= least, 0.0, low), np.where(high >= 1 - least, 1.0, high)


def _quantile(below: Floats, probability: float) -> Floats:
    """The mu below which lies `probability`: linear in its logit between the grid's cells."""
    i = np.clip((below < probability).sum(axis=1), 1, len(_LOGITS) - 1)
    rows = np.arange(len(below))
    before, after = below[rows, i - 1], below[rows, i]
    share = np.clip((probability - before) / np.maximum(after - before, 1e-300), 0.0, 1.0)
    step = _LOGITS[1] - _LOGITS[0]
    # the mass of a cell lies around its logit: its end is half a step further
    logit = _LOGITS[i - 1] + (share + 0.5) * step
    out: Floats = 1 / (1 + np.exp(-logit))
    return out
