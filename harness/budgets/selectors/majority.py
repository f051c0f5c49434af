"""Self-consistency: the most frequent answer wins (Wang et al. 2022, arXiv 2203.11171).

Votes are counted over classes of equivalent answers (the verdict's key), not over strings; a
sample without an answer does not vote; ties are broken at random, with equal probability.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from harness.budgets.selectors.exact import Exact
from harness.budgets.selectors.tally import tally
from harness.budgets.strategy import Judged
from harness.core import Status
from harness.stats import majority_distribution


class Majority(Exact):
    """The status of the winning class, as an exact expectation over k-subsets of the pool."""

    name = "majority"

    def expect(self, pool: Sequence[Judged], k: int) -> Mapping[Status, float]:
        """Probability of each status of the winning answer."""
        classes: dict[str, list[Judged]] = defaultdict(list)
        silent: list[Judged] = []
        for judged in pool:
            key = judged.verdict.key
            (silent if key is None else classes[key]).append(judged)
        groups = list(classes.values())
        vote = majority_distribution([len(g) for g in groups], k, n_abstain=len(silent))
        out: dict[Status, float] = defaultdict(float)
        for group, chance in [*zip(groups, vote.wins, strict=True), (silent, vote.nobody)]:
            for status, count in tally(group).items():
                out[status] += chance * count / len(group)
        return dict(out)
