"""Quantiles and tails for intervals, from scipy, which is imported on first use."""

from __future__ import annotations

from statistics import NormalDist


def log_beta(a: float, b: float) -> float:
    """ln B(a, b) for a, b > 0."""
    from scipy.special import betaln

    return float(betaln(a, b))


def beta_cdf(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta function I_x(a, b): P(X <= x) for X ~ Beta(a, b)."""
    from scipy.special import betainc

    if not (a > 0 and b > 0):
        raise ValueError(f"beta_cdf needs a > 0 and b > 0, got a={a}, b={b}")
    return float(betainc(a, b, min(1.0, max(0.0, x))))


def beta_quantile(p: float, a: float, b: float) -> float:
    """The x with I_x(a, b) = p, for 0 <= p <= 1."""
    from scipy.special import betaincinv

    if not 0 <= p <= 1:
        raise ValueError(f"a probability lies between 0 and 1, got {p}")
    return float(betaincinv(a, b, p))


def t_tail(t: float, df: float) -> float:
    """P(T > t) for Student's t with `df` > 0 degrees of freedom, t of either sign."""
    from scipy.special import stdtr

    if not df > 0:
        raise ValueError(f"degrees of freedom must be positive, got {df}")
    return float(stdtr(df, -t))


def t_quantile(p: float, df: float) -> float:
    """The t with P(T <= t) = p, for 0 < p < 1."""
    from scipy.special import stdtrit

    if not 0 < p < 1:
        raise ValueError(f"a quantile's probability lies strictly between 0 and 1, got {p}")
    return float(stdtrit(df, p))


def normal_quantile(p: float) -> float:
    """The z with Φ(z) = p, for 0 < p < 1."""
    return NormalDist().inv_cdf(p)
