"""An attempt's charges: its chains, their scores, and everything that ended in neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.budgets import Chain, Score
from harness.store.records import Charge


def charges(
    chains: Sequence[Chain], scores: Sequence[Score], log: Mapping[str, int]
) -> list[Charge]:
    """The charges of an attempt: chains, scores, and everything else that was requested.

    `log` numbers the calls in which samples were requested. Here they are renumbered by first
    appearance, so that the same attempt has the same rows, whatever the order of its replies.
    """
    found: list[Charge] = []
    asks: dict[int, int] = {}

    def add(
        ordinal: int, step: int, sample: str, *, final: bool = False, score: bool = False
    ) -> None:
        ask = asks.setdefault(log[sample], len(asks))
        found.append(
            Charge(ordinal=ordinal, step=step, sample=sample, final=final, ask=ask, score=score)
        )

    for ordinal, chain in enumerate(chains):
        for step, draw in enumerate(chain):
            add(ordinal, step, draw.id, final=step == len(chain) - 1)
        if scores:
            parts = [part.id for part in scores[ordinal].parts]
            for i, sample in enumerate((*parts, scores[ordinal].id)):
                add(ordinal, len(chain) + i, sample, score=i == len(parts))
    kept = {charge.sample for charge in found}
    for step, sample in enumerate(sorted(log.keys() - kept)):
        add(len(chains), step, sample)
    return found
