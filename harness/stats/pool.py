"""What a pool of n samples implies for k < n of them: exact expectations over random k-subsets.

A sweep draws its largest pool once; every smaller budget is the expectation over all subsets of
its size, not "the first k". All functions are exact up to rounding.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def _check_k(n: int, k: int) -> None:
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    if k > n:
        raise ValueError(f"k={k} of a pool of n={n} is undefined: draw at least k samples")


def pass_at_k(n: int, c: int, k: int) -> float:
    """Probability that k of n samples, drawn without replacement, include one of c correct ones.

    1 - C(n-c, k) / C(n, k): the unbiased estimator of Chen et al. 2021 (arXiv 2107.03374, eq. 1).
    Raises ValueError for n < k, for which no unbiased estimator exists.
    """
    _check_k(n, k)
    if not 0 <= c <= n:
        raise ValueError(f"c must lie between 0 and n={n}, got {c}")
    return 1.0 - math.comb(n - c, k) / math.comb(n, k)


def best_of_k(rewards: Sequence[float], k: int) -> tuple[float, ...]:
    """Probability of each sample to have the highest reward among k random ones.

    Ties are broken uniformly. Sums to 1; raises ValueError for NaN or n < k.
    """
    n = len(rewards)
    _check_k(n, k)
    if any(math.isnan(r) for r in rewards):
        raise ValueError("a reward is NaN: a sample without a reward cannot be ranked")
    sizes, total = Counter(rewards), math.comb(n, k)
    chance, left = {}, n
    for reward in sorted(sizes, reverse=True):
        ways = math.comb(left, k) - math.comb(left - sizes[reward], k)
        chance[reward] = ways / (total * sizes[reward])
        left -= sizes[reward]
    return tuple(chance[r] for r in rewards)


@dataclass(frozen=True, slots=True)
class Majority:
    """`wins[i]`: probability that class i wins the vote; `nobody`: that no drawn sample votes."""

    wins: tuple[float, ...]
    nobody: float


def majority_distribution(counts: Sequence[int], k: int, n_abstain: int = 0) -> Majority:
    """Who wins a majority vote among k samples drawn at random, without replacement, from a pool.

    `counts[i]` samples of the pool hold answer i; `n_abstain` hold none and do not vote. The most
    frequent drawn answer wins, with ties broken uniformly at random.
    The probabilities and `nobody` sum to 1. Raises ValueError for k outside 1 … pool size.
    """
    if n_abstain < 0 or any(c < 0 for c in counts):
        raise ValueError("counts cannot be negative")
    _check_k(sum(counts) + n_abstain, k)
    order = sorted(range(len(counts)), key=lambda i: -counts[i])
    shares = _majority(tuple(counts[i] for i in order), k, n_abstain)
    wins = [0.0] * len(counts)
    for place, i in enumerate(order):
        wins[i] = shares[place]
    nobody = math.comb(n_abstain, k) / math.comb(sum(counts) + n_abstain, k)
    return Majority(tuple(wins), nobody)


@functools.lru_cache(maxsize=16384)
def _majority(counts: tuple[int, ...], k: int, n_abstain: int) -> tuple[float, ...]:
    """The winning probabilities for counts in decreasing order.

    Drawing k without replacement is including each sample with probability q = k/n, given that k
    were drawn. So class i gets u votes with a binomial probability, and class j wins with v votes
    if every other class gets fewer, or gets v too and loses the tie. A tie with t others costs
    1/(t+1), the integral of y^t over [0, 1]: each tie is weighted by y, and Gauss-Legendre sums it
    exactly. Classes too small to reach v do not matter individually: together they form one
    binomial.
    """
    n = sum(counts) + n_abstain
    if k == n:  # all are drawn: the most frequent classes share the win
        first = counts.count(counts[0]) if counts and counts[0] else 0
        return tuple(1 / first if i < first else 0.0 for i in range(len(counts)))
    q = k / n
    pmf = {c: _binomial(c, q) for c in {*counts}}
    wins = [0.0] * len(counts)
    for v in range(1, min(k, counts[0] if counts else 0) + 1):
        big = [c for c in counts if c >= v]
        ties = min(len(big), k // v) - 1
        nodes, weights = _legendre(ties // 2 + 1)
        rest = _binomial(n - sum(big), q)[: k + 1]
        for y, weight in zip(nodes, weights, strict=True):
            for j, chance in enumerate(_wins_with(v, big, pmf, rest, k, y)):
                wins[j] += weight * chance
    total = float(_binomial(n, q)[k])
    return tuple(w / total for w in wins)


def _wins_with(
    v: int, big: Sequence[int], pmf: dict[int, Floats], rest: Floats, k: int, y: float
) -> list[float]:
    """For each class of `big`: probability of v votes for it, none above, ties weighted by y.

    The other classes' polynomials are multiplied from both ends, so that leaving one out is one
    product of the part before and the part after it; equal counts share one result.
    """
    factors = {}
    for c in {*big}:
        factors[c] = pmf[c][: v + 1].copy()
        factors[c][v] *= y
    before = [rest]
    for c in big[:-1]:
        before.append(np.convolve(before[-1], factors[c])[: k + 1])
    chances = [0.0] * len(big)
    behind = np.ones(1)
    for j in range(len(big) - 1, -1, -1):
        if j + 1 < len(big) and big[j] == big[j + 1]:
            chances[j] = chances[j + 1]
        else:
            chances[j] = float(pmf[big[j]][v]) * _coefficient(before[j], behind, k - v)
        behind = np.convolve(behind, factors[big[j]])[: k + 1]
    return chances


def _coefficient(a: Floats, b: Floats, power: int) -> float:
    """The coefficient of x^power in the product of two polynomials."""
    low, high = max(0, power - len(b) + 1), min(power, len(a) - 1)
    if low > high:
        return 0.0
    return float(a[low : high + 1] @ b[power - high : power - low + 1][::-1])


@functools.lru_cache(maxsize=4096)
def _binomial(n: int, q: float) -> Floats:
    """Probabilities of 0 … n successes in n trials with success probability q."""
    if q == 1.0:
        return np.concatenate([np.zeros(n), np.ones(1)])
    u = np.arange(n + 1)
    gamma = np.array([math.lgamma(i + 1) for i in range(n + 1)])
    logs = gamma[n] - gamma - gamma[::-1] + u * math.log(q) + (n - u) * math.log1p(-q)
    out: Floats = np.exp(logs)
    return out


@functools.lru_cache(maxsize=256)
def _legendre(count: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Gauss-Legendre nodes and weights on [0, 1]: exact for polynomials below degree 2·count."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return tuple((0.5 * (nodes + 1)).tolist()), tuple((0.5 * weights).tolist())
