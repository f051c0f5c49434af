"""Samples for people to label, and what their labels imply about the verdicts.

Samples are drawn at random within strata: the verifier's certainty, its verdict and, with a
second judge, whether the two disagree. A label carries what it represents: its stratum, the
stratum's size, and the population, which must be the run's when labels are read.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from harness.core import Status, UsageError
from harness.core.hashing import content_hash, derive_seed
from harness.results.audited import Audit
from harness.results.views import SampleView
from harness.stats import mean_interval
from harness.stats.agreement import cohen_kappa
from harness.stats.audit import (
    Stratum,
    allocation,
    corrected_accuracy,
    error_rate,
    stratified_kappa,
)
from harness.store.labels import Drawn, Label

Place = tuple[str, str]
"""A sample as an answer: the problem's digest, and the sample's id."""
Opinions = Mapping[Place, bool | None]
"""Whether a second judge considers an answer right; None if it cannot tell."""

_DOUBTFUL = ("differs", "ungraded", "guess", "likely", "sure")
"""Kinds of strata, the most doubtful first: the order in which samples are listed."""
_EXPECTED = {"differs": 0.5, "ungraded": 0.5, "guess": 0.3, "likely": 0.1, "sure": 0.02}
"""The expected error rates; they decide how many samples are drawn, and bias nothing."""
_SURENESS = ("sure", "likely", "guess", "guess")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What strata are built from, for each of a run's answers."""

    place: Place
    said: bool
    kind: str
    cluster: str

    @property
    def stratum(self) -> str:
        return f"{self.kind}, {'correct' if self.said else 'not correct'}"


def to_label(
    views: Callable[[], Iterable[SampleView]],
    count: int,
    *,
    seed: int = 0,
    judge: str | None = None,
    opinions: Opinions | None = None,
) -> list[dict[str, Any]]:
    """`count` samples to label, drawn with `seed`, those of the most doubtful strata first.

    At least two from each stratum (or all of it), the rest where they reduce the error most.
    `views` yields the samples of a run, and is called twice; `opinions` are a second `judge`'s.
    Raises UsageError if nothing has a verdict.
    """
    strata: dict[str, list[_Answer]] = defaultdict(list)
    verifier = None
    for view, answer in _answers(views(), opinions):
        verifier = view.verifier
        strata[answer.stratum].append(answer)
    if not strata:
        raise UsageError("the run has no verdicts yet: nothing to label")
    by = verifier or "" if judge is None else f"{verifier} against {judge}"
    population = _population(a for answers in strata.values() for a in answers)
    rng = random.Random(derive_seed("audit", seed))
    order = sorted(strata, key=lambda name: (_DOUBTFUL.index(name.partition(",")[0]), name))
    sizes = {name: len(strata[name]) for name in order}
    expected = {name: _EXPECTED[name.partition(",")[0]] for name in order}
    chosen: dict[Place, Drawn] = {}
    for name, share in allocation(sizes, expected, count).items():
        drawn = Drawn(population=population, by=by, stratum=name, size=sizes[name])
        for answer in rng.sample(strata[name], share):
            chosen[answer.place] = drawn
    rows = {}
    for view, answer in _answers(views(), None):
        if answer.place in chosen:
            rows[answer.place] = _row(view, answer.place[0], chosen[answer.place])
    return [rows[place] for place in chosen]


def audit(views: Iterable[SampleView], labels: Sequence[Label], *, single: bool) -> Audit:
    """What the labels imply about the verdicts of a run with these samples.

    `single`: its budget draws one answer, so its accuracy is that of the samples.
    """
    answers = {answer.place: answer for _, answer in _answers(views, None)}
    ours = [label for label in labels if (label.problem, label.sample) in answers]
    right = _decided(ours)
    pools = _pools(answers.values())
    pairs = [(answers[place].said, is_right) for place, is_right in right.items()]
    strata, why = _strata(answers, ours, right)
    kappa = None
    if len({one for pair in pairs for one in pair}) == 2:
        said, truth = zip(*pairs, strict=True)
        clusters = [answers[place].cluster for place in right]
        kappa = stratified_kappa(strata) if strata else cohen_kappa(said, truth, clusters)
    plain = None
    if pools:
        plain = mean_interval(
            [sum(a.said for a in pool) / len(pool) for pool in pools],
            [pool[0].cluster for pool in pools],
        )
    return Audit(
        labels=len(right),
        people=len({label.author for label in ours}),
        unsure=len({(label.problem, label.sample) for label in ours} - right.keys()),
        of_run=single and len({len(pool) for pool in pools}) <= 1,
        accuracy=plain,
        error_rate=error_rate(strata) if strata else None,
        corrected_accuracy=corrected_accuracy(plain, strata) if plain and strata else None,
        kappa=kappa,
        why=why,
    )


def _answers(
    views: Iterable[SampleView], opinions: Opinions | None
) -> Iterator[tuple[SampleView, _Answer]]:
    """The samples that have a verdict, and what strata are built from."""
    digests: dict[str, str] = {}
    for view in views:
        verdict = view.verdict
        if verdict is None or not view.id:
            continue
        if view.problem.id not in digests:
            digests = {view.problem.id: view.problem.digest()}  # views are grouped by problem
        place = digests[view.problem.id], view.id
        said = verdict.status is Status.CORRECT
        other = None if opinions is None else opinions.get(place)
        if other is not None and other != said:
            kind = "differs"
        elif verdict.status is Status.UNGRADED:
            kind = "ungraded"
        else:
            kind = _SURENESS[min(verdict.warning, 3)]
        yield view, _Answer(place, said, kind, view.problem.cluster)


def _population(answers: Iterable[_Answer]) -> str:
    return content_hash("population", sorted(list(answer.place) for answer in answers))


def _pools(answers: Iterable[_Answer]) -> list[list[_Answer]]:
    """The answers to each problem."""
    pools: dict[str, list[_Answer]] = defaultdict(list)
    for answer in answers:
        pools[answer.place[0]].append(answer)
    return list(pools.values())


def _decided(labels: Iterable[Label]) -> dict[Place, bool]:
    """Whether labelled answers are right, by majority of the people who could tell."""
    votes: dict[Place, int] = defaultdict(int)
    for label in labels:
        if label.status is not Status.UNGRADED:
            votes[label.problem, label.sample] += 1 if label.status is Status.CORRECT else -1
    return {place: vote > 0 for place, vote in votes.items() if vote}


def _strata(
    answers: Mapping[Place, _Answer], labels: Iterable[Label], right: Mapping[Place, bool]
) -> tuple[list[Stratum], str]:
    """The strata of the draw with the most labels, or why nothing can be estimated."""
    here = _population(answers.values())
    draws: dict[str, dict[Place, Drawn]] = defaultdict(dict)
    drawn = False
    for label in labels:
        drawn = drawn or label.drawn is not None
        if label.drawn is not None and label.drawn.population == here:
            draws[label.drawn.by][label.problem, label.sample] = label.drawn
    if not draws:
        old = "the run had other samples when they were drawn: draw again"
        return [], old if drawn else "they were not drawn by `harness audit list`"
    best = max(draws.values(), key=len)
    sizes = {one.stratum: one.size for one in best.values()}
    found: dict[str, list[tuple[bool, bool]]] = {name: [] for name in sizes}
    for place, one in best.items():
        if place in right:
            found[one.stratum].append((answers[place].said, right[place]))
    missing = [name for name, pairs in found.items() if not pairs]
    if left := len(answers) - sum(sizes.values()):
        missing.append(f"other strata, of {left} samples")
    if missing:
        return [], f"no label yet in: {'; '.join(missing)}"
    return [Stratum(name, sizes[name], tuple(pairs)) for name, pairs in found.items()], ""


def _row(view: SampleView, digest: str, drawn: Drawn) -> dict[str, Any]:
    verdict = view.verdict
    assert verdict is not None
    return {
        "sample": view.id,
        "label": None,
        "note": "",
        "problem": view.problem.id,
        "question": view.problem.question,
        "gold": view.problem.gold,
        "response": view.response,
        "answer": verdict.answer,
        "verdict": str(verdict.status),
        "reason": verdict.reason,
        "problem_digest": digest,
        "drawn": asdict(drawn),
    }
