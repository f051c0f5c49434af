"""The answers behind a point's scores, so that it can be scored on a subset of them.

If one thing is chosen by looking at samples (such as a problem's difficulty) and another is scored
on samples, these must not be the same ones, or luck would be mistaken for skill.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.budgets import Judged, Selector
from harness.core import Status

Seen = Sequence[frozenset[str]]
"""For each problem, the samples that were used to choose something."""


@dataclass(frozen=True, slots=True)
class Pool:
    """The graded answers of each problem, and the samples that each consists of.

    `samples[problem][answer]` are ids: two answers that share a sample (such as a thought) share
    its luck. `whole`: the answers of a problem are one attempt, all or nothing.
    """

    judged: tuple[tuple[Judged, ...], ...] = field(repr=False)
    samples: tuple[tuple[frozenset[str], ...], ...] = field(repr=False)
    selector: Selector = field(repr=False)
    whole: bool = False

    def rows(self, rows: Sequence[int]) -> Pool:
        """The same for a subset of the problems."""
        judged = tuple(self.judged[i] for i in rows)
        return Pool(judged, tuple(self.samples[i] for i in rows), self.selector, self.whole)

    def score(self, k: int, without: Seen) -> tuple[float, ...] | None:
        """Each problem's probability of a correct answer from `k` answers without seen samples.

        None if a problem does not have that many left.
        """
        out = []
        for judged, samples, seen in zip(self.judged, self.samples, without, strict=True):
            kept = [j for j, ids in zip(judged, samples, strict=True) if not ids & seen]
            if len(kept) < (len(judged) if self.whole else k):
                return None
            chance = self.selector.expect(kept, len(kept) if self.whole else k)
            out.append(min(1.0, max(0.0, chance.get(Status.CORRECT, 0.0))))
        return tuple(out)

    def first(self, count: Sequence[int], *, last: bool = False) -> Pool:
        """Only the first (last) so many answers of each problem."""

        def part(items: Sequence[object], n: int) -> slice:
            return slice(len(items) - n, None) if last else slice(n)

        cut = [part(judged, n) for judged, n in zip(self.judged, count, strict=True)]
        judged = tuple(j[c] for j, c in zip(self.judged, cut, strict=True))
        samples = tuple(s[c] for s, c in zip(self.samples, cut, strict=True))
        return Pool(judged, samples, self.selector, self.whole)

    @property
    def seen(self) -> Seen:
        """All samples of each problem."""
        return [frozenset().union(*ids) for ids in self.samples]
