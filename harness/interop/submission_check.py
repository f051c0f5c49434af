"""Whether a submission is what it claims: everything that can be derived again is.

    check_submission(Path("run.zip"), board=store) -> Checked(faults, notes)

In steps, each only where the one before found nothing: the file (checksums, columns); its hashes
and references; the task's own problems and the budget's own parts; every answer judged again, every
sum of the ledger, and what the board holds already.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from harness.budgets import Budget, resolve
from harness.core import HarnessError, Status, TaskSpec, Verdict, registry
from harness.core.hashing import content_hash
from harness.cost import price_of_model
from harness.interop.submission import Submission, accept, scratch_store, unpack
from harness.results.reports import find_runs, load_reports
from harness.results.samples import iter_samples
from harness.results.views import SampleView
from harness.run.contracts import check_ready
from harness.run.plan import LoadedTask, load_task
from harness.store import Store
from harness.store.attempts import attempted_problems
from harness.store.packing import clashes, packed_calls
from harness.store.runs import StoredRun, get_models, get_runs, pool_sizes
from harness.store.verify import verify
from harness.tasks._wording import Wording
from harness.verifiers.pool import VerifierPool

_AT_ONCE = 500  # samples that are judged together
_JUDGED = ("status", "answer", "key", "score")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found: one line a fault (none: the submission may be taken), and what to know."""

    runs: tuple[str, ...]
    samples: int
    faults: tuple[str, ...]
    notes: tuple[str, ...] = ()
    accepted: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


def check_submission(
    path: Path, *, board: Store | None = None, data_dir: Path | None = None, take: bool = False
) -> Checked:
    """Check a submission; with `take`, one without faults is brought into the board's database.

    `data_dir` holds the data of tasks whose problems are not generated. DataError for a file that
    is no submission.
    """
    with (
        tempfile.TemporaryDirectory(prefix="harness-check-") as folder,
        scratch_store(Path(folder)) as store,
    ):
        found = unpack(path, store)
        notes: list[str] = []
        faults = list(found.faults)
        if not faults:
            faults = verify(store)[1] + list(_named_runs(store, found))
        if not faults:
            faults = list(_said(store, found, data_dir, notes))
            faults += _beside(store, board, found, notes) if board is not None else []
        accepted = take and not faults and board is not None
        if accepted and board is not None:
            accept(board, store, found.runs)
    return Checked(
        runs=found.runs,
        samples=found.samples,
        faults=tuple(faults),
        notes=tuple(notes),
        accepted=accepted,
    )


def _named_runs(store: Store, found: Submission) -> Iterator[str]:
    if sorted(find_runs(store)) != sorted(found.runs):
        yield "submission.json: the runs that it names are not those in run.jsonl"


def _said(
    store: Store, found: Submission, data_dir: Path | None, notes: list[str]
) -> Iterator[str]:
    """Faults of what the rows say; answers are judged where the problems are the task's."""
    runs = get_runs(store, found.runs)
    tasks: dict[str, LoadedTask] = {}
    faults = []
    for run in runs:
        try:
            tasks[run.id] = loaded = _task(run, data_dir)
            check_ready(loaded.verifier)  # what cannot be judged here is not accepted
        except HarnessError as error:
            faults.append(f"{_name(run)}: its task {run.task} cannot be had here: {error}")
            continue
        told = [*_plan(store, run, loaded), *_pools(store, run), *_price(store, run, notes)]
        faults += [f"{_name(run)}: {fault}" for fault in told]
    yield from faults
    if not faults:
        with VerifierPool() as pool:
            for run in runs:
                for fault in _judged(store, run, tasks[run.id], pool):
                    yield f"{_name(run)}: {fault}"
        yield from _sums(store)
        yield from _claims(store, found)


def _name(run: StoredRun) -> str:
    return f"run {run.id[:12]}"


def _task(run: StoredRun, data_dir: Path | None) -> LoadedTask:
    """The run's task as it is known here; no file of the submitter's is ever loaded as one."""
    spec = TaskSpec.parse(run.task)
    known = spec.name if ":" not in spec.name else spec.name.partition(":")[0]
    if known not in registry.names("tasks"):
        raise HarnessError(f"there is no task {spec.name!r}")
    said = run.manifest.extra.get("wording", {})
    names = Wording.__slots__
    wording = Wording(**{k: v for k, v in said.items() if k in names}) if said else None
    if wording is not None:  # its options stand for the wording, and are made from it again
        options = tuple((k, v) for k, v in spec.options if k not in wording.to_json())
        spec = replace(spec, options=options)
    return load_task(spec, limit=run.manifest.limit, data_dir=data_dir, wording=wording)


def _plan(store: Store, run: StoredRun, loaded: LoadedTask) -> Iterator[str]:
    """The manifest against the task and the budget as they are here."""
    manifest, identity = run.manifest, run.manifest.identity
    problems = {problem.digest() for problem in loaded.problems}
    derived = {
        "task": str(loaded.spec),
        "task_version": loaded.task.version,
        "data": content_hash(sorted(problems)),
        "prompts": content_hash([prompt.to_json() for prompt in loaded.prompts]),
    }
    what = {"data": "data fingerprint", "prompts": "fingerprint of the prompts"}
    for name, value in derived.items():
        told = getattr(identity, name)
        if told != value:
            yield f"its {what.get(name, name)} is {told}, and here it is {value}"
    for one in attempted_problems(store, run.id):
        if one.digest not in problems:
            yield f"problem {one.problem.id}: not as it stands in {run.task}"
    if run.planned != len(problems):
        yield f"it says that {run.planned} problems were planned, and the task has {len(problems)}"
    if identity.model != _fingerprint(store, run):
        yield "its manifest names another model than its row does"
    if (identity.task, identity.budget) != (run.task, run.budget):
        yield "its manifest names another task or budget than its row does"
    if (run.verifier, run.verifier_version) != loaded.judge:
        yield (
            f"it was judged by {run.judged_by}, and {run.task} is judged by "
            f"{'@'.join(loaded.judge)} here: `harness regrade` it and submit it again"
        )
    try:
        strategy = resolve(Budget.parse(run.budget))
    except HarnessError as error:
        yield f"its budget cannot be read here: {error}"
        return
    parts: dict[str, Any] = {
        "selector": strategy.selector.name,
        "selector_args": dict(strategy.selector.args),
        "size": strategy.proposer.size,
        "whole": strategy.whole,
        "reward": strategy.reward.info.fingerprint if strategy.reward else None,
    }
    for name, part in parts.items():
        kept = getattr(manifest, name)
        if (dict(kept) if isinstance(kept, Mapping) else kept) != part:
            yield f"its manifest says {name} {kept!r}, and {run.budget} has {part!r}"


def _fingerprint(store: Store, run: StoredRun) -> str:
    return get_models(store)[run.model_id].fingerprint


def _pools(store: Store, run: StoredRun) -> Iterator[str]:
    """Every planned problem has an attempt with as many answers as the budget chooses from."""
    attempts = attempted_problems(store, run.id)
    if len(attempts) < run.planned:
        yield f"{run.planned - len(attempts)} of {run.planned} problems have no answer"
    sizes = pool_sizes(store, [run.id])
    wanted = 1 if run.manifest.whole else run.manifest.size
    for one in attempts:
        size = sizes.get((run.id, one.digest), 0)
        if size < wanted and not one.stopped:
            yield f"problem {one.problem.id}: {size} samples, and {run.budget} needs {wanted}"


def _price(store: Store, run: StoredRun, notes: list[str]) -> Iterator[str]:
    """The price that the run is shown with against the price book of its day."""
    kept = run.manifest.price
    if run.manifest.gpu_usd_per_hour is not None:
        notes.append(
            f"run {run.id[:12]}: dollars by the hour, ${run.manifest.gpu_usd_per_hour:g} as given"
        )
    if kept is None:
        return
    try:
        day = dt.date.fromisoformat(run.created[:10])
    except ValueError:
        yield f"its day is {run.created!r}"
        return
    entry = price_of_model(get_models(store)[run.model_id], day)
    told = {name: kept.get(name) for name in ("input", "output")}
    if entry is None:
        notes.append(f"run {run.id[:12]}: its price {told} is its own: the price book has none")
        return
    known = {name: entry.to_json().get(name) for name in told}
    halves = {name: entry.scaled(0.5, "by batch").to_json().get(name) for name in told}
    if told not in (known, halves):
        yield f"its price {told} is not that of the price book on that day, {known}"


def _judged(store: Store, run: StoredRun, loaded: LoadedTask, pool: VerifierPool) -> Iterator[str]:
    """Every answer judged again by the task's verifier as it is here."""
    answers = (view for view in iter_samples(store, run.id) if view.error is None and view.id)
    while part := list(islice(answers, _AT_ONCE)):
        futures = [
            pool.submit(
                loaded.verifier, view.response, view.problem, truncated=view.finish == "length"
            )
            for view in part
        ]
        for view, future in zip(part, futures, strict=True):
            verdict = future.result()
            if verdict.status is Status.UNGRADED or view.verdict is None:
                continue  # no verdict in its limits is no verdict against it
            if _facts(view.verdict) != _facts(verdict):
                yield _other(view, verdict)


def _facts(verdict: Verdict) -> tuple[Any, ...]:
    return tuple(getattr(verdict, name) for name in _JUDGED)


def _other(view: SampleView, verdict: Verdict) -> str:
    told = view.verdict
    assert told is not None  # asked before
    named = f"sample {view.id[:12]} (problem {view.problem.id}, {view.index})"
    if told.status != verdict.status:
        return f"{named}: it is said to be {told.status}, and is {verdict.status}"
    return f"{named}: its answer is said to be {told.answer!r}, and is {verdict.answer!r}"


def _sums(store: Store) -> Iterator[str]:
    """A call used at least the tokens of the samples that it brought."""
    for call, told, summed in packed_calls(store):
        if summed is not None and (told is None or told < summed):
            yield f"call {call[:12]}: it says {told} output tokens, and its samples have {summed}"


def _claims(store: Store, found: Submission) -> Iterator[str]:
    """The reports that come with the rows against those that follow from them."""
    for report in load_reports(store, found.runs):
        derived = json.loads(json.dumps(report.to_json(), default=str))
        claimed = found.claims.get(report.id, {})
        for name, told, value in _differences(claimed, derived):
            yield f"run {report.id[:12]}: it claims {name} {told}, and its rows give {value}"


def _differences(told: Any, derived: Any, name: str = "") -> Iterator[tuple[str, str, str]]:
    if isinstance(told, Mapping) and isinstance(derived, Mapping):
        for key in sorted({*told, *derived}, key=str):
            inner = f"{name}.{key}" if name else str(key)
            yield from _differences(told.get(key), derived.get(key), inner)
    elif told != derived and not (told != told and derived != derived):  # NaN is NaN
        yield name, json.dumps(told)[:60], json.dumps(derived)[:60]


def _beside(store: Store, board: Store, found: Submission, notes: list[str]) -> list[str]:
    """What the board holds already must be the same there."""
    there = set(find_runs(board))
    notes += [f"run {run[:12]}: it is on the board already" for run in found.runs if run in there]
    notes += _strangers(get_runs(store, found.runs), get_runs(board, sorted(there)))
    return [
        f"{clash.table} {clash.id[:12]}: the board has it as {clash.ours[:12]}, and not as "
        f"{clash.theirs[:12]}"
        for clash in clashes(board, store)
    ]


def _strangers(runs: Sequence[StoredRun], known: Iterable[StoredRun]) -> Iterator[str]:
    """Runs that no row of the board may be compared with, and names that two models share."""
    board = list(known)
    facts = {content_hash(one.facts, one.planned) for one in board}
    for run in runs:
        if board and content_hash(run.facts, run.planned) not in facts:
            yield (
                f"run {run.id[:12]}: the board has nothing on the same problems of {run.task} with "
                "the same verifier: it will stand in a table of its own"
            )
        if any(one.model == run.model and one.model_id != run.model_id for one in board):
            yield f"run {run.id[:12]}: another model of the board is called {run.model} as well"
