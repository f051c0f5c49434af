"""The special functions against scipy and published tables."""

from __future__ import annotations

import itertools

import pytest
from scipy import special, stats

from harness.stats.special import (
    beta_cdf,
    beta_quantile,
    log_beta,
    normal_quantile,
    t_quantile,
    t_tail,
)

SHAPES = [0.3, 0.5, 1, 2.5, 9.9, 10, 50, 1e3, 1e4]
CHANCES = [1e-4, 0.025, 0.3, 0.5, 0.9, 0.975, 0.9999]


@pytest.mark.parametrize(("a", "b"), list(itertools.product(SHAPES, SHAPES)))
def test_beta_agrees_with_scipy(a: float, b: float) -> None:
    assert log_beta(a, b) == pytest.approx(special.betaln(a, b), rel=1e-11, abs=1e-12)
    for p in CHANCES:
        x = special.betaincinv(a, b, p)
        assert beta_cdf(x, a, b) == pytest.approx(special.betainc(a, b, x), rel=1e-10)
        assert beta_quantile(p, a, b) == pytest.approx(x, rel=1e-9)


@pytest.mark.parametrize("df", [1, 2, 3, 4.5, 10, 29, 99, 1000, 1e5, 1e6])
def test_t_agrees_with_scipy(df: float) -> None:
    for p in (0.5001, 0.6, 0.9, 0.95, 0.975, 0.995, 0.9999, 0.025):
        t = t_quantile(p, df)
        assert t == pytest.approx(stats.t.ppf(p, df), rel=1e-10)
        assert t_tail(t, df) == pytest.approx(1 - p, rel=1e-10)
    assert t_quantile(0.5, df) == 0
    assert t_tail(40.0, df) == pytest.approx(stats.t.sf(40.0, df), rel=1e-9)


def test_published_quantiles() -> None:
    # NIST/SEMATECH e-Handbook, tables 1.3.6.7.1 and 1.3.6.7.2.
    assert normal_quantile(0.975) == pytest.approx(1.959964, abs=1e-6)
    assert t_quantile(0.975, 10) == pytest.approx(2.228, abs=5e-4)
    assert t_quantile(0.95, 1) == pytest.approx(6.314, abs=5e-4)


def test_edges_and_bad_arguments() -> None:
    assert beta_cdf(-1, 2, 3) == 0
    assert beta_cdf(2, 2, 3) == 1
    assert beta_quantile(0, 2, 3) == 0
    assert beta_quantile(1, 2, 3) == 1
    for call in (
        lambda: beta_cdf(0.5, 0, 1),
        lambda: beta_quantile(1.5, 1, 1),
        lambda: t_quantile(0, 5),
        lambda: t_tail(1.0, 0),
    ):
        with pytest.raises(ValueError, match=r"\d"):
            call()
