"""Samples for a person to label, and what the labels say of the verdicts.

Samples are drawn by strata: how sure the verifier was, and, with a second judge, whether the two
differ. A row says how large its stratum is, so that a file of labels is enough to read them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from harness.core import DataError, Estimate, Status, UsageError
from harness.core.hashing import derive_seed
from harness.results.views import SampleView
from harness.stats import mean_interval
from harness.stats.audit import Stratum, corrected_accuracy, error_rate
from harness.stats.special import normal_quantile

SecondJudge = Callable[[str, str], bool | None]
"""(response, gold) -> whether it is right; None: it cannot tell."""

_SURENESS = ("sure", "likely", "guess", "guess")
_DOUBTFUL = ("differs", "ungraded", "guess", "likely", "sure")
"""Strata, the most doubtful first: the order in which rows are listed."""


def to_label(
    views: Sequence[SampleView], count: int, *, seed: int = 0, judge: SecondJudge | None = None
) -> list[dict[str, Any]]:
    """`count` samples, as evenly over the strata as their sizes allow, drawn at random by `seed`.

    At least two of each stratum (or all of it): each must have a label to be estimated.
    """
    strata: dict[str, list[SampleView]] = {}
    for view in views:
        if view.verdict is not None:
            strata.setdefault(_stratum(view, judge), []).append(view)
    if not strata:
        raise UsageError("the run has no verdicts yet: nothing to label")
    rng = random.Random(derive_seed("audit", seed))
    return [
        _row(view, name, len(strata[name]))
        for name, share in _shares({n: len(v) for n, v in strata.items()}, count).items()
        for view in rng.sample(strata[name], share)
    ]


def read_labels(rows: Iterable[Mapping[str, Any]], views: Sequence[SampleView]) -> list[Stratum]:
    """The strata of labelled rows; `label` is true or false, null and "unsure" are left out."""
    known = {view.id: view for view in views if view.verdict is not None}
    sizes: dict[str, int] = {}
    labels: dict[str, dict[str, tuple[bool, bool]]] = {}
    for number, row in enumerate(rows, 1):
        try:
            name, size, sample = str(row["stratum"]), int(row["stratum_size"]), str(row["sample"])
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"label {number}: needs `sample`, `stratum` and `stratum_size` as audit wrote them"
            ) from error
        if sizes.setdefault(name, size) != size:
            raise DataError(f"label {number}: stratum {name} has {sizes[name]} samples, not {size}")
        label = row.get("label")
        if label is None or label == "unsure":
            continue
        if not isinstance(label, bool):
            raise DataError(f'label {number}: `label` must be true, false, null or "unsure"')
        if sample not in known:
            raise DataError(f"label {number}: the run has no sample {sample} with a verdict")
        verdict = known[sample].verdict
        assert verdict is not None
        labels.setdefault(name, {})[sample] = (verdict.status is Status.CORRECT, label)
    missing = [name for name in sizes if name not in labels]
    if missing or not sizes:
        raise UsageError(f"no label yet in: {', '.join(missing) or 'the file'}")
    return [Stratum(name, sizes[name], tuple(labels[name].values())) for name in sizes]


def audited(views: Sequence[SampleView], strata: Sequence[Stratum]) -> dict[str, Estimate]:
    """The verifier's error rate, the samples' plain accuracy, and the corrected one beside it."""
    judged = [view for view in views if view.verdict is not None]
    scores = [float(v.verdict is not None and v.verdict.status is Status.CORRECT) for v in judged]
    plain = mean_interval(scores, [view.problem.cluster for view in judged])
    se = (plain.high - plain.low) / (2 * normal_quantile(0.5 + plain.confidence / 2))
    return {
        "error_rate": error_rate(strata),
        "accuracy": plain,
        "corrected_accuracy": corrected_accuracy(plain.value, se, strata),
    }


def _stratum(view: SampleView, judge: SecondJudge | None) -> str:
    verdict = view.verdict
    assert verdict is not None
    if judge is not None and view.problem.gold is not None:
        said = judge(view.response, view.problem.gold)
        if said is not None and said != (verdict.status is Status.CORRECT):
            return "differs"
    if verdict.status is Status.UNGRADED:
        return "ungraded"
    return _SURENESS[min(verdict.warning, 3)]


def _shares(sizes: Mapping[str, int], count: int) -> dict[str, int]:
    """How many of each stratum, most doubtful first: evenly, what one lacks going to the rest."""
    order = [name for name in _DOUBTFUL if name in sizes]
    shares = {name: min(2, sizes[name]) for name in order}
    left = count - sum(shares.values())
    while left > 0:
        open_ = [name for name in order if shares[name] < sizes[name]]
        if not open_:
            break
        for name in open_[:left]:
            shares[name] += 1
            left -= 1
    return shares


def _row(view: SampleView, stratum: str, size: int) -> dict[str, Any]:
    verdict = view.verdict
    assert verdict is not None
    return {
        "sample": view.id,
        "label": None,
        "problem": view.problem.id,
        "question": view.problem.question,
        "gold": view.problem.gold,
        "response": view.response,
        "answer": verdict.answer,
        "verdict": verdict.status.value,
        "reason": verdict.reason,
        "stratum": stratum,
        "stratum_size": size,
    }
