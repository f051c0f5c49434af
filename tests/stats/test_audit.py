"""Error rates from labels by strata, and prediction-powered accuracy, against closed forms."""

from __future__ import annotations

import itertools
import math
import random

import pytest

from harness.stats.audit import Stratum, corrected_accuracy, error_rate

GOOD, FALSE_POSITIVE, FALSE_NEGATIVE = (True, True), (True, False), (False, True)


def test_the_error_rate_weighs_strata_by_their_size() -> None:
    strata = [
        Stratum("sure", 900, (GOOD,) * 49 + (FALSE_POSITIVE,)),
        Stratum("guess", 100, (GOOD,) * 10 + (FALSE_NEGATIVE,) * 10),
    ]
    found = error_rate(strata)
    assert found.value == pytest.approx(0.9 * 1 / 50 + 0.1 * 10 / 20)
    assert found.low < found.value < found.high
    assert found.n == 70


def test_no_error_in_a_few_labels_is_no_certainty() -> None:
    found = error_rate([Stratum("sure", 1000, (GOOD,) * 20)])
    assert (found.value, found.low) == (0.0, 0.0)
    assert 0.05 < found.high < 0.35


def test_all_labelled_is_the_truth_itself() -> None:
    strata = [Stratum("sure", 4, (GOOD, GOOD, FALSE_POSITIVE, FALSE_NEGATIVE))]
    found = error_rate(strata)
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)
    corrected = corrected_accuracy(0.75, 0.1, strata)
    assert corrected.value == pytest.approx(0.75)  # one wrong each way
    assert corrected.high - corrected.value == pytest.approx(1.959964 * 0.1, abs=1e-5)


def test_one_stratum_is_the_papers_estimate() -> None:
    labels = (GOOD,) * 80 + (FALSE_POSITIVE,) * 15 + (FALSE_NEGATIVE,) * 5
    found = corrected_accuracy(0.7, 0.01, [Stratum("all", 1_000_000, labels)])
    gaps = [float(said) - float(truth) for said, truth in labels]
    mean = sum(gaps) / 100
    spread = sum((gap - mean) ** 2 for gap in gaps) / 100
    assert found.value == pytest.approx(0.7 - mean)
    half = 1.959964 * math.sqrt(0.01**2 + spread / 100)
    assert found.high - found.value == pytest.approx(half, rel=0.03)


def test_the_correction_is_unbiased_over_all_draws() -> None:
    population = [GOOD, GOOD, FALSE_POSITIVE, (False, False), FALSE_NEGATIVE, FALSE_POSITIVE]
    plain = sum(said for said, _ in population) / 6
    truth = sum(is_right for _, is_right in population) / 6
    values = [
        corrected_accuracy(plain, 0.0, [Stratum("all", 6, draw)]).value
        for draw in itertools.combinations(population, 3)
    ]
    assert sum(values) / len(values) == pytest.approx(truth)


def test_intervals_cover_what_they_claim() -> None:
    rng = random.Random(7)
    covered = {"error": 0, "accuracy": 0}
    for _ in range(300):
        sizes = {"sure": (700, 0.02), "guess": (300, 0.3)}
        strata, said, truth, wrong = [], 0, 0, 0
        for name, (size, errors) in sizes.items():
            rows = []
            for _ in range(size):
                is_right = rng.random() < 0.6
                rows.append((is_right != (rng.random() < errors), is_right))
            said += sum(r[0] for r in rows)
            truth += sum(r[1] for r in rows)
            wrong += sum(a != b for a, b in rows)
            strata.append(Stratum(name, size, tuple(rng.sample(rows, 60))))
        rate = error_rate(strata)
        covered["error"] += rate.low <= wrong / 1000 <= rate.high
        found = corrected_accuracy(said / 1000, 0.0, strata)  # of these very samples
        covered["accuracy"] += found.low <= truth / 1000 <= found.high
    assert min(covered.values()) >= 0.93 * 300


@pytest.mark.parametrize("strata", [[], [Stratum("sure", 5, ())]])
def test_a_stratum_without_labels_cannot_be_estimated(strata: list[Stratum]) -> None:
    with pytest.raises(ValueError, match="no label"):
        error_rate(strata)


def test_more_labels_than_samples_are_a_slip() -> None:
    with pytest.raises(ValueError, match="2 labels, 1 samples"):
        Stratum("sure", 1, (GOOD, GOOD))
