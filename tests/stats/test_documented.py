"""What docs/statistics.md and docs/curves.md say in numbers, computed again."""

from __future__ import annotations

import importlib
import math
import re
import sys
from pathlib import Path

import pytest
from scipy import stats

from harness.analysis.crossfit import CROSSED
from harness.cost import inference_multiplier
from harness.stats import mean_interval, paired_difference
from harness.stats.means import FEW_CLUSTERS, FEW_EVENTS

ROOT = Path(__file__).parents[2]
PAGE = " ".join((ROOT / "docs" / "statistics.md").read_text().split())
CURVES = " ".join((ROOT / "docs" / "curves.md").read_text().split())
SHARES = re.findall(
    r"(\d+) of (\d+)(?: in (?:only )?(\d+) clusters)?(?: is| gives)? ([\d.]+)% to ([\d.]+)%", PAGE
)


def test_the_page_has_shares_to_check() -> None:
    assert len(SHARES) >= 4


@pytest.mark.parametrize(("right", "of", "clusters", "low", "high"), SHARES)
def test_shares_of_the_page(right: str, of: str, clusters: str, low: str, high: str) -> None:
    n = int(of)
    labels = [i % int(clusters) for i in range(n)] if clusters else None
    got = mean_interval([1.0] * int(right) + [0.0] * (n - int(right)), labels)
    assert (100 * got.low, 100 * got.high) == pytest.approx((float(low), float(high)), abs=0.05)


def test_the_formula_of_the_page_is_the_codes() -> None:
    """Point 2 of the rule, by hand: fractional scores, 12 problems, no model (many events)."""
    scores = [0.1, 0.9, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.5, 0.5, 0.0, 1.0] * 3
    n, m = len(scores), sum(scores) / len(scores)
    v = sum((x - m) ** 2 for x in scores) / (n - 1) / n
    second = v * (n - 1)  # the mean square
    influence = [(x - m) ** 2 / second - 1 - (1 - 2 * m) / (m * (1 - m)) * (x - m) for x in scores]
    df = 2 / (sum(i * i for i in influence) / n**2) - 1
    price = (stats.norm.ppf(0.975) / stats.t.ppf(0.975, df)) ** 2
    effective = max(m * (1 - m) / v * n / (n - 1) * price, n)
    x = m * effective
    below, above = 0.5 - 0.3 * m, 0.5 - 0.3 * (1 - m)
    low = stats.beta.ppf(0.025, x + below, effective - x + 1 - below)
    high = stats.beta.ppf(0.975, x + 1 - above, effective - x + above)
    got = mean_interval(scores)
    assert got.extra["effective_n"] == n
    assert "share-effective" in got.method
    assert got.low == pytest.approx(low, abs=1e-9)
    assert got.high >= high - 1e-9


def test_the_bound_of_the_page_and_what_ours_does() -> None:
    table = PAGE.partition("calibration_limits.py")[2].partition("The other sections")[0]
    rows = re.findall(r"\| ([\d.]+) \| ([\d.]+)% \| ([\d.]+)% \|", table)
    assert len(rows) == 7
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        limits = importlib.import_module("calibration_limits")
    finally:
        sys.path.remove(str(ROOT / "benchmarks"))
    for differing, _, ours in rows:
        assert 100 * limits.own_coverage(30, float(differing)) == pytest.approx(
            float(ours), abs=0.005
        )
    for differing, bound, _ in rows[3:5]:
        assert 100 * limits.lowest_coverage(30, float(differing), 0.95) == pytest.approx(
            float(bound), abs=0.005
        )


def test_the_difference_and_the_factor_of_the_page() -> None:
    assert "100 problems, the interval is ±3.0 points" in PAGE
    assert round(100 * paired_difference([1.0] * 100, [1.0] * 100).high, 1) == 3.0
    assert "4 of 30 better, none worse: p = 0.125" in PAGE
    four = paired_difference([1.0] * 30, [0.0] * 4 + [1.0] * 26)
    assert four.low > 0
    assert four.extra["p"] == 0.125
    assert "1.15 times as long" in PAGE
    assert round(math.sqrt(1 + 1 / math.pi), 3) == 1.148
    assert round(math.sqrt(1 + 1 / math.pi), 2) == CROSSED


def test_the_thresholds_of_the_page() -> None:
    assert f"{FEW_CLUSTERS} clusters" in PAGE
    assert f"{FEW_EVENTS:.0f} right and {FEW_EVENTS:.0f} wrong" in PAGE


def test_multipliers_of_curves() -> None:
    """M + 3(M - 1)/R (Snell et al. 2024, section 7)."""
    assert "257.75, 63.4 and 15.8 for M = 14 and R = 0.16, 0.79 and 22" in CURVES
    found = [inference_multiplier(14, r) for r in (0.16, 0.79, 22)]
    assert found == pytest.approx([257.75, 63.4, 15.8], abs=0.04)


def test_every_function_that_the_pages_name_exists() -> None:
    import harness
    import harness.analysis.crossfit
    import harness.analysis.equal_cost
    import harness.analysis.policy
    import harness.cost
    import harness.stats.means

    rooms = (harness, harness.stats, harness.stats.means, harness.cost, harness.analysis.crossfit,
             harness.analysis.equal_cost, harness.analysis.policy)  # fmt: skip
    for name in re.findall(r"`([a-z]+_[a-z_]+)`", PAGE + CURVES):
        if name in ("lure_rate", "find_price") or hasattr(harness.cost, name):
            continue
        assert any(hasattr(room, name) for room in rooms), name
