"""Selectors by reward against their plain definitions over all subsets."""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter
from fractions import Fraction

import pytest

from harness.budgets import Judged
from harness.budgets.selectors.aggregations import aggregation
from harness.budgets.selectors.best import Best
from harness.budgets.selectors.nested import Nested
from harness.budgets.selectors.weighted import Weighted
from harness.core import HarnessError, Status, Verdict


def judged(key, *steps):
    status = Status.UNPARSED if key is None else Status.CORRECT if key == "7" else Status.WRONG
    return Judged(verdict=Verdict(status=status, key=key), steps=steps)


POOL = [
    judged("7", 0.5),
    judged("7", 0.25),
    judged("9", 0.75),
    judged("1", 0.5),
    judged("1", 0.5),
    judged(None, 1.0),
    judged(None, 0.0),
]


def best(subset):
    answered = [j for j in subset if j.verdict.key is not None] or list(subset)
    top = max(j.steps[-1] for j in answered) if answered[0].verdict.key else None
    winners = [j for j in answered if top is None or j.steps[-1] == top]
    return {i: Fraction(1, len(winners)) for i in map(id, winners)}


def weighted(subset):
    sums = Counter()
    for j in subset:
        if j.verdict.key is not None:
            sums[j.verdict.key] += Fraction(j.steps[-1])
    if not sums:
        return {id(j): Fraction(1, len(subset)) for j in subset}
    keys = [key for key in sums if sums[key] == max(sums.values())]
    first = {key: next(j for j in subset if j.verdict.key == key) for key in keys}
    return {id(j): Fraction(1, len(keys)) for j in first.values()}


@pytest.mark.parametrize(("selector", "plain"), [(Best(), best), (Weighted(), weighted)])
@pytest.mark.parametrize("k", range(1, 8))
def test_it_is_the_mean_over_all_subsets(selector, plain, k):
    subsets = list(itertools.combinations(POOL, k))
    status = {id(j): j.verdict.status for j in POOL}
    expected = Counter()
    for subset in subsets:
        for chosen, share in plain(subset).items():
            expected[status[chosen]] += share / len(subsets)
    found = selector.expect(POOL, k)
    assert sum(found.values()) == pytest.approx(1)
    for kind in Status:
        assert found.get(kind, 0) == pytest.approx(float(expected[kind]), abs=1e-12)
    assert selector.error(POOL, k) == 0


def test_many_subsets_are_sampled_and_the_error_is_told():
    rng = random.Random(5)
    pool = [judged(rng.choice("7791"), rng.random()) for _ in range(24)]
    selector = Weighted()
    found, error = selector.expect(pool, 8)[Status.CORRECT], selector.error(pool, 8)
    assert 0 < error < 0.5 / math.sqrt(2000) * 1.01
    wins = []
    for _ in range(20000):
        sums = Counter()
        for j in rng.sample(pool, 8):
            sums[j.verdict.key] += j.steps[-1]
        wins.append(max(sums, key=sums.__getitem__) == "7")
    assert found == pytest.approx(sum(wins) / len(wins), abs=5 * error)
    assert Weighted().expect(pool, 8)[Status.CORRECT] == found  # seeded


def test_steps_are_joined_as_told():
    steps = (0.5, 1.0, 0.25)
    assert aggregation("last")(steps) == 0.25
    assert aggregation("prod")(steps) == 0.125
    assert aggregation("min")(steps) == 0.25
    assert aggregation("mean")(steps) == pytest.approx(1.75 / 3)
    pool = [judged("7", 0.5, 0.5), judged("9", 0.1, 0.9)]
    assert Best("last").expect(pool, 2)[Status.WRONG] == 1
    assert Best("min").expect(pool, 2)[Status.CORRECT] == 1


@pytest.mark.parametrize("selector", [Best(), Weighted(), Nested("best")])
def test_nan_and_missing_rewards_are_refused(selector):
    with pytest.raises(HarnessError, match="NaN"):
        selector.expect([judged("7", math.nan)], 1)
    with pytest.raises(HarnessError, match="has no reward"):
        selector.expect([Judged(verdict=Verdict(status=Status.WRONG, key="3"))], 1)


@pytest.mark.parametrize("selector", [Best("min"), Weighted("prod"), Nested("best", 3, "mean")])
def test_args_build_it_again(selector):
    again = type(selector)(**selector.args)
    assert again.args == selector.args
    assert again.name == selector.name


CHAINS = [
    # each chain of three answers
    *(judged("7", 0.1), judged("9", 0.6), judged("9", 0.1)),
    *(judged("7", 0.9), judged("7", 0.2), judged("1", 0.8)),
    *(judged(None, 1.0), judged("7", 0.3), judged(None, 1.0)),
]


@pytest.mark.parametrize(
    ("choose", "chance"),
    [
        ("vote", 1.0),  # 9, 7, 7
        ("last", 0.0),  # 9, 1 and nothing
        ("best", 1.0),  # 9 (0.6), 7 (0.9), 7 (0.3)
        ("weighted", 1.0),  # 9 (0.7), 7 (1.1), 7 (0.3)
    ],
)
def test_within_then_across(choose, chance):
    found = Nested(choose, 3).expect(CHAINS, 9)
    assert found.get(Status.CORRECT, 0) == chance
    assert sum(found.values()) == pytest.approx(1)


def test_within_a_chain_a_tie_goes_to_the_later_answer():
    chain = [judged("7", 0.5), judged("9", 0.5)]
    for choose in ("vote", "best", "weighted"):
        assert Nested(choose, 2).expect(chain, 2) == {Status.WRONG: 1.0}


def test_revisions_are_one_whole():
    with pytest.raises(ValueError, match="revisions are a unit"):
        Nested("vote", 3).expect(CHAINS, 6)
