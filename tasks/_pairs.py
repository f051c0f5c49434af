"""Pair metrics: how a model does on a changed problem compared with its original.

A pair is a changed problem with the original of its cluster; an original is in as many pairs as
it was changed, and clustering keeps the intervals honest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from harness.core import Estimate, Scored, Status
from harness.stats import mean_interval, ratio_interval
from harness.stats.comparisons import paired_difference

Pair = tuple[Scored, Scored]


def pair_figures(scored: Sequence[Scored]) -> Mapping[str, Estimate]:
    """Ratio, drop and length inflation of each variant, and false alarms, if the items allow.

    - `trap_to_original`: accuracy on traps over accuracy on their originals, Σ over pairs;
      undefined if no original is solved.
    - `drop/trap`: accuracy on the originals minus accuracy on the traps, pair by pair.
    - `length_inflation/trap`: tokens on the traps over tokens on their originals.
    - `false_alarms/original`: originals, each once, on which a flaw was declared.

    The same for `distractor`, `variation` and any other variant of an original.
    """
    originals = {s.problem.cluster: s for s in scored if s.problem.variant == "original"}
    pairs: dict[str, list[Pair]] = defaultdict(list)
    for one in scored:
        original = originals.get(one.problem.cluster)
        if one.problem.variant != "original" and original is not None:
            pairs[one.problem.variant].append((one, original))
    figures: dict[str, Estimate] = {}
    if not pairs:
        return figures
    paired = {pair[1].problem.cluster: pair[1] for found in pairs.values() for pair in found}
    figures["false_alarms/original"] = mean_interval(
        [one.statuses.get(Status.ABSTAINED, 0.0) for one in paired.values()], list(paired)
    )
    for variant, found in sorted(pairs.items()):
        figures |= _of(variant, found)
    return figures


def _of(variant: str, pairs: Sequence[Pair]) -> Mapping[str, Estimate]:
    clusters = [original.problem.cluster for _, original in pairs]
    changed, originals = [c.score for c, _ in pairs], [o.score for _, o in pairs]
    figures = {f"drop/{variant}": paired_difference(originals, changed, clusters)}
    if len(set(clusters)) < 2:  # the interval of a ratio needs two
        return figures
    if sum(originals) > 0:
        figures[f"{variant}_to_original"] = ratio_interval(
            changed, originals, clusters, share=False
        )
    lengths = [
        (c.output_tokens, o.output_tokens, o.problem.cluster)
        for c, o in pairs
        if c.output_tokens is not None and o.output_tokens is not None
    ]
    tops, bottoms = [t for t, _, _ in lengths], [b for _, b, _ in lengths]
    if len({cluster for _, _, cluster in lengths}) > 1 and sum(bottoms) > 0:
        figures[f"length_inflation/{variant}"] = ratio_interval(
            tops, bottoms, [c for _, _, c in lengths], share=False
        )
    return figures
