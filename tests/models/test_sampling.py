"""Drawing tokens: right frequencies, and nothing but seed, position and logits in play."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from harness.core import Sampling
from harness.models.sampling import Chooser, Spread, uniforms


def chooser(*parameters: Sampling) -> Chooser:
    made = Chooser(len(parameters))
    for row, sampling in enumerate(parameters):
        made.set(row, sampling)
    return made


def hot(**more: float) -> Sampling:
    return Sampling(max_tokens=1, **{"temperature": 1.0, **more})  # type: ignore[arg-type]


def test_streams_are_those_of_a_fresh_generator() -> None:
    for seed in (0, 7, 2**31 - 1, 7):
        fresh = np.random.Generator(np.random.Philox(key=seed)).random(33)
        assert np.array_equal(uniforms(seed, 33), fresh)


@pytest.mark.parametrize("more", [{}, {"top_k": 3}, {"top_p": 0.8}, {"temperature": 0.0}])
def test_a_spread_draws_what_a_chooser_chooses(more: dict[str, float]) -> None:
    sampling = hot(**more)
    for seed in range(50):
        logits = np.random.default_rng(seed).normal(0, 2, 40).astype(np.float32)
        (draw,) = uniforms(seed, 1)
        chosen = chooser(sampling).choose(logits[None], np.array([draw]))
        assert Spread(logits, sampling).draw(draw) == chosen[0]


def test_a_short_stream_begins_a_long_one() -> None:
    assert np.array_equal(uniforms(7, 10), uniforms(7, 1000)[:10])
    assert not np.array_equal(uniforms(7, 10), uniforms(8, 10))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_frequencies_are_the_softmax(temperature: float) -> None:
    logits = np.array([1.0, -1.0, 0.5, 2.0, -3.0], np.float32)
    n = 20_000
    picks = chooser(*[hot(temperature=temperature)] * n).choose(
        np.tile(logits, (n, 1)), uniforms(1, n)
    )
    weights = np.exp(logits.astype(float) / temperature)
    counts = np.bincount(picks, minlength=5)
    assert stats.chisquare(counts, n * weights / weights.sum()).pvalue > 1e-4


def naive(logits: np.ndarray, sampling: Sampling, draw: float) -> int:
    """The same choice, written as a loop over tokens."""
    weights = [float(np.exp((x - logits.max()) / sampling.temperature)) for x in logits]
    order = sorted(range(len(weights)), key=lambda i: -weights[i])
    if sampling.top_k:
        order = order[: sampling.top_k]
    total = sum(weights[i] for i in order)
    kept, mass = [], 0.0
    for i in order:
        kept.append(i)
        mass += weights[i]
        if mass >= sampling.top_p * total:
            break
    aim, mass = draw * sum(weights[i] for i in kept), 0.0
    for i in sorted(kept):
        mass += weights[i]
        if mass > aim:
            return i
    raise AssertionError("the mass never reached the draw")


def test_top_k_and_top_p_as_a_plain_loop_does_them() -> None:
    random = np.random.default_rng(3)
    for _ in range(300):
        sampling = hot(
            temperature=float(random.uniform(0.3, 2)),
            top_k=int(random.integers(0, 12)),
            top_p=float(random.choice([1.0, 0.95, 0.5, 0.1])),
        )
        logits = random.normal(0, 3, (1, 10)).astype(np.float32)
        draw = float(random.random())
        assert chooser(sampling).choose(logits, np.array([draw]))[0] == naive(
            logits[0].astype(float), sampling, draw
        )


def test_rows_do_not_touch_each_other() -> None:
    random = np.random.default_rng(4)
    rows = [hot(), Sampling(max_tokens=1), hot(top_p=0.9), hot(top_k=2, temperature=0.7)]
    logits = random.normal(0, 2, (4, 50)).astype(np.float32)
    draws = random.random(4)
    together = chooser(*rows).choose(logits, draws)
    alone = [chooser(r).choose(logits[i : i + 1], draws[i : i + 1])[0] for i, r in enumerate(rows)]
    assert together.tolist() == alone
    assert together[1] == logits[1].argmax()


@pytest.mark.parametrize("draw", [0.0, np.nextafter(1.0, 0)])
def test_what_is_forbidden_is_never_drawn(draw: float) -> None:
    logits = np.array([[-np.inf, 0.0, 1.0, -np.inf]], np.float32)
    assert chooser(hot()).choose(logits, np.array([draw]))[0] in (1, 2)


def test_moved_rows_keep_their_parameters() -> None:
    made = chooser(Sampling(max_tokens=1), hot())
    made.move(1, 0)
    logits = np.array([[0.0, 5.0]], np.float32)
    assert made.choose(logits, np.array([0.0])).tolist() == [0]  # greedy would say 1
