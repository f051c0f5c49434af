"""Queries on runs, their models and what their calls used."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, case, func, select, update

from harness.core import ModelInfo, Origin, RunManifest, Usage, UsageError
from harness.store.schema import AttemptRow, CallRow, ChargeRow, ModelRow, RunRow, TagRow
from harness.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A stored run: `planned` problems, graded by `verifier` (a label) of some version.

    `name` and `tags` are the user's.
    """

    id: str
    model_id: str
    model: str
    model_spec: str
    task: str
    budget: str
    planned: int
    verifier: str
    verifier_version: str
    manifest: RunManifest
    created: str
    name: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def judged_by(self) -> str:
        """The verifier as name@version."""
        return f"{self.verifier}@{self.verifier_version}"

    @property
    def facts(self) -> dict[str, str]:
        """What must agree for two runs to be compared."""
        return self.manifest.facts(self.judged_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """The usage of the calls that a run paid for: sums, each None as soon as one is unknown."""

    usage: Usage
    calls: int
    usd: float | None
    latency_s: float | None
    joules: float | None


class CallSpan(NamedTuple):
    """When a call ended (ISO 8601), how long it took, and its tokens; None is unknown."""

    run: str
    created: str
    latency_s: float | None
    output_tokens: int | None
    prompt_tokens: int | None


def find_runs(
    store: Store,
    *,
    model: str | None = None,
    task: str | None = None,
    budget: str | None = None,
    tag: str | None = None,
) -> list[str]:
    """Ids of the matching runs, oldest first; each filter is a name or spec as displayed.

    A task's name without options matches the task with any options, unless a run has that exact
    name.

    Runs of one command are sorted by task and by budget, smaller sizes first.
    """
    query = select(RunRow.id, RunRow.created, RunRow.task, RunRow.budget).join(ModelRow)
    if model is not None:
        query = query.where((ModelRow.name == model) | (ModelRow.spec == model))
    if task is not None:
        query = query.where(RunRow.task.startswith(task, autoescape=True))
    if budget is not None:
        query = query.where(RunRow.budget == budget)
    if tag is not None:
        query = query.where(RunRow.id.in_(select(TagRow.run_id).where(TagRow.tag == tag)))
    with store.engine.connect() as connection:
        rows = connection.execute(query).all()
    if task is not None:
        # A task's name matches itself, and other options only if no run has that exact name:
        # otherwise the problems of the public seed could not be selected next to fresh ones.
        exact = [row for row in rows if row.task == task]
        rows = exact or [row for row in rows if row.task.startswith(f"{task}:")]
    return [row.id for row in sorted(rows, key=_place)]


def _place(row: Any) -> tuple[Any, ...]:
    # Alternate words and numbers, so that like is compared with like.
    parts = re.split(r"(\d+)", row.budget)
    budget = [int(part) if i % 2 else part for i, part in enumerate(parts)]
    return (row.created, row.task, budget, row.id)


def get_run(store: Store, run_id: str) -> StoredRun:
    """One run; UsageError if there is none with this id."""
    for run in _runs(store, _ONE, run=run_id):
        return run
    raise UsageError(f"no run {run_id} in {store.name}; `harness show --json` lists ids")


def get_runs(store: Store, run_ids: Sequence[str]) -> list[StoredRun]:
    """Some runs, in the given order; UsageError if an id does not exist."""
    if len(run_ids) == 1:
        return [get_run(store, run_ids[0])]
    runs = {run.id: run for run in _runs(store, _QUERY)} if run_ids else {}
    if missing := [run_id for run_id in run_ids if run_id not in runs]:
        raise UsageError(f"no run {missing[0]} in {store.name}; `harness show --json` lists ids")
    return [runs[run_id] for run_id in run_ids]


def name_run(store: Store, text: str, *, nor: str = "") -> str:
    """The id of the only run with the name `text`, or whose id begins with it.

    UsageError if there is none, or more than one; `nor` says what else `text` could have named.
    """
    with store.engine.connect() as connection:
        named = list(connection.scalars(select(RunRow.id).where(RunRow.name == text)))
        begun = list(
            connection.scalars(select(RunRow.id).where(RunRow.id.startswith(text, autoescape=True)))
        )
    for found in (named, begun) if text else ():
        if len(found) == 1:
            return str(found[0])
    count = max(len(named), len(begun)) if text else 0
    raise UsageError(
        f"run {text!r}: {count} runs have that name or prefix{nor}; `harness runs list` lists them"
    )


def runs_under(
    store: Store, model_id: str, task: str, budget: str | None = None
) -> list[StoredRun]:
    """The runs of one model on one task (under one budget), whatever else distinguishes them."""
    query = _QUERY.where(RunRow.model_id == model_id, RunRow.task == task)
    if budget is not None:
        query = query.where(RunRow.budget == budget)
    return list(_runs(store, query))


_QUERY = select(
    RunRow.id,
    RunRow.model_id,
    ModelRow.name.label("model"),
    ModelRow.spec.label("model_spec"),
    RunRow.task,
    RunRow.budget,
    RunRow.planned,
    RunRow.verifier,
    RunRow.verifier_version,
    RunRow.manifest,
    RunRow.created,
    RunRow.name,
).join(ModelRow, ModelRow.id == RunRow.model_id)
_ONE = _QUERY.where(RunRow.id == bindparam("run"))
_TAGGED = select(TagRow.run_id, TagRow.tag).order_by(TagRow.tag)


def _runs(store: Store, query: Select[Any], **known: str) -> Iterator[StoredRun]:
    with store.engine.connect() as connection:
        rows = connection.execute(query, known).all()
        tags: dict[str, list[str]] = {}
        for run_id, tag in connection.execute(_TAGGED):
            tags.setdefault(run_id, []).append(tag)
    for row in rows:
        values = row._asdict()
        values["manifest"] = RunManifest.from_json(values["manifest"])
        yield StoredRun(**values, tags=tuple(tags.get(row.id, ())))


def get_models(store: Store, ids: Collection[str] | None = None) -> dict[str, ModelInfo]:
    """The stored info of some models (None: of all), by id."""
    query = select(ModelRow.id, ModelRow.spec, ModelRow.name, ModelRow.fingerprint, ModelRow.info)
    if ids is not None:
        query = query.where(ModelRow.id.in_(list(ids)))
    shape = ("parameters", "active_parameters", "layers", "width")
    with store.engine.connect() as connection:
        return {
            row.id: ModelInfo(
                spec=row.spec,
                name=row.name,
                fingerprint=row.fingerprint,
                **{name: row.info.get(name) for name in shape},
            )
            for row in connection.execute(query)
        }


class Models(Mapping[str, ModelInfo]):
    """All models of a store by id, each read when it is first asked for: there may be thousands."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, ModelInfo] = {}

    def __getitem__(self, model: str) -> ModelInfo:
        if model not in self._known:
            self._known |= get_models(self._store, [model])
        return self._known[model]

    def __iter__(self) -> Iterator[str]:
        return iter(get_models(self._store))

    def __len__(self) -> int:
        return len(get_models(self._store))


def failed_attempts(store: Store, run_id: str) -> int:
    """How many attempts of a run ended in an error."""
    query = select(func.count()).where(AttemptRow.run_id == run_id, AttemptRow.error.is_not(None))
    with store.engine.connect() as connection:
        return connection.scalar(query) or 0


_POOL_SIZES = (
    select(AttemptRow.problem_id, func.sum(case((ChargeRow.final, 1), else_=0)))
    .join(
        ChargeRow,
        and_(AttemptRow.run_id == ChargeRow.run_id, AttemptRow.problem_id == ChargeRow.problem_id),
        isouter=True,
    )
    .where(AttemptRow.run_id == bindparam("run"), AttemptRow.error.is_(None))
    .group_by(AttemptRow.problem_id)
)


def pool_sizes(store: Store, run_ids: Iterable[str]) -> dict[tuple[str, str], int]:
    """The answers of each attempt without an error, by run and problem (digest)."""
    sizes: dict[tuple[str, str], int] = {}
    with store.engine.connect() as connection:
        for run_id in run_ids:
            rows = connection.execute(_POOL_SIZES, {"run": run_id})
            sizes |= {(run_id, problem): n or 0 for problem, n in rows}
    return sizes


_TOKENS = ("prompt_tokens", "cached_prompt_tokens", "output_tokens", "reasoning_tokens")
_SUMMED = [getattr(CallRow, name) for name in (*_TOKENS, "usd", "latency_s", "joules")]
_SPENT = select(func.count(), *map(func.sum, _SUMMED), *map(func.count, _SUMMED)).where(
    CallRow.run_id == bindparam("run")
)
_SPENT_BY_ROLE = (
    select(CallRow.role, func.count(), *map(func.sum, _SUMMED), *map(func.count, _SUMMED))
    .where(CallRow.run_id == bindparam("run"))
    .group_by(CallRow.role)
    .order_by(CallRow.role)
)


def spent_by(store: Store, run_id: str) -> Spent:
    """Sums over the calls that a run paid for."""
    with store.engine.connect() as connection:
        return _spent(*connection.execute(_SPENT, {"run": run_id}).one())


def spent_by_role(store: Store, run_id: str) -> dict[str, Spent]:
    """The same by the calls' roles."""
    with store.engine.connect() as connection:
        rows = connection.execute(_SPENT_BY_ROLE, {"run": run_id})
        return {role: _spent(*sums) for role, *sums in rows}


def origins(store: Store, run_id: str) -> dict[Origin, int]:
    """Who answered the calls that a run paid for, as reported in replies, with the number of
    calls; in the order of their first replies. Empty if replies report nothing."""
    query = (
        select(CallRow.about)
        .where(CallRow.run_id == run_id, CallRow.about.is_not(None))
        .order_by(CallRow.created, CallRow.id)
        .execution_options(yield_per=1000)
    )
    found: dict[Origin, int] = {}
    with store.engine.connect() as connection:
        for about in connection.scalars(query):
            said = Origin(
                **{name: about.get(name) for name in ("model", "fingerprint", "upstream")}
            )
            if said != Origin():
                found[said] = found.get(said, 0) + 1
    return found


def _spent(calls: int, *figures: Any) -> Spent:
    sums, known = figures[: len(_SUMMED)], figures[len(_SUMMED) :]
    values = [(s or 0) if k == calls else None for s, k in zip(sums, known, strict=True)]
    *sums_of_tokens, usd, latency_s, joules = values
    tokens = [None if s is None else int(s) for s in sums_of_tokens]  # PostgreSQL's are Decimal
    return Spent(
        usage=Usage(**dict(zip(_TOKENS, tokens, strict=True))),
        calls=calls,
        usd=usd,
        latency_s=latency_s,
        joules=joules,
    )


def call_spans(store: Store, model_id: str, roles: Iterable[str]) -> Iterator[CallSpan]:
    """The calls of some roles paid for by all runs of a model."""
    query = (
        select(
            CallRow.run_id,
            CallRow.created,
            CallRow.latency_s,
            CallRow.output_tokens,
            CallRow.prompt_tokens,
        )
        .join(RunRow, RunRow.id == CallRow.run_id)
        .where(RunRow.model_id == model_id, CallRow.role.in_(list(roles)))
        .execution_options(yield_per=1000)
    )
    with store.engine.connect() as connection:
        for row in connection.execute(query):
            yield CallSpan(*row)


def set_verifier(
    store: Store, run_id: str, verifier: tuple[str, str], manifest: RunManifest
) -> None:
    """Switch a run to the verdicts of another verifier (label, version)."""
    values = {
        "verifier": verifier[0],
        "verifier_version": verifier[1],
        "manifest": manifest.to_json(),
    }
    with store.engine.begin() as connection:
        connection.execute(update(RunRow).where(RunRow.id == run_id).values(values))
