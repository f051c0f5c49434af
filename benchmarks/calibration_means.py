"""Means and paired differences, many draws at once: the product's functions and other methods."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from calibration_worlds import (
    FIGURES,
    Cell,
    Floats,
    Limits,
    Rates,
    cell,
    chances,
    cluster_sizes,
    draw_rates,
    draw_scores,
    table,
    truth_of,
    worlds,
)
from numpy.typing import NDArray
from scipy import special, stats

from harness.stats.comparisons import difference_limits
from harness.stats.means import shares


@dataclass(frozen=True)
class Scores:
    """Draws of scores, (draws, problems), clusters side by side; what methods share is kept."""

    values: Floats
    sizes: NDArray[np.intp]

    @property
    def starts(self) -> NDArray[np.intp]:
        """Where the clusters begin."""
        return np.concatenate([[0], np.cumsum(self.sizes)[:-1]])

    @functools.cached_property
    def parts(self) -> tuple[Floats, Floats, Floats, int]:
        """What `shares` takes."""
        x = self.values
        sums = x if (self.sizes == 1).all() else np.add.reduceat(x, self.starts, axis=1)
        squares = ((x - x.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
        return sums, self.sizes[None].astype(float), squares, x.shape[1]

    @functools.cached_property
    def moments(self) -> tuple[Floats, Floats, int, int]:
        """Mean, cluster-robust variance, clusters and problems."""
        sums, sizes, _, n = self.parts
        groups, mean = sums.shape[1], sums.sum(axis=1) / n
        apart = (sums - mean[:, None] * sizes) / n
        return mean, (apart**2).sum(axis=1) * groups / (groups - 1), groups, n


def _ours(scores: Scores) -> Limits:
    found = shares(*scores.parts)
    return found.low, found.high


def _exact(scores: Scores) -> Limits:
    found = shares(*scores.parts, exact=True)
    return found.low, found.high


def _t(scores: Scores) -> Limits:
    mean, variance, groups, _ = scores.moments
    half = stats.t.ppf(0.975, groups - 1) * np.sqrt(variance)
    return mean - half, mean + half


def _on_effective(
    scores: Scores, limits: Callable[[Floats, Floats], Limits], most: float
) -> Limits:
    mean, variance, groups, n = scores.moments
    alike = variance < 1e-18
    effective = mean * (1 - mean) / np.where(alike, 1.0, variance) * groups / (groups - 1)
    effective = np.where(alike, groups, np.clip(effective, 1.0, most * n))
    return limits(mean * effective, effective)


def _wilson(x: Floats, n: Floats) -> Limits:
    z = 1.959964
    centre, spread = x + z * z / 2, np.sqrt(x * (n - x) / n + z * z / 4)
    return (centre - z * spread) / (n + z * z), (centre + z * spread) / (n + z * z)


def _agresti_coull(x: Floats, n: Floats) -> Limits:
    z = 1.959964
    share = (x + z * z / 2) / (n + z * z)
    half = z * np.sqrt(share * (1 - share) / (n + z * z))
    return share - half, share + half


def _bayesian_bootstrap(scores: Scores) -> Limits:
    """Rubin's, with half a cluster all right and half a cluster all wrong; Beta by moments."""
    sums, sizes, _, _ = scores.parts
    x, groups = sums / sizes, sums.shape[1]
    mean = (x.sum(axis=1) + 0.5) / (groups + 1)
    second = ((x - mean[:, None]) ** 2).sum(axis=1) + 0.5 * (mean**2 + (1 - mean) ** 2)
    variance = second / (groups + 1) / (groups + 2)
    size = mean * (1 - mean) / variance - 1
    a, b = mean * size, (1 - mean) * size
    return special.betaincinv(a, b, 0.025), special.betaincinv(a, b, 0.975)


def _clopper_pearson(x: Floats, n: Floats) -> Limits:
    low = np.where(x < 1e-9, 0, special.betaincinv(np.maximum(x, 1e-9), n - x + 1, 0.025))
    high = special.betaincinv(x + 1, np.maximum(n - x, 1e-9), 0.975)
    return low, np.where(n - x < 1e-9, 1, high)


MEAN_METHODS: dict[str, Callable[[Scores], Limits]] = {
    "ours": _ours,
    "exact": _exact,
    "t": _t,
    "Wilson n*": lambda s: _on_effective(s, _wilson, 16.0),
    "A-C n*": lambda s: _on_effective(s, _agresti_coull, 16.0),
    "C-P n*": lambda s: _on_effective(s, _clopper_pearson, 1.0),
    "Bayes boot": _bayesian_bootstrap,
}


def means(draws: int, quick: bool, every: int = 1, alone: bool = False) -> Iterator[Cell]:
    """Accuracy, pass@k, maj@k and bo@k, in each so-manieth world; a world has its own seed.

    `alone`: without the other methods, which halves the time.
    """
    methods = {"ours": _ours} if alone else MEAN_METHODS
    shapes = [("1", g) for g in ((10, 30, 100) if quick else (5, 10, 20, 30, 50, 100, 300, 1000))]
    shapes += [(k, g) for k in ("5", "unequal") for g in ((30,) if quick else (10, 30, 60, 200))]
    for number, (name, rates) in list(enumerate(worlds(quick).items()))[::every]:
        rng = np.random.default_rng([17, number])
        for kind, pool, k in FIGURES[3:7:3] if quick else FIGURES:
            truth = truth_of(rates, kind, pool, k)
            if not 0.0099 < truth < 0.9901:
                continue
            for size, clusters in shapes:
                if size != "1" and pool not in (1, 16, 100):
                    continue
                if kind == "best" and (clusters > 100 or size == "unequal"):
                    continue
                if size == "1" and pool == 1 and not name.startswith("rate") and not quick:
                    continue  # single samples of single problems are those of a common rate
                sizes = cluster_sizes(size, clusters)
                data = Scores(_drawn(rng, rates, (kind, pool, k), sizes, draws), sizes)
                world = f"{name}; {kind}@{k} of {pool}; {clusters} of {size}"
                found = {m: f(data) for m, f in methods.items()}
                yield cell("means", world, clusters, truth, found)


def _drawn(
    rng: np.random.Generator,
    rates: Rates,
    figure: tuple[str, int, int],
    sizes: NDArray[np.intp],
    draws: int,
) -> Floats:
    """Problems of a cluster share its rate, but for every second, which has one of its own."""
    kind, pool, k = figure
    if kind != "best" and (sizes == 1).all():  # the counts at once, without their rates
        bounds = np.cumsum(chances(rates, pool))
        counts = np.searchsorted(bounds[:-1], rng.random((draws, len(sizes))), side="right")
        return table(kind, pool, k)[counts]
    p = np.repeat(draw_rates(rng, rates, (draws, len(sizes))), sizes, axis=1)
    if (sizes > 1).any():
        own = draw_rates(rng, rates, p.shape)
        p = np.where(np.arange(p.shape[1]) % 2 == 0, p, own)
    return draw_scores(rng, p, kind, pool, k)


def _paired(d: Floats, starts: NDArray[np.intp], *, exact: bool = False) -> Limits:
    low, high, _ = difference_limits(d, starts, 0.95, exact=exact)
    return low, high


def differences(draws: int, quick: bool) -> Iterator[Cell]:
    """Two budgets on the same problems, as `compare` and the selection gap read them."""
    rng = np.random.default_rng(18)
    known = {"Beta(1, 1)": (1, 1), "Beta(2.5, 2.5)": (2.5, 2.5), "Beta(1.8, 0.2)": (1.8, 0.2),
             "Beta(0.25, 4.75)": (0.25, 4.75)}  # fmt: skip
    second: dict[str, Callable[[Floats, Floats], Floats]] = {
        "the same": lambda p, _: p,
        "a fifth worse": lambda p, _: 0.8 * p,
        "strangers": lambda _, other: other,
        "every tenth solved": lambda p, _: np.where(rng.random(p.shape) < 0.1, 1.0, p),
    }
    nodes = (np.arange(4000) + 0.5) / 4000
    for name, (a, b) in known.items():
        grid = special.betaincinv(a, b, nodes)
        for other, change in second.items():
            for kind, pool, k in (("pass", 8, 1), ("pass", 1, 1), ("maj", 16, 9)):
                score = table(kind, pool, k)
                at = score @ stats.binom.pmf(np.arange(pool + 1)[:, None], pool, grid)
                truth = _change(other, at, grid, score, pool)
                for size, clusters in (("1", 10), ("1", 30), ("1", 100), ("5", 30)):
                    if quick and (size != "1" or clusters == 100 or kind == "maj"):
                        continue
                    sizes = cluster_sizes(size, clusters)
                    p = np.repeat(rng.beta(a, b, (draws, clusters)), sizes, axis=1)
                    q = change(p, np.repeat(rng.beta(a, b, (draws, clusters)), sizes, axis=1))
                    d = score[rng.binomial(pool, q)] - score[rng.binomial(pool, p)]
                    data = Scores(d, sizes)
                    world = f"{name}, {other}; {kind}@{k} of {pool}; {clusters} of {size}"
                    found = {
                        "ours": _paired(d, data.starts),
                        "exact": _paired(d, data.starts, exact=True),
                        "t": _t(data),
                    }
                    yield cell("differences", world, clusters, truth, found)


def shared(draws: int, quick: bool) -> Iterator[Cell]:
    """Two budgets that share their samples: other k of one pool, as two points of a curve."""
    rng = np.random.default_rng(21)
    pairs = ((("maj", 9), ("maj", 3)), (("pass", 4), ("pass", 1)), (("maj", 9), ("pass", 1)),
             (("pass", 4), ("maj", 4)))  # fmt: skip
    known = {n: worlds(False)[n] for n in ("Beta 0.3, 2", "Beta 0.9, 0.5", "30% never, Beta(2, 2)")}
    for name, rates in known.items():
        at = chances(rates, 16)
        for (one, i), (other, j) in pairs:
            change = table(one, 16, i) - table(other, 16, j)
            for size, clusters in (("1", 10), ("1", 30), ("1", 300), ("5", 30)):
                if quick and (size, clusters) != ("1", 30):
                    continue
                sizes = cluster_sizes(size, clusters)
                p = np.repeat(draw_rates(rng, rates, (draws, clusters)), sizes, axis=1)
                data = Scores(change[rng.binomial(16, p)], sizes)
                world = f"{name}; {one}@{i} - {other}@{j} of one 16; {clusters} of {size}"
                gap = (one, i) == ("pass", j)  # of selection: never negative
                ours = _ours(data) if gap else _paired(data.values, data.starts)
                found = {"ours": ours, "t": _t(data)}
                yield cell("shared", world, clusters, float(at @ change), found)


def _change(other: str, at: Floats, grid: Floats, score: Floats, pool: int) -> float:
    if other == "a fifth worse":
        worse = score @ stats.binom.pmf(np.arange(pool + 1)[:, None], pool, 0.8 * grid)
        return float(worse.mean() - at.mean())
    if other == "every tenth solved":
        return 0.1 * float(1 - at.mean())
    return 0.0
