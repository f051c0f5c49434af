"""Selectors against enumeration of all subsets."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest

from harness.budgets import Judged
from harness.budgets.selectors.best import Best
from harness.budgets.selectors.choosing import Choosing
from harness.budgets.selectors.first import First
from harness.budgets.selectors.majority import Majority
from harness.budgets.selectors.nested import Nested
from harness.budgets.selectors.oracle import Oracle
from harness.budgets.selectors.weighted import MOST_SUBSETS
from harness.core import Status, Verdict

POOL = [
    Judged(verdict=Verdict(status=status, key=key))
    for status, key in [
        (Status.CORRECT, "7"),
        (Status.CORRECT, "7"),
        (Status.LURED, "9"),
        (Status.LURED, "9"),
        (Status.LURED, "9"),
        (Status.WRONG, "1"),
        (Status.UNPARSED, None),
        (Status.TRUNCATED, None),
    ]
]


def vote(subset):
    """The statuses of a vote among `subset`, ties shared, by the plain definition."""
    counts = Counter(j.verdict.key for j in subset if j.verdict.key is not None)
    if not counts:
        return {j.verdict.status: Fraction(1, len(subset)) for j in subset}
    top = [key for key, count in counts.items() if count == max(counts.values())]
    status = {j.verdict.key: j.verdict.status for j in subset}
    return {status[key]: Fraction(1, len(top)) for key in top}


@pytest.mark.parametrize("k", range(1, 9))
def test_majority_is_the_mean_over_all_subsets(k):
    subsets = list(itertools.combinations(POOL, k))
    expected = Counter()
    for subset in subsets:
        if not any(j.verdict.key for j in subset):
            for j in subset:
                expected[j.verdict.status] += Fraction(1, len(subset) * len(subsets))
            continue
        for status, share in vote(subset).items():
            expected[status] += share / len(subsets)
    found = Majority().expect(POOL, k)
    assert sum(found.values()) == pytest.approx(1)
    for status in Status:
        assert found.get(status, 0) == pytest.approx(float(expected[status]), abs=1e-12)


@pytest.mark.parametrize("k", range(1, 9))
def test_oracle_is_the_share_of_subsets_with_a_correct_sample(k):
    subsets = list(itertools.combinations(POOL, k))
    hits = sum(any(j.verdict.status is Status.CORRECT for j in s) for s in subsets)
    found = Oracle().expect(POOL, k)
    assert found[Status.CORRECT] == pytest.approx(hits / len(subsets), abs=1e-12)
    assert sum(found.values()) == pytest.approx(1)


def test_first_is_the_mean_sample():
    assert First().expect(POOL, 1)[Status.LURED] == 3 / 8


@pytest.mark.parametrize("selector", [First(), Majority(), Oracle()])
def test_more_than_the_pool_is_refused(selector):
    with pytest.raises(ValueError, match="9"):
        selector.expect(POOL, 9)


@pytest.mark.parametrize("selector", [First(), Majority(), Oracle(), Nested(length=4), Best()])
def test_what_is_exact_has_no_error(selector):
    assert selector.error(POOL, 8) == 0


@pytest.mark.parametrize("k", [0, 9])
def test_a_first_answer_of_none_or_of_more_than_there_are_is_refused(k):
    with pytest.raises(ValueError, match=f"{k} samples wanted from a pool of 8"):
        First().expect(POOL, k)


def test_a_pool_without_a_correct_answer_covers_nothing():
    wrong = [judged for judged in POOL if judged.verdict.status is not Status.CORRECT]
    assert Oracle().expect(wrong, 3)[Status.CORRECT] == 0


class Latest(Choosing):
    name = "latest"

    def choose(self, answers):
        return answers[-1]


def test_a_choice_is_tried_on_all_subsets_or_on_many_of_which_the_error_is_told():
    """Of 8 the latest of 2 is sample i with probability (i - 1) / 28; of 24 choose 9 are drawn."""
    found = Latest().expect(POOL, 2)
    assert found[Status.CORRECT] == pytest.approx(1 / 28)
    assert found[Status.TRUNCATED] == pytest.approx(7 / 28)
    assert Latest().error(POOL, 2) == 0
    mixed = [POOL[(5 * i) % 8] for i in range(24)]
    share = Latest().expect(mixed, 9)[Status.CORRECT]
    assert 0.1 < share < 0.9
    error = (share * (1 - share) / (MOST_SUBSETS - 1)) ** 0.5
    assert Latest().error(mixed, 9) == pytest.approx(error)


@pytest.mark.parametrize(("choose", "key"), [("weighted", "7"), ("best", "9")])
def test_a_chain_s_winner_has_the_most_reward_together_or_alone(choose, key):
    chain = [replace(POOL[0], steps=(0.4,)), replace(POOL[2], steps=(0.7,)),
             replace(POOL[1], steps=(0.4,))]  # fmt: skip
    status = {"7": Status.CORRECT, "9": Status.LURED}[key]
    assert Nested(choose, length=3).expect(chain, 3) == {status: 1.0}
    assert Nested(choose).args == {"choose": choose, "length": 1, "agg": "last"}
