"""Coverage beyond the pool: the power law of Brown et al., and fitted success rates.

Brown et al. 2024 (arXiv 2407.21787) model log coverage as a·k^b. Schaeffer et al. 2025 (arXiv
2502.17578) explain where that comes from, and fit the distribution of the problems' success rates
itself: here a Beta on [0, scale], by maximum likelihood on each problem's (samples, correct).
A fit that the data do not identify raises `FitError` and says why.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from harness.core import DataError, Estimate
from harness.stats.means import mean_interval
from harness.stats.pool import pass_at_k
from harness.stats.special import log_beta, t_quantile
from harness.stats.spread import cluster_codes

Floats = NDArray[np.float64]
Counts = Sequence[tuple[int, int]]

FEW_PROBLEMS = 20
_MOST_NODES = 160
_LOOSE = 1.0  # a standard error of ln a or ln b above this: known to a factor of e at best
_FLAT = 20.0  # |ln parameter| beyond which the likelihood has no maximum
_SCALED_GAIN = 1.3528  # half the 95% point of the 50:50 mixture of 0 and chi-square(1)


class FitError(DataError):
    """The data do not determine the fit; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """coverage(k) = exp(a·k^b), with a < 0; b < 0 if coverage rises (Brown et al., eq. 3)."""

    a: float
    b: float

    def coverage(self, k: float) -> float:
        """The fitted coverage of k samples."""
        return math.exp(self.a * k**self.b)


def fit_power_law(ks: Sequence[float], coverage: Sequence[float]) -> PowerLaw:
    """Least squares of ln(-ln coverage) on ln k; FitError without two values inside (0, 1)."""
    pairs = [(k, c) for k, c in zip(ks, coverage, strict=True) if 0 < c < 1 and k > 0]
    if len({k for k, _ in pairs}) < 2:
        raise FitError("the power law needs coverage strictly between 0 and 1 at two k or more")
    x = np.log([k for k, _ in pairs])
    y = np.log([-math.log(c) for _, c in pairs])
    slope = float(((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum())
    return PowerLaw(a=-math.exp(float(y.mean()) - slope * float(x.mean())), b=slope)


@dataclass(frozen=True, slots=True)
class BetaFit:
    """Success rates that are scale·Beta(a, b) over problems.

    `covariance` is that of (ln a, ln b[, ln scale]), cluster-robust; without the scale's row
    if `scale` is 1. `loglik` omits the binomial coefficients. `rival` is the fit with a
    scale below 1 if the data allow that too: intervals then cover both fits.
    """

    a: float
    b: float
    scale: float
    loglik: float
    problems: int
    clusters: int
    covariance: Floats = field(repr=False)
    rival: BetaFit | None = field(default=None, repr=False)

    @property
    def mean(self) -> float:
        """The expected success rate of one sample."""
        return self.scale * self.a / (self.a + self.b)

    def coverage(self, k: float) -> float:
        """Expected pass@k over problems: 1 - E[(1 - p)^k]; 1 - B(a, b+k)/B(a, b) for scale 1."""
        return beta_coverage(self.a, self.b, k, self.scale)

    def interval(self, k: float, confidence: float = 0.95) -> Estimate:
        """Coverage at k with its delta-method interval, on the logit scale; see `rival`."""
        own = self._delta(k, confidence)
        if self.rival is None:
            return own
        other = self.rival._delta(k, confidence)
        return replace(own, low=min(own.low, other.low), high=max(own.high, other.high))

    def _delta(self, k: float, confidence: float) -> Estimate:
        value = self.coverage(k)
        at = np.log([self.a, self.b, self.scale][: len(self.covariance)])

        def of(x: Floats) -> Floats:
            a, b, *rest = np.exp(x)
            return np.array([beta_coverage(a, b, k, min(1.0, rest[0]) if rest else 1.0)])

        slope = _gradients(of, at)[:, 0]
        se = math.sqrt(max(0.0, float(slope @ self.covariance @ slope)))
        inside = min(max(value, 1e-12), 1 - 1e-12)
        logit = math.log(inside / (1 - inside))
        half = t_quantile(0.5 + confidence / 2, self.clusters - 1) * se / (inside * (1 - inside))
        return Estimate(
            value=value,
            low=1 / (1 + math.exp(min(700.0, half - logit))),
            high=1 / (1 + math.exp(max(-700.0, -half - logit))),
            n=self.problems,
            clusters=self.clusters,
            confidence=confidence,
            method="beta-delta",
            extra={"se": se},
        )


def beta_coverage(a: float, b: float, k: float, scale: float = 1.0) -> float:
    """1 - E[(1 - scale·X)^k] for X ~ Beta(a, b): expected coverage of k samples.

    In closed form for scale 1; otherwise by Gauss-Jacobi quadrature, which is exact for whole k
    below twice its number of nodes.
    """
    if not (a > 0 and b > 0 and 0 < scale <= 1 and k >= 0):
        raise ValueError(f"needs a, b > 0, 0 < scale <= 1, k >= 0: {a}, {b}, {scale}, {k}")
    if scale == 1:
        return -math.expm1(log_beta(a, b + k) - log_beta(a, b))
    nodes, weights = _jacobi(a, b, min(_MOST_NODES, int(k) // 2 + 2))
    return float(weights @ -np.expm1(k * np.log1p(-scale * nodes)))


@functools.lru_cache(maxsize=64)
def _jacobi(a: float, b: float, count: int) -> tuple[Floats, Floats]:
    """Nodes and weights of the mean over Beta(a, b): Gauss-Jacobi quadrature on [0, 1].

    Above a + b = 1000, where scipy's weights overflow, the distribution is close to normal.
    """
    from scipy.special import roots_hermitenorm, roots_jacobi

    if a + b <= 1000:
        nodes, weights = roots_jacobi(count, b - 1.0, a - 1.0)
        nodes = 0.5 * (1 + nodes)
    else:
        nodes, weights = roots_hermitenorm(count)
        mean = a / (a + b)
        nodes = mean + nodes * math.sqrt(mean * (1 - mean) / (a + b + 1))
    return np.clip(nodes, 0.0, 1.0), weights / weights.sum()


def _loglik(x: Floats, groups: Counts) -> Floats:
    """Log-likelihood of each (n, c), without the binomial coefficient, at (ln a, ln b[, ln s])."""
    if np.abs(x).max() > _FLAT:
        return np.full(len(groups), -np.inf)
    a, b = math.exp(x[0]), math.exp(x[1])
    if len(x) == 2:
        whole = log_beta(a, b)
        return np.array([log_beta(a + c, b + n - c) - whole for n, c in groups])
    if x[2] > 0:
        return np.full(len(groups), -np.inf)
    most = max(n for n, _ in groups)
    nodes, weights = _jacobi(a, b, min(_MOST_NODES, most // 2 + 2))
    p = np.clip(math.exp(x[2]) * nodes, 1e-300, 1 - 1e-16)
    n = np.array([g[0] for g in groups], dtype=np.float64)[:, None]
    c = np.array([g[1] for g in groups], dtype=np.float64)[:, None]
    logs = c * np.log(p) + (n - c) * np.log1p(-p) + np.log(np.maximum(weights, 1e-300))
    top = logs.max(axis=1)
    out: Floats = top + np.log(np.exp(logs - top[:, None]).sum(axis=1))
    return out


def fit_beta(
    counts: Counts, clusters: Sequence[Hashable] | None = None, *, scaled: bool | None = None
) -> BetaFit:
    """The scaled Beta with the highest likelihood for each problem's (samples, correct).

    `scaled`: whether to fit the upper end too; None: if that raises the likelihood more
    than chance would at 5%, and its parameters are identified. FitError if the data do not
    identify the parameters: too few problems, a single sample each, all right or all wrong, no
    maximum, or standard errors of ln a or ln b above 1.
    """
    _check(counts)
    codes = cluster_codes(clusters, len(counts))
    if scaled is not None:
        return _or_raise(_fit(counts, codes, scaled=scaled))
    plain, wide = _fit(counts, codes, scaled=False), _fit(counts, codes, scaled=True)
    if isinstance(wide, FitError):
        return _or_raise(plain)
    if isinstance(plain, BetaFit) and wide.loglik - plain.loglik < _SCALED_GAIN:
        return replace(plain, rival=wide)
    return wide


def _or_raise(fit: BetaFit | FitError) -> BetaFit:
    if isinstance(fit, FitError):
        raise fit
    return fit


def _check(counts: Counts) -> None:
    for n, c in counts:
        if not (n >= 1 and 0 <= c <= n):
            raise ValueError(f"counts are (samples, correct) with 0 <= correct <= samples: {n, c}")
    if len(counts) < FEW_PROBLEMS:
        raise FitError(f"{len(counts)} problems: the fit needs {FEW_PROBLEMS} or more")
    if max(n for n, _ in counts) < 2:
        raise FitError("one sample per problem only determines the mean: draw two or more")
    mixed = sum(0 < c < n for n, c in counts)
    right, wrong = (sum(test) for test in zip(*((c == n, c == 0) for n, c in counts), strict=True))
    if mixed == 0:
        raise FitError(
            f"every problem is always right ({right}) or always wrong ({wrong}), so the rate of "
            "rare successes is unknown; draw more samples"
        )


def _fit(counts: Counts, codes: NDArray[np.intp], *, scaled: bool) -> BetaFit | FitError:
    groups = sorted(set(counts))
    where = {group: i for i, group in enumerate(groups)}
    index = np.array([where[n, c] for n, c in counts])
    times = np.bincount(index).astype(np.float64)

    def loss(x: Floats) -> float:
        values = _loglik(x, groups)
        return float(-(times @ values)) if np.isfinite(values).all() else math.inf

    x = _lowest(loss, _start(counts, scaled))
    if np.abs(x[:2]).max() > 0.6 * _FLAT:
        return FitError("the likelihood has no maximum: the success rates do not fit a Beta")
    if scaled and x[2] > -1e-3:
        return FitError("the scale is at its bound, 1")
    with np.errstate(invalid="ignore"):
        bend = _hessian(loss, x)
    if not np.isfinite(bend).all() or np.linalg.eigvalsh(bend).min() <= 1e-8:
        return FitError("the likelihood is flat around its maximum: draw more samples or problems")
    inverse = np.linalg.inv(bend)
    slopes = _gradients(lambda y: _loglik(y, groups), x)[:, index]
    total = np.array([np.bincount(codes, weights=row) for row in slopes])
    n_clusters = total.shape[1]
    if n_clusters < 2:
        return FitError("one cluster: the error of the fit cannot be estimated")
    covariance = inverse @ (total @ total.T) @ inverse * n_clusters / (n_clusters - 1)
    errors = np.sqrt(np.maximum(np.diag(covariance), np.diag(inverse)))
    if errors[:2].max() > _LOOSE:
        return FitError(
            f"standard errors of ln a and ln b are {errors[0]:.2g} and {errors[1]:.2g}, above "
            f"{_LOOSE:g}: draw more samples or problems"
        )
    a, b, *rest = (float(v) for v in np.exp(x))
    scale = rest[0] if rest else 1.0
    return BetaFit(a, b, scale, -loss(x), len(counts), n_clusters, covariance)


def _lowest(f: Callable[[Floats], float], start: Sequence[float]) -> Floats:
    """The minimum found by Nelder and Mead's simplex, restarted once where it ended."""
    from scipy.optimize import minimize

    x = np.asarray(start, dtype=np.float64)
    for step in (0.5, 0.1):
        first = np.vstack([x, x + step * np.eye(len(x))])
        options = {"initial_simplex": first, "xatol": 1e-10, "fatol": math.inf, "maxiter": 4000}
        with np.errstate(invalid="ignore"):  # infinity where the likelihood is undefined
            x = minimize(f, x, method="Nelder-Mead", options=options).x
    return x


def _gradients(f: Callable[[Floats], Floats], at: Floats, step: float = 1e-4) -> Floats:
    """Central differences of a vector function: shape (len(at), len(f(at)))."""
    shifts = step * np.eye(len(at))
    return np.array([(f(at + shift) - f(at - shift)) / (2 * step) for shift in shifts])


def _hessian(f: Callable[[Floats], float], at: Floats, step: float = 1e-3) -> Floats:
    """Second central differences of a scalar function: a symmetric matrix."""
    slopes = _gradients(lambda x: _gradients(lambda y: np.array([f(y)]), x, step)[:, 0], at, step)
    symmetric: Floats = 0.5 * (slopes + slopes.T)
    return symmetric


def _start(counts: Counts, scaled: bool) -> list[float]:
    """Moments: the mean, and the variance between problems."""
    shares = np.array([c / n for n, c in counts])
    mean = min(0.99, max(0.01, float(shares.mean())))
    samples = np.array([max(1, n - 1) for n, _ in counts])
    noise = float((shares * (1 - shares) / samples).mean())
    between = max(0.02 * mean * (1 - mean), float(shares.var()) - noise)
    size = max(0.1, mean * (1 - mean) / between - 1)
    start = [math.log(mean * size), math.log((1 - mean) * size)]
    return [*start, math.log(min(0.98, float(shares.max())))] if scaled else start


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """Predictions for `k` by fits on small pools of `fitted_on` samples, and the measured value.

    `observed` is unbiased pass@k of the whole pools. A prediction is None if the fit was refused;
    `power_law` and `beta` are means over `repeats` seeded draws of the small pools.
    """

    fitted_on: int
    k: int
    observed: Estimate
    power_law: float | None
    beta: float | None
    repeats: int


def held_out_check(
    counts: Counts,
    clusters: Sequence[Hashable] | None = None,
    *,
    fitted_on: int | None = None,
    repeats: int = 5,
    seed: int = 0,
) -> HeldOut:
    """Fit on `fitted_on` samples per problem (half the smallest pool), and predict all of them.

    FitError if the pools have fewer than 4 samples.
    """
    k = min(n for n, _ in counts)
    small = k // 2 if fitted_on is None else fitted_on
    if not 2 <= small < k:
        raise FitError(f"a held-out check needs pools of 4 samples or more, got {k}")
    observed = mean_interval([pass_at_k(n, c, k) for n, c in counts], clusters)
    rng = np.random.default_rng(seed)
    laws: list[float | None] = []
    betas: list[float | None] = []
    for _ in range(repeats):
        drawn = [(small, int(rng.hypergeometric(c, n - c, small))) for n, c in counts]
        laws.append(_foretold_by_law(drawn, k))
        try:
            betas.append(fit_beta(drawn, clusters).coverage(k))
        except FitError:
            betas.append(None)
    return HeldOut(
        fitted_on=small,
        k=k,
        observed=observed,
        power_law=_mean(laws),
        beta=_mean(betas),
        repeats=repeats,
    )


def _foretold_by_law(drawn: Counts, k: int) -> float | None:
    small = drawn[0][0]
    ks = sorted({1, *(2**i for i in range(1, 20) if 2**i < small), small})
    seen = [float(np.mean([pass_at_k(n, c, j) for n, c in drawn])) for j in ks]
    try:
        return fit_power_law(ks, seen).coverage(k)
    except FitError:
        return None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return math.fsum(known) / len(known) if len(known) == len(values) else None
