"""Drawing the next token: our own code, so that a seed means the same in every batch and engine.

For each token, one uniform number from a Philox stream keyed by the sample's seed is looked up in
the cumulative distribution over token ids. A token therefore depends only on the seed, its position
and the logits: not on the other rows, and not on the token limit, so that a completion of k
tokens is a prefix of every longer one with the same seed.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.core import Sampling

Floats = NDArray[np.float64]
Logits = NDArray[np.float32]


class _Streams(threading.local):
    """One generator per thread: a new one would ask the operating system for entropy each time."""

    def __init__(self) -> None:
        self._bits = np.random.Philox(key=0)
        self._fresh: Any = self._bits.state
        self._generator = np.random.Generator(self._bits)

    def random(self, seed: int, count: int) -> Floats:
        self._fresh["state"]["key"] = np.array([seed, 0], np.uint64)
        self._bits.state = self._fresh
        return self._generator.random(count)


_streams = _Streams()


def uniforms(seed: int, count: int) -> Floats:
    """The first `count` numbers of the seed's stream (Philox, keyed by `seed`), in [0, 1)."""
    return _streams.random(seed, count)


def _weights(logits: Logits, temperature: Floats) -> Floats:
    """The softmax before it is normalised: exp of the logits' distance from the best, [rows, V]."""
    peak = logits.max(axis=1, keepdims=True)
    scaled: Floats = np.divide(logits - peak, temperature[:, None], dtype=np.float64)
    np.exp(scaled, out=scaled)
    return scaled


def _mass(logits: Logits, temperature: Floats, top_k: NDArray[np.int64], top_p: Floats) -> Floats:
    """The cumulative weights [rows, vocabulary] of the candidates at a temperature above 0."""
    weights = _weights(logits, temperature)
    picky = np.flatnonzero((top_k > 0) | (top_p < 1))
    if len(picky):
        weights[picky] = _keep(weights[picky], top_k[picky], top_p[picky])
    return np.cumsum(weights, axis=1)


def _look_up(mass: Floats, draws: Floats) -> NDArray[np.int64]:
    """For each row, the token at which its cumulative weights `mass` exceed the share `draws`."""
    # below the total, so that rounding never goes past the last token with any weight
    aim = np.minimum(draws * mass[:, -1], np.nextafter(mass[:, -1], 0))
    tokens: NDArray[np.int64] = np.argmax(mass > aim[:, None], axis=1)
    return tokens


def _keep(weights: Floats, top_k: NDArray[np.int64], top_p: Floats) -> Floats:
    """Weights [rows, vocabulary] with all but the top k, then all but the nucleus, set to 0.

    The nucleus is the smallest set of most likely tokens with at least `top_p` of the mass
    (Holtzman et al. 2020); ties go to the lower token id, and `top_k` 0 means all.
    """
    order = np.argsort(-weights, axis=1, kind="stable")
    ranked = np.take_along_axis(weights, order, axis=1)
    size = weights.shape[1]
    wanted = np.where(top_k > 0, np.minimum(top_k, size), size)
    ranked[np.arange(size) >= wanted[:, None]] = 0
    mass = np.cumsum(ranked, axis=1)
    before = np.hstack([np.zeros((len(weights), 1)), mass[:, :-1]])
    ranked[(before >= (top_p * mass[:, -1])[:, None]) & (top_p < 1)[:, None]] = 0
    kept = np.zeros_like(weights)
    np.put_along_axis(kept, order, ranked, axis=1)
    return kept


class Spread:
    """One distribution drawn from many times: the first token of all samples of a prompt."""

    def __init__(self, logits: Logits, sampling: Sampling) -> None:
        """`logits` [vocabulary]."""
        self._best = int(logits.argmax())
        self._mass: Floats | None = None
        if sampling.temperature > 0:
            parameters = (sampling.temperature, sampling.top_k, sampling.top_p)
            self._mass = _mass(logits[None], *(np.array([value]) for value in parameters))

    def draw(self, number: float) -> int:
        """The token at a number in [0, 1): what `Chooser` would choose."""
        if self._mass is None:
            return self._best
        return int(_look_up(self._mass, np.array([number]))[0])


class Chooser:
    """The sampling parameters of a batch's rows, as arrays; rows are replaced by index."""

    def __init__(self, rows: int) -> None:
        self._temperature = np.zeros(rows)
        self._top_p = np.ones(rows)
        self._top_k = np.zeros(rows, np.int64)

    def set(self, row: int, sampling: Sampling) -> None:
        """Give `row` its parameters."""
        self._temperature[row] = sampling.temperature
        self._top_p[row] = sampling.top_p
        self._top_k[row] = sampling.top_k

    def move(self, source: int, target: int) -> None:
        """Copy one row's parameters to another row."""
        for array in (self._temperature, self._top_p, self._top_k):
            array[target] = array[source]

    def choose(self, logits: Logits, draws: Floats) -> NDArray[np.int64]:
        """Token ids for the first `len(logits)` rows: logits [rows, vocabulary], draws [rows]."""
        temperature = self._temperature[: len(logits)]
        hot = temperature > 0
        if hot.all():
            return self._draw(slice(0, len(logits)), logits, draws)
        best: NDArray[np.int64] = logits.argmax(axis=1)
        if hot.any():
            rows = np.flatnonzero(hot)
            best[rows] = self._draw(rows, logits[rows], draws[rows])
        return best

    def _draw(
        self, rows: slice | NDArray[np.int64], logits: Logits, draws: Floats
    ) -> NDArray[np.int64]:
        """The tokens of `rows` with a temperature above 0."""
        mass = _mass(logits, self._temperature[rows], self._top_k[rows], self._top_p[rows])
        return _look_up(mass, draws)
