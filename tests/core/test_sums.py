"""Sums of usage: unknown as soon as one part is unknown, never 0."""

from __future__ import annotations

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from harness.core import Usage
from harness.core.sample import add_known, tidy

FLOATS = st.floats(-1e9, 1e9, allow_nan=False)


@given(st.lists(st.one_of(st.none(), FLOATS)))
def test_a_sum_is_exact_and_unknown_as_soon_as_one_part_is(values):
    total = add_known(values)
    if None in values:
        assert total is None
    else:
        assert total == float(sum((Fraction(v) for v in values), Fraction(0)))


@given(st.lists(st.integers(0, 10**15)))
def test_whole_numbers_stay_whole(values):
    assert type(add_known(values)) is int
    assert add_known(values) == sum(values)


def test_each_figure_of_a_usage_is_added_alone():
    parts = [Usage(prompt_tokens=3, output_tokens=None), Usage(prompt_tokens=4, output_tokens=1)]
    assert Usage.total(parts) == Usage(prompt_tokens=7)
    assert Usage.total([]) == Usage()  # of nothing, nothing is known
    assert Usage.total([Usage(output_tokens=0)]).output_tokens == 0


def test_expectations_lose_the_noise_of_their_last_digits():
    assert tidy(math.fsum([0.1] * 10)) == 1
    assert type(tidy(3.0000000000001)) is int
    assert tidy(1 / 3) == 0.333333333
