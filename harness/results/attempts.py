"""Reading a run's finished attempts: answers with verdicts and rewards, and their charges."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, and_, case, func, null, select

from harness.budgets import Judged, Selector, build_selector, whole_turn
from harness.core import ModelInfo, Problem, Status, Verdict
from harness.results.bills import Bill, Charge
from harness.store.schema import (
    AttemptRow,
    CallRow,
    ChargeRow,
    ModelRow,
    ProblemRow,
    SampleRow,
    VerdictRow,
)

NO_ANSWER = Verdict(
    status=Status.TRUNCATED, method="ceiling", reason="the ceiling came before any answer"
)
"""The verdict on an attempt that its ceiling ended before there was an answer to judge."""


@dataclass(slots=True)
class Attempt:
    """One problem's attempt, as read; `truncated` answers were cut by a token limit.

    `stopped`: its ceiling ended it.
    """

    problem: Problem
    stopped: bool = False
    charges: list[Charge] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    chains: set[int] = field(default_factory=set)  # ordinals of the answers
    truncated: int = 0
    empty: int = 0  # answers without a word

    @property
    def correct(self) -> int:
        """Correct answers of the pool."""
        return sum(j.verdict.status is Status.CORRECT for j in self.judged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """The finished attempts of a run in the task's order, and how its budget reads them.

    `whole`: each attempt is one search, not a pool of which the budget uses `size`. `models` are
    those that drew or scored, by id; `main` the run's own.
    """

    items: tuple[Attempt, ...]
    selector: Selector
    size: int
    smallest: int
    whole: bool
    prompt_once: bool
    main: str
    models: Mapping[str, ModelInfo]

    def k(self, attempt: Attempt) -> int:
        """How many of the attempt's answers the selector chooses from."""
        return len(attempt.judged) if self.whole else self.size

    def expect(self, attempt: Attempt) -> Mapping[Status, float]:
        """Probability of each status of the chosen answer."""
        return self.selector.expect(attempt.judged, self.k(attempt))

    def error(self, attempt: Attempt) -> float:
        """The Monte-Carlo standard error of `correct`, where the selector has to sample."""
        return self.selector.error(attempt.judged, self.k(attempt))

    def bill(self, attempt: Attempt) -> Bill:
        """What the budget costs on this problem run alone."""
        return Bill(
            attempt.charges,
            chains=attempt.chains,
            size=self.k(attempt),
            whole=self.whole,
            prompt_once=self.prompt_once,
        )

    @property
    def foreign(self) -> bool:
        """Whether tokens of another model (a reward's) are charged, which have no price here."""
        return any(
            charge.model != self.main and charge.prompt_tokens != 0
            for attempt in self.items
            for charge in attempt.charges
        )


def selector_of(manifest: Mapping[str, Any]) -> Selector:
    """The selector that a run names, built again; UnknownNameError for an absent plugin's."""
    return build_selector(manifest["selector"], manifest.get("selector_args", {}))


def read_attempts(connection: Connection, run: Row[Any]) -> Attempts:
    """All finished attempts of a run."""
    attempts = _with_charges(connection, run)
    items = tuple(attempt for attempt in attempts.values() if attempt.judged)
    manifest = run.manifest
    wanted, smallest = int(manifest["size"]), min((len(a.judged) for a in items), default=0)
    used = {charge.model for attempt in items for charge in attempt.charges} | {run.model_id}
    return Attempts(
        items=items,
        selector=selector_of(manifest),
        size=min(wanted, smallest) if smallest else wanted,
        smallest=smallest,
        whole=bool(manifest.get("whole")),
        prompt_once=bool(manifest.get("prompt_once")),
        main=run.model_id,
        models=_models(connection, used),
    )


def _models(connection: Connection, ids: set[str]) -> dict[str, ModelInfo]:
    query = select(ModelRow.__table__).where(ModelRow.id.in_(ids))
    shape = ("parameters", "active_parameters", "layers", "width")
    return {
        row.id: ModelInfo(
            spec=row.spec,
            name=row.name,
            fingerprint=row.fingerprint,
            **{name: row.info.get(name) for name in shape},
        )
        for row in connection.execute(query)
    }


def charged_samples(run: Row[Any]) -> Any:
    """The charges of a run with their samples, calls and (answers only) verdicts."""
    return (
        ChargeRow.__table__.join(SampleRow, SampleRow.id == ChargeRow.sample_id)
        .join(
            AttemptRow,
            and_(
                AttemptRow.run_id == ChargeRow.run_id,
                AttemptRow.problem_id == ChargeRow.problem_id,
            ),
        )
        .join(CallRow, CallRow.id == SampleRow.call_id, isouter=True)
        .join(
            VerdictRow,
            and_(
                ChargeRow.final,
                VerdictRow.sample_id == ChargeRow.sample_id,
                VerdictRow.problem_id == ChargeRow.problem_id,
                VerdictRow.verifier == run.verifier,
                VerdictRow.version == run.verifier_version,
            ),
            isouter=True,
        )
    )


VERDICT = (
    VerdictRow.status,
    VerdictRow.answer,
    VerdictRow.key,
    VerdictRow.method,
    VerdictRow.warning,
    VerdictRow.reason,
)


def verdict_of(row: Any) -> Verdict:
    """The verdict in a row with the columns `VERDICT`."""
    return _verdict(row.status, row.answer, row.key, row.method, row.warning, row.reason)


def _verdict(
    status: str | None, answer: str | None, key: str | None, method: str, warning: int, reason: str
) -> Verdict:
    if status is None:
        return Verdict(status=Status.UNGRADED, reason="not graded by this verifier yet")
    return Verdict(
        status=Status(status),
        answer=answer,
        key=key,
        method=method,
        warning=warning,
        reason=reason,
    )


def _with_charges(connection: Connection, run: Row[Any]) -> dict[str, Attempt]:
    problems = connection.execute(
        select(ProblemRow.id, ProblemRow.content, AttemptRow.stopped)
        .join(AttemptRow, AttemptRow.problem_id == ProblemRow.id)
        .where(AttemptRow.run_id == run.id, AttemptRow.error.is_(None))
        .order_by(AttemptRow.position, ProblemRow.id)
    )
    attempts = {row.id: Attempt(Problem(**row.content), row.stopped) for row in problems}
    query = (
        select(
            ChargeRow.problem_id,
            ChargeRow.final,
            ChargeRow.score,
            SampleRow.reasoning,
            SampleRow.finish,
            # Nothing follows an answer, so its text is not needed to find shared contexts.
            case((ChargeRow.final, None), else_=SampleRow.text).label("text"),
            SampleRow.text == "",
            *VERDICT,
            *_charge_columns(run.model_id),
        )
        .select_from(charged_samples(run))
        .where(ChargeRow.run_id == run.id, AttemptRow.error.is_(None))
        .order_by(ChargeRow.problem_id, ChargeRow.ordinal, ChargeRow.step)
    )
    answers: list[tuple[Attempt, tuple[str, int], Verdict, int | None]] = []
    tokens: int | None = 0  # of the chain so far
    current: tuple[str, int] | None = None
    steps: dict[tuple[str, int], tuple[float, ...]] = {}
    # Unpacked, not read by name: a store has hundreds of thousands of these rows.
    for problem, final, score, reasoning, finish, text, empty, *rest in connection.execute(
        query
    ).all():
        attempt = attempts[problem]
        charge = Charge(*rest[len(VERDICT) :])
        if charge.ask is None:
            charge = charge._replace(ask=(charge.prompt, charge.before))
        chain = problem, charge.ordinal
        if chain != current:
            current, tokens = chain, 0
        more = charge.output_tokens
        tokens = None if tokens is None or more is None else tokens + more
        if final:
            attempt.chains.add(charge.ordinal)
            attempt.truncated += finish == "length"
            attempt.empty += bool(empty)
            answers.append((attempt, chain, _verdict(*rest[: len(VERDICT)]), tokens))
        else:
            charge = charge._replace(after=whole_turn(charge.before, reasoning, text))
        if score:
            steps[chain] = tuple(json.loads(text))
        attempt.charges.append(charge)
    for attempt, chain, verdict, said in answers:
        attempt.judged.append(Judged(verdict=verdict, steps=steps.get(chain), tokens=said))
    for attempt in attempts.values():
        if attempt.stopped and not attempt.judged:
            # No reward was asked for what is not there; any value ranks it alone.
            attempt.judged.append(Judged(verdict=NO_ANSWER, steps=(0.0,)))
            attempt.truncated = 1
    return attempts


def _charge_columns(model: str) -> list[Any]:
    """The columns of a `Charge` in the order of its fields, for a run of `model`."""
    role = case((SampleRow.model_id == model, "generator"), else_="reward")
    return [
        SampleRow.id,
        ChargeRow.ordinal,
        ChargeRow.ask,
        func.coalesce(CallRow.role, role),
        SampleRow.model_id,
        SampleRow.prompt_id,
        SampleRow.prefix,
        null(),  # what stands behind the sample
        SampleRow.prompt_tokens,
        SampleRow.output_tokens,
        SampleRow.reasoning_tokens,
        CallRow.usd / CallRow.samples,
        CallRow.cached_prompt_tokens,
    ]
