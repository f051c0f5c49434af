"""Grading stored samples again with the current verifiers, or with a judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any

from harness.core import (
    Command,
    ParameterError,
    RunManifest,
    Status,
    TaskSpec,
    Verdict,
    VerifierSpec,
    registry,
)
from harness.core.protocols import ModelJudged
from harness.results.samples import iter_samples
from harness.results.views import SampleView
from harness.run.contracts import check_ready, verifier_of, verifier_version
from harness.run.judge import Judge, Question, asks_judge
from harness.run.plan import verifier_label
from harness.store import Store
from harness.store.records import verdict_row
from harness.store.runs import StoredRun, get_run, set_verifier
from harness.store.writer import renew_verdicts
from harness.verifiers.pool import VerifierPool

_AT_ONCE = 500
"""Number of samples held in memory at once."""

_JUDGE_OPTIONS = ("judge", "judge-arg", "judge-votes", "judge-max-output-tokens")

Judged = Mapping[tuple[str, str, str], Verdict]
"""A judge's verdicts by run, problem (digest) and sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regraded:
    """What regrading one run changed; `before` and `after` name verifier and version."""

    run: str
    model: str
    task: str
    budget: str
    samples: int
    changed: int
    ungraded: int
    before: str
    after: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Regrading:
    """A run with its current verifier; `asked` is it if a judge is asked as well."""

    run: StoredRun
    spec: VerifierSpec
    verifier: tuple[str, str]  # label and version
    asked: ModelJudged | None = None


def regrade_runs(
    store: Store, run_ids: Iterable[str], judge: Judge | None = None
) -> list[Regraded]:
    """Grade all answers of some runs with the current verifiers of their tasks.

    Verdicts of other versions are kept; those of the same version are renewed, so that a verifier
    that once ran out of time gets another chance. With a `judge`, that model is asked if the
    verifier provides a question; UsageError for a run whose verifier does not.
    """
    runs = [_begin(store, run_id) for run_id in run_ids]
    if judge is not None:
        runs = [_by_judge(one, judge) for one in runs]
    with VerifierPool() as pool:
        judged = {} if judge is None else _ask(store, pool, judge, runs)
        return [_regrade(store, pool, one, judge, judged) for one in runs]


def _begin(store: Store, run_id: str) -> _Regrading:
    run = get_run(store, run_id)
    named = TaskSpec.parse(run.task)
    spec = verifier_of(named, registry.make_task(named))
    check_ready(spec)
    version = verifier_version(spec)
    return _Regrading(run=run, spec=spec, verifier=(verifier_label(spec), version))


def _by_judge(one: _Regrading, judge: Judge) -> _Regrading:
    """The same with the judge asked; ParameterError if the verifier provides no question."""
    verifier = asks_judge(one.spec)
    if verifier is None:
        raise ParameterError(
            f"task {one.run.task} is graded by the verifier {one.spec.name}, which uses no judge: "
            "{judge} is for tasks of flawed problems or with a rubric (choose some with {task})",
            judge=...,
            task=...,
        )
    label, version = one.verifier
    named = f"{label} by {judge.label}", f"{version}+judge{verifier.judge_version}"
    return replace(one, verifier=named, asked=verifier)


def _ask(store: Store, pool: VerifierPool, judge: Judge, runs: Sequence[_Regrading]) -> Judged:
    """The judge's verdicts on all runs, asked together: a shared answer is asked about once.

    The questions are held in memory, everything else is not.
    """
    places: list[tuple[str, str, str]] = []
    questions: list[Question] = []
    for one in runs:
        for views in _parts(store, one.run):
            for view, rules in zip(views, _grade(pool, one, views), strict=True):
                question = _question(one, view, rules)
                if question is not None and question.prompt(0) is not None:
                    places.append((one.run.id, view.problem.digest(), view.id))
                    questions.append(question)
    return dict(zip(places, judge.verdicts(store, pool, questions), strict=True))


def _question(one: _Regrading, view: SampleView, rules: Verdict) -> Question | None:
    if one.asked is None:
        return None
    return Question(
        payer=one.run.id,
        spec=one.spec,
        verifier=one.asked,
        response=view.response,
        problem=view.problem,
        rules=rules,
    )


def _regrade(
    store: Store, pool: VerifierPool, one: _Regrading, judge: Judge | None, judged: Judged
) -> Regraded:
    """Grade a run's answers in chunks, then switch the run to the new verdicts."""
    run = one.run
    samples = changed = ungraded = 0
    for views in _parts(store, run):
        rows = []
        for view, rules in zip(views, _grade(pool, one, views), strict=True):
            digest = view.problem.digest()
            verdict = judged.get((run.id, digest, view.id), rules)
            rows.append(verdict_row(view.id, digest, one.verifier, verdict))
            changed += view.verdict is None or view.verdict.status != verdict.status
            ungraded += verdict.status is Status.UNGRADED
        samples += len(views)
        renew_verdicts(store, rows)
    set_verifier(store, run.id, one.verifier, _manifest(run.manifest, judge))
    return Regraded(
        run=run.id,
        model=run.model,
        task=run.task,
        budget=run.budget,
        samples=samples,
        changed=changed,
        ungraded=ungraded,
        before=run.judged_by,
        after="@".join(one.verifier),
    )


def _parts(store: Store, run: StoredRun) -> Iterator[list[SampleView]]:
    """The answers of a run, in chunks."""
    answers = (view for view in iter_samples(store, run.id) if view.error is None and view.id)
    while part := list(islice(answers, _AT_ONCE)):
        yield part


def _grade(pool: VerifierPool, one: _Regrading, views: Sequence[SampleView]) -> list[Verdict]:
    futures = [
        pool.submit(one.spec, view.response, view.problem, truncated=view.finish == "length")
        for view in views
    ]
    return [future.result() for future in futures]


def _manifest(manifest: RunManifest, judge: Judge | None) -> RunManifest:
    """The run's manifest, with the judge in the command that reproduces an eval."""
    if not manifest.command.evaluates:
        return manifest
    command = manifest.command.without(*_JUDGE_OPTIONS)
    if judge is not None:
        command = command.plus(Command.parse(judge.words))
    return replace(manifest, command=command)
