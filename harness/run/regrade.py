"""Judging stored samples again, with today's verifiers; no model unless a judge is named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Row, select, update

from harness.analysis.contamination import contaminations
from harness.core import BackendError, Status, TaskSpec, UsageError, Verdict, VerifierSpec, registry
from harness.core.protocols import Backend, ModelJudged
from harness.results.reports import iter_samples, load_reports
from harness.results.views import SampleView
from harness.run.evaluate import Evaluation, Options, Plan, open_backend
from harness.run.judge import ask_judge
from harness.run.plan import verifier_label
from harness.run.runner import verdict_row
from harness.store import Store, open_store
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
    """One run while it is judged; `verdicts` are those of its `views`, `judge` a model's spec."""

    run: Row[Any]
    spec: VerifierSpec
    judged_by: tuple[str, str]  # label and version
    views: list[SampleView]
    verdicts: list[Verdict]
    judge: str = ""


def regrade_runs(
    store: Store, run_ids: Iterable[str], judge: Backend | None = None
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


def open_judge(plan: Plan, options: Options, model: str) -> Backend:
    """The judge of a plan, before anything is run; UsageError where it cannot serve."""
    if not _judged_runs(plan):
        names = ", ".join(str(task.spec) for task in plan.tasks)
        raise UsageError(
            f"--judge {model}: no task of {names} asks a model; it is for tasks of flawed "
            "problems, as traps: leave it out"
        )
    if options.max_tokens is not None or options.max_usd is not None:
        raise UsageError(
            "--judge: the calls of a judge do not count towards --max-tokens and --max-usd; "
            f"leave --judge out, and call `harness regrade --judge {model}` afterwards"
        )
    return open_backend(model)


def judge_evaluation(plan: Plan, options: Options, done: Evaluation, judge: Backend) -> Evaluation:
    """What an eval brought, by the verdicts of a judge where the tasks' verifiers ask one.

    Raises BackendError when the judge fails; the verdicts of the rules stand then.
    """
    with open_store(options.db) as store:
        try:
            regrade_runs(store, _judged_runs(plan), judge)
        except BackendError as error:
            raise BackendError(
                f"the judge failed: {error}\nthe answers are stored, with the verdicts of the "
                "rules; the same command asks the judge again"
            ) from error
        reports = load_reports(store, [run.id for run in plan.all_runs])
    return replace(done, reports=reports, contamination=contaminations(reports, plan.fresh))


def _judged_runs(plan: Plan) -> list[str]:
    asking = [task for task in plan.tasks if isinstance(_verifier(task.verifier), ModelJudged)]
    return [run.id for task in asking for run in plan.runs[str(task.spec)]]


def _verifier(spec: VerifierSpec) -> Any:
    return registry.find("verifiers", spec.name)(**spec.args)


def _begin(store: Store, run_id: str) -> _Judgement:
    with store.engine.connect() as connection:
        run = connection.execute(
            select(RunRow.__table__, ModelRow.name.label("model"))
            .join(ModelRow, ModelRow.id == RunRow.model_id)
            .where(RunRow.id == run_id)
        ).one()
    spec: VerifierSpec = registry.find("tasks", TaskSpec.parse(run.task).name)().verifier()
    version = str(registry.find("verifiers", spec.name).version)
    views = [view for view in iter_samples(store, run_id) if view.error is None]
    return _Judgement(
        run=run, spec=spec, judged_by=(verifier_label(spec), version), views=views, verdicts=[]
    )


def _askable(one: _Judgement) -> ModelJudged:
    """The run's verifier, which knows what to ask a judge."""
    verifier = _verifier(one.spec)
    if isinstance(verifier, ModelJudged):
        return verifier
    raise UsageError(
        f"task {one.run.task} is judged by the verifier {one.spec.name}, which asks no model: "
        "--judge is for tasks of flawed problems (choose some with --task)"
    )


def _ask(
    store: Store,
    pool: VerifierPool,
    judge: Backend,
    runs: Sequence[tuple[_Judgement, ModelJudged]],
) -> None:
    """Put the judge's verdicts in the place of those that it is asked about."""
    questions = {
        (one.run.id, prompt): (one.spec, view.problem)
        for one, verifier in runs
        for view in one.views
        if (prompt := verifier.question(view.response, view.problem)) is not None
    }
    replies = ask_judge(store, pool, judge, questions)
    for one, verifier in runs:
        label, version = one.judged_by
        one.judge = judge.info.spec
        one.judged_by = f"{label} by {one.judge}", f"{version}+judge{verifier.judge_version}"
        for i, view in enumerate(one.views):
            prompt = verifier.question(view.response, view.problem)
            if prompt is not None:
                one.verdicts[i] = verifier.judged(replies[one.run.id, prompt], one.verdicts[i])


def _manifest(one: _Judgement) -> dict[str, Any]:
    """The run's manifest, with the judge in the command that repeats an eval."""
    manifest = dict(one.run.manifest)
    command = str(manifest.get("command", ""))
    if command.startswith("harness eval "):
        asked = f" --judge {one.judge}" if one.judge else ""
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
