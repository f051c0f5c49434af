"""The rows that say which samples an attempt is charged with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.budgets import Chain, Score


def charge_rows(
    chains: Sequence[Chain], scores: Sequence[Score], log: Mapping[str, int]
) -> list[dict[str, object]]:
    """The charges of an attempt without run and problem: chains, scores, and what is in neither.

    `log` numbers the calls that samples were asked for in. Here they are counted as they appear,
    so that the same attempt has the same rows, in whatever order its calls came back.
    """
    rows: list[dict[str, object]] = []
    asks: dict[int, int] = {}

    def add(
        ordinal: int, step: int, sample: str, *, final: bool = False, score: bool = False
    ) -> None:
        ask = asks.setdefault(log[sample], len(asks))
        where = {"ordinal": ordinal, "step": step, "sample_id": sample}
        rows.append({**where, "final": final, "ask": ask, "score": score})

    for ordinal, chain in enumerate(chains):
        for step, draw in enumerate(chain):
            add(ordinal, step, draw.id, final=step == len(chain) - 1)
        if scores:
            parts = [part.id for part in scores[ordinal].parts]
            for i, sample in enumerate((*parts, scores[ordinal].id)):
                add(ordinal, len(chain) + i, sample, score=i == len(parts))
    kept = {row["sample_id"] for row in rows}
    for step, sample in enumerate(sorted(log.keys() - kept)):
        add(len(chains), step, sample)
    return rows
