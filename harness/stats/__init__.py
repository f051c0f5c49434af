"""Estimators, intervals and tests: pure functions of numpy and scipy; see docs/statistics.md.

    mean_interval(scores, clusters=None, confidence=0.95) -> Estimate
    ratio_interval(num, den, clusters=None, confidence=0.95) -> Estimate      Σnum / Σden
    rising(figures) -> figures with limits that do not fall, like those of pass@k
    paired_difference(a, b, clusters=None, confidence=0.95) -> Estimate       extra: se, p
    independent_difference(a, b) -> Estimate                  of two estimates on different problems
    group_contrast(scores, first, clusters=None, confidence=0.95) -> Estimate   of two groups
    bootstrap_interval(statistic(rows), n, clusters=None, …, seed=0) -> Estimate
    bootstrap_sums(statistic(sums), columns, clusters=None, …, seed=0) -> Estimate
    wilson(successes, n, confidence) / clopper_pearson(…) -> (low, high)
    holm(p_values) -> corrected        sign_flip_p(cluster_sums) -> p
    detectable_difference(se, clusters, confidence=, power=) -> smallest detectable difference

    obedience(asked, spent) -> Obedience              share within a budget, spent over asked
    steps({level: {problem: tokens}}) -> [Step]       do adjacent levels differ in tokens?

    pass_at_k(n, c, k) -> float                       ValueError for n < k
    majority_distribution(counts, k, n_abstain=0) -> Majority(wins, nobody)
    best_of_k(rewards, k) -> probability that each sample is chosen

Scores lie in [0, 1]; invalid numbers raise ValueError. `clusters` is one label per score.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.core.lazy import lazily

if TYPE_CHECKING:
    from harness.stats.comparisons import (
        detectable_difference,
        group_contrast,
        holm,
        independent_difference,
        paired_difference,
        sign_flip_p,
    )
    from harness.stats.compliance import Obedience, Step, obedience, steps
    from harness.stats.intervals import clopper_pearson, wilson
    from harness.stats.means import mean_interval, rising
    from harness.stats.pool import Majority, best_of_k, majority_distribution, pass_at_k
    from harness.stats.ratios import ratio_interval
    from harness.stats.resample import bootstrap_interval, bootstrap_sums

_WHERE = {
    "comparisons": (
        "detectable_difference",
        "group_contrast",
        "holm",
        "independent_difference",
        "paired_difference",
        "sign_flip_p",
    ),
    "intervals": (
        "clopper_pearson",
        "wilson",
    ),
    "means": (
        "mean_interval",
        "rising",
    ),
    "compliance": (
        "Obedience",
        "Step",
        "obedience",
        "steps",
    ),
    "pool": (
        "Majority",
        "best_of_k",
        "majority_distribution",
        "pass_at_k",
    ),
    "ratios": ("ratio_interval",),
    "resample": (
        "bootstrap_interval",
        "bootstrap_sums",
    ),
}
__getattr__, __dir__ = lazily(__name__, _WHERE)  # a table that is shown again needs no numpy

__all__ = [
    "Majority",
    "Obedience",
    "Step",
    "best_of_k",
    "bootstrap_interval",
    "bootstrap_sums",
    "clopper_pearson",
    "detectable_difference",
    "group_contrast",
    "holm",
    "independent_difference",
    "majority_distribution",
    "mean_interval",
    "obedience",
    "paired_difference",
    "pass_at_k",
    "ratio_interval",
    "rising",
    "sign_flip_p",
    "steps",
    "wilson",
]
