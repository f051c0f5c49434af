"""What a point was scored on: the answers themselves, so that it can be scored on some of them.

Where one thing is chosen by looking at samples (how hard a problem is) and another scored on
samples, both must not be the same ones: luck would be taken for skill.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.budgets import Judged, Selector
from harness.core import Status

Seen = Sequence[frozenset[str]]
"""For each problem, the samples that something was chosen by."""


@dataclass(frozen=True, slots=True)
class Pool:
    """The judged answers of each problem, and the samples that each is made of.

    `samples[problem][answer]` are ids: two answers that share a sample (a thought, say) share its
    luck. `whole`: the answers of a problem are one attempt, all or nothing.
    """

    judged: tuple[tuple[Judged, ...], ...] = field(repr=False)
    samples: tuple[tuple[frozenset[str], ...], ...] = field(repr=False)
    selector: Selector = field(repr=False)
    whole: bool = False

    def rows(self, rows: Sequence[int]) -> Pool:
        """The same of some of the problems."""
        judged = tuple(self.judged[i] for i in rows)
        return Pool(judged, tuple(self.samples[i] for i in rows), self.selector, self.whole)

    def score(self, k: int, without: Seen) -> tuple[float, ...] | None:
        """Each problem's chance of a correct answer from `k` answers that share no sample seen.

        None where a problem has not that many left.
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
