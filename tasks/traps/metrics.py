"""What pairs of traps, controls and originals tell, with intervals by cluster.

The headline is `pair_score`: over pairs of a flawed problem and its control, the mean of
sensitivity (the flaw is named) and specificity (the control is answered, and rightly). Whoever
never names a flaw has a sensitivity of 0, whoever always does a specificity of 0: neither exceeds
one half, and the reference lines `pair_score/…` say so beside the figure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from harness.core import Estimate, Scored, Status
from harness.stats import mean_interval, ratio_interval
from harness.tasks._metrics import by_factor

TWISTS = ("trap", "distractor", "lure")
REFERENCES = ("never flags", "always flags")
_Clusters = Mapping[str, Mapping[str, Scored]]


def trap_metrics(scored: Sequence[Scored]) -> dict[str, Estimate]:
    """All figures that the items at hand allow; a figure without items is left out.

    `pairs_solved` is the share of all pairs, those of distractors and lures too, whose twist and
    control are both right. A false alarm is an abstention on a sound problem. `flaw=…` and
    `topic=…` are accuracies on the twisted problems; every other figure is there by flaw and by
    topic of the cluster as well, as `lure_rate/topic=ages`.
    """
    out = _figures(scored)
    if "pair_score" in out:
        line = mean_interval([0.5] * out["pair_score"].n)  # every control right, or every trap
        out |= {f"pair_score/{name}": line for name in REFERENCES}
    twisted = [s for s in scored if s.problem.variant in TWISTS]
    out |= by_factor(twisted, "flaw", lambda p: p.meta["flaw"])
    out |= by_factor(twisted, "topic", lambda p: p.meta["topic"])
    for factor in ("flaw", "topic"):
        levels: dict[str, list[Scored]] = defaultdict(list)
        for one in scored:
            levels[one.problem.meta[factor]].append(one)
        for level, items in sorted(levels.items()):
            for name, figure in _figures(items).items():
                out[f"{name.removesuffix('/all')}/{factor}={level}"] = figure
    return out


def _mean(items: Sequence[Scored], status: Status = Status.CORRECT) -> Estimate:
    return mean_interval(
        [s.statuses.get(status, 0.0) for s in items], [s.problem.cluster for s in items]
    )


def _figures(scored: Sequence[Scored]) -> dict[str, Estimate]:
    groups: dict[str, list[Scored]] = defaultdict(list)
    clusters: dict[str, dict[str, Scored]] = defaultdict(dict)
    for one in scored:
        groups[one.problem.variant].append(one)
        clusters[one.problem.cluster][one.problem.variant] = one
    out = _pairs(clusters)
    for variant, items in sorted(groups.items()):
        out[f"accuracy/{variant}"] = _mean(items)
    for variant in ("original", "control"):
        if groups[variant]:
            out[f"false_alarms/{variant}"] = _mean(groups[variant], Status.ABSTAINED)
    lures = [s for s in scored if s.problem.lure is not None]
    if lures:
        out["lure_rate/all"] = _mean(lures, Status.LURED)
    return out | _against_originals(clusters)


def _pairs(clusters: _Clusters) -> dict[str, Estimate]:
    """Figures over clusters that hold a twist and its control."""
    out: dict[str, Estimate] = {}
    flawed = {c: v for c, v in clusters.items() if "trap" in v and "control" in v}
    if flawed:
        names = list(flawed)
        caught = [v["trap"].score for v in flawed.values()]
        answered = [v["control"].score for v in flawed.values()]
        both = [(a + b) / 2 for a, b in zip(caught, answered, strict=True)]
        out["pair_score"] = mean_interval(both, names)
        out["pair_score/sensitivity"] = mean_interval(caught, names)
        out["pair_score/specificity"] = mean_interval(answered, names)
        # The headline of version 3: of controls only alarms cost anything, wrong answers do not.
        calm = [1.0 - v["control"].statuses.get(Status.ABSTAINED, 0.0) for v in flawed.values()]
        told = [(a + b) / 2 for a, b in zip(caught, calm, strict=True)]
        out["balanced_accuracy"] = mean_interval(told, names)
    solved = {
        c: v[twist].score * v["control"].score
        for c, v in clusters.items()
        for twist in TWISTS
        if twist in v and "control" in v
    }
    if solved:
        out["pairs_solved"] = mean_interval(list(solved.values()), list(solved))
    return out


def _against_originals(clusters: _Clusters) -> dict[str, Estimate]:
    """Figures over clusters that hold a trap and its original."""
    pairs = {c: v for c, v in clusters.items() if "original" in v and "trap" in v}
    if len(pairs) < 2:  # the interval of a ratio needs two clusters
        return {}
    out: dict[str, Estimate] = {}
    names, rows = list(pairs), list(pairs.values())
    originals = [v["original"].score for v in rows]
    traps = [v["trap"].score for v in rows]
    if sum(originals) > 0:
        # May exceed 1, although perhaps no trap was answered better than its original here.
        out["trap_to_original"] = ratio_interval(traps, originals, names, share=False)
    known = [v["original"].score * v["concept"].score if "concept" in v else 0.0 for v in rows]
    if sum(known) > 0:
        joint = [k * t for k, t in zip(known, traps, strict=True)]
        out["trap_given_original_and_concept"] = ratio_interval(joint, known, names)
    tokens = [
        (name, v["trap"].output_tokens, v["original"].output_tokens)
        for name, v in zip(names, rows, strict=True)
    ]
    both = [(n, a, b) for n, a, b in tokens if a is not None and b is not None]
    if len(both) > 1 and sum(b for _, _, b in both) > 0:
        out["length_inflation"] = ratio_interval(
            [a for _, a, _ in both],
            [b for _, _, b in both],
            [n for n, _, _ in both],
            share=False,
        )
    return out
