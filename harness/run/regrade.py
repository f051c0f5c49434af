"""Judging stored samples again, with today's verifiers; no model unless a judge is named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, select, update

from harness.core import ParameterError, Status, TaskSpec, Verdict, VerifierSpec, registry
from harness.core.protocols import ModelJudged
from harness.results.reports import iter_samples
from harness.results.views import SampleView
from harness.run.contracts import verifier_version
from harness.run.judge import Judge, Question, asks_judge
from harness.run.plan import verifier_label
from harness.run.runner import verdict_row
from harness.store import Store
from harness.store.schema import ModelRow, RunRow, VerdictRow
from harness.store.writer import write_rows
from harness.verifiers.pool import VerifierPool


@dataclass(frozen=True, slots=True, kw_only=True)
class Regraded:
    """What judging one run again changed; `before` and `after` name verifier and version."""

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


@dataclass(slots=True, kw_only=True)
class _Judgement:
    """One run while it is judged; `verdicts` are those of its `views`, `judge` the options
    that ask it again."""

    run: Row[Any]
    spec: VerifierSpec
    judged_by: tuple[str, str]  # label and version
    views: list[SampleView]
    verdicts: list[Verdict]
    judge: str = ""


def regrade_runs(
    store: Store, run_ids: Iterable[str], judge: Judge | None = None
) -> list[Regraded]:
    """Judge all answers of some runs with the verifiers that their tasks name today.

    Verdicts of other versions stay; those of the same version are renewed, so that a verifier
    that once ran out of time gets another chance. With a `judge` that model is asked where the
    verifier knows what to ask; UsageError for a run whose verifier does not.
    """
    with VerifierPool() as pool:
        runs = [_begin(store, run_id) for run_id in run_ids]
        if judge is not None:
            askable = [_askable(one) for one in runs]
        for one in runs:
            futures: list[Future[Verdict]] = [
                pool.submit(one.spec, v.response, v.problem, truncated=v.finish == "length")
                for v in one.views
            ]
            one.verdicts = [future.result() for future in futures]
        if judge is not None:
            _ask(store, pool, judge, list(zip(runs, askable, strict=True)))
    return [_finish(store, one) for one in runs]


def _begin(store: Store, run_id: str) -> _Judgement:
    with store.engine.connect() as connection:
        run = connection.execute(
            select(RunRow.__table__, ModelRow.name.label("model"))
            .join(ModelRow, ModelRow.id == RunRow.model_id)
            .where(RunRow.id == run_id)
        ).one()
    spec: VerifierSpec = registry.make("tasks", TaskSpec.parse(run.task).name).verifier()
    version = verifier_version(spec)
    views = [view for view in iter_samples(store, run_id) if view.error is None]
    return _Judgement(
        run=run, spec=spec, judged_by=(verifier_label(spec), version), views=views, verdicts=[]
    )


def _askable(one: _Judgement) -> ModelJudged:
    """The run's verifier, which knows what to ask a judge."""
    verifier = asks_judge(one.spec)
    if verifier is not None:
        return verifier
    raise ParameterError(
        f"task {one.run.task} is judged by the verifier {one.spec.name}, which asks no model: "
        "{judge} is for tasks of flawed problems (choose some with {task})",
        judge=...,
        task=...,
    )


def _ask(
    store: Store,
    pool: VerifierPool,
    judge: Judge,
    runs: Sequence[tuple[_Judgement, ModelJudged]],
) -> None:
    """Put the judge's verdicts in the place of those that it is asked about."""
    places = [
        (one, i, question)
        for one, verifier in runs
        for i, view in enumerate(one.views)
        if (question := _question(one, verifier, view, one.verdicts[i])).prompt(0) is not None
    ]
    verdicts = judge.verdicts(store, pool, [question for _, _, question in places])
    for (one, i, _), verdict in zip(places, verdicts, strict=True):
        one.verdicts[i] = verdict
    for one, verifier in runs:
        label, version = one.judged_by
        one.judge = judge.words
        one.judged_by = f"{label} by {judge.label}", f"{version}+judge{verifier.judge_version}"


def _question(one: _Judgement, verifier: ModelJudged, view: SampleView, rules: Verdict) -> Question:
    return Question(
        payer=one.run.id,
        spec=one.spec,
        verifier=verifier,
        response=view.response,
        problem=view.problem,
        rules=rules,
    )


def _manifest(one: _Judgement) -> dict[str, Any]:
    """The run's manifest, with the judge in the command that repeats an eval."""
    manifest = dict(one.run.manifest)
    command = str(manifest.get("command", ""))
    if command.startswith("harness eval "):
        asked = f" {one.judge}" if one.judge else ""
        manifest["command"] = command.partition(" --judge ")[0] + asked
    return manifest


def _finish(store: Store, one: _Judgement) -> Regraded:
    """Write the verdicts, and make them the run's."""
    run, (label, version) = one.run, one.judged_by
    with store.engine.begin() as connection:
        for view in one.views:
            connection.execute(
                VerdictRow.__table__.delete().where(  # type: ignore[attr-defined]
                    VerdictRow.sample_id == view.id,
                    VerdictRow.problem_id == view.problem.digest(),
                    VerdictRow.verifier == label,
                    VerdictRow.version == version,
                )
            )
        write_rows(
            connection,
            [
                (VerdictRow, verdict_row(view.id, view.problem.digest(), one.judged_by, verdict))
                for view, verdict in zip(one.views, one.verdicts, strict=True)
            ],
        )
        connection.execute(
            update(RunRow)
            .where(RunRow.id == run.id)
            .values(verifier=label, verifier_version=version, manifest=_manifest(one))
        )
    changed = sum(
        view.verdict is None or view.verdict.status != verdict.status
        for view, verdict in zip(one.views, one.verdicts, strict=True)
    )
    return Regraded(
        run=run.id,
        model=run.model,
        task=run.task,
        budget=run.budget,
        samples=len(one.views),
        changed=changed,
        ungraded=sum(verdict.status is Status.UNGRADED for verdict in one.verdicts),
        before=f"{run.verifier}@{run.verifier_version}",
        after=f"{label}@{version}",
    )
