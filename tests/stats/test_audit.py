"""Error rates from labels by strata, and prediction-powered accuracy, against closed forms."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.core import Estimate
from harness.stats import mean_interval
from harness.stats.agreement import cohen_kappa
from harness.stats.audit import (
    Stratum,
    allocation,
    corrected_accuracy,
    error_rate,
    stratified_kappa,
)

GOOD, FALSE_POSITIVE, FALSE_NEGATIVE = (True, True), (True, False), (False, True)


def known(value: float, half: float = 0.0) -> Estimate:
    """A plain accuracy."""
    return Estimate(value=value, low=value - half, high=value + half, n=1, clusters=1)


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
    found = error_rate([Stratum("sure", 10_000, (GOOD,) * 20)])
    assert (found.value, found.low) == (0.0, 0.0)
    exact = 1 - 0.05 ** (1 / 20)  # the largest rate at which none of 20 is no surprise, one-sided
    assert 0.5 * exact < found.high < 1.5 * exact


def test_all_labelled_is_the_truth_itself() -> None:
    strata = [Stratum("sure", 4, (GOOD, GOOD, FALSE_POSITIVE, FALSE_NEGATIVE))]
    found = error_rate(strata)
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)
    corrected = corrected_accuracy(known(0.75, 0.1), strata)
    assert corrected.value == pytest.approx(0.75)  # one wrong each way
    assert corrected.high - corrected.value == pytest.approx(0.1)


def test_one_large_stratum_is_the_papers_interval() -> None:
    labels = (GOOD,) * 800 + (FALSE_POSITIVE,) * 150 + (FALSE_NEGATIVE,) * 50
    found = corrected_accuracy(known(0.5, 0.02), [Stratum("all", 1_000_000, labels)])
    gaps = np.array([float(said) - float(truth) for said, truth in labels])
    assert found.value == pytest.approx(0.5 - gaps.mean())
    half = math.sqrt(0.02**2 + (1.959964 * gaps.std() / math.sqrt(1000)) ** 2)
    assert found.high - found.value == pytest.approx(half, rel=0.07)
    assert found.value - found.low == pytest.approx(half, rel=0.07)


def test_the_correction_is_unbiased_over_all_draws() -> None:
    population = [GOOD, GOOD, FALSE_POSITIVE, (False, False), FALSE_NEGATIVE, FALSE_POSITIVE]
    plain = sum(said for said, _ in population) / 6
    truth = sum(is_right for _, is_right in population) / 6
    values = [
        corrected_accuracy(known(plain), [Stratum("all", 6, draw)]).value
        for draw in itertools.combinations(population, 4)
    ]
    assert sum(values) / len(values) == pytest.approx(truth)


def test_labels_are_drawn_where_they_tell_most() -> None:
    sizes, errors = {"guess": 100, "sure": 900}, {"guess": 0.3, "sure": 0.02}
    drawn = allocation(sizes, errors, 60)
    assert sum(drawn.values()) == 60
    spread = {n: sizes[n] * math.sqrt(errors[n] * (1 - errors[n])) for n in sizes}
    assert drawn["guess"] == pytest.approx(60 * spread["guess"] / sum(spread.values()), abs=1)
    assert allocation({"guess": 3, "sure": 1}, errors, 50) == {"guess": 3, "sure": 1}
    assert allocation({"guess": 9, "sure": 9}, errors, 1) == {"guess": 2, "sure": 2}


def test_no_other_allocation_is_more_precise() -> None:
    sizes = {"a": 12, "b": 9, "c": 30}
    errors = {"a": 0.5, "b": 0.2, "c": 0.03}
    spread = {n: sizes[n] * math.sqrt(p * (1 - p)) for n, p in errors.items()}

    def variance(drawn: tuple[int, ...]) -> float:
        return sum(spread[n] ** 2 / k for n, k in zip(sizes, drawn, strict=True))

    for count in range(6, 20):
        every = itertools.product(*(range(2, size + 1) for size in sizes.values()))
        best = min(variance(drawn) for drawn in every if sum(drawn) == count)
        found = tuple(allocation(sizes, errors, count)[n] for n in sizes)
        assert variance(found) == pytest.approx(best)


def test_kappa_of_one_stratum_is_cohens() -> None:
    labels = (GOOD,) * 40 + (FALSE_POSITIVE,) * 6 + (FALSE_NEGATIVE,) * 4 + ((False, False),) * 30
    found = stratified_kappa([Stratum("all", 1_000_000, labels)])
    plain = cohen_kappa([said for said, _ in labels], [truth for _, truth in labels])
    assert (found.value, found.low, found.high) == pytest.approx(
        (plain.value, plain.low, plain.high), abs=0.02
    )


def test_kappa_weighs_strata_by_their_size() -> None:
    parts = [
        Stratum("sure", 900, (GOOD,) * 10 + ((False, False),) * 10),
        Stratum("guess", 100, (GOOD, FALSE_POSITIVE) * 10),
    ]
    population = [GOOD] * 500 + [(False, False)] * 450 + [FALSE_POSITIVE] * 50
    whole = cohen_kappa([said for said, _ in population], [truth for _, truth in population])
    assert stratified_kappa(parts).value == pytest.approx(whole.value)
    with pytest.raises(ValueError, match="undefined"):
        stratified_kappa([Stratum("all", 5, (GOOD, GOOD))])


GUESSED = (0.02, 0.1, 0.3)
WORLDS = [  # problems, problems a cluster, accuracy, the three levels' error rates, labels
    (400, 1, 0.6, (0.02, 0.1, 0.3), 60),
    (400, 4, 0.8, (0.02, 0.1, 0.3), 60),
    (200, 4, 0.6, (0.05, 0.2, 0.5), 100),
    (300, 1, 0.95, (0.01, 0.02, 0.1), 40),
    (1000, 1, 0.5, (0.1, 0.1, 0.1), 50),
]


def labelled(
    rng: np.random.Generator, said: NDArray[np.bool_], truth: NDArray[np.bool_],
    level: NDArray[np.intp], count: int,
) -> list[Stratum]:  # fmt: skip
    """Strata by level and verdict, drawn as `harness audit` draws them."""
    key = np.array([f"{lev}{int(s)}" for lev, s in zip(level, said, strict=True)])
    sizes = {str(k): int((key == k).sum()) for k in np.unique(key)}
    drawn = allocation(sizes, {name: GUESSED[int(name[0])] for name in sizes}, count)
    strata = []
    for name, share in drawn.items():
        rows = rng.choice(np.nonzero(key == name)[0], share, replace=False)
        labels = tuple((bool(said[i]), bool(truth[i])) for i in rows)
        strata.append(Stratum(name, sizes[name], labels))
    return strata


@pytest.mark.parametrize("world", WORLDS)
def test_both_intervals_cover_what_they_claim(world: tuple[int, int, float, Any, int]) -> None:
    """At least 93% of 150 draws, for what is estimated: the error rate of these very samples, and
    the accuracy in the population from which the problems were drawn."""
    problems, size, accuracy, errors, count = world
    rng = np.random.default_rng(11)
    clusters = np.arange(problems) // size
    covered = np.zeros(2)
    for _ in range(150):
        chance = rng.beta(3 * accuracy, 3 * (1 - accuracy), problems // size).repeat(size)
        truth = rng.random(problems) < (chance if size > 1 else accuracy)
        level = rng.choice(3, size=problems, p=[0.75, 0.15, 0.1])
        said = truth != (rng.random(problems) < np.array(errors)[level])
        strata = labelled(rng, said, truth, level, count)
        rate = error_rate(strata)
        plain = mean_interval([float(s) for s in said], list(clusters))
        found = corrected_accuracy(plain, strata)
        covered += [
            rate.low <= (said != truth).mean() <= rate.high,
            found.low <= accuracy <= found.high,
        ]
    assert covered.min() >= 0.93 * 150


def test_plain_accuracy_misses_what_the_corrected_one_holds() -> None:
    """A verifier that passes a tenth of the wrong answers: the check above can fail."""
    rng = np.random.default_rng(5)
    held = np.zeros(2)
    for _ in range(60):
        truth = rng.random(1000) < 0.5
        level = rng.choice(3, size=1000, p=[0.75, 0.15, 0.1])
        said = truth | (rng.random(1000) < 0.1)
        plain = mean_interval([float(s) for s in said])
        found = corrected_accuracy(plain, labelled(rng, said, truth, level, 200))
        held += [plain.low <= 0.5 <= plain.high, found.low <= 0.5 <= found.high]
    assert held[0] <= 0.2 * 60
    assert held[1] >= 0.93 * 60


@pytest.mark.parametrize("strata", [[], [Stratum("sure", 5, ())]])
def test_a_stratum_without_labels_cannot_be_estimated(strata: list[Stratum]) -> None:
    with pytest.raises(ValueError, match="no label"):
        error_rate(strata)


def test_more_labels_than_samples_are_a_slip() -> None:
    with pytest.raises(ValueError, match="2 labels, 1 sample"):
        Stratum("sure", 1, (GOOD, GOOD))
